"""What Twilio remembers of a time, read-only: every message to and from our senders, as its list has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from bot.channels.twilio import PREFIX
from bot.channels.twilio_client import NO_LIST, ProviderHttp
from bot.errors import TemporaryError
from bot.settings import Settings

PAGE = 500


@dataclass(frozen=True, slots=True)
class Remembered:
    """One message: `address` is the customer's, `at` is to the second."""

    sid: str
    inbound: bool
    address: str
    at: datetime
    body: str


def remembered(settings: Settings, since: datetime) -> list[Remembered]:
    """Everything sent or received since then, the oldest first. Raises TemporaryError when Twilio cannot be asked."""
    http = ProviderHttp()
    client = Client(settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value(), http_client=http)
    client.api.base_url = settings.twilio_api_base_url
    try:
        return sorted(_listed(client, settings, since), key=lambda each: (each.at, each.sid))
    except (TwilioException, *NO_LIST) as error:
        raise TemporaryError("Twilio's list of messages cannot be read", code="lookup") from error
    finally:
        http.close()


def _listed(client: Client, settings: Settings, since: datetime) -> Iterator[Remembered]:
    for sender in settings.whatsapp_senders:
        ours = PREFIX + sender
        for inbound, side in ((True, {"to": ours}), (False, {"from_": ours})):
            for message in client.messages.stream(date_sent_after=since, page_size=PAGE, **side):
                other = message.from_ if inbound else message.to
                yield Remembered(
                    str(message.sid),
                    inbound,
                    str(other).removeprefix(PREFIX),
                    message.date_sent or since,
                    message.body or "",
                )
