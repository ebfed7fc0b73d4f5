"""A phone on either channel, bound to Canadian Pizza Pasir Ris, and the world of people around it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from simulator.server import Running
from tests.conftest import Shop
from tests.people import PASIR_RIS, Phone, TelegramChat, WhatsAppPhone, World


@pytest.fixture
def whatsapp(simulator: Running, shop: Shop) -> WhatsAppPhone:
    return WhatsAppPhone(simulator, shop)


@pytest.fixture
def telegram(simulator: Running, shop: Shop) -> TelegramChat:
    """A chat that has shared the phone of Pasir Ris."""
    chat = TelegramChat(simulator, shop)
    chat.share_contact(PASIR_RIS)
    return chat


@pytest.fixture(params=["whatsapp", "telegram"])
def phone(request: pytest.FixtureRequest) -> Phone:
    found: Phone = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def world(shop: Shop, client: FlaskClient) -> World:
    return World(shop, client)
