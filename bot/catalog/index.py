"""The catalog as the reader needs it: built once per catalog version, immutable, fast to ask.

It knows every name as a bag of words, the words of each product, the sizes the catalog has, and the units.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from bot.catalog.codes import with_codes
from bot.catalog.names import Name, NameReader
from bot.catalog.product import Product
from bot.catalog.spelling import Spelling
from bot.catalog.units import MEASURES
from bot.language.folding import fold
from bot.language.lexicon import Roles, lexicon
from bot.language.named import Written, spelled_names
from bot.language.scan import Piece
from bot.language.token import Token
from bot.language.tokeniser import Tokeniser, product_word, singular

Bag = frozenset[str]
MIN_NUMERIC_CODE = 5
_DIGITS = "0123456789."
MIN_SHORTENED = 3


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
    heads: frozenset[str]
    """The words that say what a product is: the towel of "kitchen towel", neither size nor colour."""
    kinds: frozenset[str]
    """The words of the categories: cup, lid."""
    phrases: Mapping[str, tuple[tuple[str, ...], ...]]
    """Names as they are written, by first word, the longest first."""
    sizes: frozenset[str]
    numbered: frozenset[str]
    """Numbers that belong to a name: 2cup, 3compartment."""
    numbered_by: Mapping[str, tuple[str, ...]]
    """The same by their number."""
    counted: frozenset[str]
    """The words behind those numbers: cup, compartment."""
    measures: frozenset[str]
    """The measures that something is sold by: g and kg, ml and l, or none."""
    spelling: Spelling
    tokeniser: Tokeniser
    digit_codes: Mapping[str, str] = field(default_factory=dict)
    """SKUs of digits only, which may be amounts as well."""
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

    def numbered_as(self, number: str, noun: str) -> str | None:
        """The numbered word that is meant: 4cup, and 3compartment where "3 comp" can be nothing else."""
        word = number + noun
        if word in self.numbered or len(noun) < MIN_SHORTENED:
            return word if word in self.numbered else None
        longer = [known for known in self.numbered_by.get(number, ()) if known.startswith(word)]
        return longer[0] if len(longer) == 1 else None

    def in_name(self, number: str, noun: str) -> str:
        """A number inside a whole name, as the word that products are looked up by: the 30 of "5w30 4L", 3ply."""
        alone = number + noun not in self.by_word and number in self.by_word
        return number if alone else number + noun

    def knows(self, word: str) -> bool:
        return word in self.by_word

    def holding(self, bag: Iterable[str]) -> Bag:
        """The SKUs that hold every one of these words."""
        postings = sorted((self.by_word.get(word, frozenset()) for word in bag), key=len)
        if not postings:
            return frozenset()
        return postings[0].intersection(*postings[1:])

    def read(self, text: str, pieces: Iterable[Piece] | None = None) -> list[Token]:
        """The typed tokens of folded text, as this catalog's customers mean them."""
        tokens = self.tokeniser.read(text, self.mend, pieces)
        return with_codes(tokens, self.digit_codes, self.knows, lambda sku, word: word in self.held[sku])

    def mend(self, word: str) -> str | None:
        """The known spelling of a word, when there is exactly one."""
        known = product_word(word) in self.by_word or word in self.counted
        return None if known else self.spelling.mend(word, singular(word))


def _build(products: list[Product]) -> CatalogIndex:
    build = _Build(products)
    for product in products:
        build.add(product)
    return build.index()


class _Build:
    """The tables while they are filled."""

    def __init__(self, products: list[Product]) -> None:
        own = (alias for p in products for aliases in p.outlet_aliases.values() for alias in aliases)
        everyones = (text for p in products for text in (p.name, *p.aliases))
        self.products = {p.sku: p for p in products}
        self.reader = NameReader(chain(everyones, own))
        self.names: dict[Bag, list[str]] = {}
        self.outlet_names: dict[str, dict[Bag, list[str]]] = {}
        self.held: dict[str, Bag] = {}
        self.core: dict[str, Bag] = {}
        self.aliases: dict[str, tuple[Bag, ...]] = {}
        self.by_word: dict[str, set[str]] = {}
        self.phrases: dict[str, set[tuple[str, ...]]] = {}
        self.written: list[Written] = []
        self.sizes: set[str] = set()
        self.heads: set[str] = set()
        self.described = frozenset(lexicon().attributes.values())

    def add(self, product: Product) -> None:
        """Reads every name of one product."""
        bags: dict[Bag, None] = {}
        core: set[str] = set()
        for text in (product.name, *product.aliases):
            name = self.reader.read(text)
            if name.words:
                self._remember(name)
                bags[frozenset(name.words)] = None
                core.update(self.reader.core(text, name), name.counted)
                self._write_down(name)
        for bag in bags:
            self.names.setdefault(bag, []).append(product.sku)
        self.aliases[product.sku] = tuple(bags)
        self.held[product.sku] = frozenset(core).union(*bags)
        self.core[product.sku] = frozenset(core)
        for word in self.held[product.sku]:
            self.by_word.setdefault(word, set()).add(product.sku)
        self._add_outlet_names(product)

    def _add_outlet_names(self, product: Product) -> None:
        for outlet_id, aliases in product.outlet_aliases.items():
            for alias in aliases:
                name = self.reader.read(alias)
                if not name.words:
                    continue
                self._remember(name)
                self.outlet_names.setdefault(outlet_id, {}).setdefault(frozenset(name.words), []).append(product.sku)
                self._write_down(name)
                for word in name.words:
                    self.by_word.setdefault(word, set())

    def _remember(self, name: Name) -> None:
        """Keeps a name that holds words with another meaning."""
        if name.written is not None:
            self.written.append(name.written)

    def _write_down(self, name: Name) -> None:
        self.sizes.update(name.sizes)
        self.heads.update(self._head(name))
        self.phrases.setdefault(name.whole[0], set()).add(name.whole)

    def _head(self, name: Name) -> list[str]:
        """The last word that is neither a size nor a colour."""
        return [word for word in name.words if word not in name.sizes and word not in self.described][-1:]

    def _tokeniser(self, sizes: frozenset[str], by_word: Mapping[str, Bag]) -> Tokeniser:
        """What reads messages: it knows this catalog's words, and claims its names that the languages would take."""
        products = self.products.values()
        plain = Tokeniser(self.reader.cutter, sizes, _codes(products), by_word.keys(), _units(products))
        return plain.claiming(spelled_names(self.written, lambda text: self.reader.read(text).words))

    def index(self) -> CatalogIndex:
        """The tables, frozen."""
        by_word = {word: frozenset(skus) for word, skus in self.by_word.items()}
        sizes = frozenset(self.sizes)
        return CatalogIndex(
            products=self.products,
            names=_tuples(self.names),
            held=self.held,
            core=self.core,
            by_word=by_word,
            aliases=self.aliases,
            heads=frozenset(self.heads),
            kinds=frozenset(chain.from_iterable(map(category_words, self.products.values()))),
            phrases={first: tuple(sorted(group, key=_longest_first)) for first, group in self.phrases.items()},
            sizes=sizes,
            numbered=frozenset(word for word in by_word if word[0].isdigit()),
            numbered_by=_by_number(by_word),
            counted=frozenset(word.lstrip("0123456789.") for word in by_word if word[0].isdigit()),
            measures=_measures(self.products.values()),
            spelling=Spelling(by_word.keys(), lexicon().repairable),
            tokeniser=self._tokeniser(sizes, by_word),
            digit_codes=_digit_codes(self.products.values()),
            outlet_names={outlet: _tuples(group) for outlet, group in self.outlet_names.items()},
        )


def category_words(product: Product) -> list[str]:
    """The words of the product's category, as its names would have them."""
    return list(map(product_word, fold(product.category).text.split()))


def _tuples(table: Mapping[Bag, list[str]]) -> dict[Bag, tuple[str, ...]]:
    return {bag: tuple(skus) for bag, skus in table.items()}


def _longest_first(phrase: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return -len(phrase), phrase


def _by_number(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for word in words:
        if word[0].isdigit():
            found.setdefault(word[: len(word) - len(word.lstrip(_DIGITS))], []).append(word)
    return {number: tuple(group) for number, group in found.items()}


def _measures(products: Iterable[Product]) -> frozenset[str]:
    sold_by = {product.base_unit for product in products}
    return frozenset(m for m in ("g", "kg", "ml", "l") if any(m in MEASURES.get(unit, {}) for unit in sold_by))


def _units(products: Iterable[Product]) -> dict[str, Roles]:
    """The catalog's own words for packs, and their plurals: "30 lengths", "2 wheels"."""
    found: dict[str, Roles] = {}
    for unit in {unit for product in products for unit in (product.base_unit, *product.pack_units)}:
        found.update({word: {"unit": unit} for word in (unit, f"{unit}s", f"{unit}es")})
    return found


def _digit_codes(products: Iterable[Product]) -> dict[str, str]:
    codes = ((fold(product.sku).text.strip(), product.sku) for product in products)
    return {code: sku for code, sku in codes if code.isdigit()}


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
