"""Interleaved rounds of the shared qbench.py, their medians, and whether the evidence is whole.

Standard library only.
"""

import json
import math
import statistics
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from evidence_scratch import note
from gateway_cordon import GatewayCordon
from gateway_scratch import Scratch
from gateway_targets import CORDON, GATE, RECORDED_TWICE, Target
from world import Failure

# Above this share of the machine, other processes disturb a run; it is said, not hidden.
FOREIGN_AT_MOST = 0.35


@dataclass
class Medians:
    """What the runs of one target in one mode gave."""

    name: str
    mode: str
    runs: list[dict[str, Any]]

    def __getitem__(self, field_name: str) -> float:
        return float(statistics.median(run[field_name] for run in self.runs))

    @property
    def answered(self) -> int:
        """Calls answered 2xx, those before the timing began included."""
        return int(sum(run["all"] - run["non2xx"] for run in self.runs))

    @property
    def failed(self) -> int:
        return int(sum(run["err"] + run["non2xx"] for run in self.runs))

    @property
    def foreign(self) -> float:
        return float(max(run["foreign"] for run in self.runs))

    @property
    def memory(self) -> float:
        return float(max(run["rss_mb"] for run in self.runs))


@dataclass
class Measured:
    """One part: the medians by target and mode, and the evidence that came of it."""

    part: str
    medians: dict[tuple[str, str], Medians] = field(default_factory=dict)
    # Runs in which nothing was answered, in qbench's words.
    bad: list[str] = field(default_factory=list)
    # Records that came of it, beside `records_due`.
    recorded: int = 0

    def of(self, name: str, mode: str, field_name: str) -> float | None:
        found = self.medians.get((name, mode))
        return found[field_name] if found else None

    @property
    def answered(self) -> dict[str, int]:
        """Calls that Cordon answered 2xx, by target."""
        found: Counter[str] = Counter()
        for one in self.cordons:
            found[one.name] += one.answered
        return dict(found)

    @property
    def records_due(self) -> int:
        return sum(count * (1 + ((self.part, name) in RECORDED_TWICE))
                   for name, count in self.answered.items())

    @property
    def cordons(self) -> list[Medians]:
        return [found for found in self.medians.values() if found.name.startswith(CORDON)]


def measure(
    part: str, targets: list[Target], cordon: GatewayCordon, scratch: Scratch, rounds: int,
    seconds: float, mock_pid: int,
) -> Measured:
    kept = probed(targets, scratch)
    before = cordon.settled_records()
    found = summed(part, run_qbench(part, kept, scratch, rounds, seconds, mock_pid))
    if part == GATE:
        # A decision is no evidence; it changes nothing that could be looked for later.
        return found
    found.recorded = cordon.settled_records(before + found.records_due) - before
    return found


def probed(targets: list[Target], scratch: Scratch) -> list[Target]:
    """Those that answer rightly; a peer that does not is left out, Cordon has to."""
    kept = []
    for target in targets:
        try:
            target.probe(scratch.folder)
            kept.append(target)
        except Failure as failure:
            if target.name.startswith(CORDON):
                raise
            note(f"left out: {failure}")
    return kept


def run_qbench(
    part: str, targets: list[Target], scratch: Scratch, rounds: int, seconds: float,
    mock_pid: int,
) -> list[dict[str, Any]]:
    config, out = scratch.file(f"{part}.config.json"), scratch.file(f"{part}.jsonl")
    described = [target.for_qbench(seconds) for target in targets]
    config.write_text(json.dumps({"mock": [mock_pid], "targets": described}, indent=1))
    out.unlink(missing_ok=True)
    # Each run takes the warm-up of half a second and a look whether the machine is quiet too.
    each = sum(len(target["modes"]) * (target["secs"] + 1.2) for target in described)
    note(f"{part}: {len(targets)} targets, {rounds} rounds, about {math.ceil(rounds * each)} s")
    # One try a run: qbench writes down only the best of several, and all calls are counted here.
    subprocess.run(
        [sys.executable, scratch.file("qbench.py"), out, config, "--rounds", str(rounds),
         "--secs", str(seconds), "--tries", "1", "--maxforeign", str(FOREIGN_AT_MOST),
         "--maxwait", "5"], cwd=scratch.folder, check=True)
    return [json.loads(line) for line in out.read_text().splitlines()]


def summed(part: str, runs: list[dict[str, Any]]) -> Measured:
    found = Measured(part)
    for run in runs:
        if "bad" in run:
            found.bad.append(f"{run['name']} {run['mode']}: {run['bad'] or 'no output'}")
            continue
        place = (run["name"], run["mode"])
        found.medians.setdefault(place, Medians(*place, [])).runs.append(run)
    return found
