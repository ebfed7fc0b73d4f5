"""Joins the words of a catalog's name that the languages would take for themselves: half & half, Thank You Cards, 100 Plus.

A name is claimed before a number in it can count, a day in it can date or a "no" in it can take anything away. Words of names
without such words are left to be read one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import takewhile

from bot.language import scan
from bot.language.lexicon import lexicon
from bot.language.token import BETWEEN_SIDES, Token, token_at
from bot.language.word_forms import product_word

AND = "&"
_JOINTS_OF_SIDES = BETWEEN_SIDES | {"-"}
APART = "\0"
"""Equal to no word of a message."""
COUNTING = frozenset({"number", "scale", "pair_number", "article", "vague"})
OPENING = COUNTING | {"filler", "courtesy", "note", "want"}
"""Roles of words that may stand before the rest of a name without belonging to it."""
RISKY = frozenset(
    {
        "number",
        "scale",
        "pair_number",
        "weekday",
        "month",
        "day",
        "yesterday",
        "festival",
        "op",
        "negate",
        "correct",
        "each",
    }
    | {
        "both",
        "all",
        "same_amount",
        "how_many",
        "direction",
        "every",
        "ran_out",
        "reference",
        "duration",
        "week",
        "clock",
    }
)
"""Roles by which a word of a name would count, date or change an order."""
MIN_WORDS = 2
MAX_NAMES = 400
"""Names that one word is looked for in; a word of more of them tells nothing apart."""

Words = tuple[str, ...]
Written = tuple[Words, tuple[bool, ...]]
Place = tuple[Words, tuple[bool, ...], int]
"""A name's words, which of them are written on behind the one before, and where in it a word stands."""


@dataclass(frozen=True, slots=True)
class SpelledNames:
    """The names that hold a word with another meaning, by that word; `looked_up` gives the words a stretch is looked up by."""

    by_word: Mapping[str, tuple[Place, ...]]
    looked_up: Callable[[str], Words]

    def join(self, tokens: list[Token]) -> list[Token]:
        """The tokens with each such name, or part of one, as one of them; its `names` are the words to look it up by."""
        words = _written(tokens, "")
        if self.by_word.keys().isdisjoint(words):
            return tokens
        out: list[Token] = []
        done = 0
        for start, end in self._stretches(tokens, words):
            out += tokens[done:start]
            out.append(_joined(tokens[start:end], self.looked_up(_text(tokens[start:end]))))
            done = end
        return out + tokens[done:]

    def _stretches(self, tokens: Sequence[Token], words: list[str]) -> Iterator[tuple[int, int]]:
        """The longest stretch around each such word that the names know, from left to right."""
        done = 0
        for at, word in enumerate(words):
            if at < done or word not in self.by_word:
                continue
            found = [_stretch(words, at, place, done) for place in self.by_word[word]]
            valid = [one for one in (_trimmed(tokens, words, stretch) for stretch in set(found)) if one is not None]
            if valid:
                start, end = max(valid, key=lambda one: (one[1] - one[0], -one[0]))
                if self.looked_up(_text(tokens[start:end])):
                    yield start, end
                    done = end


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Tokens `start` to `end` that stand so in a name; whether they are its first and its last words."""

    start: int
    end: int
    first: bool
    last: bool
    glued: tuple[bool, ...]
    """Which of its words the name writes on behind the one before."""


def _stretch(words: Sequence[str], at: int, place: Place, done: int) -> _Stretch:
    """As far as message and name agree around one word."""
    name, glued, position = place
    start = _shared(reversed(words[done:at]), reversed(name[:position]))
    end = _shared(words[at : at + len(name) - position], name[position:])
    whole = position == start, position + end == len(name)
    return _Stretch(at - start, at + end, *whole, glued[position - start : position + end])


def _shared(words: Iterable[str], name: Iterable[str]) -> int:
    """How many words are the same in both from their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(words, name, strict=False)))


def _trimmed(tokens: Sequence[Token], words: Sequence[str], found: _Stretch) -> tuple[int, int] | None:
    """The stretch without what may not belong to the goods at its ends; None when the rest does not speak of them."""
    start, end = _without_loose(tokens, found)
    whole = found.first and found.last and (start, end) == (found.start, found.end)
    inside = words[start:end]
    if end - start < MIN_WORDS or not (any(map(_risky, inside)) or _says_something(inside)):
        return None
    as_one = not _cut_off(tokens, end) and all(_written_on(tokens, found, at) for at in range(start + 1, end))
    if not as_one and not _speaks(inside, first=found.first and start == found.start, whole=whole):
        return None
    return (start, end) if not _is_phrase(inside) or _beside_amount(tokens, start, end) else None


def _without_loose(tokens: Sequence[Token], found: _Stretch) -> tuple[int, int]:
    """The stretch without words at its ends that may count, or open a sentence."""
    start, end = found.start, found.end
    counted = any(_counts(token) for token in (*tokens[:start], *tokens[end:]))
    while start < end and not _written_on(tokens, found, start + 1):
        if not _loose_start(tokens[start], whole=found.first and start == found.start, counted=counted):
            break
        start += 1
    while start < end and not _written_on(tokens, found, end - 1):
        if not _loose_end(tokens[end - 1], whole=found.last and end == found.end, counted=counted):
            break
        end -= 1
    return start, end


def _cut_off(tokens: Sequence[Token], end: int) -> bool:
    """ "2-" of "2-Dec", where a name has "2-ply": a part of what is written as one says nothing."""
    behind = token_at(tokens, end)
    return behind.glued and behind.kind != scan.MARK


def _written_on(tokens: Sequence[Token], found: _Stretch, at: int) -> bool:
    """6pk-1880: written as one with what stands before it, here and in the name."""
    return found.start < at < found.end and tokens[at].glued and found.glued[at - found.start]


def _loose_start(token: Token, *, whole: bool, counted: bool) -> bool:
    """A word that may count, or open the sentence; it belongs to the name where the name begins so and something else counts."""
    if token.text in _joints():
        return True
    if _counts(token):
        return not (whole and counted)
    return not whole and not OPENING.isdisjoint(_roles(token.text))


def _loose_end(token: Token, *, whole: bool, counted: bool) -> bool:
    if token.text in _joints():
        return not whole
    if _counts(token):
        return not (whole and counted)
    return not whole and _risky(token.text)


def _counts(token: Token) -> bool:
    counting = token.kind in (scan.NUMBER, scan.ODD)
    return counting or (token.kind == scan.WORD and not COUNTING.isdisjoint(_roles(token.text)))


def _speaks(words: Sequence[str], *, first: bool, whole: bool) -> bool:
    """Whether the words speak of these goods by themselves."""
    content = [word for word in words if word[:1].isalpha() and not _roles(word)]
    if "negate" in _roles(words[0]):
        return whole or len(content) > 1 or any(word.isdigit() for word in words)
    if content:
        return True
    return whole or (first and AND in words)


def _beside_amount(tokens: Sequence[Token], start: int, end: int) -> bool:
    near = (*tokens[max(start - 2, 0) : start], *tokens[end : end + 2])
    return any(_counts(token) for token in near)


def _text(tokens: Sequence[Token]) -> str:
    return "".join(token.text if token.glued and at else f" {token.text}" for at, token in enumerate(tokens)).strip()


def _joined(tokens: list[Token], names: Words) -> Token:
    text = _text(tokens)
    repaired = any(token.repaired for token in tokens)
    span = tokens[0].start, tokens[-1].end
    return Token(scan.WORD, text, *span, tokens[0].glued, word=names[-1], repaired=repaired, names=names)


def _written(tokens: Sequence[Token], apart: str) -> list[str]:
    """The spelling of each token; `apart` for what no name goes on across: line ends, stretches, and sizes, which are read later."""
    sizes = {at for at in range(len(tokens)) if _in_size(tokens, at)}
    out = scan.REGIONS | {scan.LINE}
    return [apart if at in sizes or token.kind in out else spelling(token.text) for at, token in enumerate(tokens)]


def _in_size(tokens: Sequence[Token], at: int) -> bool:
    """A number with a measure or another side behind it (8 oz, 8x8), or what stands behind such a number."""
    if tokens[at].kind == scan.NUMBER:
        other_side = token_at(tokens, at - 2).kind == scan.NUMBER and _measures(tokens, at - 1)
        return other_side or _measures(tokens, at + 1)
    return _measures(tokens, at) and token_at(tokens, at - 1).kind == scan.NUMBER


def _measures(tokens: Sequence[Token], at: int) -> bool:
    token = token_at(tokens, at)
    return token.text in ('"', "''") or "measure" in _roles(token.text) or _joins_sides(token, token_at(tokens, at + 1))


def _joins_sides(joint: Token, side: Token) -> bool:
    """The x of 8x8, the dash of 4-6."""
    return joint.glued and joint.text in _JOINTS_OF_SIDES and side.glued and side.kind == scan.NUMBER


@cache
def _joints() -> frozenset[str]:
    structure = lexicon().structure
    return frozenset({AND, *(word for word in structure.by_first if "and" in structure.alone(word))})


@lru_cache(maxsize=16384)
def spelling(word: str) -> str:
    """One spelling for a word of a name: the singular, every "and" as one sign."""
    return AND if word in _joints() else product_word(word)


def holds_risk(words: Sequence[str]) -> bool:
    """Whether the languages would take a word of this name for themselves. `words` as they are folded."""
    return any(map(_risky, words)) or _says_something(words)


def as_written(tokens: Sequence[Token]) -> Written:
    """A name's words, from its tokens as a message would have them, and which are written on behind the one before."""
    return tuple(_written(tokens, APART)), tuple(token.glued for token in tokens)


def spelled_names(names: Iterable[Written], looked_up: Callable[[str], Words]) -> SpelledNames:
    """The table of names by each of their words that has another meaning."""
    by_word: dict[str, dict[Place, None]] = {}
    for words, glued in names:
        for at in _risky_places(words):
            by_word.setdefault(words[at], {})[words, glued, at] = None
    few = {word: tuple(places) for word, places in by_word.items() if len(places) <= MAX_NAMES}
    return SpelledNames(few, lru_cache(maxsize=4096)(looked_up))


def _risky_places(words: Words) -> Iterator[int]:
    for at, word in enumerate(words):
        if _risky(word) or _phrase_at(words, at):
            yield at


@lru_cache(maxsize=16384)
def _risky(word: str) -> bool:
    roles = _roles(word)
    if word.replace(".", "").isdigit():
        return True
    return not RISKY.isdisjoint(roles) and (roles.get("stop") is None or "negate" in roles or "number" in roles)


def _roles(word: str) -> Mapping[str, str]:
    return lexicon().structure.alone(word)


def _says_something(words: Sequence[str]) -> bool:
    """Whether some words of it together are a phrase of a language: "thank you", "same day"."""
    return any(_phrase_at(words, at) for at in range(len(words)))


def _phrase_at(words: Sequence[str], at: int) -> bool:
    long = (phrase for phrase in _phrases_from(words[at]) if len(phrase) > 1)
    return any(tuple(words[at : at + len(phrase)]) == phrase for phrase in long)


def _phrases_from(word: str) -> Iterator[Words]:
    """Every phrase of the languages that begins with the word."""
    known = lexicon()
    yield from (phrase for phrase, _ in (*known.cues.by_first.get(word, ()), *known.structure.by_first.get(word, ())))


def _is_phrase(words: Sequence[str]) -> bool:
    """All of it is something that people say anyway: "good morning"."""
    return tuple(words) in _phrases_from(words[0])
