"""Everything the simulator is, without a socket: finds the provider a request is for, lets faults strike, writes the ledger."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.config import SimulatorConfig
from simulator.faults import ON_CALLS, Fault, FaultBook, FaultKind
from simulator.ledger import CALL, Ledger
from simulator.limits import ChatLimits
from simulator.openai_api import OpenAIApi
from simulator.post_office import PostOffice
from simulator.providers import Call, Outcome, Provider
from simulator.senders import TelegramSender, TwilioSender
from simulator.telegram_api import TelegramApi
from simulator.twilio_api import TwilioApi
from simulator.wire import CUT, Answer, Request, json_answer
from simulator.xero_api import XeroApi

STALL_S = 30.0
REDACTED = frozenset({"secret_token", "client_secret", "refresh_token", "code"})


@dataclass
class Simulator:
    """The providers, what they share, and how a call to one of them is answered."""

    config: SimulatorConfig
    ledger: Ledger
    faults: FaultBook
    office: PostOffice
    twilio: TwilioApi
    telegram: TelegramApi
    openai: OpenAIApi
    xero: XeroApi
    from_whatsapp: TwilioSender
    from_telegram: TelegramSender
    providers: tuple[Provider, ...]

    def respond(self, request: Request) -> Answer:
        for provider in self.providers:
            if request.path.startswith(provider.prefixes):
                return self._answer(provider, request)
        return json_answer({"error": f"nothing is simulated at {request.path}"}, 404)

    def configure(self, config: SimulatorConfig) -> None:
        """Go on with another configuration; address and port stay."""
        self.config = config
        for part in (self.twilio, self.telegram, self.xero, self.from_whatsapp, self.from_telegram):
            part.config = config
        self.telegram.limits = ChatLimits() if config.telegram_limits else None
        self.office.timeout_s = config.webhook_timeout_s

    def reset(self) -> None:
        """Forget messages, entries, faults and what is still to be posted; addresses and credentials stay."""
        self.faults.remove()
        self.office.forget()
        self.ledger.reset()
        for provider in self.providers:
            provider.forget()

    def _answer(self, provider: Provider, request: Request) -> Answer:
        started = time.monotonic()
        call = provider.read(request)
        fault = self.faults.strike(provider.name, call.operation, call.fields, ON_CALLS)
        if fault and fault.kind is FaultKind.DELAY:
            time.sleep(fault.delay_s)
        outcome = self._outcome(provider, call, fault)
        answer = _broken(outcome.answer, fault)
        self.ledger.add(
            CALL,
            provider.name,
            call.operation,
            {name: value for name, value in call.fields.items() if name not in REDACTED},
            status=None if answer.cut else answer.status,
            answer=None if outcome.secret else _readable(outcome.answer),
            effect=outcome.effect,
            fault=fault.kind if fault else None,
            took_ms=round((time.monotonic() - started) * 1000, 2),
        )
        return answer

    def _outcome(self, provider: Provider, call: Call, fault: Fault | None) -> Outcome:
        if fault and fault.kind is FaultKind.ERROR:
            return Outcome(provider.refusal(fault))
        if fault and fault.kind is FaultKind.CUT:
            return Outcome(CUT)
        return provider.act(call, fault)


def build(config: SimulatorConfig, seed: int = 0, journal: Path | None = None) -> Simulator:
    """Wire the parts. A new provider is one more entry of `providers`."""
    ledger, faults = Ledger(config.ledger_limit, journal), FaultBook(seed)
    office = PostOffice(ledger, faults, config.webhook_timeout_s)
    from_whatsapp = TwilioSender(config, office)
    twilio = TwilioApi(config, from_whatsapp.report)
    telegram = TelegramApi(config)
    from_telegram = TelegramSender(config, office, telegram)
    openai, xero = OpenAIApi(), XeroApi(config)
    providers: tuple[Provider, ...] = (twilio, telegram, openai, xero)
    return Simulator(
        config, ledger, faults, office, twilio, telegram, openai, xero, from_whatsapp, from_telegram, providers
    )


def _broken(answer: Answer, fault: Fault | None) -> Answer:
    if fault and fault.kind is FaultKind.ACCEPT_THEN_DROP:
        return CUT
    if fault and fault.kind is FaultKind.ACCEPT_THEN_STALL:
        return Answer(cut=True, hold_s=fault.delay_s or STALL_S)
    return answer


def _readable(answer: Answer) -> Any:
    if answer.cut or not answer.content_type.startswith("application/json"):
        return None
    return answer.body.decode()
