"""Tells the language of a message from its words, so that the answer comes in kind."""

from __future__ import annotations

from bot.language import scan
from bot.language.lexicon import lexicon
from bot.language.tokens import Token

SINGLISH = frozenset(
    {
        "lah",
        "leh",
        "lor",
        "liao",
        "hor",
        "sia",
        "meh",
        "anot",
        "dun",
        "oso",
        "kena",
        "walao",
        "aiyo",
        "ah",
        "alr",
        "lai",
    }
)
SHARE_FOR_OTHER = 0.3


def language_of(tokens: list[Token]) -> str:
    """en, en-SG, ms, zh or ta: the one most words belong to; English when nothing tells."""
    known = lexicon().language_of
    count = {"en": 0, "sg": 0, "ms": 0, "zh": 0, "ta": 0}
    words = 0
    for token in tokens:
        if token.kind != scan.WORD:
            continue
        for word in token.text.split():
            words += 1
            first = word[0]
            if "\u3400" <= first <= "\u9fff":
                count["zh"] += 1
            elif "\u0b80" <= first <= "\u0bff":
                count["ta"] += 1
            elif word in SINGLISH:
                count["sg"] += 1
            else:
                count[known.get(word, "en")] += 1
    other = max(("zh", "ta", "ms"), key=lambda name: count[name])
    if words and count[other] >= SHARE_FOR_OTHER * words and count[other] >= count["sg"]:
        return other
    return "en-SG" if count["sg"] else "en"
