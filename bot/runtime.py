"""The one wiring place: a process's settings, connections, channels and catalog, made on first use."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Protocol

from bot.errors import StartupRefused
from bot.settings import LLM, Settings, get_settings
from models.renewals import Renewals

if TYPE_CHECKING:  # each is imported by who makes it: a command needs few of them, and loading all takes a second
    import redis
    from sqlalchemy import Engine

    from bot.catalog.index import CatalogIndex
    from bot.channels.base import Channel
    from bot.identity.names import OutletNames
    from bot.knowledge.kept_library import KeptLibrary
    from bot.knowledge.writing import Writer
    from bot.media.reader import MediaReader
    from bot.ordering.prices import PriceList
    from bot.rates import SendLimits, SharedWindow
    from bot.understanding.llm import GapFiller

REDIS_TIMEOUT_S = 0.5
"""A webhook never waits longer than this for the doorbell, so that a hung Redis stays far below a provider's time-out."""


DEFAULT_REDIS = "redis://127.0.0.1:6379/0"


class Lanes(Protocol):
    """Threads for what waits for somebody outside (jobs/lanes.py)."""

    def take(self, lane: str, key: Hashable, work: Callable[[], None]) -> bool:
        """Whether that lane does it, or is doing what has this key already; False when it has no room."""
        ...


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Runtime:
    """What the doors and jobs of one process share. Tests make their own with another clock and other addresses."""

    settings: Settings
    clock: Callable[[], datetime] = utc_now
    application: str = "tria"
    catalog: tuple[int, CatalogIndex] | None = field(default=None, init=False)
    """The index in memory and the catalog version it was built from."""
    prices: tuple[int, PriceList] | None = field(default=None, init=False)
    """The contract prices and the catalog version they were read at."""
    outlet_names: tuple[int, OutletNames] | None = field(default=None, init=False)
    """The names of all outlets and the catalog version they were read at."""
    media_reader: MediaReader | None = None
    """Reads voice messages, photos and documents; without one they are a person's work."""
    lanes: Lanes | None = field(default=None, init=False)
    """A worker's; other processes ring for a worker."""
    accounting: object = field(default=None, init=False)
    """The accounting system, once a job of this process needed it (jobs/invoices/accounting.py)."""
    renewals: Renewals = field(default_factory=Renewals, init=False)
    """What this process holds of PostgreSQL's rows for a time that runs out."""

    @cached_property
    def engine(self) -> Engine:
        from bot.telemetry import metrics
        from models.database import make_engine

        if not self.settings.database_url:
            raise StartupRefused("DATABASE_URL is not set: start `make run` in this folder, or set it")
        took = metrics.query_seconds.observe
        return make_engine(self.settings.database_url, application=self.application, took=took)

    @cached_property
    def redis(self) -> redis.Redis:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        return redis.Redis.from_url(
            self.settings.redis_url.get_secret_value() or DEFAULT_REDIS,
            socket_timeout=REDIS_TIMEOUT_S,
            socket_connect_timeout=REDIS_TIMEOUT_S,
            retry=Retry(NoBackoff(), 1, (redis.ConnectionError,)),  # the library's own would wait for seconds
        )

    @cached_property
    def rates(self) -> SharedWindow:
        """Counts for all processes together what must not happen too often."""
        from bot.rates import SharedWindow

        return SharedWindow(self.settings.redis_url.get_secret_value() or DEFAULT_REDIS)

    @cached_property
    def send_limits(self) -> SendLimits:
        from bot.rates import SendLimits

        return SendLimits(self.rates)

    @cached_property
    def gap_filler(self) -> GapFiller | None:
        """Explains words that the rules leave over; None without OPENAI_API_KEY or with LLM=off. Imported here: the library loads slowly."""
        key = self.settings.openai_api_key.get_secret_value()
        if not key or self.settings.llm is LLM.OFF:
            return None
        from bot.understanding.llm import GapFiller

        return GapFiller(
            api_key=key,
            base_url=self.settings.openai_base_url,
            model=self.settings.openai_model,
            daily_budget_usd=self.settings.openai_daily_budget_usd,
        )

    @cached_property
    def library(self) -> KeptLibrary | None:
        """Answers questions from the supplier's documents; None without a Chroma server. Imported here: few processes need it."""
        if not self.settings.chroma_host:
            return None
        from bot.knowledge.kept_library import KeptLibrary

        return KeptLibrary(self.settings)

    @cached_property
    def answer_writer(self) -> Writer | None:
        """Puts passages into the customer's words; None where there is no language model."""
        if self.gap_filler is None:
            return None
        from bot.knowledge.writing import Writer

        settings = self.settings
        key = settings.openai_api_key.get_secret_value()
        breaker = self.gap_filler.breaker
        return Writer(api_key=key, base_url=settings.openai_base_url, model=settings.openai_model, breaker=breaker)

    @cached_property
    def channels(self) -> Mapping[str, Channel]:
        return self.make_channels()

    def make_channels(self) -> Mapping[str, Channel]:
        """The channels replies leave by, for any number of threads. The chat API's replies are read by its caller, so it has none."""
        from bot.channels.registry import pushed_channels

        return {spec.name: self.make_channel(spec.name) for spec in pushed_channels()}

    def make_channel(self, name: str) -> Channel:
        """Raises UnknownChannelError for a channel that nobody knows, or that nothing is sent on. One that customers write on and
        that is not set up refuses each send; the worker starts all the same."""
        from bot.channels.registry import spec_of
        from bot.channels.unconfigured import Unconfigured

        spec = spec_of(name)
        if spec.pushed and spec.door and not spec.configured(self.settings):
            return Unconfigured(name, spec.settings_needed)
        return spec.make_client(self.settings)

    def close(self) -> None:
        """Gives back every connection that was made."""
        for name in ("engine", "redis"):
            if name in self.__dict__:
                resource = self.__dict__.pop(name)
                resource.dispose() if name == "engine" else resource.close()
        for name in ("gap_filler", "answer_writer", "library"):
            if (client := self.__dict__.pop(name, None)) is not None:
                client.close()
        getattr(self.accounting, "close", lambda: None)()
        self.accounting = None
        for channel in self.__dict__.pop("channels", {}).values():
            getattr(channel, "close", lambda: None)()


@lru_cache(maxsize=1)
def get_runtime() -> Runtime:
    """The runtime of a worker or sweeper process."""
    return Runtime(get_settings())
