"""Gives each mention its quantity: the assignment with the least distance and one habit of writing.

The habit is "2 ctn forks, 3 ctn spoons" or "forks 2 ctn, spoons 3 ctn"; changing it half-way costs.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.understanding.spans import Break, Cue, Element, Kind, Mention, Quantity

ALONE_MENTION, ALONE_QUANTITY, ALONE_LOOSE, ALONE_UNKNOWN = 3.0, 4.5, 0.5, 1.0
TURN = 0.8
PAIR_UNKNOWN, PAIR_LOOSE, PAIR_MODIFIER = 1.5, 0.8, 0.4
DAY_GAP = 0.5
WORD_GAP = 0.05
"""Of each word between that says nothing of goods or amounts."""
"""A name nobody knows and a bare unit take part in a pair only when nothing better is there."""
CUE_GAP = 0.3
FAR = 30.0

Node = Mention | Quantity


@dataclass(slots=True)
class Item:
    """A mention with the quantity said for it; either may be missing. `at` is where it begins among the tokens."""

    mention: Mention | None
    quantity: Quantity | None = None

    @property
    def start(self) -> int:
        return min(e.start for e in (self.mention, self.quantity) if e is not None)

    @property
    def end(self) -> int:
        return max(e.end for e in (self.mention, self.quantity) if e is not None)


def pair(elements: list[Element]) -> list[Item]:
    """Items in the order of the message. Linear in the number of elements."""
    nodes, gaps = _nodes(elements)
    items: list[Item] = []
    for first, last in _best(nodes, gaps):
        pairing = [nodes[first]] if first == last else [nodes[first], nodes[last]]
        mention = next((n for n in pairing if isinstance(n, Mention)), None)
        quantity = next((n for n in pairing if isinstance(n, Quantity)), None)
        items.append(Item(mention, quantity))
    return items


def _nodes(elements: list[Element]) -> tuple[list[Node], list[float]]:
    """The mentions and quantities, and how far each is from the one before."""
    nodes: list[Node] = []
    gaps: list[float] = []
    gap, end = 0.0, 0
    for element in elements:
        gap += WORD_GAP * max(0, element.start - end)
        end = element.end
        if isinstance(element, Break):
            gap += element.strength
        elif isinstance(element, Cue):
            gap += CUE_GAP
        elif element.kind is Kind.DAY:
            gap += DAY_GAP
        elif isinstance(element, Mention | Quantity):
            nodes.append(element)
            gaps.append(min(gap, FAR))
            gap = 0.0
    return nodes, gaps


def _cost_alone(node: Node) -> float:
    if isinstance(node, Quantity):
        return ALONE_LOOSE if node.loose else ALONE_QUANTITY
    return ALONE_UNKNOWN if node.unknown and not node.words else ALONE_MENTION


def _doubt(node: Node) -> float:
    if isinstance(node, Quantity):
        return PAIR_LOOSE if node.loose else 0.0
    if node.unknown and not node.words:
        return PAIR_UNKNOWN
    return PAIR_MODIFIER if node.modifier else 0.0


def _best(nodes: list[Node], gaps: list[float]) -> list[tuple[int, int]]:
    """The cheapest way to cut the nodes into pairs and single ones; the state is the habit of the last pair."""
    best: list[dict[str, tuple[float, int, str]]] = [{"": (0.0, 0, "")}]
    for end in range(1, len(nodes) + 1):
        options: dict[str, tuple[float, int, str]] = {}
        for habit, (cost, _, _) in best[end - 1].items():
            _keep(options, habit, cost + _cost_alone(nodes[end - 1]), 1, habit)
        if end >= 2 and nodes[end - 2].kind != nodes[end - 1].kind:
            doubt = _doubt(nodes[end - 2]) + _doubt(nodes[end - 1])
            turned = "qm" if nodes[end - 2].kind == Kind.QUANTITY else "mq"
            for habit, (cost, _, _) in best[end - 2].items():
                price = cost + gaps[end - 1] + doubt + (TURN if habit not in ("", turned) else 0.0)
                _keep(options, turned, price, 2, habit)
        best.append(options)
    return _trace(best)


def _keep(options: dict[str, tuple[float, int, str]], habit: str, cost: float, size: int, before: str) -> None:
    old = options.get(habit)
    if old is None or cost < old[0]:
        options[habit] = (cost, size, before)


def _trace(best: list[dict[str, tuple[float, int, str]]]) -> list[tuple[int, int]]:
    end = len(best) - 1
    habit = min(best[end], key=lambda h: best[end][h][0])
    cut: list[tuple[int, int]] = []
    while end > 0:
        _, size, before = best[end][habit]
        cut.append((end - size, end - 1))
        end, habit = end - size, before
    return cut[::-1]
