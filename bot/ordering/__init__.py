"""Orders: prices, totals, delivery days and cut-offs as pure rules of the trade."""
