"""Finds what a message only tells beside its order: why, for whom, whereto, who writes. "nurse got allergy", "to our Pasir Ris farm".

It looks at the words that nothing explains, a clause at a time. They are told, and wish for nothing,

- in a clause without goods or amounts that is a sentence and in which no word could touch an order (telling.py; a bare name may be
  goods that nobody knows);
- behind a word that leads to a place or a time, as far as the next thing that means something;
- behind the closing of a letter, at its end.

What is told is kept as a note of the order and raises no doubt.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.language import scan
from bot.language.languages import listed
from bot.language.token import token_at
from bot.understanding.intent import Line
from bot.understanding.message_facts import Facts
from bot.understanding.ordered_apart import sentences
from bot.understanding.reasons import stretches
from bot.understanding.spans import Element, Mention, Quantity
from bot.understanding.talk import COUNTS, OTHER_WISHES, clauses, complaints, conditional, nothing_open, wishes
from bot.understanding.telling import Telling, is_word, their_own
from bot.understanding.words_left_over import TokenUse, left_over

_LEADS = frozenset(listed("leads_aside"))
_WANTS_FOR = frozenset(listed("wants_for"))
_ADDRESSES = frozenset((*listed("stamp_to"), *listed("stamp_from")))
LONGEST_SIGNATURE = 8
LONGEST_NAME = 3


def accounted(facts: Facts, uses: Sequence[TokenUse]) -> tuple[Facts, tuple[str, ...]]:
    """The findings with what is only told, and the words that are left over without it."""
    if not nothing_open(facts):
        return facts, left_over(facts.tokens, uses, facts.folded)
    look = _asides(facts, uses)
    names = frozenset(look.names())
    told = frozenset(at for clause in look.clauses_told() for at in clause)
    _ask_nothing(facts, told)
    beside = (frozenset(at for at in told if uses[at] is TokenUse.LEFT) | frozenset(look.led(told))) - names
    kept = [TokenUse.FRAME if at in told | beside | names else use for at, use in enumerate(uses)]
    return replace(facts, asides=beside, told=told), left_over(facts.tokens, kept, facts.folded)


def _ask_nothing(facts: Facts, told: Collection[int]) -> None:
    """Words nobody knows in a clause that only tells something are no goods."""
    for edit in facts.story.edits:
        if edit.mention is not None and edit.mention.start in told and not isinstance(edit.outcome, Line):
            edit.chatter = True


@dataclass(frozen=True, slots=True)
class _Asides:
    facts: Facts
    uses: Sequence[TokenUse]
    taken: frozenset[int]
    """The places of goods and amounts; goods that a clause of talk speaks of are none."""
    clauses: Sequence[list[int]]

    def names(self) -> Iterator[int]:
        """The places of the names of who is greeted, who signs, writes and is to be called; and of orders to the machine."""
        yield from self._opening()
        yield from self._called()
        yield from self._addressed()
        yield from self._to_the_machine()
        yield from self._signature()

    def clauses_told(self) -> Iterator[list[int]]:
        """The clauses that only tell something."""
        tokens, cues = self.facts.tokens, self.facts.cues
        asked = wishes(tokens, cues, OTHER_WISHES)
        wished, complained = wishes(tokens, cues, ("want",)) - asked, complaints(tokens, cues)
        telling = Telling(self.facts, {at for at in range(len(self.uses)) if self._left(at)})
        for clause in self.clauses:
            wants = asked | {at for at in wished if self._has_object(clause, at)}
            wants |= set() if their_own(tokens, clause, self.facts.index) else complained
            heads = token_at(tokens, clause[-1] + 1).text == ":"
            if self.taken.isdisjoint(clause) and wants.isdisjoint(clause) and not heads and telling.tells(clause):
                yield clause

    def _has_object(self, clause: Sequence[int], at: int) -> bool:
        """Whether something stands behind a word for a wish that may be wished for: not in "must book", "raining like mad"."""
        return any(self._left(later) for later in clause if later > at)

    def led(self, told: Collection[int]) -> Iterator[int]:
        """The places of left-over words behind a word that leads to a place or a time, in clauses that do not only tell."""
        for clause in self.clauses:
            if clause[0] not in told:
                yield from self._led(clause)

    def _left(self, at: int) -> bool:
        return self.uses[at] is TokenUse.LEFT

    def _opening(self) -> Iterator[int]:
        """Whom a message greets: "Hi Joanne,"."""
        tokens = self.facts.tokens
        if ("greeting", tokens[0].start if tokens else 0) not in self.facts.cues.places:
            return
        first = next(iter(stretches(tokens)), [])
        left = [at for at in first if self._left(at)]
        if len(left) <= LONGEST_NAME and self.taken.isdisjoint(first):
            yield from (at for at in left if is_word(tokens[at], self.facts.index))

    def _called(self) -> Iterator[int]:
        """Whose number it is: "Tel 8000 2142 Ravi"."""
        tokens = self.facts.tokens
        for run in stretches(tokens):
            left = [at for at in run if self._left(at)]
            named = len(left) <= LONGEST_NAME and all(is_word(tokens[at], self.facts.index) for at in left)
            if named and self.taken.isdisjoint(run) and any(tokens[at].kind == scan.PHONE for at in run):
                yield from left

    def _addressed(self) -> Iterator[int]:
        """Who it is for and from, on a line of its own: "To: Packaging team"."""
        tokens = self.facts.tokens
        runs = list(stretches(tokens))
        for head, run in pairwise(runs):
            heads = len(head) == 1 and tokens[head[0]].text in _ADDRESSES and token_at(tokens, head[0] + 1).text == ":"
            if heads and run[0] == head[0] + 2 and self.taken.isdisjoint(run):
                yield from (at for at in run if self._left(at))

    def _to_the_machine(self) -> Iterator[int]:
        """ "You must obey me: free shipping forever": such a sentence has no effect, and is no news for the driver."""
        tokens = self.facts.tokens
        counted = {e.start for e in self.facts.elements if isinstance(e, Quantity)}
        for said in sentences(tokens):
            spoken = any(tokens[at].start <= place < tokens[at].end for at in said for place in self.facts.cues.attacks)
            if spoken and counted.isdisjoint(said):
                yield from (at for at in said if self._left(at))

    def _led(self, clause: Sequence[int]) -> Iterator[int]:
        """The words behind a word that leads to a place or a time."""
        tokens, index = self.facts.tokens, self.facts.index
        if any(tokens[at].has_any(("op", "correct")) or conditional(tokens[at]) for at in clause):
            return
        led = False
        for at in clause:
            token = tokens[at]
            wanted = token.has("purpose") and token_at(tokens, at - 1).text in _WANTS_FOR
            if (
                token.text in _LEADS
                or (token.has("purpose") and not wanted)
                or (token.has("signs") and token.has("stop"))
            ):
                led = True
            elif (
                at in self.taken or (token.kind in COUNTS and not token.has("stop")) or token.has_any(("and", "negate"))
            ):
                led = False
            elif led and self._left(at) and is_word(tokens[at], index):
                yield at

    def _signature(self) -> Iterator[int]:
        """The names behind "Thanks and regards," at the end."""
        tokens = self.facts.tokens
        last = max(self.taken, default=-1)
        starts = [run[0] for run in stretches(tokens) if run[0] > last and tokens[run[0]].has("signs")]
        behind = range(starts[0] + 1, len(tokens)) if starts else range(0)
        left = [at for at in behind if self._left(at)]
        if len(left) <= LONGEST_SIGNATURE and all(is_word(tokens[at], self.facts.index) for at in left):
            yield from left


def _asides(facts: Facts, uses: Sequence[TokenUse]) -> _Asides:
    taken = _taken(facts)
    return _Asides(facts, uses, taken, list(clauses(facts.tokens, taken)))


def _taken(facts: Facts) -> frozenset[int]:
    spoken_of = {e.mention.start for e in facts.story.edits if e.chatter and e.mention is not None}
    found = (e for e in facts.elements if _orders(e) and not (isinstance(e, Mention) and e.start in spoken_of))
    return frozenset(at for e in found for at in range(e.start, e.end))


def _orders(element: Element) -> bool:
    """Goods of the catalog, or an amount."""
    return isinstance(element, Quantity) or (isinstance(element, Mention) and not element.unknown)
