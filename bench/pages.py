"""The console's pages as an operator's browser gets them, one after the other, beside a page that does the least."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from bench import busy, path
from chaos.house import House
from chaos.nearest_rank import nearest_rank
from jobs.access.users import add_user
from models.user import Role

NAME, PASSWORD = "bench", "a password of the bench"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PAGES = (
    "inbox", "inbox?view=all", "inbox?view=all&q=kraft box 77", "inbox/{thread}", "todo", "orders", "orders/{order}", "orders/new",
    "packing", "products", "products?q=kraft box 77", "outlets", "outlets?q=kitchen 77", "outlets/BZ-77", "broadcasts", "figures",
)  # fmt: skip
SEARCH = "/api/v1/products/search"
THREADS = "/api/v1/messages/threads/?limit=200"
FLOOR = "/page"


@dataclass
class Times:
    """Milliseconds of each answer, in the order in which they came."""

    method: str
    address: str
    ms: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return nearest_rank(self.ms, 50)

    def take(self, browser: httpx.Client) -> None:
        """Raises httpx.HTTPStatusError when it is no page."""
        body = {"query": "kraft box", "limit": 25} if self.method == "POST" else None
        began = time.perf_counter()
        browser.request(self.method, self.address, json=body).raise_for_status()
        self.ms.append((time.perf_counter() - began) * 1000)


def measure(house: House, rounds: int) -> tuple[Times, list[Times]]:
    """The floor, and each page with the two APIs that people wait for. They take turns, so that a busy machine is busy for all."""
    house.close_all()
    house.clean()
    with house.engine.begin() as connection:
        busy.fill(connection)
        add_user(connection, NAME, Role.OPS, PASSWORD, actor="bench")
    house.spawn("web")
    house.wait_for_web()
    process, port = path.floor_process(house)
    try:
        with _signed_in(house) as ours, httpx.Client(base_url=f"http://127.0.0.1:{port}") as floor:
            _in_turns(house, ours, floor, 1)  # from now on every plan is made and every cache is filled
            return _in_turns(house, ours, floor, rounds)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def _signed_in(house: House) -> Iterator[httpx.Client]:
    """A browser of an operator, which also knows the API's token."""
    token = {"Authorization": f"Bearer {house.environment['API_TOKEN']}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{house.web_port}", headers=token, timeout=30) as browser:
        form = TOKEN.search(browser.get("/console/sign-in").text)
        fields = {"csrf_token": form[1] if form else "", "name": NAME, "password": PASSWORD}
        answer = browser.post("/console/sign-in", data=fields)
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise RuntimeError(f"signing in to the console answered {answer.status_code}")
        yield browser


def _in_turns(house: House, ours: httpx.Client, floor: httpx.Client, rounds: int) -> tuple[Times, list[Times]]:
    least = Times("GET", FLOOR)
    pages = [*(Times("GET", address) for address in _addresses(house)), Times("GET", THREADS), Times("POST", SEARCH)]
    for _ in range(rounds):
        for times in pages:
            least.take(floor)
            times.take(ours)
    return least, pages


def _addresses(house: House) -> list[str]:
    thread = house.one("SELECT max(id) FROM conversations")
    order = house.one("SELECT max(number) FROM orders WHERE status = 'placed'")
    return ["/console/" + page.format(thread=thread, order=order).replace(" ", "+") for page in PAGES]
