"""Calls Cordon's gateway evenly for an hour, and tells what memory it held meanwhile.

    gateway_hour.py --binary PATH [--minutes 60] [--rate 100]

It needs what gateway.py needs, but for the peers. Plain and streamed answers, calls of tools and
questions to the gate come in turn, from workflows of both ways to record. Standard library only.
"""

import argparse
import contextlib
import http.client
import os
import pathlib
import shutil
import sys
import tempfile
import threading
import time

import gateway_peers
from gateway_cordon import BEST_EFFORT, RECORD_OR_REFUSE, GatewayCordon, require_binary
from gateway_scratch import Scratch, parser_of
from gateway_targets import CHAT, GATE, MCP, RECORDED_TWICE, STREAM, Target, targets
from measure import Report, describe_machine, median, resident_megabytes
from world import Failure

CALLERS = 8
# 1 MiB is 1.048576 MB, which the goal is in.
MEGABYTE = 1.048576
MOST_MEGABYTES = 160
# How much more it may hold in the last quarter than in the second.
GROWTH_MEGABYTES = 10


class Callers:
    """Ask in turn and at an even pace until they are told to stop."""

    def __init__(self, asked: list[tuple[str, Target]], folder: pathlib.Path, rate: float) -> None:
        self.asked, self.folder, self.pause = asked, folder, CALLERS / rate
        self.over = threading.Event()
        self.counts = [[0] * len(asked) for _ in range(CALLERS)]
        self.problems: list[str] = []
        self.threads = [threading.Thread(target=self._call, args=(number,), daemon=True)
                        for number in range(CALLERS)]

    @property
    def done(self) -> list[int]:
        """Calls that were answered, by what was asked."""
        return [sum(counts) for counts in zip(*self.counts, strict=True)]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _call(self, number: int) -> None:
        connection = http.client.HTTPConnection(self.asked[0][1].place, timeout=60)
        due = time.monotonic() + number * self.pause / CALLERS
        turn = number
        try:
            while not self.over.wait(max(0, due - time.monotonic())):
                due += self.pause
                place = turn % len(self.asked)
                turn += 1
                self._ask(connection, *self.asked[place])
                self.counts[number][place] += 1
        except (OSError, http.client.HTTPException, Failure) as error:
            self.problems.append(f"caller {number}: {error!r}")

    def _ask(self, connection: http.client.HTTPConnection, part: str, target: Target) -> None:
        body = target.stream if part == STREAM else target.plain
        headers = {"Content-Type": "application/json",
                   "Accept": "application/json, text/event-stream"}
        headers |= dict(header.split(": ", 1) for header in target.headers)
        connection.request("POST", target.path, (self.folder / body).read_bytes(), headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise Failure(f"{target.name} answers {answer.status} {text[:300]!r}")


def records(asked: list[tuple[str, Target]], done: list[int]) -> int:
    """How many records these calls leave; the gate's answers leave none."""
    return sum(count * (2 if (part, target.name) in RECORDED_TWICE else 1)
               for (part, target), count in zip(asked, done, strict=True) if part != GATE)


def judge(report: Report, held: list[float]) -> None:
    quarter = max(1, len(held) // 4)
    second, last = median(held[quarter:2 * quarter]), median(held[-quarter:])
    step = max(1, len(held) // 12)
    report.say(f"Held, in MB, every {step} minutes: "
               + " ".join(f"{megabytes:.0f}" for megabytes in held[::step]))
    report.goal("most", max(held), "MB", MOST_MEGABYTES, False)
    report.goal("last quarter over the second", last - second, "MB", GROWTH_MEGABYTES, False)


def measure(options: argparse.Namespace, folder: pathlib.Path, scratch: Scratch) -> bool:
    report = Report()
    describe_machine(report, len(os.sched_getaffinity(0)), scratch.folder)
    with contextlib.ExitStack() as stack:
        stack.enter_context(gateway_peers.mock(scratch))
        cordon = stack.enter_context(
            GatewayCordon(require_binary(options.binary), folder, gateway_peers.MOCK_PORT))
        workflows = cordon.register({"bench-effort": BEST_EFFORT,
                                     "bench-refuse": RECORD_OR_REFUSE})
        asked = [(part, target) for part in (CHAT, STREAM, GATE, MCP)
                 for target in targets(part, {}, cordon, workflows) if target.name != "direct"]
        before = cordon.settled_records()
        callers = Callers(asked, scratch.folder, options.rate)
        callers.start()
        held: list[float] = []
        for _ in range(options.minutes):
            if callers.over.wait(60) or callers.problems:
                break
            held.append(resident_megabytes(cordon.pid) * MEGABYTE)
        callers.end()
        wanted = records(asked, callers.done)
        found = cordon.settled_records(before + wanted) - before
        calls, offered = sum(callers.done), options.rate * 60 * options.minutes
        report.say(f"{calls} calls in {len(held)} minutes; {found} records of {wanted}")
        report.goal("calls of those that were due", 100 * calls / offered, "%", 98, True)
        for problem in callers.problems:
            report.say(f"Did not work: {problem}")
        if held:
            judge(report, held)
    print("\n".join(report.lines))
    return not callers.problems and found == wanted and len(held) == options.minutes


def main() -> int:
    parser = parser_of(__doc__ or "")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--rate", type=float, default=100, help="calls per second")
    options = parser.parse_args()
    if options.minutes < 4:
        parser.error("--minutes: 4 at least, so that the quarters can be compared")
    scratch = Scratch(options.scratch, options.shared)
    folder = None
    try:
        scratch.prepare([])
        folder = pathlib.Path(tempfile.mkdtemp(prefix="cordon.", dir=scratch.folder))
        return 0 if measure(options, folder, scratch) else 1
    except Failure as failure:
        print(f"gateway_hour.py: {failure}", file=sys.stderr)
        return 1
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
