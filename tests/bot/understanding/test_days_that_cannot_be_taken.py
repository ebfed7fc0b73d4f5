"""A day that was said is used or asked about, never dropped: days no calendar has, days that are over, time that is no one day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.settings import ROOT
from bot.understanding import reader
from bot.understanding.dates_in_words import Day
from bot.understanding.intent import Context, DayDoubt, Intent
from bot.understanding.reader import understand

INDEX = CatalogIndex.build(read_catalog(ROOT / "data" / "catalog.csv"))
NOW = datetime(2026, 11, 18, 2, 15, tzinfo=UTC)


def read(text: str) -> Intent:
    return understand(text, INDEX, Context(), NOW)


def day_in(text: str) -> Day:
    found = reader.read(text, INDEX, Context(), NOW)
    assert found is not None
    (day,) = found.facts.days
    return day


@pytest.mark.parametrize(
    ("words", "doubt"),
    [
        ("31/2", DayDoubt.IMPOSSIBLE),
        ("12/25/2026", DayDoubt.IMPOSSIBLE),
        ("12/25", DayDoubt.IMPOSSIBLE),
        ("2月30号", DayDoubt.IMPOSSIBLE),
        ("30 Feb", DayDoubt.IMPOSSIBLE),
        ("32/12", DayDoubt.IMPOSSIBLE),
        ("31st of november", DayDoubt.IMPOSSIBLE),
        ("10/11/2026", DayDoubt.PAST),
        ("17 Nov 2026", DayDoubt.PAST),
        ("10/11", DayDoubt.FAR),
        ("5 May", DayDoubt.FAR),
        ("next week", DayDoubt.VAGUE),
        ("this weekend", DayDoubt.VAGUE),
        ("every monday", DayDoubt.VAGUE),
        ("end of the week", DayDoubt.VAGUE),
        ("in a few days", DayDoubt.VAGUE),
        ("minggu depan", DayDoubt.VAGUE),
        ("hujung minggu", DayDoubt.VAGUE),
        ("setiap isnin", DayDoubt.VAGUE),
        ("下周", DayDoubt.VAGUE),
        ("周末", DayDoubt.VAGUE),
        ("每周一", DayDoubt.VAGUE),
    ],
)
def test_a_day_that_cannot_be_taken_needs_a_yes_that_quotes_it(words: str, doubt: DayDoubt) -> None:
    assert day_in(f"2 pkt liner {words}").doubt is doubt
    intent = read(f"2 pkt liner {words}")
    assert [line.sku for line in intent.lines] == ["LN-PZ"]
    assert not intent.sure
    assert words in intent.doubts


@given(
    st.dates(date(2026, 11, 18), date(2027, 2, 15)),
    st.sampled_from(["{0.day}/{0.month}", "{0:%-d %b}", "{0:%-d-%b-%y}", "{0:%b %-d, %Y}"]),
)
def test_a_day_of_the_coming_months_is_taken_as_it_is_said(day: date, shape: str) -> None:
    intent = read("2 pkt liner for " + shape.format(day))
    assert (intent.delivery_date, intent.doubts) == (day, ())


@given(st.dates(date(2026, 1, 1), date(2026, 11, 17)))
def test_a_day_that_is_over_is_never_taken_in_silence(day: date) -> None:
    intent = read(f"2 pkt liner for {day.day}/{day.month}/{day.year}")
    assert intent.delivery_date is None
    assert intent.doubts


@given(st.integers(13, 31), st.integers(1, 12))
def test_a_month_that_is_put_first_is_suggested_the_other_way_round(day: int, month: int) -> None:
    found = day_in(f"2 pkt liner {month}/{day}/2027")
    assert found.day is None
    real = (date(2027, month, 1) + timedelta(days=day - 1)).month == month
    assert found.suggestion == (date(2027, month, day) if real else None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2 pkt liner next monday", date(2026, 11, 23)),
        ("2 pkt liner monday next week", date(2026, 11, 23)),
        ("垫纸两包 下周一送", date(2026, 11, 23)),
        ("The 12 Nov delivery was good. 2 pkt liner on 20 Nov", date(2026, 11, 20)),
        ("2 pkt liner, deliver by Thursday 26 Nov", date(2026, 11, 26)),
        ("2 pkt liner on 26/11 (Thu)", date(2026, 11, 26)),
        ("2 pkt liner for the fair on the 28th. Deliver on the 26th", date(2026, 11, 26)),
        ("2 pkt liner, customer coming sat so must reach fri latest", date(2026, 11, 20)),
        ("could we have 2 pkt liner delivered on Friday please", date(2026, 11, 20)),
        ("2 pkt liner, deliver 4 Dec as we are closed over Deepavali", date(2026, 12, 4)),
    ],
)
def test_a_day_that_is_certain_needs_no_yes(text: str, day: date) -> None:
    intent = read(text)
    assert (intent.delivery_date, intent.doubts) == (day, ())


@pytest.mark.parametrize("words", ["Thursday 27 Nov", "27/11 (Thu)"])
def test_a_weekday_that_its_date_is_not_needs_a_yes(words: str) -> None:
    intent = read(f"2 pkt liner on {words}")
    assert intent.delivery_date is None
    assert not intent.sure
    assert intent.odd_day is not None
    assert intent.odd_day.meant == date(2026, 11, 27)
