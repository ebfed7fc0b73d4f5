"""Asks a language model about the words that the rules left over, and believes nothing it says that the text does not."""
