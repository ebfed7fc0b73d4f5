"""Backups of the record: made, listed, verified, restored into a new place, and compared with what the provider remembers."""
