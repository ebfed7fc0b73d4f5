"""`python -m simulator --port 8004`: the simulator as a process of its own, beside the app."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from bot.errors import BadInputError, StartupRefused
from bot.settings import get_settings
from simulator.config import SimulatorConfig, changed, repeating
from simulator.server import start


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="Answers as Twilio, Telegram, OpenAI and Xero on loopback. Example: python -m simulator --port 8004",
    )
    parser.add_argument("--port", type=int, default=None, help="default: the port of SIMULATOR_URL")
    parser.add_argument("--seed", type=int, default=0, help="of faults with a probability")
    parser.add_argument("--remember", type=Path, metavar="FILE", help="keep the chats there over a restart")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any field of SimulatorConfig, such as status_delay_s=0 or statuses=delivered; may be repeated",
    )
    chosen = parser.parse_args()
    try:
        settings = get_settings()
        if settings.is_production:
            raise StartupRefused("the simulator never runs in production")
        config = repeating(SimulatorConfig.from_settings(settings, port=chosen.port))
        changes = dict(change.partition("=")[::2] for change in chosen.set)
        running = start(config=changed(config, changes), seed=chosen.seed, journal=chosen.remember)
    except (StartupRefused, BadInputError, OSError) as error:
        sys.stderr.write(f"simulator: {error}\n")
        return 1
    sys.stderr.write(f"simulator listening on {running.url}\n")
    _wait_for_signal()
    running.stop()
    return 0


def _wait_for_signal() -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(1.0):
        pass


if __name__ == "__main__":
    sys.exit(main())
