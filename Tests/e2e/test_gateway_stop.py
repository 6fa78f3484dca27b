"""Stopped means stopped: nothing begins, nothing in flight ends well, all is on record."""

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import anthropic
import pytest

import gateway_answers as say
from gateway_generations import Client, client
from gateway_upstream import Pause, Script, Upstream, held, plain, stream
from gateway_wire import Line, Reply, whole
from gateway_world import CHAT, MESSAGES, Flow, House, Record, asks, attributes, either
from waiting import until
from world import FALLBACK

__all__ = ["client", "either"]

RESPONSES = "/openai/v1/responses"
# What the issue allows for a stream to end and for its upstream to be closed, and slack.
SOON = 2.0
FRONTS: dict[str, tuple[str, bytes, list[bytes]]] = {
    "chat": (CHAT, say.chat(), say.chat_stream()),
    "responses": (RESPONSES, say.responses(), say.response_stream()),
    "messages": (MESSAGES, say.message(), say.message_stream()),
}
OPAQUE = "/openai/v1/files/file-1/content"


def provider(home: House, front: str) -> Upstream:
    return home.anthropic if front == "messages" else home.openai


def in_pieces(front: str, pause: Pause, behind: int = 5) -> tuple[Script, bytes]:
    """A stream that waits in its middle, and what comes before that."""
    parts = FRONTS[front][2]
    before: list[Any] = list(parts[:behind])
    return stream(*before, pause, *parts[behind:]), b"".join(parts[:behind])


def refused(reply: Reply, flow: Flow, incident: str, front: str) -> None:
    """Fails unless it is the whole refusal that makes no client ask again."""
    assert reply.status == 403
    assert reply.all("x-should-retry") == ["false"]
    assert reply.all("x-cordon-incident") == [incident]
    assert reply.all("x-cordon-decision") == ["denied"]
    assert reply.all("retry-after") == [] and reply.all("retry-after-ms") == []
    assert reply.all("content-type") == ["application/json"]
    says_why(json.loads(reply.body), flow, incident, front)


def says_why(told: dict[str, Any], flow: Flow, incident: str, front: str) -> None:
    if front == "messages":
        assert told["type"] == "error" and told["request_id"]
    error = told["error"]
    assert error["type"] == error["code"] == "workflow_stopped"
    assert error["incident"] == incident
    for word in (flow.key, incident, str(FALLBACK["title"])):
        assert word in error["message"]


def was_delivered(record: Record, body: bytes) -> None:
    """Fails unless the record holds exactly these bytes as what the caller has."""
    delivered = attributes(record)["delivered"]
    assert delivered["bytes"] == len(body)
    assert delivered["text"] == body.decode()
    assert delivered["sha256"] == hashlib.sha256(body).hexdigest()


# Begun after the stop


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("streams", [False, True], ids=["plain", "stream"])
def test_aStoppedWorkflowGetsOneAnswerThatSaysWhy(front: str, streams: bool, either: House) -> None:
    flow = either.flow("before")
    incident = flow.stop()["incident"]
    provider(either, front).says(plain(b"{}"))
    refused(flow.ask(FRONTS[front][0], asks(stream=streams)), flow, incident, front)
    assert provider(either, front).requests == []
    record = flow.record()
    assert record["status"] == "denied: workflow_stopped"
    assert record["reading"]["messages"] == [{"role": "user", "text": "What did Birch say?"}]
    assert incident in attributes(record)["decision"]


@pytest.mark.parametrize(
    ("method", "place"),
    [
        ("GET", "/openai/v1/models"),
        ("POST", "/openai/v1/embeddings"),
        ("POST", "/openai/v1/files"),
        ("GET", "/openai/v1/responses/resp_1"),
        ("DELETE", "/openai/v1/files/file-1"),
        ("POST", "/openai/v1/made/up"),
        ("POST", "/anthropic/v1/messages/count_tokens"),
        ("POST", "/anthropic/v1/messages/batches"),
    ],
)
def test_nothingElseOfAStoppedWorkflowPassesEither(method: str, place: str, either: House) -> None:
    flow = either.flow("before")
    incident = flow.stop()["incident"]
    front = "messages" if "anthropic" in place else "chat"
    for upstream in (either.openai, either.anthropic):
        upstream.says(plain(b"{}"))
    body = asks() if method == "POST" else None
    refused(flow.ask(place, body, method=method), flow, incident, front)
    assert either.openai.requests == [] and either.anthropic.requests == []
    assert flow.record(None)["status"] == "denied: workflow_stopped"


@pytest.mark.parametrize(
    "call", ["chat", "chat_stream", "responses", "responses_stream", "embeddings", "models"]
)
def test_anOfficialClientAsksAStoppedWorkflowOnce(call: str, client: Client, either: House) -> None:
    flow = either.flow("once")
    incident = flow.stop()["incident"]
    either.openai.says(plain(b"{}"))
    raised = client.fails(call, flow)
    assert (raised["error"], raised["status"]) == ("PermissionDeniedError", 403)
    assert raised["body"]["code"] == "workflow_stopped"
    assert incident in raised["message"] and FALLBACK["title"] in raised["message"]
    assert either.openai.requests == []
    # Each request leaves one record: there was no second one.
    assert flow.record(None)["status"] == "denied: workflow_stopped"


def test_anthropicsClientAsksAStoppedWorkflowOnce(either: House) -> None:
    flow = either.flow("once")
    incident = flow.stop()["incident"]
    either.anthropic.says(plain(b"{}"))
    asked: dict[str, Any] = {"model": "claude", "messages": [{"role": "user", "content": "?"}]}
    with pytest.raises(anthropic.PermissionDeniedError, match=incident):
        flow.anthropic().messages.create(max_tokens=9, **asked)
    with (
        pytest.raises(anthropic.PermissionDeniedError, match=incident),
        flow.anthropic().messages.stream(max_tokens=9, **asked) as events,
    ):
        events.until_done()
    with pytest.raises(anthropic.PermissionDeniedError, match=incident):
        flow.anthropic().messages.count_tokens(**asked)
    assert either.anthropic.requests == []
    flow.records(3, None)


# In flight when the stop lands


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("recording", ["record_or_refuse", "best_effort"])
def test_aStreamInFlightEndsInTheProvidersError(front: str, recording: str, either: House) -> None:
    flow = either.flow("cut", gateway={"record": recording})
    pause = Pause()
    script, before = in_pieces(front, pause)
    upstream = provider(either, front)
    upstream.says(script)
    with flow.line() as line:
        response = line.ask("POST", FRONTS[front][0], flow.fields(), asks(stream=True)).head()
        assert response.read(len(before)) == before
        pause.wait_for()
        began = time.monotonic()
        incident = flow.stop()["incident"]
        answered = time.monotonic()
        rest = whole(response)
        ended = time.monotonic()
    received = upstream.only
    until("the upstream is closed", lambda: received.is_closed, SOON)
    closed = received.closed_at / 1e9
    took = [f"{(when - began) * 1e3:.0f} ms" for when in (answered, ended, closed)]
    print(f"{front}: stop answered after {took[0]}, stream ended {took[1]}, upstream {took[2]}")
    ends_in_an_error(rest, flow, incident, front)
    record = flow.record()
    assert record["status"] == "cut"
    was_delivered(record, before + rest.body)
    assert record["groups"]["envelope"]["ended_at"] >= record["at"]
    said = "".join(say.WORDS)
    shown = [m["text"] for m in record["reading"]["messages"] if m["role"] == "assistant"]
    assert len(shown) <= 1 and all(said.startswith(text) for text in shown)
    confirmed(flow, 1)


def ends_in_an_error(rest: Reply, flow: Flow, incident: str, front: str) -> None:
    """One event, and it is one that the provider's clients take for an error."""
    named = b"" if front == "chat" else b"event: error\n"
    assert rest.body.startswith(named + b"data: ") and rest.body.endswith(b"\n\n")
    assert rest.body.count(b"data: ") == 1
    told = json.loads(rest.body.removeprefix(named).removeprefix(b"data: "))
    assert front == "chat" or told["type"] == "error"
    says_why(told, flow, incident, front)


def confirmed(flow: Flow, count: int) -> dict[str, Any]:
    """The gateway's part of the stop, once it is proved, with how many calls it cut."""
    until("the gateway confirms", lambda: flow.target("gateway")["state"] == "confirmed", 10)
    target = flow.target("gateway")
    assert target["kind"] == "gateway"
    calls = "1 call was cut" if count == 1 else f"{count} calls were cut"
    assert target["proof"].startswith(f"{calls}; the last ended at "), target["proof"]
    return target


@pytest.mark.parametrize("call", ["chat_stream", "chat_tools_stream", "responses_stream"])
def test_theOfficialClientRaisesWhenItsStreamIsCut(
    call: str, client: Client, either: House
) -> None:
    flow = either.flow("cut", [{"name": "read_notes", "access": "read"}])
    pause = Pause()
    either.openai.says(in_pieces("responses" if "resp" in call else "chat", pause)[0])
    client.begin(call, flow)
    pause.wait_for()
    incident = flow.stop()["incident"]
    raised = client.outcome()
    assert raised.get("error") == "APIError", raised
    assert incident in raised["message"] and FALLBACK["title"] in raised["message"]
    assert len(either.openai.requests) == 1
    assert flow.record()["status"] == "cut"


def test_anthropicsClientRaisesWhenItsStreamIsCut(either: House) -> None:
    flow = either.flow("cut")
    pause = Pause()
    either.anthropic.says(in_pieces("messages", pause)[0])
    asked: list[Any] = [{"role": "user", "content": "?"}]
    seen = ""
    with (
        pytest.raises(anthropic.APIStatusError, match="is stopped") as raised,
        flow.anthropic().messages.stream(model="c", max_tokens=9, messages=asked) as events,
    ):
        for text in events.text_stream:
            if not seen:
                flow_stopped = flow.stop()["incident"]
            seen += text
    assert flow_stopped in str(raised.value)
    assert say.SAID.startswith(seen) and seen != say.SAID
    assert len(either.anthropic.requests) == 1


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("place", ["before its head", "within its body"])
def test_aPlainAnswerInFlightIsWithheld(front: str, place: str, either: House) -> None:
    flow = either.flow("withheld")
    pause = Pause()
    answer = FRONTS[front][1]
    upstream = provider(either, front)
    late = stream(answer[:50], pause, answer[50:], fields=[("content-type", "application/json")])
    upstream.says(held(pause, plain(answer)) if place == "before its head" else late)
    with flow.line() as line:
        line.ask("POST", FRONTS[front][0], flow.fields(), asks())
        pause.wait_for()
        began = time.monotonic()
        incident = flow.stop()["incident"]
        reply = line.reply()
        took = time.monotonic() - began
    print(f"{front}, {place}: refused {took * 1e3:.0f} ms after the stop began")
    refused(reply, flow, incident, front)
    received = upstream.only
    until("the upstream is closed", lambda: received.is_closed, SOON)
    record = flow.record()
    assert record["status"] == "cut"
    assert record["reading"]["messages"][0]["text"] == "What did Birch say?"
    confirmed(flow, 1)


def broken_off(flow: Flow) -> Pause:
    """An opaque answer that a stop breaks off, and where its upstream still waits."""
    pause = Pause()
    fields = [("content-type", "application/octet-stream")]
    flow.house.openai.says(stream(b"x" * 1000, pause, b"y" * 500, fields=fields))
    with flow.line(SOON) as line:
        response = line.ask("GET", OPAQUE, flow.fields()).head("GET")
        assert response.read(1000) == b"x" * 1000
        pause.wait_for()
        flow.stop()
        rest = whole(response)
    # Nothing in it could say that it was cut, but for the end that never comes.
    assert (rest.body, rest.is_whole) == (b"", False)
    return pause


def test_anOpaqueAnswerInFlightBreaksOff(either: House) -> None:
    flow = either.flow("opaque")
    broken_off(flow)
    until("the upstream is closed", lambda: either.openai.only.is_closed, SOON)
    (record,) = flow.records_ended(1)
    assert record["status"] == "cut"
    was_delivered(record, b"x" * 1000)
    confirmed(flow, 1)


def test_aCallThatTheModelHasNotFinishedIsNeverSeen(either: House) -> None:
    flow = either.flow("half", [{"name": "read_notes", "access": "read"}])
    parts = say.chat_stream(["Let me see. "], [say.LOOK_UP])
    pause = Pause()
    either.openai.says(stream(*parts[:6], pause, *parts[6:]))
    with flow.line() as line:
        response = line.ask("POST", CHAT, flow.fields(), asks(stream=True)).head()
        before = b"".join(parts[:3])
        assert response.read(len(before)) == before
        pause.wait_for()
        incident = flow.stop()["incident"]
        rest = whole(response)
    ends_in_an_error(rest, flow, incident, "chat")
    was_delivered(flow.record(), before + rest.body)


def test_everyCallInFlightIsCutAndCounted(either: House) -> None:
    flow, other = either.flow("many"), either.flow("bystander")
    pauses = {flow.key: [Pause() for _ in range(9)], other.key: [Pause()]}
    scripts = {key: [in_pieces("chat", pause)[0] for pause in mine] for key, mine in pauses.items()}
    either.openai.says_by(lambda received: scripts[received.all("x-who")[0]].pop())
    lines: list[Line] = []
    for key, mine in pauses.items():
        for number in range(len(mine)):
            caller = flow if key == flow.key else other
            streams = number % 3 != 0 or caller is other
            fields = caller.fields(("x-who", key))
            lines.append(caller.line().ask("POST", CHAT, fields, asks(stream=streams)))
    for mine in pauses.values():
        for pause in mine:
            pause.wait_for()
    incident = flow.stop()["incident"]
    for line in lines[:-1]:
        rest = line.reply()
        # A plain call whose provider answers with a stream all the same ends like a stream.
        assert rest.status == 403 or b'"workflow_stopped"' in rest.body
        assert incident.encode() in rest.body and b"[DONE]" not in rest.body
    confirmed(flow, 9)
    assert flow.target("gate")["state"] == "confirmed"
    assert {record["status"] for record in flow.records(9)} == {"cut"}
    # Whoever was not stopped goes on to the end.
    pauses[other.key][0].go.set()
    reply = lines[-1].reply()
    assert (reply.is_whole, reply.body) == (True, b"".join(say.chat_stream()))
    assert other.record()["status"] == "ok"
    for line in lines:
        line.socket.close()


def test_aStopWithNothingInFlightSaysSo(either: House) -> None:
    flow = either.flow("idle")
    stop = flow.stop()["containment"]
    assert [target["name"] for target in stop["targets"]].count("gateway") == 1
    until("it is confirmed", lambda: flow.target("gateway")["state"] == "confirmed", 10)
    assert flow.target("gateway")["proof"] == "No call was passing through the gateway."
    until("it is stopped", lambda: either.world.ana.get(f"workflows/{flow.key}")["state"]
          == "stopped", 10)  # fmt: skip


def test_aStopIsNotProvedWhileACallGoesOn(either: House) -> None:
    """Only a drained call goes on: the stop is proved when the provider has ended."""
    flow = either.flow("drained", gateway={"on_stop": "drain"})
    pause = Pause()
    either.openai.says(held(pause, plain(say.chat())))
    with flow.line() as line:
        line.ask("POST", CHAT, flow.fields(), asks())
        pause.wait_for()
        stop = flow.stop()
        assert stop["containment"]["state"] == "stopping"
        assert flow.target("gateway")["state"] == "pending"
        pause.go.set()
        refused(line.reply(), flow, stop["incident"], "chat")
    confirmed(flow, 1)


def nothing_more_fits(line: Line) -> None:
    """Waits for a connection that its caller does not read to be as full as it gets."""
    ports = f":{line.socket.getpeername()[1]:04X}", f":{line.socket.getsockname()[1]:04X}"
    seen: list[str] = []

    def is_full() -> bool:
        # proc(5): local address, remote address, state, bytes that wait to be sent.
        for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, remote, _, queues, *_ = row.split()
            if (local[-5:], remote[-5:]) == ports:
                seen.append(queues.partition(":")[0])
        return len(seen) > 50 and int(seen[-1], 16) > 0 and len(set(seen[-50:])) == 1

    until("nothing more fits", is_full, 20)


@pytest.mark.parametrize(("on_stop", "status"), [("cut", "cut"), ("drain", "withheld")])
def test_aCallerThatReadsNothingHoldsNoStopUp(on_stop: str, status: str, either: House) -> None:
    flow = either.flow("unread", gateway={"on_stop": on_stop})
    said = say.chat_stream(["x" * 65_536] * 400)
    either.openai.says(stream(*said))
    with flow.line() as line:
        response = line.ask("POST", CHAT, flow.fields(), asks(stream=True)).head()
        assert response.read(1)
        nothing_more_fits(line)
        flow.stop()
        confirmed(flow, 1)
        # What had left Cordon before; nothing of what had not.
        rest = whole(response)
    assert not rest.is_whole and len(rest.body) < len(b"".join(said)) // 2
    record = flow.record()
    assert record["status"] == status
    assert attributes(record)["delivered"]["bytes"] > len(rest.body)


# Drained


@pytest.mark.parametrize("front", FRONTS)
def test_aDrainedStreamIsReadToItsEndAndWithheld(front: str, either: House) -> None:
    flow = either.flow("drained", gateway={"on_stop": "drain"})
    pause = Pause()
    script, before = in_pieces(front, pause)
    upstream = provider(either, front)
    upstream.says(script)
    with flow.line() as line:
        response = line.ask("POST", FRONTS[front][0], flow.fields(), asks(stream=True)).head()
        assert response.read(len(before)) == before
        pause.wait_for()
        incident = flow.stop()["incident"]
        pause.go.set()
        rest = whole(response)
    ends_in_an_error(rest, flow, incident, front)
    record = flow.record()
    assert record["status"] == "withheld"
    assert not upstream.only.is_closed
    # What came out whole, and what of it the caller has.
    assert record["reading"]["messages"][-1] == {"role": "assistant", "text": say.SAID}
    assert record["groups"]["envelope"]["tokens_out"] == 7
    was_delivered(record, before + rest.body)
    confirmed(flow, 1)


def test_aDrainedCallerIsToldAtOnce(either: House) -> None:
    """The caller does not wait for a provider that takes its time to end."""
    flow = either.flow("drained", gateway={"on_stop": "drain"})
    pause = Pause()
    script, before = in_pieces("chat", pause)
    either.openai.says(script)
    with flow.line(SOON) as line:
        response = line.ask("POST", CHAT, flow.fields(), asks(stream=True)).head()
        assert response.read(len(before)) == before
        pause.wait_for()
        incident = flow.stop()["incident"]
        rest = whole(response)
    ends_in_an_error(rest, flow, incident, "chat")
    assert not either.openai.only.is_closed
    pause.go.set()
    assert flow.record()["status"] == "withheld"


@pytest.mark.parametrize("front", FRONTS)
def test_aDrainedStreamIsRecordedWhoeverLeavesUponItsError(front: str, either: House) -> None:
    for _ in range(4):
        flow = either.flow("drained", gateway={"on_stop": "drain"})
        pause = Pause()
        script, before = in_pieces(front, pause)
        provider(either, front).says(script)
        with flow.line() as line:
            response = line.ask("POST", FRONTS[front][0], flow.fields(), asks(stream=True)).head()
            assert response.read(len(before)) == before
            pause.wait_for()
            flow.stop()
            assert response.read(1)
            line.drop()
        pause.go.set()
        record = flow.record()
        assert record["status"] == "withheld"
        assert record["reading"]["messages"][-1] == {"role": "assistant", "text": say.SAID}


def test_aDrainedAnswerThatIsNotReadIsOnRecordToItsEnd(either: House) -> None:
    flow = either.flow("drained", gateway={"on_stop": "drain"})
    pause = broken_off(flow)
    assert not either.openai.only.is_closed
    pause.go.set()
    (record,) = flow.records_ended(1)
    assert record["status"] == "withheld"
    was_delivered(record, b"x" * 1000)
    assert attributes(record)["withheld"]["text"] == "y" * 500


@pytest.mark.parametrize("front", FRONTS)
def test_aDrainedPlainAnswerIsRecordedAndWithheld(front: str, either: House) -> None:
    flow = either.flow("drained", gateway={"on_stop": "drain"})
    pause = Pause()
    provider(either, front).says(held(pause, plain(FRONTS[front][1])))
    with flow.line() as line:
        line.ask("POST", FRONTS[front][0], flow.fields(), asks())
        pause.wait_for()
        incident = flow.stop()["incident"]
        pause.go.set()
        refused(line.reply(), flow, incident, front)
    record = flow.record()
    assert record["status"] == "withheld"
    assert record["reading"]["messages"][-1] == {"role": "assistant", "text": say.SAID}
    assert not provider(either, front).only.is_closed


# Stops of a part


def test_aStopOfWhatGoesOutDoesNotTouchTheModel(either: House) -> None:
    flow = either.flow("outbound", delivers="outside")
    pause = Pause()
    either.openai.says(in_pieces("chat", pause)[0])
    with flow.line() as line:
        response = line.ask("POST", CHAT, flow.fields(), asks(stream=True)).head()
        pause.wait_for()
        flow.stop(outbound=True)
        pause.go.set()
        reply = whole(response)
    assert reply.body == b"".join(say.chat_stream())
    either.openai.says(plain(say.chat()))
    assert flow.ask(CHAT, asks()).status == 200


def test_aStopOfOneToolWithholdsItsCallsAlone(either: House) -> None:
    tools = [{"name": name, "access": "read"} for name in ("read_notes", "read_tickets")]
    flow = either.flow("one-tool", tools)
    incident = flow.stop(tool="read_notes")["incident"]
    other = ("call_2", "read_tickets", "{}")
    for body in (say.chat(), say.chat(None, [other])):
        either.openai.says(plain(body))
        assert flow.ask(CHAT, asks()).body == body
    for parts in ([say.chat(None, [say.LOOK_UP, other])], say.chat_stream([], [say.LOOK_UP])):
        is_plain = len(parts) == 1
        either.openai.says(plain(parts[0]) if is_plain else stream(*parts))
        reply = flow.ask(CHAT, asks(stream=not is_plain))
        assert b'"read_notes"' not in reply.body and b"Birch" not in reply.body
        assert incident.encode() in reply.body
    refused_again = [each["status"] for each in flow.records(4)][2:]
    assert all(status != "ok" for status in refused_again), refused_again


def test_whatTheStopOfAToolWithholdsIsOnRecord(either: House) -> None:
    flow = either.flow("one-tool", [{"name": "read_notes", "access": "read"}])
    flow.stop(tool="read_notes")
    either.openai.says(plain(say.chat(say.SAID, [say.LOOK_UP])))
    assert flow.ask(CHAT, asks()).status == 403
    record = flow.record()
    assert record["status"] == "withheld"
    assert say.SAID in [message["text"] for message in record["reading"]["messages"]]
    assert "read_notes" in json.dumps(record["groups"]["output"])


# What lasts


def test_aStopStaysWhenTheServerIsKilled(either: House) -> None:
    flow = either.flow("mortal")
    other = either.flow("alive")
    incident = flow.stop()["incident"]
    either.server.kill()
    either.restarted()
    either.openai.says(plain(say.chat()))
    refused(flow.ask(CHAT, asks()), flow, incident, "chat")
    assert either.openai.requests == []
    ready = until("it is ready", lambda: answered(other))
    assert ready.body == say.chat()
    # Until it was, it has asked nobody.
    assert len(either.openai.requests) == 1


def answered(flow: Flow) -> Reply | None:
    reply = flow.ask(CHAT, asks())
    assert reply.status in (200, 503), reply.body
    return reply if reply.status == 200 else None
