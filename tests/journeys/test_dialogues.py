"""Every golden dialogue, in memory: the real reader, decision and sentences on the demo catalog."""

from __future__ import annotations

import pytest

from tests.journeys.dialogue import Dialogue, all_dialogues, all_shown, check, counter_for
from tests.journeys.pointing import done_by

DIALOGUES = all_dialogues()


@pytest.mark.parametrize("dialogue", [pytest.param(d, id=d.title) for d in DIALOGUES])
def test_the_dialogue_goes_as_written(dialogue: Dialogue) -> None:
    counter = counter_for(dialogue.setting)
    for turn in dialogue.turns:
        if "wait" in turn:
            replies = counter.wait(turn["wait"])
        elif done := done_by(turn):
            replies = counter.do(*done)
        elif "hands_back" in turn:
            replies = counter.hand_back()
        elif "press" in turn:
            replies = counter.press(turn["press"])
        else:
            replies = counter.say(turn["says"])
        check(turn, replies, all_shown(counter.orders))


def test_there_are_enough_dialogues_and_no_title_stands_twice() -> None:
    titles = [dialogue.title for dialogue in DIALOGUES]
    assert len(titles) >= 240
    assert sum(dialogue.at_the_doors for dialogue in DIALOGUES) >= 90
    assert len(set(titles)) == len(titles)
