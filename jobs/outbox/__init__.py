"""Messages of ours: written as rows, handed to senders, sent."""
