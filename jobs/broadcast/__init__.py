"""Announcements to many outlets at once."""
