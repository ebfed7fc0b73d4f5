"""How the web process serves; read by gunicorn by its name. Addresses and limits only, everything else is `handlers`.

Two processes because a box has two cores or more; threads because the health endpoint must answer while others wait for
PostgreSQL. The limits are of one machine: to serve more, start more of them.
"""

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from bot.metrics_folder import VARIABLE, share

share()

from prometheus_client import multiprocess

from bot.errors import StartupRefused
from bot.runtime import Runtime
from bot.settings import get_settings
from bot.telemetry import get_logger
from handlers import shutting_down
from jobs.upkeep.closing import Closing
from jobs.upkeep.startup_checks import refuse_unfit

try:
    settings = get_settings()
except StartupRefused as refused:
    sys.exit(str(refused))

# In production a proxy in front ends TLS and may be on another machine; on a developer's laptop nobody else should see it.
bind = f"{'0.0.0.0' if settings.is_production else '127.0.0.1'}:{settings.port}"
workers = 2
# The application is imported once, before the fork: it connects to nothing by itself (handlers/app.py), and a web process
# that died is back in milliseconds.
preload_app = True
worker_class = "gthread"
threads = 8
timeout = 30
graceful_timeout = (
    15  # less than the supervisor's 20 s, so that requests under way are answered before anyone is killed
)
# After SIGTERM readiness says 503 for so long while requests are still taken: balancers ask every second or two. Nobody
# balances a developer's laptop, where it would only delay each restart.
LEAVING_S = 3.0 if settings.is_production else 1.0
shutting_down.share()
# Everything else that starts with this process is waited for; the documents are not.
DOCUMENTS_AFTER_S = 10.0
keepalive = 5
accesslog = None  # handlers logs each request itself, as JSON and without phone numbers
proc_name = "tria-web"
# It lies where every gunicorn of this account looks for its own: a second web process on the machine would take it over.
control_socket_disable = True
# gunicorn's heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None


def on_starting(_server: object) -> None:
    """No request is taken with failpoints armed, on a database that is not this code's, or with nothing to sell."""
    runtime = Runtime(settings, application="tria-web-start")
    try:
        refuse_unfit(runtime)
    except StartupRefused as refused:
        sys.exit(str(refused))
    finally:
        runtime.close()


def when_ready(server: Any) -> None:
    """SIGTERM is first told to balancers and then to gunicorn, which closes its door at once."""

    def asked_to_stop(number: int, frame: FrameType | None) -> None:
        shutting_down.say(lambda: server.signal(number, frame), LEAVING_S)

    signal.signal(signal.SIGTERM, asked_to_stop)


def post_worker_init(worker: Any) -> None:
    """The chat API answers questions in this process: its first one shall not wait for the documents to be read. Another
    application under these settings, such as the least one that bench measures us against, has no documents."""
    runtime = worker.wsgi.extensions.get("tria")
    if runtime is not None and runtime.library is not None:
        runtime.library.warm_up_beside(DOCUMENTS_AFTER_S)


def worker_exit(_server: object, worker: Any) -> None:
    """Requests under way are answered by now. The last thing that began is closed first: connections, whose pools were filled by them."""
    runtime = worker.wsgi.extensions.get("tria") if worker.wsgi is not None else None
    if runtime is not None:
        closing = Closing()
        closing.at_the_end("connections", runtime.close)
        closing.close()
        get_logger(__name__).info("web process stopped", closed=closing.closed)


def child_exit(_server: object, worker: object) -> None:
    """The numbers of a process that ended are kept, its gauges are not."""
    if VARIABLE in os.environ:
        multiprocess.mark_process_dead(worker.pid)
