"""Whichever side goes away, the other one learns of it, and the record says how far it had come."""

import hashlib
import json
import socket
import time
from typing import Any

import pytest

import gateway_answers as say
from gateway_generations import Client, client
from gateway_upstream import JSON, SSE, Pause, Received, Upstream, broken, held, plain, stream
from gateway_wire import Line, Reply, whole
from gateway_world import CHAT, MESSAGES, Flow, House, Record, asks, attributes, home
from waiting import until

__all__ = ["client", "home"]

# The issue allows 0.2 s for a disconnect to reach the other side; with slack.
SOON = 2.0
RESPONSES = "/openai/v1/responses"
FILES = "/openai/v1/files"
FILE = f"{FILES}/file-1/content"
FRONTS: dict[str, tuple[str, list[bytes], bytes]] = {
    "chat": (CHAT, say.chat_stream(), say.chat()),
    "responses": (RESPONSES, say.response_stream(), say.responses()),
    "messages": (MESSAGES, say.message_stream(), say.message()),
}
HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(scope="module")
def flow(home: House) -> Flow:
    return home.flow("left")


def provider(home: House, front: str) -> Upstream:
    return home.anthropic if front == "messages" else home.openai


def leaves(line: Line, how: str) -> float:
    """Goes away; returns when, by the monotonic clock."""
    left = time.monotonic()
    if how == "reset":
        line.drop()
    else:
        line.socket.shutdown(socket.SHUT_RDWR)
        line.socket.close()
    return left


def reaches(received: Received, left: float, what: str) -> None:
    until(f"{what}: the upstream is closed", lambda: received.is_closed, SOON)
    print(f"{what}: the upstream was closed {received.closed_at / 1e6 - left * 1e3:.0f} ms later")


def was_delivered(record: Record, body: bytes) -> None:
    delivered = attributes(record)["delivered"]
    assert delivered["bytes"] == len(body)
    assert delivered["sha256"] == hashlib.sha256(body).hexdigest()


# The caller goes away


@pytest.mark.parametrize("how", ["closed", "reset"])
@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("recording", ["record_or_refuse", "best_effort"])
def test_whoLeavesAStreamEndsItAtTheProvider(
    how: str, front: str, recording: str, home: House
) -> None:
    flow = home.flow("left", gateway={"record": recording})
    place, parts, _ = FRONTS[front]
    pause = Pause()
    before = b"".join(parts[:4])
    provider(home, front).says(stream(*parts[:4], pause, *parts[4:]))
    line = flow.line().ask("POST", place, flow.fields(), asks(stream=True))
    assert line.head().read(len(before)) == before
    pause.wait_for()
    reaches(provider(home, front).only, leaves(line, how), f"stream of {front}, {how}")
    record = flow.record()
    assert record["status"] == "caller_gone"
    was_delivered(record, before)
    # Nobody stopped it, and nobody is to blame.
    assert flow.incidents() == []


@pytest.mark.parametrize("how", ["closed", "reset"])
@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("place", ["before its head", "within its body"])
def test_whoLeavesAPlainCallEndsItAtTheProvider(
    how: str, front: str, place: str, home: House
) -> None:
    flow = home.flow("left")
    target, _, answer = FRONTS[front]
    pause = Pause()
    late = stream(answer[:50], pause, answer[50:], fields=[JSON])
    script = held(pause, plain(answer)) if place == "before its head" else late
    provider(home, front).says(script)
    line = flow.line().ask("POST", target, flow.fields(), asks())
    pause.wait_for()
    reaches(provider(home, front).only, leaves(line, how), f"plain {front}, {place}, {how}")
    record = flow.record()
    assert record["status"] == "caller_gone"
    assert record["reading"]["messages"] == [{"role": "user", "text": "What did Birch say?"}]


def test_whoLeavesAnOpaqueCallEndsItAtTheProvider(home: House) -> None:
    flow = home.flow("left")
    pause = Pause()
    home.openai.says(stream(b"x" * 500, pause, b"y", fields=[("content-type", "audio/mpeg")]))
    line = flow.line().ask("GET", FILE, flow.fields())
    assert line.head("GET").read(500) == b"x" * 500
    pause.wait_for()
    reaches(home.openai.only, leaves(line, "closed"), "opaque")
    (record,) = flow.records_ended(1)
    assert record["status"] == "caller_gone"
    was_delivered(record, b"x" * 500)


def test_whoLeavesBeforeAllIsSentAsksNobody(home: House, flow: Flow) -> None:
    home.openai.says(plain(say.chat()))
    line = flow.line()
    line.send(f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {flow.token}\r\n"
              "content-length: 5000\r\n\r\n{".encode())  # fmt: skip
    leaves(line, "closed")
    assert flow.ask(CHAT, asks()).status == 200
    assert len(home.openai.requests) == 1


@pytest.mark.parametrize("length", ["content-length: 5000000", "transfer-encoding: chunked"])
def test_whoUploadsAndLeavesEndsItAtTheProvider(length: str, home: House) -> None:
    """What is not read passes as it comes, so the provider has begun to read it."""
    flow = home.flow("left")
    home.openai.says(plain(b"{}"))
    sent = b"x" * 100_000
    name, _, value = length.partition(": ")
    line = flow.line().ask("POST", FILES, flow.fields((name, value)))
    line.send(sent if "content" in length else b"%x\r\n%s\r\n" % (len(sent), sent))
    until("the provider is being asked", lambda: home.openai.connections)
    leaves(line, "closed")
    (record,) = flow.records_ended(1)
    assert record["status"] == "caller_gone"
    # A request that was never whole is none.
    assert home.openai.requests == []


@pytest.mark.parametrize("call", ["chat_left"])
def test_theOfficialClientLeavesAndTheProviderLearnsOfIt(
    call: str, client: Client, home: House
) -> None:
    flow = home.flow("left")
    parts, pause = say.chat_stream(), Pause()
    home.openai.says(stream(*parts[:4], pause, *parts[4:]))
    left = time.monotonic()
    assert client.does(call, flow) == say.WORDS[0]
    reaches(home.openai.only, left, f"openai {client.version}")
    assert flow.record()["status"] == "caller_gone"


def test_anthropicsClientLeavesAndTheProviderLearnsOfIt(home: House) -> None:
    flow = home.flow("left")
    parts, pause = say.message_stream(), Pause()
    home.anthropic.says(stream(*parts[:5], pause, *parts[5:]))
    asked: list[Any] = [{"role": "user", "content": "?"}]
    with flow.anthropic().messages.stream(model="c", max_tokens=9, messages=asked) as events:
        assert next(iter(events.text_stream)) == say.WORDS[0]
        left = time.monotonic()
    reaches(home.anthropic.only, left, "anthropic")
    assert flow.record()["status"] == "caller_gone"


def test_manyWhoLeaveAtOnceLeaveNothingBehind(home: House) -> None:
    flow = home.flow("left")
    pauses = [Pause() for _ in range(50)]
    scripts = [stream(say.chat_stream()[0], pause) for pause in pauses]
    home.openai.says_by(lambda _: scripts.pop())
    lines = [flow.line().ask("POST", CHAT, flow.fields(), asks(stream=True)) for _ in pauses]
    for pause in pauses:
        pause.wait_for()
    for number, line in enumerate(lines):
        leaves(line, "reset" if number % 2 else "closed")
    requests = home.openai.requests
    until("all upstreams are closed", lambda: all(each.is_closed for each in requests), SOON)
    assert {record["status"] for record in flow.records(50)} == {"caller_gone"}
    # Nothing is left that a stop would have to cut.
    flow.stop()
    until("it is confirmed", lambda: flow.target("gateway")["state"] == "confirmed", 10)
    assert flow.target("gateway")["proof"] == "No call was passing through the gateway."


# The provider goes away


def failed(reply: Reply, front: str) -> None:
    """A failure that passes: whoever asked may ask again, and decides that itself."""
    assert reply.status == 502
    assert reply.all("x-should-retry") == [] and reply.all("retry-after") == []
    told = json.loads(reply.body)
    assert told["error"]["code"] == "upstream_failed" and told["error"]["message"]
    assert front != "messages" or told["type"] == "error"


PLAIN = HEAD + b"content-type: application/json\r\n"
DEATHS = {
    "at once": b"",
    "within its head": HEAD + b"content-ty",
    "behind its head": PLAIN + b"content-length: 5000\r\n\r\n",
    "within its length": PLAIN + b'content-length: 5000\r\n\r\n{"id": "chatcmpl-1"',
    "within a chunk": PLAIN + b"transfer-encoding: chunked\r\n\r\n1388\r\n{",
    "between chunks": PLAIN + b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n",
    "in no protocol": b"220 mail.example.com ESMTP\r\n\r\n",
}


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("front", FRONTS)
def test_aProviderThatDiesIsAFailureAndNeverAnAnswer(death: str, front: str, home: House) -> None:
    flow = home.flow("died")
    provider(home, front).says(broken(DEATHS[death]))
    failed(flow.ask(FRONTS[front][0], asks()), front)
    # Never a retry of Cordon's own: what was asked for may have happened.
    assert len(provider(home, front).requests) == 1
    record = flow.record()
    assert record["status"] == "error: upstream_failed"
    assert record["reading"]["messages"][0]["text"] == "What did Birch say?"
    assert attributes(record)["fault"]


@pytest.mark.parametrize("ending", ["within a chunk", "between chunks"])
@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("recording", ["record_or_refuse", "best_effort"])
def test_aStreamWhoseProviderDiesEndsInTheProvidersError(
    ending: str, front: str, recording: str, home: House
) -> None:
    flow = home.flow("died", gateway={"record": recording})
    place, parts, _ = FRONTS[front]
    before, pause = b"".join(parts[:4]), Pause()
    half = b"400\r\ndata: {" if ending == "within a chunk" else b""
    head = HEAD + f"{SSE[0]}: {SSE[1]}\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    provider(home, front).says(broken(head, b"%x\r\n%s\r\n" % (len(before), before), pause, half))
    with flow.line() as line:
        response = line.ask("POST", place, flow.fields(), asks(stream=True)).head()
        assert response.read(len(before)) == before
        pause.wait_for().go.set()
        rest = whole(response)
    named = b"" if front == "chat" else b"event: error\n"
    assert rest.body.startswith(named + b"data: ") and rest.body.count(b"data: ") == 1
    assert json.loads(rest.body.partition(b"data: ")[2])["error"]["code"] == "upstream_failed"
    assert len(provider(home, front).requests) == 1
    record = flow.record()
    assert record["status"] == "error: upstream_failed"
    was_delivered(record, before + rest.body)


def test_theOfficialClientRaisesWhenTheProviderDies(client: Client, home: House) -> None:
    flow = home.flow("died")
    head = HEAD + b"content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    for call, parts in [
        ("chat_stream", say.chat_stream()),
        ("responses_stream", say.response_stream()),
    ]:
        half = b"%x\r\n%s" % (len(parts[1]) + 9, parts[1])
        home.openai.says(broken(head, half))
        assert client.fails(call, flow)["error"] == "APIError", call
        assert len(home.openai.requests) == 1


def test_anOpaqueAnswerThatDiesBreaksOff(home: House) -> None:
    flow = home.flow("died")
    octets = b"content-type: audio/mpeg\r\n"
    for length in (b"content-length: 5000\r\n\r\n", b"transfer-encoding: chunked\r\n\r\n1388\r\n"):
        home.openai.says(broken(HEAD + octets + length + b"x" * 100))
        reply = flow.ask(FILE, None, method="GET")
        assert (reply.status, reply.is_whole) in {(200, False), (502, True)}
        assert reply.status == 502 or reply.body == b"x" * 100
    assert {each["status"] for each in flow.records_ended(2)} == {"error: upstream_failed"}


def test_anAnswerThatEndsWithItsConnectionIsWhole(home: House, flow: Flow) -> None:
    """HTTP allows an answer without a length: then its connection's end is its own."""
    for fields in (PLAIN, HEAD.replace(b"1.1", b"1.0") + b"content-type: application/json\r\n"):
        home.openai.says(broken(fields + b"connection: close\r\n\r\n" + say.chat()))
        reply = flow.ask(CHAT, asks())
        assert (reply.status, reply.body, reply.is_whole) == (200, say.chat(), True)


def test_aConnectionThatTheProviderClosedIsNotUsedAgain(home: House, flow: Flow) -> None:
    length = f"content-length: {len(say.chat())}\r\n\r\n".encode()
    for _ in range(20):
        home.openai.says(broken(PLAIN + length + say.chat()))
        assert flow.ask(CHAT, asks()).status == 200


def test_aProviderThatEndsInTheMiddleOfACallIsNotBelieved(home: House) -> None:
    """The stream ends in all form, and a tool's call in it does not."""
    flow = home.flow("half", [{"name": "read_notes", "access": "read"}])
    for front, parts, behind in [
        ("chat", say.chat_stream(["Wait. "], [say.LOOK_UP]), 5),
        ("responses", say.response_stream(["Wait. "], [say.LOOK_UP]), 10),
        ("messages", say.message_stream(["Wait. "], [say.LOOK_UP]), 7),
    ]:
        provider(home, front).says(stream(*parts[:behind]))
        reply = flow.ask(FRONTS[front][0], asks(stream=True))
        assert b"Wait. " in reply.body and b"read_notes" not in reply.body, front
        last = reply.body.rpartition(b"data: ")[2]
        assert json.loads(last)["error"]["code"] == "upstream_failed"


# The server goes away


def test_aServerThatIsAskedToEndTellsItsCallers(home: House) -> None:
    flow = home.flow("ending")
    pause, other = Pause(), Pause()
    parts = say.chat_stream()
    home.openai.says_by(
        lambda received: stream(*parts[:4], pause) if b"true" in received.body
        else held(other, plain(say.chat()))
    )  # fmt: skip
    streaming = flow.line().ask("POST", CHAT, flow.fields(), asks(stream=True))
    waiting = flow.line().ask("POST", CHAT, flow.fields(), asks())
    pause.wait_for()
    other.wait_for()
    assert home.server.process
    home.server.process.terminate()
    rest = whole(streaming.head())
    assert json.loads(rest.body.rpartition(b"data: ")[2])["error"]["code"] == "server_ends"
    # A plain call has a few seconds more to end well.
    other.go.set()
    assert waiting.reply().body == say.chat()
    assert home.server.stop() == 0
    home.restarted()
    statuses = sorted(record["status"] for record in flow.records(2))
    assert statuses == ["error: server_ends", "ok"]
