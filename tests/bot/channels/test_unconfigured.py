"""A supplier with WhatsApp alone: its processes start, and nothing is lost in silence on the channel that is not there."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.channels.base import Outgoing
from bot.channels.registry import pushed_channels
from bot.errors import PermanentError, UnknownChannelError
from bot.runtime import Runtime
from bot.settings import Settings
from jobs.lanes import Lanes
from jobs.upkeep.warm_up import warm_up
from tests.conftest import Shop


@pytest.fixture
def without_telegram(settings: Settings) -> Settings:
    none = SecretStr("")
    return settings.model_copy(update={"telegram_bot_token": none, "telegram_webhook_secret": none})


def test_a_worker_without_a_bot_starts_and_places_its_first_order(without_telegram: Settings, shop: Shop) -> None:
    runtime = Runtime(without_telegram)
    assert set(runtime.channels) == {spec.name for spec in pushed_channels()}
    lanes = Lanes()
    warm_up(runtime, lanes)
    lanes.close()
    runtime.close()


def test_what_is_to_leave_by_a_channel_that_is_not_set_up_fails_for_good_with_what_to_set(
    without_telegram: Settings,
) -> None:
    runtime = Runtime(without_telegram)
    telegram = runtime.make_channel("telegram")
    with pytest.raises(PermanentError, match="telegram is not configured: set TELEGRAM_BOT_TOKEN") as refused:
        telegram.send(Outgoing("7001", "", "hello"))
    assert refused.value.code == "not_configured"
    assert telegram.can_look_up is False
    assert runtime.make_channel("whatsapp").can_look_up is True
    with pytest.raises(UnknownChannelError):
        runtime.make_channel("api")
    runtime.close()
