"""Tells the story of a message in order: what is wanted, what is corrected, what is taken back.

Out come edits in plain terms; what they do to a draft or to the last order is decided in effects.py.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise, takewhile

from bot.catalog.match import How
from bot.language.languages import listed
from bot.language.tokeniser import SIZE, Token
from bot.understanding.clauses import clauses, in_turn, negated_in, sums, without_past, without_stock, without_total
from bot.understanding.intent import Line, Question, QuestionReason
from bot.understanding.packs import joined, with_content
from bot.understanding.pairing import Item, pair
from bot.understanding.resolve import Resolver, Said, said
from bot.understanding.spans import COMMA, STRONG, Break, Cue, Element, Mention, Quantity
from bot.understanding.wished_steps import Edit, Story

LIKEWISE = frozenset(listed("likewise"))
UNIT_REACH = 3.0


def tell(
    elements: list[Element], resolver: Resolver, prefer: Collection[str] = (), *, answering: bool = False
) -> Story:
    """The story of the elements. `prefer` are the SKUs that a change most likely speaks of.

    In an answer (`answering`) every size and colour stands for itself: "whipping, green".
    """
    story = Story()
    if not prefer:
        _deliver_what_is_dropped(elements)
    for corrects, clause in clauses(elements):
        clause = joined(clause, resolver.quote)
        counting = without_total(without_past(without_stock(clause)))
        kept = {id(element) for element in counting}
        story.told |= {e.start for e in clause if id(e) not in kept}
        clause = sums(in_turn(counting), resolver)
        steps = _steps(clause)
        if corrects and story.edits:
            _correct(story, steps, resolver)
        else:
            if corrects and any(step.mention is not None and step.said.at >= 0 for step in steps):
                story.loose.clear()  # "10 btl.. eh no, 8 btl dish soap"
            story.edits.extend(step for step in steps if step.mention is not None)
            story.loose.extend(_bare(steps, clause))
    _unit_for_all(story, elements)
    _unit_as_before(story, resolver)
    _as_many(story, resolver)
    for position, edit in enumerate(story.edits):
        beside = ([], []) if answering else (story.edits[:position], story.edits[position + 1 :])
        _settle(edit, *beside, resolver, prefer)
    if not answering:
        _absorb(story, elements, resolver, prefer)
    _every(story, elements, resolver)
    _silence_used_up(story, elements)
    _retry(story, resolver, prefer)
    if not answering:
        _say_sizes(story, resolver)
        _onto_last(story, resolver, prefer)
    return story


def _deliver_what_is_dropped(elements: list[Element]) -> None:
    """ "can you drop 2 sacks at the back door": where there is no order to take from, to drop an amount is to bring it."""
    for cue, behind in pairwise(elements):
        if isinstance(cue, Cue) and cue.text == "drop" and isinstance(behind, Quantity):
            cue.roles.pop("op", None)
            cue.roles.pop("direction", None)


def _silence_used_up(story: Story, elements: list[Element]) -> None:
    """ "we are out of oil, bring 4 bottles of olive oil": what is used up is not asked about, where something is wanted."""
    wanted = {edit.outcome.sku for edit in story.edits if isinstance(edit.outcome, Line)}
    used_up = {e.end for e in elements if isinstance(e, Cue) and "ran_out" in e.roles}
    for edit in story.edits if wanted and used_up else ():
        if edit.mention is None or edit.said.at >= 0 or not isinstance(edit.outcome, Question):
            continue
        doubt = edit.outcome.reason is QuestionReason.UNKNOWN or wanted & set(edit.outcome.candidates)
        edit.chatter = edit.mention.start in used_up and bool(doubt)


def _retry(story: Story, resolver: Resolver, prefer: Collection[str]) -> None:
    """ "add 750g coriander... by bunch right? 5 bunches then": the later amount is for the item that had none that fits."""
    last = story.edits[-1] if story.edits else None
    if len(story.loose) != 1 or last is None or last.mention is None or not isinstance(last.outcome, Question):
        return
    if last.outcome.reason in (QuestionReason.UNIT, QuestionReason.QUANTITY) and last.op != "remove":
        amount = said(story.loose[0])
        outcome = resolver.decide(last.mention, amount, prefer)
        if isinstance(outcome, Line):
            last.said, last.outcome = amount, outcome
            story.loose.clear()


def _say_sizes(story: Story, resolver: Resolver) -> None:
    """ "12 whole chickens, 1.2kg size": a weight that the goods before it have in their name is no second amount."""
    lines = [(edit, edit.outcome.sku) for edit in story.edits if isinstance(edit.outcome, Line) and edit.quantity]
    for amount in [q for q in story.loose if q.size is not None]:
        before = [sku for edit, sku in lines if edit.mention is not None and edit.mention.start < amount.start]
        near = before[-1:] or [sku for _, sku in lines[:1]]
        if near and amount.size is not None and amount.size.word in resolver.index.held[near[0]]:
            story.loose.remove(amount)


def _onto_last(story: Story, resolver: Resolver, prefer: Collection[str]) -> None:
    """ "3 crates of kale plus another 500g", "quarter kilo of basil... just send 300 grams": of the goods named last."""
    last = story.edits[-1] if story.edits else None
    amount = story.loose[0] if len(story.loose) == 1 else None
    if amount is None or amount.odd or amount.value is None or amount.op not in ("add", "set"):
        return
    if last is None or last.mention is None or not isinstance(last.outcome, Line) or last.op == "remove":
        return
    if last.said.at < 0 or last.quantity is None or last.quantity.each or amount.start < last.said.at:
        return
    more = said(amount)
    if amount.op == "add":
        unit = amount.unit or last.said.unit
        more = replace(last.said, parts=(*last.quantity.pieces, (amount.value, unit)))
    outcome = resolver.decide(last.mention, more, prefer)
    if isinstance(outcome, Line):
        last.said, last.outcome = more, outcome
        last.corrected |= amount.op == "set"
        story.loose.clear()


def _every(story: Story, elements: list[Element], resolver: Resolver) -> None:
    """ "every glove size, 2 boxes each": all that it may mean, when the question would name them all."""
    out: list[Edit] = []
    for edit in story.edits:
        meant = _all_meant(edit, elements, resolver) if edit.quantity is not None and edit.quantity.each else []
        out += [replace(edit, outcome=outcome) for outcome in meant] or [edit]
    story.edits = out


def _all_meant(edit: Edit, elements: list[Element], resolver: Resolver) -> list[Line]:
    if edit.mention is None or not isinstance(edit.outcome, Question):
        return []
    before = next((e for e in reversed(elements) if e.end <= edit.mention.start), None)
    if not (isinstance(before, Cue) and ("all" in before.roles or "every" in before.roles)):
        return []
    if edit.outcome.reason is not QuestionReason.AMBIGUOUS or not resolver.names_all(
        edit.mention, edit.outcome, edit.said
    ):
        return []
    each = [resolver.decide(replace(edit.mention, sku=sku), edit.said) for sku in edit.outcome.candidates]
    lines = [outcome for outcome in each if isinstance(outcome, Line)]
    return lines if len(lines) == len(each) else []


# -- steps of one clause


def _steps(clause: list[Element]) -> list[Edit]:
    negated = negated_in(clause)
    kept = [element for element in clause if id(element) not in negated]
    items = pair(kept)
    steps = [_step(item, clause) for item in items]
    steps += [
        Edit("remove", element, Said(), negated=True)
        for element in clause
        if id(element) in negated and isinstance(element, Mention)
    ]
    steps.sort(key=_place)
    _likewise(steps, clause)
    _carry_ops(steps, clause)
    _share_each(steps, items, clause)
    _doubts(steps, items, clause)
    return _swaps(steps, clause)


def _place(edit: Edit) -> int:
    return edit.mention.start if edit.mention is not None else edit.said.at


def _step(item: Item, clause: list[Element]) -> Edit:
    amount = said(item.quantity)
    edit = Edit(_own_op(item, clause), item.mention, amount, item.quantity)
    if item.quantity is not None and item.quantity.op is not None:
        edit.op = item.quantity.op
    behind = _op_behind(item, clause)
    if item.quantity is None:
        edit.op = behind if behind == "remove" and edit.op is None else edit.op
    elif behind == "set" or (behind in ("add", "sub", "remove") and edit.op is None):
        edit.op = behind
    else:
        edit.op = _directed(item, clause) or edit.op
    return edit


def _directed(item: Item, clause: list[Element]) -> str | None:
    """ "increase spoons by 200" adds, "cut the napkins to 500" sets."""
    if item.mention is None or item.quantity is None:
        return None
    before = next(
        (e for e in reversed(clause) if e.end <= item.start and isinstance(e, Mention | Quantity | Cue)), None
    )
    between = [e for e in clause if isinstance(e, Cue) and item.mention.end <= e.start < item.quantity.start]
    if not isinstance(before, Cue) or "direction" not in before.roles or len(between) != 1:
        return None
    if between[0].text == "by":
        return before.roles["direction"]
    return "set" if between[0].text == "to" else None


def _op_behind(item: Item, clause: list[Element]) -> str | None:
    """ "3 kg of carrots on top": an operation right behind the item, with nothing of its own to work on."""
    behind = [element for element in clause if element.start >= item.end][:2]
    if not behind or not isinstance(behind[0], Cue):
        return None
    alone = len(behind) == 1 or isinstance(behind[1], Break)
    return behind[0].roles.get("op") if alone else None


def _own_op(item: Item, clause: list[Element]) -> str | None:
    """The operation said right before the item or between its two halves."""
    op: str | None = None
    for element in clause:
        if element.start >= item.end:
            break
        if isinstance(element, Cue) and "op" in element.roles:
            op = None if element.roles["op"] == "remove" and _ends_phrase(element, clause) else element.roles["op"]
        elif (isinstance(element, Mention | Quantity) and element.end <= item.start) or (
            isinstance(element, Break) and element.strength >= 4 and element.start < item.start
        ):
            op = None
    return op


def _ends_phrase(cue: Cue, clause: list[Element]) -> bool:
    """ "sudu kayu buang, tisu ...": said of the goods before it, not of those behind the comma."""
    place = clause.index(cue)
    before, after = clause[place - 1] if place else None, clause[place + 1] if place + 1 < len(clause) else None
    return isinstance(before, Mention) and isinstance(after, Break) and after.strength >= COMMA


def _likewise(steps: list[Edit], clause: list[Element]) -> None:
    """ "lids down to 500, cups too": the same amount and operation as before."""
    for before, step in pairwise(steps):
        if step.mention is None or step.said.at >= 0 or step.op is not None or before.said.at < 0:
            continue
        behind = next((e for e in clause if e.start >= step.mention.end), None)
        if isinstance(behind, Cue) and behind.text in LIKEWISE:
            step.said, step.op = before.said, before.op


def _carry_ops(steps: list[Edit], clause: list[Element]) -> None:
    """ "add 2 pkt tray liner n 3 rolls foil": the second is added too."""
    carried: str | None = None
    last_end = 0
    for step in steps:
        place = _place(step)
        if any(isinstance(e, Break) and e.strength >= 4 and last_end <= e.start < place for e in clause):
            carried = None
        if step.op is not None:
            carried = None if step.negated or _said_behind(step, clause) else step.op
        elif carried == "add" or (carried == "remove" and step.said.at < 0):
            step.op = carried
        last_end = step.mention.end if step.mention is not None else place


def _said_behind(step: Edit, clause: list[Element]) -> bool:
    """The operation stands behind its goods: "sudu kayu buang"."""
    return step.mention is not None and any(
        isinstance(e, Cue) and "op" in e.roles and e.start == step.mention.end for e in clause
    )


def _share_each(steps: list[Edit], items: list[Item], clause: list[Element]) -> None:
    """ "forks, spoons and knives 2 pkt each": the quantity is every mention's."""
    for position, item in enumerate(items):
        if item.quantity is None or not item.quantity.each:
            continue
        amount = said(item.quantity)
        for way in (range(position - 1, -1, -1), range(position + 1, len(items))):
            shared = False
            for other in way:
                if items[other].quantity is not None or _apart(clause, items[other], item):
                    break
                _give(steps, items[other], amount)
                shared = True
            if shared:
                break


def _apart(clause: list[Element], one: Item, other: Item) -> bool:
    """A heading or another sentence lies between."""
    low, high = min(one.end, other.end), max(one.start, other.start)
    between = [e for e in clause if isinstance(e, Break) and low <= e.start < high]
    return any(e.strength >= STRONG or e.text == ":" for e in between)


def _give(steps: list[Edit], item: Item, amount: Said) -> None:
    for step in steps:
        if step.mention is item.mention:
            step.said = amount


def _doubts(steps: list[Edit], items: list[Item], clause: list[Element]) -> None:
    """A second quantity right beside a pair makes it a question: kopi x2 x3, maybe 4 maybe 6 rolls."""
    for position, item in enumerate(items):
        if item.mention is not None or item.quantity is None:
            continue
        if item.quantity.loose and (item.quantity.value is not None or item.quantity.unit is None):
            continue
        for neighbour in (position - 1, position + 1):
            if not 0 <= neighbour < len(items):
                continue
            other = items[neighbour]
            reach = UNIT_REACH if item.quantity.value is None else 1.0
            if other.mention is None or other.quantity is None or _between(clause, item, other) > reach:
                continue
            for step in steps:
                if step.mention is other.mention:
                    step.said = _merged(step.said, item.quantity)
            item.quantity.stock = True


def _merged(amount: Said, extra: Quantity) -> Said:
    if extra.odd:
        return replace(amount, odd=True)
    if extra.value is None:
        return amount if amount.unit is not None else replace(amount, unit=extra.unit)
    if extra.value == amount.value and extra.unit == amount.unit:
        return amount
    held = with_content(amount, extra)
    if held is not None:
        return held
    return replace(amount, odd=True)


def _between(clause: list[Element], one: Item, other: Item) -> float:
    low, high = (one.end, other.start) if one.start < other.start else (other.end, one.start)
    return sum(e.strength for e in clause if isinstance(e, Break) and low <= e.start < high)


def _swaps(steps: list[Edit], clause: list[Element]) -> list[Edit]:
    """ "change X to Y", "replace X with Y": Y takes X's place."""
    out: list[Edit] = []
    for step in steps:
        last = out[-1] if out else None
        if (
            last is not None
            and last.op in ("set", "swap")
            and last.mention is not None
            and last.said.value is None
            and step.mention is not None
            and any(
                isinstance(e, Cue) and "to" in e.roles and last.mention.end <= e.start < _place(step) for e in clause
            )
        ):
            last.op, last.swapped_for = "swap", step
            continue
        out.append(step)
    return out


def _bare(steps: list[Edit], clause: list[Element]) -> list[Quantity]:
    """Quantities of a clause that no mention took, each with the operation said for it."""
    corrects = any(isinstance(e, Cue) and "correct" in e.roles for e in clause)
    for step in steps:
        if step.mention is None and step.quantity is not None and step.quantity.op is None:
            step.quantity.op = step.op or ("set" if corrects else None)
    used = [*steps, *(step.swapped_for for step in steps if step.swapped_for is not None)]
    taken = {step.said.at for step in used if step.mention is not None}
    negated = negated_in(clause)
    for step in steps:
        if step.mention is None and step.quantity is not None and step.quantity.op is None:
            instead = any(isinstance(e, Quantity) and id(e) in negated for e in clause)
            step.quantity.op = "set" if instead else None  # "18 tubs rather than 12"
    return [
        e
        for e in clause
        if isinstance(e, Quantity) and e.start not in taken and not e.stock and not e.loose and id(e) not in negated
    ]


# -- corrections


def _correct(story: Story, steps: list[Edit], resolver: Resolver) -> None:
    """Later words win: a new quantity, another product, or a whole new item."""
    for position, step in enumerate(steps):
        if step.mention is None:
            _new_quantity(_last_goods(story), step.said)
        elif position and step.op is None:
            story.edits.append(step)
        elif step.op == "remove":
            _take_back(story, step, resolver)
        elif step.op in ("add", "sub"):
            story.edits.append(step)
        else:
            _new_item(story, step, resolver)


def _new_quantity(edit: Edit, amount: Said) -> None:
    if amount.value is None and not amount.odd:
        return
    unit = amount.unit if amount.unit is not None or edit.said.parts else edit.said.unit
    edit.said = replace(amount, unit=unit)
    edit.corrected = True
    if edit.op is None:
        edit.op = "set"


def _last_goods(story: Story) -> Edit:
    """The item that a correction is about: not a word nobody knows, such as "hmm", behind it."""
    known = (edit for edit in reversed(story.edits) if edit.said.at >= 0 or (edit.mention and edit.mention.words))
    return next(known, story.edits[-1])


def _take_back(story: Story, step: Edit, resolver: Resolver) -> None:
    same = _same_product(story, step, resolver)
    if same is None:
        story.edits.append(step)
    else:
        story.edits.remove(same)
        story.edits.append(step)


def _same_product(story: Story, step: Edit, resolver: Resolver) -> Edit | None:
    """The earlier item that a later mention speaks of: the same product, or one the words still fit."""
    if step.mention is None:
        return None
    wanted = set(resolver.find(step.mention, step.said)[0].skus)
    for edit in reversed(story.edits):
        if edit.mention is None or edit.op == "remove":
            continue
        found = resolver.find(edit.mention, edit.said)[0]
        if found.skus and wanted and (set(found.skus) <= wanted or wanted <= set(found.skus)):
            return edit
    return None


def _new_item(story: Story, step: Edit, resolver: Resolver) -> None:
    same = _same_product(story, step, resolver)
    if same is not None and (step.said.value is not None or step.said.odd):
        same.said, same.corrected = step.said, True
        same.op = same.op or "set"
        if step.mention is not None and same.mention is not None and len(step.mention.words) >= len(same.mention.words):
            same.mention = step.mention
        return
    last = _last_goods(story)
    if step.said.value is None and step.mention is not None and last.mention is not None:
        last.mention = _merge(last.mention, step.mention, resolver)
        last.corrected = True
        return
    if len(story.edits) == 1 and step.mention is not None and last.mention is not None:
        last.mention, last.said, last.corrected = _merge(last.mention, step.mention, resolver), step.said, True
        return
    story.edits.append(step)


def _merge(old: Mention, new: Mention, resolver: Resolver) -> Mention:
    """The new words, and the old goods where the new words only name a size or colour."""
    if not new.modifier or old.modifier or new.sku is not None or resolver.find(new, Said())[0].taken:
        return new
    return borrow(new, old)


def borrow(modifier: Mention, goods: Mention, *, sizes: bool = False, colours: bool = False) -> Mention:
    """The goods of one mention with the size and colour of another, and what else was said of the goods."""
    goods = goods.lender or goods
    parts = [part for part in goods.parts if _lends(part[2], modifier, sizes, colours)]
    words = [*(word for _, word, _ in parts), *modifier.words]
    return replace(
        modifier, words=words, unknown=[*goods.unknown], parts=[*parts, *modifier.parts], modifier=False, lender=goods
    )


def _lends(token: Token, modifier: Mention, sizes: bool, colours: bool) -> bool:
    if token.kind == SIZE:
        return sizes and not modifier.sizes
    return colours or not token.has("attribute")


def _borrowed(
    edit: Edit, modifier: Mention, goods: Mention, resolver: Resolver, prefer: Collection[str] = ()
) -> Mention | None:
    """As much of the goods as the catalog has: "Kraft bags: S 100" is the small kraft bag, "12in box: 2 white" the 12in white."""
    for sizes, colours in ((True, True), (True, False), (False, True)):
        whole = borrow(modifier, goods, sizes=sizes, colours=colours)
        if resolver.find(whole, edit.said, prefer)[0].taken:
            return whole
    nouns = borrow(modifier, goods)
    return nouns if resolver.find(nouns, edit.said, prefer)[0].how is not How.UNKNOWN else None


# -- outcomes


def _settle(edit: Edit, before: list[Edit], after: list[Edit], resolver: Resolver, prefer: Collection[str]) -> None:
    if edit.mention is None:
        return
    edit.mention = _completed(edit, before, after, resolver, prefer)
    edit.outcome = resolver.decide(edit.mention, edit.said, prefer)
    if edit.swapped_for is not None:
        _settle(edit.swapped_for, [], [], resolver, ())


def _completed(
    edit: Edit, before: list[Edit], after: list[Edit], resolver: Resolver, prefer: Collection[str]
) -> Mention:
    """ "12in white 1 ctn" after pizza boxes: a size or colour alone borrows the goods beside it."""
    mention = edit.mention
    assert mention is not None
    if not mention.modifier and before and _stroke_before(edit, before[-1], resolver):
        return _with_front(edit, mention, before[-1], resolver)
    if not mention.modifier or resolver.find(mention, edit.said, prefer)[0].taken:
        return mention
    for other in (*reversed(before[-1:]), *after[:1]):
        if other.mention is None or other.mention.sku is not None or other.mention.modifier:
            continue
        candidate = _borrowed(edit, mention, other.mention, resolver, prefer)
        if candidate is not None:
            return candidate
    return mention


def _stroke_before(edit: Edit, before: Edit, resolver: Resolver) -> bool:
    """ "wooden forks/spoons": goods with nothing but a stroke between them."""
    if edit.mention is None or before.mention is None or edit.mention.start != before.mention.end + 1:
        return False
    return len(before.mention.words) > 1 and resolver.quote.between(before.mention, edit.mention) == "/"


def _with_front(edit: Edit, mention: Mention, before: Edit, resolver: Resolver) -> Mention:
    """What is said of the first of several goods is said of all, where it tells which is meant."""
    assert before.mention is not None
    front = replace(mention, words=[*before.mention.words[:-1], *mention.words])
    unclear = resolver.find(mention, edit.said)[0].how is How.AMBIGUOUS
    return front if unclear and resolver.find(front, edit.said)[0].taken else mention


def _unit_for_all(story: Story, elements: list[Element]) -> None:
    """ "fork 3, spoon 3, all in packets": one unit for every bare number before it."""
    for position, element in enumerate(elements):
        if not (isinstance(element, Cue) and "all" in element.roles):
            continue
        unit = next((e for e in elements[position + 1 : position + 3] if isinstance(e, Quantity)), None)
        if unit is None or unit.value is not None or unit.unit is None:
            continue
        for edit in story.edits:
            if edit.mention is not None and edit.mention.start < element.start and edit.said.unit is None:
                edit.said = replace(edit.said, unit=unit.unit)


def _unit_as_before(story: Story, resolver: Resolver) -> None:
    """ "knife 5 pkt, spoon 5 pkt, knife make 6": the later amount counts what the earlier one did."""
    for position, edit in enumerate(story.edits):
        if edit.op != "set" or edit.mention is None or edit.said.value is None or edit.said.unit is not None:
            continue
        mine = resolver.find(edit.mention, edit.said)[0]
        for earlier in story.edits[:position]:
            if earlier.mention is not None and mine.taken and resolver.find(earlier.mention, earlier.said)[0] == mine:
                edit.said = replace(edit.said, unit=earlier.said.unit)


def _as_many(story: Story, resolver: Resolver) -> None:
    """ "3 ctn lids and the same number of cups": as many as of the goods before; packs of other sizes are asked about."""
    for before, edit in pairwise(story.edits):
        if edit.quantity is None or not edit.quantity.same or edit.mention is None or before.mention is None:
            continue
        packs = [resolver.pack(e.mention, before.said) for e in (before, edit) if e.mention is not None]
        edit.said = replace(before.said, odd=before.said.odd or None in packs or packs[0] != packs[1])


def _absorb(story: Story, elements: list[Element], resolver: Resolver, prefer: Collection[str]) -> None:
    """Drops mentions without an amount that only introduce or repeat what is ordered beside them."""
    kept: list[Edit] = []
    for position, edit in enumerate(story.edits):
        following = story.edits[position + 1] if position + 1 < len(story.edits) else None
        if not _without_amount(edit) or not (
            _named_again(edit, story.edits)
            or _heads(edit, story.edits[position + 1 :], elements, resolver)
            or _lent(edit, story.edits)
            or _introduces(edit, following, elements, resolver, prefer)
            or _refines(edit, kept[-1] if kept else None, resolver, prefer)
            or _names_sizes(edit, kept, elements, resolver)
        ):
            kept.append(edit)
    story.edits = kept


def _without_amount(edit: Edit) -> bool:
    return (
        edit.said.at < 0 and edit.op not in ("remove", "swap", "double", "halve") and not isinstance(edit.outcome, Line)
    )


def _skus(edit: Edit) -> set[str]:
    if isinstance(edit.outcome, Line):
        return {edit.outcome.sku}
    return set(edit.outcome.candidates) if edit.outcome is not None else set()


def _named_again(edit: Edit, edits: list[Edit]) -> bool:
    """The very product stands elsewhere with its amount."""
    mine = _skus(edit)
    return len(mine) == 1 and any(other is not edit and other.said.at >= 0 and _skus(other) == mine for other in edits)


def _lent(edit: Edit, edits: list[Edit]) -> bool:
    """ "gloves, S 2 boxes, L 1 box": the sizes behind it are what is ordered of it."""
    mine = _skus(edit)
    return any(
        other.mention.lender is edit.mention
        or (other.mention.modifier and isinstance(other.outcome, Line) and other.outcome.sku in mine)
        for other in edits
        if other is not edit and other.mention is not None
    )


def _introduces(
    edit: Edit, following: Edit | None, elements: list[Element], resolver: Resolver, prefer: Collection[str]
) -> bool:
    """ "napkins, the 2-ply kind, 8 packets": the next mention only says which."""
    if following is None or following.mention is None or edit.mention is None or following.said.at < 0:
        return False
    if any(
        isinstance(e, Break)
        and e.text not in (",", ".", "(", "-", ":")
        and edit.mention.end <= e.start < following.mention.start
        for e in elements
    ):
        return False
    both = replace(following.mention, words=[*edit.mention.words, *following.mention.words], modifier=False)
    if both.unknown or edit.mention.unknown:
        return False
    found, _ = resolver.find(both, following.said, prefer)
    if not found.taken or (isinstance(following.outcome, Line) and following.outcome.sku != found.skus[0]):
        return False
    following.mention = both
    following.outcome = resolver.decide(both, following.said, prefer)
    return True


def _refines(edit: Edit, before: Edit | None, resolver: Resolver, prefer: Collection[str]) -> bool:
    """ "2 dozen eggs... the small ones": a size or colour afterwards says which."""
    if before is None or edit.mention is None or not isinstance(before.outcome, Question):
        return False
    if before.outcome.reason is not QuestionReason.AMBIGUOUS or before.mention is None:
        return False
    named = _skus(edit)
    if len(named) == 1 and named <= _skus(before):
        before.mention = edit.mention
    elif edit.mention.modifier and resolver.find(borrow(edit.mention, before.mention), before.said, prefer)[0].taken:
        before.mention = borrow(edit.mention, before.mention)
    else:
        return False
    before.outcome = resolver.decide(before.mention, before.said, prefer)
    return True


def _names_sizes(edit: Edit, before: list[Edit], elements: list[Element], resolver: Resolver) -> bool:
    """ "120L x 2 pkt, 70L x 3 pkt rubbish bags": the goods at the end are those of every size before."""
    last = before[-1] if before else None
    if edit.mention is None or edit.mention.unknown or last is None or last.quantity is None:
        return False
    if any(isinstance(e, Break) and last.quantity.end <= e.start < edit.mention.start for e in elements):
        return False
    sizes = list(takewhile(lambda other: other.mention is not None and other.mention.modifier, reversed(before)))
    goods = set(_skus(edit))
    for other in sizes:
        if other.mention is not None and not isinstance(other.outcome, Line):
            other.mention = _borrowed(other, other.mention, edit.mention, resolver) or other.mention
            other.outcome = resolver.decide(other.mention, other.said)
    return bool(sizes) and all(_skus(other) <= goods for other in sizes)


def _heads(edit: Edit, later: list[Edit], elements: list[Element], resolver: Resolver) -> bool:
    """ "Pizza box: 8in x 50, 9in x 50" and "... all pizza box": a heading lends its words and orders nothing."""
    if edit.mention is None or edit.mention.unknown:
        return False
    before = next((e for e in reversed(elements) if e.end <= edit.mention.start and not isinstance(e, Quantity)), None)
    if isinstance(before, Cue) and "all" in before.roles:
        return True
    after = next((e for e in elements if e.start >= edit.mention.end), None)
    if not (isinstance(after, Break) and after.text == ":") or not later:
        return False
    for other in later:
        if other.mention is not None and other.mention.modifier and not isinstance(other.outcome, Line):
            other.mention = _borrowed(other, other.mention, edit.mention, resolver) or other.mention
            other.outcome = resolver.decide(other.mention, other.said)
    return True
