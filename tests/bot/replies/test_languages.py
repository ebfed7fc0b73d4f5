"""Every language says everything, with the same values, and every sentence renders."""

from __future__ import annotations

import string
from collections.abc import Mapping

import pytest

from bot.language.languages import replies
from bot.replies.render import LANGUAGES
from handlers.checks.sentences import sentence_problems

IN_WORDS_OF_THE_SUPPLIER = {
    "tone_angry",
    "tone_sad",
    "tone_urgent",
    "tone_formal",
    "complaint_by_rule",
    "human_by_rule",
}
"""What English takes from the supplier's English documents, and what every other language says in words of its own."""
OTHERS = [language for language in LANGUAGES if language != "en"]


def book(language: str) -> Mapping[str, Mapping[str, str]]:
    return replies(language)


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_the_four_languages_are_there() -> None:
    assert set(LANGUAGES) >= {"en", "ms", "zh", "ta"}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("part", ["sentences", "words"])
def test_a_language_has_every_key_and_no_other(language: str, part: str) -> None:
    assert book(language)[part].keys() == book("en")[part].keys()


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_names_the_same_values_as_the_english_one(language: str) -> None:
    english, other = book("en")["sentences"], book(language)["sentences"]
    own = english.keys() - IN_WORDS_OF_THE_SUPPLIER
    differing = {key for key in own if placeholders(english[key]) != placeholders(other.get(key, ""))}
    assert differing == set()


def test_every_sentence_renders_with_every_fixture() -> None:
    problems, count = sentence_problems()
    assert problems == []
    assert count > 1000


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_confirmation_names_the_outlet_in_full(language: str) -> None:
    """What is (to be) ordered stands beside the line "- Outlet: <full name>"."""
    for key, sentence in book(language)["sentences"].items():
        if "{lines}" in sentence:
            assert "- Outlet: {outlet}\n" in sentence, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_seven_weekdays_and_twelve_months(language: str) -> None:
    words = book(language)["words"]
    assert (len(words["weekdays"].split()), len(words["months"].split())) == (7, 12)
