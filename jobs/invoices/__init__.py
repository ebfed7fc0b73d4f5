"""The invoice of each order: the intent beside the order, and everything that brings the accounting system to hold what the order is."""
