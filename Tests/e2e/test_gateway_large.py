"""Whatever is very large passes or is refused, in bounded memory, and is on record."""

import contextlib
import hashlib

import pytest

import gateway_answers as say
from evidence_check import check_log, check_offline
from gateway_rough import MEMORY, MIB, Memory, error_of, flow, goes_on, last_error, rough
from gateway_upstream import JSON, SSE, Exchange, Fields, Gone, Script, plain, stream
from gateway_world import CHAT, MESSAGES, Flow, House, asks, attributes
from waiting import until

__all__ = ["flow", "rough"]

FILES = "/openai/v1/files"
FILE = f"{FILES}/file-1/content"
OCTETS = ("content-type", "application/octet-stream")


# Requests


def test_bodiesThatNeverEndHoldLittleMemory(rough: House, flow: Flow) -> None:
    """48 callers who each send 24 MiB of 25, and then nothing more: 1.1 GiB."""
    part = b" " * MIB
    with Memory(rough) as memory:
        lines = [
            flow.line(10).ask("POST", CHAT, flow.fields(("content-length", str(25 * MIB))))
            for _ in range(48)
        ]
        try:
            for _ in range(24):
                for line in lines:
                    # Who is refused, or made to wait, sends no more.
                    with contextlib.suppress(OSError):
                        line.socket.settimeout(0.2)
                        line.send(part)
            assert rough.is_up
        finally:
            for line in lines:
                line.drop()
    assert memory.most < MEMORY
    goes_on(flow)


def test_aRequestThatIsTooLargeIsRefused(rough: House, flow: Flow) -> None:
    rough.openai.says(plain(say.chat()))
    size = 33 * MIB
    with Memory(rough) as memory, flow.line() as line:
        line.ask("POST", CHAT, flow.fields(("content-length", str(size))))
        with contextlib.suppress(OSError):
            for _ in range(33):
                line.send(b" " * MIB)
        reply = line.reply()
    assert reply.status == 413
    assert error_of(reply)["code"] == "request_too_large"
    assert rough.openai.requests == []
    assert memory.most < MEMORY
    goes_on(flow)


@pytest.mark.parametrize(
    ("asked", "said"), [(15, 0), (17, 0), (31, 0), (0, 15), (0, 17), (0, 60), (20, 20)]
)
@pytest.mark.parametrize("streams", [False, True], ids=["plain", "stream"])
def test_aVeryLongCallIsOnRecordAndReadable(
    asked: int, said: int, streams: bool, rough: House
) -> None:
    """As many megabytes as may pass: as a whole, or its beginning, its size and its digest."""
    flow = rough.flow("long", gateway={"record": "record_or_refuse"})
    before = unread(rough)
    answer = "y" * (said * MIB)
    pieces = [answer[at : at + MIB] for at in range(0, len(answer), MIB)]
    rough.openai.says(stream(*say.chat_stream(pieces)) if streams else plain(say.chat(answer)))
    with flow.line(120) as line:
        body = asks("x" * (asked * MIB), stream=streams)
        reply = line.ask("POST", CHAT, flow.fields(), body).reply()
    until("all that was taken can be read", lambda: unread(rough) <= before, 10)
    if reply.status == 200 and b"not_recorded" not in reply.body[-1000:]:
        record = flow.record()
        assert record["state"] == "kept" and record["status"] == "ok"
        assert "x" * (1000 if asked else 0) in record["reading"]["messages"][0]["text"]


def unread(home: House) -> int:
    """Records that were taken and are not indexed: they may yet be, or nobody can open them."""
    counted = home.reader.get("evidence/count").done(200)
    return int(counted["records"]) - int(counted["indexed"])


# Answers


def flood(part: bytes, times: int, fields: Fields) -> Script:
    def say_much(exchange: Exchange) -> None:
        exchange.head(200, [*fields, ("transfer-encoding", "chunked")])
        for _ in range(times):
            exchange.chunk(part)
            exchange.look()
        exchange.raw(b"0\r\n\r\n")

    return say_much


@pytest.mark.parametrize("place", [CHAT, MESSAGES])
def test_anAnswerOfAHundredMegabytesIsRefused(place: str, rough: House) -> None:
    flow = rough.flow("flood")
    upstream = rough.anthropic if place == MESSAGES else rough.openai
    upstream.says(flood(b" " * MIB, 100, [JSON]))
    with Memory(rough) as memory:
        reply = flow.ask(place, asks())
    assert reply.status == 502 and error_of(reply)["code"] == "answer_too_large"
    until("the provider is left", lambda: upstream.only.is_closed)
    assert memory.most < MEMORY
    assert flow.record()["status"] == "error: answer_too_large"
    goes_on(flow)


def test_manyLargeAnswersAtOnceHoldLittleMemory(rough: House, flow: Flow) -> None:
    """16 answers of 50 MiB, each of which would be allowed alone: 800 MiB."""
    rough.openai.says(flood(b" " * MIB, 50, [JSON]))
    with Memory(rough) as memory:
        lines = [flow.line(60).ask("POST", CHAT, flow.fields(), asks()) for _ in range(16)]
        statuses = [line.reply().status for line in lines]
        for line in lines:
            line.drop()
    assert set(statuses) <= {200, 502, 503}, statuses
    assert memory.most < MEMORY
    goes_on(flow)


def test_aStreamOfAHundredMegabytesEndsInAnError(rough: House) -> None:
    flow = rough.flow("flood")
    rough.openai.says(flood(say.chunk({"content": "x" * 100_000}), 1000, [SSE]))
    with Memory(rough) as memory:
        reply = flow.ask(CHAT, asks(stream=True))
    assert last_error(reply.body)["code"] == "answer_too_large"
    assert len(reply.body) < 70 * MIB
    until("the provider is left", lambda: rough.openai.only.is_closed)
    assert memory.most < MEMORY
    delivered = attributes(flow.record())["delivered"]
    assert delivered["bytes"] == len(reply.body)
    assert delivered["sha256"] == hashlib.sha256(reply.body).hexdigest()
    goes_on(flow)


def test_aFileOfAnySizePassesInLittleMemory(rough: House) -> None:
    flow = rough.flow("flood")
    part = bytes(range(256)) * (MIB // 256)
    rough.openai.says(flood(part, 300, [OCTETS]))
    hashed = hashlib.sha256()
    with Memory(rough) as memory, flow.line(60) as line:
        response = line.ask("GET", FILE, flow.fields()).head("GET")
        size = 0
        while piece := response.read(1 << 16):
            hashed.update(piece)
            size += len(piece)
    assert size == 300 * MIB
    assert memory.most < MEMORY
    (record,) = flow.records_ended(1)
    delivered = attributes(record)["delivered"]
    assert (delivered["bytes"], delivered["sha256"]) == (size, hashed.hexdigest())


def test_anUploadOfAnySizePassesInLittleMemory(rough: House) -> None:
    flow = rough.flow("flood")
    part = bytes(range(256)) * (MIB // 256)
    rough.openai.says(plain(b"{}"))
    with Memory(rough) as memory, flow.line(60) as line:
        line.ask("POST", FILES, flow.fields(("content-length", str(200 * MIB))))
        for _ in range(200):
            line.send(part)
        assert line.reply().status == 200
    assert len(rough.openai.only.body) == 200 * MIB
    rough.openai.says(plain(b"{}"))
    assert memory.most < MEMORY


def test_aCallerThatReadsNothingHoldsTheProviderBack(rough: House) -> None:
    """Nothing is read ahead for a caller that does not take it."""
    flow = rough.flow("slow")
    sent = [0]

    def say_much(exchange: Exchange) -> None:
        exchange.head(200, [OCTETS, ("transfer-encoding", "chunked")])
        exchange.connection.settimeout(1)
        with contextlib.suppress(TimeoutError, Gone):
            for _ in range(500):
                exchange.chunk(b"x" * MIB)
                sent[0] += 1
        raise Gone

    rough.openai.says(say_much)
    with Memory(rough) as memory, flow.line() as line:
        line.ask("GET", FILE, flow.fields())
        rough.openai.asked()
        until("the provider waits", lambda: rough.openai.only.is_closed)
    assert sent[0] < 100, "all of it was read for somebody who took nothing"
    assert memory.most < MEMORY
    goes_on(flow)


def test_anEventWithoutAnEndIsGivenUp(rough: House) -> None:
    flow = rough.flow("endless")
    rough.openai.says(stream(b"data: ", *[b"x" * MIB for _ in range(20)]))
    with Memory(rough) as memory:
        reply = flow.ask(CHAT, asks(stream=True))
    assert last_error(reply.body)["code"] == "answer_too_large"
    assert memory.most < MEMORY
    assert flow.record()["status"] == "error: answer_too_large"
    goes_on(flow)


def test_whatWasTakenIsWholeOnTheDisk(rough: House) -> None:
    """After all the large ones: nothing is there that does not open."""
    size = check_log(rough.world.admin)
    rough.server.stop()
    try:
        check_offline(rough.server, size)
    finally:
        rough.restarted()
