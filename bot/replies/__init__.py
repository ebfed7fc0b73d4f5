"""Every sentence the bot can say: the sentences of the languages, rendered in one place."""

from bot.replies.render import LANGUAGES, render

__all__ = ["LANGUAGES", "render"]
