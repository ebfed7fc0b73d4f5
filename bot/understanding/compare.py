"""What two readings of one message disagree on, in words for a person. Equal readings have no words."""

from __future__ import annotations

from bot.understanding.intent import Intent


def differences(before: Intent, after: Intent) -> tuple[str, ...]:
    """One entry per thing that changed: the intent, lines, questions, the day."""
    found: list[str] = []
    if before.kind is not after.kind:
        found.append(f"intent {before.kind} -> {after.kind}")
    found += _moved("line", _lines(before), _lines(after))
    found += _moved("question", _questions(before), _questions(after))
    if before.delivery_date != after.delivery_date:
        found.append(f"day {before.delivery_date} -> {after.delivery_date}")
    return tuple(found)


def _lines(intent: Intent) -> list[str]:
    doubt = {line.sku: "" if line.sure else " (unsure)" for line in intent.lines}
    return [f"{line.quantity.normalize():f} {line.sku}{doubt[line.sku]}" for line in intent.lines]


def _questions(intent: Intent) -> list[str]:
    return [f"{q.reason} {q.text!r} [{', '.join(q.candidates[:5])}]" for q in intent.questions]


def _moved(what: str, before: list[str], after: list[str]) -> list[str]:
    gone = [f"- {what} {item}" for item in before if item not in after]
    return gone + [f"+ {what} {item}" for item in after if item not in before]
