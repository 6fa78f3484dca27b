"""Measures Cordon's gateway, gate and stop side by side with other gateways.

    gateway.py [--only chat,stream,gate,mcp,stop] [--peers nginx,envoy,…] [--rounds 3] [--secs 2]

It needs Python 3.11 with venv, a C compiler, nginx, a release build of Cordon, and the folder of
shared scripts with the mock, the load client and the peers' configurations. Into the scratch folder
it installs with pip, when missing: LiteLLM, Envoy, TensorZero, fast-feature and ContextForge;
1.4 GB. The servers take the ports 9100, 9101, 9201 to 9207, 9230, 9250 and 9251 of loopback.

The ratios travel; processor time and speed belong to the machine that is printed with them.
Standard library only.
"""

import argparse
import contextlib
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial

import gateway_peers
from evidence_peers import run
from evidence_scratch import note
from gateway_cordon import BEST_EFFORT, RECORD_OR_REFUSE, GatewayCordon, require_binary
from gateway_rounds import Measured, measure
from gateway_scratch import REQUIREMENTS, Scratch, parser_of
from gateway_stop import CHUNKS, GAP_MILLISECONDS, Stop, keys, measure_stops
from gateway_stop import MOCK_PORT as SLOW_PORT
from gateway_table import Table, describe, judge, judge_memory, judge_stops
from gateway_targets import GATE, NEEDED, PARTS, STOP, Target, targets
from measure import Report, describe_machine, resident_megabytes
from world import Failure

HERE = pathlib.Path(__file__).resolve().parent
WORKFLOWS = {"bench-effort": BEST_EFFORT, "bench-refuse": RECORD_OR_REFUSE}
# Everything that stands for something that did not work, and lets the other parts go on.
PROBLEMS = (Failure, OSError, LookupError, TypeError, ValueError, subprocess.SubprocessError)


class Bench:
    """One run: what was wanted, what came of it, and what did not work."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.scratch = Scratch(options.scratch, options.shared)
        self.parts = [part for part in PARTS if part in options.only]
        self.table = Table()
        self.measured: list[Measured] = []
        self.stops: list[Stop] = []
        self.failures: list[str] = []

    @property
    def peers(self) -> list[str]:
        needed = {peer for part in self.parts for peer in NEEDED[part]}
        return [peer for peer in gateway_peers.NAMES
                if peer in needed and peer in self.options.peers]

    @property
    def _problems(self) -> int:
        return len(self.failures) + len(self.table.broken)

    def run(self) -> None:
        self.scratch.prepare(self.peers)
        self._describe_machine()
        if set(self.parts) - {STOP}:
            self._attempt("side by side", self._side_by_side)
        if STOP in self.parts:
            self._attempt(STOP, self._stop)

    def _describe_machine(self) -> None:
        report = Report()
        describe_machine(report, len(os.sched_getaffinity(0)), self.scratch.folder)
        # Its last line is about wrk, which has no part in this.
        for line in report.lines[:-1]:
            self.table.say(line)
        self.table.say(f"Cordon: {run([self.options.binary, '--version']).strip()}, "
                       f"{self.options.binary}")
        versions = ", ".join(REQUIREMENTS[peer][0].replace("==", " ") for peer in self.peers
                             if peer in REQUIREMENTS)
        self.table.say(f"Peers, each with one worker (TensorZero uses all cores): "
                       f"{', '.join(self.peers) or 'none'}"
                       + (f" ({versions})" if versions else ""))
        self.table.say(f"Rounds: {self.options.rounds} of {self.options.secs:g} s; servers, mock "
                       "and load share these cores; foreign is the most that other processes took")
        self.table.say("Modes: j plain and s streaming, by the number of calls at once")

    def _attempt(self, name: str, doing: Callable[[], None]) -> None:
        try:
            doing()
        except PROBLEMS as error:
            self.failures.append(f"{name}: {type(error).__name__}: {error}")
            note(self.failures[-1])

    # Side by side with the peers

    def _side_by_side(self) -> None:
        with contextlib.ExitStack() as stack:
            mock = stack.enter_context(gateway_peers.mock(self.scratch))
            peers = self._start_peers(stack)
            upstream = gateway_peers.MOCK_PORT if self.options.gateway else None
            cordon = stack.enter_context(self._cordon(upstream))
            time.sleep(1)
            idle = resident_megabytes(cordon.pid) * 1.048576
            records = {key: record if self.options.gateway else None
                       for key, record in WORKFLOWS.items()}
            workflows = cordon.register(records)
            for part in self.parts:
                if part == STOP:
                    continue
                if part != GATE and not self.options.gateway:
                    self.failures.append(f"{part}: there is no gateway to measure")
                    continue
                asked = targets(part, peers, cordon, workflows)
                self._attempt(part, partial(self._part, part, asked, cordon, mock.pid))
            judge_memory(self.table, idle, self.measured)
            self._check(cordon)

    def _start_peers(self, stack: contextlib.ExitStack) -> dict[str, gateway_peers.Peer]:
        """Those that start; a peer that does not is left out and named."""
        started = {}
        for name in self.peers:
            began = time.monotonic()
            try:
                started[name] = stack.enter_context(gateway_peers.peer(self.scratch, name))
                note(f"{name} is ready after {time.monotonic() - began:.1f} s")
            except PROBLEMS as error:
                self.failures.append(f"{name} did not start: {error}")
                note(self.failures[-1])
        return started

    def _part(self, part: str, asked: list[Target], cordon: GatewayCordon, mock_pid: int) -> None:
        options = self.options
        found = measure(part, asked, cordon, self.scratch, options.rounds, options.secs, mock_pid)
        self.measured.append(found)
        describe(self.table, found)
        judge(self.table, found)

    def _check(self, cordon: GatewayCordon) -> None:
        """Whether the whole log can be worked out anew from what is on the disk."""
        cordon.stop()
        note("fsck")
        took = cordon.check()
        self.table.say()
        self.table.say(f"fsck found the whole log in order, in {took:.1f} s")

    @contextlib.contextmanager
    def _cordon(self, upstream: int | None) -> Iterator[GatewayCordon]:
        """A server on an empty folder, which is kept only if something did not work."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="cordon.", dir=self.scratch.folder))
        cordon, known = GatewayCordon(self.options.binary, folder, upstream), self._problems
        is_fine = False
        try:
            with cordon:
                yield cordon
            is_fine = self._problems == known
        except (KeyboardInterrupt, SystemExit):
            is_fine = True
            raise
        finally:
            if is_fine:
                shutil.rmtree(folder, ignore_errors=True)
            else:
                note(f"kept: {folder}\n{cordon.complaints()}")

    # The stop

    def _stop(self) -> None:
        is_gateway = self.options.gateway
        with contextlib.ExitStack() as stack:
            if is_gateway:
                stack.enter_context(gateway_peers.mock(
                    self.scratch, SLOW_PORT, GAP_MILLISECONDS, CHUNKS))
            cordon = stack.enter_context(self._cordon(SLOW_PORT if is_gateway else None))
            workflows = cordon.register(keys(self.options.stops, is_gateway))
            self.stops = measure_stops(cordon, workflows, self.scratch, self.options.wait)
            judge_stops(self.table, self.stops, is_gateway)

    def keep(self) -> None:
        """The table where it was wanted, every number in the scratch folder."""
        out = self.options.out
        out.parent.mkdir(exist_ok=True)
        out.write_text(self.table.text(), encoding="utf-8")
        runs = {part.part: [run for found in part.medians.values() for run in found.runs]
                for part in self.measured}
        self.scratch.file("gateway.json").write_text(json.dumps(
            runs | {STOP: [asdict(stop) for stop in self.stops]}, indent=1) + "\n")


def some_of(all_names: list[str]) -> Callable[[str], set[str]]:
    def chosen(text: str) -> set[str]:
        names = set(filter(None, text.split(",")))
        if unknown := names - set(all_names):
            raise argparse.ArgumentTypeError(
                f"{', '.join(sorted(unknown))}: choose among {','.join(all_names)}")
        return names
    return chosen


def arguments() -> argparse.Namespace:
    parser = parser_of(__doc__ or "")
    parser.add_argument("--out", type=pathlib.Path, help="the table; default: in results",
                        default=HERE / "results/gateway.txt")
    parser.add_argument("--only", type=some_of(PARTS), default=set(PARTS), metavar="PART,…",
                        help=",".join(PARTS))
    parser.add_argument("--peers", type=some_of(gateway_peers.NAMES), metavar="NAME,…",
                        default=set(gateway_peers.NAMES), help=",".join(gateway_peers.NAMES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--secs", type=float, default=2, help="of each run")
    parser.add_argument("--stops", type=int, default=30, help="of the part stop")
    parser.add_argument("--wait", type=float, default=1.5, help="seconds of calls after each stop")
    parser.add_argument("--without-gateway", dest="gateway", action="store_false",
                        help="a Cordon without one: only the gate is asked, and stopped")
    return parser.parse_args()


def get_ready() -> None:
    """A thousand streams take files; a request to end still stops what was started."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def main() -> int:
    options = arguments()
    get_ready()
    bench = Bench(options)
    try:
        options.binary = require_binary(options.binary)
        bench.run()
    except Failure as failure:
        print(f"gateway.py: {failure}", file=sys.stderr)
        return 1
    for problem in bench.failures:
        bench.table.say(f"Did not work: {problem}")
    bench.table.say(bench.table.closing())
    for broken in bench.table.broken:
        bench.table.say(f"Not to be relied upon: {broken}")
    print(bench.table.text(), end="")
    bench.keep()
    return 1 if bench.failures or bench.table.broken else 0


if __name__ == "__main__":
    sys.exit(main())
