"""Who is writing: addresses as the channels spell them, and which outlets they may order for. Equality only."""
