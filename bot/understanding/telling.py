"""Tells the clauses of a message that tell something and want nothing: a sentence about people, places or weather.

Nothing is known of the words that no language and no product has; the clause around them is what is looked at. It tells only

- where it is a sentence: a word that says of somebody what he is or does, and not a bare name with what belongs to it;
- where no word in it could touch an order: no goods or amount, no wish, lack, search or reminder, no question or complaint, no
  condition for the order, no "no" but of what somebody does, and no word for how goods are, unless of a thing that is no goods.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from bot.catalog.index import CatalogIndex
from bot.language import scan
from bot.language.languages import listed
from bot.language.scripts import is_unspaced
from bot.language.token import Token, token_at
from bot.understanding.message_facts import Facts
from bot.understanding.talk import COUNTS, acts, conditional

_SUBJECTS = frozenset(listed("tells_why"))
_PEOPLE = frozenset(listed("speaks_of_people"))
_SAYS = frozenset(listed("says_what_is"))
_MAY_WANT = frozenset(listed("may_want"))
_MAY_LACK = frozenset(listed("may_lack"))
_OWN = frozenset(listed("is_their_own"))
_OURS = frozenset(listed("comes_from_us"))
_POINTS = frozenset(listed("points_at_a_thing"))
_STANDS_FOR_GOODS = frozenset(listed("stands_for_goods"))
_VERB_ENDINGS = listed("verb_before_its_object_ends_in")
_LAST_VERB_ENDINGS = listed("verb_at_the_end_ends_in")
_ALL = ("all", "every", "both", "each")
_NAME_WORDS = frozenset(listed("around_a_name"))
_DEGREES = frozenset(listed("in_what_degree"))
_PLACES = ("place", "town", "note", "clock", "event", "occasion")
SHORTEST_VERB = 5
WORDS_OF_A_SENTENCE = 2


class Telling:
    """Judges clauses of one message. `left`: the places of words that the reading leaves over."""

    def __init__(self, facts: Facts, left: Collection[int]) -> None:
        self.tokens: Sequence[Token] = facts.tokens
        self.index: CatalogIndex = facts.index
        self.left = left
        self.days = {at for day in facts.days for at in range(day.start, day.end)}

    def tells(self, clause: Sequence[int]) -> bool:
        """Whether a clause without goods and amounts is a sentence that wants nothing."""
        if self._hangs_on_it(clause) or self._adds(clause) or any(self._acts(clause, at) for at in clause):
            return False
        return self._is_sentence(clause) and all(self.is_plain(at) for at in clause if at in self.left)

    def _hangs_on_it(self, clause: Sequence[int]) -> bool:
        """ "looking for zibbets", "our zibbets are low": a word nobody knows that may be wanted, or be lacking."""
        unknown = [at for at in clause if at in self.left]
        if not unknown:
            return False
        before = [at for at in clause if at < unknown[-1]]
        return self._has(clause, _MAY_LACK) or self._has(before, _MAY_WANT)

    def _has(self, clause: Sequence[int], phrases: Collection[str]) -> bool:
        """Whether one of the phrases is said in the clause."""
        said = [self.tokens[at].text for at in clause]
        spaced, run = f" {' '.join(said)} ", "".join(said)
        return any(phrase in run if is_unspaced(phrase) else f" {phrase} " in spaced for phrase in phrases)

    def is_plain(self, at: int) -> bool:
        """A word that names no goods by itself: none that a product has, or none that says what goods are."""
        token = self.tokens[at]
        if token.kind != scan.WORD:
            return False
        if is_word(token, self.index) or (token.repaired and not self._names(token)):
            return True
        if token.has_any(("unit", "attribute", "negate")):
            return True  # what else it may do has been looked at
        return not token.roles and not self._names(token)

    def _names(self, token: Token) -> bool:
        return token.word in self.index.heads or bool(self.index.exact(frozenset((token.word,))))

    def _is_sentence(self, clause: Sequence[int]) -> bool:
        """A verb, more words of the languages than stand around a bare name, or a place or time that something is said of."""
        if any(self._says(clause, at) for at in clause):
            return True
        if any(self.tokens[at].has_any(_PLACES) and not self._is_for(clause, at) for at in clause):
            return True
        return len({self.tokens[at].text for at in clause if self._carries(at)}) >= WORDS_OF_A_SENTENCE

    def _is_for(self, clause: Sequence[int], at: int) -> bool:
        """ "zibbets for the party": what something is for does not say that it is no goods."""
        return any(self.tokens[before].has("purpose") for before in clause if before < at)

    def _carries(self, at: int) -> bool:
        """A known word that does not belong to a bare name: not its "the", "our", "nice", "for", "again"."""
        token = self.tokens[at]
        if token.kind != scan.WORD or at in self.left or at in self.days or _NAME_WORDS.issuperset(token.text.split()):
            return False
        return not token.has_any(("courtesy", "and", "article", "attribute", "unit"))

    def _says(self, clause: Sequence[int], at: int) -> bool:
        """A word that says what somebody is or does: a verb of the languages, or what has the form of one."""
        token = self.tokens[at]
        if token.text in _SAYS or not _SAYS.isdisjoint(token.text.split()):
            return True
        if token.text in _DEGREES:
            return at != clause[0]  # "the queue super crazy"
        if at not in self.left or len(token.text) < SHORTEST_VERB:
            return False
        last = at == clause[-1]
        return (last and token.text.endswith(_LAST_VERB_ENDINGS)) or (
            not last and token.text.endswith(_VERB_ENDINGS) and self._points(at + 1)
        )

    def _points(self, at: int) -> bool:
        token = token_at(self.tokens, at)
        return token.text in _POINTS or token.text in _PEOPLE or token.has("article")

    def _adds(self, clause: Sequence[int]) -> bool:
        """ "dental floss also", "and the zibbets": another thing, and not "and he ..."."""
        adds = [at for at in clause if self.tokens[at].has("and")]
        if not adds:
            return False
        about = any(self._speaks_of(at) for at in clause)
        if clause[-1] in adds or not about:
            return True
        return clause[0] in adds and not (
            self._speaks_of(clause[0] + 1) or token_at(self.tokens, clause[0] + 1).text in _SAYS
        )

    def _speaks_of(self, at: int) -> bool:
        text = token_at(self.tokens, at).text
        return text in _SUBJECTS or text in _PEOPLE

    def _acts(self, clause: Sequence[int], at: int) -> bool:
        """Whether the word may count, change, want or describe goods."""
        token = self.tokens[at]
        if token.kind in COUNTS:
            return at in self.left and not token.has("stop")
        if conditional(token):
            return at == clause[0] or not any(self._says(clause, before) for before in clause if before < at)
        if token.has("negate") and not token.has("filler"):
            return token_at(self.tokens, at + 1).text not in _SAYS
        if token.has("attribute") or token.has("unit"):
            return not self._of_a_thing(at)
        if token.text in _STANDS_FOR_GOODS and at == clause[-1] and at - 1 in self.left and at - 1 in clause:
            return True  # "the zibbet kind"
        if token.has_any(_ALL):
            return token_at(self.tokens, at + 1).has("unit")
        return acts(token)

    def _written_together(self, at: int) -> Iterator[Token]:
        """The left-over words around this one, of a run without spaces."""
        for step in (-1, 1):
            near = at + step
            while near in self.left and is_unspaced(self.tokens[near].text):
                yield self.tokens[near]
                near += step

    def _of_a_thing(self, at: int) -> bool:
        """ "the yellow line", 小朋友, "throw the box": said of what is no goods, or one thing that is pointed at."""
        token = self.tokens[at]
        before, behind = token_at(self.tokens, at - 1), token_at(self.tokens, at + 1)
        if token.repaired or (token.has("filler") and token.has("unit")):
            return True
        if before.text in _PEOPLE or before.text in _SUBJECTS:
            return True
        if is_unspaced(token.text):
            return any(is_word(other, self.index) for other in self._written_together(at))
        if token.has("unit"):
            return before.text in _POINTS
        return is_word(behind, self.index)


def is_word(token: Token, index: CatalogIndex) -> bool:
    """A plain word that no product has."""
    return token.kind == scan.WORD and not token.roles and not index.knows(token.word)


def their_own(tokens: Sequence[Token], clause: Sequence[int], index: CatalogIndex) -> bool:
    """ "my chiller spoil", 我耳朵不好: something of theirs, which was never sold to them."""
    owned = (token_at(tokens, at + 1) for at in clause if tokens[at].text in _OWN)
    return any(
        token.kind == scan.WORD and token.text not in _OURS and not token.has("unit") and not index.knows(token.word)
        for token in owned
    )
