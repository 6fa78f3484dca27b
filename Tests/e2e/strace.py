"""Watches what a process asks of the kernel, and makes chosen requests fail."""

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from disk_image import skip_loudly
from waiting import until

# What makes a file say something else, or last.
CALLS = ("pwrite64", "write", "fdatasync", "fsync", "ftruncate", "rename", "renameat", "renameat2")
CALL = re.compile(
    r"^\d+ +(?P<call>\w+)\((?:\d+<|\"|AT_FDCWD[^,]*, \")(?P<file>[^>\"]+)", re.MULTILINE
)


@dataclass(frozen=True)
class Point:
    """One request to the kernel: the `number`th of its kind that concerns the file."""

    call: str
    file: str
    number: int

    @property
    def syncs(self) -> bool:
        return self.call in ("fsync", "fdatasync")

    def __str__(self) -> str:
        return f"{self.call} {self.number} of {self.file}"


class Trace:
    """What strace has written down."""

    def __init__(self, log: Path) -> None:
        self.log = log

    @property
    def text(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def has_struck(self) -> bool:
        return "(INJECTED)" in self.text or "+++ killed by SIGKILL" in self.text

    def points(self, data: Path) -> list[Point]:
        """Every request that concerned a file of the directory, in order."""
        numbers: Counter[tuple[str, str]] = Counter()
        points = []
        for match in CALL.finditer(self.text):
            file = match["file"].removesuffix("(deleted)").strip()
            if not file.startswith(f"{data}/"):
                continue
            what = (match["call"], file[len(f"{data}/") :])
            numbers[what] += 1
            points.append(Point(*what, numbers[what]))
        return points


@contextmanager
def watched(process: int, log: Path, *options: str) -> Iterator[Trace]:
    """Watches the calls of every thread of the process, from now on."""
    if not shutil.which("strace"):
        skip_loudly("there is no strace to make the disk fail with")
    # Quiet, but for what it says once it has every thread.
    command = ["strace", "-f", "-y", "-s", "0", "-o", str(log), *options, "-p", str(process)]
    said = log.with_suffix(".said")
    with said.open("wb") as errors:
        strace = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=errors)

    def attached() -> bool:
        text = said.read_text()
        if "Operation not permitted" in text:
            strace.wait(30)
            skip_loudly(f"strace may not look at another process here: {text.strip()}")
        assert strace.poll() is None, f"strace ended: {text}"
        return "attached" in text and every_thread_is_traced(process)

    try:
        until("strace has every thread", attached, 30)
        yield Trace(log)
    finally:
        # Beside a process that is dying, strace would wait for a thread that is gone already.
        if not is_gone(process):
            strace.terminate()
        try:
            strace.wait(10)
        except subprocess.TimeoutExpired:
            strace.kill()
            strace.wait(10)


def is_gone(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return True
    return status.rsplit(")", 1)[1].split()[0] in "ZX"


def every_thread_is_traced(process: int) -> bool:
    for status in Path(f"/proc/{process}/task").glob("*/status"):
        if "TracerPid:\t0\n" in status.read_text():
            return False
    return True


def failing(point: Point, data: Path, how: str) -> list[str]:
    """The options that make one request fail: `error=EIO`, `error=ENOSPC`, `signal=KILL`."""
    file = os.path.join(data, point.file)
    inject = f"inject={point.call}:{how}:when={point.number}"
    return ["-e", f"trace={point.call}", "-P", file, "-e", inject]
