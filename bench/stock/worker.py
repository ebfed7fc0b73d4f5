"""RQ's own forking worker on the stock queue: `python -m bench.stock.worker`."""

from __future__ import annotations

import logging

import redis
from rq import Queue, Worker

from bench.stock import work
from bot.settings import get_settings

QUEUE = "stock"


def main() -> None:
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    connection = redis.Redis.from_url(get_settings().redis_url.get_secret_value())
    work.index()
    Worker([Queue(QUEUE, connection=connection)], connection=connection).work(logging_level="WARNING")


if __name__ == "__main__":
    main()
