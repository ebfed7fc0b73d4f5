"""Reads a PDF of ours back, with the library that Chromium shows PDFs with."""

from __future__ import annotations

from contextlib import closing

import pypdfium2


def pages_of(file: bytes) -> list[str]:
    """The text of each page."""
    with closing(pypdfium2.PdfDocument(file)) as document:
        return [str(page.get_textpage().get_text_range()) for page in document]
