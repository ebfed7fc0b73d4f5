"""What is believed before anything is learnt: how far marks keep goods and amounts apart, and what must not be passed over."""

from __future__ import annotations

from collections.abc import Iterator

DISTANCE = {"": 0.0, "w": -0.3, "x": 0.3, "=": 0.2, "d": -0.6, "-": 0.0, ":": 0.0, "(": -0.3, "/": -0.3, ")": -0.8, "+": -1.4, "and": -1.4, ",": -1.8, ".": -3.5, "n": -4.0}  # fmt: skip
"""Between goods and their amount."""
FITS = {"exact/sold": 1.0, "words/sold": 0.8, "narrowed/sold": 0.7, "ambiguous/sold": 0.2, "exact/bare": 0.5, "words/bare": 0.4, "ambiguous/bare": 0.0,
        "exact/unsold": -1.2, "words/unsold": -1.2, "ambiguous/unsold": -1.2, "unknown/unit": -1.0, "unknown/bare": -1.2, "exact/size": -2.0, "words/size": -2.0, "ambiguous/size": -2.0,
        "inactive/sold": 0.0, "inactive/bare": 0.0}  # fmt: skip
SKIPS = {
    "number": -6.0,
    "one": -0.4,
    "known": -4.0,
    "known+": -0.6,
    "unknown": -6.0,
    "negate": -2.5,
    "negate+": -1.2,
    "correct": -1.2,
    "correct+": -0.4,
    "op": -1.0,
    "op+": -0.4,
    "stock": -1.0,
    "stock+": -0.6,
    "each": -1.5,
    "each+": -1.0,
    "both": -1.0,
    "both+": -0.8,
    "ran_out": -1.0,
    "past_verb": -0.5,
    "past_verb+": -0.3,
    "is_right": -1.0,
    "every": -1.0,
    "unit": -1.0,
    "attribute": -1.2,
    "how_many": -1.5,
    "explained": 0.3,
}
GOODS = {"G": 0.8, "Gh": 0.5, "Gl": 0.0, "Gw": -1.5, "M": 0.0, "Mx": -0.8, "Gx": -1.0, "U": -1.0}
AMOUNTS = {
    "Q": 0.0,
    "Qu": 0.5,
    "Qm": 0.0,
    "Qn": -1.0,
    "B~": -2.6,
    "Qo": 0.0,
    "B": -0.8,
    "A": -0.8,
    "Qv": -0.2,
    "Qs": 0.5,
    "Q1": -2.5,
    "Q~": -0.6,
    "Q!": -3.0,
    "Qp": -3.0,
    "Qh": 2.0,
    "Qo~": -0.6,
    "Qo!": -3.0,
    "A~": -1.4,
    "A!": -3.0,
}
BARE = {"exact": -2.5, "words": -2.5, "ambiguous": -2.8, "inactive": -2.5, "unknown": -0.5}


FIXED = frozenset({"skip|number", "skip|known", "skip|unknown", "skip|attribute", "bare|size"})
"""What no message may teach: passing over what counts or names goods."""


def priors() -> dict[str, float]:
    """The weights to begin with."""
    return dict(_all())


def _all() -> Iterator[tuple[str, float]]:
    yield from ((f"skip|{form}", value) for form, value in SKIPS.items())
    yield from ((f"fit|{fit}", value) for fit, value in FITS.items())
    yield from ((f"refit|{fit}", min(value, 0.0)) for fit, value in FITS.items())
    yield "loose|Q|pending", 4.0
    yield "loose|B|pending", 1.0
    yield "loose|Q|order", 1.5
    for mark, value in DISTANCE.items():
        yield f"take|{mark}", value
        yield f"give|{mark}", value
        yield f"refine|{mark}|G", value - 0.8
        yield f"refine|{mark}|GQ", value - 1.0
        yield f"refine|{mark}|QG", value - 1.0
        yield f"again|{mark}", 3.0
        yield f"times|{mark}|unit", 1.0
        yield f"times|{mark}|late", 0.5
        yield f"times|{mark}|weight", 0.5 if mark == "x" else -0.5
        yield f"times|{mark}|held", 0.5 if mark in ("x", "(") else -0.5
    for form in ("G", "Q", "GQ", "QG"):
        for mark in ("", "w"):
            yield f"openG|{form}|{mark}", -1.0
            yield f"openQ|{form}|{mark}", -0.5
    yield from ((f"openG|{form}", value) for form, value in GOODS.items())
    yield from ((f"take|{form}|{amount}", value) for form, value in GOODS.items() for amount in ("Q",))
    yield from ((f"openQ|{form}", value) for form, value in AMOUNTS.items())
    yield from ((f"give|{form}", value) for form, value in AMOUNTS.items())
    for act in ("take", "give"):
        yield f"{act}|same", 0.5
        yield f"{act}|turn", -0.8
    yield from (("lent", 0.5), ("takeof", 2.0))
    yield "give|ran", 3.0
    yield from ((f"past|{mark}", value) for mark, value in DISTANCE.items())
    yield from ((f"joinU|{way}|{form}", 1.5) for way in ("ahead", "behind") for form in ("G", "QG"))
    yield from ((f"lendback|{many}", 3.0) for many in (True, False))
    yield from ((f"swapQ|{op}", 2.0) for op in ("set", "swap"))
    yield "ran_out|back", 1.0
    yield from (("times|,|late", 1.0), ("times|n|late", 1.0))
    yield "refine|narrows", 3.0
    yield "give|leads", -0.8
    yield "leads|unknown/unit", -2.0
    yield "correct|pop", -1.0
    yield from (("regoods|U", -2.0), ("regoods|Gw", -3.0))
    yield from ((f"retry|{mark}", 1.0) for mark in ("", "w", ",", ".", "n"))
    yield from ((f"joinU|behind|{form}", 0.5) for form in ("G", "QG"))
    yield "right", 4.0
    yield from (("turn|first", -2.0), ("turn|next", 0.0), ("turn|one", 2.5), ("all_in", 2.0), ("front", 1.5))
    yield from ((f"anew|{mark}", 2.5) for mark in DISTANCE)
    yield from ((f"share|{mark}", 2.5) for mark in ("", ",", "and", "/", "w"))
    yield "openG|G|", -2.5
    yield from ((f"openG|{form}|", -0.2) for form in ("GQ", "QG"))
    yield "bare|size", -4.0
    yield from ((f"bare|plain|{how}", value) for how, value in BARE.items())
    yield from ((f"bare|:|{known}", 2.0) for known in ("known", "unknown"))
    yield "loose|Q", -4.5
    yield "loose|B", -0.5
    yield "loose|A", -0.5
    yield from ((f"sum|{mark}|", value) for mark, value in (("+", 0.5), ("and", 0.0), ("", -0.5), ("w", -1.0)))
    yield from ((f"sum|{mark}|op", 0.5) for mark in ("+", "and", "", "w"))
    yield from ((f"sum|same|{form}", -2.5) for form in ("Q", "GQ", "QG"))
    yield "sum|bare", -2.0
    yield from ((f"fix|{why}|{form}", 2.0) for why in ("cor", "not") for form in ("Q", "GQ", "QG", "G"))
    yield from ((f"not|{form}|{mark}", 1.0) for form in ("", "G", "Q", "GQ", "QG") for mark in ("", "w"))
    yield from ((f"regoods|{form}", 1.0) for form in ("G", "GQ", "QG"))
    yield "lost|neg", -2.0
    yield "lost|op.remove", -1.0
    yield "negated|op", 0.5
    yield "held|True", 1.0
    yield "held|False", -3.0
    yield "swap", 2.0
    yield "likewise", 1.0
    yield "negate.before|ahead", 0.3
    yield "negate.after|ahead", -0.8
    yield from (
        (f"negate.{way}|back|{form}", value)
        for way, value in (("before", -0.8), ("after", 0.5))
        for form in ("G", "GQ", "QG")
    )
    yield from (
        (f"op.{op}|back|{form}", -0.5)
        for op in ("add", "set", "sub", "remove", "double", "halve")
        for form in ("G", "GQ", "QG")
    )
    yield "stock.ahead|ahead", 0.8
    yield "stock.behind|back", 0.8
    yield "past_verb|ahead", 0.3
    yield "past_verb|back", -0.5
