"""Whether this code may go to customers: judged from what commands printed and how they ended, never from what anybody typed."""
