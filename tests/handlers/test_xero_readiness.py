"""What readiness says of invoices: degraded in words, never worse, and before a login dies."""

from __future__ import annotations

from handlers.checks import READINESS, Severity
from handlers.checks.outside import xero
from tests.till import MakeTill, Till


def test_without_credentials_it_is_not_configured_and_fine(make_till: MakeTill) -> None:
    verdict = xero(make_till(xero_client_id="").runtime)
    assert (verdict.severity, verdict.facts["status"]) == (Severity.HEALTHY, "not configured")


def test_a_login_that_is_not_used_is_warned_of_ten_days_before_it_dies(till: Till) -> None:
    till.push()
    assert xero(till.runtime).severity is Severity.HEALTHY
    for days, words in (
        (49, ""),
        (51, "not used for 51 days and runs out after 60"),
        (60, "has run out: flask xero connect"),
    ):
        till.change(
            "UPDATE accounting_connection SET rotated_at = now() - :days * interval '1 day' - interval '1 minute'",
            days=days,
        )
        verdict = xero(till.runtime)
        assert words in verdict.reason
        assert verdict.severity is (Severity.DEGRADED if words else Severity.HEALTHY)


def test_what_keeps_invoices_back_degrades_and_stops_no_order(till: Till) -> None:
    till.push()
    till.change("UPDATE accounting_connection SET blocked = 'Xero refuses our login'")
    verdict = xero(till.runtime)
    assert (verdict.severity, verdict.reason) == (Severity.DEGRADED, "Xero refuses our login")
    assert next(check for check in READINESS if check.name == "xero").at_worst is Severity.DEGRADED
    assert any("SO-" in reply for reply in till.say("100 10 inch pizza box"))
