"""Machines that share nothing but a network: each has a network namespace of its own and one cable to a switch, which can drop
everything that goes over it. Linux only. Nothing of it is seen by the rest of this computer, and all of it ends with this process.

A namespace belongs to a thread: what is started within `inside(machine)` lives on that machine for good.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

NEW_NETWORK = 0x40000000
SWITCH = "switch0"
NET, OURS = "10.77.0", "10.77.0.1"
"""The address of this process, which stands for everything that is not ours: providers, customers and the balancer before the web."""

UNUSED_PORT, ANSWER_S, BACK_S = 9, 1.0, 20.0


class NoNetworkError(Exception):
    """The kernel refuses what a network of machines needs; says what, and in which words."""


@dataclass(frozen=True, slots=True)
class Machine:
    """`namespace` is an open descriptor, which keeps the namespace alive."""

    name: str
    address: str
    namespace: int


class Network:
    """Made in a namespace that nobody else uses (`own_namespace`). Raises NoNetworkError."""

    def __init__(self) -> None:
        self._home = _current()
        self._count = 0
        _ip("link", "set", "lo", "up")
        _ip("link", "add", "name", SWITCH, "type", "bridge")
        _ip("address", "add", f"{OURS}/24", "dev", SWITCH)
        _ip("link", "set", SWITCH, "up")

    def add(self, name: str) -> Machine:
        """`name` is also that of its port at the switch: at most 15 characters."""
        self._count += 1
        machine = Machine(name, f"{NET}.{10 + self._count}", self._new_namespace())
        _ip("link", "add", "name", name, "type", "veth", "peer", "name", "eth0", "netns", _path(machine.namespace))
        _ip("link", "set", name, "master", SWITCH, "up")
        with self.inside(machine):
            _ip("link", "set", "lo", "up")
            _ip("address", "add", f"{machine.address}/24", "dev", "eth0")
            _ip("link", "set", "eth0", "up")
        return machine

    def cut(self, machine: Machine) -> None:
        """From now on no packet reaches or leaves it. The cable leaves the switch and keeps its link up: as with a break further
        away nobody is told, and open connections hang."""
        _ip("link", "set", machine.name, "nomaster")

    def heal(self, machine: Machine) -> None:
        _ip("link", "set", machine.name, "master", SWITCH)

    def reaches(self, machine: Machine, within_s: float = ANSWER_S) -> bool:
        """Whether a packet of ours comes back from it in that time: a port that nobody listens on is refused by whoever is there."""
        until = time.monotonic() + within_s
        while (left := until - time.monotonic()) > 0:
            try:
                socket.create_connection((machine.address, UNUSED_PORT), timeout=left).close()
            except ConnectionRefusedError:
                return True
            except OSError:  # no answer, or nobody knows the way to it
                time.sleep(min(0.05, left))
        return False

    @contextlib.contextmanager
    def inside(self, machine: Machine) -> Iterator[None]:
        """This thread is on that machine, and so is whatever it starts or opens meanwhile."""
        _enter(machine.namespace)
        try:
            yield
        finally:
            _enter(self._home)

    def _new_namespace(self) -> int:
        _call("unshare", NEW_NETWORK)
        try:
            return _current()
        finally:
            _enter(self._home)


def own_namespace(argv: Sequence[str]) -> list[str]:
    """The command line that runs `argv` in a network of its own; without root also in a user namespace, where that may be done."""
    rights = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
    return ["unshare", "--net", *rights, "--", *argv]


def refusal() -> str:
    """Why no network of machines can be made here, in the words of the system; empty when it can."""
    if sys.platform != "linux":
        return "network namespaces exist on Linux only"
    probe = f"ip link add name {SWITCH} type bridge && ip link add name tria-a type veth peer name tria-b"
    try:
        done = subprocess.run(
            own_namespace(["sh", "-c", probe]), capture_output=True, text=True, check=False, timeout=20
        )
    except FileNotFoundError as missing:
        return f"{missing.filename} is not installed (Debian: util-linux, iproute2)"
    return "" if done.returncode == 0 else done.stderr.strip() or f"`{probe}` ended with {done.returncode}"


def _current() -> int:
    """The namespace of this thread. Children shall not hold it open."""
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _path(descriptor: int) -> str:
    return f"/proc/{os.getpid()}/fd/{descriptor}"


def _enter(namespace: int) -> None:
    _call("setns", namespace, NEW_NETWORK)


def _call(name: str, *arguments: int) -> None:
    """A call of the C library; Python has these two from 3.12 on."""
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
        raise NoNetworkError(f"{name}: {os.strerror(ctypes.get_errno())}")


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False, timeout=20)
    if done.returncode:
        raise NoNetworkError(f"ip {' '.join(words)}: {done.stderr.strip()}")
