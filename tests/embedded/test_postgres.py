"""The embedded PostgreSQL: made from nothing, back after a crash, at the same address."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing

import psutil
import psycopg2
import pytest

from embedded.ports import free_port, is_free, remembered_port
from embedded.postgres import PostgresServer
from tests.servers import postgres_server


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as running:
        yield running


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


def test_new_folder_becomes_a_utf8_database_that_listens_on_loopback_only(server: PostgresServer) -> None:
    assert rows(server.url, "SHOW server_encoding") == [("UTF8",)]
    assert rows(server.url, "SHOW listen_addresses") == [("127.0.0.1",)]
    assert rows(server.url, "SHOW unix_socket_directories") == [("",)]
    assert rows(server.url, "SELECT lower('ÄÉ'), current_database()") == [("äé", "tria")]


def test_wrong_password_is_refused_because_loopback_is_open_to_every_user(server: PostgresServer) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(host="127.0.0.1", port=server.port, user="tria", password="guess", dbname="tria")


def test_server_never_runs_as_root(server: PostgresServer) -> None:
    assert server.pid is not None
    assert 0 not in psutil.Process(server.pid).uids()


def test_committed_rows_and_the_address_survive_kill_9(server: PostgresServer) -> None:
    rows(server.url, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    address = server.url

    server.kill()
    assert not server.running
    server.start()

    assert server.url == address
    assert rows(address, "SELECT n FROM kept") == [(7,)]


def test_pid_file_of_a_crash_naming_a_living_stranger_does_not_stop_the_start(server: PostgresServer) -> None:
    server.kill()
    pid_file = server.folder / "data" / "postmaster.pid"
    _, *rest = pid_file.read_text(encoding="utf-8").splitlines(keepends=True)
    pid_file.write_text("".join([f"{os.getpid()}\n", *rest]), encoding="utf-8")

    server.start()

    assert rows(server.url, "SELECT 1") == [(1,)]


def test_server_left_over_from_a_killed_supervisor_is_stopped_first(server: PostgresServer) -> None:
    left_over = server.pid
    successor = PostgresServer(server.folder, durable=False)
    with successor:
        assert rows(successor.url, "SELECT 1") == [(1,)]
        assert successor.pid != left_over
        assert not server.running
    server.start()


def test_databases_are_made_from_a_template_and_dropped_under_their_users(server: PostgresServer) -> None:
    first = server.create_database("first")
    rows(first, "CREATE TABLE copied (n int)")
    second = server.create_database("second", template="first")
    assert server.create_database("second") == second
    assert rows(second, "SELECT count(*) FROM copied") == [(0,)]

    with closing(psycopg2.connect(second)):
        server.drop_database("second")
    with pytest.raises(psycopg2.OperationalError, match="does not exist"):
        psycopg2.connect(second)


def test_remembered_port_that_somebody_took_is_replaced(server: PostgresServer) -> None:
    memory = server.folder / "port"
    server.stop()
    before = remembered_port(memory)
    with socket.create_server(("127.0.0.1", before)):
        assert not is_free(before)
        assert remembered_port(memory) != before
    server.start()
    assert server.port == before


def test_free_ports_lie_below_those_of_outgoing_connections() -> None:
    assert 20000 <= free_port() <= 32000
