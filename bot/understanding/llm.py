"""Asks a language model about the words that the rules left over. Whatever happens here, the rules' own reading stands.

One question, one answer, within a budget of seconds and one of dollars; what the answer is worth, llm_answer_check.py decides.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from queue import Empty, SimpleQueue

import openai
from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam, ParsedChatCompletion

from bot.catalog.index import CatalogIndex
from bot.telemetry import get_logger, metrics, scrub
from bot.understanding.gaps import GapOutcome, GapRecord
from bot.understanding.intent import Context, Intent
from bot.understanding.llm_answer_check import MAX_FOUND, candidates, fill_in, unknown_words, worth_asking
from bot.understanding.llm_breaker import LlmBreaker, retry_after_s
from bot.understanding.llm_prices import cost_usd
from bot.understanding.prompts import LlmReading, messages
from bot.understanding.reader import read

log = get_logger(__name__)

BUDGET_S = 8.0
"""For everything, the wait for its turn and the second try included; the customer waits meanwhile."""
RESERVE_S = 0.25
"""Kept back from the tries, so that they report their own end before the budget's."""
TRIES = 2
PAUSE_S = 0.5
MIN_TRY_S = 1.0
"""With less than this left a second try is not begun."""
MAX_TEXT = 2_000
"""Longer messages are not sent: no order of a few unknown words is, and the cost would be the sender's to choose."""
MAX_ANSWER_TOKENS = 1_000
MAX_RAW = 4_000
CHARS_PER_TOKEN = 3
"""For what is not reported: an answer that never came may have been made, and is counted as if it had."""
MIN_LEFT_S = 2 * RESERVE_S
"""With less left when its turn comes a message is not asked about."""


class GapFiller:
    """One process's line to the language model. Thread-safe; makes no connection before the first gap."""

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str,
        model: str,
        daily_budget_usd: Decimal,
        budget_s: float = BUDGET_S,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.model = model
        self.budget_s = budget_s
        self._daily_budget = daily_budget_usd
        self._pause = pause
        self._client = OpenAI(api_key=api_key, base_url=base_url, max_retries=0, timeout=budget_s)
        # The library loads half of itself on first use, which must not be the first customer's.
        _ = self._client.chat.completions.with_raw_response.parse
        self._warned: date | None = None
        self.breaker = LlmBreaker()

    def wants(self, intent: Intent) -> bool:
        """Whether the rules left a gap in this reading; asked first, because the day's spend has to be looked up."""
        return worth_asking(intent)

    def fill(
        self,
        intent: Intent,
        text: str,
        index: CatalogIndex,
        context: Context,
        now: datetime,
        *,
        outlet_id: str | None = None,
        spent_today: Decimal = Decimal(0),
        until: float | None = None,
    ) -> tuple[Intent, GapRecord | None]:
        """The reading with its gaps filled where that can be believed, else as it was; and what asking came to, if asked.

        `now` is aware, in the zone that days are meant in; `spent_today` are US dollars since midnight UTC; `until`, on
        the monotonic clock, is when the customer has waited for long enough. Never raises for anything that the provider does.
        """
        if not worth_asking(intent) or len(text) > MAX_TEXT:
            return intent, None
        if spent_today >= self._daily_budget:
            return intent, self._over_budget(now)
        index = index.for_outlet(outlet_id)
        found = read(text, index, context, now)
        facts = found.facts if found is not None else None
        offered = candidates(index, facts, intent) if facts is not None else {}
        if facts is None or not offered:
            return intent, None
        clean = scrub(text)
        # A piece may be cut out of a number that only the whole message shows to be somebody's: such pieces are left out.
        words = [piece for piece in map(scrub, unknown_words(facts, intent)) if piece in clean] or [clean]
        end = until if until is not None else time.monotonic() + self.budget_s
        record, reading = self._ask(messages(clean, words, offered), end)
        filled = fill_in(intent, reading, facts, offered) if reading is not None else intent
        record = replace(record, filled=filled is not intent)
        self._count(record)
        return filled, record

    def close(self) -> None:
        self._client.close()

    def _over_budget(self, now: datetime) -> GapRecord:
        day = now.astimezone(UTC).date()
        if self._warned != day:
            self._warned = day
            log.warning("language model over its budget of the day; the rules go on alone", usd=str(self._daily_budget))
        metrics.llm_calls_total.labels(GapOutcome.OVER_BUDGET).inc()
        return GapRecord(GapOutcome.OVER_BUDGET, self.model)

    def _count(self, record: GapRecord) -> None:
        metrics.llm_calls_total.labels(record.outcome).inc()
        metrics.llm_cost_usd_total.inc(float(record.cost_usd))
        metrics.llm_seconds.observe(record.latency_ms / 1000)
        log.info(
            "language model asked",
            outcome=record.outcome.value,
            filled=record.filled,
            cost_usd=str(record.cost_usd),
            latency_ms=record.latency_ms,
        )

    def _ask(self, asked: list[ChatCompletionMessageParam], until: float) -> tuple[GapRecord, LlmReading | None]:
        """In a thread of its own, so that a server that drips its answer byte by byte cannot outlast the budget."""
        begun = time.monotonic()
        if until - begun < MIN_LEFT_S:
            return GapRecord(GapOutcome.BUSY, self.model), None
        if (refusal := self.breaker.refusal()) is not None:
            return GapRecord(refusal, self.model), None
        ended: SimpleQueue[_Answered] = SimpleQueue()
        given_up = threading.Event()
        asking = threading.Thread(target=self._in_thread, args=(asked, until, ended, given_up), name="llm", daemon=True)
        asking.start()
        try:
            answered = ended.get(timeout=until - begun)
        except Empty:
            given_up.set()
            self.breaker.ended(TimeoutError())
            answered = _Answered(GapOutcome.TIMEOUT)
        return answered.record(self.model, asked, time.monotonic() - begun), answered.reading

    def _in_thread(
        self,
        asked: list[ChatCompletionMessageParam],
        until: float,
        ended: SimpleQueue[_Answered],
        given_up: threading.Event,
    ) -> None:
        try:
            ended.put(self._tried(asked, until, given_up))
        except Exception as error:  # our bug: reported, while the customer gets the rules' reading at once
            log.exception("language model could not be asked")
            ended.put(_Answered(GapOutcome.FAILED, raw=type(error).__name__))

    def _tried(self, asked: list[ChatCompletionMessageParam], until: float, given_up: threading.Event) -> _Answered:
        """The answer of the first try that has one; a second only where the provider says that it may help, and when."""
        answered = _Answered(GapOutcome.TIMEOUT)
        for attempt in range(TRIES):
            pause_s = answered.pause_s if attempt else 0.0
            left_s = until - RESERVE_S - time.monotonic() - pause_s
            if attempt and (left_s < MIN_TRY_S or not answered.again):
                break
            if attempt:
                self._pause(pause_s)
            if attempt and self.breaker.refusal() is not None:
                break
            answered = self._once(asked, max(left_s, 0.01), given_up)
        return answered

    def _once(self, asked: list[ChatCompletionMessageParam], left_s: float, given_up: threading.Event) -> _Answered:
        """One call. The breaker hears how it ended, unless that is known already because nobody waits any more."""
        failure: Exception | None = None
        try:
            response = self._client.chat.completions.with_raw_response.parse(
                model=self.model,
                messages=asked,
                response_format=LlmReading,
                max_completion_tokens=MAX_ANSWER_TOKENS,
                store=False,
                timeout=left_s,
            )
            body = response.text
        except openai.OpenAIError as error:
            failure = error
            return self._failed(error)
        finally:
            if not given_up.is_set():
                self.breaker.ended(failure)
        return _read(response.parse, body)

    def _failed(self, error: openai.OpenAIError) -> _Answered:
        if isinstance(error, openai.APITimeoutError):
            return _Answered(GapOutcome.TIMEOUT)
        if isinstance(error, openai.RateLimitError):
            wait_s = retry_after_s(error)
            if wait_s is not None:
                self.breaker.wait(wait_s)
            return _Answered(GapOutcome.RATE_LIMIT, raw=error.message, again=True, pause_s=wait_s or PAUSE_S)
        if isinstance(error, openai.APIStatusError):
            return _Answered(GapOutcome.FAILED, raw=error.message, again=error.status_code >= 500)
        # the connection: nothing was answered, the rules' reading stands
        return _Answered(GapOutcome.FAILED, raw=type(error).__name__, again=True)


@dataclass(frozen=True, slots=True)
class _Answered:
    """How the tries ended; `usage` are tokens in and out as reported, None where nothing was."""

    outcome: GapOutcome
    reading: LlmReading | None = None
    raw: str = ""
    usage: tuple[int, int] | None = None
    again: bool = False
    pause_s: float = PAUSE_S

    def record(self, model: str, asked: Sequence[ChatCompletionMessageParam], seconds: float) -> GapRecord:
        tokens_in, tokens_out = self.usage or self._supposed(asked)
        return GapRecord(
            self.outcome,
            model,
            scrub(self.raw)[:MAX_RAW],
            tokens_in,
            tokens_out,
            cost_usd(model, tokens_in, tokens_out),
            round(seconds * 1000),
        )

    def _supposed(self, asked: Sequence[ChatCompletionMessageParam]) -> tuple[int, int]:
        """What an answer costs that did not say: all of the question, and of the answer what came or the most allowed."""
        if self.outcome not in (GapOutcome.TIMEOUT, GapOutcome.INVALID):
            return 0, 0
        came = len(self.raw) // CHARS_PER_TOKEN if self.outcome is GapOutcome.INVALID else MAX_ANSWER_TOKENS
        return len(json.dumps(asked, ensure_ascii=False)) // CHARS_PER_TOKEN, min(came, MAX_ANSWER_TOKENS)


def _read(parse: Callable[[], ParsedChatCompletion[LlmReading]], body: str) -> _Answered:
    """What the body of a 200 says. The library stumbles in many ways over a broken one; each means the same to us."""
    raw, usage = _content(body)
    try:
        message = parse().choices[0].message
    except openai.LengthFinishReasonError:
        return _Answered(GapOutcome.CUT, raw=raw, usage=usage)
    except openai.ContentFilterFinishReasonError:
        return _Answered(GapOutcome.REFUSED, raw=raw, usage=usage)
    except (openai.OpenAIError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        # kept in the record as it came; the customer is better off with the rules' reading
        return _Answered(GapOutcome.INVALID, raw=raw, usage=usage)
    if message.parsed is None:
        return _Answered(GapOutcome.REFUSED, raw=raw or message.refusal or "", usage=usage)
    if len(message.parsed.lines) > MAX_FOUND:
        return _Answered(GapOutcome.INVALID, raw=raw, usage=usage)
    return _Answered(GapOutcome.OK, message.parsed, raw, usage)


def _content(body: str) -> tuple[str, tuple[int, int] | None]:
    """The LLM's own words and the tokens reported, from whatever came; the whole body where it is no completion."""
    try:
        answer = json.loads(body)
        usage = int(answer["usage"]["prompt_tokens"]), int(answer["usage"]["completion_tokens"])
        content = answer["choices"][0]["message"]["content"] if answer["choices"] else ""
    except (ValueError, TypeError, LookupError, RecursionError):
        return body, None
    return str(content or ""), usage
