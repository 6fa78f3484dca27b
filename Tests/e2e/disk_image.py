"""Disks that can be filled, and disks whose power can be cut."""

import os
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest


def skip_loudly(why: str) -> NoReturn:
    """Skips, and says why below the test run: nobody should believe that this was tried."""
    warnings.warn(f"not tried: {why}", stacklevel=2)
    pytest.skip(why)


def ran(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Path]:
    """A disk in memory that is soon full."""
    if os.geteuid() != 0:
        skip_loudly("only root can mount the small disk that this test fills")
    place.mkdir()
    size = f"size={megabytes}m"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        skip_loudly(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield place
    finally:
        ran("umount", "--lazy", str(place))


def enlarge(place: Path, megabytes: int) -> None:
    ran("mount", "-o", f"remount,size={megabytes}m", str(place))


class DiskImage:
    """An ext4 disk in a file.

    The file holds what the file system gave to the disk. What only waits in the kernel's memory is
    not in it, so a copy of the file is the disk as a power cut leaves it, but for one thing: real
    disks may also tear or reorder what they were given and not yet told to flush.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.place = file.with_suffix(".mounted")
        self.device = ""

    def make(self, megabytes: int) -> "DiskImage":
        with self.file.open("wb") as image:
            image.truncate(megabytes << 20)
        # Nothing is left for the kernel to do later, in the middle of a copy.
        now = "lazy_itable_init=0,lazy_journal_init=0"
        ran("mkfs.ext4", "-q", "-F", "-E", now, str(self.file))
        return self

    def mount(self) -> "DiskImage":
        self.place.mkdir(exist_ok=True)
        # Nothing gets to the disk because time went by, only because somebody asked.
        ran("mount", "-o", "loop,commit=300", str(self.file), str(self.place))
        self.device = Path(ran("findmnt", "-n", "-o", "SOURCE", str(self.place))).name
        return self

    def unmount(self) -> None:
        if self.device:
            ran("umount", str(self.place))
            self.device = ""

    @property
    def writes(self) -> list[str]:
        """How much was written so far, and how much is on its way."""
        told = Path(f"/sys/block/{self.device}/stat").read_text().split()
        return told[4:7] + told[8:9]

    def copied(self, file: Path) -> "DiskImage":
        """The disk at one moment: nobody wrote while it was copied."""
        for _ in range(20):
            before = self.writes
            ran("cp", "--sparse=always", "--reflink=auto", str(self.file), str(file))
            if self.writes == before:
                return DiskImage(file)
        raise AssertionError("the disk is never at rest: is the server still running?")

    def remove(self) -> None:
        self.unmount()
        self.file.unlink(missing_ok=True)
        shutil.rmtree(self.place, ignore_errors=True)


@contextmanager
def disk_images(folder: Path, megabytes: int) -> Iterator[DiskImage]:
    """A mounted disk; skips where none can be mounted. All that the folder holds is unmounted."""
    if os.geteuid() != 0:
        skip_loudly("only root can mount the disk whose power this test cuts")
    missing = [tool for tool in ("mkfs.ext4", "mount", "findmnt") if not shutil.which(tool)]
    if missing:
        skip_loudly(f"no {', '.join(missing)} to make the disk whose power this test cuts")
    image = DiskImage(folder / "disk0.ext4").make(megabytes)
    try:
        try:
            image.mount()
        except AssertionError as error:
            skip_loudly(f"no disk image can be mounted here: {error}")
        yield image
    finally:
        for place in folder.glob("*.mounted"):
            if os.path.ismount(place):
                ran("umount", "--lazy", str(place))
