"""Which language a reply is in: the one asked for, else the one written in, else the one remembered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from bot.decision import Decision, Reply
from bot.language.languages import DEFAULT, languages, listed
from bot.language.lexicon import lexicon
from bot.language.scripts import OWN, SPACED, UNSPACED
from bot.replies import LANGUAGES
from bot.situation import Said, Situation
from bot.understanding.intent import Intent, IntentKind

LONGEST_WISH = 60
MANY_WORDS = 6
"""A message of this many words in no other language is English; "tambah 3 paket liner" does not tell."""
ASKED = frozenset(
    {
        IntentKind.INQUIRY_POLICY,
        IntentKind.INQUIRY_PRODUCT,
        IntentKind.INQUIRY_PRICE,
        IntentKind.ORDER_STATUS,
        IntentKind.HUMAN,
    }
    | {IntentKind.COMPLAINT}
)
MOST_BORROWED = 3
"""So many English words of a question are no longer borrowed ones."""
FEW_WORDS = 2
"""So many words of a language tell it, or all of a shorter message ("selamat pagi")."""
PLAIN_WORDS = frozenset(
    {IntentKind.GREETING, IntentKind.THANKS, IntentKind.OPT_OUT, IntentKind.COMPLAINT, IntentKind.HUMAN}
)
"""What is said in a language's own words; the names of goods sound alike in many."""
_OWN_SCRIPT = re.compile(f"[{OWN}]")
_ASCII = re.compile(r"[a-z]{2,}")
_TOKENS = re.compile(f"[a-z]+|[{SPACED}]+|[{UNSPACED}]+")


@cache
def _words() -> tuple[Mapping[str, str], frozenset[str]]:
    names = {name: code for code in LANGUAGES for name in listed("name_of_the_language", code)}
    return names, frozenset(listed("beside_a_language"))


def wished_language(text: str) -> str | None:
    """ "reply in Malay please", 用中文: the language, when the message names one of ours and says nothing else."""
    folded = text.casefold().strip()
    if len(folded) > LONGEST_WISH:
        return None
    names, around = _words()
    found: set[str] = set()
    left = folded
    for name in sorted(names, key=len, reverse=True):
        pattern = rf"\b{re.escape(name)}\b" if name.isascii() else re.escape(name)
        left, hits = re.subn(pattern, " ", left)
        found |= {names[name]} if hits else set()
    rest = "".join(left.split()) if not left.isascii() else left
    for word in sorted((w for w in around if not w.isascii()), key=len, reverse=True):
        rest = rest.replace(word, " ")
    return next(iter(found)) if len(found) == 1 and all(token in around for token in _TOKENS.findall(rest)) else None


def switched(said: Said, situation: Situation) -> Decision | None:
    """The decision when the customer asks for a language: it is kept until another is asked for."""
    language = wished_language(said.text)
    if language not in LANGUAGES:
        return None
    return Decision((Reply("language_set"),), question=situation.question, language=language)


def language_for(intent: Intent, said: Said, situation: Situation) -> str:
    """What was asked for stays; else the language of a message that shows one; else what was spoken before."""
    chosen, remembered = situation.contact.language, situation.language
    if chosen in LANGUAGES:
        return str(chosen)
    written = intent.language.split("-")[0]
    if written not in LANGUAGES or said.pressed is not None or situation.speaker.wrote_code:
        return remembered
    if _in_other_letters(written, said.text, situation, intent):
        return written
    plain = written != DEFAULT and intent.kind in PLAIN_WORDS
    english = written == DEFAULT and intent.kind in ASKED and _asks_in_english(said.text, remembered)
    return written if plain or english or _tells(written, said.text) else remembered


def _asks_in_english(text: str, remembered: str) -> bool:
    """ "where is my order", at an outlet that writes Malay: a question is put in a language's own words. A single one of them
    ("price?") is used in every language here."""
    known = lexicon().language_of
    words = [known.get(word) for word in _ASCII.findall(text.casefold())]
    own = words.count(DEFAULT)
    return remembered not in words and (own >= MOST_BORROWED or (own == len(words) and own >= FEW_WORDS))


def _in_other_letters(written: str, text: str, situation: Situation, intent: Intent) -> bool:
    """Latin letters where the remembered language has its own: as the first words they tell, later a question does."""
    words = re.findall(r"[a-z]{2,}", text.casefold())
    if written == situation.language or not words or _OWN_SCRIPT.search(text) or not _has_script(situation.language):
        return False
    if not situation.spoken:
        return intent.kind not in (IntentKind.GREETING, IntentKind.THANKS)
    return intent.kind in ASKED


@cache
def _has_script(code: str) -> bool:
    return any(language.script for language in languages() if language.code == code)


def _tells(written: str, text: str) -> bool:
    """Whether the text shows that language well enough to leave another for it. Goods ("12oz hot cup") sound alike in many."""
    if not text.isascii() and _OWN_SCRIPT.search(text):
        return True
    words = re.findall(r"[a-z]{2,}", text.casefold())
    if written == DEFAULT:
        return len(words) >= MANY_WORDS
    known = lexicon().language_of
    own = sum(known.get(word) == written for word in words)
    return own >= FEW_WORDS or (own == len(words) and own > 0)
