"""Files of the supplier brought into the database, each in one transaction."""
