"""A person answers a question once: the customer is told, and the answer is a document from then on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from bot.errors import BadInputError
from bot.knowledge.terms import terms_of
from bot.settings import Settings
from bot.telemetry import scrub
from jobs.audit import audit
from jobs.handoff.takeover import hand_back
from jobs.outbox.write import say

LONGEST_ANSWER, LONGEST_QUESTION = 1_600, 200
WORDS_IN_NAME = 5
_ASKED = text("""
SELECT e.conversation_id, m.content FROM escalations e JOIN conversation_messages m ON m.id = e.message_id
WHERE e.id = :id AND e.closed_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class Learned:
    """The file that was written, and the messages to be sent."""

    file: Path
    messages: tuple[int, ...]


def learn(
    connection: Connection, settings: Settings, escalation_id: int, answer: str, *, question: str | None, folder: Path, actor: str
) -> Learned:  # fmt: skip
    """Writes `faqs/<words of the question>.md`, answers the customer and closes the task. Raises BadInputError.

    The file is written before the transaction ends: a file without its message is only an FAQ more.
    """
    row = connection.execute(_ASKED, {"id": escalation_id}).one_or_none()
    if row is None:
        raise BadInputError(f"there is no open escalation {escalation_id} with a question")
    title = " ".join(scrub(question or row.content).split())
    if not answer.strip() or len(answer) > LONGEST_ANSWER or not title or len(title) > LONGEST_QUESTION:
        raise BadInputError(
            f"write an answer of 1 to {LONGEST_ANSWER} characters, and a --question of at most {LONGEST_QUESTION}"
        )
    file = _written(folder, title, answer.strip())
    told = say(connection, row.conversation_id, answer.strip(), role="person")
    audit(connection, actor, "learn", f"escalation:{escalation_id}", {"file": file.name, "message": told})
    return Learned(file, (told, *hand_back(connection, settings, escalation_id, actor=actor)))


def _written(folder: Path, title: str, answer: str) -> Path:
    """A file of its own: what is there already is never overwritten."""
    words = re.findall(r"[a-z0-9]+", terms_of(title).english)[:WORDS_IN_NAME] or ["question"]
    faqs = folder / "faqs"
    faqs.mkdir(parents=True, exist_ok=True)
    names = (f"{'_'.join(words)}{'' if number == 1 else f'_{number}'}.md" for number in range(1, 1000))
    file = next(faqs / name for name in names if not (faqs / name).exists())
    body = re.sub(r"^(?=#)", " ", answer, flags=re.MULTILINE)  # a line of the answer is no heading
    file.write_text(f"# {title.lstrip('#').strip()}\n\n{body}\n", "utf-8")
    return file
