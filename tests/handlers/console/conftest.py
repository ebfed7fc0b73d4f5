"""Operators at their consoles: signed in through the page, with the forms' own tokens."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from bot.identity.passwords import hashed
from jobs.access.sign_in import open_session
from models.user import Role
from tests.conftest import Shop
from tests.people import World

PASSWORD = "a good long password"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SAID = re.compile(r'<p class="flash ([\w ]+)"[^>]*>.*?</svg>(.*?)</p>', re.DOTALL)


def said_on(page: str) -> list[str]:
    """What a page says about what was done."""
    return [unescape(words) for _, words in SAID.findall(page)]


@dataclass
class Desk:
    """One browser of one operator. `said` are the words that the last page said about what was done."""

    client: FlaskClient
    name: str
    said: list[str] = field(default_factory=list)

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:400])
        return answer.text

    def token(self, page: str = "/console/inbox") -> str:
        found = TOKEN.search(self.client.get(page).text)
        assert found, f"{page} has no form"
        return found[1]

    def post(self, path: str, *, status: int = 303, page: str = "/console/inbox", **fields: object) -> TestResponse:
        answer = self.client.post(path, data={"csrf_token": self.token(page), **fields})
        assert answer.status_code == status, (path, answer.status_code, answer.text[:400])
        if status == 422:  # the form again, with what is wrong above it
            self.said = [unescape(words) for _, words in SAID.findall(answer.text)]
        if status == 303:
            shown = self.client.get(answer.headers["Location"], follow_redirects=True).text
            self.said = said_on(shown)
        return answer

    def sign_in(self, password: str = PASSWORD, **more: str) -> TestResponse:
        token = self.token("/console/sign-in")
        form = {"csrf_token": token, "name": self.name, "password": password, **more}
        return self.client.post("/console/sign-in", data=form)


SignIn = Callable[..., Desk]


@lru_cache(maxsize=1)
def password_hash() -> str:
    """Hashing takes long on purpose; once is enough for all users of a test run."""
    return hashed(PASSWORD)


_USER = text("""
INSERT INTO users (name, password_hash, role) VALUES (:name, :hash, :role)
ON CONFLICT (name) DO UPDATE SET role = excluded.role RETURNING id, name, role
""")


@pytest.fixture
def at_desk(app: Flask, shop: Shop) -> SignIn:
    """`at_desk("mei", Role.OPS)`: a new user, signed in, in a browser of their own."""

    def sign_in(name: str = "mei", role: Role = Role.OPS) -> Desk:
        with shop.runtime.engine.begin() as connection:
            user = connection.execute(_USER, {"name": name, "hash": password_hash(), "role": role.value}).one()
            token = open_session(connection, user)
        client = app.test_client()
        with client.session_transaction("/console/inbox") as session:
            session["_user_id"], session["_fresh"], session.permanent = token, True, True
        return Desk(client, name)

    return sign_in


@pytest.fixture
def desk(at_desk: SignIn) -> Desk:
    return at_desk()


@pytest.fixture
def world(shop: Shop, client: FlaskClient) -> World:
    return World(shop, client)
