"""What is said about the order and the talk itself: marks, days, papers, and which of a list is picked."""

from __future__ import annotations

from collections.abc import Sequence

from bot.catalog.match import headed
from bot.language import scan
from bot.language.change_words import Phrase, Role
from bot.language.languages import listed
from bot.language.token import Token
from bot.understanding.change_items import choices_in, choosing_words, phrases_of, says
from bot.understanding.choosing import chosen_in
from bot.understanding.cues import ANOTHER_MATTER, find_cues
from bot.understanding.intent import Question, QuestionReason
from bot.understanding.kinds import AGAINST
from bot.understanding.message_facts import Facts
from bot.understanding.open_orders import something_open
from bot.understanding.picks import MOST_PLACES, ends_of, picked
from bot.understanding.resolve import Quoter
from bot.understanding.spans import Cue, Quantity
from bot.understanding.statements import Frame, Mark, Pick, SaidDay

_CHOICES = {
    Role.BOTH: Mark.BOTH,
    Role.NONE: Mark.NONE,
    Role.CHEAPEST: Mark.CHEAPEST,
    Role.DEAREST: Mark.DEAREST,
    Role.SMALLEST: Mark.SMALLEST,
    Role.BIGGEST: Mark.BIGGEST,
    Role.UNSURE: Mark.UNSURE,
}
_WHOLE_CHOICES = {"all": frozenset({Mark.BOTH}), "none": frozenset({Mark.NONE})}
ELSEWHERE = (*ANOTHER_MATTER, "repeat")
"""Cues that speak of something else than a change; a past is told by its verbs."""
_EACH = frozenset(listed("each_of_a_choice"))
LONGEST_ARTICLE = 3
"""Characters between "not" and "new order"."""
LONGEST_CHOICE = 8
"""A choice is said in few words: of a longer message "all" and "both" are said of something else."""


def frame_of(facts: Facts) -> Frame:
    days = (SaidDay(facts.asked_day),) if facts.asked_day is not None else ()
    papers = tuple(token.text for token in facts.tokens if token.kind == scan.REFERENCE)
    waits = says(facts, Role.WAIT)
    picks, chosen = ((), ()) if waits else (_picks(facts), _chosen(facts))
    apart = tuple((Mark.APART, facts.folded.quote(p.start, p.end)) for p in _said_apart(facts))
    marks = _marks(facts) | {mark for mark, _ in apart}
    beside = None if picks or chosen or waits else _pick_beside(facts)
    return Frame(marks, apart, days=days, order_ids=papers, picks=picks, chosen=chosen, pick_beside=beside)


def _said_apart(facts: Facts) -> list[Phrase]:
    """The words that ask for an order of its own, but for "not a new order"."""
    denied = [token.end for token in facts.tokens if token.has("negate")]
    return [
        p for p in phrases_of(facts, Role.APART) if not any(0 <= p.start - end <= LONGEST_ARTICLE for end in denied)
    ]


def _marks(facts: Facts) -> frozenset[Mark]:
    asks = "?" in facts.folded.text and (_asks_which(facts) or facts.cues.has("question", *ELSEWHERE))
    said = {
        Mark.ADDS: any(isinstance(e, Cue) and e.roles.get("op") == "add" for e in facts.elements),
        Mark.QUESTION: asks,
        Mark.COMPLAINT: facts.cues.has("complaint", "claim"),
        Mark.TOLD: facts.cues.has("complaint", "claim", "status", "question", "past"),
        Mark.DROP: facts.cues.has("cancel_all") and not _only_negates(facts),
    }
    return frozenset(mark for mark, holds in said.items() if holds) | _choosing(facts)


def _choosing(facts: Facts) -> frozenset[Mark]:
    """Marks that pick from the list of an open question."""
    if not facts.context.pending or len(facts.tokens) > LONGEST_CHOICE or says(facts, Role.DROP):
        return frozenset()
    if facts.asked_day is not None and says(facts, Role.MOVE):
        return frozenset()  # "send all on fri" is said of the order
    picked = frozenset(_CHOICES[role] for role in choices_in(facts) if role in _CHOICES)
    bare = not any(edit.mention is not None and edit.mention.words for edit in facts.story.edits)
    return picked | (_WHOLE_CHOICES.get(facts.cues.choice or "", frozenset()) if bare else frozenset())


def _asks_which(facts: Facts) -> bool:
    """ "mana satu lagi murah?": which is the cheapest is asked, not chosen."""
    return not choices_in(facts).isdisjoint((Role.CHEAPEST, Role.DEAREST, Role.SMALLEST, Role.BIGGEST))


def _only_negates(facts: Facts) -> bool:
    """ "no rice then": every word that might cancel is a negation of goods."""
    negations = {e.text for e in facts.elements if isinstance(e, Cue) and "negate" in e.roles}
    return {phrase for role, phrase in facts.cues.phrases if role == "cancel_all"} <= negations


def _chosen(facts: Facts) -> tuple[Pick, ...]:
    """Several of the one open list, or one with its amount, where a message says nothing else."""
    pending = facts.context.pending
    sole = len(pending) == 1 and choosing_words(facts) <= _EACH
    picks = chosen_in(facts.tokens, pending[0], facts.index) if sole else ()
    return () if _sets_line(facts, picks) else picks


def _sets_line(facts: Facts, picks: Sequence[Pick]) -> bool:
    """ "make the liner 4 pkt": sets a line that the draft has, whatever was asked."""
    draft = facts.context.draft
    held = {sku for sku, _ in draft.lines} if draft is not None else set()
    return any(pick.sku in held and pick.amount is not None for pick in picks) and says(facts, Role.SET)


def _picks(facts: Facts) -> tuple[int, ...]:
    """Places of the one open list that the message picks, also those that are not on it."""
    pending = facts.context.pending
    if len(pending) != 1 or len(pending[0].candidates) < 2:
        return ()
    places = picked(facts.tokens, MOST_PLACES)
    if places and (len(places) < 2 or pending[0].quantity_said is not None):
        return places
    choice = facts.cues.choice or ""
    if any(token.kind == scan.NUMBER and not token.has("stop") for token in facts.tokens):
        return ()  # "the first two"
    return (int(choice),) if choice.lstrip("-").isdigit() else ()


def _pick_beside(facts: Facts) -> tuple[int, tuple[int, int]] | None:
    """The place of the one open list that the first or the last words pick, and the characters of these."""
    pending = facts.context.pending
    if len(pending) != 1 or len(pending[0].candidates) < 2:
        return None
    for words in ends_of(facts.tokens):
        said = facts.tokens[words.start : words.stop]
        if (place := _place_alone(said, facts, len(pending[0].candidates))) is not None:
            return place, (said[0].start, said[-1].end)
    return None


def _place_alone(said: Sequence[Token], facts: Facts, count: int) -> int | None:
    """The one place of `count` that words pick which say nothing else; a bare number picks none."""
    if len(places := picked(said, count)) == 1:
        return places[0]
    if not said:
        return None
    cues = find_cues([p for p in scan.pieces(facts.folded.text) if said[0].start <= p.start < said[-1].end])
    rest = [t for t in said if t.kind != scan.MARK and not any(s <= t.start < e for s, e in cues.spans)]
    choice = cues.choice or ""
    place = int(choice) if choice.lstrip("-").isdigit() else 0
    place = place + count + 1 if place < 0 else place
    return place if 1 <= place <= count and all(t.has_any(("courtesy", "stop", "filler")) for t in rest) else None


def unplaced(facts: Facts) -> tuple[Question, ...]:
    """Amounts with a unit that no goods could be found for; "I need 10 boxes" of a catalog that has many kinds of box."""
    loose = facts.story.loose
    if facts.story.edits or len(loose) != 1 or loose[0].unit is None or loose[0].value is None:
        return tuple(facts.story.unplaced)
    if facts.cues.has("attack", *AGAINST) or _of_old(facts, loose[0]) or something_open(facts.context):
        return tuple(facts.story.unplaced)
    skus = tuple(sku for unit in loose[0].unit.split("|") for sku in headed(facts.index, unit))
    text = Quoter(facts.tokens, facts.folded).of(loose[0])
    if not skus and not facts.tokens[loose[0].end - 1].has("unit"):  # "I need 5 flurbs": it counts what nobody sells
        return (Question(facts.tokens[loose[0].end - 1].text, QuestionReason.UNKNOWN, (), loose[0].value),)
    return (Question(text, QuestionReason.AMBIGUOUS, skus, loose[0].value),) if skus else ()


def _of_old(facts: Facts, amount: Quantity) -> bool:
    """ "the 6 kegs", "those 6 kegs": goods that are there already."""
    return amount.start > 0 and facts.tokens[amount.start - 1].text in ("the", "these", "those", "my", "our")
