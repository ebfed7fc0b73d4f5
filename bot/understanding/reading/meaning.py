"""What a row of items means: the steps of the message's story, in plain terms."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.understanding.intent import Line, Question, QuestionReason
from bot.understanding.reading.states import Item
from bot.understanding.resolve import NOTHING_SAID, Resolver, Said, said
from bot.understanding.spans import Mention
from bot.understanding.wished_steps import Edit, Story


def told(items: Sequence[Item], resolver: Resolver, prefer: Collection[str]) -> Story:
    """The story of the items: every one that wants something, settled against the catalog."""
    story = Story()
    for item in _carried(list(_without_totals(items))):
        if item.told:
            if item.amount is not None:
                story.told.update(range(item.amount.start, item.amount.end))
            continue
        if item.form == "Q" and _counts_what_goes(story, item):
            _counted(story.edits[-1], item, resolver, prefer)
        elif item.form == "Q" and _second_amount(story, item):
            _asked(story.edits[-1], resolver, prefer)
        elif item.form == "Q":
            _bare(story, item)
        elif item.goods is not None and not (item.form == "G" and item.after == ":" and item is not items[-1]):
            _step(story, item, resolver, prefer)
    story.edits = [edit for edit in story.edits if not _said_elsewhere(edit, story.edits)]
    return story


def _carried(items: Sequence[Item]) -> Iterator[Item]:
    """ "add 2 pkt tray liner n 3 rolls foil", "drop the flour and butter": the second is added, or dropped, too."""
    op, sentence, joined = "", -1, False
    for item in items:
        if item.sentence != sentence or (op == "remove" and not joined):
            op = ""
        if not item.op and (op == "add" or (op == "remove" and item.form == "G" and item.goods is not None)):
            item = item._replace(op=op)
        op, sentence, joined = ("" if item.negated else item.op), item.sentence, item.after == "and"
        yield item


def _without_totals(items: Sequence[Item]) -> Iterator[Item]:
    """ "5 boxes of gloves: 3 M, 2 L": an amount that the ones behind it add up to orders nothing; they share its unit."""
    parts = 0
    unit: str | None = None
    for at, item in enumerate(items):
        if parts and item.amount is not None:
            parts -= 1
            item = item._replace(amount=replace(item.amount, unit=unit))
        elif (parts := _parts_of(items, at)) and item.amount is not None:
            unit = item.amount.unit
            if item.goods is None:
                continue
            item = item._replace(amount=None, form="G", after=":")
        yield item


def _parts_of(items: Sequence[Item], at: int) -> int:
    """How many items behind a total are its parts; 0 where it is none."""
    whole = items[at].amount
    if whole is None or whole.value is None or whole.parts or items[at].after not in (":", "(", "-"):
        return 0
    told, count = Decimal(0), 0
    for item in items[at + 1 :]:
        amount = item.amount
        if amount is None or amount.value is None or amount.parts or amount.unit not in (None, whole.unit):
            return 0
        if item.sentence != items[at].sentence or (items[at].after == "-" and item.borrowed is None):
            return 0
        told, count = told + amount.value, count + 1
        if told >= whole.value:
            return count if told == whole.value and count > 1 else 0
    return 0


def _second_amount(story: Story, item: Item) -> bool:
    """ "forks x2 x3", "foil, maybe 4 maybe 6 rolls": two amounts of one thing, and no word that joins or corrects them."""
    last = story.edits[-1] if story.edits else None
    amount = item.amount
    if last is None or last.quantity is None or amount is None or amount.loose or item.op or item.corrects:
        return False
    first = last.quantity
    near = first.end <= amount.start <= first.end + 1
    return near and first.unit in (None, amount.unit) and first.value != amount.value


def _counts_what_goes(story: Story, item: Item) -> bool:
    """ "pens too many, cut 1": how many of the goods before it are taken off, where their own word has no amount."""
    last = story.edits[-1] if story.edits else None
    amount = item.amount
    if last is None or last.op != "remove" or last.negated or last.quantity is not None or last.mention is None:
        return False
    return amount is not None and not amount.loose and not item.op and not item.corrects


def _counted(edit: Edit, item: Item, resolver: Resolver, prefer: Collection[str]) -> None:
    assert edit.mention is not None
    edit.said, edit.quantity = said(item.amount), item.amount
    edit.outcome = resolver.decide(edit.mention, edit.said, prefer)


def _asked(edit: Edit, resolver: Resolver, prefer: Collection[str]) -> None:
    assert edit.mention is not None
    edit.said = replace(edit.said, odd=True)
    edit.outcome = resolver.decide(edit.mention, edit.said, prefer)


def _bare(story: Story, item: Item) -> None:
    amount = item.amount
    if amount is None or amount.loose or item.negated:
        return
    amount = replace(amount, op=item.op or ("set" if item.corrects or item.no_amount is not None else None))
    story.loose.append(amount)


def _step(story: Story, item: Item, resolver: Resolver, prefer: Collection[str]) -> None:
    goods = item.goods
    assert goods is not None
    amount = said(item.amount)
    if item.amount is not None and item.amount.same and story.edits:
        amount = _as_many(story.edits[-1], goods, resolver)
    if item.amount is not None and item.amount.of_those and amount.unit is None and story.edits:
        amount = _in_unit_before(story.edits[-1], goods, amount, resolver)
    edit = Edit(
        _op(item), goods, amount, item.amount, negated=item.negated, corrected=item.corrects, joined=item.joined
    )
    if item.op == "swap" and item.instead is not None:
        other = replace(edit, op=None)
        other.outcome = resolver.decide(goods, amount)
        edit = replace(edit, mention=item.instead, said=NOTHING_SAID, quantity=None, swapped_for=other)
    if edit.op == "remove" and item.corrects and item.amount is None:
        _take_back(story, edit, resolver)
    if edit.op == "set" and edit.said.value is not None and edit.said.unit is None:
        edit.said = _unit_as_before(story, edit, resolver)
    edit.outcome = resolver.decide(edit.mention or goods, edit.said, prefer)
    edit.chatter = item.amount is None and (item.ran_out or _only_leads(goods, resolver))
    if edit.op == "set" and _replaces(story, edit):
        return
    story.edits.extend(_every(edit, item, resolver) or [edit])


def _only_leads(goods: Mention, resolver: Resolver) -> bool:
    """ "for lunch", "the kitchen": words that stand before others in names, and name no goods alone."""
    index = resolver.index
    if goods.sku is not None or goods.modifier or index.exact(goods.bag):
        return False
    return index.heads.isdisjoint(goods.words)


def _in_unit_before(before: Edit, goods: Mention, amount: Said, resolver: Resolver) -> Said:
    """ "2 cartons of 9x6 and 3 of the 8x8": the second counts cartons too, where the goods are sold so."""
    unit = before.said.unit
    counted = replace(amount, unit=unit)
    sold = unit is not None and isinstance(resolver.decide(goods, counted), Line)
    return counted if sold else amount


def _as_many(before: Edit, goods: Mention, resolver: Resolver) -> Said:
    """ "3 ctn lids and the same number of cups": packs of other sizes are asked about."""
    assert before.mention is not None
    packs = [resolver.pack(mention, before.said) for mention in (before.mention, goods)]
    return replace(before.said, odd=before.said.odd or None in packs or packs[0] != packs[1])


def _every(edit: Edit, item: Item, resolver: Resolver) -> list[Edit]:
    """ "every glove size, 2 boxes each": all that it may mean, where the question would name them all."""
    each = item.amount is not None and item.amount.each
    asked = edit.outcome
    if not (item.every and each) or edit.mention is None or not isinstance(asked, Question):
        return []
    if asked.reason is not QuestionReason.AMBIGUOUS or not resolver.names_all(edit.mention, asked, edit.said):
        return []
    lines = [resolver.decide(replace(edit.mention, sku=sku), edit.said) for sku in asked.candidates]
    return [replace(edit, outcome=line) for line in lines] if all(isinstance(x, Line) for x in lines) else []


def _op(item: Item) -> str | None:
    if item.negated:
        return "remove"
    if item.corrects and not item.op:
        return "set"
    return item.op or None


def _skus(edit: Edit) -> set[str]:
    if isinstance(edit.outcome, Line):
        return {edit.outcome.sku}
    return set(edit.outcome.candidates) if edit.outcome is not None else set()


def _take_back(story: Story, edit: Edit, resolver: Resolver) -> None:
    """ "no, not the liner": what was asked for before in the same message."""
    assert edit.mention is not None
    wanted = set(resolver.find(edit.mention, NOTHING_SAID)[0].skus)
    story.edits = [e for e in story.edits if e.op == "remove" or not _skus(e) or not _skus(e) <= wanted]


def _unit_as_before(story: Story, edit: Edit, resolver: Resolver) -> Said:
    """ "knife 5 pkt, spoon 5 pkt, knife make 6": the later amount counts what the earlier one did."""
    assert edit.mention is not None
    mine = resolver.find(edit.mention, edit.said)[0]
    for earlier in story.edits:
        if (
            earlier.mention is not None
            and mine.taken
            and resolver.find(earlier.mention, earlier.said)[0].skus == mine.skus
        ):
            return replace(edit.said, unit=earlier.said.unit)
    return edit.said


def _replaces(story: Story, edit: Edit) -> bool:
    """A corrected item takes the place of an earlier one of the same product."""
    mine = _skus(edit)
    for place, other in enumerate(story.edits):
        if other.op != "remove" and mine and _skus(other) == mine:
            story.edits[place] = edit
            return True
    if edit.corrected and edit.said.at >= 0 and len(story.edits) == 1 and story.edits[0].op != "remove":
        story.edits[0] = edit
        return True
    return False


def _said_elsewhere(edit: Edit, edits: list[Edit]) -> bool:
    """Goods without an amount that stand elsewhere with one, or that lend their name to sizes behind them."""
    if (
        edit.said.at >= 0
        or edit.op in ("remove", "swap", "double", "halve")
        or edit.mention is None
        or isinstance(edit.outcome, Line)
    ):
        return False
    mine = _skus(edit)
    others = [other for other in edits if other is not edit and other.said.at >= 0]
    lent = any(other.mention is not None and other.mention.lender is edit.mention for other in others)
    return lent or any(
        _skus(other) and _skus(other) <= mine and not (other.joined and len(mine) > 1) for other in others
    )
