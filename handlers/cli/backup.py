"""`flask backup ...`: make a backup, see what is there, prove that it can be read, restore it, and find what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from bot.errors import BadInputError
from handlers.cli.command import (
    FAILED,
    Failed,
    command,
    json_option,
    local_time,
    print_found,
    print_json,
    print_table,
    since,
)
from handlers.current import current_runtime
from handlers.git_commit import commit
from jobs.backup import gaps as compared
from jobs.backup import restore as restoring
from jobs.backup import sealing, shelf
from jobs.backup.create import create
from jobs.backup.gaps import Gaps
from jobs.backup.restore import Restored
from jobs.backup.shelf import Backup

group = click.Group("backup", help="Backups: create, list, verify, restore, gaps.")
KEY_FILE = click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A file with the AGE-SECRET-KEY-1... that opens it; BACKUP_KEY unless given.",
)


@command(group, "create", example="flask backup create\nflask backup create --json")
@json_option
def create_backup(as_json: bool) -> None:
    """Dump the database, note rows and checksums of every table, remove what is too old."""
    made = create(current_runtime(), commit())
    if as_json:
        print_json(made.as_json())
        return
    facts = made.manifest
    click.echo(
        f"{made.folder}: {facts.rows} rows of {len(facts.tables)} tables in {_size(facts.bytes)}, "
        f"{'sealed' if facts.sealed else 'NOT sealed (BACKUP_KEY is not set)'}, in {facts.seconds} s"
    )


@command(group, "list", example="flask backup list --json")
@json_option
def list_backups(as_json: bool) -> None:
    """What lies in BACKUP_DIR, the newest first."""
    found = shelf.backups(current_runtime().settings.backup_dir)
    rows = [
        (b.name, local_time(b.taken_at), b.manifest.rows, _size(b.manifest.bytes), "yes" if b.manifest.sealed else "no", b.manifest.revision)
        for b in found
    ]  # fmt: skip
    heads = ("backup", "taken", "rows", "size", "sealed", "schema")
    print_found([b.as_json() for b in found], f"{len(found)} backups", heads, rows, as_json=as_json)


@command(group, "verify", example="flask backup verify\nflask backup verify newest --drill")
@click.argument("name", default="newest")
@click.option("--drill", is_flag=True, help="Restore it into a database beside this one, compare every table, drop it.")
@KEY_FILE
@json_option
def verify_backup(name: str, drill: bool, key_file: Path | None, as_json: bool) -> None:
    """Read all of a backup as a restore would. Exit 1 when it cannot be read or is not what it was."""
    runtime = current_runtime()
    backup, key = shelf.named(runtime.settings.backup_dir, name), _key(key_file)
    restored = _drill(backup, key) if drill else None
    problems = list(restored.differences) if restored else restoring.readable(backup, key)
    found = {"name": backup.name, "ok": not problems, "problems": problems, "taken_at": backup.manifest.taken_at}
    if restored:
        found |= {"tables": restored.tables, "rows": restored.rows, "seconds": restored.seconds}
    if as_json:
        print_json(found)
    elif not problems:
        how = f"restored in {restored.seconds} s, every table as it was" if restored else "readable from end to end"
        click.echo(f"{backup.name}: {how}; {backup.manifest.rows} rows of {len(backup.manifest.tables)} tables")
    if problems:
        raise Failed(f"{backup.name}: {'; '.join(problems)}")


@command(
    group,
    "restore",
    example="flask backup restore newest --into postgresql://tria@127.0.0.1/tria_restored",
)
@click.argument("name", default="newest")
@click.option("--into", metavar="URL", help="An empty database, or one to be made; DATABASE_URL unless given.")
@KEY_FILE
@json_option
def restore_backup(name: str, into: str | None, key_file: Path | None, as_json: bool) -> None:
    """Restore into an empty database and compare rows and checksums of every table. Never overwrites anything."""
    runtime = current_runtime()
    backup = shelf.named(runtime.settings.backup_dir, name)
    done = restoring.restore(backup, into or runtime.settings.database_url, _key(key_file), runtime.clock())
    if as_json:
        print_json({**_facts(done), "ok": done.ok})
    else:
        click.echo(
            f"{done.rows} rows of {done.tables} tables in {done.seconds} s (recovery time); "
            f"they are as of {local_time(backup.taken_at)}, {done.behind_s:.0f} s ago (recovery point)"
        )
        click.echo(f"next: flask db upgrade; flask knowledge build; flask doctor; flask backup gaps {backup.name}")
    if not done.ok:
        raise Failed("; ".join(done.differences))


@command(group, "gaps", example="flask backup gaps newest\nflask backup gaps --since 2026-11-28T02:00 --json")
@click.argument("name", default="newest")
@click.option("--since", "since_text", metavar="TIME", help="From this moment on, instead of the backup's own.")
@json_option
@click.pass_context
def show_gaps(context: click.Context, name: str, since_text: str | None, as_json: bool) -> None:
    """After a restore: what Twilio remembers since the backup and the ledger does not hold. Exit 1 when anything is missing."""
    from bot.channels.twilio_history import remembered

    runtime = current_runtime()
    moment = since(since_text, runtime.settings) or shelf.named(runtime.settings.backup_dir, name).taken_at
    listed = remembered(runtime.settings, compared.asked_from(moment))
    with runtime.engine.connect() as connection:
        found = compared.gaps(connection, moment, listed)
    if as_json:
        print_json(found.as_json())
    else:
        _print_gaps(found)
    context.exit(0 if found.ok else FAILED)


@command(group, "new-key", example="flask backup new-key")
def new_key() -> None:
    """Print a new key of age: the secret half opens backups and belongs elsewhere, the public half only seals them."""
    secret, public = sealing.new_key()
    click.echo(f"BACKUP_KEY={public}\n# opens what that seals; keep it away from this machine:\n# {secret}")


def _drill(backup: Backup, key: str) -> Restored:
    runtime = current_runtime()
    name = f"tria_drill_{runtime.clock():%Y%m%d%H%M%S}"
    with restoring.scratch(runtime.settings.database_url, name) as url:
        return restoring.restore(backup, url, key, runtime.clock(), for_use=False)


def _key(key_file: Path | None) -> str:
    if key_file is None:
        return current_runtime().settings.backup_key.get_secret_value()
    lines = (line.strip() for line in key_file.read_text("utf-8").splitlines())
    key = next((line for line in lines if line.startswith(sealing.SECRET)), "")
    if not key:
        raise BadInputError(f"{key_file} holds no {sealing.SECRET}...")
    return key


def _facts(done: Restored) -> dict[str, object]:
    return {
        "backup": done.backup, "database": done.database, "tables": done.tables, "rows": done.rows,
        "rto_s": done.seconds, "rpo_s": done.behind_s, "differences": done.differences,
    }  # fmt: skip


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB"


def _print_gaps(found: Gaps) -> None:
    click.echo(
        f"{found.listed} messages listed by Twilio since {_clock(found.since)}; Telegram keeps no list to compare with."
    )
    for title, missing in (
        ("customers' messages that are missing", found.inbound),
        ("replies that are missing", found.outbound),
    ):
        rows: Sequence[tuple[str, ...]] = [(_clock(m.at), m.address, ", ".join(m.orders), m.sid) for m in missing]
        if rows:
            print_table(f"{len(rows)} {title}", ("at", "customer", "orders without a row", "id at Twilio"), rows)
    click.echo(
        "Nothing is missing." if found.ok else "Speak to each of them: what they were told may not be on record."
    )


def _clock(moment: datetime) -> str:
    return str(local_time(moment))
