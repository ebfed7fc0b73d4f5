"""How large a request may be where a form takes a file. Everywhere else the application's own limit holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., Any])
MOST = "__most_bytes__"


def takes(most_bytes: int) -> Callable[[View], View]:
    """Marks a view: its requests may have so many bytes."""

    def mark(view: View) -> View:
        setattr(view, MOST, most_bytes)
        return view

    return mark


def widen() -> None:
    """Before anything reads the body of a request to such a view."""
    most = getattr(current_app.view_functions.get(request.endpoint or ""), MOST, None)
    if most is not None:
        request.max_content_length = request.max_form_memory_size = most
