"""Nothing that was acknowledged is lost, and nothing that was changed goes unnoticed."""

import os
import random
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from api import Api
from conftest import MakeServer
from server import Server
from test_worked_example_http import (
    becomes_production_ready,
    is_explained_and_corrected,
    is_judged,
    is_preserved_and_looked_back_on,
    is_reported_and_stopped,
    is_restarted_by_two_who_may,
)
from waiting import until
from world import World

WRITERS = 6


class Writer(threading.Thread):
    """Reports and stops until the server dies, and keeps what was acknowledged."""

    def __init__(self, url: str, token: str, name: str) -> None:
        super().__init__(daemon=True, name=name)
        self.api = Api(url, token)
        self.reports: dict[str, str] = {}
        self.stops: dict[str, str] = {}
        self.unexpected: str | None = None

    def run(self) -> None:
        number = 0
        try:
            while True:
                number += 1
                key = f"{self.name}-{number}"
                what = f"Seen by {key}."
                report = self.api.post("reports", {"what": what}).done(201)
                self.reports[report["incident"]] = what
                self.api.post(
                    "workflows", {"key": key, "name": key, "function": "sales"}
                ).done(201)
                stop = self.api.post(f"workflows/{key}/stop", {"reason": what}).done(201)
                self.stops[key] = stop["incident"]
        except requests.RequestException:
            return
        except AssertionError as error:
            self.unexpected = str(error)

    @property
    def acknowledged(self) -> int:
        return len(self.reports) + len(self.stops)


def killed_while_writing(server: Server, rounds: int) -> None:
    world = World.set_up(server, "uma")
    chance = random.Random(rounds)
    reports: dict[str, str] = {}
    stops: dict[str, str] = {}
    for turn in range(rounds):
        token = world.admin.token
        assert token
        writers = [Writer(server.url, token, f"r{turn}-w{number}") for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        enough = chance.randint(1, 60)

        def so_many(writers: list[Writer] = writers, enough: int = enough) -> bool:
            assert not any(writer.unexpected for writer in writers), writers[0].unexpected
            return sum(writer.acknowledged for writer in writers) >= enough

        until(f"{enough} writes are acknowledged", so_many, 60)
        server.kill()
        for writer in writers:
            writer.join(30)
            assert writer.unexpected is None
            reports |= writer.reports
            stops |= writer.stops
        checked = server.fsck()
        assert checked.returncode == 0, checked.stdout + checked.stderr
        server.start()
        world.reached_again()
        kept = {item["number"]: item for item in world.uma.every("incidents")}
        for number, what in reports.items():
            assert number in kept, f"round {turn}: the acknowledged {number} is lost"
            assert kept[number]["what"] == what
        states = {item["key"]: item["state"] for item in world.uma.every("workflows")}
        for key, number in stops.items():
            assert number in kept, f"round {turn}: the acknowledged stop of {key} is lost"
            assert states[key] in {"stopping", "stopped"}
            world.uma.get(f"workflows/{key}/gate").refused("workflow-stopped", 423)
        # Those of earlier rounds are known to have survived; asking for all takes ever longer.
        stops.clear()


def test_nothingAcknowledgedIsLostWhenTheServerIsKilled(server: Server) -> None:
    killed_while_writing(server, 3)


@pytest.mark.torture
def test_nothingAcknowledgedIsLostInTwoHundredDeaths(server: Server) -> None:
    killed_while_writing(server, 200)


@pytest.fixture(scope="module")
def whole(binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A stopped server whose every table has rows."""
    server = Server(binary, tmp_path_factory.mktemp("whole") / "data")
    try:
        fill_every_table(server.start())
        yield server
    finally:
        server.kill()


def fill_every_table(server: Server) -> None:
    world = World.set_up(server)
    token = world.ana.post("tokens", {"name": "used", "scopes": ["read"]}).done(201)["token"]
    becomes_production_ready(world)
    number = is_reported_and_stopped(world)
    is_judged(world, number)
    is_preserved_and_looked_back_on(world, number)
    is_explained_and_corrected(world, number)
    is_restarted_by_two_who_may(world, number)
    server.api(token).get("workflows").done(200)
    assert server.stop() == 0
    checked = server.fsck()
    assert checked.returncode == 0, checked.stdout + checked.stderr


def tables_of(server: Server) -> dict[str, list[str]]:
    """The columns of every table."""
    with sqlite3.connect(server.data / "cordon.sqlite") as database:
        names = [
            row[0]
            for row in database.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        return {
            name: [row[1] for row in database.execute(f"PRAGMA table_info({name})")]
            for name in names
        }


def copied(server: Server, place: Path) -> Server:
    shutil.copytree(server.data, place)
    return Server(server.binary, place)


def flip(server: Server, table: str, column: str) -> None:
    """Changes one value, as somebody with the file in their hands could."""
    database = sqlite3.connect(server.data / "cordon.sqlite", isolation_level=None)
    for (trigger,) in database.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
    ).fetchall():
        database.execute(f"DROP TRIGGER {trigger}")
    row, value = database.execute(
        f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL "
        f"ORDER BY rowid LIMIT 1 OFFSET (SELECT count(*) / 2 FROM {table} "
        f"WHERE {column} IS NOT NULL)"
    ).fetchone()
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute("PRAGMA ignore_check_constraints = ON")
    changed: object
    match value:
        case int():
            changed = value + 1_000_003
        case str():
            middle = len(value) // 2
            changed = value[:middle] + ("b" if value[middle] != "b" else "c") + value[middle + 1 :]
        case bytes():
            middle = len(value) // 2
            changed = value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1 :]
        case _:
            raise AssertionError(f"{table}.{column} holds {value!r}")
    database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed, row))
    database.close()


EVIDENCE = {
    "cosignature", "erasure", "evidence", "evidence_body", "evidence_dictionary", "evidence_gap",
    "evidence_gone", "evidence_seen", "evidence_source", "hold", "search_hit", "search_run",
    "tile_root", "timestamp_token",
}  # fmt: skip

# One value of each table that decides what it says.
TELLING = {
    "journal": "actor",
    "journal_content": "body",
    "checkpoint": "note",
    "log_head": "frontier",
    "workflow": "state",
    "incident": "body",
    "control_failure": "at_ms",
    "policy_version": "yaml",
    "account": "body",
    "credential": "hash",
    "attachment": "bytes",
    "idempotency": "body",
    "token_use": "at_ms",
    "schema_migration": "digest",
}


def test_everyTableIsChecked(whole: Server) -> None:
    # Those of evidence and approvals are filled, damaged and checked by the Swift tests.
    assert set(tables_of(whole)) - EVIDENCE - {"approval"} == set(TELLING)


@pytest.mark.parametrize("table", sorted(TELLING))
def test_aChangedValueIsFound(table: str, whole: Server, tmp_path: Path) -> None:
    server = copied(whole, tmp_path / "data")
    flip(server, table, TELLING[table])
    found = server.fsck()
    assert found.returncode == 4, found.stdout + found.stderr
    assert f"  {table} " in found.stdout or f"  {table}:" in found.stdout, found.stdout


@pytest.mark.torture
def test_aChangedValueIsFoundInEveryColumn(whole: Server, tmp_path: Path) -> None:
    silent = []
    for table, columns in tables_of(whole).items():
        for column in columns if table in TELLING else []:
            server = copied(whole, tmp_path / f"{table}.{column}")
            flip(server, table, column)
            found = server.fsck()
            if found.returncode != 4 or table not in found.stdout:
                silent.append(f"{table}.{column}: exit {found.returncode} {found.stdout[-300:]}")
            shutil.rmtree(server.data)
    # When a migration was applied, nobody has signed; and one of a high number is that of a newer
    # Cordon, which this one refuses to read.
    excused = ("schema_migration.applied_at_ms", "schema_migration.number: exit 2")
    assert [line for line in silent if not line.startswith(excused)] == []


def test_aByteFlippedInTheFileIsFound(whole: Server, tmp_path: Path) -> None:
    server = copied(whole, tmp_path / "data")
    file = server.data / "cordon.sqlite"
    database = sqlite3.connect(file)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    content = bytearray(file.read_bytes())
    # Every copy of each: one alone may be a remnant in a page's free room, which nobody reads.
    flipped = 0
    for phrase in (b"Seen before", b"To be safe", b"By hand since", b"Thrown away", b"Not sent"):
        place = content.find(phrase)
        while place >= 0:
            content[place] ^= 1
            flipped += 1
            place = content.find(phrase, place)
    assert flipped > 0
    file.write_bytes(bytes(content))
    assert server.fsck().returncode == 4


def test_aSecondServerOnTheSameDataIsRefused(make_server: MakeServer) -> None:
    first = make_server("sqlite").start()
    second = first.run("serve", "--data", str(first.data), "--listen", "127.0.0.1:0")
    assert second.returncode == 2, second.stdout + second.stderr
    assert len(second.stderr.strip().splitlines()) == 1, second.stderr
    assert str(first.data) in second.stderr and "Traceback" not in second.stderr
    assert first.process and str(first.process.pid) in second.stderr
    checked = first.fsck()
    assert checked.returncode == 2, checked.stdout + checked.stderr
    assert first.api().get("/healthz").status == 200


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MiB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount the small disk that this test fills")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)],
        capture_output=True,
        text=True,
    )
    if mounted.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_aFullDiskIsSaidAndTheGateGoesOn(small_disk: Path, make_server: MakeServer) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"\0" * (2 << 20))
    server = make_server("sqlite", small_disk / "data").start()
    world = World.set_up(server, "ana")
    world.acting("sails-on")
    world.acting("stops-later")
    kept: list[str] = []
    while True:
        answer = world.ana.post("reports", {"what": "x" * 20_000})
        if answer.status != 201:
            break
        kept.append(answer["incident"])
        assert len(kept) < 2_000, "the disk does not fill"
    answer.refused("storage-full", 507)
    for _ in range(5):
        world.ana.post("reports", {"what": "y" * 20_000}).refused("storage-full", 507)
    assert world.ana.get("workflows/sails-on/gate").done(200)["decision"] == "allow"
    assert world.ana.get(f"incidents/{kept[-1]}").done(200)["number"] == kept[-1]
    ballast.unlink()
    report = world.ana.post("reports", {"what": "There is room again."}).done(201)
    assert report["incident"] not in kept
    world.ana.post("workflows/stops-later/stop", {"reason": "Wrong."}).done(201)
    world.ana.get("workflows/stops-later/gate").refused("workflow-stopped", 423)
    server.kill()
    checked = server.fsck()
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_aSecondServerOnTheSameDatabaseIsRefused(make_server: MakeServer, tmp_path: Path) -> None:
    if "CORDON_TEST_POSTGRES" not in os.environ:
        pytest.skip("CORDON_TEST_POSTGRES is not set: PostgreSQL is not tried")
    first = make_server("postgres").start()
    assert first.database is not None
    other = tmp_path / "another-directory"
    second = first.run(
        "serve", "--data", str(other), "--database", first.database, "--listen", "127.0.0.1:0"
    )
    assert second.returncode == 2, second.stdout + second.stderr
    assert "another Cordon works on this database" in second.stderr
