"""The catalog as the reader needs it: built once per catalog version, immutable, fast to ask.

It knows every name as a bag of words, the words of each product, the sizes the catalog has, and the units.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.catalog.product import Product
from bot.catalog.spelling import Spelling
from bot.ordering.units import MEASURES
from bot.understanding import scan
from bot.understanding.lexicon import lexicon
from bot.understanding.text import fold, is_spaceless
from bot.understanding.tokens import SIZE, Cutter, Token, Tokeniser, plain, product_word, singular

Bag = frozenset[str]
MIN_NUMERIC_CODE = 5
_ASIDE = re.compile(r"\([^)]{0,80}\)|\bwith\b.{0,80}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CatalogIndex:
    """Everything that matching asks of a catalog. Equal catalogs build equal indexes."""

    products: Mapping[str, Product]
    names: Mapping[Bag, tuple[str, ...]]
    """The SKUs whose name or alias has exactly these words."""
    held: Mapping[str, Bag]
    """Every word of a product's names, by SKU."""
    core: Mapping[str, Bag]
    """The same without what only describes parts: "(fits 8oz)", "with lid"."""
    by_word: Mapping[str, Bag]
    """The SKUs that hold a word."""
    aliases: Mapping[str, tuple[Bag, ...]]
    """The bags of a SKU's names."""
    phrases: Mapping[str, tuple[tuple[str, ...], ...]]
    """Names as they are written, by first word, the longest first."""
    sizes: frozenset[str]
    numbered: frozenset[str]
    """Numbers that belong to a name: 2cup, 3compartment."""
    measures: frozenset[str]
    """The measures that something is sold by: g and kg, ml and l, or none."""
    spelling: Spelling
    tokeniser: Tokeniser
    outlet_names: Mapping[str, Mapping[Bag, tuple[str, ...]]] = field(default_factory=dict)
    outlet: str | None = None

    @staticmethod
    def build(products: Iterable[Product]) -> CatalogIndex:
        """Reads every name of every product once. Under two seconds for 10,000 SKUs."""
        return _build(list(products))

    def for_outlet(self, outlet_id: str | None) -> CatalogIndex:
        """The same index, in which this outlet's own aliases outrank everyone's."""
        return self if outlet_id == self.outlet else replace(self, outlet=outlet_id)

    def exact(self, bag: Bag) -> tuple[str, ...]:
        """The SKUs with exactly this name, this outlet's own names first."""
        own = self.outlet_names.get(self.outlet, {}).get(bag) if self.outlet else None
        return own or self.names.get(bag, ())

    def knows(self, word: str) -> bool:
        return word in self.by_word

    def holding(self, bag: Iterable[str]) -> Bag:
        """The SKUs that hold every one of these words."""
        postings = sorted((self.by_word.get(word, frozenset()) for word in bag), key=len)
        if not postings:
            return frozenset()
        return postings[0].intersection(*postings[1:])

    def mend(self, word: str) -> str | None:
        """The known spelling of a word, when there is exactly one."""
        return None if product_word(word) in self.by_word else self.spelling.mend(word, singular(word))


AND = "&"


def content(tokens: Iterable[Token], *, whole: bool = False) -> tuple[str, ...]:
    """The words of a name that tell products apart, numbers joined to the word they count; `whole` keeps every "and"."""
    words: list[str] = []
    pending = ""
    for token in tokens:
        if pending and token.glued and token.kind == scan.WORD:
            words.append(pending + token.word)
            pending = ""
            continue
        if token.kind == scan.NUMBER and token.value is not None:
            if pending:
                words.append(pending)
            pending = plain(token.value)
            continue
        if whole and token.has("and") and words and not pending:
            words.append(AND)
            continue
        if token.kind not in (scan.WORD, SIZE) or token.has("and"):
            continue
        if token.has("stop") and not token.has("attribute"):
            continue
        words.append(pending + token.word)
        pending = ""
    return tuple(words) if not pending else (*words, pending)


def _build(products: list[Product]) -> CatalogIndex:
    language = lexicon()
    texts = {p.sku: [p.name, *p.aliases] for p in products}
    own = [alias for p in products for aliases in p.outlet_aliases.values() for alias in aliases]
    cutter = _cutter([text for group in texts.values() for text in group] + own)
    reader = Tokeniser(cutter)
    names: dict[Bag, list[str]] = {}
    held: dict[str, Bag] = {}
    core: dict[str, Bag] = {}
    aliases: dict[str, tuple[Bag, ...]] = {}
    phrases: dict[str, set[tuple[str, ...]]] = {}
    numbered: set[str] = set()
    sizes: set[str] = set()
    outlet_names: dict[str, dict[Bag, list[str]]] = {}
    by_word: dict[str, set[str]] = {}
    for product in products:
        bags: list[Bag] = []
        core_words: set[str] = set()
        for text in texts[product.sku]:
            tokens = reader.read(fold(text).text)
            sizes.update(token.word for token in tokens if token.kind == SIZE)
            words = content(tokens)
            if not words:
                continue
            numbered.update(word for word in words if word[0].isdigit())
            bags.append(frozenset(words))
            phrases.setdefault(words[0], set()).add(content(tokens, whole=True))
            inner = _ASIDE.sub("", text)
            core_words.update(words if inner == text else content(reader.read(fold(inner).text)))
        for bag in dict.fromkeys(bags):
            names.setdefault(bag, []).append(product.sku)
        for outlet_id, outlet_aliases in product.outlet_aliases.items():
            for alias in outlet_aliases:
                words = content(reader.read(fold(alias).text))
                outlet_names.setdefault(outlet_id, {}).setdefault(frozenset(words), []).append(product.sku)
                phrases.setdefault(words[0], set()).add(words)
                for word in words:
                    by_word.setdefault(word, set())
        held[product.sku] = frozenset(word for bag in bags for word in bag)
        core[product.sku] = frozenset(core_words)
        aliases[product.sku] = tuple(dict.fromkeys(bags))
        for word in held[product.sku]:
            by_word.setdefault(word, set()).add(product.sku)
    frozen = {word: frozenset(skus) for word, skus in by_word.items()}
    return CatalogIndex(
        products={p.sku: p for p in products},
        names={bag: tuple(skus) for bag, skus in names.items()},
        held=held,
        core=core,
        by_word=frozen,
        aliases=aliases,
        phrases={first: tuple(sorted(group, key=lambda w: (-len(w), w))) for first, group in phrases.items()},
        sizes=frozenset(sizes),
        numbered=frozenset(numbered),
        measures=frozenset(
            measure for p in products for measure in ("g", "kg", "ml", "l") if measure in MEASURES.get(p.base_unit, {})
        ),
        spelling=Spelling(frozen.keys(), language.repairable),
        tokeniser=Tokeniser(cutter, frozenset(sizes), _codes(products), frozen.keys()),
        outlet_names={o: {bag: tuple(skus) for bag, skus in group.items()} for o, group in outlet_names.items()},
    )


def _codes(products: Iterable[Product]) -> dict[str, str]:
    """How a SKU may be typed: as it is, or without its dashes. Codes that are plain words or small numbers are left out."""
    codes: dict[str, str] = {}
    known = lexicon().words
    for product in products:
        code = fold(product.sku).text.strip()
        short = re.sub(r"[-_/. ]", "", code)
        if code not in known and (len(code) > MIN_NUMERIC_CODE or not code.isdigit()):
            codes[code] = product.sku
        if len(short) > 3 and any(c.isdigit() for c in short) and not short.isdigit():
            codes.setdefault(short, product.sku)
    return codes


def _cutter(texts: Iterable[str]) -> Cutter:
    """Learns the words of the catalog's names in scripts without spaces, beside the lexicon's own."""
    language = lexicon()
    front = Cutter.of(word for word in language.spaceless if _describes(word))
    found: set[str] = set()
    for text in texts:
        for piece in scan.pieces(fold(text).text):
            if piece.kind == scan.HAN:
                found.add(_head(piece.text, front))
    heads = {word for word in found if len(word) >= 2} | _shared_ends(found)
    found |= heads
    for word in list(found):
        for cut in range(1, len(word) - 1):
            if word[cut:] in heads:
                found.discard(word)
                found.add(word[:cut])
                break
    return Cutter.of(language.spaceless | {word for word in found if word})


def _shared_ends(words: Iterable[str]) -> set[str]:
    """Ends of two signs or more that several names share: 面粉 of 中筋面粉 and 高筋面粉."""
    count: dict[str, int] = {}
    for word in words:
        for cut in range(1, len(word) - 1):
            count[word[cut:]] = count.get(word[cut:], 0) + 1
    return {end for end, number in count.items() if number > 1}


def _describes(word: str) -> bool:
    roles = next((r for w, r in lexicon().structure.by_first.get(word, ()) if w == (word,)), {})
    return any(role in roles for role in ("attribute", "measure", "stop"))


def _head(run: str, front: Cutter) -> str:
    """What is left of a name after the words for size, colour and material before it, when two signs are left."""
    while len(run) > 2:
        first = front.cut(run)[0]
        if first not in front.words or len(run) - len(first) < 2:
            break
        run = run[len(first) :]
    return run if is_spaceless(run) else ""
