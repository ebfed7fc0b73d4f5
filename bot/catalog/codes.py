"""Tells a SKU of digits from an amount by what stands beside it: "10045 x 3", "2 ctn 501", but "salt 501"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.language import scan
from bot.language.token import CODE, Token, token_at

Sold = Callable[[str, str], bool]
"""Whether a word belongs to a SKU."""
LONG = 5
"""A number so long that counts nothing beside it is no amount."""
_BETWEEN = frozenset({"x", "*", "-", ":", "=", "(", ")", ".", "/"})
_LED_BY = frozenset({"#"})


def with_codes(tokens: list[Token], codes: Mapping[str, str], knows: Callable[[str], bool], holds: Sold) -> list[Token]:
    """The tokens, in which a number of digits that is a SKU's code is a code where no amount is meant.

    `knows` says whether a word is one of the catalog's, `holds` whether it is one of that SKU's.
    """
    if not codes:
        return tokens
    look = _Beside(tokens, codes, knows, holds)
    return [look.read(at) for at in range(len(tokens))]


@dataclass(frozen=True, slots=True)
class _Beside:
    """Looks at what stands beside a token."""

    tokens: Sequence[Token]
    codes: Mapping[str, str]
    knows: Callable[[str], bool]
    holds: Sold

    def read(self, at: int) -> Token:
        token = self.tokens[at]
        sku = self.codes.get(token.text.lstrip("# "))
        if sku is None or token.kind not in (scan.NUMBER, scan.PLACE, scan.REFERENCE):
            return token
        if token.kind == scan.NUMBER and not self._names_goods(at, sku):
            return token
        return replace(token, kind=CODE, word=sku, value=None)

    def _names_goods(self, at: int, sku: str) -> bool:
        before, after = self._near(at, -1), self._near(at, 1)
        if self._is_led(at):
            return True
        if after.has("unit") or self._other_goods(after, sku):
            return False
        if self._goods(before):
            return self._counted_behind(at)
        return self._counted(at) or len(self.tokens[at].text) >= LONG

    def _is_led(self, at: int) -> bool:
        """ "code 501", "item no. 501"."""
        return token_at(self.tokens, at - 1).text in _LED_BY or self._near(at, -1).has("code_lead")

    def _near(self, at: int, way: int) -> Token:
        """The next token that is no mark between a code and its amount."""
        place = at + way
        while token_at(self.tokens, place).text in _BETWEEN:
            place += way
        return token_at(self.tokens, place)

    def _goods(self, token: Token) -> bool:
        return token.kind == scan.WORD and self.knows(token.word)

    def _other_goods(self, token: Token, sku: str) -> bool:
        return self._goods(token) and not self.holds(sku, token.word)

    def _counted(self, at: int) -> bool:
        """An amount stands behind it, or right before it with its unit or an x."""
        if self._counted_behind(at):
            return True
        before = self._near(at, -1)
        if before.has("stop"):
            before = self._near(at - 1, -1)
        return before.has("unit") or self._times_before(at)

    def _counted_behind(self, at: int) -> bool:
        """A number behind it, before the line ends, perhaps behind words of its name."""
        place = at + 1
        while self._leads_on(token_at(self.tokens, place)):
            place += 1
        return token_at(self.tokens, place).kind == scan.NUMBER

    def _leads_on(self, token: Token) -> bool:
        return token.text in _BETWEEN or self._goods(token)

    def _times_before(self, at: int) -> bool:
        """ "3 x 10045"."""
        return token_at(self.tokens, at - 1).text in ("x", "*") and token_at(self.tokens, at - 2).kind == scan.NUMBER
