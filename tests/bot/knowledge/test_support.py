"""What a language model writes is sent only when its numbers, codes, addresses and promises are the passages' own."""

from __future__ import annotations

import pytest

from bot.knowledge.documents import Collection, Passage
from bot.knowledge.support import is_supported

RETURNS = Passage(
    Collection.POLICIES, "returns", "Returns", "Time",
    "Unopened cartons can be returned within 14 days. A refund comes as a credit note within 7 working days. "
    "The fee is SGD 1,200.00 for LD80-H. Write to help@harbourpack.example.",
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "You can return unopened cartons within 14 days.",
        "The fee for LD80-H is $1200.",
        "Write to help@harbourpack.example, please.",
        "未开封的纸箱可以在14天内退货。",
        "Kotak yang belum dibuka boleh dipulangkan dalam 14 hari.",
        "திறக்காத பெட்டிகளை 14 நாட்களுக்குள் திருப்பி அனுப்பலாம்.",
        "The refund is a credit note.",
    ],
)
def test_what_the_passage_says_may_be_said(text: str) -> None:
    assert is_supported(text, [RETURNS])


@pytest.mark.parametrize(
    "text",
    [
        "You can return cartons within 30 days.",
        "The fee is $1,250.",
        "It arrives by 12/12.",
        "LD90-H can be returned too.",
        "See https://evil.example for more.",
        "Write to other@harbourpack.example.",
        "Returns are free of charge.",
        "退货是免费的。",
        "Anda akan dapat diskaun.",
        "தள்ளுபடி கிடைக்கும்.",
        "We guarantee it.",
    ],
)
def test_what_it_adds_is_not_sent(text: str) -> None:
    assert not is_supported(text, [RETURNS])
