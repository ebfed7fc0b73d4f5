"""Messages that are not words: what may one day read them."""
