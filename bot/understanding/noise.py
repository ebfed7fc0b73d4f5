"""Tells the numbers that count no goods: of papers, places, heads, hours and prices."""

from __future__ import annotations

from bot.catalog.index import CatalogIndex
from bot.language import scan
from bot.language.tokeniser import SIZE, Token
from bot.understanding.shapes import counts_goods

AHEAD = 4
LONGEST_CODE = 3
"""Letters before the number of a job or a form."""


class Noise:
    """Looks at one message's tokens; `skip` takes in what belongs to an address."""

    def __init__(self, tokens: list[Token], skip: set[int], index: CatalogIndex) -> None:
        self.tokens = tokens
        self.skip = skip
        self.index = index

    def _token(self, at: int) -> Token | None:
        return self.tokens[at] if 0 <= at < len(self.tokens) else None

    def counts_nothing(self, at: int) -> bool:
        """Numbers of papers, places, heads and hours count no goods."""
        before, after = self._token(at - 1), self._token(at + 1)
        if self._titled_by_heads(at) or self._priced(before, after):
            return True
        if before is not None and self._introduces_noise(before, after):
            counted = self._token(at - 2)
            beside = counted is not None and (counted.kind in (scan.NUMBER, SIZE) or self.index.knows(counted.word))
            return not (before.has("unit") and beside)
        if before is not None and (before.has("clock_before") or self._on_street(at - 1)):
            return True
        if after is None or after.kind != scan.WORD or after.has("unit") or self.index.knows(after.word):
            return False
        if any(after.has(role) for role in ("head_count", "duration", "clock", "money")):
            return True
        return self._street(at)

    @staticmethod
    def _priced(before: Token | None, after: Token | None) -> bool:
        """ "agreed at 0.35 each"."""
        return before is not None and before.text == "at" and after is not None and after.has("each")

    def _titled_by_heads(self, at: int) -> bool:
        """ "Total pax: 120"."""
        colon, title = self._token(at - 1), self._token(at - 2)
        if colon is None or colon.text != ":" or title is None:
            return False
        return title.has("head_count") and not self.index.knows(title.word)

    def _introduces_noise(self, before: Token, after: Token | None) -> bool:
        if before.has("reference"):
            return not counts_goods(self.index, before, after)
        return before.roles.get("place") == "before" and not self.index.knows(before.word)

    def _on_street(self, at: int) -> bool:
        """ "Bishan St 13": a street's name stands before its word."""
        name, street = self._token(at - 1), self.tokens[at]
        known = (
            name is None
            or name.kind != scan.WORD
            or self.index.knows(name.word)
            or (name.roles and not name.has("town"))
        )
        return street.roles.get("place") == "street" and not known

    def _street(self, at: int) -> bool:
        for ahead in range(at + 1, min(at + AHEAD, len(self.tokens))):
            token = self.tokens[ahead]
            if token.kind != scan.WORD or self.index.knows(token.word) or token.has("unit"):
                return False
            if token.roles.get("place") == "street":
                self.skip.update(range(at, ahead + 1))
                return True
        return False

    def range_end(self, at: int) -> int:
        """ "tables 12 to 40": the other end of a range counts no goods either."""
        to, number = self._token(at + 1), self._token(at + 2)
        ranged = to is not None and to.text in ("to", "-") and number is not None and number.kind == scan.NUMBER
        return at + 3 if ranged else at + 1

    def reference_end(self, at: int) -> int:
        """ "Job no. J-2219": where the code ends that stands behind a word for one; 0 when none does."""
        end = at + 1
        while (mark := self._token(end)) is not None and mark.text in (".", ":", "#", "no"):
            end += 1
        letters, dash, number = self._token(end), self._token(end + 1), self._token(end + 2)
        if letters is None or letters.end - letters.start > LONGEST_CODE or dash is None or number is None:
            return 0
        coded = dash.text == "-" and dash.glued and number.glued and number.kind == scan.NUMBER
        return end + 3 if coded else 0
