"""Tells a weight or volume that is an amount from one that is a size: "tomato 5kg" is an amount, "2kg blocks x 5" is a size."""

from __future__ import annotations

from bot.catalog.index import CatalogIndex
from bot.catalog.match import headed
from bot.catalog.units import by_measure
from bot.language.tokeniser import SIZE, Token
from bot.understanding.spans import Element, Kind, Mention, Quantity


def take_pack_size(mention: Mention, index: CatalogIndex) -> None:
    """ "two 25kg sacks of flour", flour by the kilo: the size says what a sack holds, and is compared with the catalog."""
    quantity = mention.counted_by
    if quantity is None or len(mention.parts) < 2:
        return
    _, word, token = mention.parts[0]
    if token.unit is None or token.value is None or _is_size(word, mention, index):
        return
    quantity.pack_of = token.value / 1000 if token.unit in ("g", "ml") else token.value
    mention.parts.pop(0)
    mention.words.remove(word)
    mention.sizes.remove(token)
    mention.start = mention.parts[0][0]


def split_amounts(mention: Mention, index: CatalogIndex, *, counted: bool = False) -> list[Element]:
    """A weight or volume that no named product has as its size is a quantity, and ends the mention: tomato 5kg onion 2kg."""
    if not any(token.unit for token in mention.sizes):
        return [mention]
    sized = counted and all(token.kind == SIZE for _, _, token in mention.parts)
    amounts = [
        at
        for at, word, token in mention.parts
        if token.unit in index.measures and not (sized and word in index.sizes) and not _is_size(word, mention, index)
    ]
    if not amounts:
        return [mention]
    out: list[Element] = []
    group: list[tuple[int, str, Token]] = []
    for at, word, token in [*mention.parts, (-1, "", mention.parts[0][2])]:
        if at >= 0 and at not in amounts:
            group.append((at, word, token))
            continue
        if group:
            out.append(_part(group, index, mention))
            group = []
        if at >= 0:
            unit = "litre" if token.unit == "l" else token.unit
            out.append(Quantity(Kind.QUANTITY, at, at + 1, token.value, unit, size=token))
    if isinstance(out[-1], Mention):
        out[-1].end = mention.end
    return out


def split_names(mention: Mention, index: CatalogIndex) -> list[Mention]:
    """ "potato carrot cabbage 5kg each": several names with nothing between, where no product has all their words."""
    if mention.unknown or len(mention.parts) < 2 or index.holding(mention.bag):
        return [mention]
    groups: list[list[tuple[int, str, Token]]] = []
    rest = mention.parts
    while rest:
        size = next((n for n in range(len(rest), 0, -1) if _names_goods(rest[:n], index)), 0)
        if not size:
            return [mention]
        groups, rest = [*groups, rest[:size]], rest[size:]
    return [_part(group, index, mention) for group in groups]


def _names_goods(parts: list[tuple[int, str, Token]], index: CatalogIndex) -> bool:
    words = [word for _, word, _ in parts]
    return bool(index.exact(frozenset(words)) or (len(words) == 1 and headed(index, words[0])))


def _is_size(word: str, mention: Mention, index: CatalogIndex) -> bool:
    if word not in index.sizes:
        return False
    others = [other for _, other, token in mention.parts if other != word and not token.unit and index.knows(other)]
    if not others or index.holding((word, *others)):
        return bool(others)
    if any(by_measure(index.products[sku]) for sku in index.holding(others)):
        return False
    return any(index.holding((word, other)) for other in others)


def _part(group: list[tuple[int, str, Token]], index: CatalogIndex, whole: Mention) -> Mention:
    part = Mention(Kind.MENTION, group[0][0], group[-1][0] + 1, parts=group, repaired=whole.repaired)
    for _, word, token in group:
        if word in whole.words:
            part.words.append(word)
        else:
            part.unknown.append(token.text)
        if token.kind == SIZE:
            part.sizes.append(token)
    return part
