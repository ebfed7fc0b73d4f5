"""The suite, with a third channel beside those that ship: registered before anything else reads which channels there are."""

from bot.channels.registry import register
from tests.plain_channel.channel import SPEC

register(SPEC)
