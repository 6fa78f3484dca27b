"""A stop lands among 32 callers: nothing that begins after its answer gets anything."""

import contextlib
import gc
import hashlib
import statistics
from collections import Counter
from collections.abc import Iterator

import pytest

from gateway_callers import Call, Crowd, paced
from gateway_stopper import Stopper
from gateway_world import Flow, House, attributes, either
from waiting import until

__all__ = ["either"]

CALLERS = 32
# So many calls of each caller begin after each stop's answer: 224 in all.
LATER = 7
# The issue allows an answer's bytes 250 ms after a stop was asked for; with slack.
LATE = 2.0


def p99(times: list[float]) -> float:
    return sorted(times)[len(times) * 99 // 100]


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Keeps Python's collector of cycles out of what is measured.

    Looking through what a thousand stops leave halts every caller, and the provider, for up to a
    second, and finds next to nothing.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Stops:
    """Stops one workflow after the other under the same crowd, and keeps when."""

    def __init__(self, home: House) -> None:
        self.home = home
        self.asked: dict[str, int] = {}
        self.answered: dict[str, int] = {}
        self.flows: list[Flow] = []
        home.openai.says_by(paced)

    def run(self, stops: int) -> list[Call]:
        crowd = Crowd(self.home.flow("load"), CALLERS)
        try:
            with Stopper(self.home.world.ana) as stopper:
                for _ in range(stops):
                    self.flows.append(self.home.flow("load"))
                    self.stop(self.flows[-1], stopper, crowd)
        finally:
            crowd.end()
        return [call for call in crowd.calls if call.workflow in self.answered]

    def stop(self, flow: Flow, stopper: Stopper, crowd: Crowd) -> None:
        crowd.point_at(flow)
        stopped = stopper.stop(flow.key)
        self.asked[flow.key], self.answered[flow.key] = stopped.asked, stopped.answered
        assert stopped.containment["state"] in {"stopping", "stopped"}
        crowd.wait_for_calls(stopped.answered, LATER)

    def measures(self, calls: list[Call]) -> None:
        """Printed, and not judged: how quick it is depends on the machine."""
        walls = [(self.answered[key] - asked) / 1e6 for key, asked in self.asked.items()]
        tails = [(call.last_byte - self.asked[call.workflow]) / 1e6 for call in calls
                 if call.last_byte > self.asked[call.workflow]]  # fmt: skip
        print(f"{len(walls)} stops, {CALLERS} callers: answered after "
              f"{statistics.median(walls):.1f} ms (p99 {p99(walls):.1f}, most {max(walls):.1f}); "
              f"the last bytes of an answer came {max(tails, default=0):.1f} ms after a stop was "
              "asked for")  # fmt: skip


def nothing_got_through(stops: Stops, calls: list[Call]) -> None:
    later = [call for call in calls if call.began > stops.answered[call.workflow]]
    assert len(later) >= CALLERS * LATER * len(stops.answered)
    assert {call.status for call in later} == {403}, "a call that began after a stop's answer"
    # Nor did it reach the provider, who would have noted what it was asked.
    began = {call.began for call in later}
    late = [
        received
        for received in stops.home.openai.requests
        if int(received.all("x-began")[0]) in began
    ]
    assert late == []
    tails = [(call.last_byte - stops.asked[call.workflow]) / 1e9 for call in calls]
    assert max(tails) < LATE


def every_end_was_honest(stops: Stops, calls: list[Call]) -> None:
    """A call is whole, or refused, or a stream that ended in the error."""
    for call in calls:
        if call.is_good or call.status == 403:
            continue
        assert call.is_stream and call.status == 200
        assert call.body.count(b'"workflow_stopped"') >= 1 and b"[DONE]" not in call.body
        assert call.is_whole


def all_is_on_record(flow: Flow, calls: list[Call]) -> None:
    """One record for each call, and of a stream exactly what its caller got."""
    mine = [call for call in calls if call.workflow == flow.key]
    found = flow.listed_once(len(mine), "model_exchange")
    twice = [name for name, times in Counter(i["session"] for i in found).items() if times > 1]
    same = sorted((i["session"], i["status"]) for i in found if i["session"] in twice)
    assert twice == [], same[:6]
    assert {item["session"] for item in found} == {call.name for call in mine}
    records = {item["session"]: item for item in found}
    for call in mine:
        status = records[call.name]["status"]
        if call.is_good:
            assert status == "ok"
        elif call.status == 200:
            whole = flow.house.whole(records[call.name])
            delivered = attributes(whole)["delivered"]
            assert status == "cut" and delivered["bytes"] == len(call.body)
            assert delivered["sha256"] == hashlib.sha256(call.body).hexdigest()
        else:
            assert status in {"cut", "withheld", "denied: workflow_stopped"}


def confirms(flow: Flow) -> None:
    until("the cut is confirmed", lambda: flow.target("gateway")["state"] == "confirmed", 10)


def is_stopped_under_load(home: House, stops: int, looked_at: int) -> None:
    run = Stops(home)
    with uncollected():
        calls = run.run(stops)
    run.measures(calls)
    nothing_got_through(run, calls)
    every_end_was_honest(run, calls)
    for flow in run.flows[:: max(1, len(run.flows) // looked_at)]:
        all_is_on_record(flow, calls)
        confirms(flow)


def test_noCallThatBeginsAfterAStopsAnswerGetsAnything(either: House) -> None:
    is_stopped_under_load(either, 5, 5)


@pytest.mark.torture
def test_noCallGetsAnythingAfterAnyOfAThousandStops(either: House) -> None:
    is_stopped_under_load(either, 1000, 25)
