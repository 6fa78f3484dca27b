"""What was acknowledged is on the disk, not only in the kernel's memory.

The data lies on a disk in a file. At a chosen request the server is halted, the file is copied, and
Cordon has to go on from the copy: it holds only what reached the disk. The cut comes at a counted
request and not at a random time, because a process that waits for the disk most of the time is
nearly always met right after a flush, when even careless settings have nothing to lose.
"""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import MakeServer
from disk_image import DiskImage, disk_images
from evidence_campaign import Campaign, seed, times
from evidence_sender import wires
from strace import Point, failing, watched
from waiting import until

CONNECTIONS = 6
MEGABYTES = 256
# A disk is left after so many cuts: looking at all of it takes ever longer.
CUTS_OF_ONE = 10
LOG = "cordon.sqlite-wal"


def is_halted(process: int) -> bool:
    """Whether no thread of it runs, nor is on its way to the disk."""
    states = [
        status.read_text().rsplit(")", 1)[1].split()[0]
        for status in Path(f"/proc/{process}/task").glob("*/stat")
    ]
    return all(state in "TtZ" for state in states)


def at_an_answer(campaign: Campaign, disk: DiskImage, copy: Path, turn: int) -> DiskImage:
    """Halts the server at the moment when one more batch was acknowledged."""
    process = campaign.server.process
    assert process
    halted: list[int] = []

    def halt() -> None:
        process.send_signal(signal.SIGSTOP)
        halted.append(process.pid)

    campaign.kept.after(campaign.chance.randint(1, 40), halt)
    campaign.sends(turn, CONNECTIONS)
    until("the batch is acknowledged", lambda: halted or campaign.unexpected, 60)
    assert not campaign.unexpected, campaign.unexpected
    until("the server is halted", lambda: is_halted(process.pid))
    after = disk.copied(copy)
    # Answers that are still on their way were sent before the halt, so they count as well.
    campaign.server.kill()
    campaign.wait_for_senders()
    return after


def at_a_flush(campaign: Campaign, disk: DiskImage, copy: Path, turn: int) -> DiskImage:
    """Ends the server when it is about to flush the log: written, and not on the disk."""
    server = campaign.server
    assert server.process
    point = Point("fdatasync", LOG, campaign.chance.randint(1, 40))
    notes = copy.with_suffix(".strace")
    with watched(server.process.pid, notes, *failing(point, server.data, "signal=KILL")):
        campaign.sends(turn, CONNECTIONS)
        server.process.wait(60)
    campaign.wait_for_senders()
    server.kill()
    return disk.copied(copy)


CUTS = [at_an_answer, at_a_flush]


def loses_power(make_server: MakeServer, cuts: int, folder: Path) -> None:
    chosen = seed()
    for first in range(0, cuts, CUTS_OF_ONE):
        own = folder / f"from{first}"
        own.mkdir()
        with disk_images(own, MEGABYTES) as disk:
            goes_through(make_server, disk, min(CUTS_OF_ONE, cuts - first), chosen, own)


def goes_through(
    make_server: MakeServer, disk: DiskImage, cuts: int, chosen: int, folder: Path
) -> None:
    server = make_server("sqlite", disk.place / "data").start()
    file = folder / "acknowledged.jsonl"
    campaign = Campaign(server, wires(), file, chosen, folder.name)
    assert file.stat().st_dev != disk.place.stat().st_dev, "the notes would be cut off as well"
    for turn in range(cuts):
        cut = CUTS[turn % len(CUTS)]
        after = cut(campaign, disk, folder / f"disk{turn + 1}.ext4", turn)
        disk.remove()
        disk = after.mount()
        campaign.moves_to(make_server("sqlite", disk.place / "data").start())
        campaign.check_round(turn)
        campaign.server.kill()
        campaign.check_offline()
        campaign.moves_to(campaign.server.start())
    campaign.check_everything()
    campaign.server.kill()
    campaign.check_offline()
    campaign.close()
    disk.remove()


def test_noAcknowledgedRecordIsLostInAPowerCut(make_server: MakeServer, tmp_path: Path) -> None:
    loses_power(make_server, 2, tmp_path)


@pytest.mark.torture
def test_noAcknowledgedRecordIsLostInAHundredPowerCuts(
    make_server: MakeServer, tmp_path: Path
) -> None:
    loses_power(make_server, times("CORDON_CUTS", 100), tmp_path)


@pytest.mark.torture
def test_theCampaignFindsAServerThatDoesNotFlush(make_server: MakeServer, tmp_path: Path) -> None:
    with disk_images(tmp_path, MEGABYTES) as disk:
        server = make_server("sqlite", disk.place / "data").start()
        campaign = Campaign(server, wires(), tmp_path / "acknowledged.jsonl", seed(), "careless")
        assert server.process
        never = ["-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:retval=0"]
        with watched(server.process.pid, tmp_path / "strace", *never):
            after = at_an_answer(campaign, disk, tmp_path / "after.ext4", 0)
        after.mount()
        with pytest.raises(AssertionError):
            campaign.moves_to(make_server("sqlite", after.place / "data").start())
            campaign.check_round(0)
        campaign.close()


# What says "done" for each row, and is as careful about it as it is told to be.
WRITER = """
import os, sqlite3, sys
place, care = sys.argv[1:]
if care == "late":
    file = os.open(place, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    while True:
        os.write(file, b"0123456789abcdef" * 256)
        print("done", flush=True)
        os.fdatasync(file)
database = sqlite3.connect(place, isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute(f"PRAGMA synchronous = {care}")
database.execute("CREATE TABLE kept (text)")
while True:
    database.execute("INSERT INTO kept VALUES (?)", ("x" * 2000,))
    print("done", flush=True)
"""


def rows_kept(place: Path, care: str) -> int:
    if care == "late":
        return place.stat().st_size // 4096 if place.exists() else 0
    database = sqlite3.connect(place)
    try:
        return int(database.execute("SELECT count(*) FROM kept").fetchone()[0])
    except sqlite3.DatabaseError:
        return 0
    finally:
        database.close()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[DiskImage]:
    with disk_images(tmp_path, 64) as image:
        yield image


def rows_lost(disk: DiskImage, care: str, at_a_flush: bool) -> int:
    """How many rows a writer's power cut takes that it had called done."""
    place = disk.place / "kept"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(place), care], stdout=subprocess.PIPE
    )
    assert writer.stdout
    done = 0
    if at_a_flush:
        point = Point("fdatasync", place.name, 30)
        notes = disk.file.with_suffix(".strace")
        with watched(writer.pid, notes, *failing(point, disk.place, "signal=KILL")):
            done = len(writer.stdout.readlines())
    else:
        while done < 333:
            assert writer.stdout.readline() == b"done\n"
            done += 1
        writer.send_signal(signal.SIGSTOP)
        until("the writer is halted", lambda: is_halted(writer.pid))
    after = disk.copied(disk.file.with_name("after.ext4"))
    writer.kill()
    writer.wait(30)
    writer.stdout.close()
    after.mount()
    return done - rows_kept(after.place / "kept", care)


@pytest.mark.torture
@pytest.mark.parametrize(
    ("care", "at_a_flush", "loses"),
    [("OFF", False, True), ("NORMAL", False, True), ("FULL", False, False), ("late", True, True)],
)
def test_aCutFindsWritersThatAreCareless(
    care: str, at_a_flush: bool, loses: bool, disk: DiskImage
) -> None:
    lost = rows_lost(disk, care, at_a_flush)
    assert (lost > 0) == loses, f"{care} lost {lost} rows"
