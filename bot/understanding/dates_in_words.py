"""Finds the words that name a day in a message and says which day; days of the past are recognised and left alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.language import scan
from bot.language.languages import listed
from bot.language.tokeniser import Token
from bot.ordering import calendar
from bot.understanding.intent import DayDoubt

DAY = "day"
MAX_DAYS_AHEAD = 366
YEARS = (2020, 2100)
FAR_DAYS = 92
"""A day so far ahead is asked about: most often another month or year was meant."""
_DIGITS = re.compile(r"\d+")
_DELIVERING = frozenset(listed("delivering"))
_RANGE = frozenset({"-", *listed("until")})
_ASKING = frozenset({":", *listed("before_a_day")})
_LATEST = frozenset(listed("behind_a_day"))
_STARTS = frozenset(listed("starts_a_clause"))
_TO_BE_DONE = frozenset(listed("to_be_done"))
_WISHING = frozenset(listed("wishing"))
_IN = frozenset(listed("in_so_many"))
_LATER = frozenset(listed("so_many_later"))
_PAST_WEEKDAY = frozenset(listed("behind_a_past_weekday"))


@dataclass(frozen=True, slots=True)
class Day:
    """Tokens `start` to `end` (not included) name `day`; None for a past day or one that no calendar has."""

    start: int
    end: int
    day: date | None
    past: bool = False
    weight: int = 1
    """How surely it is the day asked for: a festival or a closing day is less than "on Friday"."""
    doubt: DayDoubt | None = None
    """Set where the day has to be asked about before anything is delivered on it."""
    suggestion: date | None = None
    """The day that was probably meant: 25 December for 12/25."""


def find_days(tokens: list[Token], today: date) -> list[Day]:
    """Every day named in the message, in order."""
    found: list[Day] = []
    at = 0
    while at < len(tokens):
        day = _day_at(tokens, at, today)
        if day is None:
            at += 1
            continue
        found.append(replace(day, start=_range_start(tokens, day.start), weight=_weight(tokens, day)))
        at = day.end
    return list(_one_day_each(tokens, found))


def _one_day_each(tokens: list[Token], found: list[Day]) -> Iterator[Day]:
    """ "Thursday 26 Nov", "26/11 (Thu)": one day said twice; no calendar has a Thursday the 27th."""
    held: Day | None = None
    for day in found:
        both = _both(tokens, held, day) if held is not None else None
        if held is not None and both is None:
            yield held
        held = both or day
    if held is not None:
        yield held


def _both(tokens: list[Token], one: Day, other: Day) -> Day | None:
    """The one day that a weekday and a date side by side name; None where they do not belong together."""
    between = [token.text for token in tokens[one.end : other.start]]
    if (
        between not in ([], [","], ["("], ["the"])
        or not (one.weight and other.weight)
        or one.day is None
        or other.day is None
    ):
        return None
    first, second = (tokens[day.start].has("weekday") for day in (one, other))
    if first == second:
        return None
    weekday, dated = (one, other) if first else (other, one)
    same = weekday.day is not None and dated.day is not None and weekday.day.weekday() == dated.day.weekday()
    if not same and between == [","]:
        return None
    weight = max(one.weight, other.weight)
    if same:
        return replace(dated, start=one.start, end=other.end, weight=weight)
    return Day(one.start, other.end, None, weight=weight, doubt=DayDoubt.IMPOSSIBLE, suggestion=dated.day)


def _range_start(tokens: list[Token], start: int) -> int:
    """ "6 to 9 Feb": the first day of a range belongs to it and counts no goods."""
    if start < 2 or tokens[start - 1].text not in _RANGE:
        return start
    value = tokens[start - 2].value
    return start - 2 if value is not None and tokens[start - 2].kind == scan.NUMBER and 1 <= value <= 31 else start


def _weight(tokens: list[Token], day: Day) -> int:
    """0 for the name of an occasion or a closing day, 2 when the words before ask for that day."""
    first = tokens[day.start]
    after = tokens[day.end] if day.end < len(tokens) else None
    if after is not None and after.has("event") and first.has("weekday"):
        return 0
    sentence = _between(tokens, day.start, ".!?;")
    before = _text_before(tokens, day.start)
    asked = before in _ASKING or (after is not None and after.text in _LATEST)
    clause = _between(tokens, day.start, (*".!?;,", *_STARTS))
    if any(token.has("closed") for token in (clause if asked else sentence)):
        return 0
    if first.has("festival") and (not asked or before == ":"):
        return 0
    if before in _DELIVERING:
        return 3
    if asked and any(token.text in _DELIVERING for token in clause):
        return 3  # "for Sunday's party, deliver 5 ctn on Saturday"
    return 2 if asked and not first.has("festival") else 1


def _text_before(tokens: list[Token], at: int) -> str:
    """The word before a day: the "on" of "on the 26th"."""
    at -= at > 1 and tokens[at - 1].text == "the"
    return tokens[at - 1].text if at > 0 else ""


def _between(tokens: list[Token], at: int, marks: Collection[str]) -> list[Token]:
    """The tokens around `at`, as far as the next of the marks or the line's end on either side."""
    start, end = at, at
    while start > 0 and tokens[start - 1].kind != scan.LINE and tokens[start - 1].text not in marks:
        start -= 1
    while end < len(tokens) and tokens[end].kind != scan.LINE and tokens[end].text not in marks:
        end += 1
    return tokens[start:end]


def _day_at(tokens: list[Token], at: int, today: date) -> Day | None:
    return _certain(tokens, at, today) or _vague(tokens, at)


def _vague(tokens: list[Token], at: int) -> Day | None:
    """ "next week", "this weekend", "every monday": time, but no one day."""
    token = tokens[at]
    if token.has("vague_day") and not _is_past(tokens, at):
        return Day(at, at + 1, None, doubt=DayDoubt.VAGUE)
    return None


def _certain(tokens: list[Token], at: int, today: date) -> Day | None:
    token = tokens[at]
    if token.kind == scan.DATE:
        return _written(tokens, at, today)
    if token.kind == scan.ORDINAL:
        return _ordinal(tokens, at, today, int(_DIGITS.findall(token.text)[0]))
    if token.has("ordinal") and at > 1 and tokens[at - 1].text == "the" and tokens[at - 2].text in _ASKING:
        return _ordinal(tokens, at, today, int(token.roles["ordinal"]))
    if token.kind == scan.NUMBER:
        return _number_of_days(tokens, at, today) or _day_month(tokens, at, today)
    if token.has("yesterday"):
        return Day(at, at + 1, None, past=True)
    if token.has("day"):
        return _eve_or(tokens, at, at + 1, calendar.in_days(today, int(token.roles["day"])))
    if token.has("weekday"):
        return _weekday(tokens, at, today)
    if token.has("next_weekday"):
        return Day(at, at + 1, calendar.weekday_of_week(today, int(token.roles["next_weekday"]), 1))
    if token.has("this_weekday"):
        return Day(at, at + 1, calendar.next_weekday(today, int(token.roles["this_weekday"])))
    if token.has("fixed_day"):
        number, month = token.roles["fixed_day"].split("-")
        return Day(at, at + 1, calendar.day_and_month(today, int(number), int(month)))
    if token.has("festival"):
        return _eve_or(tokens, at, at + 1, calendar.festival(today, token.roles["festival"]))
    if token.has("month") and len(token.text) >= 3:
        return _month_day(tokens, at, today)
    if token.roles.get("date_part") == "end_of_month":
        return Day(at, at + 1, calendar.end_of_month(today))
    return None


def _role(tokens: list[Token], at: int, role: str) -> str | None:
    return tokens[at].roles.get(role) if 0 <= at < len(tokens) else None


def _is_past(tokens: list[Token], at: int) -> bool:
    """ "last Friday", "ordered on 12/11", "minggu lepas": looks at the three words before."""
    for back in range(at - 1, max(at - 4, -1), -1):
        if tokens[back].kind in (scan.LINE, scan.MARK):
            return False
        if tokens[back].has("date_past"):
            return not _to_be_done(tokens, back)
    return False


def _to_be_done(tokens: list[Token], at: int) -> bool:
    """ "could we have 2 tubs delivered on Friday": what is asked to be done, and was not yet."""
    asked = any(
        not _WISHING.isdisjoint(token.text.split())
        for token in _between(tokens, at, ".!?;")
        if token.start < tokens[at].start
    )
    return tokens[at].text in _TO_BE_DONE and asked


def _placed(
    tokens: list[Token], start: int, end: int, day: date | None, today: date, suggestion: date | None = None
) -> Day:
    if _is_past(tokens, start):
        return Day(start, end, None, past=True)
    if day is None:
        return Day(start, end, None, doubt=DayDoubt.IMPOSSIBLE, suggestion=suggestion)
    if day < today or (day - today).days > MAX_DAYS_AHEAD:
        return Day(start, end, None, doubt=DayDoubt.PAST if day < today else DayDoubt.FAR)
    return Day(start, end, day, doubt=DayDoubt.FAR if (day - today).days > FAR_DAYS else None)


def _eve_or(tokens: list[Token], start: int, end: int, day: date | None) -> Day:
    if day is not None and tokens[start].has("festival"):
        if _role(tokens, end, "date_part") == "eve":
            return Day(start, end + 1, day - timedelta(days=1))
        if _role(tokens, start - 1, "date_part") == "eve":
            return Day(start, end, day - timedelta(days=1))
    return Day(start, end, day)


def _written(tokens: list[Token], at: int, today: date) -> Day | None:
    """24/11, 1/12/2026, 2026-12-03, 11月25日, 20号."""
    text = tokens[at].text
    numbers = [int(n) for n in _DIGITS.findall(text)]
    suggestion = None
    if len(numbers) == 1:
        day = calendar.day_of_month(today, numbers[0]) if 1 <= numbers[0] <= 31 else None
    elif len(numbers) == 3:
        day, suggestion = _with_year(numbers)
    elif "月" in text:
        day = calendar.day_and_month(today, numbers[1], numbers[0])
    else:
        day, suggestion = _day_first(today, *numbers)
    end = at + 1
    if len(numbers) == 2 and end < len(tokens) and tokens[end].roles.get("day_mark"):
        end += 1
    return _placed(tokens, at, end, day, today, suggestion)


def _with_year(numbers: list[int]) -> tuple[date | None, date | None]:
    """The day, and the one that is meant where the month was put first."""
    year, month, last = numbers if numbers[0] > 31 else numbers[::-1]
    year = year + 2000 if year < 100 else year
    day = calendar.real_date(year, month, last)
    return day, calendar.real_date(year, last, month) if day is None else None


def _day_first(today: date, first: int, second: int) -> tuple[date | None, date | None]:
    """Day before month; where no calendar has it, perhaps the month was put first."""
    day = calendar.day_and_month(today, first, second) if second <= 12 else None
    return day, calendar.day_and_month(today, second, first) if day is None and first <= 12 else None


def _ordinal(tokens: list[Token], at: int, today: date, number: int) -> Day | None:
    """the 30th; 25th November; 25th of Nov."""
    after = at + 1 + (_role(tokens, at + 1, "stop") is not None and tokens[at + 1].text == "of")
    month = _role(tokens, after, "month")
    if month is not None:
        return _in_month(tokens, at, after + 1, number, int(month), today)
    before = tokens[at - 1].text if at else ""
    if before in ("the", "on", "by", "for", "before") and not 1 <= number <= 3:
        return _placed(tokens, at, at + 1, calendar.day_of_month(today, number), today)
    if before in ("on", "by") or (before == "the" and at > 1 and tokens[at - 2].text in ("on", "by", "for", "deliver")):
        return _placed(tokens, at, at + 1, calendar.day_of_month(today, number), today)
    if at > 0 and number > 3:
        return _placed(tokens, at, at + 1, calendar.day_of_month(today, number), today)
    return None


def _number_of_days(tokens: list[Token], at: int, today: date) -> Day | None:
    """in 3 days; 2 weeks later; 三天后; 25 hb."""
    value = tokens[at].value
    if value is None or value != value.to_integral_value() or value > 60:
        return None
    count = int(value)
    unit = _role(tokens, at + 1, "duration")
    if unit in ("day", "week") and count:
        introduced = at > 0 and tokens[at - 1].text in _IN
        later = _role(tokens, at + 2, "date_part") in ("days_later", "weeks_time") or _says_later(tokens, at + 2)
        if introduced or later:
            days = count * (calendar.WEEK if unit == "week" else 1)
            return _placed(tokens, at, at + 2 + later, calendar.in_days(today, days), today)
    if _role(tokens, at + 1, "date_part") in ("days_later", "weeks_time"):
        return _placed(tokens, at, at + 2, calendar.in_days(today, count), today)
    return None


def _says_later(tokens: list[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].text in _LATER


def _day_month(tokens: list[Token], at: int, today: date) -> Day | None:
    """25 November, 25 of Nov, 25hb November, 十一月二十五号, 二十号."""
    value = tokens[at].value
    if value is None or value != value.to_integral_value() or not 1 <= value <= 31:
        return None
    if _role(tokens, at + 1, "month_mark"):
        day = tokens[at + 2].value if at + 2 < len(tokens) else None
        if day is None or value > 12 or day != day.to_integral_value():
            return None
        end = at + 3 + (_role(tokens, at + 3, "day_mark") is not None)
        return _placed(tokens, at, end, calendar.day_and_month(today, int(day), int(value)), today)
    marked = _role(tokens, at + 1, "day_mark") is not None or _dash(tokens, at + 1)
    after = at + 1 + marked + (at + 1 < len(tokens) and tokens[at + 1].text == "of")
    month = _role(tokens, after, "month")
    if month is not None:
        return _in_month(tokens, at, after + 1, int(value), int(month), today)
    if marked and tokens[at + 1].text not in ("日", "-"):
        return _placed(tokens, at, at + 2, calendar.day_of_month(today, int(value)), today)
    return None


def _month_day(tokens: list[Token], at: int, today: date) -> Day | None:
    """Nov 25, November 25th."""
    if at + 1 >= len(tokens):
        return None
    follower = tokens[at + 1]
    if follower.kind == scan.ORDINAL:
        number = int(_DIGITS.findall(follower.text)[0])
    elif follower.kind == scan.NUMBER and follower.value is not None and 1 <= follower.value <= 31:
        number = int(follower.value)
        if _role(tokens, at + 2, "unit"):
            return None
    else:
        return None
    return _in_month(tokens, at, at + 2, number, int(tokens[at].roles["month"]), today)


def _dash(tokens: list[Token], at: int) -> bool:
    """25-Nov, written as one."""
    return at + 1 < len(tokens) and tokens[at].text == "-" and tokens[at].glued and tokens[at + 1].glued


def _in_month(tokens: list[Token], start: int, end: int, number: int, month: int, today: date) -> Day:
    """That day of that month, of the year behind it where one is said: 17 Nov 2026, 25-Nov-26."""
    year, place = _year_behind(tokens, end)
    if year is None:
        return _placed(tokens, start, end, calendar.day_and_month(today, number, month), today)
    return _placed(tokens, start, place, calendar.real_date(year, month, number), today)


def _year_behind(tokens: list[Token], end: int) -> tuple[int | None, int]:
    """The year written behind a month, and where it ends; two digits only behind a dash."""
    marked = end < len(tokens) and tokens[end].text in (",", "-")
    place = end + marked
    value = tokens[place].value if place < len(tokens) and tokens[place].kind == scan.NUMBER else None
    if value is None or value != value.to_integral_value() or _role(tokens, place + 1, "unit"):
        return None, end
    short = marked and tokens[end].text == "-" and tokens[place].glued
    year = int(value) + YEARS[0] // 100 * 100 if short and value < 100 else int(value)
    return (year, place + 1) if YEARS[0] <= year < YEARS[1] else (None, end)


def _weekday(tokens: list[Token], at: int, today: date) -> Day | None:
    """friday; next tuesday; this coming sat; wed next wk; 下星期二."""
    weekday = int(tokens[at].roles["weekday"])
    if _is_past(tokens, at):
        return Day(at, at + 1, None, past=True)
    before, after = _role(tokens, at - 1, "week"), _role(tokens, at + 1, "week")
    end = at + 1
    if _role(tokens, at + 1, "date_past") and tokens[at + 1].text in _PAST_WEEKDAY:
        return Day(at, at + 2, None, past=True)
    if before == "1" or after == "1":
        return Day(at, end + (after == "1"), calendar.weekday_of_week(today, weekday, 1))
    return Day(at, end + (after == "0"), calendar.next_weekday(today, weekday))
