"""Searching the catalog: one statement, a stable order, nothing taken for a pattern."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.conftest import Shop
from tests.statements import counted

PATH = "/api/v1/products/search"


def search(client: FlaskClient, shop: Shop, status: int = 200, **body: object) -> Any:
    token = shop.runtime.settings.api_token.get_secret_value()
    answer = client.post(PATH, json=body, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == status, answer.text
    return answer.get_json()


def test_the_best_come_first_and_twenty_five_are_one_statement(client: FlaskClient, shop: Shop) -> None:
    assert search(client, shop, query="pb10-k")["products"][0]["sku"] == "PB10-K"
    found = search(client, shop, query="box inch 10")
    assert all("10" in product["name"] + product["sku"] + str(product["aliases"]) for product in found["products"])
    with counted() as statements:
        everything = search(client, shop)
    assert (len(everything["products"]), everything["total"], len(statements)) == (25, 64, 1)
    rest = search(client, shop, offset=25)["products"] + search(client, shop, offset=50)["products"]
    assert len({product["sku"] for product in [*everything["products"], *rest]}) == 64
    assert search(client, shop) == everything


def test_a_page_after_the_last_says_how_many_there_are(client: FlaskClient, shop: Shop) -> None:
    past = search(client, shop, offset=100)
    assert (past["products"], past["total"]) == ([], 64)
    nothing = search(client, shop, query="no such thing")
    assert (nothing["products"], nothing["total"]) == ([], 0)


def test_the_newest_come_first_when_asked_with_the_sku_as_tie_break(client: FlaskClient, shop: Shop) -> None:
    with shop.runtime.engine.begin() as connection:
        connection.execute(
            text("UPDATE products SET created_at = created_at + interval '1 h' WHERE sku IN ('LN-PZ', 'PB10-K')")
        )
    skus = [product["sku"] for product in search(client, shop, sort="newest")["products"]]
    assert skus[:2] == ["LN-PZ", "PB10-K"]
    assert skus[2:] == sorted(skus[2:])


def test_prices_and_packs_are_exact_and_inactive_ones_are_asked_for(client: FlaskClient, shop: Shop) -> None:
    (box,) = search(client, shop, query="PB10-K", limit=1)["products"]
    assert (box["unit_price"], box["pack_units"]["carton"]) == ("0.28", "100")
    assert search(client, shop, include_inactive=True)["total"] == 68


@pytest.mark.parametrize("words", ["%", "_", "\\", "' OR 1=1 --", "<script>"])
def test_no_word_is_a_pattern(client: FlaskClient, shop: Shop, words: str) -> None:
    assert search(client, shop, query=words)["products"] == []


@pytest.mark.parametrize(
    "body", [{"limit": 0}, {"limit": 10**9}, {"offset": -1}, {"query": "x" * 10_000}, {"query": "\x00"}, {"sort": "price"}, {"sql": "x"}]
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(client: FlaskClient, shop: Shop, body: dict[str, object]) -> None:
    assert search(client, shop, 422, **body)["error"]["fields"]


def test_without_the_token_nothing_is_searched(client: FlaskClient, shop: Shop) -> None:
    assert client.post(PATH, json={}).status_code == 401
