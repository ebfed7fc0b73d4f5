"""Products, outlets, figures, users and the audit at the console: looked at by role, changed with before and after."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from bot.errors import BadInputError
from jobs.access.users import an_admin_stays, disable
from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn, said_on
from tests.people import ORDER, PASIR_RIS, TAMPINES, World
from tests.statements import counted


def test_a_price_is_changed_and_counts_from_the_next_order_on(desk: Desk, world: World, shop: Shop) -> None:
    world.phone().say(ORDER)
    desk.post("/console/products/PB10-K", price="0.5", active="1")
    assert "placed orders keep their prices" in desk.said[0]
    world.phone("+6580000108").say(ORDER)
    assert [str(row[0]) for row in shop.rows("SELECT unit_price FROM order_lines ORDER BY order_id")] == [
        "0.2800",
        "0.5000",
    ]
    ((detail,),) = shop.rows("SELECT detail FROM audit WHERE action = 'product_changed'")
    assert detail == {
        "before": {"unit_price": "0.2800", "active": True},
        "after": {"unit_price": "0.5", "active": True},
    }
    desk.post("/console/products/PB10-K", price="0.50", active="1")
    assert "was so already" in desk.said[0]


@pytest.mark.parametrize("price", ["", "0", "-1", "NaN", "1e309", "0.12345", "٣", "x"])
def test_what_is_no_price_changes_nothing(desk: Desk, shop: Shop, price: str) -> None:
    desk.post("/console/products/PB10-K", price=price, active="1")
    assert "is not a price" in desk.said[0]
    assert str(shop.one("SELECT unit_price FROM products WHERE sku = 'PB10-K'")) == "0.2800"


def test_a_product_that_is_taken_off_sale_is_named_as_not_available(desk: Desk, world: World) -> None:
    desk.post("/console/products/PB10-K", price="0.28")
    assert "is placed" not in world.phone().say("100 PB10-K")[0]
    page = desk.get("/console/products?q=pb10-k")
    assert "off sale" in page
    assert "No product like that" in desk.get("/console/products?q=%25")
    desk.get("/console/products?page=-1", 400)


def test_a_phone_is_let_in_for_an_outlet_and_removed(desk: Desk, world: World, shop: Shop) -> None:
    desk.post("/console/outlets/AW-JWL/bind", channel="whatsapp", address="+65 8000 7777")
    assert world.bindings("+6580007777") == ["AW-JWL"]
    assert "+6580007777" in desk.get("/console/outlets/AW-JWL")
    desk.post("/console/outlets/AW-JWL/unbind", channel="whatsapp", address="+6580007777")
    assert world.bindings("+6580007777") == []
    for form in (
        {"channel": "fax", "address": "1"},
        {"channel": "whatsapp", "address": "hello"},
        {"channel": "telegram", "address": "%"},
    ):
        desk.post("/console/outlets/AW-JWL/bind", **form)
        assert desk.said
    assert world.bindings(PASIR_RIS) == ["CP-PR"]


def test_an_invitation_is_shown_once_and_works(desk: Desk, world: World) -> None:
    page = desk.post("/console/outlets/AW-JWL/invite", status=200).text
    code = said_on(page)[0].split()[0]
    assert code not in desk.get("/console/outlets/AW-JWL")
    assert kept_by(desk) == []
    world.phone("+6580007778").say(code)
    assert world.bindings("+6580007778") == ["AW-JWL"]


def test_an_outlet_is_found_by_name_code_customer_or_phone_and_never_by_a_pattern(desk: Desk, world: World) -> None:
    for words in ("pasir", "cp-pr", "Canadian Pizza", PASIR_RIS[-6:]):
        assert "/console/outlets/CP-PR" in desk.get(f"/console/outlets?q={words}"), words
    assert "No outlet like that" in desk.get("/console/outlets?q=%25")
    assert PASIR_RIS in desk.get("/console/outlets/CP-PR")
    desk.get("/console/outlets/nobody", 404)
    desk.get("/console/outlets?page=-1", 400)


def test_names_are_suggested_while_somebody_types(desk: Desk, world: World) -> None:
    assert {"value": "CP-PR", "label": "Canadian Pizza Pasir Ris"} in json.loads(
        desk.get("/console/outlets.json?q=pasir")
    )
    assert json.loads(desk.get("/console/outlets.json?q=%25")) == []
    assert json.loads(desk.get("/console/products.json?q=PB10-K"))[0]["value"].startswith("PB10-K · ")


def test_an_outlet_is_chosen_by_code_or_name_and_several_are_named(desk: Desk, world: World) -> None:
    world.phone().say(ORDER)
    for words in ("CP-PR", "cp-pr", "Canadian Pizza Pasir Ris", "pasir ris"):
        assert ">SO-1" in desk.get(f"/console/orders?outlet={words}"), words
    assert ">SO-1" not in desk.get("/console/orders?outlet=AW-JWL")
    assert "several outlets are called" in desk.get("/console/orders?outlet=canadian")
    assert "there is no outlet with the code or name" in desk.get("/console/orders?outlet=%25")


def test_more_outlets_than_a_list_holds_are_typed_instead(desk: Desk, world: World, shop: Shop) -> None:
    assert '<select id="filter-outlet"' in desk.get("/console/orders")
    with shop.runtime.engine.begin() as connection:
        connection.execute(text(
            "INSERT INTO outlets (code, customer_id, name) SELECT 'X-' || g, min(c.id), 'Shop ' || g FROM customers c, generate_series(1, 250) g"
            " GROUP BY g"
        ))  # fmt: skip
    page = desk.get("/console/orders")
    assert '<select id="filter-outlet"' not in page
    assert 'data-suggest="/console/outlets.json"' in page
    assert "search for yours" in desk.get("/console/orders/new")
    assert "outlet=X-77" in desk.get("/console/orders/new?q=shop+77")


def test_figures_are_drawn_with_their_tables_and_files(desk: Desk, world: World, shop: Shop) -> None:
    assert "Nothing in these days yet" in desk.get("/console/figures")
    world.phone().say(ORDER)
    world.phone("+6580000108").say("5 flurbs")
    page = desk.get("/console/figures?days=7")
    assert "30.52" in page
    assert '<rect class="bar"' in page
    assert "flurbs" in page
    assert desk.get("/console/figures/revenue.csv?days=7").strip().endswith(",30.52")
    desk.get("/console/figures/nothing.csv", 404)
    desk.get("/console/figures?days=-1", 400)


def test_hand_overs_of_synthetic_conversations_do_not_count(desk: Desk, world: World, shop: Shop) -> None:
    world.phone().say("the cups leak, I want my money back")
    assert desk.get("/console/figures/handovers.csv?days=1").strip().endswith(",1")
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE contacts SET is_synthetic = TRUE"))
    assert desk.get("/console/figures/handovers.csv?days=1").strip().endswith(",0")


def test_admins_make_logins_and_shut_people_out(at_desk: SignIn, shop: Shop) -> None:
    admin, mei = at_desk("ann", Role.ADMIN), at_desk("mei")
    page = admin.post("/console/users", status=200, page="/console/users", name="tan", role="ops").text
    assert "tan signs in with" in said_on(page)[0]
    assert kept_by(admin) == []
    admin.post("/console/users/mei/disable", page="/console/users")
    assert mei.client.get("/console/inbox").status_code == 303
    admin.post("/console/users/ann/disable", page="/console/users")
    assert admin.said == ["you cannot shut yourself out"]
    for form in ({"name": "x y", "role": "ops"}, {"name": "bob", "role": "root"}, {"name": "tan", "role": "ops"}):
        admin.post("/console/users", page="/console/users", **form)
        assert "signs in" not in admin.said[0]
    page = admin.get("/console/audit?action=user_disabled")
    assert "user disabled" in page
    assert admin.get("/console/audit?actor=%25").count("<tr>") == 0


def kept_by(desk: Desk) -> list[object]:
    """What waits in the browser's cookie to be said by the next page."""
    with desk.client.session_transaction("/console/inbox") as session:
        return list(session.get("_flashes", []))


def test_no_admin_takes_their_own_role_away_however_the_name_is_spelled(at_desk: SignIn, shop: Shop) -> None:
    admin = at_desk("ann", Role.ADMIN)
    for name in ("ann", " Ann ", "ANN"):
        admin.post("/console/users", page="/console/users", name=name, role="viewer", renew="1")
        assert admin.said == ["you cannot take your own role away; another admin can"]
        admin.post(f"/console/users/{name}/disable", page="/console/users")
        assert admin.said == ["you cannot shut yourself out"]
    assert shop.rows("SELECT role, disabled_at FROM users") == [("admin", None)]


def test_of_two_admins_who_remove_each_other_one_stays(at_desk: SignIn, shop: Shop) -> None:
    at_desk("ann", Role.ADMIN)
    at_desk("bob", Role.ADMIN)
    with shop.runtime.engine.begin() as connection:
        with an_admin_stays(connection):
            disable(connection, "bob", actor="ann")
        with pytest.raises(BadInputError, match="somebody has to stay admin"), an_admin_stays(connection):
            disable(connection, "ann", actor="bob")


def test_what_is_for_admins_is_refused_to_others_and_viewers_change_nothing(at_desk: SignIn, shop: Shop) -> None:
    mei, bob = at_desk("mei"), at_desk("bob", Role.VIEWER)
    for path in ("users", "audit"):
        mei.get(f"/console/{path}", 403)
    for path in ("products", "outlets", "figures"):
        assert ">Save</button>" not in bob.get(f"/console/{path}")
    bob.post("/console/products/PB10-K", status=403, price="9")
    bob.post("/console/outlets/AW-JWL/invite", status=403)
    assert shop.one("SELECT count(*) FROM audit WHERE action = 'refused_role'") == 4


def test_the_audit_says_what_changed_in_words(at_desk: SignIn, shop: Shop) -> None:
    desk = at_desk("ann", Role.ADMIN)
    page = "/console/outlets/CP-PR"
    rules = {"rules": "1", "name": "Canadian Pizza Pasir Ris", "default_language": "ta", "active": "1"}
    desk.post(f"{page}/rules", page=page, **rules | {"delivery_days": ["mon", "fri"]})
    shown = desk.get("/console/audit?action=outlet_changed")
    assert "delivery days: mon, fri, before none; default language: ta, before en" in shown
    assert "Tamil" in desk.get(page)
    assert "Mon, Fri" in desk.get(page)


def test_an_order_page_takes_as_many_statements_for_ten_goods_as_for_one(desk: Desk, world: World, shop: Shop) -> None:
    world.phone().say("2 ctn 10 inch pizza box")
    world.phone(TAMPINES).say(
        "2 ctn 10 inch pizza box, 1 ctn greaseproof pizza liner, 3 pkt cocktail napkin, 2 ctn cup carrier 4-cup"
    )
    counts = []
    for (number,) in shop.rows("SELECT number FROM orders ORDER BY id"):
        with counted() as sent:
            desk.get(f"/console/orders/{number}")
        counts.append(len(sent))
    assert shop.rows("SELECT count(*) FROM order_lines GROUP BY order_id ORDER BY order_id") == [(1,), (4,)]
    assert counts[0] == counts[1]
