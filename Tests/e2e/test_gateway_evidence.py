"""Every call is on record: before its answer where that is promised, and exactly once."""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import gateway_answers as say
from disk_image import enlarge, small_disk
from evidence_check import check_log, check_offline
from gateway_upstream import (
    JSON,
    SSE,
    Exchange,
    Fields,
    Pause,
    Received,
    Script,
    Upstream,
    broken,
    plain,
    stream,
)
from gateway_wire import Reply, whole
from gateway_world import (
    CHAT,
    MESSAGES,
    Flow,
    House,
    Record,
    asks,
    attributes,
    either,
    house,
)
from waiting import until

__all__ = ["either"]

RESPONSES = "/openai/v1/responses"
TRACE = "0af7651916cd43dd8448eb211c80319c"
RUN: Fields = [
    ("traceparent", f"00-{TRACE}-b7ad6b7169203331-01"),
    ("x-cordon-run", "run-7"),
    ("x-cordon-record", "case-9"),
]
NOTES = [{"name": "read_notes", "access": "read"}]
SYSTEM = "You help the service desk. Name no other customer."


@dataclass(frozen=True)
class Kind:
    """A way to ask a model, and what of it has to be on record."""

    place: str
    answer: bytes
    parts: list[bytes]
    calls: bool = False

    def script(self, streams: bool) -> Script:
        ids = [("x-request-id", "req_up_9")]
        if streams:
            return stream(*self.parts, fields=[SSE, *ids])
        return plain(self.answer, fields=[JSON, *ids])

    def body(self, streams: bool, said: str = "What did Birch say?") -> bytes:
        more: dict[str, Any] = {"stream": streams, "temperature": 0.25, "seed": 7}
        if self.place == RESPONSES:
            asked = {"model": "gpt-4o-mini", "input": said, "instructions": SYSTEM}
            return json.dumps(asked | more, ensure_ascii=False).encode()
        if self.place == MESSAGES:
            return asks(said, system=SYSTEM, **more)
        turns = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": said}]
        return asks(said, messages=turns, **more)

    def upstream(self, home: House) -> Upstream:
        return home.anthropic if self.place == MESSAGES else home.openai


CALLS = [say.LOOK_UP]
KINDS = {
    "chat": Kind(CHAT, say.chat(), say.chat_stream()),
    "chat with a call": Kind(CHAT, say.chat(say.SAID, CALLS), say.chat_stream(calls=CALLS), True),
    "responses": Kind(RESPONSES, say.responses(), say.response_stream()),
    "responses with a call": Kind(
        RESPONSES, say.responses(say.SAID, CALLS), say.response_stream(calls=CALLS), True
    ),
    "messages": Kind(MESSAGES, say.message(), say.message_stream()),
    "messages with a call": Kind(
        MESSAGES, say.message(say.SAID, CALLS), say.message_stream(calls=CALLS), True
    ),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("streams", [False, True], ids=["plain", "stream"])
def test_aRecordHoldsWhatWasAskedAndSaid(name: str, streams: bool, either: House) -> None:
    kind = KINDS[name]
    flow = either.flow("held", NOTES)
    kind.upstream(either).says(kind.script(streams))
    assert flow.ask(kind.place, kind.body(streams), *RUN).status == 200
    record = flow.record()
    messages = record["reading"]["messages"]
    assert messages == [
        {"role": "system", "text": SYSTEM},
        {"role": "user", "text": "What did Birch say?"},
        {"role": "assistant", "text": say.SAID},
    ]
    calls = record["reading"]["tool_calls"]
    shown = [(call["name"], json.loads(call["arguments"])) for call in calls]
    assert shown == ([(say.LOOK_UP[1], json.loads(say.LOOK_UP[2]))] if kind.calls else [])
    envelope = record["groups"]["envelope"]
    assert envelope["model"] == (say.CLAUDE if kind.place == MESSAGES else say.MODEL)
    assert (envelope["tokens_in"], envelope["tokens_out"]) == (12, 7)
    assert envelope["status"] == "ok"
    assert (envelope["trace"], envelope["span"]) == (TRACE, "b7ad6b7169203331")
    assert (envelope["session"], envelope["target"]) == ("run-7", "case-9")
    assert envelope["source"] == ("anthropic" if kind.place == MESSAGES else "openai")
    began, ended = [datetime.fromisoformat(envelope[when]) for when in ("at", "ended_at")]
    assert began <= ended <= datetime.fromisoformat(record["received_at"])
    parameters = record["groups"]["parameters"]
    assert (parameters["temperature"], parameters["seed"]) == (0.25, 7)
    http = attributes(record)["http"]
    assert (http["method"], http["path"], http["status"]) == ("POST", kind.place, 200)
    assert http["upstream_request_id"] == "req_up_9" and http["request_id"]


def test_whatAModelThoughtIsOnRecord(either: House) -> None:
    flow = either.flow("thought")
    either.anthropic.says(stream(*say.message_stream(thinks=True)))
    flow.ask(MESSAGES, asks(stream=True))
    assert say.THINKING in json.dumps(flow.record()["groups"]["output"], ensure_ascii=False)


def test_severalChoicesAreOnRecord(either: House) -> None:
    flow = either.flow("choices")
    parts = [
        say.event({"id": "c", "model": say.MODEL, "choices": [
            {"index": index, "delta": {"content": word}, "finish_reason": None}
        ]})
        for index, word in [(0, "Al"), (1, "Bi"), (0, "der"), (1, "rch")]
    ]  # fmt: skip
    either.openai.says(stream(*parts, b"data: [DONE]\n\n"))
    flow.ask(CHAT, asks(stream=True, n=2))
    said = [m["text"] for m in flow.record()["reading"]["messages"][1:]]
    assert said == ["Alder", "Birch"]


@pytest.mark.parametrize(
    ("place", "answer", "kind", "tokens"),
    [
        ("/openai/v1/embeddings", say.EMBEDDINGS, "model_exchange", 3),
        ("/anthropic/v1/messages/count_tokens", say.TOKENS, "note", 14),
    ],
)
def test_whatNoModelSaidIsOnRecordToo(
    place: str, answer: bytes, kind: str, tokens: int, either: House
) -> None:
    flow = either.flow("other")
    for upstream in (either.openai, either.anthropic):
        upstream.says(plain(answer))
    assert flow.ask(place, asks()).body == answer
    record = flow.record(kind)
    assert record["status"] == "ok"
    # What a count counts was not spent.
    if kind == "model_exchange":
        assert record["groups"]["envelope"]["tokens_in"] == tokens
    assert attributes(record)["answer"]["bytes"] == len(answer)


def test_anErrorOfTheProviderIsOnRecord(either: House) -> None:
    flow = either.flow("error")
    body = say.text({"error": {"message": "Rate limit reached for tpm", "type": "tokens"}})
    either.openai.says(plain(body, 429))
    assert flow.ask(CHAT, asks()).status == 429
    record = flow.record()
    assert record["status"] == "error: 429"
    assert "Rate limit reached" in json.dumps(record["groups"])


def test_anAnswerThatCannotBeReadIsOnRecord(either: House) -> None:
    flow = either.flow("unreadable")
    body = b'{"choices": [], "choices": []}'
    either.openai.says(plain(body))
    assert flow.ask(CHAT, asks()).status == 502
    record = flow.record()
    assert record["status"] == "error: unreadable_answer"
    assert attributes(record)["answer"]["text"] == body.decode()


def test_whatWasSentIsOnRecordWhereNoAnswerCame(either: House) -> None:
    flow = either.flow("sent")
    either.openai.says(broken())
    assert flow.ask("/openai/v1/files", b"a file").status == 502
    (record,) = flow.records_ended(1)
    assert record["status"] == "error: upstream_failed"
    assert attributes(record)["sent"]["text"] == "a file"


def test_aChangeOfTheModelIsNoticed(either: House) -> None:
    """What answers may change without anybody's doing; the record shows from when on."""
    flow = either.flow("changed")
    for model in (say.MODEL, say.MODEL, "gpt-4o-mini-2026-11-01"):
        either.openai.says(plain(say.chat().replace(say.MODEL.encode(), model.encode())))
        assert flow.ask(CHAT, asks()).status == 200
    changes = either.reader.get(f"workflows/{flow.key}/changes").done(200)["items"]
    models = [change for change in changes if change["aspect"] == "model"]
    assert {change["what"] for change in models} >= {say.MODEL, "gpt-4o-mini-2026-11-01"}


# Concurrency


def answered(received: Received) -> Script:
    """Each caller has an answer of its own, in the way that was asked for."""
    asked = json.loads(received.body)
    said = f"About {received.all('x-mark')[0]}."
    streams = bool(asked.get("stream"))
    ids = [("x-request-id", f"req_{received.all('x-mark')[0]}")]
    whole = {"messages": say.message, "responses": say.responses}.get(
        received.target.rsplit("/", 1)[1], say.chat
    )
    parts = {"messages": say.message_stream, "responses": say.response_stream}.get(
        received.target.rsplit("/", 1)[1], say.chat_stream
    )
    if streams:
        return stream(*parts([said[:5], said[5:]]), fields=[SSE, *ids])
    return plain(whole(said), fields=[JSON, *ids])


def calls_in_a_row(flow: Flow, caller: int, calls: int) -> list[tuple[str, bytes]]:
    """Marks and answers, over one connection."""
    found = []
    with flow.line(60) as line:
        for number in range(calls):
            mark = f"m{caller:03}x{number:03}"
            place = [CHAT, RESPONSES, MESSAGES][(caller + number) % 3]
            body = asks(f"Who is {mark}?", stream=caller % 2 == 1)
            if place == RESPONSES:
                body = body.replace(b'"messages"', b'"input"')
            fields = flow.fields(("x-mark", mark), ("x-cordon-run", mark))
            reply = line.ask("POST", place, fields, body).reply()
            assert (reply.status, reply.is_whole) == (200, True), reply
            found.append((mark, reply.body))
    return found


def is_recorded_by_many(home: House, callers: int, calls: int, recording: str) -> None:
    flow = home.flow("many", gateway={"record": recording})
    for upstream in (home.openai, home.anthropic):
        upstream.says_by(answered)
    with ThreadPoolExecutor(callers) as pool:
        futures = [pool.submit(calls_in_a_row, flow, number, calls) for number in range(callers)]
        answers = {mark: body for future in futures for mark, body in future.result(300)}
    assert len(answers) == callers * calls
    listed = flow.listed_once(len(answers), "model_exchange", 60)
    assert sorted(item["session"] for item in listed) == sorted(answers)
    assert {item["status"] for item in listed} == {"ok"}
    for item in listed[:: max(1, len(listed) // 256)]:
        mark = item["session"]
        record = home.whole(item)
        asked, said = record["reading"]["messages"]
        assert asked == {"role": "user", "text": f"Who is {mark}?"}
        assert said == {"role": "assistant", "text": f"About {mark}."}
        assert attributes(record)["http"]["upstream_request_id"] == f"req_{mark}"
        # What the caller saw is what is on record.
        if delivered := attributes(record).get("delivered"):
            assert delivered["sha256"] == hashlib.sha256(answers[mark]).hexdigest()
        else:
            assert f"About {mark}." in answers[mark].decode()
    check_log(home.world.admin)


@pytest.mark.parametrize("recording", ["record_or_refuse", "best_effort"])
def test_everyCallOfManyIsRecordedOnce(recording: str, either: House) -> None:
    is_recorded_by_many(either, 64, 4, recording)


@pytest.mark.torture
@pytest.mark.parametrize("recording", ["record_or_refuse", "best_effort"])
def test_everyCallOfVeryManyIsRecordedOnce(recording: str, either: House) -> None:
    is_recorded_by_many(either, 64, 100, recording)


# Before the answer


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("streams", [False, True], ids=["plain", "stream"])
def test_theRecordIsThereWhenTheAnswerArrives(name: str, streams: bool, either: House) -> None:
    kind = KINDS[name]
    flow = either.flow("first", NOTES)
    kind.upstream(either).says(kind.script(streams))
    for number in range(1, 6):
        assert flow.ask(kind.place, kind.body(streams)).status == 200
        # No waiting: it was durable before the caller could know that this was all.
        assert len(flow.listed(kind="model_exchange")) == number


def test_nothingOfAStreamComesBeforeItIsOnRecordThatItWasAskedFor(either: House) -> None:
    flow = either.flow("first")
    pause, parts = Pause(), say.chat_stream()
    either.openai.says(stream(parts[0], pause, *parts[1:]))
    with flow.line() as line:
        line.ask("POST", CHAT, flow.fields(), asks(stream=True)).head().read(len(parts[0]))
        (begun,) = flow.listed()
        assert (begun["kind"], begun["status"]) == ("note", "begun")
        asked = either.whole(begun)["reading"]["messages"]
        assert asked == [{"role": "user", "text": "What did Birch say?"}]
        pause.wait_for().go.set()


class Reckless:
    """Callers who note each answer in the moment in which it is there, while the server dies."""

    def __init__(self, flow: Flow, callers: int) -> None:
        self.flow = flow
        self.answered: list[str] = []
        self.over = threading.Event()
        self.threads = [
            threading.Thread(target=self.calls, args=(number,), daemon=True)
            for number in range(callers)
        ]

    def calls(self, caller: int) -> None:
        number = 0
        try:
            with self.flow.line() as line:
                while not self.over.is_set():
                    mark = f"{self.flow.key}.{caller}.{number}"
                    fields = self.flow.fields(("x-cordon-run", mark), ("x-mark", mark))
                    body = asks(stream=caller % 2 == 1)
                    reply = line.ask("POST", CHAT, fields, body).reply()
                    if self.is_answer(reply):
                        self.answered.append(mark)
                    number += 1
        except (OSError, ValueError, EOFError):
            # The server is gone in the middle of a call: that one was never answered.
            return
        except Exception as error:
            if type(error).__module__ != "http.client":
                raise

    def wait_for(self, answers: int) -> None:
        until("they are being answered", lambda: len(self.answered) >= answers)

    @staticmethod
    def is_answer(reply: Reply) -> bool:
        if reply.status != 200 or not reply.is_whole:
            return False
        return reply.body.endswith(b"[DONE]\n\n") or reply.body.startswith(b'{"id"')


def are_there_after_kills(home: House, rounds: int) -> None:
    home.openai.says_by(answered)
    answers = 0
    for number in range(rounds):
        flow = home.flow("killed")
        crowd = Reckless(flow, 8)
        for thread in crowd.threads:
            thread.start()
        crowd.wait_for(9 + number % 13)
        home.server.kill()
        crowd.over.set()
        for thread in crowd.threads:
            thread.join(30)
        home.restarted()
        kept = {
            item["session"]: item["status"]
            for item in flow.listed(kind="model_exchange")
        }  # fmt: skip
        lost = [mark for mark in crowd.answered if kept.get(mark) != "ok"]
        assert lost == [], f"{len(lost)} of {len(crowd.answered)} answers have no record"
        answers += len(crowd.answered)
    print(f"{rounds} kills, {answers} answers, each with its record")
    size = check_log(home.world.admin)
    home.server.stop()
    check_offline(home.server, size)
    home.restarted()


def test_noAnswerLosesItsRecordWhenTheServerIsKilled(either: House) -> None:
    are_there_after_kills(either, 6)


@pytest.mark.torture
def test_noAnswerLosesItsRecordWhenTheServerIsKilled200Times(either: House) -> None:
    are_there_after_kills(either, 200)


def test_aServerThatIsAskedToEndKeepsWhatNobodyWaitedFor(either: House) -> None:
    """Records of best effort wait a moment for each other, and an end does not lose them."""

    def says(received: Received) -> Script:
        return stream(*say.chat_stream()) if b"true" in received.body else plain(say.chat())

    either.openai.says_by(says)
    flow = either.flow("ended", gateway={"record": "best_effort"})
    for number in range(1, 6):
        with ThreadPoolExecutor(8) as pool:
            replies = pool.map(lambda turn: flow.ask(CHAT, asks(stream=turn % 2 == 0)), range(24))
            assert {reply.status for reply in replies} == {200}
        assert either.server.stop() == 0
        either.restarted()
        assert len(flow.listed(kind="model_exchange")) == 24 * number


def test_aServerThatHasJustStartedAsksNobodyWhoseAnswerItCannotKeep(either: House) -> None:
    """What was asked for may have cost, or done, something: then its answer is not thrown away."""
    flow = either.flow("early")
    for _ in range(5):
        either.server.kill()
        either.restarted()
        either.openai.says(plain(say.chat()))
        with ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(lambda _: flow.ask(CHAT, asks()).status, range(64)))
        assert set(statuses) <= {200, 503}
        assert len(either.openai.requests) == statuses.count(200), Counter(statuses)


# Where nothing can be kept


def is_refused_for_want_of_evidence(reply: Reply, streams: bool) -> bool:
    """Whether it was refused; fails unless it was either that, or a whole answer."""
    if streams and reply.status == 200:
        if reply.body.endswith(b"[DONE]\n\n"):
            return False
        told = json.loads(reply.body.rpartition(b"data: ")[2])
        # Nothing but the end was held back for it.
        assert told["error"]["code"] == "not_recorded"
        return True
    if reply.status == 200:
        assert reply.body == say.chat()
        return False
    assert reply.status == 503 and reply.all("x-should-retry") == []
    assert json.loads(reply.body)["error"]["code"] == "not_recorded"
    return True


@contextmanager
def cramped(binary: str, tmp_path: Path) -> Iterator[tuple[House, Path]]:
    """A server whose data lies on a disk of 20 MiB."""
    with small_disk(tmp_path / "disk", 20) as disk:
        (disk / "data").mkdir(mode=0o700)
        data = tmp_path / "data"
        data.symlink_to(disk / "data")
        with house(binary, tmp_path, data=data) as home:
            yield home, disk


def test_withoutRoomForEvidenceAnAnswerIsRefused(binary: str, tmp_path: Path) -> None:
    with cramped(binary, tmp_path) as (home, disk):
        waits = home.flow("waits", gateway={"record": "record_or_refuse"})
        goes_on = home.flow("goes-on", gateway={"record": "best_effort"})
        newcomer = home.flow("newcomer", gateway={"record": "best_effort"})
        passes_all_the_same(home, goes_on)
        goes_on.records(2)
        kept = fills_up(home, waits)
        for streams in (False, True):
            is_refused_now(home, waits, streams)
        for flow in (goes_on, newcomer):
            passes_all_the_same(home, flow)
        # A stop is kept, and takes effect.
        incident = waits.stop()["incident"]
        home.openai.says(plain(say.chat()))
        reply = waits.ask(CHAT, asks())
        assert (reply.status, reply.all("x-cordon-incident")) == (403, [incident])
        enlarge(disk, 64)
        home.server.kill()
        home.restarted()
        assert {item["session"] for item in waits.listed(kind="model_exchange")} >= kept
        # Of a workflow none of whose records was ever kept only metrics and log tell.
        says_what_it_lacks(home, goes_on)
        home.server.kill()


def in_halves(pause: Pause) -> Script:
    """A file of a stated length."""

    def say_both(exchange: Exchange) -> None:
        exchange.head(200, [("content-type", "audio/mpeg"), ("content-length", "2000")])
        exchange.raw(b"x" * 1000)
        exchange.pause(pause)
        exchange.raw(b"y" * 1000)

    return say_both


def test_whatHadBegunWhenTheRoomRanOutDoesNotEndWell(binary: str, tmp_path: Path) -> None:
    """Some of it has gone on: its end does not, and that it has no record is noted."""
    with cramped(binary, tmp_path) as (home, disk):
        reads, takes, fills = (home.flow(stem) for stem in ("reads", "takes", "fills"))
        parts, first, second = say.chat_stream(), Pause(), Pause()
        home.openai.says(stream(*parts[:4], first, *parts[4:]))
        reading = reads.line(60).ask("POST", CHAT, reads.fields(), asks(stream=True)).head()
        assert reading.read(len(b"".join(parts[:4]))) == b"".join(parts[:4])
        first.wait_for()
        home.openai.says(in_halves(second))
        place = "/openai/v1/files/file-1/content"
        taking = takes.line(60).ask("GET", place, takes.fields()).head("GET")
        assert taking.read(1000) == b"x" * 1000
        second.wait_for()
        fills_up(home, fills)
        first.go.set()
        second.go.set()
        assert is_refused_for_want_of_evidence(whole(reading), True)
        rest = whole(taking)
        assert (rest.body, rest.is_whole) == (b"", False)
        for flow in (reads, takes):
            says_what_it_lacks(home, flow)
        home.server.kill()


def fills_up(home: House, flow: Flow) -> set[str]:
    """Calls until nothing more is kept; returns the runs that were answered."""
    kept: set[str] = set()
    noise = bytes(range(256)) * 4
    home.openai.says(plain(say.chat()))
    for number in range(5_000):
        mark = f"run-{number}"
        # What cannot be compressed fills a disk soon.
        chaff = "".join(f"{hash((number, index)):x}" for index in range(2_000)) + noise.hex()
        reply = flow.ask(CHAT, asks(chaff), ("x-cordon-run", mark))
        if is_refused_for_want_of_evidence(reply, False):
            assert kept, "nothing was ever kept"
            return kept
        kept.add(mark)
    raise AssertionError("the disk does not fill")


def is_refused_now(home: House, flow: Flow, streams: bool) -> None:
    home.openai.says(stream(*say.chat_stream()) if streams else plain(say.chat()))
    for _ in range(5):
        reply = flow.ask(CHAT, asks(stream=streams))
        assert is_refused_for_want_of_evidence(reply, streams)
        for word in say.WORDS:
            assert word.strip().encode() not in reply.body


def passes_all_the_same(home: House, flow: Flow) -> None:
    for streams in (False, True):
        home.openai.says(stream(*say.chat_stream()) if streams else plain(say.chat()))
        reply = flow.ask(CHAT, asks(stream=streams))
        assert (reply.status, reply.is_whole) == (200, True)
        assert reply.body == (b"".join(say.chat_stream()) if streams else say.chat())


def says_what_it_lacks(home: House, flow: Flow) -> None:
    """That calls passed without a record is itself on record, and outlives a restart."""

    def gaps() -> list[Record]:
        state = home.reader.get(f"workflows/{flow.key}/evidence").done(200)
        found: list[Record] = state["gaps"]
        return found

    found = until(f"the gap of {flow.key} is there", gaps, 5)
    assert [gap["kind"] for gap in found] == ["dropped"]

    def counted() -> int:
        state = home.reader.get(f"workflows/{flow.key}/evidence").done(200)
        return sum(use["count"] for use in state["open_uses"] if use["kind"] == "without_record")

    until(f"what {flow.key} did without a record is counted", counted, 20)
    until("an incident is suggested", flow.incidents, 20)
