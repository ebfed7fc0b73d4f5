"""A question in any of the languages comes down to the same concepts."""

from __future__ import annotations

import pytest

from bot.knowledge.terms import terms_of
from bot.language.folding import fold
from bot.language.languages import DEFAULT, concepts, languages


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("how do I return boxes", "en"),
        ("boss box too many can return or not", "en"),
        ("boleh pulangkan kotak?", "ms"),
        ("可以退货吗", "zh"),
        ("திருப்பி அனுப்பலாமா?", "ta"),
    ],
)
def test_the_same_question_speaks_of_a_return_in_every_language(text: str, language: str) -> None:
    terms = terms_of(text)
    assert terms.language == language
    assert "return" in terms.concepts


@pytest.mark.parametrize("text", ["pulangan wang bila sampai", "什么时候退款", "ரீஃபண்ட் எப்போது"])
def test_the_longest_phrase_wins(text: str) -> None:
    terms = terms_of(text)
    assert "refund" in terms.concepts
    assert "money" not in terms.concepts


def test_suffixes_and_prefixes_do_not_hide_a_word() -> None:
    assert "microwave" in terms_of("மைக்ரோவேவில் வைக்கலாமா").concepts
    assert "deliver" in terms_of("caj penghantaran").concepts


def test_what_could_not_be_read_is_known_to_be_little() -> None:
    assert terms_of("退货").understood == 1.0
    assert terms_of("龘龘龘龘龘龘退货").understood < 0.5


def test_a_concept_of_another_language_is_one_of_english() -> None:
    known = set(concepts(DEFAULT))
    strange = {(each.code, name) for each in languages() for name in concepts(each.code) if name not in known}
    assert strange == set()


def test_no_phrase_stands_for_two_concepts() -> None:
    for language in languages():
        if language.code == DEFAULT:
            continue  # in English a word may mean two things, and counts for both
        seen: dict[str, str] = {}
        for concept, phrases in concepts(language.code).items():
            for phrase in {fold(phrase).text for phrase in phrases}:
                assert seen.setdefault(phrase, concept) == concept, (language.code, phrase)
