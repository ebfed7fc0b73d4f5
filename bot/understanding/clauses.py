"""Cuts the elements of a message into clauses at words of correction, and drops the amounts that are not wanted."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from bot.language.languages import listed, section
from bot.understanding.resolve import NOTHING_SAID, Resolver
from bot.understanding.spans import JOIN, STRONG, Break, Cue, Element, Kind, Mention, Quantity

JOINTS = frozenset({"+", "&", *listed("joins_amounts")})
ODD_RESTS = frozenset(section("number")["0"])


def clauses(elements: list[Element]) -> list[tuple[bool, list[Element]]]:
    """Cuts at words of correction; the flag says that a clause corrects what stands before it."""
    cut: list[tuple[bool, list[Element]]] = [(False, [])]
    anything = counted = False
    for position, element in enumerate(elements):
        if counted and _is_right(elements, position):
            cut.append((True, []))
        if (
            isinstance(element, Cue)
            and "correct" in element.roles
            and anything
            and _corrects(element, elements, position)
        ):
            if cut[-1][1] or not cut[-1][0]:
                cut.append((True, []))
            if "op" in element.roles and element.roles["op"] != "set":
                cut[-1][1].append(element)
            continue
        if cut[-1][0] and isinstance(element, Break) and element.strength >= STRONG and _has_goods(cut[-1][1]):
            cut.append((False, []))
        counted = counted or isinstance(element, Quantity)
        anything = counted or anything or isinstance(element, Mention)
        cut[-1][1].append(element)
    return [clause for clause in cut if clause[1]]


def _is_right(elements: list[Element], position: int) -> bool:
    """ "... but 1 carton is right": the amount that is called right replaces the one before."""
    behind = elements[position + 1] if position + 1 < len(elements) else None
    return isinstance(elements[position], Quantity) and isinstance(behind, Cue) and "is_right" in behind.roles


def _has_goods(clause: list[Element]) -> bool:
    return any(isinstance(element, Mention | Quantity) for element in clause)


def _corrects(cue: Cue, elements: list[Element], position: int) -> bool:
    """A negation right before goods is no correction: "but not knives"."""
    following = elements[position + 1] if position + 1 < len(elements) else None
    if "negate" in cue.roles:
        return isinstance(following, Quantity)
    return True


def without_stock(clause: list[Element]) -> list[Element]:
    """Drops the quantities they still have; goods behind one of them end the count: "I have 3 rolls of foil so send 6"."""
    out: list[Element] = []
    stock = counted = False
    for element in clause:
        if isinstance(element, Cue):
            stock, counted = "stock" in element.roles, False
            if element.roles.get("stock") == "behind":
                out = _without_left(out)
        elif isinstance(element, Break) and element.strength > 1:
            stock = False
        elif isinstance(element, Quantity) and stock:
            stock = not (counted and isinstance(out[-1], Mention))
            counted = True
        if stock and isinstance(element, Quantity):
            continue
        out.append(element)
    return out


def _without_left(before: list[Element]) -> list[Element]:
    """ "we have 2 bottles left", "3 cartons of flour left": the amount right before is still there."""
    amount = next((e for e in reversed(before[-2:]) if isinstance(e, Quantity)), None)
    goods = all(isinstance(e, Mention | Quantity) for e in before[before.index(amount) :]) if amount else False
    return [e for e in before if e is not amount] if goods else before


def without_past(clause: list[Element]) -> list[Element]:
    """Drops what was ordered, bought or cooked before, and what "was short": when something is wanted beside it."""
    past: set[int] = set()
    told: set[int] = set()
    over = False
    for element in clause:
        if isinstance(element, Cue):
            over = element.roles.get("past_verb") == "past"
            past |= told if element.roles.get("past_verb") == "behind" else set()
        elif isinstance(element, Break) and element.strength > JOIN:
            over = False
            told = told if element.strength < STRONG else set()
        elif isinstance(element, Mention | Quantity):
            told.add(id(element))
            if over:
                past.add(id(element))
                over = not (isinstance(element, Mention) and len(past) > 1)
    wanted = [e for e in clause if isinstance(e, Mention) and id(e) not in past]
    return [e for e in clause if id(e) not in past] if wanted else clause


def without_total(clause: list[Element]) -> list[Element]:
    """ "5 boxes of gloves: 3 M, 2 L": an amount that the ones behind it add up to is no further amount; they share its unit."""
    at = next((place for place, e in enumerate(clause) if isinstance(e, Quantity)), None)
    if at is None:
        return clause
    whole = clause[at]
    line = list(takewhile(lambda e: not (isinstance(e, Break) and e.strength >= STRONG), clause[at + 1 :]))
    parts = [e for e in line if isinstance(e, Quantity)]
    if not isinstance(whole, Quantity) or len(parts) < 2 or whole.value is None or not _opens(line):
        return clause
    if any(e.value is None or e.parts or e.unit not in (None, whole.unit) for e in parts):
        return clause
    if sum(e.value or 0 for e in parts) != whole.value:
        return clause
    for part in parts:
        part.unit = whole.unit
    return [e for e in clause if e is not whole]


def _opens(line: list[Element]) -> bool:
    """A colon or bracket behind the amount and its goods; a dash only where nothing but sizes and colours follow."""
    place = next((at for at, e in enumerate(line) if isinstance(e, Break)), None)
    if place is None or any(isinstance(e, Quantity) for e in line[:place]):
        return False
    mark, after = line[place], line[place + 1 :]
    modified = all(e.modifier for e in after if isinstance(e, Mention))
    return isinstance(mark, Break) and (mark.text in (":", "(") or (mark.text == "-" and modified))


def in_turn(clause: list[Element]) -> list[Element]:
    """ "forks, spoons and knives 3, 2 and 1 packets": as many amounts as goods, each behind its own; one unit may be all's."""
    nodes = [e for e in clause if isinstance(e, Mention | Quantity)]
    half = len(nodes) // 2
    goods, counts = nodes[:half], [e for e in nodes[half:] if isinstance(e, Quantity)]
    if half < 2 or len(nodes) % 2 or len(counts) != half or not all(isinstance(e, Mention) for e in goods):
        return clause
    if any(e.value is None or e.odd or e.op or e.parts for e in counts) or not _plain_between(clause, nodes):
        return clause
    unit = counts[-1].unit if all(e.unit is None for e in counts[:-1]) else None
    for count in counts if unit is not None else ():
        count.unit = unit
    first = clause.index(nodes[0])
    paired = [e for pair in zip(goods, counts, strict=True) for e in pair]
    return [*clause[:first], *paired, *clause[clause.index(nodes[-1]) + 1 :]]


def _plain_between(clause: list[Element], nodes: list[Mention | Quantity]) -> bool:
    inside = clause[clause.index(nodes[0]) : clause.index(nodes[-1])]
    return all(isinstance(e, Mention | Quantity) or (isinstance(e, Break) and e.strength < STRONG) for e in inside)


def sums(clause: list[Element], resolver: Resolver) -> list[Element]:
    """1 carton and 50 loose pcs; 2 packets + 500g; 一箱零两卷: pieces of one amount."""
    clause = clause[:]
    out: list[Element] = []
    position = 0
    while position < len(clause):
        element = clause[position]
        joined = clause[position + 1 : position + 3]
        if isinstance(element, Quantity) and joined and _odd_rest(joined[0], resolver):
            joined = [Break(Kind.BREAK, joined[0].start, joined[0].start, JOIN, "+"), joined[0]]
            clause.insert(position + 1, joined[0])
        if (
            isinstance(element, Quantity)
            and len(joined) == 2
            and _adding(joined[0])
            and isinstance(joined[1], Quantity)
            and _adds_up(element, joined[1])
            and not _two_items(clause, position)
            and not _of_another(element, clause, position + 3, resolver)
        ):
            parts = (*element.pieces, *joined[1].pieces)
            clause[position + 2] = replace(
                joined[1], start=element.start, parts=parts, each=element.each or joined[1].each
            )
            position += 2
            continue
        out.append(element)
        position += 1
    return out


def _odd_rest(element: Element, resolver: Resolver) -> bool:
    """零两卷: the zero says that a smaller unit follows."""
    return isinstance(element, Quantity) and resolver.quote.of(element)[:1] in ODD_RESTS


def _adding(element: Element) -> bool:
    if isinstance(element, Cue):
        return element.roles.get("op") == "add"
    return isinstance(element, Break) and element.strength <= JOIN and element.text in JOINTS


def _two_items(clause: list[Element], position: int) -> bool:
    """ "lemons 2 dozen and 15 bunches coriander" are two items: goods stand on both sides."""
    before = clause[position - 1] if position else None
    after = clause[position + 3] if position + 3 < len(clause) else None
    return isinstance(before, Mention) and isinstance(after, Mention)


def _of_another(first: Quantity, clause: list[Element], behind: int, resolver: Resolver) -> bool:
    """ "make it eight bottles and one carton of towels": the goods behind have no bottle, so they are no sum."""
    goods = clause[behind] if behind < len(clause) else None
    if not isinstance(goods, Mention):
        return False
    found = resolver.find(goods, NOTHING_SAID)[0]
    return found.taken and not resolver.has_unit(found.skus[0], first.unit)


def _adds_up(first: Quantity, second: Quantity) -> bool:
    if first.value is None or second.value is None or first.odd or second.odd or second.unit is None:
        return False
    return first.unit is not None and second.unit not in {unit for _, unit in first.pieces}


def negated_in(clause: list[Element]) -> set[int]:
    """Mentions said not to be wanted, by identity: "no X", "without X or Y", "X not needed"."""
    found: set[int] = set()
    for position, element in enumerate(clause):
        if not isinstance(element, Cue) or "negate" not in element.roles:
            continue
        before = _across_weak(clause, position)
        after = clause[position + 1] if position + 1 < len(clause) else None
        if element.roles["negate"] == "before" and isinstance(after, Mention | Quantity):
            found.update(_run(clause, position + 1))
        elif isinstance(before, Mention):
            found.add(id(before))
        elif isinstance(after, Mention):
            found.update(_run(clause, position + 1))
    return found


def _across_weak(clause: list[Element], position: int) -> Element | None:
    """What stands before, a colon or dots of a form aside."""
    place = position - 1
    while place >= 0 and isinstance(mark := clause[place], Break) and mark.strength < 1:
        place -= 1
    return clause[place] if place >= 0 else None


def _run(clause: list[Element], start: int) -> list[int]:
    """The mention at `start`, and those joined to it by "or"."""
    run = [id(clause[start])]
    position = start + 1
    while position + 1 < len(clause) and isinstance(clause[position + 1], Mention):
        joint = clause[position]
        if not (isinstance(joint, Cue) and "or" in joint.roles):
            break
        run.append(id(clause[position + 1]))
        position += 2
    return run
