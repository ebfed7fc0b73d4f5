"""Work done again: what failed, and what today would be read differently."""
