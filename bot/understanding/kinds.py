"""Decides what a message is: clear orders by rule, the rest by the classifier, within what the conversation allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from bot.language import scan
from bot.language.change_words import Role, phrases_that
from bot.language.languages import listed
from bot.understanding.classifier import classifier
from bot.understanding.features import features, masked
from bot.understanding.intent import Line, Question, QuestionReason
from bot.understanding.message_facts import Facts
from bot.understanding.ordered_apart import orders_apart
from bot.understanding.picks import places_picked
from bot.understanding.reading.reports import only_thanked_for
from bot.understanding.spans import Mention, Quantity
from bot.understanding.wished_steps import Edit

ORDER = "order"
"""Goods are wanted or changed; whether that creates or amends is for the conversation's state to say."""
CLEAR_ORDER = 0.985
UNSURE = 0.5
BESIDE_TALK = 0.55
"""How sure an order is that stands beside a complaint or other talk: it is shown for a YES."""
APART = 0.8
"""How sure it is of what seems an order anyway."""
_TALK = (
    "complaint",
    "other",
    "order.status",
    "human",
    "inquiry.price",
    "inquiry.product",
    "inquiry.policy",
    "thanks",
    "greeting",
)
UNTAUGHT = 0.8
"""How sure a cue makes where nothing else can be weighed."""
SAYS = (
    ("attack", "other"),
    ("human", "human"),
    ("opt_out", "opt_out"),
    ("complaint", "complaint"),
    ("cancel_all", "order.cancel"),
    ("repeat", "order.repeat"),
    ("status", "order.status"),
    ("price", "inquiry.price"),
    ("product_question", "inquiry.product"),
    ("policy", "inquiry.policy"),
    ("greeting", "greeting"),
    ("thanks", "thanks"),
)
"""Which cue outweighs which, the weightiest first."""
AMID_ORDERS = 10
"""Goods with amounts are ordered so many times likelier than not, when the machine is given orders in the same breath."""
QUESTION_STARTS = frozenset(listed("begins_a_question"))
_QUOTES = frozenset(listed("asks_a_quotation"))
_INSTEAD_OF = frozenset(listed("instead_of"))
_SAME = frozenset(phrases_that(Role.SAME_AMOUNT))
AGAINST = (
    "price",
    "complaint",
    "status",
    "policy",
    "product_question",
    "past",
    "plan",
    "cancel_all",
    "repeat",
    "question",
)

_NO_CHANGE = ("price", "complaint", "status", "policy", "attack", "cancel_all", "past", "plan", "human", "opt_out")


@dataclass(frozen=True, slots=True)
class Ranked:
    """The classes that are possible here, the likeliest first, with their probabilities."""

    order: tuple[tuple[str, float], ...]

    @property
    def best(self) -> str:
        return self.order[0][0]

    @property
    def confidence(self) -> float:
        return self.order[0][1]


def rank(facts: Facts) -> Ranked:
    """What the message may be; goods that are plainly asked for beside other talk are an order before they are anything else."""
    found = _ranked(facts)
    if found.best == ORDER and found.confidence < APART and orders_apart(facts):
        return Ranked(((ORDER, APART), *found.order[1:]))
    apart = found.best in _TALK and orders_apart(facts)
    return Ranked(((ORDER, BESIDE_TALK), *found.order)) if apart else found


def _ranked(facts: Facts) -> Ranked:
    clear = next((kind for kind, is_clear in CLEAR if is_clear(facts)), None)
    if clear is not None:
        return Ranked(((clear, CLEAR_ORDER),))
    if (plain := _by_cue_alone(facts)) is not None:
        return Ranked(((plain, UNTAUGHT),))
    found = classifier().probabilities(features(facts))
    possible = {kind: p for kind, p in found.items() if _possible(kind, facts)}
    if max(possible.values()) < UNSURE and _names_amount(facts) and not facts.cues.has(*AGAINST):
        possible[ORDER] = 1.0
    if facts.cues.has("attack") and facts.has_lines and possible.get(ORDER):
        possible["other"] = min(possible.get("other", 0.0), possible[ORDER] / AMID_ORDERS)
    if len({phrase for role, phrase in facts.cues.phrases if role == "plan"}) > 1 and possible.get(ORDER):
        possible["other"] = max(possible.get("other", 0.0), 2 * possible[ORDER])
    whole = sum(possible.values()) or 1.0
    return Ranked(
        tuple(sorted(((kind, p / whole) for kind, p in possible.items()), key=lambda item: (-item[1], item[0])))
    )


def _by_cue_alone(facts: Facts) -> str | None:
    """What a message is by its cues, where the classifier was taught none of its words: a language without examples yet."""
    words = [f"w:{word}" for word in masked(facts)] + [f"p:{phrase}" for _, phrase in facts.cues.phrases]
    if facts.has_lines or any(word in classifier().weights for word in words):
        return None
    return next((kind for cue, kind in SAYS if facts.cues.has(cue)), None)


def _calls_person(facts: Facts) -> bool:
    """The word for a person and nothing else but courtesy."""
    words = [token for token in facts.tokens if token.kind not in (scan.MARK, scan.LINE) and not token.has("courtesy")]
    return len(words) == 1 and words[0].has("person_alone")


def _mends_own_words(facts: Facts) -> bool:
    """ "Earlier I said 3, but 1 is right": puts an order right, and complains of nobody."""
    if "?" in facts.folded.text or facts.cues.has("complaint", "price", "status", "cancel_all", "attack"):
        return False
    mended = [edit for edit in facts.story.edits if edit.corrected and isinstance(edit.outcome, Line)]
    own = next((at for at, token in enumerate(facts.tokens) if token.has("own_words")), len(facts.tokens))
    return bool(mended) and all(e.start > own for e in facts.elements if isinstance(e, Mention | Quantity))


def _tells_the_day(facts: Facts) -> bool:
    """ "Tomorrow is fine", and nothing of goods: the day that the draft still lacks."""
    if facts.story.edits or facts.story.loose or "?" in facts.folded.text:
        return False
    if facts.folded.text.split(" ", 1)[0] in QUESTION_STARTS:
        return False
    return _names_other_day(facts) and not facts.cues.has("attack", "human", *AGAINST)


def _orders_anew(facts: Facts) -> bool:
    """ "last time 2 boxes were torn, this time send 12": speaks of the past only to order better."""
    if "?" in facts.folded.text or facts.cues.has("attack", "cancel_all", "policy", "price") or not facts.story.past:
        return False
    return facts.cues.places_any("anew") and facts.has_lines


def _takes_out(facts: Facts) -> bool:
    """ "no more butter", "不要牛油了": goods that the order holds are not wanted, and nothing else is said."""
    basket = facts.context.draft or (facts.context.last_order if facts.open_order else None)
    if basket is None or "?" in facts.folded.text or facts.cues.has("repeat", *_NO_CHANGE):
        return False
    known = [edit for edit in facts.story.edits if edit.mention is not None and edit.mention.words]
    held = {sku for sku, _ in basket.lines}
    return bool(known) and all(edit.op == "remove" and held & _skus(edit) for edit in known)


def _skus(edit: Edit) -> set[str]:
    if isinstance(edit.outcome, Line):
        return {edit.outcome.sku}
    return set(edit.outcome.candidates) if edit.outcome is not None else set()


def _chosen_after_asking(facts: Facts) -> bool:
    """ "got dhal in stock? 2 bags": a plain amount behind the question takes what was asked about."""
    asked, _, rest = facts.folded.text.rpartition("?")
    if not asked or not rest.strip(" .!") or not facts.cues.has("product_question") or facts.cues.has(*_NO_CHANGE):
        return False
    said = [edit for edit in facts.story.edits if isinstance(edit.outcome, Line) and edit.said.at >= 0]
    behind = [facts.tokens[edit.said.at].start > len(asked) for edit in said]
    return len(said) == 1 and all(behind) and not facts.story.loose


def _confirms_again(facts: Facts) -> bool:
    """ "yes, 30kg cake flour, correct": accepts the draft in its own amounts, and changes nothing."""
    draft, edits = facts.context.draft, facts.story.edits
    if draft is None or not edits or facts.story.loose or facts.context.pending or "?" in facts.folded.text:
        return False
    if facts.cues.has("want", "repeat", *_NO_CHANGE) or facts.asked_day not in (None, draft.delivery_date):
        return False
    text = facts.folded.text.strip(" .,!")
    accepted = [phrase for role, phrase in facts.cues.phrases if role == "confirm"]
    held = dict(draft.lines)
    same = all(
        isinstance(e.outcome, Line) and e.op is None and held.get(e.outcome.sku) == e.outcome.quantity for e in edits
    )
    return same and any(text.startswith(phrase) or text.endswith(phrase) for phrase in accepted)


def _asks_price(facts: Facts) -> bool:
    """ "9in box 1 ctn $24?", "can you do 2 ctn at $18": a sum of money is asked about."""
    if facts.cues.has("want", "complaint", "attack"):
        return False
    if facts.cues.has("question") and any(token.kind == scan.PRICE for token in facts.tokens):
        return True
    return any(one.kind == scan.PRICE and other.text == "?" for one, other in pairwise(facts.tokens))


def _came_short(facts: Facts) -> bool:
    """ "we got 2 packets instead of 4", "pls credit 3kg": what came, against what should have come."""
    if facts.cues.has("want"):
        return False
    if facts.cues.has("claim"):
        return True
    if not any(token.has("past_verb") for token in facts.tokens):
        return False
    return any(one.text in _INSTEAD_OF and other.kind == scan.NUMBER for one, other in pairwise(facts.tokens))


def _follows_up(facts: Facts) -> bool:
    """ "track SO-1407, the one with ...": asks after an order by its number and wants nothing else."""
    cues = facts.cues
    if not cues.has("status") or cues.has("want", "complaint", "cancel_all", "policy", "repeat", "price"):
        return False
    changes = any(edit.op is not None or edit.corrected for edit in facts.story.edits)
    return not changes and any(token.kind == scan.REFERENCE for token in facts.tokens)


def _wants_goods(facts: Facts) -> bool:
    """ "need some boxes": a wish for what many names hold, and nothing else: no call for a person."""
    if facts.story.loose or set(facts.cues.count) != {"want"}:
        return False
    if facts.story.edits and not (_names_only(facts) and any(token.has("vague") for token in facts.tokens)):
        return False
    words = [token for token in facts.tokens if token.kind not in (scan.MARK, scan.LINE) and not token.has("filler")]
    return bool(words) and all(facts.index.knows(token.word) or token.has("unit") for token in words)


def _names_only(facts: Facts) -> bool:
    return all(e.said.value is None and e.op is None and _may_be_several(e.outcome) for e in facts.story.edits)


def _may_be_several(outcome: Line | Question | None) -> bool:
    return isinstance(outcome, Question) and outcome.reason is QuestionReason.AMBIGUOUS


def clear_order(facts: Facts) -> bool:
    """Goods with amounts, and nothing that speaks of anything else."""
    against = [role for role in AGAINST if facts.says(role) and not (role == "complaint" and _mends(facts))]
    if "?" in facts.folded.text or against or _unexplained(facts):
        return False
    if facts.folded.text.split(" ", 1)[0] in QUESTION_STARTS:
        return False
    if facts.says("cancel_all") and not any(edit.op == "remove" for edit in facts.story.edits):
        return False
    if facts.story.loose:
        return False
    return any(isinstance(e.outcome, Line) and e.op != "remove" and not _weak(e.said.at) for e in facts.story.edits)


def _mends(facts: Facts) -> bool:
    """ "2 karton. Eh salah, 3 karton": what sounds like a complaint puts an amount right."""
    corrected = any(edit.corrected for edit in facts.story.edits)
    wrong = {token.text for token in facts.tokens if token.has("correct")}
    return corrected and all(phrase in wrong for role, phrase in facts.cues.phrases if role == "complaint")


def _names_amount(facts: Facts) -> bool:
    """Goods with an amount, however odd: asking about it is better than small talk."""
    return any(edit.said.at >= 0 and edit.mention is not None and edit.mention.words for edit in facts.story.edits)


def _unexplained(facts: Facts) -> bool:
    """Words nobody knows outside the goods, or talk of the past: more than a plain order."""
    wanted = (e for e in facts.story.edits if e.mention is not None and e.mention.start not in facts.told)
    if any(e.mention is not None and e.mention.unknown and _is_aside(e) for e in wanted):
        return True
    if any(e.mention is not None and e.mention.end in facts.left for e in facts.story.edits):
        return True  # "paint colour run sia, 2 tin"
    beside = (token for at, token in enumerate(facts.tokens) if at not in facts.told)
    return any(token.has("date_past") or token.has("past_verb") for token in beside)


def _is_aside(edit: Edit) -> bool:
    """Unknown words that count nothing, or that stand behind goods which are taken without them: "flour is lumpy, 2 sacks"."""
    if edit.mention is None or edit.said.at < 0:
        return True
    return isinstance(edit.outcome, Line) and edit.mention.parts[-1][1] not in edit.mention.words


def _weak(at: int) -> bool:
    return at < 0


def _possible(kind: str, facts: Facts) -> bool:
    if kind == "order.confirm":
        return facts.context.draft is not None and not _names_other_day(facts)
    if kind == ORDER:
        return orderable(facts)
    if kind == "opt_out":
        return not any(token.kind == scan.REFERENCE for token in facts.tokens)
    if kind == "greeting":
        return not any(isinstance(edit.outcome, Line) or _named(edit) for edit in facts.story.edits)
    return True


def _names_other_day(facts: Facts) -> bool:
    """ "Tomorrow is fine", of a draft without a day: it accepts and changes."""
    draft = facts.context.draft
    return draft is not None and draft.delivery_date is None and facts.asked_day is not None


def _named(edit: Edit) -> bool:
    """Goods were named, if without an amount."""
    return isinstance(edit.outcome, Question) and edit.outcome.reason is QuestionReason.QUANTITY


def orderable(facts: Facts) -> bool:
    """Something in the message could change an order."""
    if any(edit.mention is not None for edit in facts.story.edits):
        return True
    state = facts.context
    if state.pending or (state.draft is not None or facts.open_order):
        return bool(facts.story.loose) or facts.asked_day is not None or bool(state.pending)
    return bool(facts.story.loose)


def _only_thanks(facts: Facts) -> bool:
    return only_thanked_for(facts.elements, facts.tokens, facts.cues)


def _picks(facts: Facts) -> bool:
    return bool(places_picked(facts.context.pending, facts.tokens))


def _asks_quotation(facts: Facts) -> bool:
    """ "please quote for 5 drums": begins with the wish for a price."""
    words = [token for token in facts.tokens if not token.has("courtesy")]
    return bool(words) and words[0].text in _QUOTES


def _same_on_a_day(facts: Facts) -> bool:
    """ "same for next thu", "next wed same same": once more, and not that the order moves there."""
    if facts.story.edits or facts.story.loose or facts.asked_day is None or "?" in facts.folded.text:
        return False
    days = {at for day in facts.days for at in range(day.start, day.end)}
    words = [
        token for at, token in enumerate(facts.tokens) if at not in days and token.kind not in (scan.MARK, scan.LINE)
    ]
    said = [token.text for token in words if not token.has_any(("stop", "courtesy", "purpose", "week"))]
    return bool(said) and _SAME.issuperset(said)


CLEAR: tuple[tuple[str, Callable[[Facts], bool]], ...] = (
    ("human", _calls_person),
    ("thanks", _only_thanks),
    ("inquiry.price", _asks_quotation),
    ("order.confirm", _confirms_again),
    (ORDER, _orders_anew),
    (ORDER, clear_order),
    (ORDER, _mends_own_words),
    (ORDER, _takes_out),
    (ORDER, _chosen_after_asking),
    (ORDER, _picks),
    ("order.repeat", _same_on_a_day),
    (ORDER, _tells_the_day),
    ("inquiry.price", _asks_price),
    ("complaint", _came_short),
    ("order.status", _follows_up),
    ("other", _wants_goods),
)
"""What needs no weighing, the first that holds; everything else is the classifier's."""
