"""Peers that mean harm, or are broken: a clear error, bounded memory, and all of it on record."""

import contextlib
import gzip
import hashlib
import socket
import time
import zlib

import pytest

import gateway_answers as say
from gateway_rough import MEMORY, MIB, Memory, error_of, flow, goes_on, last_error, rough
from gateway_upstream import JSON, SSE, Exchange, Pause, Script, broken, held, plain, stream
from gateway_world import CHAT, MESSAGES, Flow, House, asks, attributes
from waiting import until

__all__ = ["flow", "rough"]

RESPONSES = "/openai/v1/responses"


# Callers that are slow, or send more than they should


def test_callersWhoSendForeverHoldNobodyUp(rough: House, flow: Flow) -> None:
    rough.openai.says(plain(say.chat()))
    head = f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {flow.token}\r\n"
    begun = [
        head.encode(),
        head.encode()[:-9],
        f"{head}content-length: 5000\r\n\r\n".encode() + b'{"model": ',
        f"{head}transfer-encoding: chunked\r\n\r\n".encode() + b'5\r\n{"mod',
    ]
    lines = [flow.line().send(begun[number % 4]) for number in range(200)]
    try:
        for _ in range(5):
            for line in lines:
                # Some may have been closed by now, which is as good.
                with contextlib.suppress(OSError):
                    line.send(b" ")
            assert flow.ask(CHAT, asks()).status == 200
        assert len(rough.openai.requests) == 5
    finally:
        for line in lines:
            line.drop()
    goes_on(flow)


def test_whoSendsSlowlyIsServedAllTheSame(rough: House, flow: Flow) -> None:
    """An upload may take longer than a provider may be silent."""
    rough.openai.says(plain(say.chat()))
    body = asks()
    with flow.line() as line:
        line.ask("POST", CHAT, flow.fields(("content-length", str(len(body)))))
        for place in range(0, len(body), 8):
            line.send(body[place : place + 8])
            time.sleep(0.1)
        assert line.reply().body == say.chat()
    assert rough.openai.only.body == body


def bomb(size: int) -> bytes:
    """So many megabytes of JSON, packed a thousandfold."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = [packer.compress(b'{"model": "x", "messages": [], "x": "')]
    packed += [packer.compress(b"x" * MIB) for _ in range(size)]
    return b"".join([*packed, packer.compress(b'"}'), packer.flush()])


def test_aRequestThatUnpacksToAGigabyteIsRefused(rough: House, flow: Flow) -> None:
    rough.openai.says(plain(say.chat()))
    packed = bomb(1024)
    assert len(packed) < 2 * MIB
    with Memory(rough) as memory:
        for _ in range(4):
            reply = flow.ask(CHAT, packed, ("content-encoding", "gzip"))
            assert reply.status in (400, 413) and reply.all("x-should-retry") == ["false"]
            error_of(reply)
    assert rough.openai.requests == []
    assert memory.most < MEMORY
    goes_on(flow)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", b"no gzip at all"),
        ("gzip", gzip.compress(asks())[:-9]),
        ("gzip, gzip", gzip.compress(gzip.compress(asks()))),
        ("made-up", asks()),
        ("zstd", b"\x28\xb5\x2f\xfd\xff\xff"),
    ],
)
def test_whatCannotBeUnpackedIsRefused(coding: str, body: bytes, rough: House, flow: Flow) -> None:
    """What cannot be read cannot be judged."""
    rough.openai.says(plain(say.chat()))
    reply = flow.ask(CHAT, body, ("content-encoding", coding))
    assert reply.status in (400, 415)
    error_of(reply)
    assert rough.openai.requests == []


@pytest.mark.parametrize("depth", [600, 100_000])
def test_whatIsNestedDeeplyHarmsNobody(depth: int, rough: House, flow: Flow) -> None:
    rough.openai.says(plain(b'{"choices": ' + b"[" * depth + b"]" * depth + b"}"))
    deep = f'{{"model": "gpt-4o-mini", "messages": {"[" * depth}{"]" * depth}}}'.encode()
    assert flow.ask(CHAT, deep).status in (200, 400, 502)
    assert flow.ask(CHAT, asks()).status in (200, 502)
    goes_on(flow)


# Providers that stall


@pytest.mark.parametrize("place", [CHAT, RESPONSES, MESSAGES])
@pytest.mark.parametrize("way", ["no head", "no body", "half a body"])
def test_aProviderThatSaysNothingIsGivenUp(place: str, way: str, rough: House) -> None:
    flow = rough.flow("stalled")
    pause = Pause()
    answer = say.message() if place == MESSAGES else say.chat()
    script: Script = held(pause, plain(answer))
    if way != "no head":
        script = stream(answer[: 50 if way == "half a body" else 0], pause, fields=[JSON])
    upstream = rough.anthropic if place == MESSAGES else rough.openai
    upstream.says(script)
    reply = flow.ask(place, asks())
    assert reply.status == 502 and error_of(reply)["code"] == "upstream_failed"
    assert len(upstream.requests) == 1
    until("the provider is left", lambda: upstream.only.is_closed)
    assert flow.record()["status"] == "error: upstream_failed"


def test_aStreamThatSaysNothingMoreIsGivenUp(rough: House) -> None:
    flow = rough.flow("stalled")
    parts, pause = say.chat_stream(), Pause()
    rough.openai.says(stream(*parts[:4], pause))
    reply = flow.ask(CHAT, asks(stream=True))
    assert reply.body.startswith(b"".join(parts[:4]))
    assert last_error(reply.body)["code"] == "upstream_failed"
    until("the provider is left", lambda: rough.openai.only.is_closed)
    record = flow.record()
    assert record["status"] == "error: upstream_failed"
    assert attributes(record)["delivered"]["text"] == reply.body.decode()


def test_aStreamThatSaysLittleIsNotGivenUp(rough: House, flow: Flow) -> None:
    """A comment twice a second is enough, for longer than silence may last."""

    def say_little(exchange: Exchange) -> None:
        exchange.head(200, [SSE, ("transfer-encoding", "chunked")])
        for _ in range(5):
            exchange.chunk(b": keep-alive\n\n")
            time.sleep(0.5)
        exchange.chunk(b"data: [DONE]\n\n")
        exchange.raw(b"0\r\n\r\n")

    rough.openai.says(say_little)
    reply = flow.ask(CHAT, asks(stream=True))
    assert reply.body == b": keep-alive\n\n" * 5 + b"data: [DONE]\n\n"


# Streams that are none


@pytest.mark.parametrize(
    "body",
    [
        b"no stream at all",
        b"data: {half",
        b"data: \xff\xfe\xfd\n\n",
        b"data: null\n\ndata: 7\n\ndata: []\n\ndata: \"x\"\n\n",
        b'data: {"choices": 7}\n\ndata: {"choices": [7, null, {"delta": 7}]}\n\n',
        b'data: {"choices": [{"index": 9223372036854775807, "delta": {"content": "x"}}]}\n\n',
        b'data: {"choices": [{"index": -1, "delta": {"tool_calls": [7, {"index": "x"}]}}]}\n\n',
        b'data: {"choices": [{"delta": {"tool_calls": {"a": 1}}}], "usage": {"x": -1}}\n\n',
        b"\xef\xbb\xbfdata: {}\n\n",
        b"\n\n\n\n\r\r\r\n:\n\n",
        b"event: error\ndata: {}\n\n",
        b'data: {"type": "content_block_stop", "index": 99}\n\n',
        b"data: " + b"[" * 100_000 + b"\n\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", [CHAT, RESPONSES, MESSAGES])
def test_aMalformedStreamPassesAsItIsAndHarmsNobody(body: bytes, place: str, rough: House) -> None:
    flow = rough.flow("odd")
    upstream = rough.anthropic if place == MESSAGES else rough.openai
    upstream.says(stream(body))
    reply = flow.ask(place, asks(stream=True))
    assert reply.status == 200
    # It passes, unless it holds what has to be judged and cannot be: then it ends in an error.
    assert reply.body == body or "code" in last_error(reply.body)
    record = flow.record()
    delivered = attributes(record)["delivered"]
    assert delivered["sha256"] == hashlib.sha256(reply.body).hexdigest()
    goes_on(flow)


def test_headsThatNeverEndAreGivenUp(rough: House) -> None:
    flow = rough.flow("endless")
    rough.openai.says(broken(b"HTTP/1.1 200 OK\r\n", *[b"x-a: " + b"b" * 9_000 + b"\r\n"] * 500))
    reply = flow.ask(CHAT, asks())
    assert reply.status == 502 and error_of(reply)["code"] == "upstream_failed"
    goes_on(flow)


# All at once


def test_memoryStaysBoundedUnderAbuse(rough: House, flow: Flow) -> None:
    """What all the tests before have left behind is little."""
    until("nothing is under way", lambda: rough.memory < MEMORY)
    assert rough.is_up
    assert socket.create_connection(("127.0.0.1", int(rough.server.url.rsplit(":", 1)[1])), 5)
    goes_on(flow)
