"""What the supplier sells, as values, and the index that finds a product from words. Pure: no session, no network, no clock."""
