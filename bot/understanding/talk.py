"""The clauses of a message that talk and order nothing: what they have in common, and goods that are only spoken of in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence

from bot.language import scan
from bot.language.languages import listed
from bot.language.token import SIZE, Token, token_at
from bot.understanding.cues import Cues
from bot.understanding.intent import Line, Question
from bot.understanding.message_facts import Facts
from bot.understanding.reasons import stretches
from bot.understanding.wished_steps import Edit

COUNTS = frozenset({scan.NUMBER, scan.ODD, scan.UNSURE, SIZE})
_CONDITIONS = frozenset(listed("makes_a_condition"))
_STARTS = frozenset(listed("starts_a_clause"))
_SUBJECTS = frozenset(listed("tells_why"))
_ACTS = (
    "unit", "negate", "correct", "op", "stock", "or", "each", "both", "all", "every", "is_right", "ran_out", "same_amount", "vague",
    "how_many",
)  # fmt: skip
"""Roles of words that count or change goods."""
_ASKS = ("want", "product_question", "repeat", "cancel_all", "plan", "attack")
"""Cues of clauses in which goods are spoken of because they are wanted, or asked about."""
_WISHES = ("want", "product_question", "price", "repeat", "cancel_all", "plan", "attack", "claim", "status", "human")
"""Cues of clauses that want something, or that somebody has to answer."""
OTHER_WISHES = tuple(role for role in _WISHES if role != "want")
_QUESTIONS = frozenset({"product_question", "price", "status", "policy"})
_NOUNS = frozenset({"human", "status"})
"""Cues that a single word is too little for: "the invoice can go to Serene"."""
_ASKS_FIRST = frozenset(listed("begins_a_question"))


def nothing_open(facts: Facts) -> bool:
    """Whether the message stands alone: no draft, no question and no order that it may be about."""
    context = facts.context
    return not (context.draft or context.pending or context.last_order)


def clauses(tokens: Sequence[Token], taken: Collection[int] = ()) -> Iterator[list[int]]:
    """The places between marks, and before a word that starts another clause: a "so", or an "and" that parts goods and amounts
    (`taken`) from what has none."""
    for run in stretches(tokens):
        goods = next((place for place, at in enumerate(run) if at in taken), 0)
        starts = [place for place, at in enumerate(run) if place and _starts(tokens[at], place <= goods)]
        for start, end in zip([0, *starts], [*starts, len(run)], strict=True):
            yield run[start:end]


def _starts(token: Token, before_goods: bool) -> bool:
    return token.text in _STARTS or (before_goods and token.has("and"))


def wishes(tokens: Sequence[Token], cues: Cues, roles: Collection[str] = _WISHES) -> set[int]:
    """The places where a clause asks or wants something, and those of questions."""
    firsts = {run[0] for run in stretches(tokens)}
    said = ((role, at) for role, at in _said(tokens, cues) if role in roles)
    found = {
        at
        for role, at in said
        if not _says_only(tokens, role, at, firsts) and not (role in _NOUNS and (role, tokens[at].text) in cues.phrases)
    }
    return found | {at - 1 for at, token in enumerate(tokens) if token.text == "?"}


def complaints(tokens: Sequence[Token], cues: Cues) -> set[int]:
    """The places where something is complained of."""
    return {at for role, at in _said(tokens, cues) if role == "complaint"}


def _said(tokens: Sequence[Token], cues: Cues) -> Iterator[tuple[str, int]]:
    """The cues, each with the token at which it is said."""
    starts = [token.start for token in tokens]
    return ((role, max(bisect_right(starts, place) - 1, 0)) for role, place in cues.places)


def _says_only(tokens: Sequence[Token], role: str, at: int, firsts: Collection[int]) -> bool:
    """ "you guys are the best", "you all need to climb": no question without its verb first, no wish for what somebody does."""
    if role in _QUESTIONS and tokens[at].text.split()[0] in _ASKS_FIRST:
        return at not in firsts
    return role == "want" and token_at(tokens, at + 1).text == "to" and not token_at(tokens, at + 2).has("want")


def conditional(token: Token) -> bool:
    return not _CONDITIONS.isdisjoint(token.text.split())


def acts(token: Token) -> bool:
    """A word that counts or changes goods, or sets a condition."""
    return conditional(token) or (token.has_any(_ACTS) and not token.has("filler"))


def hush(facts: Facts) -> None:
    """Goods in a part of their names that a clause of talk speaks of ask nothing, where other goods are ordered."""
    if not nothing_open(facts) or not any(isinstance(edit.outcome, Line) for edit in facts.story.edits):
        return
    wanting = wishes(facts.tokens, facts.cues, _ASKS)
    for clause in clauses(facts.tokens):
        named = [edit for edit in facts.story.edits if edit.mention is not None and edit.mention.start in clause]
        talk = bool(named) and wanting.isdisjoint(clause) and all(_is_bare(edit, facts) for edit in named)
        if talk and _says_more(facts, clause, named):
            for edit in named:
                edit.chatter = True


def _is_bare(edit: Edit, facts: Facts) -> bool:
    """Goods without an amount, by words that are no whole name of any; or words nobody knows with a number: "we 14 mechanics"."""
    mention = edit.mention
    if mention is None or not isinstance(edit.outcome, Question) or edit.op is not None or edit.joined:
        return False
    if not mention.words:
        return edit.said.at < 0 or _heads_of(edit, facts)
    return edit.said.at < 0 and mention.sku is None and not facts.index.exact(mention.bag)


def _heads_of(edit: Edit, facts: Facts) -> bool:
    """Whether a bare number right behind somebody counts heads, and no goods."""
    before = facts.tokens[edit.said.at - 1] if edit.said.at > 0 else None
    return edit.said.unit is None and before is not None and before.text in _SUBJECTS


def _says_more(facts: Facts, clause: Sequence[int], named: Sequence[Edit]) -> bool:
    """Whether the clause says something of the goods that neither counts nor changes nor adds them."""
    goods = {at for e in named if e.mention is not None for at in (*range(e.mention.start, e.mention.end), e.said.at)}
    rest = [facts.tokens[at] for at in clause if at not in goods]
    if any(acts(token) or token.has("and") or (token.kind in COUNTS and not token.has("stop")) for token in rest):
        return False
    return any(token.kind == scan.WORD and not token.has("courtesy") and not token.has("stop") for token in rest)
