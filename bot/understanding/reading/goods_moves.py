"""What goods may do to the state of a reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.catalog.match import How
from bot.understanding.reading.matching import Matching
from bot.understanding.reading.pieces import Piece
from bot.understanding.reading.states import Item, Move, State, open_item
from bot.understanding.spans import Mention


def new_goods(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    goods = piece.goods
    assert goods is not None
    waiting = ("neg" if state.negates else "") + ("cor" if state.corrects else "") + ("told" if state.told else "")
    features = (
        f"openG|{piece.form}",
        f"openG|{state.item.form}|{state.gap}",
        *((f"openG|{waiting}|{state.gap}",) if waiting else ()),
    )
    yield Move(features, open_item(state, Item(goods, form="G", start=piece.start), goods))
    front = _with_front(state, goods, match)
    if front is not None:
        yield Move((*features, "front"), open_item(state, Item(front, form="G", start=piece.start), front))
    if state.share is not None and _is_one_more(state, goods, match):
        shares = Item(goods, state.share, form="QG", op=state.item.op, start=piece.start)
        yield Move((f"share|{state.gap}",), open_item(state, shares, goods))
    for lender in (state.last_goods,) if goods.modifier and not state.item.negated else ():
        lent = match.borrowed(goods, lender, None)
        if lent is not None:
            yield Move((*features, "lent"), open_item(state, Item(lent, form="G", start=piece.start, borrowed=lender)))


def _is_one_more(state: State, goods: Mention, match: Matching) -> bool:
    """ "2 pkt each fork knife chopsticks"; not the balloon of "each of small red balloon", which is one thing."""
    if state.gap == "" and state.item.goods is not None:
        return match.together(state.item.goods, goods) is None
    return state.gap in (",", "and", "/", "w")


def _with_front(state: State, goods: Mention, match: Matching) -> Mention | None:
    """ "wooden forks/spoons": what is said of the first is said of all, where it tells which is meant."""
    before = state.item.goods
    if before is None or state.gap != "/" or goods.modifier or len(before.words) < 2 or match.found(goods).taken:
        return None
    front = replace(goods, words=[*before.words[:-1], *goods.words])
    return front if match.found(front).taken else None


def take(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "2 ctn forks"."""
    item, goods = state.item, piece.goods
    assert goods is not None
    assert item.amount is not None
    if item.goods is not None or state.negates or (state.op and item.op not in ("", state.op, "remove")):
        return
    turn = "turn" if state.habit == "GQ" else "same" if state.habit == "QG" else "first"
    lenders = [state.last_goods] if goods.modifier and state.last_goods is not None else []
    amount = item.amount
    sized = match.with_weight(goods, amount)
    if sized is not None:
        goods, amount = sized, replace(amount, pack_of=None)
        item = item._replace(amount=amount)
    ways: list[tuple[Mention, Mention | None]] = [(goods, None)]
    for lender in lenders:
        lent = match.borrowed(goods, lender, item.amount)
        if lent is not None:
            ways.append((lent, lender))
    for named, of in ways:
        features = (
            f"take|{state.gap}",
            f"take|{turn}",
            f"take|{piece.form}|{item.form}",
            *((f"takeop|{state.op}",) if state.op else ()),
            f"fit|{match.fit(named, item.amount)}",
            *match.held(named, item.amount),
            *(("lent",) if of else ()),
            *(("takeof",) if named.unknown and amount.size is not None and amount.of_those else ()),
        )
        done = item._replace(
            goods=named,
            form="QG",
            op=state.op or item.op,
            borrowed=of,
            corrects=item.corrects or state.corrects,
            told=item.told or state.told,
            after="",
        )
        yield Move(
            features,
            state._replace(
                item=done,
                gap="",
                habit="QG",
                last_goods=state.last_goods if goods.modifier else goods,
                corrects=False,
                op="",
                share=amount if amount.each else None,
            ),
        )


def refine(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "napkins, the 2-ply kind", "2 dozen eggs... the small ones": more words for the goods named last."""
    item, goods = state.item, piece.goods
    assert goods is not None
    if item.goods is None or item.added or state.negates or state.op or state.gap in ("n", "and", "+"):
        return
    both = match.together(item.goods, goods)
    if both is None:
        return
    features: tuple[str, ...] = (
        f"refine|{state.gap}|{item.form}",
        f"refine|{piece.form}",
        f"refit|{match.fit(both, item.amount)}",
    )
    apart = state.gap in (",", ".", "(", "-") or (goods.modifier and state.gap == "w")
    if apart and match.found(item.goods).how is How.AMBIGUOUS and match.found(both).taken:
        features = (*features, "refine|narrows")
    yield Move(
        features, state._replace(item=item._replace(goods=both, after=""), gap="", last_goods=both, corrects=False)
    )


def regoods(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "10in, sorry, 12in box": other goods in place of those."""
    item, goods = state.item, piece.goods
    assert goods is not None
    if not state.corrects or item.goods is None or state.negates:
        return
    if item.goods.unknown and not item.goods.words:
        return
    named = match.merged(goods, item.goods)
    features = ("regoods|" + item.form, f"refit|{match.fit(named, item.amount)}", f"regoods|{piece.form}")
    yield Move(
        features, state._replace(item=item._replace(goods=named, corrects=True, after=""), gap="", last_goods=named)
    )


def swap(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "change the brown to white"."""
    item, goods = state.item, piece.goods
    assert goods is not None
    if item.op not in ("set", "swap") or not state.to or item.goods is None or item.amount is not None:
        return
    lent = (match.borrowed(goods, item.goods, None) if goods.modifier else None) or goods
    done = Item(lent, form="G", op="swap", instead=item.goods, start=item.start, sentence=item.sentence)
    yield Move(("swap",), state._replace(item=done, gap="", to="", last_goods=lent))


def join_unknown(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "lobster tail": words nobody knows right beside words of goods name one thing."""
    item, goods = state.item, piece.goods
    assert goods is not None
    if item.goods is None or not item.goods.unknown or goods.unknown or goods.sku or goods.modifier or state.gap:
        return
    whole = replace(
        item.goods,
        end=goods.end,
        words=[*item.goods.words, *goods.words],
        unknown=[*item.goods.unknown, *goods.unknown],
        parts=[*item.goods.parts, *goods.parts],
        modifier=False,
    )
    yield Move(
        (f"joinU|ahead|{item.form}",), state._replace(item=item._replace(goods=whole, after=""), last_goods=goods)
    )


def join_behind(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "h7 bulb osram brand 4 pcs": words nobody knows right behind goods that are certain are said of them."""
    item, goods = state.item, piece.goods
    assert goods is not None
    known = item.goods
    if known is None or known.unknown or known.sku or not goods.unknown or state.gap or state.negates:
        return
    if not match.found(known).taken:
        return
    whole = replace(known, end=goods.end, unknown=[*known.unknown, *goods.unknown], parts=[*known.parts, *goods.parts])
    yield Move((f"joinU|behind|{item.form}",), state._replace(item=item._replace(goods=whole, after="")))


def lend_back(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "120L x 2 pkt, 70L x 3 pkt rubbish bags": the goods at the end are those of every size before."""
    goods = piece.goods
    assert goods is not None
    if goods.modifier or goods.unknown or state.gap not in ("", "w") or state.negates:
        return
    row: tuple[Any, ...] = (state.item, state.before)
    sized: list[Item] = []
    while row and row[0].form == "GQ" and row[0].goods.modifier:
        lent = match.borrowed(row[0].goods, goods, row[0].amount)
        if lent is None:
            return
        sized.append(row[0]._replace(goods=lent, borrowed=goods))
        row = row[1]
    for item in reversed(sized[1:]):
        row = (item, row)
    if sized:
        yield Move((f"lendback|{len(sized) > 1}",), state._replace(item=sized[0], before=row, gap="", last_goods=goods))
