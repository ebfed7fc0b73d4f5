"""The doors: HTTP in, rows recorded, jobs rung. A door verifies, reads a typed payload, hands on, and answers."""

from handlers.importing import without_collecting

with without_collecting():
    from handlers.app import create_app

__all__ = ["create_app"]
