"""What the reading of the labelled sets must reach whatever the baseline says: of intents altogether, by kind and by language."""

from __future__ import annotations

from collections.abc import Mapping

LEAST_ACCURACY = 0.95
LEAST_MACRO_F1 = 0.95
LEAST_OF_A_LANGUAGE = 0.95
ENOUGH_MESSAGES = 50
"""A language with fewer labelled messages says nothing by its share."""


def under_the_gates(accuracy: float, macro_f1: float, languages: Mapping[str, tuple[int, float]]) -> list[str]:
    """One sentence for each figure that is too low. `languages` gives the messages and the share of right intents of each."""
    figures = [("intents", accuracy, LEAST_ACCURACY), ("macro-F1 of intents", macro_f1, LEAST_MACRO_F1)]
    figures += [
        (f"intents in {name}", share, LEAST_OF_A_LANGUAGE)
        for name, (messages, share) in languages.items()
        if messages >= ENOUGH_MESSAGES
    ]
    return [f"{what}: {share:.4f} is below {least}" for what, share, least in figures if share < least]
