"""Finds what a message only tells beside its order: why, for whom, whereto, who writes. "nurse got allergy", "to our Pasir Ris farm".

It looks at the words that nothing explains, a clause at a time. They are told, and wish for nothing,

- in a clause without goods or amounts that is a sentence of words which the languages know (a bare name may be goods that nobody
  knows), where no word wants, adds, counts, asks or sets a condition;
- behind a word that leads to a place or a time, as far as the next thing that means something;
- behind the closing of a letter, at its end.

What is told is kept as a note of the order and raises no doubt.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.catalog.index import CatalogIndex
from bot.language import scan
from bot.language.languages import listed
from bot.language.token import Token
from bot.understanding.message_facts import Facts
from bot.understanding.reasons import stretches
from bot.understanding.spans import Element, Mention, Quantity
from bot.understanding.talk import COUNTS, acts, carries, clauses, conditional, nothing_open, wishes
from bot.understanding.words_left_over import TokenUse, left_over

_LEADS = frozenset(listed("leads_aside"))
_SUBJECTS = frozenset(listed("tells_why"))
LONGEST_SIGNATURE = 8
LONGEST_NAME = 3


def accounted(facts: Facts, uses: Sequence[TokenUse]) -> tuple[Facts, tuple[str, ...]]:
    """The findings with what is only told, and the words that are left over without it."""
    if not nothing_open(facts) or TokenUse.LEFT not in uses:
        return facts, left_over(facts.tokens, uses, facts.folded)
    look = _Asides(facts, uses)
    names = frozenset(look.names())
    told = frozenset(look.told()) - names
    kept = [TokenUse.FRAME if at in told | names else use for at, use in enumerate(uses)]
    return replace(facts, asides=told), left_over(facts.tokens, kept, facts.folded)


@dataclass(frozen=True, slots=True)
class _Asides:
    facts: Facts
    uses: Sequence[TokenUse]

    def names(self) -> Iterator[int]:
        """The places of the names of who is greeted and who signs."""
        taken = self._taken()
        yield from self._opening(taken)
        yield from self._signature(taken)

    def told(self) -> Iterator[int]:
        """The places of left-over words that only tell something."""
        taken = self._taken()
        wanting = wishes(self.facts.tokens, self.facts.cues)
        for clause in clauses(self.facts.tokens):
            left = [at for at in clause if self._left(at)]
            if not left:
                continue
            if taken.isdisjoint(clause) and wanting.isdisjoint(clause) and self._tells(clause, left):
                yield from left
            else:
                yield from self._led(clause, taken)

    def _left(self, at: int) -> bool:
        return self.uses[at] is TokenUse.LEFT

    def _taken(self) -> set[int]:
        """The places of goods and amounts."""
        return {at for e in self.facts.elements if _orders(e) for at in range(e.start, e.end)}

    def _opening(self, taken: set[int]) -> Iterator[int]:
        """Whom a message greets: "Hi Joanne,"."""
        tokens = self.facts.tokens
        if ("greeting", tokens[0].start if tokens else 0) not in self.facts.cues.places:
            return
        first = next(iter(stretches(tokens)), [])
        left = [at for at in first if self._left(at)]
        if len(left) <= LONGEST_NAME and taken.isdisjoint(first):
            yield from (at for at in left if _is_word(tokens[at], self.facts.index))

    def _tells(self, clause: Sequence[int], left: Collection[int]) -> bool:
        """Whether a clause without goods or amounts is a sentence that wants nothing."""
        tokens = self.facts.tokens
        if any(self._acts(at) for at in clause) or not all(self._is_plain(at) for at in left):
            return False
        subject = any(tokens[at].text in _SUBJECTS for at in clause)
        adds = any(tokens[at].has("and") for at in (clause if not subject else (clause[0], clause[-1])))
        return not adds and any(carries(tokens[at]) for at in clause if at not in left)

    def _acts(self, at: int) -> bool:
        token = self.facts.tokens[at]
        return acts(token) or (token.kind in COUNTS and self._left(at) and not token.has("stop"))

    def _is_plain(self, at: int) -> bool:
        """A word that names no goods by itself: none that a product has, or none that says what goods are."""
        token, index = self.facts.tokens[at], self.facts.index
        if _is_word(token, index):
            return True
        named = token.word in index.heads or bool(index.exact(frozenset((token.word,)))) or token.repaired
        return token.kind == scan.WORD and not token.roles and not named

    def _led(self, clause: Sequence[int], taken: set[int]) -> Iterator[int]:
        """The words behind a word that leads to a place or a time."""
        tokens, index = self.facts.tokens, self.facts.index
        if any(tokens[at].has_any(("op", "correct")) or conditional(tokens[at]) for at in clause):
            return
        led = False
        for at in clause:
            token = tokens[at]
            if token.text in _LEADS or token.has("purpose") or (token.has("signs") and token.has("stop")):
                led = True
            elif at in taken or (token.kind in COUNTS and not token.has("stop")) or token.has_any(("and", "negate")):
                led = False
            elif led and self._left(at) and _is_word(tokens[at], index):
                yield at

    def _signature(self, taken: set[int]) -> Iterator[int]:
        """The names behind "Thanks and regards," at the end."""
        tokens = self.facts.tokens
        last = max(taken, default=-1)
        starts = [run[0] for run in stretches(tokens) if run[0] > last and tokens[run[0]].has("signs")]
        behind = range(starts[0] + 1, len(tokens)) if starts else range(0)
        left = [at for at in behind if self._left(at)]
        if len(left) <= LONGEST_SIGNATURE and all(_is_word(tokens[at], self.facts.index) for at in left):
            yield from left


def _orders(element: Element) -> bool:
    """Goods of the catalog, or an amount."""
    return isinstance(element, Quantity) or (isinstance(element, Mention) and not element.unknown)


def _is_word(token: Token, index: CatalogIndex) -> bool:
    """A plain word that no product has."""
    return token.kind == scan.WORD and not token.roles and not index.knows(token.word)
