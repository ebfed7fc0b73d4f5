"""The team hears of every escalation: by Telegram, by e-mail over real SMTP, by a webhook over real HTTP; tried again, told again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask, Response, request
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import text
from werkzeug.serving import make_server

from bot.errors import NotConnectedError
from bot.runtime import Runtime
from bot.settings.problems import problems_of
from embedded.ports import free_port
from handlers.checks import work
from handlers.checks.outside import escalation_notify
from jobs import failures, sweep
from jobs.handoff import notify, takeover
from jobs.invoices import connection
from jobs.outbox.send import send
from models.failure_kind import FailureKind
from simulator.server import Running
from tests.conftest import Shop
from tests.people import World

OPS = "ops@supplier.example"


@dataclass
class Mailbox:
    """A mail server that keeps what it is given, and first says to come later as often as it is told to."""

    mails: list[Any] = field(default_factory=list)
    busy: int = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's own name)
        if self.busy > 0:
            self.busy -= 1
            return "451 try again later"
        self.mails.append(envelope)
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, f"smtp://127.0.0.1:{port}"
    controller.stop()


@dataclass
class Hooked:
    taken: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def take(self) -> Response:
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.taken.append(request.get_json())
        return Response(status=status)


@pytest.fixture
def hook() -> Iterator[tuple[Hooked, str]]:
    hooked, port = Hooked(), free_port()
    app = Flask("hooked")
    app.add_url_rule("/team", view_func=hooked.take, methods=["POST"])
    server = make_server("127.0.0.1", port, app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield hooked, f"http://127.0.0.1:{port}/team"
    server.shutdown()
    thread.join()
    server.server_close()


def hearing(shop: Shop, told: str, **more: Any) -> Runtime:
    """The runtime of a sweeper and a worker with these settings, on the suite's database."""
    values = {"escalation_notify": told, "smtp_from": "bot@supplier.example", **more}
    return Runtime(shop.runtime.settings.model_copy(update=values))


def told(runtime: Runtime) -> int:
    """One look of the sweeper, and what it rings for."""
    count = notify.tell(runtime)
    sent(runtime)
    return count


def sent(runtime: Runtime) -> None:
    with runtime.engine.connect() as connection:
        ids = (
            connection.execute(text("SELECT id FROM conversation_messages WHERE kind = 'notice' ORDER BY id"))
            .scalars()
            .all()
        )
    for message_id in ids:
        send(runtime, message_id, runtime.channels)


def due_now(shop: Shop) -> None:
    with shop.runtime.engine.begin() as connection:
        connection.execute(
            text("UPDATE conversation_messages SET due_at = now() WHERE kind = 'notice' AND due_at IS NOT NULL")
        )


def notices(shop: Shop) -> list[tuple[object, ...]]:
    return shop.rows("SELECT channel, state FROM conversation_messages WHERE kind = 'notice' ORDER BY id")


def test_an_email_tells_who_waits_why_and_how_to_answer(
    shop: Shop, client: FlaskClient, mailbox: tuple[Mailbox, str]
) -> None:
    box, url = mailbox
    runtime = hearing(shop, OPS, smtp_url=SecretStr(url))
    World(shop, client).phone().say("the cups leak, I want my money back")
    assert told(runtime) == 1
    assert told(runtime) == 0
    (mail,) = box.mails
    written = mail.content.decode()
    assert (mail.mail_from, mail.rcpt_tos) == ("bot@supplier.example", [OPS])
    assert "Subject: Escalation 1 (high): complaint" in written
    assert "Canadian Pizza Pasir Ris" in written
    assert "flask escalations reply 1" in written
    assert "80000101" not in written
    assert notices(shop) == [("email", "sent")]
    runtime.close()


def test_a_mail_server_that_is_busy_is_asked_again(
    shop: Shop, client: FlaskClient, mailbox: tuple[Mailbox, str]
) -> None:
    box, url = mailbox
    box.busy = 1
    runtime = hearing(shop, OPS, smtp_url=SecretStr(url))
    World(shop, client).phone().say("can a human call me")
    told(runtime)
    assert (box.mails, notices(shop)) == ([], [("email", "pending")])
    due_now(shop)
    sent(runtime)
    assert (len(box.mails), notices(shop)) == (1, [("email", "sent")])
    runtime.close()


def test_a_webhook_that_refuses_for_good_leaves_a_failure_to_replay(
    shop: Shop, client: FlaskClient, hook: tuple[Hooked, str]
) -> None:
    hooked, url = hook
    hooked.answers = [503, 404]
    runtime = hearing(shop, url)
    World(shop, client).phone().say("let me talk to the owner")
    told(runtime)
    assert notices(shop) == [("hook", "pending")]
    due_now(shop)
    sent(runtime)
    assert notices(shop) == [("hook", "dead")]
    assert "404" in str(shop.one("SELECT error FROM failures WHERE kind = 'deliver' AND resolved_at IS NULL"))
    runtime.close()


def test_every_target_hears_and_telegram_is_written_by_our_bot(
    shop: Shop, client: FlaskClient, hook: tuple[Hooked, str], simulator: Running
) -> None:
    hooked, url = hook
    runtime = hearing(shop, f"-1009001, {url}")
    World(shop, client).phone().say("complaint: forks missing again")
    told(runtime)
    assert "forks missing again" in hooked.taken[0]["text"]
    (call,) = simulator.ledger.entries(provider="telegram", operation="sendMessage")
    assert str(call.sent["chat_id"]) == "-1009001"
    runtime.close()


def test_what_joins_an_open_task_and_what_is_overdue_is_told_again(
    shop: Shop, client: FlaskClient, hook: tuple[Hooked, str]
) -> None:
    hooked, url = hook
    runtime = hearing(shop, url)
    phone = World(shop, client).phone()
    phone.say(media=["image/jpeg"])
    assert told(runtime) == 1
    phone.say("and the last delivery was short, very angry")
    assert told(runtime) == 1
    assert told(runtime) == 0
    with shop.runtime.engine.begin() as connection:
        connection.execute(
            text("UPDATE escalations SET due_at = now() - interval '1 s', told_at = now() - interval '1 minute'")
        )
    assert told(runtime) == 1
    assert "OVERDUE escalation 1" in hooked.taken[-1]["text"]
    assert told(runtime) == 0
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE escalations SET told_at = now() - interval '61 minutes'"))
    assert told(runtime) == 1
    with shop.runtime.engine.begin() as connection:
        takeover.reply(connection, runtime.settings, 1, "Mei here", actor="mei")
        connection.execute(text("UPDATE escalations SET told_at = now() - interval '61 minutes'"))
    assert told(runtime) == 0
    runtime.close()


def test_the_sweepers_pulse_writes_it_and_its_next_look_rings_for_it(
    shop: Shop, client: FlaskClient, hook: tuple[Hooked, str]
) -> None:
    runtime = hearing(shop, hook[1])
    World(shop, client).phone().say("I want to talk to a person")
    sweep.pulse(runtime)
    assert notices(shop) == [("hook", "pending")]
    assert sweep.run_once(runtime)["deliver"] >= 1
    runtime.close()


def test_a_login_to_xero_that_is_revoked_is_told_once_a_day_until_somebody_connects(
    shop: Shop, hook: tuple[Hooked, str]
) -> None:
    hooked, url = hook
    runtime = hearing(shop, url)
    for _ in range(3):
        connection.block(runtime, NotConnectedError("Xero refuses our login: invalid_grant", code="invalid_grant"))
        told(runtime)
    (said,) = (each["text"] for each in hooked.taken)
    assert said.startswith("Nothing is invoiced: ")
    assert "invalid_grant" in said
    assert "flask xero connect" in said
    with shop.runtime.engine.begin() as database:
        database.execute(text("UPDATE failures SET told_at = now() - interval '25 hours'"))
    assert (told(runtime), told(runtime)) == (1, 0)
    with shop.runtime.engine.begin() as database:
        failures.resolve_reference(database, FailureKind.INVOICE, connection.CONNECTION, "connected by mei")
        database.execute(text("UPDATE failures SET told_at = now() - interval '25 hours'"))
    assert told(runtime) == 0
    runtime.close()


def test_without_targets_nothing_is_marked_as_told(shop: Shop, client: FlaskClient) -> None:
    World(shop, client).phone().say("I want to talk to a person")
    assert notify.tell(shop.runtime) == 0
    assert shop.one("SELECT told FROM escalations") is None


def test_readiness_counts_who_waits_and_who_waits_too_long(shop: Shop, client: FlaskClient) -> None:
    World(shop, client).phone().say("I want to talk to a person")
    assert work.escalations(shop.runtime).facts == {"open": 1, "overdue": 0}
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE escalations SET due_at = now() - interval '1 s'"))
    verdict = work.escalations(shop.runtime)
    assert verdict.facts == {"open": 1, "overdue": 1}
    assert "wait for a person longer" in verdict.reason


@pytest.mark.parametrize(
    ("value", "smtp", "problems"),
    [
        ("", "", 0), ("-1001234567890", "", 0), ("https://hooks.example/T1", "", 0), (OPS, "smtp://mail.example", 0),
        (OPS, "", 1), ("call mei", "", 1), (OPS, "http://mail.example", 1), (f"{OPS},12345,https://a.example", "smtps://u:p%40@m.example", 0),
    ],
)  # fmt: skip
def test_shapes_of_the_setting_are_checked_at_the_start(shop: Shop, value: str, smtp: str, problems: int) -> None:
    settings = shop.runtime.settings.model_copy(update={"escalation_notify": value, "smtp_url": SecretStr(smtp)})
    found = [problem for problem in problems_of(settings) if "NOTIFY" in problem or "SMTP" in problem]
    assert len(found) == problems
    assert smtp == "" or not any(smtp in problem for problem in found)


def test_doctor_says_when_nobody_would_be_told_in_production(shop: Shop) -> None:
    from bot.settings import Environment

    bare = Runtime(shop.runtime.settings.model_copy(update={"environment": Environment.PRODUCTION}))
    assert "nobody is told" in escalation_notify(bare).reason
    assert escalation_notify(hearing(shop, OPS)).facts == {"configured": True, "channels": ["email"]}
