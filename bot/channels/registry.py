"""The channels that there are. A new one is a module with a SPEC, a door, and one line here; nothing else lists channels."""

from __future__ import annotations

from bot.channels import api, notices, telegram, twilio
from bot.channels.spec import ChannelSpec
from bot.errors import UnknownChannelError

CHANNELS: dict[str, ChannelSpec] = {
    spec.name: spec
    for spec in (
        twilio.SPEC,
        telegram.SPEC,
        api.SPEC,
        notices.EMAIL,
        notices.HOOK,
    )
}
"""By name, in the order in which they are shown."""


def register(spec: ChannelSpec) -> None:
    """Adds a channel of another package. Raises ValueError when the name is taken by another one."""
    if CHANNELS.setdefault(spec.name, spec) is not spec:
        raise ValueError(f"there is a channel {spec.name!r} already")


def spec_of(name: str) -> ChannelSpec:
    """Raises UnknownChannelError: a row of a channel that nobody knows must not leave by another one."""
    try:
        return CHANNELS[name]
    except KeyError as error:
        raise UnknownChannelError(f"no channel {name[:20]!r}", code="channel") from error


def pushed_channels() -> tuple[ChannelSpec, ...]:
    """Those that we send on."""
    return tuple(spec for spec in CHANNELS.values() if spec.pushed)


def customer_channels() -> tuple[ChannelSpec, ...]:
    """Those on which customers write to us and we send to them."""
    return tuple(spec for spec in pushed_channels() if spec.door)
