"""Messages and receipts as they come in: recorded once, before anything else is done about them."""
