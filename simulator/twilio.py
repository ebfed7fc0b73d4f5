"""What Twilio posts to a webhook: the form of an inbound WhatsApp message, of a status callback, and their signature.

Plain functions, usable without the server. Field names as in Twilio's WhatsApp webhooks; where its documents are silent
(list replies, business-scoped ids) the names are those that public handlers read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.config import SimulatorConfig

API_VERSION = "2010-04-01"
MAX_BODY = 1600
INBOUND_PATH = "/webhooks/twilio"


@dataclass(frozen=True, slots=True)
class Media:
    """One attachment: its MIME type and bytes (served by the stand-in at the MediaUrl)."""

    content_type: str
    content: bytes = b"simulated"


def new_sid(prefix: str = "SM") -> str:
    return prefix + secrets.token_hex(16)


def sign(auth_token: str, url: str, params: Mapping[str, str]) -> str:
    """X-Twilio-Signature: base64 of HMAC-SHA1 over the public URL and each parameter's name and value, sorted by name."""
    text = url + "".join(name + params[name] for name in sorted(params))
    return base64.b64encode(hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def whatsapp(address: str) -> str:
    return address if address.startswith("whatsapp:") else f"whatsapp:{address}"


def media_url(account_sid: str, message_sid: str, media_sid: str) -> str:
    return f"https://api.twilio.com/{API_VERSION}/Accounts/{account_sid}/Messages/{message_sid}/Media/{media_sid}"


def build_form(
    config: SimulatorConfig,
    from_: str,
    body: str = "",
    *,
    message_sid: str = "",
    to: str = "",
    profile_name: str = "",
    media: Sequence[str] = (),
    button_text: str = "",
    button_payload: str = "",
    list_id: str = "",
    list_title: str = "",
    replied_to: str = "",
    latitude: str = "",
    longitude: str = "",
    place: str = "",
    bsuid: str = "",
    forwarded: bool = False,
    extra: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The form of one inbound WhatsApp message.

    `from_` is a phone in E.164, with or without `whatsapp:`; empty with `bsuid` for a sender who hides the phone.
    `media` are MIME types, `button_*` a pressed quick reply, `list_*` a chosen row, `replied_to` the SID of the message
    answered. A body over 1,600 characters is cut and marked 21617, as Twilio does.
    """
    sid = message_sid or new_sid("MM" if media else "SM")
    phone = from_.removeprefix("whatsapp:")
    form = {
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "MessageSid": sid,
        "AccountSid": config.twilio_account_sid,
        "ApiVersion": API_VERSION,
        "SmsStatus": "received",
        "MessageType": _message_type(media, latitude, button_text, list_id),
        "From": whatsapp(phone or bsuid),
        "To": whatsapp(to or config.twilio_whatsapp_from),
        "WaId": phone.removeprefix("+"),
        "ProfileName": profile_name or "Simulator",
        "Body": (button_text or list_title or body)[:MAX_BODY],
        "NumMedia": str(len(media)),
        "NumSegments": "1",
        "ReferralNumMedia": "0",
    }
    form |= _optional(
        ButtonText=button_text,
        ButtonPayload=button_payload,
        ListId=list_id,
        ListTitle=list_title,
        OriginalRepliedMessageSid=replied_to,
        OriginalRepliedMessageSender=form["To"] if replied_to else "",
        Latitude=latitude,
        Longitude=longitude,
        Label=place,
        ExternalUserId=bsuid,
        Forwarded="true" if forwarded else "",
        ErrorCode="21617" if len(body) > MAX_BODY else "",
    )
    for index, content_type in enumerate(media):
        form[f"MediaContentType{index}"] = content_type
        form[f"MediaUrl{index}"] = media_url(config.twilio_account_sid, sid, new_sid("ME"))
    return form | dict(extra or {})


def build_status_form(
    config: SimulatorConfig, message_sid: str, to: str, status: str, error_code: int | str | None = None
) -> dict[str, str]:
    """The form of one delivery receipt."""
    form = {
        "AccountSid": config.twilio_account_sid,
        "ApiVersion": API_VERSION,
        "ChannelPrefix": "whatsapp",
        "MessageSid": message_sid,
        "MessageStatus": status,
        "SmsSid": message_sid,
        "SmsStatus": status,
        "From": whatsapp(config.twilio_whatsapp_from),
        "To": whatsapp(to),
    }
    return form | _optional(ErrorCode=str(error_code or ""), EventType="READ" if status == "read" else "")


def _message_type(media: Sequence[str], latitude: str, button_text: str, list_id: str) -> str:
    if media:
        kind = media[0].split("/", 1)[0]
        return kind if kind in ("image", "audio", "video") else "document"
    if latitude:
        return "location"
    return "button" if button_text else "interactive" if list_id else "text"


def _optional(**fields: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}
