"""How fast and how thoroughly a stop works while calls are in flight.

Each stop has a workflow of its own, because a stopped one is only restarted with signatures. The
callers are another process, gateway_callers.py; the mock's streams last a minute, so that none ends
by itself. Standard library only.
"""

import contextlib
import json
import math
import pathlib
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from evidence_scratch import note
from gateway_callers import Call
from gateway_cordon import BEST_EFFORT, RECORD_OR_REFUSE, GatewayCordon, Workflow
from gateway_peers import aborted_streams
from gateway_scratch import Scratch
from gateway_targets import CHAT_PATH
from world import Failure

HERE = pathlib.Path(__file__).resolve().parent
MOCK_PORT = 9101
GAP_MILLISECONDS, CHUNKS = 100, 600
PLAIN, STREAMS = 32, 16
# Both ways of recording take their turn.
RECORDS = [BEST_EFFORT, RECORD_OR_REFUSE]


@dataclass
class Stop:
    """One stop. Milliseconds; those of streams count from the request for the stop."""

    acknowledged: float
    # Calls that began after the answer to the stop; those that the end of the callers broke off
    # say nothing.
    asked_later: int = 0
    late: int = 0
    # How often each status came; 0 is a connection that broke.
    statuses: dict[int, int] = field(default_factory=dict)
    # For each stream in flight when it was ended; None: not within the time that was waited.
    stream_ends: list[float | None] = field(default_factory=list)
    without_error_event: int = 0
    # Until the mock had seen all of these streams closed; None as above.
    upstream_closed: float | None = None


def keys(count: int, is_gateway: bool) -> dict[str, str | None]:
    """The workflows to register, and how each records."""
    return {f"stop-{number}": RECORDS[number % 2] if is_gateway else None
            for number in range(count)}


def measure_stops(
    cordon: GatewayCordon, workflows: list[Workflow], scratch: Scratch, wait: float
) -> list[Stop]:
    stops = []
    for number, workflow in enumerate(workflows):
        note(f"stop {number + 1} of {len(workflows)}")
        stops.append(stop_under_load(cordon, workflow, scratch, wait))
    return stops


def stop_under_load(
    cordon: GatewayCordon, workflow: Workflow, scratch: Scratch, wait: float
) -> Stop:
    asked = question(cordon, workflow, scratch)
    streams = asked["streams"]
    with calling(asked) as callers:
        # The streams get under way, and the load evens out.
        time.sleep(0.3)
        aborted = aborted_streams(MOCK_PORT) if streams else 0
        began = time.monotonic_ns()
        cordon.stop_workflow(workflow.key)
        answered = time.monotonic_ns()
        closed = until_closed(aborted + streams, began, wait) if streams else None
        time.sleep(max(0.0, wait - (time.monotonic_ns() - answered) / 1e9))
        calls = ended(callers)
    return judged(calls, began, answered, closed)


def question(cordon: GatewayCordon, workflow: Workflow, scratch: Scratch) -> dict[str, Any]:
    """What the callers ask: the gateway, or without one the gate."""
    common: dict[str, Any] = {"host": "127.0.0.1", "port": cordon.port, "plain": PLAIN}
    if workflow.record is None:
        body = scratch.file("gate.json").read_text()
        return common | {
            "path": f"/api/v1/workflows/{workflow.key}/gate?strict=1", "token": workflow.gate_token,
            "body": body, "stream_body": body, "streams": 0, "sign": '"decision":"allow"'}
    return common | {
        "path": "/openai" + CHAT_PATH, "token": workflow.gateway_token,
        "body": scratch.file("body.json").read_text(), "streams": STREAMS,
        "stream_body": scratch.file("body_stream.json").read_text(),
        "sign": '"chat.completion"'}


@contextlib.contextmanager
def calling(asked: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    """The callers, every one of which has been answered."""
    process = subprocess.Popen(
        [sys.executable, HERE / "gateway_callers.py"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        readable, _, _ = select.select([process.stdout], [], [], 30)
        if not readable or process.stdout.readline() != "ready\n":
            raise Failure(f"not every caller of {asked['path']} was answered within 30 s")
        yield process
    finally:
        process.kill()
        process.wait()


def ended(callers: subprocess.Popen[str]) -> list[Call]:
    said, _ = callers.communicate(timeout=30)
    return [Call(**call) for call in json.loads(said)]


def until_closed(wanted: int, began: int, seconds: float) -> float | None:
    """Milliseconds from `began` until the mock has seen so many streams closed."""
    while True:
        passed = (time.monotonic_ns() - began) / 1e6
        if aborted_streams(MOCK_PORT) >= wanted:
            return passed
        if passed > seconds * 1000:
            return None
        time.sleep(0.002)


def judged(calls: list[Call], began: int, answered: int, closed: float | None) -> Stop:
    stop = Stop((answered - began) / 1e6, upstream_closed=closed)
    later = [call for call in calls if call.began > answered and (call.ended or call.good)]
    stop.asked_later = len(later)
    # Refusing a stream takes another status; a good start that is cut would be late too.
    stop.late = sum(call.good or call.is_stream and call.status == 200 for call in later)
    stop.statuses = dict(Counter(call.status for call in later))
    for call in calls:
        if call.began > answered:
            continue
        if call.is_stream and call.status == 200 and not 0 < call.ended < began:
            took = (call.ended - max(began, call.began)) / 1e6 if call.ended else None
            stop.stream_ends.append(took)
            stop.without_error_event += not call.failed
    return stop


def percentile(values: list[float], percent: int) -> float:
    """By nearest rank: with fewer than a hundred values the 99th is the largest."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]
