"""How fast a provider lets itself be called: token buckets, as Telegram's limits behave."""

from __future__ import annotations

import threading
import time


class Bucket:
    """`rate` tokens a second, at most `burst` saved up."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, burst
        self._tokens, self._at = burst, time.monotonic()

    def wait_s(self) -> float:
        """Take a token and return 0, or take none and return the seconds until there is one."""
        now = time.monotonic()
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self.rate


class ChatLimits:
    """30 a second over all chats, 1 a second per chat with a short burst."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all = Bucket(30, 30)
        self._chats: dict[str, Bucket] = {}

    def wait_s(self, chat: str) -> float:
        with self._lock:
            bucket = self._chats.setdefault(chat, Bucket(1, 3))
            return bucket.wait_s() or self._all.wait_s()
