"""The tokens of all workers, in one row: refreshed by one of them at a time, and stored before they are used.

Whoever finds the access token too old takes the refreshing, by a lease in the row, and calls with no transaction open. A refresh
whose answer was lost, or whose worker died, is done again with the same refresh token, which Xero takes for half an hour more.
"""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from bot import failpoints
from bot.accounting.identity import Identity, Tokens
from bot.errors import NotConnectedError, TemporaryError, UnknownOutcome
from bot.runtime import Runtime
from bot.sealing import Seal
from bot.telemetry import get_logger, metrics
from jobs import failures
from jobs.audit import audit
from jobs.invoices import connection as standing
from jobs.invoices.connection import CONNECTION
from jobs.outbox.finish import PATIENTLY
from models.database import transaction
from models.failure_kind import FailureKind

log = get_logger(__name__)

TO_BE_CONNECTED = "connect"
"""In the settings' place of a token or tenant: what `flask xero connect` stored."""
BEFORE_END_S = 60
REFRESHING_S = 25
"""Longer than one call can take (transport.TOTAL_S)."""
WAIT_S, LOOK_S = 10.0, 0.1
GRACE_MINUTES = 30

_LOCKED = text("""
SELECT seed, refresh_token, previous_token, access_token, blocked, access_until > now() + :before * interval '1 s' AS fresh,
       refreshing_until > now() AS refreshing, rotated_at > now() - :grace * interval '1 minute' AS in_grace
FROM accounting_connection WHERE id = 1 FOR UPDATE
""")
_SEED = text("""
UPDATE accounting_connection SET seed = :seed, refresh_token = :refresh, previous_token = NULL, access_token = NULL, access_until = NULL,
    rotated_at = now(), refreshing_until = NULL, refreshing_id = NULL, blocked = NULL, blocked_at = NULL WHERE id = 1
""")
_TAKE = text("""
UPDATE accounting_connection SET refreshing_until = now() + :lease * interval '1 s', refreshing_id = :id WHERE id = 1
""")
_STORE = text("""
UPDATE accounting_connection SET refresh_token = :refresh, previous_token = :used, access_token = :access,
    access_until = now() + :life * interval '1 s', rotated_at = now(), refreshing_until = NULL, refreshing_id = NULL
WHERE id = 1 AND refreshing_id = :id
""")
_GIVE_UP = text(
    "UPDATE accounting_connection SET refreshing_until = NULL, refreshing_id = NULL WHERE id = 1 AND refreshing_id = :id"
)
_CONNECT = text("""
UPDATE accounting_connection SET tenant_id = :tenant, seed = COALESCE(:seed, seed), refresh_token = :refresh, previous_token = NULL,
    access_token = :access, access_until = now() + :life * interval '1 s', rotated_at = now(), refreshing_until = NULL,
    refreshing_id = NULL, blocked = NULL, blocked_at = NULL, paused_until = NULL, facts_at = NULL WHERE id = 1
""")

_UNLINK = text("""
DELETE FROM accounting_links WHERE EXISTS (SELECT 1 FROM accounting_connection WHERE id = 1 AND tenant_id <> :tenant)
""")


@dataclass(frozen=True, slots=True, repr=False)
class _Turn:
    """This worker refreshes: under which id, and with which tokens, the current one first."""

    id: str
    tokens: tuple[str, ...]


class TokenStore:
    """`access` from any thread of any worker."""

    def __init__(self, runtime: Runtime, identity: Identity, seal: Seal) -> None:
        self._runtime, self._identity, self._seal = runtime, identity, seal

    def access(self, refused: str | None = None) -> str:
        """An access token that works for another minute, and is not the one that Xero just refused.

        Raises NotConnectedError when a person has to connect, TemporaryError when somebody else takes too long to refresh.
        """
        until = time.monotonic() + WAIT_S
        while True:
            found = self._look(refused)
            if isinstance(found, str):
                return found
            if found is not None:
                return self._refresh(found)
            if time.monotonic() > until:
                raise TemporaryError("another worker refreshes the access token", code="refreshing", retry_after_s=2.0)
            threading.Event().wait(LOOK_S)

    def connect(self, tokens: Tokens, tenant_id: str, actor: str) -> None:
        """What a person brought: from now on these count, and what waited for them goes on. What is linked in another
        organisation is not there in this one."""
        values = {
            "tenant": tenant_id,
            "seed": self._seal.fingerprint(given) if (given := self._given()) else None,
            "refresh": self._seal.close(tokens.refresh),
            "access": self._seal.close(tokens.access),
            "life": tokens.life_s,
        }
        with transaction(self._runtime.engine) as connection:
            standing.ensure(connection)
            connection.execute(_UNLINK, {"tenant": tenant_id})
            connection.execute(_CONNECT, values)
            failures.resolve_reference(connection, FailureKind.INVOICE, CONNECTION, f"connected by {actor}")
            audit(connection, actor, "xero_connected", "accounting_connection:1", {"tenant": tenant_id})

    def _look(self, refused: str | None) -> str | _Turn | None:
        """The token; or that the refreshing is ours; or None while it is somebody else's."""
        with transaction(self._runtime.engine) as connection:
            standing.ensure(connection)
            row = self._seeded(connection)
            if row.blocked:
                raise NotConnectedError(row.blocked, code="blocked")
            if row.access_token and row.fresh and (access := self._seal.open(row.access_token)) != refused:
                return access
            if row.refresh_token is None:
                raise NotConnectedError("not connected to Xero yet: run `flask xero connect`", code="not_connected")
            if row.refreshing:
                return None
            turn = _Turn(uuid.uuid4().hex, self._usable(row))
            connection.execute(_TAKE, {"lease": REFRESHING_S, "id": turn.id})
            return turn

    def _usable(self, row: Any) -> tuple[str, ...]:
        """The current refresh token; and the one before it while Xero may still take it."""
        sealed = [row.refresh_token, *([row.previous_token] if row.previous_token and row.in_grace else [])]
        return tuple(self._seal.open(each) for each in sealed)

    def _seeded(self, connection: Connection) -> Any:
        """The row, locked. A refresh token in the settings that is another than the one it began with replaces it."""
        asked = {"before": BEFORE_END_S, "grace": GRACE_MINUTES}
        row = connection.execute(_LOCKED, asked).one()
        given = self._given()
        if given is None or self._seal.is_of(row.seed, given):
            return row
        connection.execute(_SEED, {"seed": self._seal.fingerprint(given), "refresh": self._seal.close(given)})
        failures.resolve_reference(connection, FailureKind.INVOICE, CONNECTION, "another refresh token in the settings")
        return connection.execute(_LOCKED, asked).one()

    def _given(self) -> str | None:
        """The refresh token of the settings, where one stands there."""
        given = self._runtime.settings.xero_refresh_token.get_secret_value()
        return None if given in ("", TO_BE_CONNECTED) else given

    def _refresh(self, turn: _Turn) -> str:
        failpoints.hit("token.after_take")
        try:
            used, tokens = self._exchanged(turn)
        except NotConnectedError as error:
            metrics.xero_refreshes_total.labels("refused").inc()
            self._give_up(turn)
            standing.block(self._runtime, error)
            raise
        except TemporaryError as error:
            metrics.xero_refreshes_total.labels("lost" if isinstance(error, UnknownOutcome) else "failed").inc()
            self._give_up(turn)
            raise TemporaryError(
                "the access token could not be refreshed", code="refresh", retry_after_s=2.0
            ) from error
        failpoints.hit("token.after_answer")
        PATIENTLY(self._store, turn, used, tokens)
        failpoints.hit("token.after_store")
        metrics.xero_refreshes_total.labels("ok").inc()
        return tokens.access

    def _exchanged(self, turn: _Turn) -> tuple[str, Tokens]:
        """With the current token, and when it does not count with the one before. Raises what the last of them raised."""
        *others, last = turn.tokens
        for token in others:
            try:
                return token, self._identity.refresh(token)
            except NotConnectedError as error:
                log.warning("a refresh token does not count, trying the one before", code=error.code)
        return last, self._identity.refresh(last)

    def _store(self, turn: _Turn, used: str, tokens: Tokens) -> None:
        values = {
            "id": turn.id,
            "refresh": self._seal.close(tokens.refresh),
            "used": self._seal.close(used),
            "access": self._seal.close(tokens.access),
            "life": tokens.life_s,
        }
        with transaction(self._runtime.engine) as connection:
            connection.execute(_STORE, values)

    def _give_up(self, turn: _Turn) -> None:
        with transaction(self._runtime.engine) as connection:
            connection.execute(_GIVE_UP, {"id": turn.id})
