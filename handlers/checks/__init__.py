"""Can an order be taken right now? Small checks, shared by the readiness address and `flask doctor`."""

from handlers.checks.check import Check, Finding, Severity, Verdict, run_all, worst
from handlers.checks.lists import DOCTOR, ONLINE, READINESS

__all__ = ["DOCTOR", "ONLINE", "READINESS", "Check", "Finding", "Severity", "Verdict", "run_all", "worst"]
