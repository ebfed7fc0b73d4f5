"""After a restore, the provider's list tells whose messages and whose replies are missing."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine

from bot.channels.twilio_history import remembered
from jobs.backup import gaps as compared
from jobs.backup.create import create
from jobs.backup.restore import restore
from simulator.server import Running
from tests.conftest import Shop
from tests.jobs.backup.test_backup import backing_up
from tests.people import ORDER, TAMPINES, WhatsAppPhone
from tests.scratch import scratch_database


def test_what_came_after_the_backup_is_named_with_the_order_that_the_reply_told(
    shop: Shop, simulator: Running, postgres_url: str, tmp_path: Path
) -> None:
    def say(phone: WhatsAppPhone, words: str) -> str:
        form = phone.form(words)
        simulator.simulator.twilio.record_inbound(form)
        phone.send(form)
        return form["MessageSid"]

    say(WhatsAppPhone(simulator, shop), ORDER)
    with backing_up(shop.runtime.settings, tmp_path) as runtime:
        backup = create(runtime, "")
    lost = say(WhatsAppPhone(simulator, shop, TAMPINES), "20 10 inch pizza box")
    number = str(shop.one("SELECT number FROM orders ORDER BY id DESC LIMIT 1"))
    with scratch_database(postgres_url, migrated=False) as url:
        assert restore(backup, url, "", backup.taken_at).ok
        engine = create_engine(url)
        with engine.connect() as connection:
            listed = remembered(shop.runtime.settings, compared.asked_from(backup.taken_at))
            found = compared.gaps(connection, backup.taken_at, listed)
        engine.dispose()
    assert found.listed == 4
    assert [(each.sid, each.address) for each in found.inbound] == [(lost, TAMPINES)]
    assert [(each.address, each.orders) for each in found.outbound] == [(TAMPINES, (number,))]
    assert not found.ok
    with shop.runtime.engine.connect() as connection:
        assert compared.gaps(connection, backup.taken_at, listed).ok, "the database that lived on lacks nothing"
