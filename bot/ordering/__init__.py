"""Orders: quantities, units and dates as pure rules of the trade."""
