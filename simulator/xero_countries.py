"""What a new organisation of a country has in Xero: tax rates and accounts, as far as selling goes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Tax:
    """`rate` in percent; `sells` says whether it may stand on a sale."""

    code: str
    name: str
    rate: str
    sells: bool = True

    def as_json(self) -> dict[str, Any]:
        component = {"Name": "GST", "Rate": float(self.rate), "IsCompound": False, "IsNonRecoverable": False}
        return {
            "Name": self.name,
            "TaxType": self.code,
            "ReportTaxType": "OUTPUT" if self.sells else "INPUT",
            "CanApplyToRevenue": self.sells,
            "CanApplyToExpenses": not self.sells,
            "DisplayTaxRate": float(self.rate),
            "EffectiveRate": float(self.rate),
            "Status": "ACTIVE",
            "TaxComponents": [component],
        }


@dataclass(frozen=True, slots=True)
class Country:
    code: str
    currency: str
    taxes: tuple[Tax, ...]

    def rate_of(self, code: str) -> Decimal | None:
        """As a share; None for a code that this country does not have."""
        return next((Decimal(tax.rate) / 100 for tax in self.taxes if tax.code == code and tax.sells), None)


NO_TAX = Tax("NONE", "No Tax", "0")
COUNTRIES = {
    "SG": Country("SG", "SGD", (
        Tax("OUTPUTY24", "Standard-Rated Supplies (9%)", "9"), Tax("OUTPUTY23", "Standard-Rated Supplies (8%)", "8"),
        Tax("OUTPUT", "Standard-Rated Supplies (7%)", "7"), Tax("ZERORATEDOUTPUT", "Zero-Rated Supplies", "0"),
        Tax("INPUTY24", "Standard-Rated Purchases (9%)", "9", sells=False), NO_TAX,
    )),
    "GB": Country("GB", "GBP", (
        Tax("OUTPUT2", "20% (VAT on Income)", "20"), Tax("RROUTPUT", "5% (VAT on Income)", "5"),
        Tax("ZERORATEDOUTPUT", "Zero Rated Income", "0"), Tax("INPUT2", "20% (VAT on Expenses)", "20", sells=False), NO_TAX,
    )),
    "NZ": Country("NZ", "NZD", (
        Tax("OUTPUT2", "15% GST on Income", "15"), Tax("ZERORATEDOUTPUT", "Zero Rated", "0"),
        Tax("INPUT2", "15% GST on Expenses", "15", sells=False), NO_TAX,
    )),
    "AU": Country("AU", "AUD", (
        Tax("OUTPUT", "GST on Income", "10"), Tax("EXEMPTOUTPUT", "GST Free Income", "0"),
        Tax("INPUT", "GST on Expenses", "10", sells=False), NO_TAX,
    )),
}  # fmt: skip

ACCOUNTS = (
    ("200", "Sales", "REVENUE"),
    ("260", "Other Revenue", "REVENUE"),
    ("310", "Cost of Goods Sold", "DIRECTCOSTS"),
)


def accounts() -> list[dict[str, Any]]:
    return [
        {
            "AccountID": f"00000000-0000-4000-8000-000000000{code}",
            "Code": code,
            "Name": name,
            "Type": kind,
            "Status": "ACTIVE",
        }
        for code, name, kind in ACCOUNTS
    ]
