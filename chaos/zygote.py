"""Forks processes of ours in milliseconds: everything is imported once, each child then runs the real `main` of one process.

A kill sweep starts five hundred processes; importing the house for each would take most of its time. No connection exists
before the fork. Spoken to in JSON lines: `{"run": "worker", "env": {...}, "log": "..."}` is answered with `{"pid": 7}`.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from typing import Any

from bot import failpoints
from chaos import disturb
from embedded.tether import die_with


def worker() -> int:
    from jobs.worker import main

    return main()


def sweeper() -> int:
    from jobs.sweep import main

    return main()


def web() -> int:
    from gunicorn.app.wsgiapp import run

    sys.argv = ["gunicorn", "--workers", os.environ.get("CHAOS_WEB_WORKERS", "2"), "handlers:create_app()"]
    run()
    return 0


def command() -> int:
    """`flask ...` with the arguments of CHAOS_ARGUMENTS."""
    from flask.cli import main

    os.environ["FLASK_APP"] = "handlers:create_app()"
    sys.argv = ["flask", *json.loads(os.environ["CHAOS_ARGUMENTS"])]
    main()
    return 0


RUNS = {"worker": worker, "sweeper": sweeper, "web": web, "command": command}


def _child(asked: dict[str, Any], zygote: int) -> int:
    """Becomes the process that was asked for; returns its exit code. It ends with the zygote, also where that was killed."""
    os.setsid()
    die_with(zygote, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, place in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, place)
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    os.environ.update(asked["env"])
    failpoints.arm(asked["env"].get(failpoints.VARIABLE, ""))
    disturb.apply()
    return RUNS[asked["run"]]()


def _exit_code(leaving: SystemExit) -> int:
    """As Python itself does it: what is not a number is a reason, and said."""
    if leaving.code is None or isinstance(leaving.code, int):
        return leaving.code or 0
    sys.stderr.write(f"{leaving.code}\n")
    return 1


def _fork(asked: dict[str, Any]) -> int:
    zygote = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        code = _child(asked, zygote)
    except SystemExit as leaving:
        code = _exit_code(leaving)
    except BaseException as error:  # noqa: BLE001 - the child must never return into the parent's loop
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    """Forks until standard input ends, and then ends what is left: a run that was killed leaves no worker behind. Dead children
    are reaped by the kernel."""
    import gunicorn.app.wsgiapp  # noqa: F401  # imported before the forks, as everything below

    import handlers  # noqa: F401
    import jobs.sweep
    import jobs.worker  # noqa: F401
    from bot.channels import telegram_client, twilio_client  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write('{"ready": true}\n')
    sys.stdout.flush()
    forked: list[int] = []
    for line in sys.stdin:
        forked.append(_fork(json.loads(line)))
        sys.stdout.write(json.dumps({"pid": forked[-1]}) + "\n")
        sys.stdout.flush()
    for pid in forked:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    serve()
