"""Questions about our own terms, answered from our rows: cut-off, delivery days, minimum order, how long until delivery."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from bot.catalog.index import CatalogIndex
from bot.conversation.targets import open_orders
from bot.conversation.turn import Turn
from bot.decision import Decision, Reply
from bot.language.folding import fold
from bot.language.phrase_patterns import listed_phrases
from bot.ordering.delivery import cutoff_of, is_holiday, next_delivery, obstacle
from bot.understanding.intent import IntentKind
from bot.understanding.rule_questions import days_named, rules_asked

NO_MINIMUM_UP_TO = 1
"""A minimum of a cent only says that an order is not empty."""
MOST_BESIDE = 2
ABOUT_SOMETHING_ELSE = frozenset({IntentKind.HUMAN, IntentKind.OPT_OUT})


def answered(turn: Turn) -> Decision | None:
    """None when nothing of the kind is asked, or goods are named beside it."""
    intent = turn.intent
    if intent.kind in ABOUT_SOMETHING_ELSE or intent.lines or intent.changes or intent.questions:
        return None
    rules = rules_of(turn)
    asked = [answer for name, answer in ANSWERS.items() if name in rules or asks(name, turn.said.text)]
    if next_delivery(turn.said.said_at, turn.outlet.delivery) is None:
        return None  # an outlet without any delivery day: only the team can say
    if not asked or (intent.kind is IntentKind.COMPLAINT and not _asks_only(turn.said.text)):
        return None
    replies = tuple(reply for answer in asked for reply in answer(turn))
    return Decision(replies, reason="terms", question=turn.situation.question)


def rules_of(turn: Turn, *, requests: bool = True) -> tuple[str, ...]:
    """The rules that a message of nothing else asks about; with `requests` also where it may ask for a delivery."""
    return rules_asked(fold(turn.said.text).text, _index(turn), _today(turn), requests=requests)


def _days_named(turn: Turn) -> tuple[date, ...]:
    return days_named(fold(turn.said.text).text, _index(turn), _today(turn))


def _index(turn: Turn) -> CatalogIndex:
    return turn.situation.index.for_outlet(turn.outlet.code)


def _today(turn: Turn) -> date:
    return turn.said.said_at.astimezone(turn.outlet.delivery.zone).date()


def _asks_only(text: str) -> bool:
    """ "whats your moq": so short that it complains of nothing; "the lead time was too long this week" does."""
    return _says_little_beside(text, ANSWERS)


def asks_only(name: str, text: str) -> bool:
    """Whether one of the phrases of that list is about all that the text says."""
    return asks(name, text) and _says_little_beside(text, (name,))


def _says_little_beside(text: str, names: Iterable[str]) -> bool:
    rest = fold(text).text
    for name in names:
        rest = listed_phrases(name).sub(" ", rest)
    return len(rest.split()) <= MOST_BESIDE


def asks(name: str, text: str) -> bool:
    """Whether one of the phrases of that list stands in the text."""
    return listed_phrases(name).search(fold(text).text) is not None


def _times(turn: Turn, day: date | None = None) -> dict[str, object]:
    rules = turn.outlet.delivery
    day = day or next_delivery(turn.said.said_at, rules)
    if day is None:
        raise LookupError("answered() asks for terms only where there is a next delivery")
    return {"next_delivery": day, "by": cutoff_of(day, rules)}


def _cutoff(turn: Turn) -> tuple[Reply, ...]:
    """For the day that is asked about, where there is a delivery."""
    had = (day for day in _days_named(turn) if obstacle(day, turn.said.said_at, turn.now, turn.outlet.delivery) is None)
    return (*_holidays(turn), Reply("answer_cutoff", _times(turn, next(had, None))))


def _days(turn: Turn) -> tuple[Reply, ...]:
    days = _times(turn) | {"on_days": tuple(turn.outlet.delivery.days)}
    return (*_holidays(turn), Reply("answer_days", days))


def _holidays(turn: Turn) -> tuple[Reply, ...]:
    """Which of the days asked about are public holidays, or closed for all."""
    rules = turn.outlet.delivery
    return tuple(
        Reply("day_holiday" if is_holiday(day, rules) else "day_not_a_day", {"day": day})
        for day in _days_named(turn)
        if is_holiday(day, rules) or day in rules.closed
    )


def _minimum(turn: Turn) -> tuple[Reply, ...]:
    least = turn.outlet.min_order_total
    if least <= NO_MINIMUM_UP_TO:
        return (Reply("answer_no_minimum"),)
    return (Reply("answer_minimum", {"minimum": least}),)


def _lead_time(turn: Turn) -> tuple[Reply, ...]:
    """For a new order, and for those that are on their way."""
    opened = open_orders(turn)
    on_its_way = (Reply("answer_on_its_way", {"orders": opened}),) if opened else ()
    return (*on_its_way, Reply("answer_lead_time", _times(turn)))


ANSWERS: Mapping[str, Callable[[Turn], tuple[Reply, ...]]] = {
    "asks_cutoff": _cutoff,
    "asks_delivery_days": _days,
    "asks_minimum": _minimum,
    "asks_lead_time": _lead_time,
}
