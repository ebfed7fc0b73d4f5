"""The folder of documents: one markdown file a document, `#` its title, `##` its sections; an FAQ's title is its question."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.errors import BadInputError

MOST_CHARACTERS = 20_000
"""Of one file: whatever is longer is no policy."""


class Collection(StrEnum):
    """The collections of the supplier's documents, by the names they have in Chroma."""

    POLICIES = "policies"
    FAQS = "faqs"
    ESCALATION_RULES = "escalation_rules"
    TONE_GUIDELINES = "tone_guidelines"


ANSWERING = frozenset({Collection.POLICIES, Collection.FAQS})
"""What questions are answered from; the others say how to answer."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One section of a document. `section` is its heading, empty for what stands before the first."""

    collection: Collection
    document: str
    title: str
    section: str
    text: str

    @property
    def id(self) -> str:
        """The same for the same words at the same place, on every machine."""
        parts = (self.collection.value, self.document, self.title, self.section, self.text)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]

    @property
    def name(self) -> str:
        """What it is about, in its own words."""
        return f"{self.title}: {self.section}" if self.section else self.title


def read_folder(folder: Path) -> tuple[Passage, ...]:
    """Every passage of `policies/*.md`, `faqs/*.md` and the two single files. Raises BadInputError, every fault at once."""
    if not folder.is_dir():
        raise BadInputError(f"there is no folder {folder}")
    passages: list[Passage] = []
    faults: list[str] = []
    for collection, path in _files(folder):
        try:
            passages += _read(collection, path)
        except BadInputError as error:
            faults.append(f"{path.relative_to(folder)}: {error}")
    if faults:
        raise BadInputError("\n".join(faults))
    if not any(passage.collection in ANSWERING for passage in passages):
        raise BadInputError(f"{folder} has no policies/*.md and no faqs/*.md")
    return tuple(passages)


def _files(folder: Path) -> Iterator[tuple[Collection, Path]]:
    for collection in Collection:
        single = folder / f"{collection.value}.md"
        if collection in ANSWERING:
            yield from ((collection, path) for path in sorted((folder / collection.value).glob("*.md")))
        elif single.exists():
            yield collection, single


def _read(collection: Collection, path: Path) -> list[Passage]:
    title, sections = _parse(_text_of(path))
    found = [Passage(collection, path.stem, title, heading, text) for heading, text in sections if text]
    if not found:
        raise BadInputError("has a title and no text")
    if len({passage.id for passage in found}) != len(found):
        raise BadInputError("has the same section twice")
    return found


def _text_of(path: Path) -> str:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError("is not UTF-8") from error
    if len(text) > MOST_CHARACTERS:
        raise BadInputError(f"is longer than {MOST_CHARACTERS} characters")
    return text


def _parse(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The title, and headings with their text; deeper headings stay in the text without their marks."""
    title = re.search(r"^#[ \t]+(\S.*?)[ \t#]*$", text, re.MULTILINE)
    if title is None:
        raise BadInputError("has no title: its first line is `# Title`")
    heads = list(re.finditer(r"^##[ \t]+(\S.*?)[ \t#]*$", text, re.MULTILINE))
    starts = [title.end(), *(head.end() for head in heads)]
    ends = [*(head.start() for head in heads), len(text)]
    names = ["", *(head[1] for head in heads)]
    bodies = (text[start:end] for start, end in zip(starts, ends, strict=True))
    return title[1], [(name, _plain(body)) for name, body in zip(names, bodies, strict=True)]


def _plain(body: str) -> str:
    """Without the marks of deeper headings, emphasis and links: a chat shows none of them."""
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r"^#{3,}[ \t]+", "", body, flags=re.MULTILINE)
    body = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", body)
    return re.sub(r"(\*\*|__)(.+?)\1", r"\2", body).strip()
