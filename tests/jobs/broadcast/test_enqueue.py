"""An announcement reaches whom it may, once; half may fail and no more; who opted out is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from sqlalchemy import text

from bot.errors import BadInputError
from bot.runtime import Runtime
from jobs.broadcast.audience import KEYS, LONGEST_FILTER, Why, Words, filter_of, filter_written, recipients
from jobs.broadcast.enqueue import Enqueued, enqueue, plan
from jobs.reads.broadcasts import outcome
from tests.conftest import Shop

REFUSING = """
CREATE FUNCTION refuse_some() RETURNS trigger AS $$ BEGIN
    IF (SELECT contact_id FROM conversations WHERE id = NEW.conversation_id) <= {most} THEN RAISE EXCEPTION 'refused'; END IF;
    RETURN NEW; END $$ LANGUAGE plpgsql;
CREATE TRIGGER refuse_some BEFORE INSERT ON conversation_messages FOR EACH ROW EXECUTE FUNCTION refuse_some();
"""
WORDS = Words("We are closed on Monday.")


@pytest.fixture
def ten(shop: Shop) -> Shop:
    """Ten contacts, of ten outlets, who wrote a moment ago; the others never wrote."""
    change(
        shop, "UPDATE contacts SET last_inbound_at = now() WHERE id IN (SELECT id FROM contacts ORDER BY id LIMIT 10)"
    )
    return shop


def change(shop: Shop, sql: str, **values: object) -> None:
    with shop.runtime.engine.begin() as connection:
        connection.execute(text(sql), values)


@contextmanager
def the_first_are_refused(shop: Shop, most: int) -> Iterator[None]:
    """PostgreSQL itself refuses the rows of so many contacts."""
    first = int(str(shop.one("SELECT min(id) FROM contacts")))
    with shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql(REFUSING.format(most=first + most - 1))
    try:
        yield
    finally:
        change(shop, "DROP FUNCTION refuse_some() CASCADE")


def announce(shop: Shop, words: Words = WORDS, audience: str = "all") -> Enqueued:
    with shop.runtime.engine.begin() as connection:
        broadcast_id = plan(connection, words, audience, actor="mei")
    return again(shop, broadcast_id)


def again(shop: Shop, broadcast_id: int) -> Enqueued:
    with shop.runtime.engine.begin() as connection:
        return enqueue(shop.runtime, connection, broadcast_id, actor="mei")


def written(shop: Shop) -> int:
    return int(str(shop.one("SELECT count(*) FROM conversation_messages WHERE payload ? 'broadcast'")))


def result(shop: Shop, broadcast_id: int = 0) -> dict[str, object]:
    wanted = broadcast_id or int(str(shop.one("SELECT max(id) FROM broadcasts")))
    with shop.runtime.engine.connect() as connection:
        return outcome(connection, wanted)


def test_everybody_who_may_be_written_to_gets_it_once(ten: Shop) -> None:
    done = announce(ten)
    assert (done.success, len(done.message_ids), done.failure_rate, done.passed_over) == (True, 10, 0.0, 15)
    assert again(ten, done.broadcast_id).message_ids == ()
    assert written(ten) == 10
    assert (
        ten.one("SELECT count(*) FROM conversation_messages WHERE content = :c AND state = 'pending'", c=WORDS.text)
        == 10
    )


def counted(what: str) -> float:
    return REGISTRY.get_sample_value("tria_broadcast_recipients_total", {"outcome": what}) or 0.0


def test_half_may_fail_and_are_told_by_name(ten: Shop) -> None:
    before = counted("enqueued"), counted("failed")
    with the_first_are_refused(ten, 5):
        done = announce(ten)
    assert (done.success, len(done.message_ids), len(done.failed), done.failure_rate) == (True, 5, 5, 0.5)
    assert (counted("enqueued") - before[0], counted("failed") - before[1]) == (5, 5)
    assert written(ten) == 5
    found = result(ten)
    assert (found["success"], found["sellers_enqueued"], found["sellers_failed"], found["failure_rate"]) == (
        True,
        5,
        5,
        0.5,
    )


def test_one_more_than_half_undoes_all_of_it(ten: Shop) -> None:
    with the_first_are_refused(ten, 6):
        done = announce(ten)
    assert (done.success, done.message_ids, len(done.failed), done.failure_rate) == (False, (), 6, 0.6)
    assert written(ten) == 0
    assert ten.one("SELECT count(*) FROM broadcast_recipients") == 0
    found = result(ten)
    assert (found["success"], found["sellers_enqueued"], found["failure_rate"]) == (False, 0, 1.0)


def test_trying_again_reaches_only_whom_it_did_not_reach(ten: Shop) -> None:
    with the_first_are_refused(ten, 4):
        done = announce(ten)
    assert len(done.message_ids) == 6
    assert len(again(ten, done.broadcast_id).message_ids) == 4
    assert ten.one("SELECT count(DISTINCT contact_id) FROM broadcast_recipients") == written(ten) == 10
    assert result(ten)["failed_sellers"] == []


def test_without_a_number_of_ours_nobody_is_written_to_and_each_is_told_by_name(ten: Shop) -> None:
    nothing_set = ten.runtime.settings.model_copy(update={"twilio_whatsapp_from": ""})
    runtime = Runtime(nothing_set)
    with ten.runtime.engine.begin() as connection:
        broadcast_id = plan(connection, WORDS, "all", actor="mei")
        done = enqueue(runtime, connection, broadcast_id, actor="mei")
    runtime.close()
    assert (done.success, done.message_ids, len(done.failed)) == (False, (), 10)
    assert "nothing of ours on whatsapp" in done.failed[0].error
    assert ten.one("SELECT count(*) FROM conversations WHERE business_address = ''") == 0


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).map(str.strip).filter(bool)


@given(st.dictionaries(st.sampled_from(KEYS), st.lists(NAMES, min_size=1, max_size=4), min_size=1))
def test_a_filter_is_read_as_it_was_chosen_whatever_is_in_the_names(chosen: dict[str, list[str]]) -> None:
    written = filter_written(chosen)
    if len(written) <= LONGEST_FILTER:
        assert filter_of(written) == chosen


@pytest.mark.parametrize(
    "written", ["", " ", ";", "outlet", "outlet=", "outlet=,", "outlet=A; outlet=B", 'outlet="A', 'outlet="A"B', "phone=1", "all; outlet=A"]
)  # fmt: skip
def test_what_is_no_filter_reaches_nobody(written: str) -> None:
    with pytest.raises(BadInputError):
        filter_of(written)


def test_nobody_to_write_to_is_no_failure(shop: Shop) -> None:
    done = announce(shop, audience="outlet=NO-SUCH")
    assert (done.success, done.failure_rate, done.message_ids) == (True, 0.0, ())
    assert result(shop) == {
        "success": True, "sellers_enqueued": 0, "sellers_failed": 0, "failure_rate": 0.0, "failed_sellers": [], "sent": 0,
        "delivered": 0, "read": 0, "opted_out": 0,
    }  # fmt: skip


def test_who_opted_out_cannot_be_reached_or_had_enough_is_passed_over(ten: Shop) -> None:
    first = int(str(ten.one("SELECT min(id) FROM contacts")))
    change(ten, "UPDATE contacts SET opted_out_at = now() WHERE id = :id", id=first)
    change(ten, "UPDATE contacts SET unreachable_at = now() WHERE id = :id", id=first + 1)
    assert len(announce(ten).message_ids) == 8
    for _ in range(2):
        announce(ten)
    assert announce(ten).message_ids == ()
    with ten.runtime.engine.connect() as connection:
        found = recipients(connection, ten.runtime.settings, WORDS, "all", ten.runtime.clock())
    why = [each.why_not for each in found]
    assert (
        why.count(Why.OPTED_OUT),
        why.count(Why.UNREACHABLE),
        why.count(Why.TOO_MANY),
        why.count(Why.WINDOW_CLOSED),
    ) == (1, 1, 8, 15)


def test_a_closed_window_is_opened_by_the_template_only(ten: Shop) -> None:
    done = announce(ten, Words("We are closed on Monday.", "HX0123456789abcdef0123456789abcdef"))
    assert len(done.message_ids) == 25
    kinds = ten.rows(
        "SELECT kind, count(*) FROM conversation_messages WHERE payload ? 'broadcast' GROUP BY 1 ORDER BY 1"
    )
    assert kinds == [("template", 15), ("text", 10)]


def test_a_filter_names_outlets_customers_channels_and_languages(ten: Shop) -> None:
    for audience, expected in (
        ("outlet=CP-PR", 1), ("outlet=CP-PR,CP-TP; channel=whatsapp", 2), ("channel=telegram", 0), ("outlet=%", 0), ("outlet=' OR 1=1", 0),
    ):  # fmt: skip
        with ten.runtime.engine.connect() as connection:
            assert (
                len(recipients(connection, ten.runtime.settings, WORDS, audience, ten.runtime.clock())) == expected
            ), audience


@pytest.mark.parametrize("wrong", ["", "outlet", "outlet=", "phone=+65", "all; outlet", "x" * 3000])
def test_what_is_no_filter_is_refused(wrong: str) -> None:
    with pytest.raises(BadInputError):
        filter_of(wrong)


def test_what_became_of_each_is_counted(ten: Shop) -> None:
    done = announce(ten)
    change(
        ten,
        "UPDATE conversation_messages SET state = 'sent', provider_id = 'SM' || id WHERE payload ? 'broadcast' AND id <> :id",
        id=done.message_ids[0],
    )
    change(
        ten,
        "INSERT INTO delivery_receipts (channel, provider_id, status, rank)"
        " SELECT 'whatsapp', provider_id, CASE WHEN id % 2 = 0 THEN 'read' ELSE 'delivered' END, 4 FROM conversation_messages"
        " WHERE payload ? 'broadcast' AND state = 'sent'",
    )
    change(
        ten,
        "UPDATE contacts SET opted_out_at = now() + interval '1 s' WHERE id = (SELECT min(contact_id) FROM broadcast_recipients)",
    )
    found = result(ten)
    assert (found["sent"], found["delivered"], found["opted_out"]) == (9, 9, 1)
    assert 4 <= int(str(found["read"])) <= 5
