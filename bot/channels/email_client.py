"""E-mail, outbound: one plain message by SMTP, over TLS wherever the server offers it."""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from bot.channels.base import Outgoing
from bot.channels.notices import EMAIL_NAME
from bot.errors import PermanentError, TemporaryError, UnknownOutcome
from bot.settings import Settings

TIMEOUT_S = 10.0
PLAIN_PORT, TLS_PORT = 587, 465
PERMANENT_FROM = 500
"""SMTP's answers from here on say that the same message will be refused again."""


class Email:
    """A connection a message: there are few of them, and servers close idle ones."""

    name = EMAIL_NAME
    max_length = 100_000
    can_look_up = False

    def __init__(self, settings: Settings) -> None:
        self._server = urlsplit(settings.smtp_url.get_secret_value())

    def send(self, message: Outgoing) -> str:
        mail = _mail(message)
        try:
            with self._connected() as server:
                _hand_in(server, mail)
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code) from error
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(max(code for code, _ in error.recipients.values())) from error
        except (smtplib.SMTPException, OSError) as error:
            raise TemporaryError("the mail server could not be reached", code="smtp") from error
        return str(mail["Message-ID"])

    def find(self, message: Outgoing, *, since: datetime, known: frozenset[str]) -> str | None:
        """SMTP has no look-up, only a server that answers or does not."""
        try:
            with self._connected() as server:
                server.noop()
        except (smtplib.SMTPException, OSError) as error:
            raise TemporaryError("the mail server does not answer", code="lookup") from error
        return None

    def close(self) -> None:
        """Nothing is kept open."""

    def _connected(self) -> smtplib.SMTP:
        host, secure = self._server.hostname or "", self._server.scheme == "smtps"
        if secure:
            return self._logged_in(
                smtplib.SMTP_SSL(
                    host, self._server.port or TLS_PORT, timeout=TIMEOUT_S, context=ssl.create_default_context()
                )
            )
        server = smtplib.SMTP(host, self._server.port or PLAIN_PORT, timeout=TIMEOUT_S)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        return self._logged_in(server)

    def _logged_in(self, server: smtplib.SMTP) -> smtplib.SMTP:
        if self._server.username:
            server.login(unquote(self._server.username), unquote(self._server.password or ""))
        return server


def _hand_in(server: smtplib.SMTP, mail: EmailMessage) -> None:
    """Raises UnknownOutcome when the connection ended after the message was on its way."""
    try:
        server.send_message(mail)
    except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError) as error:
        raise UnknownOutcome("the mail server's answer was lost", code="lost") from error


def _mail(message: Outgoing) -> EmailMessage:
    mail = EmailMessage()
    subject, _, _ = message.text.partition("\n")
    mail["From"], mail["To"], mail["Subject"] = message.sender, message.to, subject
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=message.sender.rpartition("@")[2] or "localhost")
    mail.set_content(message.text)
    return mail


def _refused(code: int) -> Exception:
    if code >= PERMANENT_FROM:
        return PermanentError("the mail server refused", code=str(code))
    return TemporaryError("the mail server asks to try later", code=str(code))
