"""What is kept of a password costs a thief as much as RFC 9106 asks for; the suite's own people have cheaper ones."""

from __future__ import annotations

import re

from bot.identity.passwords import hashed, matches


def test_a_password_is_kept_as_argon2id_with_sixty_four_megabytes_and_three_rounds() -> None:
    kept = hashed("a good long password")
    found = re.fullmatch(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$.+", kept)
    assert found is not None, kept
    assert int(found[1]) >= 64 * 1024
    assert int(found[2]) >= 3
    assert matches(kept, "a good long password")
    assert not matches(kept, "a good long passwore")
    assert not matches(None, "a good long password")
