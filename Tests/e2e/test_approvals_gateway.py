"""Tools that a model asks for and that people have to allow, as official clients see it."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import gateway_answers as say
from approving import ASKED, AT_ONCE, Desk
from gateway_answers import Call
from gateway_upstream import SSE, Pause, plain, stream
from gateway_ways import WAYS, Outcome, Way, same
from gateway_wire import Line, Reply, whole
from gateway_world import CHAT, House, asks, attributes, home
from waiting import until

__all__ = ["home"]

SOON = 2.0
PAY: Call = ("call_1", "pay", '{"to": "Birch",  "amount":40.0}')
MORE: Call = ("call_2", "pay", '{"to": "Alder", "amount": 41}')
READ: Call = ("call_3", "read_notes", "{}")
each_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)


class Held:
    """One call by the official client on a thread of its own."""

    def __init__(self, way: Way, desk: Desk, headers: dict[str, str] | None = None) -> None:
        self.outcome: Outcome | None = None
        self.error: Exception | None = None
        self.ended = 0.0
        self.ask = lambda: way.ask(desk.flow, headers or {})
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.outcome = self.ask()
        except Exception as error:
            self.error = error
        self.ended = time.monotonic()

    def done(self) -> Outcome:
        self.thread.join(60)
        assert self.error is None, self.error
        assert self.outcome is not None, "it is held still"
        return self.outcome


@each_way
def test_whatWaitsIsToldAndReleasedOnceItIsAllowed(way: Way, home: House) -> None:
    desk = Desk.of(home, "told")
    way.upstream(home).says(way.script("Let me see. ", [PAY]))
    told = way.ask(desk.flow, AT_ONCE)
    (id,) = desk.waiting()
    assert (told.calls, told.finish) == ([], way.without)
    assert "Cordon did not let pay be called: It waits for a person" in told.text
    assert f"{desk.flow.url}/approvals/{id}" in told.text
    assert way.ask(desk.flow, AT_ONCE).calls == []
    desk.approve(id).done(200)
    allowed = way.ask(desk.flow, AT_ONCE)
    assert same(allowed.calls, [PAY]) and allowed.finish == way.with_calls
    assert allowed.text == "Let me see. "
    assert desk.state(id) == "used"
    # Once: the next is asked for again.
    assert way.ask(desk.flow, AT_ONCE).calls == []
    assert desk.waiting() != [id]
    notes = [str(attributes(record).get("decision", "")) for record in desk.flow.records(4)]
    assert f"gus approved this call ({id})." in notes
    assert sum("It waits for a person" in note for note in notes) == 3


@each_way
def test_aHeldAnswerIsReleasedByteForByte(way: Way, home: House) -> None:
    desk = Desk.of(home, "held")
    way.upstream(home).says(way.script("Let me see. ", [READ, PAY, MORE]))
    replies: list[Reply] = []
    thread = threading.Thread(target=lambda: replies.append(way.raw(desk.flow)), daemon=True)
    thread.start()
    if way.name in ("messages, stream", "responses, stream"):
        # Their calls come and are judged one after the other.
        (first,) = desk.waiting()
        desk.approve(first).done(200)
        (second,) = desk.waiting()
    else:
        first, second = desk.waiting(2)
        desk.approve(first).done(200)
        assert desk.state(first) == "approved"
    assert not replies
    desk.approve(second).done(200)
    thread.join(30)
    (reply,) = replies
    assert reply.body == b"".join(way.answer("Let me see. ", [READ, PAY, MORE]))
    assert [desk.state(first), desk.state(second)] == ["used", "used"]


@each_way
def test_whatIsAllowedBesideItStays(way: Way, home: House) -> None:
    desk = Desk.of(home, "beside")
    way.upstream(home).says(way.script("Let me see. ", [READ, PAY]))
    outcome = way.ask(desk.flow, AT_ONCE)
    assert same(outcome.calls, [READ])
    assert "It waits for a person" in outcome.text


@each_way
def test_aNoAndAnEditAreTold(way: Way, home: House) -> None:
    desk = Desk.of(home, "no")
    way.upstream(home).says(way.script("Let me see. ", [PAY]))
    way.ask(desk.flow, AT_ONCE)
    desk.reject(desk.waiting()[0]).done(200)
    told = way.ask(desk.flow, AT_ONCE)
    assert told.calls == []
    assert "gus said no: Refund Birch first. Do not ask for it again." in told.text
    way.upstream(home).says(way.script("Let me see. ", [MORE]))
    way.ask(desk.flow, AT_ONCE)
    desk.approve(desk.waiting()[0], arguments={"amount": 15, "to": "Alder"}).done(200)
    told = way.ask(desk.flow, AT_ONCE)
    assert told.calls == []
    assert 'with exactly these: {"amount":15,"to":"Alder"}' in told.text
    edited: Call = ("call_9", "pay", '{"amount": 15, "to": "Alder"}')
    way.upstream(home).says(way.script("Let me see. ", [edited]))
    assert same(way.ask(desk.flow, AT_ONCE).calls, [edited])


@each_way
def test_ofTwoRetriesOneGetsTheCall(way: Way, home: House) -> None:
    desk = Desk.of(home, "twice")
    way.upstream(home).says(way.script("Let me see. ", [PAY]))
    way.ask(desk.flow, AT_ONCE)
    desk.approve(desk.waiting()[0]).done(200)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: way.ask(desk.flow, AT_ONCE).calls, range(4)))
    assert sum(len(calls) for calls in found) == 1, found


@each_way
def test_aStopEndsAHeldAnswer(way: Way, home: House) -> None:
    desk = Desk.of(home, "stopped")
    way.upstream(home).says(way.script("Let me see. ", [PAY]))
    held = Held(way, desk)
    (id,) = desk.waiting()
    began = time.monotonic()
    desk.flow.stop()
    held.thread.join(30)
    print(f"a held answer ended {(held.ended - began) * 1e3:.0f} ms after the stop was sent")
    assert held.ended - began < SOON
    assert held.error is not None and "stopped" in str(held.error), held.outcome
    assert desk.state(id) == "voided"
    until("it is proved", lambda: desk.flow.target("gateway")["state"] == "confirmed", 10)
    assert desk.flow.target("gateway")["proof"].startswith("1 call was cut; ")


@pytest.mark.parametrize(
    "way", [way for way in WAYS if way.streams], ids=lambda way: way.name
)
def test_aDrainedStreamThatIsHeldIsReadToItsEnd(way: Way, home: House) -> None:
    """The stop comes while people are asked: the rest of the answer belongs to the record."""
    desk = Desk.of(home, "drained", {"on_stop": "drain"})
    pause, parts = Pause(), way.answer("Let me see. ", [PAY])
    way.upstream(home).says(stream(*parts[:-1], pause, parts[-1], fields=[SSE]))
    held = Held(way, desk)
    desk.waiting()
    pause.wait_for()
    desk.flow.stop()
    held.thread.join(30)
    assert held.error is not None and "stopped" in str(held.error), held.outcome
    pause.go.set()
    record = desk.flow.record()
    assert record["status"] == "withheld"
    assert "fault" not in attributes(record)


def stopped_while_held(way: Way, home: House, calls: list[Any], tool: str) -> tuple[Held, str]:
    """An answer with these calls that people are asked about, after the stop of one tool."""
    desk = Desk.of(home, "tool")
    way.upstream(home).says(way.script("Let me see. ", calls))
    held = Held(way, desk)
    (id,) = desk.waiting()
    began = time.monotonic()
    desk.flow.stop(tool=tool)
    held.thread.join(30)
    assert held.ended - began < SOON
    return held, desk.state(id)


@each_way
def test_aStopOfTheToolAloneEndsItToo(way: Way, home: House) -> None:
    held, state = stopped_while_held(way, home, [PAY], "pay")
    assert held.outcome is None or held.outcome.calls == []
    assert state == "voided"


@each_way
def test_aStopOfAToolThatWasAllowedBesideItEndsItToo(way: Way, home: House) -> None:
    """Nobody was asked about that call: it was allowed before people were asked about another."""
    held, state = stopped_while_held(way, home, [READ, PAY], "read_notes")
    assert held.error is not None and "stopped" in str(held.error), held.outcome
    # Nothing was used for an answer that nobody gets.
    assert state == "pending"


@each_way
def test_whoGoesAwayWhileHeldUsesNothing(way: Way, home: House) -> None:
    desk = Desk.of(home, "left")
    way.upstream(home).says(way.script("Let me see. ", [PAY]))
    with Line(desk.flow.url) as line:
        line.ask("POST", way.place, desk.flow.fields(), way.body())
        (id,) = desk.waiting()
    until("it is noticed", lambda: in_flight(home) == 0)
    desk.approve(id).done(200)
    assert desk.state(id) == "approved"
    assert same(way.ask(desk.flow, AT_ONCE).calls, [PAY])


def in_flight(home: House) -> int:
    text = home.server.api().get("/metrics").text
    (line,) = [line for line in text.splitlines() if line.startswith("cordon_gateway_in_flight ")]
    return int(line.split()[1])


def test_aDecisionAfterAWhileIsWaitedFor(home: House) -> None:
    desk = Desk.of(home, "while")
    home.openai.says(plain(say.chat("Let me see. ", [PAY])))
    held = Held(WAYS[0], desk, {"x-cordon-wait": "20"})
    (id,) = desk.waiting()
    threading.Timer(1, lambda: desk.approve(id).done(200)).start()
    assert same(held.done().calls, [PAY])


def test_theHeaderSaysHowLong(home: House) -> None:
    desk = Desk.of(home, "header")
    home.openai.says(plain(say.chat("Let me see. ", [PAY])))
    began = time.monotonic()
    outcome = WAYS[0].ask(desk.flow, {"x-cordon-wait": "1"})
    assert outcome.calls == [] and time.monotonic() - began >= 1
    # It is Cordon's alone.
    assert not [name for name, _ in home.openai.only.fields if name.startswith("x-cordon")]


def test_peopleSeeForWhomAndInWhichRun(home: House) -> None:
    desk = Desk.of(home, "facts")
    home.openai.says(plain(say.chat("Let me see. ", [PAY])))
    more = {"x-cordon-run": "r-1", "x-cordon-record": "A-7", "x-cordon-user": "gus"}
    WAYS[0].ask(desk.flow, AT_ONCE | more)
    (id,) = desk.waiting()
    shown = desk.shown(id)
    facts = {"run": "r-1", "record": "A-7", "user": "gus", "arguments": ASKED}
    assert {name: shown[name] for name in facts} == facts
    desk.approve(id).refused("second-person-required", 409)


def test_argumentsThatNobodyCanBeAskedAboutAreDenied(home: House) -> None:
    desk = Desk.of(home, "broken")
    for arguments in ("[40]", '{"amount": 40', '{"amount": 40, "text": "%s"}' % ("x" * 300_000)):
        home.openai.says(plain(say.chat("Let me see. ", [("call_1", "pay", arguments)])))
        outcome = WAYS[0].ask(desk.flow, AT_ONCE)
        assert outcome.calls == [] and "Cordon did not let pay be called" in outcome.text
    assert desk.listed() == []


def test_aHeldAnswerDoesNotKeepTheServerFromEnding(home: House) -> None:
    desk = Desk.of(home, "ending")
    home.openai.says(plain(say.chat("Let me see. ", [PAY])))
    with desk.flow.line(60) as line:
        line.ask("POST", CHAT, desk.flow.fields(), asks())
        (id,) = desk.waiting()
        began = time.monotonic()
        assert home.server.stop() == 0
        assert time.monotonic() - began < 15
        reply: Any = json.loads(whole(line.head()).body)
        assert "It waits for a person" in reply["choices"][0]["message"]["content"]
    home.restarted()
    desk.approve(id).done(200)
    assert same(WAYS[0].ask(desk.flow, AT_ONCE).calls, [PAY])
