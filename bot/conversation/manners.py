"""Words and urgency by the supplier's own guidelines and rules: what stands before a reply, and who is called how soon.

No fact and no order is ever touched: a decision comes out with the same order, the same question and the same replies.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from bot.conversation.handover import says_angry_words
from bot.conversation.turn import Turn
from bot.decision import Decision, Escalate, Reply
from bot.knowledge.manners import PRIORITIES, Rule
from bot.knowledge.terms import terms_of
from bot.language.folding import fold
from bot.language.languages import moods

ANGRY = "angry"
WHEN = {"anger": ANGRY, "complaint": "complaint", "asked for a person": "human", "policy question": "question"}
"""What a task's reason is called in the escalation rules."""
UNSAFE = frozenset({"sick", "poison", "allergen", "doctor", "recall", "pain"})
MONEY = frozenset({"invoice", "refund", "credit_note", "overdue", "error"})
FIRST = {"complaint": "complaint_by_rule", "human": "human_by_rule"}


def by_guidelines(turn: Turn, decision: Decision) -> Decision:
    """The same decision in the supplier's manner; unchanged without guidelines."""
    ruled = _ruled(turn, decision)
    takes_over = ruled.escalate is not None and ruled.escalate.takes_over
    opening = turn.situation.manners.openings.get(mood := mood_of(turn.said.text))
    if not opening or takes_over or not ruled.replies or ruled.replies[0].lead:
        return ruled
    first, *rest = ruled.replies
    worded = replace(first, lead=f"tone_{mood}", values={**first.values, "opening": opening})
    return replace(ruled, replies=(worded, *rest))


def mood_of(text: str) -> str:
    """angry, sad, urgent, formal or neutral; the first of these that the words tell."""
    if says_angry_words(text):
        return ANGRY
    plain = fold(text).text
    return next((mood for mood, pattern in _moods().items() if pattern.search(plain)), "neutral")


@cache
def _moods() -> dict[str, re.Pattern[str]]:
    def either(phrases: tuple[str, ...]) -> re.Pattern[str]:
        plain = [fold(phrase).text for phrase in phrases]
        words = (rf"(?<!\w){re.escape(word)}(?!\w)" if word.isascii() else re.escape(word) for word in plain)
        return re.compile("|".join(words))

    return {mood: either(phrases) for mood, phrases in moods().items()}


def _ruled(turn: Turn, decision: Decision) -> Decision:
    task = decision.escalate
    rules = turn.situation.manners.rules
    if task is None or not rules:
        return decision
    rule = next((rules[name] for name in _names(turn, task) if name in rules), None)
    if rule is None:
        return decision
    replies = tuple(_first_words(reply, rule) for reply in decision.replies)
    return replace(decision, replies=replies, escalate=_stricter(task, rule))


def _names(turn: Turn, task: Escalate) -> list[str]:
    """The rules that fit, the most particular first."""
    about = set(terms_of(turn.said.text).concepts)
    by_topic = [name for name, topic in (("food_safety", UNSAFE), ("money", MONEY)) if topic & about]
    own = WHEN.get(task.reason)
    return ([] if own in (ANGRY, "human") else by_topic) + ([own] if own else [])


def _stricter(task: Escalate, rule: Rule) -> Escalate:
    """A rule may make a task more urgent than the bot's own rules do, never less."""
    wanted = rule.priority or task.priority
    priority = min(task.priority, wanted, key=PRIORITIES.index)
    return replace(task, priority=priority, team=rule.team, minutes=rule.minutes)


def _first_words(reply: Reply, rule: Rule) -> Reply:
    """In the language of the rules only; the others have the bot's own sentence."""
    key = FIRST.get(reply.key)
    return (
        replace(reply, key=key, values={**reply.values, "words": rule.first_words})
        if key and rule.first_words
        else reply
    )
