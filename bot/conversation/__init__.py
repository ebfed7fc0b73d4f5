"""Decides what one burst means for the business: decide(), a pure state machine. No database, clock, network or log."""

from bot.conversation.decide import decide

__all__ = ["decide"]
