"""What an amount may do to the state of a reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.catalog.units import PIECE
from bot.understanding.reading.matching import Matching
from bot.understanding.reading.pieces import Piece
from bot.understanding.reading.states import OWED_GOODS, Item, Move, State, open_item, shared
from bot.understanding.spans import Mention, Quantity


def new_amount(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    amount = piece.amount
    assert amount is not None
    if state.each and not amount.each:
        amount = replace(amount, each=True)
    if amount.op is not None:
        state = state._replace(op=amount.op)
    waiting = ("neg" if state.negates else "") + ("cor" if state.corrects else "") + ("told" if state.told else "")
    features = (
        f"openQ|{piece.form}",
        f"openQ|{state.item.form}|{state.gap}",
        *((f"openQ|{waiting}|{state.gap}",) if waiting else ()),
    )
    yield Move(features, open_item(state, Item(None, amount, form="Q", start=piece.start), each=False))


def give(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "forks 2 ctn"."""
    item, amount = state.item, piece.amount
    assert amount is not None
    if item.goods is None or item.amount is not None or state.negates or (item.ran_out and piece.role == "leads"):
        return
    if state.before and state.before[0].turn and state.before[0].sentence == item.sentence:
        return
    if item.negated:
        yield from _give_past(state, piece, match)
        return
    if state.gap == "+" and not amount.op:
        amount = replace(amount, op="add")
    turn = "turn" if state.habit == "QG" else "same" if state.habit == "GQ" else "first"
    op = amount.op or _directed(item, state) or state.op or item.op
    goods = item.goods
    if goods.modifier and item.borrowed is None and state.before:
        goods = match.borrowed(goods, _lender(state), amount) or goods
    leads = piece.role == "leads" and state.gap in ("w", ",", ".", "n")
    fit = match.fit(goods, amount)
    features = (
        f"give|{state.gap}",
        f"give|{turn}",
        f"give|{piece.form}",
        *(("give|ran",) if item.ran_out else ()),
        *(("give|leads",) if leads else ()),
        *((f"leads|{fit}",) if leads else ()),
        f"fit|{fit}",
        *match.held(goods, amount),
    )
    if state.each:
        amount = replace(amount, each=True)
    done = item._replace(
        goods=goods,
        amount=amount,
        form="GQ",
        op=op,
        told=item.told or state.told,
        corrects=item.corrects or state.corrects,
        after="",
    )
    after = state._replace(item=done, gap="", habit="GQ", op="", each=False, to="", corrects=False)
    yield Move(features, shared(after) if amount.each else after)


def _give_past(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "9in, not 8in, 2 ctn": the amount of the goods before those that are not wanted."""
    wanted = state.before[0] if state.before else Item()
    if wanted.form != "G" or wanted.negated or piece.amount is None:
        return
    done = wanted._replace(amount=piece.amount, form="GQ")
    features = (f"past|{state.gap}", f"fit|{match.fit(wanted.goods, piece.amount)}")
    yield Move(
        features,
        state._replace(
            item=done, before=(state.item, state.before[1]), gap="", habit="GQ", debt=max(0.0, state.debt - OWED_GOODS)
        ),
    )


def _lender(state: State) -> Mention | None:
    row = state.before
    while row:
        goods: Mention | None = row[0].goods
        if goods is not None and not goods.modifier:
            return goods
        row = row[1]
    return None


def _directed(item: Item, state: State) -> str:
    """ "increase spoons by 200" adds, "cut the napkins to 500" sets."""
    if state.to == "to" and item.op:
        return "set"
    return ""


def add_up(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "1 carton and 50 pcs", "2 packets + 500g": pieces of one amount."""
    item, amount = state.item, piece.amount
    assert amount is not None
    first = item.amount
    if first is None or not _adds(state, first, amount) or _belongs_elsewhere(state, piece, first, match):
        return
    if first.unit is None and amount.unit is not None and not amount.of_those:  # "3+1 ctn": one of which?
        odd = replace(amount, value=None, odd=True, start=first.start)
        yield Move((f"sum|{state.gap}|bare first",), _counted(state, odd))
        return
    both = replace(first, end=amount.end, parts=(*first.pieces, *amount.pieces), each=first.each or amount.each)
    same = "same" if amount.unit in {unit for _, unit in first.pieces} else "other"
    features = (
        f"sum|{state.gap}|{'op' if 'add' in (state.op, amount.op) else ''}",
        f"sum|{same}|{item.form}",
        f"sum|{'bare' if amount.unit is None else 'unit'}",
        f"refit|{match.fit(item.goods, both)}" if item.goods is not None else "sum|open",
    )
    yield Move(features, _counted(state, both))


def _counted(state: State, amount: Quantity) -> State:
    """The open item with another amount."""
    item = state.item._replace(amount=amount, after="", added=state.item.goods is not None)
    return state._replace(item=item, gap="", op="")


def _adds(state: State, first: Quantity, amount: Quantity) -> bool:
    """Whether two certain amounts stand side by side as pieces of one may: joined by a word, or in units that differ."""
    if state.negates or state.corrects or None in (first.value, amount.value) or first.odd or amount.odd:
        return False
    if state.gap in ("and", "+"):
        return True
    if state.gap in ("", "w"):
        units = {unit for _, unit in first.pieces}
        return None not in (amount.unit, first.unit) and amount.unit not in units
    return _more(state, amount)


def _belongs_elsewhere(state: State, piece: Piece, first: Quantity, match: Matching) -> bool:
    """Whether the second amount is a size, counts other goods, or has nothing that joins it to the first."""
    item, amount = state.item, piece.amount
    assert amount is not None
    if item.goods is None:  # "cement 40kg and 8 bags sand"; "2 sacks 25kg flour": what a sack holds
        return (first.size is not None and amount.size is None) or (amount.size is not None and not state.gap)
    if state.gap == "and" and piece.role == "leads":
        return True
    fits = match.fit(item.goods, first).endswith("/sold")
    if fits and match.fit(item.goods, amount).endswith("/unsold"):
        return True
    # "30 boxes ladle one piece": no word joins the two
    return state.gap in ("", "w") and item.form == "QG" and "add" not in (state.op, amount.op)


def _more(state: State, amount: Quantity) -> bool:
    """ "1 carton, and 3 more kg of the same"."""
    return amount.op == "add" and state.joined and state.gap in (",", "and")


def retry(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "750g coriander... by bunch right? 5 bunches then": a later amount for goods that are not sold by the first."""
    item, amount = state.item, piece.amount
    assert amount is not None
    if item.goods is None or amount.unit is None or amount.value is None or state.negates or item.told:
        return
    if item.amount is None or state.gap == "(" or (item.amount.size is not None and state.gap != "."):
        return  # a size right beside goods is likelier one that nobody sells: "jasmine rice 10kg 2 bags"
    if match.fit(item.goods, item.amount).endswith("/unsold") and match.fit(item.goods, amount).endswith("/sold"):
        yield Move((f"retry|{state.gap}",), state._replace(item=item._replace(amount=amount), gap=""))


def multiply(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "25kg x 2", "ctn 2", "2 sacks x 5kg": two amounts that make one."""
    item, amount = state.item, piece.amount
    assert amount is not None
    if (
        item.amount is None
        or state.negates
        or state.corrects
        or state.op
        or (state.gap not in ("", "x", ":", "-", "w", "(") and piece.form != "Bl" and not _bare_unit(item))
    ):
        return
    made = match.product(item.amount, amount)
    if made is not None and made[0] == "weight" and state.gap not in ("x", "("):
        return
    if made is None:
        return
    features = (
        f"times|{state.gap}|{made[0]}",
        f"refit|{match.fit(item.goods, made[1])}" if item.goods is not None else "times|open",
        *match.held(item.goods, made[1]),
    )
    yield Move(features, state._replace(item=item._replace(amount=made[1], after=""), gap=""))


def _bare_unit(item: Item) -> bool:
    """ "oil bottles, 6"."""
    return item.goods is not None and item.amount is not None and item.amount.loose and item.amount.value is None


def pack_said(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "5 ctn (500 pcs) box", "12in box 2 ctn = 100 pcs": the same amount in pieces says what a pack holds."""
    first, second = state.item.amount, piece.amount
    assert second is not None
    if first is None or not first.value or first.unit in (None, PIECE) or first.parts or first.pack_of is not None:
        return
    if second.unit != PIECE or second.value is None or second.parts or state.gap not in ("(", "="):
        return
    held = replace(first, pack_of=second.value / first.value)
    features = (f"again|{state.gap}", *match.held(state.item.goods, held))
    yield Move(features, state._replace(item=state.item._replace(amount=held), gap=""))


def same_again(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "5 ctn (500 pcs)", "5 ctn = 500 pcs": the same amount in another unit."""
    item, amount = state.item, piece.amount
    assert amount is not None
    if item.goods is None or item.amount is None or state.gap not in ("", "(", "=", "w"):
        return
    if item.amount.unit == amount.unit or not match.equal(item.goods, item.amount, amount):
        return
    yield Move((f"again|{state.gap}",), state._replace(gap=""))


def fix(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "200, sorry make it 300": the later amount."""
    item, amount = state.item, piece.amount
    assert amount is not None
    if state.negates or item.told:
        return
    if not (state.corrects or state.op == "set" or item.no_amount is not None):
        return
    if (item.amount is None or item.amount.value is None) and item.no_amount is None:
        return
    if amount.value is None and not amount.odd:
        return
    if amount.value == 0 and not state.corrects:
        return
    old = item.amount
    fixed = (
        replace(amount, unit=old.unit)
        if old is not None and amount.unit is None and not old.parts and old.size is None
        else amount
    )
    why = "cor" if state.corrects else "set" if state.op == "set" else "not"
    features = (
        f"fix|{why}|{item.form}",
        f"fix|{state.gap}",
        *((f"refit|{match.fit(item.goods, fixed)}",) if item.goods else ()),
    )
    done = item._replace(amount=fixed, corrects=True, after="", form=item.form if item.amount else item.form + "Q")
    yield Move(features, state._replace(item=done, gap="", op="", corrects=False))


def not_amount(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "300 not 200", "not 2 but 3": an amount that is said to be wrong."""
    item, amount = state.item, piece.amount
    assert amount is not None
    if not state.negates or piece.role == "leads" or piece.form == "Q1":
        return
    done = item._replace(no_amount=amount, after="", corrects=True)
    yield Move((f"not|{item.form}|{state.gap}",), state._replace(item=done, gap="", negates=False, op=""))


def swap_amount(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "replace the flat lids with 1000 dome lids"."""
    item = state.item
    if item.op not in ("set", "swap") or not state.to or item.goods is None or item.amount is not None:
        return
    if piece.role != "leads":
        return  # "change the soap to 6": no goods come in its place
    done = Item(None, piece.amount, form="Q", op="swap", instead=item.goods, start=item.start, sentence=item.sentence)
    yield Move(("swapQ|" + item.op,), state._replace(item=done, gap="", to=""))


def anew(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "have 3 cartons of foil left, so top up with 2": the amount wanted of goods that were only told of."""
    item, amount = state.item, piece.amount
    assert amount is not None
    if not item.told or item.goods is None or item.amount is None or state.told or state.negates:
        return
    if piece.role == "leads":
        return
    if amount.value is None and not amount.odd:
        return
    wanted = Item(item.goods, amount, form="GQ", op=amount.op or state.op, start=piece.start)
    yield Move((f"anew|{state.gap}", f"fit|{match.fit(item.goods, amount)}"), open_item(state, wanted))
