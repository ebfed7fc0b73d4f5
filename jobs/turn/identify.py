"""The read beat's second look, once it is known what was said: who speaks, and which earlier message is meant."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bot.runtime import Runtime
from bot.situation import Said, Situation
from jobs.lease import Lease
from jobs.turn.album import album_answered
from jobs.turn.burst import ALBUM
from jobs.turn.referred_message import find_referred
from jobs.turn.sender import read_speaker


def identify(runtime: Runtime, connection: Connection, lease: Lease, said: Said, situation: Situation) -> Situation:
    """Costs a plain order of a known contact no query."""
    version = runtime.catalog[0] if runtime.catalog else 0
    waiting = situation.question.first_text if situation.question else ""
    return replace(
        situation,
        speaker=read_speaker(runtime, connection, lease, said, situation.outlets, version, waiting),
        album_answered=said.kind in ALBUM and album_answered(connection, lease.conversation_id, said),
        referred=find_referred(connection, lease.conversation_id, said),
    )
