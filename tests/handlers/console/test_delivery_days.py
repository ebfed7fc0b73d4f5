"""Days without delivery at the console: closed and opened by hand, audited, and what the bot answers from the next message on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from bot.ordering.delivery import holidays_between
from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn
from tests.people import ORDER, TAMPINES, World
from tests.statements import counted

PAGE = "/console/days"


def singapore_today(shop: Shop) -> date:
    return shop.runtime.clock().astimezone(shop.runtime.settings.zone).date()


def next_delivery(shop: Shop) -> date:
    found = shop.one("SELECT max(delivery_date) FROM orders")
    assert isinstance(found, date)
    return found


def a_holiday(shop: Shop) -> date:
    today = singapore_today(shop)
    return min(holidays_between(today + timedelta(days=1), today + timedelta(days=400)))


def named(day: date) -> str:
    return f"{day:%a %-d %b %Y}"


def test_a_closed_day_is_passed_over_and_its_orders_are_named(desk: Desk, world: World, shop: Shop) -> None:
    world.phone().say(ORDER)
    day = next_delivery(shop)
    desk.post(PAGE, page=PAGE, day=day, note="Stocktaking")
    assert desk.said == [f"Nothing is delivered on {named(day)}. Orders that are placed for it stay."]
    page = desk.get(PAGE)
    assert "Stocktaking" in page
    assert f'href="/console/orders?day={day}">1</a>' in page
    world.phone(TAMPINES).say(ORDER)
    assert shop.rows("SELECT delivery_date > :day FROM orders ORDER BY id", day=day) == [(False,), (True,)]


def test_whoever_asks_for_a_closed_day_is_told_so(desk: Desk, world: World, shop: Shop) -> None:
    world.phone().say(ORDER)
    day = next_delivery(shop)
    desk.post(PAGE, page=PAGE, day=day)
    said = world.phone(TAMPINES).say(f"{ORDER} for {day:%-d %B}")[0]
    assert "We do not deliver to you on" in said
    assert "We do not deliver to you on" in world.phone("+6580000115").say(f"do you deliver on {day:%-d %B}?")[0]


def test_a_day_is_opened_again(desk: Desk, world: World, shop: Shop) -> None:
    world.phone().say(ORDER)
    day = next_delivery(shop)
    desk.post(PAGE, page=PAGE, day=day)
    desk.post(f"{PAGE}/remove", page=PAGE, day=day)
    assert desk.said == [f"{named(day)} is like other days again."]
    world.phone(TAMPINES).say(ORDER)
    assert next_delivery(shop) == day
    desk.post(f"{PAGE}/remove", page=PAGE, day=day)
    assert "is not in the list" in desk.said[0]


def test_a_public_holiday_is_opened_and_audited(desk: Desk, shop: Shop) -> None:
    day = a_holiday(shop)
    desk.post(PAGE, page=PAGE, day=day, delivers="1")
    assert desk.said == [f"There is delivery on {named(day)}."]
    assert "all the same</span>" in desk.get(PAGE)
    desk.post(PAGE, page=PAGE, day=day, delivers="1")
    assert desk.said == ["It was so already."]
    found = shop.rows("SELECT action, subject, detail FROM audit WHERE actor = 'mei' AND action LIKE 'delivery_day%'")
    assert found == [("delivery_day_set", f"day:{day}", {"before": None, "after": {"delivers": True, "note": ""}})]


@pytest.mark.parametrize(
    ("ahead", "delivers", "why"),
    [
        (-1, "", "has passed"),
        (800, "", "is more than two years away"),
        (None, "", "is a public holiday: nothing is delivered already"),
    ],
)
def test_what_changes_nothing_is_refused(desk: Desk, shop: Shop, ahead: int | None, delivers: str, why: str) -> None:
    day = a_holiday(shop) if ahead is None else singapore_today(shop) + timedelta(days=ahead)
    desk.post(PAGE, page=PAGE, day=day, delivers=delivers, back=PAGE)
    assert desk.said == [f"{named(day)} {why}"]
    assert shop.one("SELECT count(*) FROM special_days") == 0


def test_a_day_that_is_no_holiday_needs_no_opening(desk: Desk, world: World, shop: Shop) -> None:
    world.phone().say(ORDER)
    day = next_delivery(shop)
    desk.post(PAGE, page=PAGE, day=day, delivers="1", back=PAGE)
    assert desk.said == [f"{named(day)} is no public holiday: there is delivery already"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "choose a day"),
        ({"day": "soon"}, "day is a day such as 2026-11-28"),
        ({"day": "2100-01-01", "note": "x"}, "two years away"),
    ],
)
def test_what_is_no_day_is_refused(desk: Desk, shop: Shop, fields: dict[str, str], why: str) -> None:
    desk.post(PAGE, page=PAGE, back=PAGE, **fields)
    assert why in desk.said[0]


def test_viewers_look_and_the_page_takes_few_statements(at_desk: SignIn, desk: Desk, shop: Shop) -> None:
    today = singapore_today(shop)
    with shop.runtime.engine.begin() as connection:
        for ahead in range(1, 60):
            connection.execute(
                text("INSERT INTO special_days (day, delivers, changed_by) VALUES (:day, false, 'test')"),
                {"day": today + timedelta(days=ahead)},
            )
    viewer = at_desk("vic", Role.VIEWER)
    with counted() as sent:
        page = viewer.get(PAGE)
    assert len(sent) <= 7
    assert "Close a day" not in page


def test_public_holidays_have_the_names_that_singapore_uses(desk: Desk, shop: Shop) -> None:
    today = singapore_today(shop)
    found = set(holidays_between(today, today + timedelta(days=370)).values())
    assert any("Hari Raya Puasa" in name for name in found)
    assert any("Deepavali" in name for name in found)
