"""What a customer says about the delivery itself, kept with the order for whoever drives."""

from __future__ import annotations


def joined_notes(*notes: str) -> str:
    """Notes of several messages as one text; what was said twice stands once."""
    parts = (part.strip() for note in notes for part in note.split(";"))
    return "; ".join(dict.fromkeys(part for part in parts if part))
