"""The goods that may begin at a token: words that some product of the catalog holds together, and words nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from bot.catalog.index import CatalogIndex
from bot.catalog.names import AND
from bot.language import scan
from bot.language.tokeniser import CODE, SIZE, Token, leading_number, plain
from bot.understanding.spans import Kind, Mention

BRIDGES = frozenset({"of", "the", "的", "for", "size", "in", "with", "w", "saiz", "码", "号", "-"})
LONGEST = 14
Part = tuple[int, str, Token]


class GoodsWords:
    """Reads goods out of one message's tokens. `skip` holds the tokens that name days."""

    def __init__(self, tokens: list[Token], skip: set[int], index: CatalogIndex) -> None:
        self.tokens = tokens
        self.skip = skip
        self.index = index

    def at(self, start: int) -> Iterator[Mention]:
        """Every stretch from here that may name goods: the longest that fits a product, shorter ones, one that fits none."""
        token = self.tokens[start]
        if token.kind == CODE:
            yield Mention(Kind.MENTION, start, start + 1, sku=token.word)
            return
        phrase = self._phrase(start)
        if phrase is not None:
            yield phrase
        for mention in self._grown(start):
            if phrase is None or (mention.end, mention.bag) != (phrase.end, phrase.bag):
                yield mention
        if token.kind == scan.NUMBER:
            yield from self._bare_size(start)

    def _grown(self, start: int) -> Iterator[Mention]:
        parts: list[Part] = []
        held: frozenset[str] | None = None
        ends: list[Mention] = []
        at = start
        clash = False
        while at < len(self.tokens) and len(parts) < LONGEST:
            step = self._content(at, bool(parts))
            if step is None:
                bridged = self._bridge(at) if parts else 0
                if not bridged:
                    break
                at = bridged
                continue
            words, end = step
            if any(word == words[0] for _, word, _ in parts):
                break  # said again: another mention
            holders = self.index.holding(words)
            if held is not None and not (held & holders) and self._means_nothing(at):
                break
            if held is not None and not clash and self.tokens[at].unit and not (held & holders):
                break  # a measure that no such goods have is an amount
            held = holders if held is None else held & holders
            parts.extend((at, word, self.tokens[at]) for word in words)
            at = end
            clash = clash or not held
            if not clash or self._closes(at):
                ends.append(self._mention(parts, at))
            if clash and self._closes(at):
                break
        if ends:
            yield from self._worth(ends)

    def _means_nothing(self, at: int) -> bool:
        """ "cooking oil can you bring": a word of chat that no such goods have."""
        return self.tokens[at].has("filler") or self.tokens[at].has("article")

    def _worth(self, ends: list[Mention]) -> Iterator[Mention]:
        """The longest, and shorter ones that are a whole name or end before a word that may be something else."""
        yield ends[-1]
        for mention in ends[-2::-1]:
            token = self.tokens[mention.end] if mention.end < len(self.tokens) else None
            if self._is_same(mention, ends[-1]):
                continue
            apart = not self.index.holding(ends[-1].bag) and mention.words[-1] in self.index.heads
            if token is not None and (token.roles or token.kind != scan.WORD or self.index.exact(mention.bag) or apart):
                yield mention

    def _is_same(self, shorter: Mention, longer: Mention) -> bool:
        """ "light soy" of "light soy sauce", two names of one product: the longer is meant."""
        named = self.index.exact(longer.bag)
        return len(named) == 1 and self.index.exact(shorter.bag) == named

    def _mention(self, parts: list[Part], end: int) -> Mention:
        tokens = [token for _, _, token in parts]
        return Mention(
            Kind.MENTION,
            parts[0][0],
            end,
            words=[word for _, word, _ in parts],
            sizes=[token for token in tokens if token.kind == SIZE],
            parts=list(parts),
            repaired=any(token.repaired for token in tokens),
            modifier=all(token.kind == SIZE or token.has("attribute") for token in tokens),
        )

    def _content(self, at: int, inside: bool) -> tuple[tuple[str, ...], int] | None:
        """The words that products are looked up by, and where they end; None for a token that names no goods."""
        token = self.tokens[at]
        if at in self.skip:
            return None
        if token.names:
            return token.names, at + 1
        if token.kind == SIZE:
            return (token.word,), at + 1
        if token.kind == scan.NUMBER and token.value is not None:
            return self._numbered(at, token, inside)
        if token.kind != scan.WORD or token.has("and") or token.text == "x":
            return None
        if self.index.knows(token.word) and (not token.has("stop") or token.has("attribute")):
            return (token.word,), at + 1
        return ((token.word,), at + 1) if token.has("attribute") else None

    def _numbered(self, at: int, token: Token, inside: bool) -> tuple[tuple[str, ...], int] | None:
        """4-cup, 3 compartment: a number that belongs to a name."""
        after = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        if inside and self.inside_grade(at):
            return (token.word,), at + 1
        if after is None or token.value is None:
            return None
        hyphen = after.text == "-" and after.glued
        noun = self.tokens[at + 2] if hyphen and at + 2 < len(self.tokens) else after
        if noun.kind != scan.WORD:
            return None
        name = self.index.numbered_as(plain(token.value), noun.word)
        return ((name,), at + 2 + hyphen) if name else None

    def inside_grade(self, at: int) -> bool:
        """The 40 of "10w40", where some product has it in its name."""
        token = self.tokens[at]
        glued = token.kind == scan.NUMBER and token.glued and at > 0 and self.tokens[at - 1].kind == SIZE
        return glued and self.index.knows(token.word)

    def _bridge(self, at: int) -> int:
        """Where the next word of the same name stands behind words that tell nothing apart; 0 when none does."""
        end = at
        while end < len(self.tokens) and end < at + 3 and self._thin(end):
            end += 1
        return end if end > at and end < len(self.tokens) and self._content(end, True) is not None else 0

    def _thin(self, at: int) -> bool:
        token = self.tokens[at]
        if token.text == "-":
            return token.glued and at + 1 < len(self.tokens) and self.tokens[at + 1].glued
        return token.has("stop") and token.text in BRIDGES and at not in self.skip

    def _closes(self, at: int) -> bool:
        """No further content word follows at once."""
        return at >= len(self.tokens) or (self._content(at, True) is None and not self._bridge(at))

    def whole_name(self, start: int) -> int:
        """Where a whole name of the catalog ends that begins here; 0 when none does."""
        phrase = self._phrase(start)
        return phrase.end if phrase is not None else 0

    def _phrase(self, start: int) -> Mention | None:
        """A whole name as the catalog writes it, whatever the languages make of its words."""
        first = self.tokens[start]
        size = max((self._covers(start, p) for p in self.index.phrases.get(first.word, ())), default=0)
        inside = self.tokens[start : start + size]
        if size < 2 or not any(t.kind == scan.NUMBER or t.roles for t in inside):
            return None
        parts: list[Part] = []
        joined = False
        for offset, token in enumerate(inside):
            if token.kind == scan.NUMBER and token.value is not None:
                noun = inside[offset + 1].word if offset + 1 < size else ""
                word = self.index.in_name(plain(token.value), noun)
                joined = word != plain(token.value)
                parts.append((start + offset, word, token))
                continue
            if not joined and token.kind in (scan.WORD, SIZE) and self._tells(token):
                parts.append((start + offset, token.word, token))
            joined = False
        return self._mention(parts, start + size) if parts else None

    @staticmethod
    def _tells(token: Token) -> bool:
        return not token.has("and") and (not token.has("stop") or token.has("attribute"))

    def _covers(self, start: int, phrase: tuple[str, ...]) -> int:
        """How many tokens from `start` the phrase takes; 0 when it does not stand here."""
        at = start
        for word in phrase:
            while at > start and at < len(self.tokens) and self.tokens[at].word != word and self._between(at):
                at += 1
            if at >= len(self.tokens) or at in self.skip:
                return 0
            token = self.tokens[at]
            if (
                token.kind == scan.NUMBER
                and at + 1 < len(self.tokens)
                and token.word + self.tokens[at + 1].word == word
            ):
                at += 2
            elif token.word == word or (word == AND and token.has("and")):
                at += 1
            else:
                return 0
        return at - start

    def _between(self, at: int) -> bool:
        token = self.tokens[at]
        return token.has("stop") or (token.text == "-" and token.glued)

    def _bare_size(self, start: int) -> Iterator[Mention]:
        """ "the 14 ones": a number that names a size of the catalog by itself."""
        token, after = self.tokens[start], self.tokens[start + 1] if start + 1 < len(self.tokens) else None
        if after is None or after.text not in ("ones", "one", "type", "kind", "s"):
            return
        sizes = sorted(size for size in self.index.sizes if leading_number(size) == token.value)
        if len(sizes) == 1:
            yield self._mention(
                [(start, sizes[0], Token(SIZE, sizes[0], token.start, token.end, word=sizes[0]))], start + 2
            )

    # -- words nobody knows

    def unknown(self, start: int) -> Mention | None:
        """A run of words nobody knows, with the words of goods that stand right behind it."""
        at = start
        unknown: list[str] = []
        while at < len(self.tokens) and self._nobody_knows(at):
            unknown.append(self.tokens[at].text)
            at += 1
        if not unknown:
            return None
        parts = [(place, self.tokens[place].word, self.tokens[place]) for place in range(start, at)]
        return Mention(Kind.MENTION, start, at, unknown=unknown, parts=parts)

    def _nobody_knows(self, at: int) -> bool:
        token = self.tokens[at]
        if token.text == "x" or token.kind != scan.WORD:
            return False
        return not token.roles and not self.index.knows(token.word) and at not in self.skip
