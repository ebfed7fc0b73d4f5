"""The machines of `make hosts`: a cable that is cut is felt, a balancer passes over who is away, a refusal says what the kernel said."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bot.settings import ROOT
from chaos.hosts import network
from chaos.hosts.__main__ import IMPOSSIBLE, main
from chaos.hosts.balancer import Balancer
from embedded.ports import free_port

TRY = """
from chaos.hosts.network import BACK_S, Network
network = Network()
machine = network.add("work1")
felt = [network.reaches(machine, BACK_S)]
network.cut(machine)
felt.append(network.reaches(machine))
network.heal(machine)
felt.append(network.reaches(machine, BACK_S))
print(felt)
"""


def test_a_machine_that_is_cut_off_answers_nobody_until_its_cable_is_back(capsys: pytest.CaptureFixture[str]) -> None:
    """Where namespaces are forbidden the refusal is what is tested: the system's own words."""
    if network.refusal():
        assert main(["--quick"]) == IMPOSSIBLE
        assert network.refusal() in capsys.readouterr().err
        return
    command = network.own_namespace([sys.executable, "-c", TRY])
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.strip() == "[True, False, True]", done.stderr


def test_the_command_says_what_it_cannot_have() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "chaos.hosts", "--quick"], cwd=ROOT, env={**os.environ, "PATH": "/nowhere"},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "This computer cannot make machines of its own: " in done.stderr
    assert "unshare is not installed (Debian: util-linux, iproute2)" in done.stderr or sys.platform != "linux"


@contextlib.contextmanager
def web_host(status: HTTPStatus = HTTPStatus.OK) -> Iterator[tuple[str, int]]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    try:
        yield "127.0.0.1", server.server_port
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def asked(balancer: Balancer) -> bytes:
    with socket.create_connection(("127.0.0.1", balancer.port), timeout=5) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return connection.recv(64)


def test_a_balancer_gives_connections_to_hosts_that_are_ready_and_to_no_other() -> None:
    with web_host() as ready, web_host(HTTPStatus.SERVICE_UNAVAILABLE) as leaving:
        balancer = Balancer([leaving, ready, ("127.0.0.1", free_port())])
        assert balancer.wait_for(1, 20)
        assert balancer.ready == (ready,)
        assert [b" 200 " in asked(balancer) for _ in range(4)] == [True] * 4
        balancer.close()


def test_a_balancer_passes_over_a_host_that_went_since_it_was_asked() -> None:
    with web_host() as staying:
        gone = ("127.0.0.1", free_port())
        balancer = Balancer([gone, staying])
        balancer.ready = (gone, staying)
        assert [b" 200 " in asked(balancer) for _ in range(4)] == [True] * 4
        balancer.close()
