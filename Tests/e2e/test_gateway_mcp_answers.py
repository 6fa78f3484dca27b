"""When an answer of an MCP server reaches its caller: once it is on record, wherever it comes."""

import json
from contextlib import ExitStack

import pytest

from gateway_mcp_world import (
    ACCEPT,
    OWN,
    Servers,
    calling,
    mcp,
    message,
    messages_of,
    post,
)
from gateway_upstream import Pause, Script, held, plain, stream
from gateway_wire import Reply
from gateway_world import Flow
from waiting import until

__all__ = ["mcp"]

TOLD = {"content": [{"type": "text", "text": "the end"}], "isError": False}
PONG = b'{"jsonrpc":"2.0","id":1,"result":{}}'
ANSWER = b"data: " + json.dumps({"jsonrpc": "2.0", "id": 1, "result": TOLD}).encode() + b"\n\n"
# What a server sends before it closes a stream that is to be resumed.
PRIMING = b"id: e-1\nretry: 10\ndata: \n\n"


def resumed(flow: Flow, script: Script, mcp: Servers) -> Reply:
    mcp.scripted.says(script)
    fields = (("mcp-session-id", "s-1"), ("last-event-id", "e-1"))
    return flow.ask("/mcp/scripted", None, ACCEPT, OWN, *fields, method="GET")


def closed_early(flow: Flow, mcp: Servers) -> None:
    """Calls a tool whose server closes the stream, and goes on with the call."""
    mcp.scripted.says(stream(PRIMING))
    reply = post(flow, "scripted", calling("wait"), ("mcp-session-id", "s-1"))
    assert reply.body == PRIMING


def test_anAnswerInAStreamWaitsForItsRecord(mcp: Servers) -> None:
    flow, pause = mcp.flow("waits"), Pause()
    mcp.scripted.says(stream(b": working\n\n", ANSWER, pause))
    with flow.line() as line:
        line.ask("POST", "/mcp/scripted", flow.fields(ACCEPT, OWN), calling("wait"))
        line.read_until(ANSWER)
        # The server has not closed its stream: the record is there all the same.
        statuses = {item["status"] for item in flow.listed(kind="tool_call")}
        pause.wait_for().go.set()
    assert statuses == {"begun", "ok"}


def test_nothingPassesBehindTheAnswer(mcp: Servers) -> None:
    flow = mcp.flow("behind")
    other = ANSWER.replace(b"the end", b"another")
    mcp.scripted.says(stream(ANSWER + other, other))
    reply = post(flow, "scripted", calling("wait"))
    assert reply.body == ANSWER
    _, ended = flow.records(2, "tool_call")
    assert ended["status"] == "ok" and "the end" in json.dumps(ended)


def test_aStreamThatEndsWithoutAnAnswerIsNoSuccess(mcp: Servers) -> None:
    flow = mcp.flow("silent")
    mcp.scripted.says(stream(b": working\n\n"))
    (told,) = messages_of(post(flow, "scripted", calling("wait")))
    assert told["result"]["isError"]
    _, ended = flow.records(2, "tool_call")
    assert ended["status"] == "error: no answer"


def test_anAnswerThatComesOnAnotherStreamIsOnRecord(mcp: Servers) -> None:
    flow = mcp.flow("resumes")
    closed_early(flow, mcp)
    assert [item["status"] for item in flow.records(1, "tool_call")] == ["begun"]
    assert resumed(flow, stream(ANSWER), mcp).body == ANSWER
    _, ended = flow.records(2, "tool_call")
    assert ended["status"] == "ok" and "the end" in json.dumps(ended)
    # What is replayed again is no call of anybody's.
    assert resumed(flow, stream(ANSWER), mcp).body == ANSWER
    flow.records(2, "tool_call")


@pytest.mark.parametrize("scope", [{}, {"tool": "wait"}], ids=["all", "tool"])
def test_aStopReachesACallWhoseAnswerIsToCome(scope: dict[str, str], mcp: Servers) -> None:
    flow = mcp.flow("resumes-stopped")
    closed_early(flow, mcp)
    flow.stop(**scope)
    until("the cut is confirmed", lambda: flow.target("gateway")["state"] == "confirmed", 10)
    # As often as it is asked for.
    for _ in range(2):
        reply = resumed(flow, stream(ANSWER), mcp)
        (told,) = messages_of(reply)
        assert told["result"]["isError"] and b"the end" not in reply.body
    records = flow.records(3, "tool_call")
    assert [item["status"] for item in records] == ["begun", "cut", "withheld"]
    # What the tool has done all the same is in evidence.
    assert "the end" in json.dumps(records[2])


@pytest.mark.parametrize("scope", [{}, {"tool": "wait"}], ids=["all", "tool"])
def test_whatAStopHasCutIsNotFetchedOnAnotherStream(scope: dict[str, str], mcp: Servers) -> None:
    flow, pause = mcp.flow("cut-resumes"), Pause()
    mcp.scripted.says(stream(PRIMING, pause))
    with flow.line() as line:
        fields = flow.fields(ACCEPT, OWN, ("mcp-session-id", "s-1"))
        line.ask("POST", "/mcp/scripted", fields, calling("wait"))
        pause.wait_for()
        flow.stop(**scope)
        (told,) = messages_of(line.reply())
        assert told["result"]["isError"]
    reply = resumed(flow, stream(ANSWER), mcp)
    assert b"the end" not in reply.body


def test_requestsCountUntilTheirAnswersHaveCome(mcp: Servers) -> None:
    """All together may hold 128 MiB; who comes after that is told so, until there is room."""
    flow, pause = mcp.flow("crowd"), Pause()
    ping = message("ping", id=1)
    mcp.scripted.says_by(
        lambda got: plain(PONG) if len(got.body) < 1_000 else held(pause, plain(PONG))
    )
    with ExitStack() as stack:
        lines = [stack.enter_context(flow.line(60)) for _ in range(32)]
        for line in lines:
            # The last leaves room for a small one beside it.
            room = 200 if line is lines[-1] else 0
            body = ping.ljust((4 << 20) - room)
            line.ask("POST", "/mcp/scripted", flow.fields(ACCEPT, OWN), body)
        until("all are asked", lambda: len(mcp.scripted.requests) == 32)
        assert post(flow, "scripted", ping.ljust(200 - len(PONG))).status == 200
        refused = post(flow, "scripted", ping.ljust(201))
        assert refused.status == 503 and b"as much as it may" in refused.body
        pause.go.set()
        assert {line.reply().body for line in lines} == {PONG}
    assert post(flow, "scripted", ping.ljust(201)).status == 200


@pytest.mark.parametrize("way", ["replay", "task", "task as events"])
def test_noResultOfAToolPassesAfterTheStop(way: str, mcp: Servers) -> None:
    """What was released before, or belongs to a task that was begun before."""
    flow = mcp.flow("later")

    def look() -> Reply:
        if way == "replay":
            return resumed(flow, stream(ANSWER), mcp)
        whole = plain(ANSWER.removeprefix(b"data: ").strip())
        mcp.scripted.says(stream(ANSWER) if "events" in way else whole)
        return post(flow, "scripted", message("tasks/result", id=1))

    assert b"the end" in look().body
    flow.stop()
    reply = look()
    assert b"the end" not in reply.body and b"is stopped" in reply.body
    (note,) = flow.records(1, "note")
    assert "the end" in json.dumps(note)
    # The session goes on.
    mcp.scripted.says(plain(PONG))
    assert post(flow, "scripted", message("ping", id=1)).body.endswith(b'"result":{}}')
