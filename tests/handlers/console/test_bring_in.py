"""Files of products and outlets at the console: every line is looked at before anything is written, then all of it or nothing."""

from __future__ import annotations

import base64
import re
import zlib
from html import unescape

import pytest
from werkzeug.test import TestResponse

from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn, said_on
from tests.people import PASIR_RIS, TAMPINES, World

PRODUCTS, OUTLETS = "/console/products/+import", "/console/outlets/+import"
HEAD = "sku,name,category,aliases,base_unit,pack_units,unit_price,active\n"
NEW = "ZZ-1,Paper Fan,fans,hand fan,piece,carton=20,1.50,true\n"
CHANGED = 'PB10-K,Pizza Box 10 inch Brown Kraft,pizza box,10in box,piece,"bundle=50|carton=100",0.31,true\n'
OUTLET_HEAD = "outlet_id,name,phone,default_language,customer,delivery_days\n"


def look(desk: Desk, file: str | bytes, page: str = PRODUCTS, status: int = 200) -> str:
    raw = file.encode() if isinstance(file, str) else file
    parts = [f'name="csrf_token"\r\n\r\n{desk.token(page)}'.encode(), b'name="csv"; filename="file.csv"\r\n\r\n' + raw]
    body = b"".join(b"--edge\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--edge--\r\n"
    answer = desk.client.post(page, data=body, content_type="multipart/form-data; boundary=edge")
    assert answer.status_code == status, answer.text[:400]
    return answer.text


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, name
    return unescape(found[1])


def bring(desk: Desk, shown: str, page: str = PRODUCTS, **changed: str) -> TestResponse:
    form = {"csrf_token": field(shown, "csrf_token"), "file": field(shown, "file"), "seen": field(shown, "seen")}
    return desk.client.post(page, data=form | changed, content_type="multipart/form-data")


def rows(page: str) -> list[str]:
    """What the preview says of each line, as a person reads it."""
    table = page.split("New and changed")[1].split("</tbody>")[0].split("<tbody>")[1]
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in table.split("<tr>")[1:]]


def test_each_line_is_seen_then_all_are_brought_in(desk: Desk, world: World, shop: Shop) -> None:
    same = shop.rows("SELECT count(*), max(unit_price) FROM products")
    shown = look(desk, HEAD + NEW + CHANGED)
    assert rows(shown) == [
        "2 Paper Fan ZZ-1 new category: fans aliases: hand fan base unit: piece unit price: 1.50 on sale: yes packs: carton: 20",
        "3 Pizza Box 10 inch Brown Kraft PB10-K changed " + rows(shown)[1].split("changed ")[1],
    ]
    assert "unit price: 0.28 0.31" in rows(shown)[1]
    assert "Bring it in: 1 new, 1 changed" in shown
    assert shop.rows("SELECT count(*), max(unit_price) FROM products") == same
    assert bring(desk, shown).status_code == 303
    assert "1 added and 1 changed" in desk.get("/console/products")
    assert "Paper Fan" in world.phone().say("2 ctn paper fan")[0]
    assert str(shop.one("SELECT unit_price FROM products WHERE sku = 'PB10-K'")) == "0.3100"


def test_what_was_brought_in_is_audited_before_and_after(desk: Desk, shop: Shop) -> None:
    bring(desk, look(desk, HEAD + NEW + CHANGED))
    (added,), (changed,), (counts,) = shop.rows("SELECT detail FROM audit WHERE action LIKE 'product%' ORDER BY id")
    assert added["after"]["unit_price"] == "1.50"
    assert "before" not in added
    assert (changed["before"]["unit_price"], changed["after"]["unit_price"]) == ("0.2800", "0.31")
    assert counts == {"added": 1, "changed": 1, "unchanged": 0}


def test_refused_lines_say_why_and_nothing_of_the_file_is_brought_in(desk: Desk, shop: Shop) -> None:
    bad = "ZZ-2,,fans,,piece,,x,true\nZZ-3,Fan <script>,fans,,piece,,1,true\nZZ-1,Again,fans,,piece,,1,true\nPB1O-K,Almost,x,,piece,,1,true\npb10-k,Small,x,,piece,,1,true\n"
    shown = look(desk, HEAD + NEW + bad)
    refused = [unescape(each) for each in re.findall(r"<li>(row .*?)</li>", shown)]
    assert refused == [
        "row 3: name is empty; unit_price 'x' is not a number",
        "row 5: SKU ZZ-1 is already in row 2",
        "row 7: SKU pb10-k looks like PB10-K, which is there",
    ]
    assert "Fan &lt;script&gt;" in shown
    assert "Bring it in" not in shown
    before = shop.one("SELECT count(*) FROM products")
    forged = {"csrf_token": desk.token(PRODUCTS), "seen": "x", "file": _packed(HEAD + NEW + bad)}
    answer = desk.client.post(PRODUCTS, data=forged)
    assert (answer.status_code, said_on(answer.text)) == (422, ["Nothing was brought in: some rows are refused."])
    assert shop.one("SELECT count(*) FROM products") == before


def test_what_changed_since_the_preview_is_looked_at_again(desk: Desk, shop: Shop) -> None:
    shown = look(desk, HEAD + CHANGED)
    desk.post("/console/products/PB10-K", price="0.29", active="1")
    answer = bring(desk, shown)
    assert answer.status_code == 422
    assert "What is stored has changed since the preview" in said_on(answer.text)[0]
    assert "unit price: 0.29 0.31" in rows(answer.text)[0]
    assert bring(desk, answer.text).status_code == 303
    assert str(shop.one("SELECT unit_price FROM products WHERE sku = 'PB10-K'")) == "0.3100"


def test_a_file_that_says_what_is_stored_has_nothing_to_do(desk: Desk) -> None:
    bring(desk, look(desk, HEAD + NEW))
    shown = look(desk, HEAD + NEW)
    assert "Nothing to do" in shown
    assert "Bring it in" not in shown


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (b"", "choose a CSV file"),
        (b"\xff\xfe\x00", "UTF-16"),
        (b"\xe9\xe8", "not UTF-8"),
        (b"a;b;c", "missing columns"),
        (b"x" * 2_000_001, "larger than 2 MB"),
        (b"PK\x03\x04" + b"\x00" * 40, "NUL"),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(desk: Desk, file: bytes, why: str) -> None:
    assert why in said_on(look(desk, file, status=422))[0]


@pytest.mark.parametrize(
    "file", ["", "###", base64.b64encode(b"no").decode(), base64.b64encode(zlib.compress(b"x" * 3_000_000)).decode()]
)
def test_a_form_that_no_page_of_ours_made_brings_nothing_in(desk: Desk, file: str) -> None:
    answer = desk.client.post(PRODUCTS, data={"csrf_token": desk.token(PRODUCTS), "seen": "x", "file": file})
    assert (answer.status_code, said_on(answer.text)) == (422, ["this form is not whole: choose the file again"])


def test_thousands_of_products_come_in_one_file_and_other_forms_stay_small(desk: Desk, shop: Shop) -> None:
    lines = "".join(
        f"ZZ-{n},Goods number {n} with a name,things,alias {n}|other {n},piece,carton=10,1.25,true\n"
        for n in range(3_000)
    )
    shown = look(desk, HEAD + lines)
    assert "Bring it in: 3000 new, 0 changed" in shown
    assert "The first 500 of 3000 are shown" in shown
    assert bring(desk, shown).status_code == 303
    assert shop.one("SELECT count(*) FROM products WHERE sku LIKE 'ZZ-%'") == 3_000
    answer = desk.client.post("/console/products/PB10-K", data={"csrf_token": desk.token(), "price": "1" * 300_000})
    assert answer.status_code == 413


def test_outlets_come_with_their_phones_and_what_is_shared_is_said(desk: Desk, world: World, shop: Shop) -> None:
    file = (
        OUTLET_HEAD
        + f"NE-1,New Eatery,{TAMPINES},ta,Eatery Pte Ltd,mon|fri\nCP-PR,Canadian Pizza Pasir Ris,{PASIR_RIS},en,,\n"
    )
    shown = look(desk, file, OUTLETS)
    (only,) = rows(shown)
    assert f"{TAMPINES} orders for CP-TP as well" in only
    assert "customer: Eatery Pte Ltd" in only
    assert bring(desk, shown, OUTLETS).status_code == 303
    assert world.bindings(TAMPINES) == ["CP-TP", "NE-1"]
    assert shop.rows("SELECT detail ->> 'by' FROM audit WHERE action = 'bind' AND actor = 'mei'") == [("mei",)]
    ((detail,),) = shop.rows("SELECT detail FROM audit WHERE action = 'outlet_added'")
    assert detail["after"]["delivery_days"] == ["mon", "fri"]
    assert "phones" not in detail["after"]


def test_a_changed_outlet_is_shown_with_what_was(desk: Desk, shop: Shop) -> None:
    file = OUTLET_HEAD + f"CP-PR,Canadian Pizza Ris,{PASIR_RIS},en,Canadian Pizza Pasir Ris,\n"
    (only,) = rows(look(desk, file, OUTLETS))
    assert only.endswith("changed name: Canadian Pizza Pasir Ris Canadian Pizza Ris")
    bring(desk, look(desk, file, OUTLETS), OUTLETS)
    assert shop.one("SELECT name FROM outlets WHERE code = 'CP-PR'") == "Canadian Pizza Ris"


def test_who_only_looks_sees_no_way_to_bring_files_in(at_desk: SignIn) -> None:
    desk = at_desk("vic", Role.VIEWER)
    assert "From a file" not in desk.get("/console/products")
    desk.get(PRODUCTS, status=403)


def _packed(csv: str) -> str:
    return base64.b64encode(zlib.compress(csv.encode())).decode()
