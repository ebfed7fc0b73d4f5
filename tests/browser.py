"""A real browser for the pages: the machine's Chromium, in Singapore. Without one the tests that need it say so and are skipped."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Quiet and harmless on any machine, also as root: no sandbox of its own, nothing fetched in the background.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PATIENCE_MS = 20_000
"""A busy machine is slow, not wrong."""


@pytest.fixture
def page() -> Iterator[Page]:
    from playwright.sync_api import expect, sync_playwright  # loads slowly, and few tests need it

    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        opened = browser.new_page(locale="en-SG", timezone_id="Asia/Singapore")
        opened.set_default_timeout(PATIENCE_MS)
        yield opened
        browser.close()
