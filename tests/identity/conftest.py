"""People who write: phones and chats of outlets, and strangers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import Shop
from tests.talk import Telegram, WhatsApp

Phone = Callable[..., WhatsApp]
Chat = Callable[..., Telegram]


@pytest.fixture
def phone(shop: Shop, client: FlaskClient) -> Phone:
    def make(number: str = "+6580000101", **more: Any) -> WhatsApp:
        return WhatsApp(shop, client, number=number, **more)

    return make


@pytest.fixture
def chat(shop: Shop, client: FlaskClient) -> Chat:
    def make(user_id: int = 7001) -> Telegram:
        return Telegram(shop, client, user_id=user_id)

    return make
