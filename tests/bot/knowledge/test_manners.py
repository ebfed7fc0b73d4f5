"""Guidelines change words and urgency; facts and orders are the same with and without them."""

from __future__ import annotations

import pytest

from bot.conversation.manners import mood_of
from bot.knowledge.documents import Collection, Passage, read_folder
from bot.knowledge.manners import NO_MANNERS, Rule, manners_of
from tests.bot.knowledge.conftest import DOCUMENTS

PASSAGES = read_folder(DOCUMENTS)


def of(collection: Collection) -> list[Passage]:
    return [passage for passage in PASSAGES if passage.collection is collection]


def test_the_demo_rules_are_read() -> None:
    manners = manners_of(of(Collection.TONE_GUIDELINES), of(Collection.ESCALATION_RULES))
    assert manners.rules["complaint"] == Rule(
        "high", "customer care", 60, "I am sorry about this. Customer care has it now and will answer you here."
    )
    assert set(manners.openings) == {"angry", "sad", "urgent", "formal"}


def test_without_documents_there_are_none() -> None:
    assert manners_of([], []) == NO_MANNERS


@pytest.mark.parametrize("words", ["See https://evil.example", "{order.total}", "<b>hi</b>", "x" * 301])
def test_words_that_could_lead_somewhere_are_left_out(words: str) -> None:
    tone = Passage(Collection.TONE_GUIDELINES, "t", "T", "Angry", f"- when: angry\n- opening: {words}")
    assert manners_of([tone], []).openings == {}


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("this is bullshit, you guys are useless", "angry"),
        ("sorry, my father passed away", "sad"),
        ("need it urgently", "urgent"),
        ("快点，很紧急", "urgent"),
        ("Dear Sir, kindly advise on the terms", "formal"),
        ("2 ctn liner pls", "neutral"),
    ],
)
def test_moods_are_told_by_words(text: str, mood: str) -> None:
    assert mood_of(text) == mood
