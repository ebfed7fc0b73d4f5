"""The embedded Valkey: durable across kill -9, guarded by a password, at the same address."""

from __future__ import annotations

import psutil
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from embedded.valkey import ValkeyServer
from tests.servers import redis_server


def test_acknowledged_writes_and_the_address_survive_kill_9() -> None:
    with redis_server() as server:
        address = server.url
        with redis.Redis.from_url(address) as client:
            client.set("rung", "yes")
        server.kill()
        server.start()
        with redis.Redis.from_url(address) as client:
            assert client.get("rung") == b"yes"
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_no_password_no_answer_and_never_as_root() -> None:
    with redis_server() as server, redis.Redis(port=server.port, retry=Retry(NoBackoff(), 0)) as stranger:
        assert server.pid is not None
        assert 0 not in psutil.Process(server.pid).uids()
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()


def test_server_left_over_from_a_killed_supervisor_is_stopped_first() -> None:
    with redis_server() as server:
        left_over = server.pid
        with ValkeyServer(server.folder, durable=False) as successor:
            assert successor.pid != left_over
            assert not server.running
