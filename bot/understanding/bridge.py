"""The one adapter between the old reader's findings and a `Reading`: it goes when the readings come straight from the text.

A message beside a draft, an open question or a placed order is first tried as a change, every word of it; what is not read so
comes from the old story, step by step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.catalog.match import How, headed
from bot.language import scan
from bot.language.change_words import Role
from bot.language.detect import language_of
from bot.language.token import Token
from bot.understanding.accounting import left_over, roles_of
from bot.understanding.change_grammar import Clause, parse
from bot.understanding.change_items import UNKNOWN, Item, choices_in, items_of
from bot.understanding.cues import find_cues
from bot.understanding.dates_in_words import Day
from bot.understanding.facts import Facts
from bot.understanding.intent import Line, Question, QuestionReason
from bot.understanding.kinds import AGAINST, CLEAR_ORDER, ORDER, rank
from bot.understanding.notes import notes_of
from bot.understanding.open_orders import open_baskets
from bot.understanding.picks import picked, places_picked
from bot.understanding.resolve import Quoter, Resolver
from bot.understanding.resolve import Said as OldSaid
from bot.understanding.spans import Cue, Mention, Quantity
from bot.understanding.spoken import spoken_of
from bot.understanding.statements import (
    Amount,
    Frame,
    Goods,
    Mark,
    Op,
    Pointer,
    Points,
    Reading,
    SaidDay,
    Statement,
)
from bot.understanding.story import Edit

_OPS = {"add": Op.ADD, "sub": Op.SUB, "set": Op.SET, "remove": Op.REMOVE, "swap": Op.SWAP}
_FACTORS = {"double": Decimal(2), "halve": Decimal("0.5")}
_POINTERS = {"it": Pointer.IT, "all": Pointer.ALL, "other": Pointer.OTHER}
_CHOICES = {
    Role.BOTH: Mark.BOTH,
    Role.NONE: Mark.NONE,
    Role.CHEAPEST: Mark.CHEAPEST,
    Role.DEAREST: Mark.DEAREST,
    Role.SMALLEST: Mark.SMALLEST,
    Role.BIGGEST: Mark.BIGGEST,
    Role.UNSURE: Mark.UNSURE,
}
_TELLS = ("complaint", "claim", "status", "human", "attack", "opt_out", "repeat")
"""Of these, what speaks of something else even beside goods that are plainly changed ("triple the foil, weekend promo")."""
_ELSEWHERE = (
    "complaint",
    "claim",
    "status",
    "price",
    "policy",
    "product_question",
    "human",
    "attack",
    "opt_out",
    "repeat",
)
"""Cues that speak of something else than a change; a past is told by its verbs."""
_ASKS = ("order.status", "complaint", "inquiry.product", "inquiry.price", "inquiry.policy")
LIKELY = 0.9
MOST_PLACES = 9
"""No list that the bot numbers is longer."""
LONGEST_CHOICE = 8
"""A choice is said in few words: of a longer message "all" and "both" are said of something else."""


def reading_of(facts: Facts, text: str, unexplained: Sequence[str]) -> Reading:
    """The message as statements. `unexplained` are the stretches that the old story does not account for."""
    ranked = rank(facts).order
    frame = _frame(facts)
    about = spoken_of(facts.elements, facts.index) if ranked[0][0] != ORDER else ()
    base = Reading(
        text, frame=frame, kinds=ranked, notes=notes_of(facts), leftovers=tuple(unexplained),
        unknown=_unknown(facts), spoken_of=about, language=language_of(facts.tokens),
    )  # fmt: skip
    if places_picked(facts.context.pending, facts.tokens):
        return base
    if _something_open(facts):
        items = items_of(facts)
        clauses = parse(items)
        if clauses is not None and (_is_note(clauses) or not _speaks_of_else(facts, items, clauses)):
            changed = _as_change(base, facts, items, clauses)
            if changed is not None:
                return changed
            kept = {mark for clause in clauses for mark in clause.marks if mark is Mark.KEEP}
            base = replace(base, frame=replace(frame, marks=frame.marks | kept))
    statements = tuple(_statements(facts))
    return replace(base, statements=statements, unplaced=tuple(_unplaced(facts)))


def _something_open(facts: Facts) -> bool:
    context = facts.context
    return bool(context.draft or context.pending or open_baskets(context))


# -- a change, every word of it


def _as_change(base: Reading, facts: Facts, items: Sequence[Item], clauses: Sequence[Clause]) -> Reading | None:
    """The reading of clauses that say what is done to the order; None for plain wishes, which the story reads as well."""
    marks = frozenset(mark for clause in clauses for mark in clause.marks)
    ordered = any(points == "order" for clause in clauses for _, points in clause.days)
    does = ordered or any(clause.op not in (None, Op.WISH) or clause.notes or _points(clause) for clause in clauses)
    bare = all(_is_bare(clause) for clause in clauses) and not _other_words(facts, items)
    if Mark.NOTHING_MORE in marks and not does:
        return _nothing_wanted(base)
    if (
        not (clauses_do(clauses) or bare)
        and _asks(facts, clauses)
        and base.kinds[:1]
        and base.kinds[0][0] in _ASKS
        and base.kinds[0][1] > LIKELY
    ):
        return None
    if not (marks - {Mark.KEEP} or does or bare) or _accepts_as_it_is(facts, clauses, items):
        return None
    if facts.context.pending and Mark.REFUSE in marks:
        marks = (marks - {Mark.REFUSE}) | {Mark.NONE}
    if facts.context.pending and marks == {Mark.REJECT} and all(c.op is None for c in clauses):
        marks |= {Mark.NONE}
    changes = (does or bare or marks & {Mark.MOVE, Mark.ANEW}) and (
        Mark.ANEW in marks or not marks & {Mark.DROP, Mark.REFUSE}
    )
    kinds = ((ORDER, CLEAR_ORDER), *base.kinds) if changes else base.kinds
    frame = replace(
        base.frame,
        marks=(base.frame.marks - {Mark.DROP}) | marks | ({Mark.CHANGE} if changes else frozenset()),
        words=tuple((mark, facts.folded.quote(c.start, c.end)) for c in clauses for mark in sorted(c.marks)),
        days=tuple(_said_days(clauses)),
        order_ids=tuple(item.text for clause in clauses for item in clause.references),
        shift=next((clause.shift for clause in clauses if clause.shift), 0),
    )
    left = (facts.folded.source.strip(),) if bare and not facts.context.pending else _left(facts, items, clauses)
    if left and changes and base.kinds[0][0] == "order.cancel" and base.kinds[0][1] > LIKELY:
        return None
    return replace(
        base, statements=tuple(_of_clauses(facts, clauses)), frame=frame, kinds=kinds, leftovers=left,
        notes=_notes(facts, clauses),
    )  # fmt: skip


def _asks(facts: Facts, clauses: Sequence[Clause]) -> bool:
    """A day may be asked about in any words; a note about the delivery is asked about with a question mark."""
    return "?" in facts.folded.text or not any(clause.notes for clause in clauses)


def clauses_do(clauses: Sequence[Clause]) -> bool:
    """Whether any clause says what is done to goods or to the whole order; a day or a note alone may be asked about."""
    return any(clause.op not in (None, Op.WISH) or clause.marks - {Mark.MOVE} for clause in clauses)


def _accepts_as_it_is(facts: Facts, clauses: Sequence[Clause], items: Sequence[Item]) -> bool:
    """ "yes, 30 kg and 24 packets is right": says the amounts again to accept them."""
    plain = all(clause.op in (None, Op.WISH, Op.SET) and not clause.corrects for clause in clauses)
    right = any(item.may(Role.RIGHT) for item in items) and not any(item.may(Role.NOT, Role.WRONG) for item in items)
    return plain and right and facts.context.draft is not None and facts.cues.has("confirm")


def _points(clause: Clause) -> bool:
    """ "first item 6": an amount for a line that is pointed at."""
    return clause.amount is not None and any(item.mention is None for item in clause.goods)


def _is_bare(clause: Clause) -> bool:
    """ "5 ctn", and nothing else; a number alone may be anything."""
    quantity = clause.amount.quantity if clause.amount is not None else None
    return clause.op is Op.WISH and not clause.goods and quantity is not None and quantity.unit is not None


def _nothing_wanted(base: Reading) -> Reading:
    """ "nothing else", "no worries": thanks, chat, or the YES to what is shown."""
    quiet = tuple((kind, p) for kind, p in base.kinds if kind in ("other", "thanks", "order.confirm"))
    return replace(base, kinds=quiet)


def _speaks_of_else(facts: Facts, items: Sequence[Item], clauses: Sequence[Clause]) -> bool:
    """Whether words outside the change say that something else is meant, or tell of the past."""
    pieces = [
        piece
        for piece in scan.pieces(facts.folded.text)
        if not any(item.start < piece.end and piece.start < item.end for item in items)
    ]
    cues = find_cues(pieces)
    asks = "?" in facts.folded.text
    named = any(clause.op not in (None, Op.WISH) and clause.goods for clause in clauses)
    if cues.has(*(_TELLS if named and not asks else _ELSEWHERE)) or (asks and cues.has("question") and not facts.days):
        return True
    outside = [t for t in facts.tokens if not any(item.start < t.end and t.start < item.end for item in items)]
    return any(token.has("past_verb") or _turns(token) for token in outside)


def _is_note(clauses: Sequence[Clause]) -> bool:
    """ "our lift is broken, use the back stairs": words about the delivery complain of nothing that was delivered."""
    return len(clauses) == 1 and bool(clauses[0].notes) and clauses[0].op is None and not clauses[0].marks


def _turns(token: Token) -> bool:
    """A word that takes back or changes, and has no part in what was read."""
    return token.has("negate") or token.has("correct") or token.roles.get("op") in ("remove", "sub", "swap", "double")


def _left(facts: Facts, items: Sequence[Item], clauses: Sequence[Clause]) -> tuple[str, ...]:
    """What the items leave, and is neither courtesy nor a word of chat."""
    spans = [(item.start, item.end) for item in items if item.letters != UNKNOWN]
    spans += [span for clause in clauses for span in clause.notes]
    used = {at for at, t in enumerate(facts.tokens) if any(start < t.end and t.start < end for start, end in spans)}
    spoken = {at for at, t in enumerate(facts.tokens) if any(s <= t.start < e for s, e in facts.cues.spans)}
    return _idle_stretches(facts, used) or left_over(
        facts.tokens, roles_of(facts.tokens, used, spoken, facts.index), facts.folded
    )


def _idle_stretches(facts: Facts, used: set[int]) -> tuple[str, ...]:
    """ "..., event is off": a stretch between marks of several words, of which the change uses none."""
    found, run = [], list[int]()
    for at in [*range(len(facts.tokens)), None]:
        if at is not None and facts.tokens[at].kind not in (scan.MARK, scan.LINE):
            run.append(at)
            continue
        words = [place for place in run if not facts.tokens[place].has("courtesy")]
        if len(words) > 1 and used.isdisjoint(run):
            found.append(facts.folded.quote(facts.tokens[run[0]].start, facts.tokens[run[-1]].end))
        run = []
    return tuple(found)


def _other_words(facts: Facts, items: Sequence[Item]) -> bool:
    """Words beside the items that are more than courtesy."""
    outside = [t for t in facts.tokens if not any(item.start < t.end and t.start < item.end for item in items)]
    return any(token.kind == scan.WORD and not token.has("courtesy") for token in outside)


def _said_days(clauses: Sequence[Clause]) -> Iterator[SaidDay]:
    for clause in clauses:
        for item, points in clause.days:
            day = item.day if item.day is not None else Day(0, 0, None)
            if not day.past:
                where = Points.DELIVERY if points == "deliver" else Points.ORDER
                yield SaidDay(day.day, where, kept=points == "keep", span=(item.start, item.end))


def _behind_numbers(facts: Facts, end: int) -> int:
    """ "deliver to unit 03-12": the number of a place, a time or a phone right behind a note belongs to it."""
    for token in (token for token in facts.tokens if token.end > end):
        if token.kind not in scan.NOISE:
            break
        end = token.end
    return end


def _notes(facts: Facts, clauses: Sequence[Clause]) -> str:
    said = [facts.folded.quote(start, _behind_numbers(facts, end)) for clause in clauses for start, end in clause.notes]
    return "; ".join(filter(None, said)) or notes_of(facts)


def _of_clauses(facts: Facts, clauses: Sequence[Clause]) -> Iterator[Statement]:
    for clause in clauses:
        if clause.op is None:
            continue
        amount = _amount_of(facts, clause)
        for item in clause.goods or (None,):
            goods = _goods_of(facts, item, clause, amount)
            instead = _goods_of(facts, clause.instead, clause, None)
            excepted = tuple(g for i in clause.excepted if (g := _goods_of(facts, i, clause, None)[0]) is not None)
            yield Statement(
                clause.op,
                goods[0],
                goods[1],
                clause.factor,
                instead[0],
                excepted,
                _not_amount(facts, clause),
                clause.corrects,
                text=facts.folded.quote(clause.start, clause.end),
                span=(clause.start, clause.end),
            )


def _amount_of(facts: Facts, clause: Clause) -> Amount | None:
    if clause.vague:
        return Amount(odd=True)
    return _as_amount(facts, clause.amount.quantity) if clause.amount is not None and clause.amount.quantity else None


def _not_amount(facts: Facts, clause: Clause) -> Amount | None:
    return _as_amount(facts, clause.wrong.quantity) if clause.wrong is not None and clause.wrong.quantity else None


def _as_amount(facts: Facts, quantity: Quantity) -> Amount:
    text = Quoter(facts.tokens, facts.folded).of(quantity)
    return Amount(
        quantity.value, quantity.unit, quantity.parts, quantity.odd, quantity.each, quantity.pack_of, text,
        (facts.tokens[quantity.start].start, facts.tokens[quantity.end - 1].end),
    )  # fmt: skip


def _goods_of(
    facts: Facts, item: Item | None, clause: Clause, amount: Amount | None
) -> tuple[Goods | None, Amount | None]:
    """The goods of an item with their amount, which a size in the words may turn out to be."""
    if item is None:
        return None, amount
    if item.mention is None:
        meaning = item.meanings.get(Role.POINTER, "it")
        if meaning in _POINTERS:
            return Goods(item.text, pointer=_POINTERS[meaning], span=(item.start, item.end)), amount
        return Goods(item.text, pointer=Pointer.PLACE, place=int(meaning), span=(item.start, item.end)), amount
    old = OldSaid() if amount is None else OldSaid(amount.value, amount.unit, amount.odd, amount.parts, amount.pack_of)
    goods, after = _goods(facts, item.mention, old)
    definite = item.definite or clause.more
    return replace(goods, definite=definite, text=item.text), _again(amount, after)


def _again(amount: Amount | None, after: OldSaid) -> Amount | None:
    if amount is None:
        return None if after.value is None else Amount(after.value, after.unit)
    return replace(amount, value=after.value, unit=after.unit)


def _goods(facts: Facts, mention: Mention, amount: OldSaid) -> tuple[Goods, OldSaid]:
    resolver = Resolver(facts.index, Quoter(facts.tokens, facts.folded))
    found, amount = resolver.find(mention, amount)
    skus = (mention.sku,) if mention.sku is not None else ()
    fits = skus or tuple(sorted(s for s in facts.index.holding(mention.bag) if facts.index.products[s].active))
    return Goods(
        resolver.quote.of(mention), found.how, found.skus, () if mention.unknown else fits, mention.bag,
        modifier=mention.modifier, note=" ".join(found.notes), sure=not (mention.repaired or found.notes),
        span=(facts.tokens[mention.start].start, facts.tokens[mention.end - 1].end),
    ), amount  # fmt: skip


# -- the old story, step by step


def _statements(facts: Facts) -> Iterator[Statement]:
    for edit in facts.story.edits:
        if edit.mention is not None:
            yield _statement(facts, edit)
    for quantity in facts.story.loose:
        text = Quoter(facts.tokens, facts.folded).of(quantity)
        yield Statement(_OPS.get(quantity.op or "", Op.WISH), amount=_as_amount(facts, quantity), text=text)


def _statement(facts: Facts, edit: Edit) -> Statement:
    goods, amount = _of_edit(facts, edit)
    if edit.op in _FACTORS:
        return Statement(Op.SCALE, goods, factor=_FACTORS[edit.op], text=goods.text)
    if edit.op == "swap" and edit.swapped_for is not None:
        new, much = _of_edit(facts, edit.swapped_for)
        return Statement(Op.SWAP, new, much, instead=goods, corrects=edit.corrected, text=new.text)
    op = _OPS.get(edit.op or "", Op.WISH)
    return Statement(
        op, goods, amount, corrects=edit.corrected, chatter=not wanted(edit), negated=edit.negated, text=goods.text
    )


def _of_edit(facts: Facts, edit: Edit) -> tuple[Goods, Amount | None]:
    """The goods and the amount of a step, as the story has settled them."""
    if edit.mention is None:
        raise LookupError("only steps with goods are statements")
    goods, old = _goods(facts, edit.mention, edit.said)
    amount = _said_amount(old)
    if isinstance(edit.outcome, Line) and goods.skus != (edit.outcome.sku,):
        return _of_line(facts, goods, edit.outcome)
    if isinstance(edit.outcome, Question) and edit.outcome.reason.value in How._value2member_map_:
        goods = replace(goods, how=How(edit.outcome.reason.value), skus=edit.outcome.candidates)
    return goods, amount


def _said_amount(old: OldSaid) -> Amount | None:
    if old.at < 0 and old.value is None and not old.odd and old.unit is None:
        return None
    return Amount(old.value, old.unit, old.parts, old.odd, pack_of=old.pack_of)


def _of_line(facts: Facts, goods: Goods, line: Line) -> tuple[Goods, Amount]:
    """A line that the story settled by other words than the goods' own: taken as it is, in base units."""
    product = facts.index.products[line.sku]
    unit, value = line.unit_said, line.quantity_said
    if value is None:
        unit, value = product.base_unit, line.quantity
    return replace(goods, how=How.WORDS, skus=(line.sku,), sure=line.sure), Amount(value, unit)


def wanted(edit: Edit) -> bool:
    """Whether an open question is worth asking: words nobody knows, said without a quantity, are chatter."""
    mention = edit.mention
    if mention is None or edit.op == "remove" or edit.chatter:
        return False
    said_something = edit.said.at >= 0 or (bool(mention.unknown) and any(s.unit for s in mention.sizes))
    asks_how_many = isinstance(edit.outcome, Question) and edit.outcome.reason is QuestionReason.QUANTITY
    if not said_something and mention.modifier and not asks_how_many:
        return False
    return said_something or (bool(mention.words) and not mention.unknown) or mention.sku is not None


def _unknown(facts: Facts) -> tuple[str, ...]:
    return tuple(word for edit in facts.story.edits if edit.mention for word in edit.mention.unknown)


def _unplaced(facts: Facts) -> list[Question]:
    """Amounts with a unit that no goods could be found for; "I need 10 boxes" of a catalog that has many kinds of box."""
    loose = facts.story.loose
    if facts.story.edits or len(loose) != 1 or loose[0].unit is None or loose[0].value is None:
        return list(facts.story.unplaced)
    if facts.cues.has("attack", *AGAINST) or _of_old(facts, loose[0]) or _something_open(facts):
        return list(facts.story.unplaced)
    skus = tuple(sku for unit in loose[0].unit.split("|") for sku in headed(facts.index, unit))
    text = Quoter(facts.tokens, facts.folded).of(loose[0])
    return [Question(text, QuestionReason.AMBIGUOUS, skus, loose[0].value)] if skus else []


def _of_old(facts: Facts, amount: Quantity) -> bool:
    """ "the 6 kegs", "those 6 kegs": goods that are there already."""
    return amount.start > 0 and facts.tokens[amount.start - 1].text in ("the", "these", "those", "my", "our")


# -- the frame, for both


def _frame(facts: Facts) -> Frame:
    days = (SaidDay(facts.asked_day),) if facts.asked_day is not None else ()
    papers = tuple(token.text for token in facts.tokens if token.kind == scan.REFERENCE)
    return Frame(_marks(facts), days=days, order_ids=papers, picks=_picks(facts))


def _marks(facts: Facts) -> frozenset[Mark]:
    marks = {Mark.ADDS} if any(isinstance(e, Cue) and e.roles.get("op") == "add" for e in facts.elements) else set()
    if "?" in facts.folded.text and (_asks_which(facts) or facts.cues.has("question", *_ELSEWHERE)):
        marks.add(Mark.QUESTION)
    if facts.cues.has("cancel_all") and not _only_negates(facts):
        marks.add(Mark.DROP)
    if facts.context.pending and len(facts.tokens) <= LONGEST_CHOICE:
        marks |= {_CHOICES[role] for role in choices_in(facts) if role in _CHOICES}
        bare = not any(edit.mention is not None and edit.mention.words for edit in facts.story.edits)
        marks |= {"all": {Mark.BOTH}, "none": {Mark.NONE}}.get(facts.cues.choice or "", set()) if bare else set()
    return frozenset(marks)


def _asks_which(facts: Facts) -> bool:
    """ "mana satu lagi murah?": which is the cheapest is asked, not chosen."""
    return not choices_in(facts).isdisjoint((Role.CHEAPEST, Role.DEAREST, Role.SMALLEST, Role.BIGGEST))


def _only_negates(facts: Facts) -> bool:
    """ "no rice then": every word that might cancel is a negation of goods."""
    negations = {e.text for e in facts.elements if isinstance(e, Cue) and "negate" in e.roles}
    return {phrase for role, phrase in facts.cues.phrases if role == "cancel_all"} <= negations


def _picks(facts: Facts) -> tuple[int, ...]:
    """Places of the one open list that the message picks, also those that are not on it."""
    pending = facts.context.pending
    if len(pending) != 1 or len(pending[0].candidates) < 2:
        return ()
    places = picked(facts.tokens, MOST_PLACES)
    if places and (len(places) < 2 or pending[0].quantity_said is not None):
        return places
    choice = facts.cues.choice or ""
    return (int(choice),) if choice.lstrip("-").isdigit() else ()
