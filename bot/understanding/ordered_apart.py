"""Tells whether goods are ordered in a sentence of their own, whatever the rest of the message talks about.

"Last week you sent the wrong size. 2 ctn nitrile M": a sentence of goods and their amounts in which nothing complains, asks or tells of
the past, and that has no word which nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.language import scan
from bot.language.lexicon import lexicon
from bot.language.token import Token
from bot.understanding.intent import Line
from bot.understanding.message_facts import Facts
from bot.understanding.wished_steps import Edit

_ELSEWHERE = frozenset(
    {
        "complaint",
        "claim",
        "status",
        "price",
        "product_question",
        "human",
        "past",
        "told",
        "thanked",
        "plan",
        "attack",
        "cancel_all",
        "repeat",
    }
)
"""Cues of a sentence that wants no goods, or may want none."""
_ENDS = frozenset({".", "!", "?", ";"})


def orders_apart(facts: Facts) -> bool:
    """Whether every line of the message stands in such a sentence, and at least one is there. Only where nothing is open."""
    context = facts.context
    if context.draft or context.pending or context.last_order or facts.cues.has("attack") or facts.story.loose:
        return False
    lines = [edit for edit in facts.story.edits if isinstance(edit.outcome, Line)]
    counted = bool(lines) and all(edit.said.at >= 0 and edit.op is None for edit in lines)
    parts = list(sentences(facts.tokens)) if counted else []
    return len(parts) > 1 and all(_wants(facts, said) for edit in lines for said in _of(edit, parts))


def sentences(tokens: Sequence[Token]) -> Iterator[list[int]]:
    """The places between full stops and the ends of lines, with these."""
    said: list[int] = []
    for at, token in enumerate(tokens):
        said.append(at)
        if token.kind == scan.LINE or token.text in _ENDS:
            yield said
            said = []
    if said:
        yield said


def _of(edit: Edit, parts: Sequence[list[int]]) -> list[list[int]]:
    """The sentences of the goods and of their amount."""
    places = {edit.said.at} | ({edit.mention.start} if edit.mention is not None else set())
    return [sentence for sentence in parts if not places.isdisjoint(sentence)]


def _wants(facts: Facts, sentence: Sequence[int]) -> bool:
    tokens = facts.tokens
    starts = {tokens[at].start for at in sentence}
    roles = {role for role, place in facts.cues.places if place in starts}
    asks = tokens[sentence[-1]].text == "?" and "want" not in roles
    told = any(tokens[at].has_any(("past_verb", "date_past", "stock")) for at in sentence)
    return not (asks or told) and roles.isdisjoint(_ELSEWHERE) and all(_known(tokens[at], facts) for at in sentence)


def _known(token: Token, facts: Facts) -> bool:
    return (
        token.kind != scan.WORD or bool(token.roles) or token.text in lexicon().chatter or facts.index.knows(token.word)
    )
