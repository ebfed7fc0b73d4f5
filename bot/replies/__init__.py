"""Every sentence the bot can say: one TOML file a language, rendered in one place."""

from bot.replies.render import LANGUAGES, render

__all__ = ["LANGUAGES", "render"]
