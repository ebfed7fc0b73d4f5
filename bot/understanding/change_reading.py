"""A message read as a change of what is there, every word of it: the clauses of the change grammar as statements and a frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.language import scan
from bot.language.change_words import Role
from bot.language.token import Token
from bot.understanding.change_grammar import HALF, parse
from bot.understanding.change_items import AMOUNT, DAY, GOODS, IDLE, UNKNOWN, Item, is_span_of_amounts, items_of
from bot.understanding.change_productions import Clause
from bot.understanding.cues import find_cues
from bot.understanding.dates_in_words import Day
from bot.understanding.frames import ELSEWHERE
from bot.understanding.intent import Context
from bot.understanding.kinds import CLEAR_ORDER, ORDER
from bot.understanding.message_facts import Facts
from bot.understanding.notes import notes_of
from bot.understanding.reasons import because, is_reason, reasons_among, reasons_in, stretches
from bot.understanding.resolve import Said
from bot.understanding.spoken_goods import as_amount, goods_of
from bot.understanding.statements import Amount, Goods, Mark, Op, Pointer, Points, Reading, SaidDay, Statement
from bot.understanding.words_left_over import left_over, roles_of

_POINTERS = {
    "order": Pointer.ALL,
    "it": Pointer.IT,
    "all": Pointer.ALL,
    "other": Pointer.OTHER,
    "both": Pointer.BOTH,
    "every": Pointer.ALL,
}
_TELLS = ("complaint", "claim", "status", "human", "attack", "opt_out", "repeat")
"""Of these, what speaks of something else even beside goods that are plainly changed ("triple the foil, weekend promo")."""
_TELLS_OF_OTHER = ("status", "human", "attack", "opt_out", "repeat")
"""Of these, what does so even where it is said what was wrong and what is right."""
_ASKS = ("order.status", "complaint", "inquiry.product", "inquiry.price", "inquiry.policy")
_LEAVES = (None, Op.WISH, Op.KEEP)
"""Operations that change nothing that is there."""
LIKELY = 0.9
MAX_TOKENS = 120
"""A longer message is a list of wishes, not a change."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The clauses of a message beside what the other stages found in it."""

    base: Reading
    facts: Facts
    items: Sequence[Item]
    clauses: Sequence[Clause]
    strange: tuple[str, ...] = ()
    """Words nobody knows, beside clauses that are whole without them."""

    @property
    def marks(self) -> frozenset[Mark]:
        return frozenset(mark for clause in self.clauses for mark in clause.marks)

    @property
    def does(self) -> bool:
        """Whether any clause does something, names the order that is meant, or speaks of the delivery."""
        return any(_does(clause, self.facts.context) for clause in self.clauses)

    @property
    def bare(self) -> bool:
        """ "5 ctn", and nothing else; a number alone may also be a place of a list that was shown with a draft."""
        counts = any(
            clause.amount and clause.amount.quantity and clause.amount.quantity.unit for clause in self.clauses
        )
        listed = self.facts.context.draft is not None and not counts
        return not listed and all(map(_is_bare, self.clauses)) and not _other_words(self.facts, self.items)

    @property
    def best(self) -> tuple[str, float]:
        return self.base.kinds[0] if self.base.kinds else ("", 0.0)


def heard_in(facts: Facts, base: Reading) -> Heard | None:
    """The clauses of the message; None where some of it is no part of any clause."""
    if len(facts.tokens) > MAX_TOKENS:
        return None
    items = items_of(facts)
    clauses = parse(items) or parse(_without_reasons(facts, items))
    if clauses is not None:
        return Heard(base, facts, items, clauses)
    clauses = _beside_strange_words(items)
    strange = tuple(item.text for item in items if item.letters == UNKNOWN)
    return Heard(base, facts, items, clauses, strange) if clauses is not None else None


def _without_reasons(facts: Facts, items: Sequence[Item]) -> list[Item]:
    """The items without those of "..., we found some": a reason in words nobody knows, that names no goods and counts nothing."""
    why = [(facts.tokens[run[0]].start, facts.tokens[run[-1]].end) for run in reasons_among(facts.tokens)]
    within = {span: [item for item in items if span[0] <= item.start and item.end <= span[1]] for span in why}
    idle = [told for told in within.values() if any(i.letters == UNKNOWN for i in told) and not any(map(_names, told))]
    return [item for item in items if not any(item in told for told in idle)]


def _names(item: Item) -> bool:
    return item.letters == GOODS or (item.quantity is not None and item.quantity.value is not None)


def _beside_strange_words(items: Sequence[Item]) -> tuple[Clause, ...] | None:
    """ "wipes double zonk": a change that is whole without the words nobody knows, which are quoted for a YES. An amount right
    before them may be theirs."""
    at = [place for place, item in enumerate(items) if item.letters == UNKNOWN]
    if not at or any(place and items[place - 1].letters == AMOUNT for place in at):
        return None
    moves = any(item.meanings.get(Role.MOVE) == "move" for item in items)
    clauses = parse([item for item in items if item.letters != UNKNOWN]) or ()
    return clauses if clauses and all(_is_whole(clause, moves=moves) for clause in clauses) else None


def _is_whole(clause: Clause, *, moves: bool) -> bool:
    """It says what is done to which goods, or that they come on another day."""
    names = bool(clause.goods) and (clause.op is Op.REMOVE or clause.amount is not None or clause.factor is not None)
    return (clause.op not in _LEAVES and names) or (moves and clause.op is None and Mark.MOVE in clause.marks)


def change_of(heard: Heard) -> Reading | None:
    """The reading of clauses that say what is done to the order; None where they do nothing to it."""
    if Mark.NOTHING_MORE in heard.marks and not heard.does:
        return _nothing_wanted(heard.base)
    if any(holds(heard) for holds in NO_CHANGE):
        return None
    return _reading(heard)


def marks_beside(heard: Heard) -> frozenset[Mark]:
    """The marks that hold where the message is no change, though all of it was read: "don't cancel" drops nothing."""
    return (heard.base.frame.marks - {Mark.DROP}) | (heard.marks & {Mark.KEEP, Mark.DROP})


def _reading(heard: Heard) -> Reading | None:
    facts, clauses, base = heard.facts, heard.clauses, heard.base
    marks = _refusing(heard) | (frozenset({Mark.SPLIT}) if _splits(clauses) else frozenset())
    changes = _changes(heard, marks)
    quoted = _left_by(heard)
    unread = (*quoted, *(word for word in heard.strange if not any(word in words for words in quoted)))
    if changes:
        unread = (*unread, *_told_of_before(heard))
    left = (*unread, *(facts.folded.quote(clause.start, clause.end) for clause in clauses if clause.doubtful))
    if unread and changes and heard.best[0] == "order.cancel" and heard.best[1] > LIKELY:
        return None
    frame = replace(
        base.frame,
        marks=(base.frame.marks - {Mark.DROP}) | marks | ({Mark.CHANGE} if changes else frozenset()),
        words=(
            *base.frame.words,
            *((mark, facts.folded.quote(c.start, c.end)) for c in clauses for mark in sorted(c.marks)),
        ),
        days=tuple(_said_days(clauses)),
        order_ids=tuple(item.text for clause in clauses for item in clause.references),
        shift=next((clause.shift for clause in clauses if clause.shift), 0),
    )
    return replace(
        base, statements=tuple(_of_clauses(facts, clauses)), frame=frame, leftovers=left, notes=_notes(facts, heard.items, clauses),
        kinds=((ORDER, CLEAR_ORDER), *base.kinds) if changes else base.kinds, whole=not left,
    )  # fmt: skip


def _told_of_before(heard: Heard) -> Iterator[str]:
    """ "yesterday u only sent 1 liner": words of another time, where nothing is put right, may tell of what came then."""
    if any(clause.corrects or clause.retells or clause.mends for clause in heard.clauses):
        return
    facts = heard.facts
    said = [(item.start, item.end) for item in heard.items if item.letters not in (DAY, IDLE)]
    changed = max((clause.start for clause in heard.clauses if clause.op not in _LEAVES), default=0)
    past = [at for day in facts.days if day.past for at in range(day.start, day.end)]
    past += [at for at, token in enumerate(facts.tokens) if token.roles.get("date_past") == "past"]
    for at in past:
        token = facts.tokens[at]
        between = (t for t in facts.tokens[at:] if t.start < changed)
        if _is_outside(token.start, token.end, said) and not any(t.kind in (scan.MARK, scan.LINE) for t in between):
            yield facts.folded.quote(token.start, token.end)


def _splits(clauses: Sequence[Clause]) -> bool:
    """ "shift to wed, but half the bowl to tue"; "take out the spoon, put it on the wed order": goods on a day of their own."""
    gone = False
    for clause in clauses:
        if _names_goods(clause) and any(where == "own" for _, where in clause.days):
            return True
        if _names_goods(clause) and clause.factor == HALF and any(where == "deliver" for _, where in clause.days):
            return True  # "half the liner to fri"
        if gone and clause.op is None and clause.points and clause.days:
            return True
        gone = gone or (clause.op is Op.REMOVE and _names_goods(clause))
    return _on_several_days(clauses)


def _on_several_days(clauses: Sequence[Clause]) -> bool:
    """ "only the liner on fri, the rest keep thu"; a day put right, "sorry sat", is one."""
    dated = [clause for clause in clauses if any(where in ("deliver", "keep") for _, where in clause.days)]
    days = {item.day.day for clause in dated for item, _ in clause.days if item.day is not None}
    return len(dated) > 1 < len(days) and any(map(_names_goods, dated)) and not any(c.corrects for c in dated)


def _names_goods(clause: Clause) -> bool:
    return clause.op is not None and any(item.mention is not None for item in clause.goods)


def _refusing(heard: Heard) -> frozenset[Mark]:
    """Beside an open question, what is refused is what was asked."""
    marks = heard.marks
    if not heard.facts.context.pending:
        return marks
    if Mark.REFUSE in marks:
        marks = (marks - {Mark.REFUSE}) | {Mark.NONE}
    if marks == {Mark.REJECT} and all(clause.op is None for clause in heard.clauses):
        marks |= {Mark.NONE}
    return marks


def _changes(heard: Heard, marks: frozenset[Mark]) -> bool:
    acts = heard.does or heard.bare or bool(marks & {Mark.MOVE, Mark.ANEW})
    return acts and (Mark.ANEW in marks or not marks & {Mark.DROP, Mark.REFUSE})


def _left_by(heard: Heard) -> tuple[str, ...]:
    """A bare amount is shown before it is taken, where nothing was asked."""
    if heard.bare and not heard.facts.context.pending:
        return (heard.facts.folded.source.strip(),)
    return _left(heard.facts, heard.items, heard.clauses)


# -- what speaks against a change


def _says_nothing(heard: Heard) -> bool:
    return not (heard.marks - {Mark.KEEP} or heard.does or heard.bare)


def _is_asked(heard: Heard) -> bool:
    """A day or a note may be part of a question, and the message looks like one."""
    if clauses_do(heard.clauses) or heard.bare or not _may_ask(heard):
        return False
    return heard.best[0] in _ASKS and heard.best[1] > LIKELY


def _may_ask(heard: Heard) -> bool:
    """A day may be asked about in any words; a note about the delivery is asked about with a question mark."""
    return "?" in heard.facts.folded.text or not any(clause.notes for clause in heard.clauses)


def clauses_do(clauses: Sequence[Clause]) -> bool:
    """Whether any clause says what is done to goods or to the whole order; a day or a note alone may be asked about."""
    return any(clause.op not in _LEAVES or clause.marks - {Mark.MOVE, Mark.KEEP} for clause in clauses)


def _accepts_as_it_is(heard: Heard) -> bool:
    """ "yes, 30 kg and 24 packets is right": says the amounts again to accept them."""
    plain = all(clause.op in (None, Op.WISH, Op.SET) and not clause.corrects for clause in heard.clauses)
    right = any(item.may(Role.RIGHT) for item in heard.items)
    wrong = any(item.may(Role.NOT, Role.WRONG) for item in heard.items)
    accepted = heard.facts.context.draft is not None and heard.facts.cues.has("confirm")
    return plain and right and not wrong and accepted


def _tells_of_else(heard: Heard) -> bool:
    """Words about the delivery complain of nothing that was delivered: "our lift is broken, use the back stairs"."""
    return not _is_note(heard.clauses) and _speaks_of_else(heard.facts, heard.items, heard.clauses)


NO_CHANGE: tuple[Callable[[Heard], bool], ...] = (_tells_of_else, _is_asked, _says_nothing, _accepts_as_it_is)


# -- clauses and items


def _does(clause: Clause, context: Context) -> bool:
    names_order = any(where in ("order", "own") for _, where in clause.days)
    answers = bool(context.pending and clause.excepted)
    retells = clause.retells and bool(clause.goods) and not context.pending
    acts = clause.op not in _LEAVES or bool(clause.notes) or answers or retells
    return names_order or acts or _points(clause, placed=context.draft is None)


def _points(clause: Clause, *, placed: bool) -> bool:
    """ "first item 6", "the soap is 3 ctn": an amount for a line that is pointed at."""
    return clause.amount is not None and any(
        item.mention is None or (placed and item.definite) for item in clause.goods
    )


def _is_bare(clause: Clause) -> bool:
    """ "5 ctn", and nothing else."""
    return clause.op is Op.WISH and not clause.goods and clause.amount is not None


def _nothing_wanted(base: Reading) -> Reading:
    """ "nothing else", "no worries": thanks, chat, or the YES to what is shown."""
    quiet = tuple((kind, p) for kind, p in base.kinds if kind in ("other", "thanks", "order.confirm"))
    return replace(base, kinds=quiet)


def _speaks_of_else(facts: Facts, items: Sequence[Item], clauses: Sequence[Clause]) -> bool:
    """Whether words outside the change say that something else is meant, or tell of the past."""
    named = any(clause.op not in _LEAVES and clause.goods for clause in clauses)
    why = reasons_in(facts.tokens) if named else frozenset()
    spans = [(item.start, item.end) for item in items]
    spans += [(facts.tokens[at].start, facts.tokens[at].end) for at in why]
    cues = find_cues([piece for piece in scan.pieces(facts.folded.text) if _is_outside(piece.start, piece.end, spans)])
    asks = "?" in facts.folded.text
    if cues.has(*_speaking_of_else(clauses, named=named and not asks)):
        return True
    if asks and cues.has("question") and not facts.days:
        return True
    outside = (token for token in facts.tokens if _is_outside(token.start, token.end, spans))
    return any(token.has("past_verb") or _turns(token) for token in outside)


def _speaking_of_else(clauses: Sequence[Clause], *, named: bool) -> Sequence[str]:
    """The cues that speak of something else: the fewer, the plainer the change is."""
    if not named:
        return ELSEWHERE
    corrects = any(clause.instead is not None or clause.wrong is not None for clause in clauses)
    return _TELLS_OF_OTHER if corrects else _TELLS


def _is_outside(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return not any(first < end and start < last for first, last in spans)


def _is_note(clauses: Sequence[Clause]) -> bool:
    """ "our lift is broken, use the back stairs": words about the delivery complain of nothing that was delivered."""
    return len(clauses) == 1 and bool(clauses[0].notes) and clauses[0].op is None and not clauses[0].marks


def _turns(token: Token) -> bool:
    """A word that takes back or changes, and has no part in what was read."""
    return token.has("negate") or token.has("correct") or token.roles.get("op") in ("remove", "sub", "swap", "double")


def _left(facts: Facts, items: Sequence[Item], clauses: Sequence[Clause]) -> tuple[str, ...]:
    """What the items leave, and is neither courtesy, nor a word of chat, nor a reason."""
    spans = [(item.start, item.end) for item in items if item.letters not in (UNKNOWN, IDLE)]
    used = places_in(facts, [*spans, *(span for clause in clauses for span in clause.notes)])
    spoken = {at for at, t in enumerate(facts.tokens) if any(s <= t.start < e for s, e in facts.cues.spans)}
    said_idly = places_in(facts, [(item.start, item.end) for item in items if item.letters == IDLE])
    idle = [run for run in stretches(facts.tokens) if used.isdisjoint(run)]
    reasons = {at for run in idle if is_reason(facts.tokens, run) for at in run} | because(facts.tokens, used)
    quoted = [run for run in idle if reasons.isdisjoint(run) and _says_much(facts.tokens, set(run) - said_idly)]
    if quoted:
        return tuple(facts.folded.quote(facts.tokens[run[0]].start, facts.tokens[run[-1]].end) for run in quoted)
    return left_over(
        facts.tokens, roles_of(facts.tokens, used | reasons | said_idly, spoken, facts.index), facts.folded
    )


def places_in(facts: Facts, spans: Sequence[tuple[int, int]]) -> set[int]:
    """The tokens that lie in any of these stretches of characters."""
    return {at for at, t in enumerate(facts.tokens) if any(start < t.end and t.start < end for start, end in spans)}


def _says_much(tokens: Sequence[Token], run: Iterable[int]) -> bool:
    """Several words that are more than courtesy."""
    return sum(not tokens[at].has("courtesy") for at in run) > 1


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
                refused = Mark.REFUSE in clause.marks
                yield SaidDay(day.day, where, dropped=refused, kept=points == "keep", span=(item.start, item.end))


def _behind_numbers(facts: Facts, end: int) -> int:
    """ "deliver to unit 03-12": the number of a place, a time or a phone right behind a note belongs to it."""
    for token in (token for token in facts.tokens if token.end > end):
        if token.kind not in scan.NOISE:
            break
        end = token.end
    return end


def _notes(facts: Facts, items: Sequence[Item], clauses: Sequence[Clause]) -> str:
    quoted = (
        facts.folded.quote(start, _behind_numbers(facts, end)) for clause in clauses for start, end in clause.notes
    )
    said, told = "; ".join(filter(None, quoted)), notes_of(facts)
    if not said and any(is_span_of_amounts(item, facts) for item in items):
        return ""
    return told if said in told else said


def _of_clauses(facts: Facts, clauses: Sequence[Clause]) -> Iterator[Statement]:
    """The statements of the clauses; what is kept is told first, because it is what "the rest" leaves."""
    for clause in sorted(clauses, key=lambda clause: clause.op is not Op.KEEP):
        if clause.op is not None:
            yield from _of_clause(facts, clause)
        elif facts.context.pending and clause.excepted:  # "anything but the lavender"
            yield from _of_clause(facts, replace(clause, op=Op.REMOVE, goods=clause.excepted, excepted=()))


def _of_clause(facts: Facts, clause: Clause) -> Iterator[Statement]:
    amount = _amount_of(facts, clause)
    instead, _ = _goods_of(facts, clause.instead, clause, None)
    excepted = [_goods_of(facts, item, clause, None)[0] for item in clause.excepted]
    for item in clause.goods or (None,):
        goods, much = _goods_of(facts, item, clause, amount)
        yield Statement(
            clause.op or Op.WISH,
            goods or _whole(clause),
            much,
            clause.factor,
            instead,
            tuple(goods for goods in excepted if goods is not None),
            _not_amount(facts, clause),
            clause.corrects,
            retells=clause.retells,
            mends=clause.mends,
            text=facts.folded.quote(clause.start, clause.end),
            span=(clause.start, clause.end),
        )


def _whole(clause: Clause) -> Goods | None:
    """ "double the friday order", "all but the foil": every line, where an order or its exceptions are named."""
    named = bool(clause.excepted) or any(where in ("order", "own") for _, where in clause.days)
    whole = named and clause.op in (Op.SCALE, Op.REMOVE)
    return Goods("", pointer=Pointer.ALL) if whole or clause.excepted else None


def _amount_of(facts: Facts, clause: Clause) -> Amount | None:
    if clause.vague:
        return Amount(odd=True)
    return as_amount(facts, clause.amount.quantity) if clause.amount is not None and clause.amount.quantity else None


def _not_amount(facts: Facts, clause: Clause) -> Amount | None:
    return as_amount(facts, clause.wrong.quantity) if clause.wrong is not None and clause.wrong.quantity else None


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
    old = Said() if amount is None else Said(amount.value, amount.unit, amount.odd, amount.parts, amount.pack_of)
    goods, after = goods_of(facts, item.mention, old)
    definite = item.definite or clause.more
    return replace(goods, definite=definite, text=item.text), _again(amount, after)


def _again(amount: Amount | None, after: Said) -> Amount | None:
    if amount is None:
        return None if after.value is None else Amount(after.value, after.unit)
    return replace(amount, value=after.value, unit=after.unit)
