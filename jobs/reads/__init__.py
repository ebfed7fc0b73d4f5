"""What people and other programs look at. Nothing here writes."""
