"""Calls of MCP's tools that people have to allow, as the official clients see it."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from api import Api
from approving import AT_ONCE, Desk
from cli import Cli
from gateway_mcp_clients import Client, client
from gateway_mcp_world import (
    ACCEPT,
    META,
    OWN,
    Servers,
    call_of,
    calling,
    mcp,
    messages_of,
    modern,
    post,
    said,
)
from gateway_wire import whole
from visitor import Visitor
from world import FALLBACK, PASSWORD

__all__ = ["client", "mcp"]

SOON = 2.0
NOW = tuple(AT_ONCE.items())[0]
manners = pytest.mark.parametrize("manner", ["crm", "crm-json"], ids=["events", "json"])
# The price's tool promises structure, the account's a text.
WAITING: list[dict[str, Any]] = [
    {"name": name, "access": "write", "needs_approval": True, "approval": {"window_minutes": 5}}
    for name in ("set_price", "delete_account")
]


@pytest.fixture
def desk(mcp: Servers) -> Desk:
    flow = mcp.flow("approved", tools=WAITING, forbids=[])
    return Desk(flow, Api(flow.url))


@manners
def test_whatWaitsIsToldAndDoneOnceItIsAllowed(
    manner: str, client: Client, mcp: Servers, desk: Desk
) -> None:
    peer = mcp.peer(manner)
    client.open(desk.flow, manner, **AT_ONCE)
    for name, arguments in [("set_price", {"price": 9.5}), ("delete_account", {"account": "A-7"})]:
        told = client.call(name, **arguments)
        (id,) = desk.waiting()
        url = f"{desk.flow.url}/approvals/{id}"
        assert told["text"].startswith(f"Not done yet: a person has to approve this call at {url} ")
        assert told["meta"]["cordon/approval"]["id"] == id
        assert told["meta"]["cordon/approval"]["url"] == url
        assert client.call(name, **arguments)["meta"]["cordon/approval"]["id"] == id
        assert not [call for call in peer.calls if call[0] == name]
        desk.approve(id).done(200)
        assert not client.call(name, **arguments)["is_error"]
        assert peer.calls[-1] == (name, arguments)
        assert desk.state(id) == "used"
        # Once: the same is asked for again.
        assert client.call(name, **arguments)["meta"]["cordon/approval"]["id"] != id
        desk.reject(desk.waiting()[0]).done(200)
        no = client.call(name, **arguments)
        assert no["is_error"] and "gus said no: Refund Birch first." in no["text"]
        assert "Do not retry" in no["text"] and str(FALLBACK["title"]) in no["text"]
    assert len(peer.calls) == 2
    client.close()


@manners
def test_aHeldCallIsDoneWhenSomebodyDecides(
    manner: str, client: Client, mcp: Servers, desk: Desk
) -> None:
    peer = mcp.peer(manner)
    client.open(desk.flow, manner)
    client.calls("set_price", price=3)
    (id,) = desk.waiting()
    assert peer.calls == []
    threading.Timer(1, lambda: desk.approve(id).done(200)).start()
    assert not client.done()["is_error"]
    assert peer.calls == [("set_price", {"price": 3})]
    client.close()


def test_anEditIsToldWithExactlyItsArguments(client: Client, mcp: Servers, desk: Desk) -> None:
    peer = mcp.peer("crm")
    client.open(desk.flow, "crm", **AT_ONCE)
    client.call("set_price", price=90)
    desk.approve(desk.waiting()[0], arguments={"price": 12.0}).done(200)
    told = client.call("set_price", price=90)
    assert told["meta"]["cordon/approval"]["arguments"] == {"price": 12}
    assert 'exactly these: {"price":12}' in told["text"]
    assert not client.call("set_price", **told["meta"]["cordon/approval"]["arguments"])["is_error"]
    assert peer.calls == [("set_price", {"price": 12})]
    client.close()


def test_ofTwoRetriesOneIsDone(mcp: Servers, desk: Desk) -> None:
    mcp.scripted.says(said("done"))
    body = calling("set_price", {"price": 5})
    post(desk.flow, "scripted", body, NOW)
    desk.approve(desk.waiting()[0]).done(200)
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda _: post(desk.flow, "scripted", body, NOW), range(6)))
    texts = [str(messages_of(reply)[0]["result"]["content"][0]["text"]) for reply in replies]
    assert texts.count("done") == 1, texts
    assert len(mcp.scripted.requests) == 1


def test_twoHeldCallsAreOneExecution(mcp: Servers, desk: Desk) -> None:
    mcp.scripted.says(said("done"))
    body = calling("set_price", {"price": 6})
    with ThreadPoolExecutor(2) as pool:
        held = [pool.submit(post, desk.flow, "scripted", body) for _ in range(2)]
        (id,) = desk.waiting()
        desk.approve(id).done(200)
        replies = [each.result(30) for each in held]
    texts = [str(messages_of(reply)[0]["result"]["content"][0]["text"]) for reply in replies]
    assert texts.count("done") == 1, texts
    assert len(mcp.scripted.requests) == 1


def test_aChangedArgumentIsAnotherQuestion(mcp: Servers, desk: Desk) -> None:
    mcp.scripted.says(said("done"))
    post(desk.flow, "scripted", calling("set_price", {"price": 5}), NOW)
    desk.approve(desk.waiting()[0]).done(200)
    reply = post(desk.flow, "scripted", calling("set_price", {"price": 5.01}), NOW)
    assert "cordon/approval" in messages_of(reply)[0]["result"]["_meta"]
    assert mcp.scripted.requests == []


def test_aYesForOneServerIsNoneForAnother(mcp: Servers, desk: Desk, tmp_path: Path) -> None:
    mcp.scripted.says(said("done"))
    body = calling("set_price", {"price": 5})
    post(desk.flow, "scripted", body, NOW)
    (id,) = desk.waiting()
    desk.approve(id).done(200)
    # The same server by another name, so that the name alone decides.
    reply = post(desk.flow, "keyed", body, NOW)
    other = messages_of(reply)[0]["result"]["_meta"]["cordon/approval"]["id"]
    assert other != id and mcp.scripted.requests == []
    assert [desk.shown(each)["server"] for each in (id, other)] == ["scripted", "keyed"]
    assert [item["server"] for item in desk.listed()] == ["keyed"]
    shown = Visitor(desk.flow.url).signed_in("gus").opens(f"/approvals/{other}").said
    assert "MCP server" in shown and "keyed" in shown
    password, session = tmp_path / "password", tmp_path / "gus.session"
    password.write_text(PASSWORD + "\n")
    server = mcp.home.server
    Cli(server).done("login", "gus", "--password-file", str(password), "--save", str(session))
    assert "MCP server: keyed\n" in Cli(server, session).done("approval", "show", other)
    reply = post(desk.flow, "scripted", body, NOW)
    assert messages_of(reply)[0]["result"]["content"][0]["text"] == "done"
    assert desk.state(id) == "used" and desk.state(other) == "pending"


def test_aStopEndsAHeldCallAndLeavesTheSession(client: Client, mcp: Servers, desk: Desk) -> None:
    peer = mcp.peer("crm")
    client.open(desk.flow, "crm")
    client.calls("set_price", price=3)
    (id,) = desk.waiting()
    began = time.monotonic()
    incident = desk.flow.stop()["incident"]
    told = client.done()
    took = time.monotonic() - began
    print(f"a held call ended {took * 1e3:.0f} ms after the stop was sent")
    assert took < SOON
    assert told["is_error"] and "This workflow is stopped: Wrong." in told["text"]
    decision = told["meta"]["cordon/decision"]
    assert (decision["code"], decision["incident"]) == (-31_001, incident)
    assert desk.state(id) == "voided"
    # It had sent nothing, so there was nothing to cut.
    assert desk.flow.target("gateway")["state"] == "confirmed"
    assert client.list()
    client.close()
    assert peer.calls == []


def test_aYesDoesNotOutliveAStop(mcp: Servers, desk: Desk) -> None:
    mcp.scripted.says(said("done"))
    body = calling("set_price", {"price": 5})
    post(desk.flow, "scripted", body, NOW)
    (id,) = desk.waiting()
    desk.approve(id).done(200)
    desk.flow.stop()
    told = messages_of(post(desk.flow, "scripted", body, NOW))[0]["result"]
    assert told["_meta"]["cordon/decision"]["code"] == -31_001
    assert desk.state(id) == "voided"
    assert mcp.scripted.requests == []


@pytest.mark.parametrize("is_modern", [False, True], ids=["older", "newest"])
def test_whoGoesAwayWhileHeldUsesNothing(is_modern: bool, mcp: Servers, desk: Desk) -> None:
    mcp.scripted.says(said("done"))
    body, fields = calling("set_price", {"price": 5}), [ACCEPT, OWN]
    if is_modern:
        body = calling("set_price", {"price": 5}, _meta=META)
        fields += modern("set_price")
    with desk.flow.line() as line:
        line.ask("POST", "/mcp/scripted", desk.flow.fields(*fields), body)
        (id,) = desk.waiting()
    pending = desk.flow.records_ended(1)
    assert pending[0]["status"] == f"pending: {id}"
    desk.approve(id).done(200)
    assert desk.state(id) == "approved" and mcp.scripted.requests == []
    post(desk.flow, "scripted", calling("set_price", {"price": 5}), NOW)
    assert len(mcp.scripted.requests) == 1


def test_theRecordsSayWhoAllowedIt(mcp: Servers, desk: Desk) -> None:
    mcp.scripted.says(said("done"))
    body = calling("set_price", {"price": 5}, _meta={"cordon/diff": "- 4\n+ 5"})
    post(desk.flow, "scripted", body, NOW, ("x-cordon-run", "r-1"))
    (id,) = desk.waiting()
    shown = desk.shown(id)
    assert (shown["diff"], shown["run"], shown["record"]) == ("- 4\n+ 5", "r-1", "A-7")
    desk.approve(id).done(200)
    post(desk.flow, "scripted", body, NOW)
    pending, begun, ended = desk.flow.records(3, "tool_call")
    assert (pending["status"], begun["status"], ended["status"]) == (
        f"pending: {id}", "begun", "ok",
    )  # fmt: skip
    for record in (begun, ended):
        assert record["groups"]["attributes"]["decision"] == f"gus approved this call ({id})."
        assert call_of(record)["arguments"] == {"price": 5}


def test_aDiffIsAsLongAsAPersonReads(mcp: Servers, desk: Desk) -> None:
    mcp.scripted.says(said("done"))
    for price, size in [(1, 65_536), (2, 65_537)]:
        body = calling("set_price", {"price": price}, _meta={"cordon/diff": "x" * size})
        told = messages_of(post(desk.flow, "scripted", body, NOW))[0]["result"]
        assert ("cordon/approval" in told["_meta"]) == (size == 65_536), told
    assert len(desk.listed()) == 1


def test_aHeldCallDoesNotKeepTheServerFromEnding(mcp: Servers, desk: Desk) -> None:
    mcp.scripted.says(said("done"))
    body = calling("set_price", {"price": 5})
    with desk.flow.line(60) as line:
        line.ask("POST", "/mcp/scripted", desk.flow.fields(ACCEPT), body)
        (id,) = desk.waiting()
        began = time.monotonic()
        assert mcp.home.server.stop() == 0
        assert time.monotonic() - began < 15
        told = json.loads(whole(line.head()).body)
    assert told["result"]["_meta"]["cordon/approval"]["id"] == id
    mcp.home.restarted()
    desk.approve(id).done(200)
    reply = desk.flow.ask("/mcp/scripted", body, ACCEPT, NOW)
    assert json.loads(reply.body)["result"]["content"][0]["text"] == "done"
