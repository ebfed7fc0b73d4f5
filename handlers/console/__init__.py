"""The console: pages for the supplier's own people, behind a login. A door like the others: what it does, jobs/ does."""

from handlers.console.door import blueprint
from handlers.console.pages import PAGES

__all__ = ["PAGES", "blueprint"]
