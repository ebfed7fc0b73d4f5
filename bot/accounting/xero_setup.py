"""Does the organisation in Xero have the tax rate, the account and the currency that our invoices name? Each that it has not, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

SELLING_ACCOUNTS = ("REVENUE", "SALES", "OTHERINCOME")
ABROAD = {"OUTPUT2": "the 20 % of the United Kingdom or the 15 % of New Zealand"}
"""Codes that are often copied from elsewhere."""
MAX_SUGGESTED = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found. `rate` is the tax type's share, None when there is none; `problems` are sentences for people."""

    organisation: str
    country: str
    currency: str
    rate: Decimal | None
    tax_type_ok: bool
    account_ok: bool
    problems: tuple[str, ...] = field(default=())
    unverified: tuple[str, ...] = field(default=())
    """What could not be looked at. Invoices go on: what comes back of each is compared to the cent."""

    @property
    def ok(self) -> bool:
        return not (self.problems or self.unverified)

    def as_json(self) -> dict[str, Any]:
        return {
            "organisation": self.organisation,
            "country": self.country,
            "currency": self.currency,
            "rate": None if self.rate is None else str(self.rate),
            "tax_type_ok": self.tax_type_ok,
            "account_ok": self.account_ok,
            "problems": list(self.problems),
            "unverified": list(self.unverified),
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What our side says: settings, and the tax rate in force today."""

    tax_type: str
    account_code: str
    currency: str
    rate: Decimal


Rows = Sequence[Mapping[str, Any]]


def judge(
    organisation: Mapping[str, Any] | None, tax_rates: Rows | None, accounts: Rows | None, wanted: Wanted
) -> Facts:
    """None stands for what Xero does not show to us."""
    rate, tax_problem = _tax(tax_rates, wanted) if tax_rates is not None else (wanted.rate, "")
    account_problem = _account(accounts, wanted.account_code) if accounts is not None else ""
    hidden = (("organisation", organisation), ("tax rates", tax_rates), ("accounts", accounts))
    unverified = tuple(f"Xero does not show its {name} to us" for name, found in hidden if found is None)
    if organisation is None:
        organisation = {"BaseCurrency": wanted.currency}
    currency = str(organisation.get("BaseCurrency") or "")
    currency_problem = (
        f"CURRENCY is {wanted.currency} and the organisation's currency is {currency}"
        if currency != wanted.currency
        else ""
    )
    problems = tuple(filter(None, (tax_problem, account_problem, currency_problem)))
    name, country = str(organisation.get("Name") or ""), str(organisation.get("CountryCode") or "")
    tax_ok, account_ok = (not tax_problem and tax_rates is not None, not account_problem and accounts is not None)
    return Facts(name, country, currency, rate, tax_ok, account_ok, problems, unverified)


def _tax(rows: Rows, wanted: Wanted) -> tuple[Decimal | None, str]:
    active = [row for row in rows if row.get("Status", "ACTIVE") == "ACTIVE" and row.get("CanApplyToRevenue", True)]
    row = next((row for row in active if row.get("TaxType") == wanted.tax_type), None)
    if row is None:
        abroad = f" ({wanted.tax_type} is {ABROAD[wanted.tax_type]})" if wanted.tax_type in ABROAD else ""
        return (
            None,
            f"XERO_TAX_TYPE: the organisation sells with no tax type {wanted.tax_type}{abroad}{_instead(active, wanted)}",
        )
    rate = rate_of(row)
    if rate != wanted.rate:
        theirs = "without a rate" if rate is None else _percent(rate)
        return (
            rate,
            f"XERO_TAX_TYPE: {wanted.tax_type} is {theirs} there and orders are taxed with {_percent(wanted.rate)}{_instead(active, wanted)}",
        )
    return rate, ""


def rate_of(row: Mapping[str, Any]) -> Decimal | None:
    """As a share: Xero's own effective rate, else the sum of the components."""
    if row.get("EffectiveRate") is not None:
        return Decimal(str(row["EffectiveRate"])) / 100
    parts = [Decimal(str(part["Rate"])) for part in row.get("TaxComponents") or [] if part.get("Rate") is not None]
    return sum(parts, Decimal(0)) / 100 if parts else None


def _instead(active: Rows, wanted: Wanted) -> str:
    fitting = [str(row["TaxType"]) for row in active if rate_of(row) == wanted.rate]
    return f"; with {_percent(wanted.rate)} there is {', '.join(fitting[:MAX_SUGGESTED])}" if fitting else ""


def _account(rows: Rows, code: str) -> str:
    row = next((row for row in rows if str(row.get("Code", "")) == code), None)
    if row is None:
        selling = [str(each.get("Code")) for each in rows if each.get("Type") in SELLING_ACCOUNTS and each.get("Code")]
        return f"XERO_SALES_ACCOUNT_CODE: the organisation has no account {code}; sales accounts are {', '.join(selling[:MAX_SUGGESTED]) or 'none'}"
    if row.get("Status", "ACTIVE") != "ACTIVE":
        return f"XERO_SALES_ACCOUNT_CODE: the account {code} is {str(row['Status']).lower()}"
    if row.get("Type") and row["Type"] not in SELLING_ACCOUNTS:
        return f"XERO_SALES_ACCOUNT_CODE: the account {code} ({row.get('Name', '')}) is for {str(row['Type']).lower()}, not for sales"
    return ""


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"
