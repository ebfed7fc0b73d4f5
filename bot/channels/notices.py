"""Where the team is told what waits for it (ESCALATION_NOTIFY): e-mail and a webhook, as channels by which nothing comes in."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.spec import ChannelSpec
from bot.settings import Settings

EMAIL_NAME, HOOK_NAME, TELEGRAM_NAME = "email", "hook", "telegram"


@dataclass(frozen=True, slots=True)
class Target:
    """One that hears of every escalation: a channel and an address on it."""

    channel: str
    address: str


def targets(settings: Settings) -> tuple[Target, ...]:
    """What ESCALATION_NOTIFY names, in its order. Its shapes are checked at the start (bot/settings/problems.py)."""
    return tuple(target_of(part.strip()) for part in settings.escalation_notify.split(",") if part.strip())


def target_of(part: str) -> Target:
    if part.startswith(("http://", "https://")):
        return Target(HOOK_NAME, part)
    return Target(EMAIL_NAME if "@" in part else TELEGRAM_NAME, part)


def _names(channel: str, settings: Settings) -> bool:
    return any(target.channel == channel for target in targets(settings))


EMAIL = ChannelSpec(
    EMAIL_NAME,
    provider="smtp",
    client="bot.channels.email_client:Email",
    configured=lambda settings: _names(EMAIL_NAME, settings),
    settings_needed="set ESCALATION_NOTIFY to an e-mail address, and SMTP_URL",
    own_address=lambda settings: settings.smtp_from,
)
HOOK = ChannelSpec(
    HOOK_NAME,
    provider="webhook",
    client="bot.channels.hook_client:Hook",
    configured=lambda settings: _names(HOOK_NAME, settings),
    settings_needed="set ESCALATION_NOTIFY to an https address",
    own_address=lambda settings: "tria",
)
