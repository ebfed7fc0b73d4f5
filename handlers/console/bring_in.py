"""Products and outlets out of a CSV file: looked at line by line, then brought in as shown, or not at all."""

from __future__ import annotations

import base64
import binascii
import zlib
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.catalog import catalog_csv
from bot.csv_rows import text_from
from bot.errors import BadInputError
from bot.identity import outlets_csv
from handlers.body_limit import takes
from handlers.console.door import blueprint, done, ops
from handlers.console.sessions import operator
from handlers.current import current_runtime
from jobs.by_hand import bring_in as job
from jobs.imports.compared import Preview
from models.database import autocommit, transaction

MOST_BYTES = 2_000_000
"""Of a file. A larger one is brought in by the command, which takes 50 MB."""
MOST_SHOWN = 500
"""Rows of a preview; what it would do counts all of them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file holds. `example` is a row of it."""

    what: str
    command: str
    columns: tuple[str, ...]
    optional: tuple[str, ...]
    example: str
    trade: job.Trade[Any]


PRODUCTS = Kind(
    "products",
    "flask catalog import",
    catalog_csv.COLUMNS,
    (),
    'PB10-K,Pizza Box 10 inch Brown Kraft,pizza box,10in box|kotak 10,piece,"bundle=50|carton=100",0.28,true',
    job.PRODUCTS,
)
OUTLETS = Kind(
    "outlets",
    "flask outlets import",
    outlets_csv.REQUIRED,
    outlets_csv.OPTIONAL,
    "CP-PR,Canadian Pizza Pasir Ris,+6580000101,en",
    job.OUTLETS,
)


# No SKU and no outlet's code begins with a plus, so these addresses are nobody's.
@blueprint.get("/products/+import")
@ops
def products_file() -> ResponseReturnValue:
    return _page(PRODUCTS)


@blueprint.post("/products/+import")
@ops
@takes(2 * MOST_BYTES)
def bring_products_in() -> ResponseReturnValue:
    return _looked_at_or_done(PRODUCTS, url_for("console.products"))


@blueprint.get("/outlets/+import")
@ops
def outlets_file() -> ResponseReturnValue:
    return _page(OUTLETS)


@blueprint.post("/outlets/+import")
@ops
@takes(2 * MOST_BYTES)
def bring_outlets_in() -> ResponseReturnValue:
    return _looked_at_or_done(OUTLETS, url_for("console.outlets_page"))


def _looked_at_or_done(kind: Kind, then: str) -> ResponseReturnValue:
    """A file is shown; what was shown is brought in when that is still what it would do."""
    csv = ""
    try:
        if "seen" not in request.form:
            return _shown(kind, text_from(_uploaded()))
        csv = _unpacked(request.form.get("file", ""))
        with transaction(current_runtime().engine) as connection:
            brought = job.bring_in(connection, kind.trade, csv, seen=request.form["seen"], actor=operator().name)
    except BadInputError as error:
        flash(str(error), "bad")
        return (_shown(kind, csv) if csv else _page(kind)), HTTPStatus.UNPROCESSABLE_ENTITY
    return done(f"{brought.added} added and {brought.changed} changed. The next message is read with them.", then)


def _uploaded() -> bytes:
    with closing(request) as form:  # a large file lies in a temporary one
        file = form.files.get("csv")
        raw = file.read(MOST_BYTES + 1) if file else b""
    if not raw:
        raise BadInputError("choose a CSV file that is not empty")
    if len(raw) > MOST_BYTES:
        raise BadInputError(f"that file is larger than {MOST_BYTES // 1_000_000} MB; the command takes larger ones")
    return raw


def _shown(kind: Kind, csv: str) -> str:
    with autocommit(current_runtime().engine) as connection:
        preview = job.look_at(connection, kind.trade, csv)
    return _page(kind, preview, _packed(csv))


def _page(kind: Kind, preview: Preview | None = None, file: str = "") -> str:
    return render_template("console/bring_in.html", kind=kind, preview=preview, file=file, most=MOST_SHOWN)


def _packed(csv: str) -> str:
    """A form's text comes back with other line ends; this comes back as it was."""
    return base64.b64encode(zlib.compress(csv.encode())).decode()


def _unpacked(file: str) -> str:
    """Raises BadInputError for what no page of ours packed."""
    try:
        inflate = zlib.decompressobj()
        raw = inflate.decompress(base64.b64decode(file, validate=True), MOST_BYTES)
        if not inflate.eof:
            raise BadInputError("this form is not whole: choose the file again")
        return raw.decode()
    except (binascii.Error, zlib.error, UnicodeDecodeError) as error:
        raise BadInputError("this form is not whole: choose the file again") from error
