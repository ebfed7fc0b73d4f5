"""Addresses with a login in them, `scheme://user:password@host/path`: put together, put right, shown without the password."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit, urlunsplit


def login(user: str, password: str) -> str:
    """`user:password@` with every special letter of both percent-encoded; empty without both."""
    return f"{quote(user, safe='')}:{quote(password, safe='')}@" if user or password else ""


def with_quoted_login(address: str) -> str:
    """The address with its login percent-encoded: a password with `@`, `/`, `#` or `:` is taken as it was typed.

    The login ends at the last `@` before the options; what is percent-encoded already stays as it is.
    """
    scheme, mark, rest = address.partition("://")
    place, question, options = rest.partition("?")
    if "@" not in place:
        place, question, options = rest, "", ""
    before, at, host = place.rpartition("@")
    if not (mark and at):
        return address
    user, colon, password = before.partition(":")
    return f"{scheme}://{_quoted(user)}{colon}{_quoted(password)}@{host}{question}{options}"


def _quoted(text: str) -> str:
    return quote(unquote(text), safe="")


def password_of(address: str) -> str:
    """The password as it is typed; empty when there is none."""
    try:
        return unquote(urlsplit(address).password or "")
    except ValueError:
        return ""


def without_password(address: str) -> str:
    """`postgresql://tria:***@db/tria`; what cannot be read is not shown at all."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "***"
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.split(':', 1)[0]}:***@{host}" if at else host))


def server_of(address: str) -> tuple[str, int | None]:
    """Host and port."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "", None
