"""Fills the templates of data/training/intents.txt with goods and amounts of every catalog, the same way each time."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from bot.catalog.product import Product
from bot.evaluation.examples import Example
from bot.understanding.intent import Basket, Context, Question, QuestionReason

_HEAD = re.compile(r"\[(\S+) (\S+)\]")
NOW = datetime(2026, 11, 18, 2, 15, tzinfo=UTC)
SEED = 7


def templates(path: Path) -> Iterator[tuple[str, str, str]]:
    """(intent, state, text) of every template."""
    intent = state = ""
    for line in path.read_text("utf-8").splitlines():
        head = _HEAD.fullmatch(line)
        if head:
            intent, state = head.groups()
        elif line.strip() and not line.startswith("# "):
            yield intent, state, line


def fill(path: Path, products: list[Product]) -> Iterator[Example]:
    """One example a template, with goods of this catalog."""
    chooser = random.Random(SEED)
    active = [p for p in products if p.active and p.pack_units]
    for number, (intent, state, text) in enumerate(templates(path)):
        goods = [chooser.choice(active) for _ in range(3)]
        filled = text
        for product in goods:
            filled = filled.replace("{Q}", _amount(chooser, product), 1).replace(
                "{G}", _name(chooser, product, filled), 1
            )
        filled = filled.replace("{Q}", "2").replace("{G}", goods[0].name)
        yield Example(f"t{number}", filled, NOW, _context(state, goods), gold={"intent": intent})


def _amount(chooser: random.Random, product: Product) -> str:
    unit = chooser.choice([*product.pack_units, product.base_unit])
    return f"{chooser.choice((1, 2, 3, 5, 10, 20))} {unit}"


def _name(chooser: random.Random, product: Product, text: str) -> str:
    """A name of the product in the script of the template, where it has one."""
    han = [a for a in product.aliases if re.search(r"[\u4e00-\u9fff]", a)]
    tamil = [a for a in product.aliases if re.search(r"[\u0b80-\u0bff]", a)]
    if re.search(r"[\u4e00-\u9fff]", text) and han:
        return han[0]
    if re.search(r"[\u0b80-\u0bff]", text) and tamil:
        return tamil[0]
    return chooser.choice([a for a in product.aliases if a.isascii()] or [product.name])


def _context(state: str, goods: list[Product]) -> Context:
    lines = tuple((sku, Decimal(10)) for sku in dict.fromkeys(p.sku for p in goods))
    if state == "draft":
        return Context(draft=Basket(lines), last_bot="Reply YES to confirm.")
    if state == "open":
        return Context(last_order=Basket(lines, None, "SO-1200", "confirmed"))
    if state == "closed":
        return Context(last_order=Basket(lines, None, "SO-1100", "delivered"))
    if state == "pending":
        candidates = tuple(dict.fromkeys(p.sku for p in goods))
        return Context(pending=(Question("it", QuestionReason.AMBIGUOUS, candidates, Decimal(2)),))
    return Context()
