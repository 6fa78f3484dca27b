"""MCP through Cordon: sessions work, calls are judged, recorded and stopped, and nothing hides."""

import json
import time
from typing import Any

import pytest

from gateway_mcp_clients import Client, client
from gateway_mcp_peer import Peer
from gateway_mcp_world import (
    ACCEPT,
    META,
    MODERN,
    OWN,
    TOOLS,
    Servers,
    call_of,
    calling,
    data_of,
    mcp,
    message,
    messages_of,
    methods,
    modern,
    post,
    said,
)
from gateway_upstream import SSE, Exchange, Pause, Received, held, plain, stream
from gateway_wire import Reply, whole
from gateway_world import ANTHROPIC_KEY, Flow, Record, attributes
from waiting import until
from world import FALLBACK

__all__ = ["client", "mcp"]

SOON = 2.0
RECORD = {"x-cordon-record": "A-7"}
manners = pytest.mark.parametrize("manner", ["crm", "crm-json"], ids=["events", "json"])
DENIED: list[tuple[str, dict[str, Any]]] = [
    ("export_all", {}),
    ("read_account", {"account": "A-8"}),
    ("read_account", {}),
    ("set_price", {"price": 101}),
    ("set_price", {"price": -1}),
    ("set_price", {"price": "50"}),
    ("delete_account", {"account": "A-7"}),
    ("Set_price", {"price": 50}),
]


# What works


@manners
def test_aSessionOfTheOfficialClientWorks(manner: str, client: Client, mcp: Servers) -> None:
    peer, flow = mcp.peer(manner), mcp.flow("session")
    assert client.open(flow, manner, **RECORD) == [client.revision, "crm"]
    assert sorted(client.list()) == TOOLS
    read = client.call("read_account", account="A-7")
    assert (read["is_error"], read["text"]) == (False, "A-7 owes 7 EUR")
    assert not client.call("set_price", price=100)["is_error"]
    assert not client.call("set_price", price=0)["is_error"]
    client.close()
    assert peer.calls == [
        ("read_account", {"account": "A-7"}),
        ("set_price", {"price": 100}),
        ("set_price", {"price": 0}),
    ]
    used = {asked.method for asked in peer.requests}
    # The older revisions' client opens a stream for the server's own messages and says goodbye.
    assert used == ({"POST"} if client.is_modern else {"POST", "GET", "DELETE"})
    for asked in peer.requests:
        names = set(asked.fields)
        assert "authorization" not in names and not any(n.startswith("x-cordon") for n in names)
        assert flow.token not in str(asked)


@manners
def test_toolsAreListedInAStableOrder(manner: str, client: Client, mcp: Servers) -> None:
    mcp.peer(manner)
    client.open(mcp.flow("listed"), manner)
    assert client.list() == TOOLS
    assert client.list() == TOOLS
    client.close()


@manners
def test_aListOfToolsIsPinnedInTheEvidence(manner: str, client: Client, mcp: Servers) -> None:
    mcp.peer(manner)
    flow = mcp.flow("pinned")
    client.open(flow, manner)
    client.list()
    client.close()
    record = flow.record("note")
    facts = attributes(record)
    assert (facts["mcp"]["server"], facts["mcp"]["method"]) == (manner, "tools/list")
    assert [tool["name"] for tool in facts["answer"]["result"]["tools"]] == TOOLS


# What is not allowed


@manners
def test_whatIsNotAllowedIsExplainedAndNeverReachesTheServer(
    manner: str, client: Client, mcp: Servers
) -> None:
    peer, flow = mcp.peer(manner), mcp.flow("denied")
    client.open(flow, manner, **RECORD)
    for name, arguments in DENIED:
        outcome = client.call(name, **arguments)
        assert outcome["is_error"], (name, arguments)
        assert outcome["text"].startswith("Not done. ")
        assert str(FALLBACK["title"]) in outcome["text"] and "Do not retry" in outcome["text"]
        rule = "delete*" if name == "delete_account" else name
        assert rule in outcome["text"], outcome["text"]
        told = outcome["meta"]["cordon/decision"]
        assert (told["decision"], told["code"]) == ("deny", -31_002)
    # The session is as good as before.
    assert not client.call("set_price", price=1)["is_error"]
    client.close()
    assert peer.calls == [("set_price", {"price": 1})]
    assert len(peer.posted("tools/call")) == 1
    suggested = until("an incident is suggested", flow.incidents)
    assert len(suggested) == 1
    records = flow.records(len(DENIED) + 2, "tool_call")
    # Nobody waits for these records: they may be kept in another order than that of the calls.
    denied = [item for item in records if str(item["status"]).startswith("denied")]
    denied.sort(key=lambda item: str(item["at"]))
    assert [(call_of(i)["name"], call_of(i)["arguments"]) for i in denied] == DENIED


def test_withoutTheRunsRecordNoRecordIsItsOwn(client: Client, mcp: Servers) -> None:
    peer, flow = mcp.peer("crm"), mcp.flow("nobodys")
    client.open(flow, "crm")
    assert client.call("read_account", account="A-7")["is_error"]
    assert client.call("read_account", account="")["is_error"]
    client.close()
    assert peer.posted("tools/call") == []


HIDDEN: list[tuple[str, bytes]] = [
    ("a batch", b"[" + calling("export_all") + b"]"),
    ("a notification", b'{"jsonrpc":"2.0","method":"tools/call","params":{"name":"wait"}}'),
    ("no id", b'{"jsonrpc":"2.0","id":null,"method":"tools/call","params":{"name":"wait"}}'),
    ("two methods", b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{}}'),
    (
        "an escaped method",
        b'{"jsonrpc":"2.0","id":1,"method":"ping","m\\u0065thod":"tools/call","params":{}}',
    ),
    (
        "two names",
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call",'
        b'"params":{"name":"wait","name":"export_all","arguments":{}}}',
    ),
    (
        "two params",
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call",'
        b'"params":{"name":"wait"},"params":{"name":"export_all"}}',
    ),
    (
        "two prices",
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call",'
        b'"params":{"name":"set_price","arguments":{"price":5,"price":5000}}}',
    ),
    (
        "two cases",
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call",'
        b'"params":{"name":"set_price","arguments":{"price":5,"Price":5000}}}',
    ),
    ("no UTF-8", b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wa\xffit"}}'),
    ("no JSON", b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wait"}'),
    ("two messages", calling("wait") + calling("export_all")),
    ("nothing", b""),
]


@pytest.mark.parametrize("body", [row[1] for row in HIDDEN], ids=[row[0] for row in HIDDEN])
def test_noSpellingHidesACall(body: bytes, mcp: Servers) -> None:
    mcp.scripted.says(said("done"))
    reply = post(mcp.flow("hidden"), "scripted", body)
    # A batch or half a message is none; arguments that contradict themselves end no session.
    assert reply.status in (200, 400), reply.body
    assert json.loads(reply.body)["error"]["code"] in (-32_700, -32_600, -32_602)
    assert mcp.scripted.requests == []


# Keys, servers and what a workflow may reach


def test_anUnknownKeyIsTurnedAway(mcp: Servers) -> None:
    mcp.scripted.says(said("done"))
    flow = mcp.flow("keyed")
    for value in ("Bearer made-up", "Bearer ", f"Bearer {flow.token}x", flow.token):
        reply = post(flow, "scripted", calling("wait"), ("authorization", value))
        assert reply.status == 401, value
    with flow.line() as line:
        assert line.ask("POST", "/mcp/scripted", [ACCEPT], calling("wait")).reply().status == 401
    assert mcp.scripted.requests == []


def test_aKeyOfNoWorkflowIsTurnedAway(mcp: Servers) -> None:
    mcp.scripted.says(said("done"))
    flow = mcp.flow("keyed")
    for token in (mcp.home.token(None, "gateway"), mcp.home.token(flow.key, "capture")):
        field = ("authorization", f"Bearer {token}")
        assert post(flow, "scripted", calling("wait"), field).status == 403
    assert mcp.scripted.requests == []


@pytest.mark.parametrize("name", ["made-up", "", "scripted/more", "CRM", "openai-main", "..%2fmcp"])
def test_aServerThatIsNotSetUpIsNotFound(name: str, mcp: Servers) -> None:
    mcp.scripted.says(said("done"))
    assert post(mcp.flow("lost"), name, calling("wait")).status == 404
    assert mcp.scripted.requests == []


def test_aWorkflowReachesTheServersThatItLists(mcp: Servers) -> None:
    mcp.scripted.says(said("done"))
    listed = mcp.flow("lists", {"mcp_servers": ["scripted"]})
    other = mcp.flow("lists", {"mcp_servers": ["crm"]})
    assert post(listed, "scripted", calling("wait")).status == 200
    assert len(mcp.scripted.requests) == 1
    for body in (calling("wait"), message("tools/list"), message("ping")):
        reply = post(other, "scripted", body)
        assert reply.status == 403
        assert json.loads(reply.body)["error"]["message"]
    for method in ("GET", "DELETE"):
        assert other.ask("/mcp/scripted", None, ACCEPT, method=method).status == 403
    assert len(mcp.scripted.requests) == 1


# Stopped


@manners
def test_aStopEndsACallInFlightAndLeavesTheSession(
    manner: str, client: Client, mcp: Servers
) -> None:
    peer, flow = mcp.peer(manner), mcp.flow("cut")
    client.open(flow, manner, **RECORD)
    assert sorted(client.list()) == TOOLS
    pause = peer.pause
    client.calls("wait", minutes=9)
    pause.wait_for()
    began = time.monotonic()
    incident = flow.stop()["incident"]
    says_stopped(client.done(), flow, incident)
    assert time.monotonic() - began < SOON
    until("the gateway confirms", lambda: flow.target("gateway")["state"] == "confirmed", 10)
    assert flow.target("gateway")["proof"].startswith("1 call was cut; the last ended at ")
    for name, arguments in [("set_price", {"price": 5}), ("read_account", {"account": "A-7"})]:
        says_stopped(client.call(name, **arguments), flow, incident)
    assert sorted(client.list()) == TOOLS
    pause.go.set()
    client.close()
    # A new session of a stopped workflow opens too: what is stopped is acting.
    client.open(flow, manner, **RECORD)
    assert sorted(client.list()) == TOOLS
    says_stopped(client.call("set_price", price=5), flow, incident)
    client.close()
    assert peer.calls == [("wait", {"minutes": 9})]
    assert len(peer.posted("tools/call")) == 1
    states = [status_of(item) for item in flow.records(5, "tool_call")]
    assert sorted(states) == ["begun", "cut", "denied", "denied", "denied"]


def says_stopped(outcome: dict[str, Any], flow: Flow, incident: str) -> None:
    """Fails unless a model can read why, and a program which stop it was."""
    assert outcome["is_error"], outcome
    for words in ("stopped", "Wrong.", "Do not retry", str(FALLBACK["title"])):
        assert words in outcome["text"]
    told = outcome["meta"]["cordon/decision"]
    assert (told["code"], told["incident"]) == (-31_001, incident)


def status_of(record: Record) -> str:
    return str(record["status"]).split(":")[0]


@pytest.mark.parametrize("behind", [b"", b"event: message\ndata: {", b"data: 1\n"])
def test_aStopWithinAnEventStillEndsInAResult(behind: bytes, mcp: Servers) -> None:
    flow, pause = mcp.flow("within"), Pause()
    note = {"jsonrpc": "2.0", "method": "notifications/message", "params": {}}
    first = b"event: message\ndata: " + json.dumps(note).encode() + b"\n\n"
    mcp.scripted.says(stream(first, behind, pause) if behind else stream(first, pause))
    with flow.line() as line:
        asked = flow.fields(ACCEPT, OWN)
        response = line.ask("POST", "/mcp/scripted", asked, calling("wait", id="a-1")).head()
        assert response.read(len(first)) == first
        pause.wait_for()
        incident = flow.stop()["incident"]
        rest = whole(response)
    assert rest.is_whole
    received = mcp.scripted.only
    until("the server behind is closed", lambda: received.is_closed, SOON)
    # What was begun must not swallow what tells the client that there is no result.
    told = last_of(rest)
    assert told["id"] == "a-1" and told["result"]["isError"]
    assert told["result"]["_meta"]["cordon/decision"]["incident"] == incident
    assert status_of(flow.records(2, "tool_call")[-1]) == "cut"


def last_of(reply: Reply) -> dict[str, Any]:
    """The last event of a stream as a message."""
    data = data_of(reply)
    try:
        told: dict[str, Any] = json.loads(data[-1])
    except (ValueError, IndexError):
        pytest.fail(f"a client cannot read the last event: {reply.body!r}")
    return told


def test_aStopLeavesTheServersOwnStreamOpen(mcp: Servers) -> None:
    flow, pause, event = mcp.flow("open"), Pause(), b"event: message\ndata: {}\n\n"
    mcp.scripted.says(stream(event, pause, event))
    with flow.line() as line:
        response = line.ask("GET", "/mcp/scripted", flow.fields(ACCEPT)).head("GET")
        assert response.read(len(event)) == event
        pause.wait_for()
        flow.stop()
        pause.go.set()
        assert whole(response).body == event


def test_aPlainAnswerInFlightIsWithheld(mcp: Servers) -> None:
    flow, pause = mcp.flow("withheld"), Pause()
    mcp.scripted.says(held(pause, said("a secret", id=7)))
    with flow.line() as line:
        line.ask("POST", "/mcp/scripted", flow.fields(ACCEPT, OWN), calling("wait", id=7))
        pause.wait_for()
        incident = flow.stop()["incident"]
        reply = line.reply()
    assert reply.status == 200 and b"a secret" not in reply.body
    told = json.loads(reply.body)
    assert told["id"] == 7 and told["result"]["isError"]
    assert told["result"]["_meta"]["cordon/decision"]["incident"] == incident
    received = mcp.scripted.only
    until("the server behind is closed", lambda: received.is_closed, SOON)


# Evidence


@manners
def test_eachCallOfAnActingWorkflowIsOnRecordBeforeAndAfter(
    manner: str, client: Client, mcp: Servers
) -> None:
    peer, flow = mcp.peer(manner), mcp.flow("kept")
    client.open(flow, manner, **RECORD | {"x-cordon-run": "run-7"})
    pause = peer.pause
    client.calls("wait", minutes=3)
    pause.wait_for()
    (begun,) = flow.records(1, "tool_call")
    assert begun["status"] == "begun"
    assert call_of(begun) == {"name": "wait", "arguments": {"minutes": 3}}
    pause.go.set()
    assert client.done()["text"] == "waited 3"
    client.close()
    first, second = flow.records(2, "tool_call")
    assert first["id"] == begun["id"]
    assert second["status"] == "ok"
    call = call_of(second)
    assert (call["name"], call["arguments"]) == ("wait", {"minutes": 3})
    assert call["result"]["content"] == [{"type": "text", "text": "waited 3"}]
    assert attributes(second)["mcp"]["server"] == manner
    assert attributes(second)["mcp"]["status"] == 200
    envelope = second["groups"]["envelope"]
    assert envelope["ended_at"] >= second["at"]
    # Both belong to one call, to the run and to its record.
    ids = {attributes(item)["mcp"]["request_id"] for item in (first, second)}
    assert len(ids) == 1
    assert "run-7" in json.dumps(second) and "A-7" in json.dumps(second)


def test_aWorkflowThatOnlyDraftsHasOneRecordOfACall(mcp: Servers) -> None:
    flow = mcp.flow("drafts", mode="draft", tools=[{"name": "wait", "access": "read"}], forbids=[])
    mcp.scripted.says(said("done"))
    assert post(flow, "scripted", calling("wait")).status == 200
    record = flow.record("tool_call")
    assert record["status"] == "ok"
    assert call_of(record)["result"]["content"][0]["text"] == "done"


def test_aWorkflowThatRecordsAsItCanHasOneRecordOfACall(mcp: Servers) -> None:
    flow = mcp.flow("best", {"record": "best_effort"})
    mcp.scripted.says(said("done"))
    assert post(flow, "scripted", calling("wait")).status == 200
    assert flow.record("tool_call")["status"] == "ok"


def test_aToolsOwnErrorIsPassedAndRecorded(mcp: Servers) -> None:
    flow = mcp.flow("erring")
    error = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32_000, "message": "no such account"}}
    mcp.scripted.says(plain(json.dumps(error).encode()))
    reply = post(flow, "scripted", calling("wait"))
    assert (reply.status, json.loads(reply.body)) == (200, error)
    _, ended = flow.records(2, "tool_call")
    assert ended["status"] != "ok"
    assert "no such account" in json.dumps(ended)


# Headers of 2026-07-28


def test_aCallOfTheNewestRevisionPasses(mcp: Servers) -> None:
    flow = mcp.flow("newest")
    mcp.scripted.says(said("done"))
    body = calling("wait", _meta=META)
    reply = post(flow, "scripted", body, *modern("wait"))
    assert reply.status == 200
    received = mcp.scripted.only
    assert received.body == body
    assert received.all("mcp-name") == ["wait"] and received.all("mcp-method") == ["tools/call"]
    assert received.all("mcp-protocol-version") == [MODERN]


@pytest.mark.parametrize(
    "fields",
    [
        modern("set_price"),
        modern("Wait"),
        modern("=?base64?c2V0X3ByaWNl?="),
        modern("wait", **{"mcp-method": "tools/list"}),
        modern("wait", **{"mcp-protocol-version": "2025-11-25"}),
        [*modern("wait"), ("mcp-name", "export_all")],
        [field for field in modern("wait") if field[0] != "mcp-name"],
        [field for field in modern("wait") if field[0] != "mcp-method"],
        [field for field in modern("wait") if field[0] != "mcp-protocol-version"],
    ],
    ids=[
        "name", "case", "encoded", "method", "version", "two names", "no name", "no method",
        "no version",
    ],
)  # fmt: skip
def test_headersThatSaySomethingElseGoNowhere(fields: list[tuple[str, str]], mcp: Servers) -> None:
    flow = mcp.flow("mismatch")
    mcp.scripted.says(said("done"))
    with flow.line() as line:
        given = flow.fields(ACCEPT, OWN) + fields
        body = calling("wait", id=5, _meta=META)
        reply = line.ask("POST", "/mcp/scripted", given, body).reply()
    assert reply.status == 400
    told = json.loads(reply.body)
    assert (told["id"], told["error"]["code"]) == (5, -32_020)
    assert mcp.scripted.requests == []


def test_aRevisionThatNobodyKnowsIsRefusedWithThoseThatAreKnown(mcp: Servers) -> None:
    mcp.scripted.says(said("done"))
    flow = mcp.flow("unknown")
    reply = post(flow, "scripted", calling("wait"), ("mcp-protocol-version", "2031-01-01"))
    error = json.loads(reply.body)["error"]
    assert (reply.status, error["code"]) == (400, -32_022)
    assert MODERN in error["data"]["supported"]
    assert mcp.scripted.requests == []


# Streams, sessions, sizes, faults


def test_theServersOwnStreamAndTheGoodbyePassForTheOlderRevisions(mcp: Servers) -> None:
    flow = mcp.flow("streams")
    session = [("mcp-protocol-version", "2025-11-25"), ("mcp-session-id", "s-1")]
    pause, event = Pause(), b"event: message\ndata: {}\n\n"
    mcp.scripted.says(stream(event, pause, event))
    with flow.line() as line:
        fields = [*flow.fields(ACCEPT, *session), ("last-event-id", "e-9")]
        response = line.ask("GET", "/mcp/scripted", fields).head("GET")
        assert response.status == 200
        assert response.getheader("content-type", "").startswith("text/event-stream")
        assert response.read(len(event)) == event, "what is sent is held back"
        pause.wait_for().go.set()
        assert whole(response).body == event
    received = mcp.scripted.only
    assert (received.method, received.target) == ("GET", "/mcp")
    assert received.all("mcp-session-id") == ["s-1"] and received.all("last-event-id") == ["e-9"]
    mcp.scripted.says(plain(b"", status=204, fields=[]))
    assert flow.ask("/mcp/scripted", None, *session, method="DELETE").status == 204
    assert mcp.scripted.only.method == "DELETE"


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH"])
def test_theNewestRevisionKnowsPostOnly(method: str, mcp: Servers) -> None:
    mcp.scripted.says(plain(b"{}"))
    field = ("mcp-protocol-version", MODERN)
    reply = mcp.flow("methods").ask("/mcp/scripted", None, ACCEPT, field, method=method)
    assert (reply.status, reply.all("allow")) == (405, ["POST"])
    assert mcp.scripted.requests == []


def test_aCallerThatLeavesItsStreamEndsTheServersToo(mcp: Servers) -> None:
    pause, event = Pause(), b": hello\n\n"
    mcp.scripted.says(stream(event, pause))
    flow = mcp.flow("leaves")
    line = flow.line()
    response = line.ask("GET", "/mcp/scripted", flow.fields(ACCEPT)).head("GET")
    assert response.read(len(event)) == event
    pause.wait_for()
    response.close()
    line.drop()
    received = mcp.scripted.only
    until("the server behind is closed", lambda: received.is_closed, SOON)


def left(
    mcp: Servers, streams: bool, fields: list[tuple[str, str]], **more: Any
) -> tuple[Received, Flow, Pause]:
    """A call whose caller has gone while the server was still at it."""
    flow, pause = mcp.flow("leaves"), Pause()
    result = {"content": [{"type": "text", "text": "the end"}]}
    told = json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode()
    note, event = b": working\n\n", b"event: message\ndata: " + told + b"\n\n"
    script = stream(note, pause, event, event) if streams else held(pause, plain(told))
    mcp.scripted.says(script)
    line = flow.line()
    asked = flow.fields(ACCEPT, OWN, *fields)
    line.ask("POST", "/mcp/scripted", asked, calling("wait", **more))
    pause.wait_for()
    if streams:
        line.read_until(note)
    line.drop()
    return mcp.scripted.only, flow, pause


@pytest.mark.parametrize("streams", [False, True], ids=["plain", "stream"])
def test_aCallerOfTheNewestRevisionThatLeavesHasCancelled(streams: bool, mcp: Servers) -> None:
    received, flow, _ = left(mcp, streams, modern("wait"), _meta=META)
    until("the server behind is closed", lambda: received.is_closed, SOON)
    begun, ended = flow.records(2, "tool_call")
    assert begun["status"] == "begun"
    assert status_of(ended) in ("cut", "error")


@pytest.mark.parametrize("streams", [False, True], ids=["plain", "stream"])
def test_aCallerOfAnOlderRevisionMayComeBack(streams: bool, mcp: Servers) -> None:
    """Its call goes on, and how it ended is on record."""
    received, flow, pause = left(mcp, streams, [])
    # It has to be known to Cordon that the caller is gone before the server says more.
    flow.ask("/mcp/down", message("ping"))
    pause.go.set()
    _, ended = flow.records(2, "tool_call")
    assert ended["status"] == "ok"
    assert not received.is_closed
    assert "the end" in json.dumps(ended)


def test_aMessageOverFourMebibytesIsRefused(mcp: Servers) -> None:
    mcp.scripted.says(said("done"))
    flow = mcp.flow("large")
    room = (4 << 20) - len(calling("wait", {"text": ""}))
    assert post(flow, "scripted", calling("wait", {"text": "x" * room})).status == 200
    assert len(mcp.scripted.requests) == 1
    over = calling("wait", {"text": "x" * (room + 1)})
    reply = post(flow, "scripted", over)
    assert (reply.status, json.loads(reply.body)["error"]["code"]) == (413, -32_600)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(over), over)
    fields = flow.fields(ACCEPT, ("transfer-encoding", "chunked"))
    with flow.line() as line:
        line.ask("POST", "/mcp/scripted", [*fields, ("content-length", "")][:-1])
        line.send(chunked)
        assert line.reply().status == 413
    assert len(mcp.scripted.requests) == 1


def test_aServerThatIsDownGivesAResultThatSaysSo(mcp: Servers) -> None:
    flow = mcp.flow("down")
    reply = post(flow, "down", calling("wait", id="x"))
    assert reply.status == 200
    told = json.loads(reply.body)
    assert told["id"] == "x" and told["result"]["isError"]
    assert told["result"]["_meta"]["cordon/decision"]["code"] == -31_004
    assert "Do not retry" in told["result"]["content"][0]["text"]
    _, ended = flow.records(2, "tool_call")
    assert status_of(ended) == "error"


@pytest.mark.parametrize("method", ["tools/list", "initialize", "ping"])
def test_whatIsNoCallGetsAnErrorOfItsOwnFromAServerThatIsDown(method: str, mcp: Servers) -> None:
    reply = post(mcp.flow("down"), "down", message(method, id="y"))
    told = json.loads(reply.body)
    assert told["error"]["code"] == -31_004
    # Without it a client cannot tell whose error it is.
    assert told.get("id") == "y"


@pytest.mark.parametrize("cut", [b"event: message\ndata: {", b": nothing\n\n"])
def test_aServersStreamThatBreaksEndsInAResult(cut: bytes, mcp: Servers) -> None:
    flow = mcp.flow("breaks")

    def breaking(exchange: Exchange) -> None:
        exchange.head(200, [SSE, ("transfer-encoding", "chunked")])
        exchange.chunk(cut)
        exchange.closes = True

    mcp.scripted.says(breaking)
    reply = post(flow, "scripted", calling("wait", id=3))
    told = last_of(reply)
    assert told["id"] == 3 and told["result"]["isError"]
    assert str(FALLBACK["title"]) in told["result"]["content"][0]["text"]
    assert status_of(flow.records(2, "tool_call")[-1]) == "error"


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize("method", ["tools/call", "tools/list", "ping"])
def test_aRedirectIsNeitherFollowedNorHandedOn(status: int, method: str, mcp: Servers) -> None:
    place = f"{mcp.scripted.url}/elsewhere"
    mcp.scripted.says(plain(b"go there", status=status, fields=[("location", place)]))
    flow = mcp.flow("redirects")
    reply = post(flow, "scripted", message(method, name="wait", arguments={}))
    assert reply.all("location") == [] and b"go there" not in reply.body
    assert [asked.target for asked in mcp.scripted.requests] == ["/mcp"]
    told = json.loads(reply.body)
    assert "isError" in told["result"] if method == "tools/call" else "error" in told


def test_aServerIsOpenedByCordonsKeyAndNotByTheCallers(mcp: Servers) -> None:
    mcp.scripted.says(said("done"))
    flow = mcp.flow("opened")
    reply = post(flow, "keyed", calling("wait"), ("cookie", "a=b"), ("x-api-key", "theirs"))
    assert reply.status == 200
    received = mcp.scripted.only
    assert received.all("authorization") == [f"Bearer {ANTHROPIC_KEY}"]
    assert received.all("cookie") == received.all("x-api-key") == []
    assert flow.token.encode() not in received.head
    assert received.all("x-cordon-record") == []


def test_whatIsNoCallPassesByteForByte(mcp: Servers) -> None:
    flow = mcp.flow("passes")
    answer = '{"jsonrpc": "2.0",  "id": 1, "result": {"x": "Müller"}}'.encode()
    for method in ("ping", "prompts/get", "resources/read", "completion/complete", "made/up"):
        mcp.scripted.says(plain(answer))
        body = message(method, name="a", uri="a:b")
        reply = post(flow, "scripted", body, ("mcp-session-id", "s-2"))
        assert (reply.status, reply.body) == (200, answer)
        assert mcp.scripted.only.body == body
        assert mcp.scripted.only.all("mcp-session-id") == ["s-2"]
    assert methods(mcp.scripted.requests) == ["made/up"]


def test_thePeerIsTheSdks(mcp: Servers) -> None:
    """What goes around Cordon works as well: a fault above is none of the peer's."""
    peer: Peer = mcp.peer("crm-json")
    body = message("server/discover", _meta=META)
    fields = modern("", **{"mcp-method": "server/discover"})
    reply = post(mcp.flow("discovers"), "crm-json", body, *[f for f in fields if f[1]])
    assert MODERN in messages_of(reply)[0]["result"]["supportedVersions"]
    assert len(peer.requests) == 1
