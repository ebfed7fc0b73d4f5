"""Health means that an order can be taken: each thing it needs is broken in turn and named."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import text

from bot.runtime import Runtime
from bot.settings import DEVELOPMENT_SECRET
from bot.telemetry.metrics import GAUGES
from embedded.ports import free_port
from handlers import create_app, shutting_down
from models import schema
from models.database import make_engine
from tests.conftest import Shop
from tests.scratch import scratch_database

READY = "/api/v1/health/readiness"
DIAGNOSTICS = "/api/v1/health/diagnostics"
TOKEN = {"Authorization": f"Bearer {DEVELOPMENT_SECRET}"}
NOBODY = "postgresql+psycopg2://nobody@127.0.0.1:{port}/nothing"


def beat(runtime: Runtime, name: str, *, age_s: float = 0, **detail: Any) -> None:
    with runtime.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO heartbeats (name, beat_at, detail)"
                " VALUES (:name, now() - :age * interval '1 s', CAST(:detail AS jsonb))"
                " ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at, detail = excluded.detail"
            ),
            {"name": name, "age": age_s, "detail": json.dumps(detail)},
        )


@pytest.fixture
def alive(shop: Shop) -> Runtime:
    """Something to sell, somebody to sell to, and all processes at work."""
    for name in ("worker", "sweeper"):
        beat(shop.runtime, name)
    beat(shop.runtime, "canary", ok=True, step="check", ms=12.5)
    return shop.runtime


def received(runtime: Runtime, *, age_s: int, owner: str = "bot", synthetic: bool = False) -> None:
    with runtime.engine.begin() as connection:
        connection.execute(
            text(
                "WITH k AS (INSERT INTO contacts (channel, address, is_synthetic)"
                " VALUES ('whatsapp', gen_random_uuid()::text, :synthetic) RETURNING id),"
                " c AS (INSERT INTO conversations (contact_id, channel, business_address, owner)"
                " SELECT id, 'whatsapp', '+6560000001', :owner FROM k RETURNING id, session_id)"
                " INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, provider_id, role,"
                " kind, state, said_at, created_at)"
                " SELECT id, session_id, 'inbound', 'whatsapp', gen_random_uuid()::text, 'user', 'text', 'received', now(),"
                " now() - :age * interval '1 s' FROM c"
            ),
            {"age": age_s, "owner": owner, "synthetic": synthetic},
        )


def change(runtime: Runtime, sql: str) -> None:
    with runtime.engine.begin() as connection:
        connection.execute(text(sql))


def unready(client: FlaskClient) -> dict[str, str]:
    """The failing checks with their reasons; asserts that the answer is a 503 that says so."""
    response = client.get(READY)
    body = response.get_json()
    assert (response.status_code, body["status"], body["overall_healthy"]) == (503, "unhealthy", False)
    assert all(failing["fix"] for failing in body["failing"])
    return {failing["check"]: failing["reason"] for failing in body["failing"]}


def test_liveness_is_alive_with_time_and_uptime(client: FlaskClient) -> None:
    first, second = (client.get(path).get_json() for path in ("/health", "/api/v1/health/liveness"))
    assert first["status"] == second["status"] == "alive"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first["timestamp"])
    assert second["uptime_seconds"] > first["uptime_seconds"] >= 0


def test_liveness_touches_no_dependency(broken: FlaskClient) -> None:
    assert broken.get("/health").status_code == 200


def test_ready_when_an_order_can_be_taken(client: FlaskClient, alive: Runtime) -> None:
    response = client.get(READY)
    body = response.get_json()
    assert (response.status_code, body["overall_healthy"], body["failing"]) == (200, True, [])
    services = body["services"]
    assert services["database"]["response_time_ms"] > 0
    assert services["database"]["pool"]["size"] == 2 * alive.engine.pool.size()  # type: ignore[attr-defined]
    assert services["redis"]["port"] == alive.redis.connection_pool.connection_kwargs["port"]
    assert services["openai"]["api_key_set"] is False
    assert services["synthetic_order"]["order_ms"] == 12.5
    assert set(body["metrics"]) == {"cpu_percent", "memory_percent", "disk_percent"}


@pytest.mark.parametrize(
    ("sql", "check", "reason"),
    [
        ("DELETE FROM heartbeats WHERE name = 'worker'", "worker", "no worker has ever run"),
        (
            "UPDATE heartbeats SET beat_at = now() - interval '50 s' WHERE name = 'worker'",
            "worker",
            "no sign of life for 50 s",
        ),
        (
            "UPDATE heartbeats SET beat_at = now() - interval '50 s' WHERE name = 'sweeper'",
            "sweeper",
            "no sign of life",
        ),
        ("DELETE FROM heartbeats WHERE name = 'canary'", "synthetic_order", "no synthetic order"),
        (
            "UPDATE heartbeats SET beat_at = now() - interval '61 s' WHERE name = 'canary'",
            "synthetic_order",
            "61 s ago",
        ),
        (
            'UPDATE heartbeats SET detail = \'{"ok": false, "step": "understand", "error": "NameError"}\' WHERE name = \'canary\'',
            "synthetic_order",
            "step understand failed: NameError",
        ),
        ("UPDATE products SET is_active = false", "catalog", "no active product"),
        ("UPDATE outlets SET is_active = false", "outlets", "no active outlet"),
    ],
)
def test_each_thing_an_order_needs_is_missed_by_name(
    sql: str, check: str, reason: str, client: FlaskClient, alive: Runtime
) -> None:
    change(alive, sql)
    found = unready(client)
    assert list(found) == [check]
    assert reason in found[check]


def test_youngest_of_several_workers_counts(client: FlaskClient, alive: Runtime) -> None:
    change(
        alive, "UPDATE heartbeats SET name = 'worker:one:1', beat_at = now() - interval '1 hour' WHERE name = 'worker'"
    )
    beat(alive, "worker:two:2")
    assert client.get(READY).status_code == 200


def test_customer_who_waits_too_long_makes_it_unready(client: FlaskClient, alive: Runtime) -> None:
    received(alive, age_s=30)
    assert client.get(READY).status_code == 200
    received(alive, age_s=75)
    assert re.fullmatch(r"a customer has been waiting for an answer for 7\d s", unready(client)["unanswered"])


@pytest.mark.parametrize("whose", [{"owner": "person"}, {"synthetic": True}])
def test_message_that_the_bot_owes_no_answer_is_no_reason(
    whose: dict[str, Any], client: FlaskClient, alive: Runtime
) -> None:
    received(alive, age_s=3600, **whose)
    assert client.get(READY).status_code == 200


def test_open_failure_degrades_and_stays_ready(client: FlaskClient, alive: Runtime) -> None:
    change(alive, "INSERT INTO failures (kind, reference, error) VALUES ('deliver', '1', 'TemporaryError')")
    response = client.get(READY)
    assert (response.status_code, response.get_json()["status"]) == (200, "degraded")


@pytest.fixture
def own(postgres_url: str, shared_runtime: Runtime) -> Iterator[Runtime]:
    """A runtime on a database that may be broken."""
    with scratch_database(postgres_url, migrated=True) as url:
        runtime = Runtime(shared_runtime.settings.model_copy(update={"database_url": url}))
        yield runtime
        runtime.close()


def test_column_dropped_on_a_live_server_is_named(own: Runtime) -> None:
    client = create_app(own).test_client()
    assert "schema" not in unready(client)
    change(own, "ALTER TABLE conversation_messages DROP COLUMN embedding_id")
    assert unready(client)["schema"] == "column missing: conversation_messages.embedding_id"


def test_database_that_was_never_migrated_is_told_what_to_run(postgres_url: str, shared_runtime: Runtime) -> None:
    with scratch_database(postgres_url, migrated=False) as url:
        runtime = Runtime(shared_runtime.settings.model_copy(update={"database_url": url}))
        assert "table missing: " in unready(create_app(runtime).test_client())["schema"]
        runtime.close()


def broken_app(runtime: Runtime, **settings: Any) -> Iterator[Flask]:
    other = Runtime(runtime.settings.model_copy(update=settings))
    yield create_app(other)
    other.close()


@pytest.fixture
def broken(shared_runtime: Runtime) -> Iterator[FlaskClient]:
    """Neither PostgreSQL nor Redis answers."""
    port = free_port()
    for app in broken_app(
        shared_runtime,
        database_url=NOBODY.format(port=port),
        redis_url=SecretStr(f"redis://:hunter2@127.0.0.1:{port}/0"),
    ):
        yield app.test_client()


def test_everything_away_is_a_503_and_never_a_500(broken: FlaskClient) -> None:
    found = unready(broken)
    assert found["database"] == "cannot be reached"
    assert found["redis"] == "cannot be reached"
    assert {"schema", "worker", "sweeper", "synthetic_order", "unanswered", "catalog"} <= set(found)
    assert "hunter2" not in broken.get(READY).get_data(as_text=True)
    for path, status in (("/metrics", 200), ("/version", 200), ("/health", 200)):
        assert broken.get(path).status_code == status
    assert broken.get(DIAGNOSTICS, headers=TOKEN).status_code == 200
    assert "tria_database_up 0.0" in broken.get("/metrics").get_data(as_text=True)


def test_wrong_password_and_missing_database_are_told_apart(shared_runtime: Runtime) -> None:
    url = shared_runtime.engine.url
    for changed, reason in (
        (url.set(password="wrong"), "authentication failed for DATABASE_URL"),
        (url.set(database="nothing"), "the database named in DATABASE_URL does not exist"),
    ):
        for app in broken_app(shared_runtime, database_url=changed.render_as_string(hide_password=False)):
            assert unready(app.test_client())["database"] == reason


def test_pool_that_is_exhausted_is_an_answer_and_not_a_hang(alive: Runtime) -> None:
    other = Runtime(alive.settings)
    other.engine = make_engine(alive.settings.database_url, pool_size=1)
    client = create_app(other).test_client()
    with other.engine.connect():
        assert unready(client)["database"] == "every connection of the pool is in use"
    assert client.get(READY).status_code == 200
    other.close()


def test_redis_that_refuses_the_password_or_writes_is_told_apart(alive: Runtime, client: FlaskClient) -> None:
    redis = alive.redis
    try:
        redis.config_set("maxmemory", "1")
        assert unready(client) == {"redis": "has no memory left"}
    finally:
        redis.config_set("maxmemory", "0")
    try:
        redis.execute_command("REPLICAOF", "127.0.0.1", str(free_port()))
        assert unready(client) == {"redis": "this Redis is a read-only replica"}
    finally:
        redis.execute_command("REPLICAOF", "NO", "ONE")
    assert client.get(READY).status_code == 200


def test_redis_that_is_slow_is_measured_and_one_that_hangs_is_not_waited_for(
    alive: Runtime, client: FlaskClient
) -> None:
    alive.redis.execute_command("CLIENT", "PAUSE", "350", "WRITE")
    body = client.get(READY).get_json()
    assert body["services"]["redis"]["response_time_ms"] > 250
    assert (body["status"], body["services"]["redis"]["status"]) == ("degraded", "degraded")
    alive.redis.execute_command("CLIENT", "PAUSE", "60000", "WRITE")
    try:
        assert unready(client) == {"redis": "does not answer in time"}
    finally:
        alive.redis.execute_command("CLIENT", "UNPAUSE")
    assert client.get(READY).status_code == 200


def test_without_redis_it_is_only_degraded_where_redis_is_not_required(alive: Runtime) -> None:
    away = SecretStr("redis://127.0.0.1:1/0")
    for app in broken_app(alive, redis_url=away, redis_required=False):
        answer = app.test_client().get(READY)
        assert (answer.status_code, answer.get_json()["status"]) == (200, "degraded")
        assert answer.get_json()["services"]["redis"]["reason"] == "cannot be reached"
    for app in broken_app(alive, redis_url=away):
        assert unready(app.test_client()) == {"redis": "cannot be reached"}


def test_redis_wants_another_password(alive: Runtime) -> None:
    arguments = alive.redis.connection_pool.connection_kwargs
    wrong = SecretStr(f"redis://:wrong@{arguments['host']}:{arguments['port']}/0")
    alive.redis.config_set("requirepass", "right")
    try:
        for app in broken_app(alive, redis_url=wrong):
            assert unready(app.test_client()) == {"redis": "authentication failed for REDIS_PASSWORD"}
    finally:
        alive.redis.config_set("requirepass", "")


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer "}]
)
def test_diagnostics_want_the_token(headers: dict[str, str], client: FlaskClient) -> None:
    response = client.get(DIAGNOSTICS, headers=headers)
    assert response.status_code == 401
    assert "settings" not in response.get_json()


def test_diagnostics_show_versions_depths_and_masked_settings(client: FlaskClient, alive: Runtime) -> None:
    received(alive, age_s=5)
    alive.redis.sadd("rq:queues", "rq:queue:tria")
    alive.redis.rpush("rq:queue:tria", "job")
    body = client.get(DIAGNOSTICS, headers=TOKEN).get_json()
    assert body["versions"]["flask"] == "3.1.3"
    assert body["migration"] == {"current": schema.head_revision(), "head": schema.head_revision()}
    assert body["ledger"]["inbound_24h"] == {"received": 1}
    assert body["ledger"]["last_order_at"] is None
    assert body["queues"] == {"tria": 1}
    assert body["settings"]["MAX_QUANTITY_PER_ITEM"] == "10000"
    assert body["settings"]["SECRET_KEY"] == "(set)"
    assert DEVELOPMENT_SECRET not in json.dumps(body)


def test_metrics_parse_and_count_what_the_ledger_holds(client: FlaskClient, alive: Runtime) -> None:
    received(alive, age_s=42)
    exposed = client.get("/metrics").get_data(as_text=True)
    families = {family.name: family for family in text_string_to_metric_families(exposed)}
    assert set(GAUGES) <= set(families)
    assert 42 <= families["tria_oldest_unanswered_seconds"].samples[0].value < 60
    assert families["tria_canary_ok"].samples[0].value == 1
    assert {s.labels["kind"] for s in families["tria_heartbeat_age_seconds"].samples} == {"worker", "sweeper", "canary"}
    assert families["tria_inbound_messages"].samples[0].labels == {"state": "received"}


def test_version_names_commit_and_schema(client: FlaskClient) -> None:
    body = client.get("/version").get_json()
    assert re.fullmatch(r"[0-9a-f]{12}|unknown", body["commit"])
    assert body["schema_revision"] == schema.head_revision()


def test_times_are_utc(client: FlaskClient) -> None:
    stamp = client.get("/health").get_json()["timestamp"]
    assert datetime.fromisoformat(stamp).utcoffset() is not None


def test_a_process_that_leaves_is_not_ready_and_still_alive(alive: Runtime) -> None:
    client = create_app(alive).test_client()
    assert client.get(READY).status_code == 200
    stopped = threading.Event()
    shutting_down.say(stopped.set, 0.05)
    try:
        answer = client.get(READY)
        assert (answer.status_code, answer.json["failing"][0]["check"]) == (503, "web")
        assert client.get("/health").status_code == 200
        assert stopped.wait(5)
    finally:
        shutting_down.stay()
