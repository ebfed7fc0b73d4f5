"""The accounting system as the jobs of one process use it: client, tokens, limits. One per runtime, made on first use."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from bot.accounting.identity import Identity
from bot.accounting.invoice import Terms
from bot.accounting.xero import Xero
from bot.errors import NotConnectedError, PermanentError
from bot.runtime import Runtime
from bot.sealing import Seal
from jobs.invoices import connection as standing
from jobs.invoices.connection import Standing
from jobs.invoices.permits import Permits
from jobs.invoices.tokens import TO_BE_CONNECTED, TokenStore

NOTE_LIMITS_EVERY_S = 10.0
PURPOSE = b"tria accounting tokens"
_making = threading.Lock()


@dataclass
class Accounting:
    """`xero` calls; `tokens` may be asked and replaced without calling."""

    runtime: Runtime
    xero: Xero
    identity: Identity
    tokens: TokenStore
    permits: Permits

    @property
    def terms(self) -> Terms:
        settings = self.runtime.settings
        return Terms(settings.xero_sales_account_code, settings.xero_tax_type, settings.xero_payment_days)

    def close(self) -> None:
        self.xero.close()
        self.identity.close()


def accounting_of(runtime: Runtime, found: Standing | None = None) -> Accounting:
    """For the organisation that is connected now (`found`, read unless given): it may be another one than a moment ago.

    Raises PermanentError without Xero's settings, NotConnectedError while no organisation is known.
    """
    if not runtime.settings.xero_configured:
        raise PermanentError("Xero is not configured: set the four XERO_ credentials", code="not_configured")
    tenant_id = _tenant(runtime, found)
    with _making:
        if not isinstance(runtime.accounting, Accounting):
            runtime.accounting = _made(runtime, tenant_id)
        runtime.accounting.xero.tenant_id = tenant_id
        return runtime.accounting


def token_store(runtime: Runtime) -> tuple[Identity, TokenStore]:
    """For whoever connects: needs no organisation yet."""
    settings = runtime.settings
    keys = [settings.secret_key.get_secret_value(), settings.secret_key_previous.get_secret_value()]
    identity = Identity(settings)
    return identity, TokenStore(runtime, identity, Seal(keys, PURPOSE))


def _made(runtime: Runtime, tenant_id: str) -> Accounting:
    identity, tokens = token_store(runtime)
    permits = Permits(runtime, runtime.rates)
    xero = Xero(runtime.settings, tenant_id, tokens.access, permits.call, _Limits(runtime).saw)
    return Accounting(runtime, xero, identity, tokens, permits)


def _tenant(runtime: Runtime, found: Standing | None) -> str:
    if (given := runtime.settings.xero_tenant_id) != TO_BE_CONNECTED:
        return given
    if (stored := (found or standing.read(runtime)).tenant_id) is None:
        raise NotConnectedError("not connected to Xero yet: run `flask xero connect`", code="not_connected")
    return stored


class _Limits:
    """What is left of the minute and the day, as the last answers said; written down now and then."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime, self._noted_at = runtime, -NOTE_LIMITS_EVERY_S

    def saw(self, headers: Mapping[str, str]) -> None:
        found = {
            name: int(headers[header])
            for name, header in (("minute", "X-MinLimit-Remaining"), ("day", "X-DayLimit-Remaining"))
            if str(headers.get(header, "")).isdecimal()
        }
        now = time.monotonic()
        if found and now - self._noted_at >= NOTE_LIMITS_EVERY_S:
            self._noted_at = now
            standing.note_limits(self._runtime, found)
