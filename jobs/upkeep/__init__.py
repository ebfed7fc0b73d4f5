"""What keeps the processes fit: checks before the start, warming up, looking for overdue work, proving the order path."""
