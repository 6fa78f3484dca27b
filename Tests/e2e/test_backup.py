"""A backup is made while people work, vouches for itself, and goes on as the same log."""

import base64
import hashlib
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ledger
from conftest import MakeServer
from server import Server, clean_environment
from test_durability import Writer
from waiting import until
from world import World

Ran = subprocess.CompletedProcess[str]


def exits(code: int, ran: Ran) -> Ran:
    assert ran.returncode == code, f"exit {ran.returncode}, not {code}\n{ran.stdout}{ran.stderr}"
    return ran


def create(server: Server, folder: Path, *options: str) -> Ran:
    return server.run("backup", "create", str(folder), *server.arguments, *options)


def restore(server: Server, folder: Path, data: Path, *options: str) -> Ran:
    return server.run("backup", "restore", str(folder), "--data", str(data), *options)


def verify(server: Server, folder: Path, *options: str) -> Ran:
    return server.run("backup", "verify", str(folder), *options)


def manifest(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return read


def leaves(data: Path) -> list[bytes]:
    """The leaf hashes of a database that nobody works on."""
    with sqlite3.connect(f"file:{data / 'cordon.sqlite'}?mode=ro", uri=True) as database:
        return [row[0] for row in database.execute("SELECT leaf FROM journal ORDER BY idx")]


def refused(ran: Ran, *words: str) -> None:
    """One line for the operator, and nothing done."""
    exits(2, ran)
    assert ran.stdout == ""
    assert len(ran.stderr.strip().splitlines()) == 1, ran.stderr
    for word in words:
        assert word in ran.stderr, ran.stderr


@pytest.fixture(scope="module")
def kept(binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """A stopped server with an incident, and a backup of it that nobody may change."""
    place = tmp_path_factory.mktemp("kept")
    server = Server(binary, place / "data")
    try:
        world = World.set_up(server.start(), "ana")
        world.ana.post("reports", {"what": "Seen before the backup."}).done(201)
        exits(0, create(server, place / "backup"))
        assert server.stop() == 0
        yield server, place / "backup"
    finally:
        server.kill()


def test_aBackupMadeWhileOthersWriteGoesOnAsTheSameLog(
    make_server: MakeServer, tmp_path: Path
) -> None:
    server = make_server("sqlite").start()
    world = World.set_up(server, "uma")
    token = world.admin.token
    assert token
    writers = [Writer(server.url, token, f"w{number}") for number in range(3)]
    for writer in writers:
        writer.start()
    until("some is written", lambda: sum(writer.acknowledged for writer in writers) > 10, 60)
    # Acknowledged before the backup began, so that it has to be in it.
    owed = {number: what for writer in writers for number, what in list(writer.reports.items())}
    folder = tmp_path / "backup"
    exits(0, create(server, folder))
    until(
        "more is written",
        lambda: sum(writer.acknowledged for writer in writers) > len(owed) + 20,
        60,
    )
    key = (server.data / "ledger.key").read_text()
    vkey = world.admin.get("/ledger/key").done(200).text.strip()
    assert server.stop() == 0
    for writer in writers:
        writer.join(30)
        assert writer.unexpected is None, writer.unexpected
    exits(0, server.fsck())
    exits(0, verify(server, folder, "--key", vkey))

    said = manifest(folder)
    place = tmp_path / "restored"
    done = exits(0, restore(server, folder, place))
    assert f"The log has {said['size']} entries, root {said['root']}." in done.stdout
    assert (place / "ledger.key").read_text() == key
    there = make_server("sqlite", place).start()
    world.server = there
    world.reached_again()
    found = {item["number"]: item["what"] for item in world.uma.every("incidents")}
    for number, what in owed.items():
        assert found[number] == what
    world.admin.post("reports", {"what": "Seen after the restore."}).done(201)
    assert there.stop() == 0
    exits(0, there.fsck())

    # The old log, the backup and the new log are one log up to the backup's end.
    checkpoint = ledger.opened(said["checkpoint"], said["verifier_key"])
    assert checkpoint.size == said["size"]
    assert base64.b64encode(checkpoint.root).decode() == said["root"]
    old, new = leaves(server.data), leaves(place)
    assert len(old) > checkpoint.size and len(new) > checkpoint.size
    assert ledger.root(old[: checkpoint.size]) == checkpoint.root
    assert ledger.root(new[: checkpoint.size]) == checkpoint.root
    with sqlite3.connect(place / "cordon.sqlite") as database:
        (first,) = database.execute(
            "SELECT min(idx) FROM journal WHERE idx >= ?", (checkpoint.size,)
        ).fetchone()
    assert first == checkpoint.size


def test_aBackupOfAKilledServerHoldsWhatWasAcknowledged(
    make_server: MakeServer, tmp_path: Path
) -> None:
    server = make_server("sqlite").start()
    world = World.set_up(server, "ana")
    number = world.ana.post("reports", {"what": "Seen before the cut."}).done(201)["incident"]
    server.kill()
    assert (server.data / "cordon.sqlite-wal").stat().st_size > 0
    exits(0, create(server, tmp_path / "backup"))
    exits(0, verify(server, tmp_path / "backup"))
    # What the killed server left is neither taken over by the backup nor lost by it.
    there = make_server("sqlite", tmp_path / "restored")
    refused(restore(server, tmp_path / "backup", server.data, "--replace"), "cordon.sqlite-wal")
    exits(0, restore(server, tmp_path / "backup", there.data))
    for again in (server, there):
        world.server = again.start()
        world.reached_again()
        assert world.ana.get(f"incidents/{number}").done(200)["what"] == "Seen before the cut."
        assert again.stop() == 0


def test_aRestoreDoesNotTouchALiveServer(
    kept: tuple[Server, Path], make_server: MakeServer
) -> None:
    _, folder = kept
    live = make_server("sqlite").start()
    assert live.process
    before = {path.name for path in live.data.iterdir()}
    refused(restore(live, folder, live.data, "--replace"), str(live.process.pid))
    assert {path.name for path in live.data.iterdir()} == before
    assert live.api().get("/healthz").status == 200


def test_aRestoreDoesNotMixTwoDatabases(kept: tuple[Server, Path], tmp_path: Path) -> None:
    server, folder = kept
    data = tmp_path / "data"
    data.mkdir()
    (data / "cordon.sqlite-wal").write_bytes(b"changes of another database")
    refused(restore(server, folder, data), "cordon.sqlite-wal", "move it away")
    refused(restore(server, folder, data, "--replace"), "cordon.sqlite-wal")
    assert not (data / "cordon.sqlite").exists()
    (data / "cordon.sqlite-wal").unlink()
    exits(0, restore(server, folder, data))
    refused(restore(server, folder, data), "--replace")
    exits(0, server.run("fsck", "--data", str(data)))


def test_aDatabaseThatIsReplacedIsKeptAndWhatItHadMoreIsSaid(
    make_server: MakeServer, tmp_path: Path
) -> None:
    server = make_server("sqlite").start()
    world = World.set_up(server, "ana", "uma")
    exits(0, create(server, tmp_path / "backup"))
    world.ana.post("reports", {"what": "Seen after the backup."}).done(201)
    assert server.stop() == 0
    more = len(leaves(server.data)) - manifest(tmp_path / "backup")["size"]
    assert more > 0
    done = exits(0, restore(server, tmp_path / "backup", server.data, "--replace"))
    aside = server.data / "cordon.sqlite.replaced-1"
    assert f"is now {aside}" in done.stdout
    assert f"It has {more} acknowledged entries more" in done.stdout
    assert aside.exists()
    exits(0, server.fsck())
    # Undone by hand, as long as no server has started.
    shutil.copy(aside, server.data / "cordon.sqlite")
    exits(0, server.fsck())
    world.server = server.start()
    world.reached_again()
    assert len(world.uma.every("incidents")) == 1


def test_aChangedByteIsNamedByItsFileAndStopsTheRestore(
    kept: tuple[Server, Path], tmp_path: Path
) -> None:
    server, folder = kept
    files = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    assert Path("data/cordon.sqlite") in files and Path("manifest.json") in files
    for number, file in enumerate(files):
        copy = tmp_path / str(number)
        shutil.copytree(folder, copy)
        content = bytearray((copy / file).read_bytes())
        content[len(content) // 2] ^= 1
        (copy / file).write_bytes(bytes(content))
        found = exits(4, verify(server, copy))
        assert str(file) in found.stdout + found.stderr, f"{file}: {found.stdout}{found.stderr}"
        data = tmp_path / f"data{number}"
        exits(4, restore(server, copy, data))
        assert not (data / "cordon.sqlite").exists() and not (data / "ledger.key").exists()


def test_aDatabaseThatWasSwappedForAnotherIsFound(
    kept: tuple[Server, Path], make_server: MakeServer, tmp_path: Path
) -> None:
    """Every digest holds, and yet it is not what the log says."""
    server, folder = kept
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    database = sqlite3.connect(copy / "data/cordon.sqlite", isolation_level=None)
    database.execute("UPDATE incident SET body = replace(body, 'Seen before', 'Never seen')")
    assert database.total_changes == 1
    database.close()
    written = (copy / "data/cordon.sqlite").read_bytes()
    said = manifest(copy)
    (entry,) = [file for file in said["files"] if file["path"] == "data/cordon.sqlite"]
    entry["size"], entry["sha256"] = len(written), sha256(written)
    text = json.dumps(said).encode()
    (copy / "manifest.json").write_bytes(text)
    (copy / "manifest.sha256").write_text(f"{sha256(text)}  manifest.json\n")
    found = exits(4, verify(server, copy))
    assert "data/cordon.sqlite: incident" in found.stdout, found.stdout
    exits(4, restore(server, copy, tmp_path / "data"))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_withoutKeysABackupIsRestoredOnlyWithThem(
    kept: tuple[Server, Path], make_server: MakeServer, tmp_path: Path
) -> None:
    server, _ = kept
    folder = tmp_path / "backup"
    made = exits(0, create(server, folder, "--without-keys"))
    assert "Left out: ledger.key" in made.stdout
    secrets = [
        (server.data / "ledger.key").read_text().strip().rsplit("+", 1)[1].encode(),
        (server.data / "master.key").read_text().split()[-1].encode(),
    ]
    for path in folder.rglob("*"):
        assert not path.is_file() or not any(secret in path.read_bytes() for secret in secrets)
    exits(0, verify(server, folder))
    data = tmp_path / "data"
    refused(restore(server, folder, data), "--ledger-key")
    other = make_server("sqlite", tmp_path / "other").start()
    assert other.stop() == 0
    refused(
        restore(server, folder, data, "--ledger-key", str(other.data / "ledger.key")),
        "lacks a key of this backup",
    )
    keys = ["--ledger-key", str(server.data / "ledger.key")]
    refused(restore(server, folder, data, *keys), "--master-key")
    keys += ["--master-key", str(server.data / "master.key")]
    exits(0, restore(server, folder, data, *keys))
    exits(0, server.run("fsck", "--data", str(data)))


def test_theKeyThatWasKeptElsewhereDecides(
    kept: tuple[Server, Path], make_server: MakeServer, tmp_path: Path
) -> None:
    server, folder = kept
    vkey = manifest(folder)["verifier_key"]
    exits(0, verify(server, folder, "--key", vkey))
    other = make_server("sqlite", tmp_path / "other").start()
    exits(0, create(other, tmp_path / "others"))
    found = exits(4, verify(server, tmp_path / "others", "--key", vkey))
    assert vkey in found.stdout
    refused(verify(server, folder, "--key", "no key"), "cannot be read")


def test_whatCannotBeBackedUpOrReadIsSaid(kept: tuple[Server, Path], tmp_path: Path) -> None:
    server, folder = kept
    refused(create(server, folder), "not an empty folder")
    refused(create(server, server.data / "backup"), "lies in the data directory")
    refused(create(server, tmp_path / "no" / "backup"), "there is no folder")
    empty = Server(server.binary, tmp_path / "empty")
    refused(create(empty, tmp_path / "backup"), "there is no Cordon")
    elsewhere = Server(server.binary, server.data, "postgresql://nobody@127.0.0.1:1/nothing")
    refused(create(elsewhere, tmp_path / "backup"), "pg_dump", "ledger.key")
    refused(verify(server, tmp_path), "no backup")
    refused(restore(server, tmp_path, tmp_path / "data"), "no backup")
    assert not (tmp_path / "backup").exists() and not (tmp_path / "backup.unfinished").exists()


def test_programsReadTheSame(kept: tuple[Server, Path], tmp_path: Path) -> None:
    server, folder = kept
    said = manifest(folder)
    read = json.loads(exits(0, verify(server, folder, "--json")).stdout)
    assert read["whole"] is True and read["findings"] == []
    for name in ("size", "root", "checkpoint", "verifier_key", "created_at"):
        assert read[name] == said[name]
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "data/ledger.key").write_text("x")
    read = json.loads(exits(4, verify(server, copy, "--json")).stdout)
    assert read["whole"] is False
    assert [finding["path"] for finding in read["findings"]] == ["data/ledger.key"]
    made = json.loads(
        exits(0, restore(server, folder, tmp_path / "data", "--json")).stdout
    )
    assert made["root"] == said["root"]


def killed_at_rename(number: int, server: Server, *arguments: str) -> None:
    """Runs the binary until it asks for its so many-th rename, which does not happen."""
    if not shutil.which("strace"):
        pytest.skip("there is no strace: nothing can be killed between two requests")
    inject = f"rename,renameat,renameat2:signal=SIGKILL:when={number}"
    ran = subprocess.run(
        ["strace", "-f", "-o", "/dev/null", "-e", f"inject={inject}", server.binary, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        env=clean_environment(),
    )
    # strace ends as its child did.
    assert ran.returncode in (-9, 137), ran.stderr


@pytest.mark.torture
def test_aBackupThatIsKilledHasNoName(kept: tuple[Server, Path], tmp_path: Path) -> None:
    server, _ = kept
    # The digest of the manifest, the manifest, and at last the folder itself.
    for number in (1, 2, 3):
        folder = tmp_path / str(number)
        killed_at_rename(
            number, server, "backup", "create", str(folder), "--data", str(server.data)
        )
        unfinished = Path(f"{folder}.unfinished")
        assert not folder.exists() and unfinished.exists()
        refused(create(server, folder), str(unfinished))
        shutil.rmtree(unfinished)
        exits(0, create(server, folder))
        exits(0, verify(server, folder))


@pytest.mark.torture
@pytest.mark.parametrize("replaces", [False, True])
def test_aRestoreThatIsKilledIsNoSecondLogAndCanBeRunAgain(
    replaces: bool, kept: tuple[Server, Path], tmp_path: Path
) -> None:
    server, folder = kept
    renames = 1 if replaces else len(manifest(folder)["files"])
    for number in range(1, renames + 1):
        data = tmp_path / str(number)
        there = Server(server.binary, data)
        if replaces:
            exits(0, restore(server, folder, data))
        arguments = ["--data", str(data), "--replace"]
        killed_at_rename(number, server, "backup", "restore", str(folder), *arguments)
        if replaces:
            # The old database is there until the new one takes its name.
            exits(0, there.fsck())
        else:
            # A key without its database would begin a second log; a database without its key none.
            assert not (data / "ledger.key").exists()
        exits(0, restore(server, folder, data, "--replace"))
        exits(0, there.fsck())
