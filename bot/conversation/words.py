"""A bare yes or no, as people type it under a question. Anything longer is read as a message."""

from __future__ import annotations

import re

YES = frozenset(
    [
        "y",
        "yes",
        "yep",
        "yea",
        "yeah",
        "yup",
        "yess",
        "ok",
        "okay",
        "okk",
        "k",
        "can",
        "confirm",
        "confirmed",
        "correct",
        "sure",
        "right",
        "👍",
        "✅",
        "ya",
        "ye",
        "boleh",
        "betul",
        "setuju",
        "baik",
        "好",
        "好的",
        "是",
        "是的",
        "对",
        "可以",
        "行",
        "确认",
        "要",
        "ஆம்",
        "ஆமா",
        "சரி",
    ]
)
NO = frozenset(
    [
        "n",
        "no",
        "nope",
        "nah",
        "cancel",
        "skip",
        "none",
        "dont",
        "tak",
        "tidak",
        "taknak",
        "batal",
        "jangan",
        "不",
        "不要",
        "不用",
        "不是",
        "取消",
        "没有",
        "算了",
        "வேண்டாம்",
        "இல்லை",
        "👎",
    ]
)
_FILLERS = frozenset(
    [
        "lah",
        "la",
        "pls",
        "please",
        "thanks",
        "thank",
        "you",
        "boss",
        "bro",
        "sir",
        "tq",
        "thx",
        "saja",
        "je",
        "谢谢",
        "吧",
        "了",
    ]
)
_WORDS = re.compile(r"[^\s,.!。，！~]+")


def says_yes(text: str) -> bool:
    """ "yes", "ok lah", 好的."""
    return _only(text, YES)


def says_no(text: str) -> bool:
    """ "no", "tak nak", 不要."""
    return _only(text, NO)


def _only(text: str, words: frozenset[str]) -> bool:
    said = [word for word in _WORDS.findall(text.casefold().replace("tak nak", "taknak")) if word not in _FILLERS]
    return 0 < len(said) <= 2 and all(word in words for word in said)
