"""MCP servers that are programs: translated, judged, recorded, cut, bounded and cleaned up."""

import contextlib
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from gateway_mcp_clients import Client, client
from gateway_mcp_programs import CHILDREN, Programs, ended, is_running, programs
from gateway_mcp_world import META, call_of, calling, message, messages_of, modern, post
from gateway_wire import Reply
from gateway_world import ANTHROPIC_KEY, Flow, Record, attributes
from waiting import until

__all__ = ["client", "programs"]

servers = pytest.mark.parametrize("server", ["first", "second"])
SHAKES: dict[str, Any] = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "raw", "version": "1"},
}


def revision(client: Client, server: str) -> str:
    """A program of before 2026-07-28 is spoken to in its own revision."""
    return "2025-11-25" if server == "first" else client.revision


def shake(flow: Flow, server: str) -> str:
    """Opens a session by hand."""
    reply = post(flow, server, message("initialize", **SHAKES))
    assert reply.status == 200 and "result" in messages_of(reply)[0], reply
    session = reply.field("mcp-session-id")
    assert session
    begun = b'{"jsonrpc":"2.0","method":"notifications/initialized"}'
    assert post(flow, server, begun, ("mcp-session-id", session)).status == 202
    return session


def call(flow: Flow, server: str, session: str, name: str, **arguments: Any) -> dict[str, Any]:
    reply = post(flow, server, calling(name, arguments), ("mcp-session-id", session))
    told: dict[str, Any] = messages_of(reply)[-1]
    return told


def end(flow: Flow, server: str, session: str) -> Reply:
    return flow.ask(f"/mcp/{server}", None, ("mcp-session-id", session), method="DELETE")


def calls_ended(flow: Flow, count: int) -> list[Record]:
    """The records of calls of tools that are over, oldest first."""

    def there() -> list[Record]:
        found = flow.listed(kind="tool_call")
        found = [item for item in found if item["status"] != "begun"]
        return found if len(found) >= count else []

    found = until(f"{count} calls of {flow.key} are over", there)
    assert len(found) == count
    # By the time of the call: records that nobody waits for may be kept in another order.
    return [flow.house.whole(item) for item in sorted(found, key=lambda item: item["at"])]


def pid_of(flow: Flow, server: str, session: str) -> str:
    text: str = call(flow, server, session, "who")["result"]["content"][0]["text"]
    return text


@servers
def test_aSessionOfTheOfficialClientWorks(server: str, client: Client, programs: Programs) -> None:
    flow = programs.fresh(server).flow("program")
    assert client.open(flow, server) == [revision(client, server), "program"]
    assert client.list() == sorted(client.list())
    assert client.call("read_account", account="A-7")["text"] == "A-7 owes 7 EUR"
    assert client.call("set_price", price=5)["structured"] == {"price": 5}
    counted = client.call("count", steps=3)
    assert (counted["text"], counted["progress"]) == ("counted to 3", [1, 2, 3])
    denied = client.call("delete_account", account="A-7")
    assert denied["is_error"] and denied["meta"]["cordon/decision"]["code"] == -31_002
    assert client.call("who")["text"] in programs.told(server, "started")
    client.close()
    assert programs.told(server, "prices") == ["5.0"]
    records = calls_ended(flow, 5)
    names = [call_of(item)["name"] for item in records]
    assert names == ["read_account", "set_price", "count", "delete_account", "who"]
    assert records[0]["status"] == "ok" and records[3]["status"].startswith("denied")
    assert attributes(records[0])["mcp"]["server"] == server
    assert call_of(records[0])["result"]["content"][0]["text"] == "A-7 owes 7 EUR"


@servers
def test_aProgramAsksThePersonAtTheClient(server: str, client: Client, programs: Programs) -> None:
    flow = programs.flow("asks")
    if client.open(flow, server)[0] == "2026-07-28":
        client.close()
        pytest.skip("by 2026-07-28 a server sends no requests")
    assert client.call("ask")["text"] == "accept yes=True"
    client.close()


@servers
def test_aStopCutsTheCallTellsTheProgramAndLeavesTheSession(
    server: str, client: Client, programs: Programs
) -> None:
    flow = programs.fresh(server).flow("cut")
    client.open(flow, server)
    client.calls("wait", minutes=9)
    until("the tool works", lambda: programs.told(server, "waiting"))
    incident = flow.stop()["incident"]
    outcome = client.done()
    assert outcome["is_error"] and "Wrong." in outcome["text"]
    assert outcome["meta"]["cordon/decision"]["incident"] == incident
    until("the program knows", lambda: programs.told(server, "cancelled"), 10)
    until("the gateway confirms", lambda: flow.target("gateway")["state"] == "confirmed", 10)
    assert "wait" in client.list()
    assert client.call("set_price", price=1)["is_error"]
    client.close()
    assert programs.told(server, "prices") == []
    statuses = [item["status"].split(":")[0] for item in calls_ended(flow, 2)]
    assert statuses == ["cut", "denied"]


def test_aCallThatItsCallerCancelsIsOver(programs: Programs) -> None:
    """A program answers nothing that was cancelled: nobody may wait for it, a stop least of all."""
    flow = programs.flow("cancels")
    session = shake(flow, "raw")
    field = ("mcp-session-id", session)
    with flow.line() as line:
        accept = ("accept", "application/json, text/event-stream")
        line.ask("POST", "/mcp/raw", flow.fields(accept, field), calling("wait"))
        until("the program is asked", lambda: "asked for nothing" in programs.log)
    cancel = b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}'
    assert post(flow, "raw", cancel, field).status == 202
    (record,) = calls_ended(flow, 1)
    assert record["status"] == "caller_gone"
    flow.stop()
    until("the gateway confirms", lambda: flow.target("gateway")["state"] == "confirmed", 10)
    end(flow, "raw", session)


@servers
def test_aProgramThatDiesEndsItsSessionAndTheNextHasAnother(
    server: str, client: Client, programs: Programs
) -> None:
    flow = programs.flow("dies")
    client.open(flow, server)
    before = client.call("who")["text"]
    outcome = client.call("die")
    assert outcome["is_error"] and "not known whether" in outcome["text"]
    ended(before)
    client.close()
    client.open(flow, server)
    assert client.call("who")["text"] != before
    client.close()
    (died,) = [item for item in calls_ended(flow, 3) if call_of(item)["name"] == "die"]
    assert died["status"].startswith("error")


def test_aKilledProgramIsNotFoundAgain(programs: Programs) -> None:
    flow = programs.flow("killed")
    one, other = shake(flow, "second"), shake(flow, "second")
    pid = pid_of(flow, "second", one)
    os.kill(int(pid), signal.SIGKILL)
    ended(pid)

    def asks() -> int:
        told = post(flow, "second", message("tools/list"), ("mcp-session-id", one))
        return told.status

    until("its session has ended", lambda: asks() == 404)
    assert "owes" in json.dumps(call(flow, "second", other, "read_account", account="A"))
    assert end(flow, "second", other).status == 200


def test_aSessionIsItsWorkflowsAlone(programs: Programs) -> None:
    mine, theirs = programs.flow("mine"), programs.flow("theirs")
    session = shake(mine, "second")
    for method, body in [("POST", message("tools/list")), ("GET", None), ("DELETE", None)]:
        field = ("mcp-session-id", session)
        accept = ("accept", "application/json, text/event-stream")
        assert theirs.ask("/mcp/second", body, field, accept, method=method).status == 404
    assert post(mine, "second", message("tools/list")).status == 400
    assert end(mine, "second", session).status == 200
    assert end(mine, "second", session).status == 404


def test_callersOfOneProgramDoNotGetOneAnothersAnswers(programs: Programs) -> None:
    """By 2026-07-28 a workflow has one program, whatever its callers call their requests."""
    flow = programs.fresh("second").flow("shared")

    def ask(account: str) -> Any:
        arguments = {"account": account}
        body = calling("read_account", arguments, _meta=META | {"progressToken": "p"})
        return flow.line(), body

    lines = [ask(f"A-{number}") for number in range(20)]
    for line, body in lines:
        fields = [*modern("read_account"), ("accept", "application/json, text/event-stream")]
        line.__enter__().ask("POST", "/mcp/second", flow.fields(*fields), body)
    for number, (line, _) in enumerate(lines):
        told = messages_of(line.reply())[-1]
        line.__exit__(None, None, None)
        assert told["id"] == 1
        assert told["result"]["content"][0]["text"] == f"A-{number} owes 7 EUR"
    started = programs.told("second", "started")
    until("one is left", lambda: len([pid for pid in started if is_running(pid)]) == 1)


def test_aProgramGetsNothingOfCordons(programs: Programs) -> None:
    flow = programs.flow("environment")
    session = shake(flow, "second")
    told = call(flow, "second", session, "environment")["result"]["structuredContent"]
    assert told["OWN"] == "mine" and told["ASKED_FOR"] == "given"
    assert set(told) <= {"PATH", "HOME", "OWN", "ASKED_FOR", "LC_CTYPE", "PYTHONPATH"}
    assert ANTHROPIC_KEY not in json.dumps(told)
    pid = pid_of(flow, "second", session)
    # Neither the database nor a connection is open there.
    process = programs.home.server.process
    assert process
    shared = {link for link in open_in(pid) & open_in(process.pid) if link[:4] in ("pipe", "sock")}
    assert len(shared) == 3 and all(link.startswith("pipe:") for link in shared)
    assert not [link for link in open_in(pid) if "cordon.sqlite" in link]
    assert end(flow, "second", session).status == 200
    ended(pid)


def open_in(pid: int | str) -> set[str]:
    """What a process has open; what it closes while one looks is not among it."""
    opened = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            opened.add(os.readlink(link))
    return opened


def test_whatAProgramComplainsOfIsLoggedWithinBounds(programs: Programs) -> None:
    flow = programs.flow("complains")
    session = shake(flow, "second")
    call(flow, "second", session, "complain", text="tool\x1b[31m is sad")
    call(flow, "second", session, "complain", text="y" * 100_000)
    until("it is logged", lambda: "tool[31m is sad" in programs.log)
    until("more is logged", lambda: "y" * 900 in programs.log)
    assert "y" * 1_001 not in programs.log
    end(flow, "second", session)


@pytest.mark.parametrize("server", ["missing", "ending"])
def test_aProgramThatDoesNotRunIsAClearError(server: str, programs: Programs) -> None:
    flow = programs.flow("none")
    reply = post(flow, server, message("initialize", id="i-1", **SHAKES))
    (told,) = messages_of(reply)
    assert (reply.status, told["id"], told["error"]["code"]) == (200, "i-1", -31_004)
    assert server in told["error"]["message"]


@pytest.mark.parametrize("extra", [-200, 1])
def test_aMessageOfAProgramIsBounded(extra: int, programs: Programs) -> None:
    flow = programs.flow("large", {"record": "best_effort"})
    session = shake(flow, "raw")
    told = call(flow, "raw", session, "wait", size=(4 << 20) + extra)
    text = told["result"]["content"][0]["text"]
    assert told["result"].get("isError", False) == (extra > 0)
    assert (len(text) > 4_000_000) == (extra < 0)
    end(flow, "raw", session)


def test_noMoreProgramsRunThanMay(programs: Programs) -> None:
    flow = programs.flow("many")
    none_left(programs)
    sessions = [shake(flow, "spare") for _ in range(CHILDREN)]
    reply = post(flow, "spare", message("initialize", **SHAKES))
    (told,) = messages_of(reply)
    assert told["error"]["code"] == -31_003 and "mcp_children" in told["error"]["message"]
    assert end(flow, "spare", sessions[0]).status == 200
    sessions[0] = shake(flow, "spare")
    for session in sessions:
        assert end(flow, "spare", session).status == 200


def test_aProgramThatNoSessionNeedsMakesRoom(programs: Programs) -> None:
    none_left(programs)
    # By 2026-07-28 each workflow has one, for as long as there is room.
    for number in range(CHILDREN + 2):
        flow = programs.flow("room")
        body = calling("who", _meta=META)
        (told,) = messages_of(post(flow, "second", body, *modern("who")))
        assert "error" not in told and not told["result"]["isError"], (number, told)


def none_left(programs: Programs) -> None:
    """Ends what the tests before have left running, so that places are counted from nothing."""
    programs.home.server.stop()
    programs.home.restarted()


def test_aProgramThatNobodyUsesIsEnded(programs: Programs) -> None:
    flow = programs.flow("idle")
    session = shake(flow, "brief")
    pid = pid_of(flow, "brief", session)
    ended(pid)
    assert post(flow, "brief", message("ping"), ("mcp-session-id", session)).status == 404


def test_programsEndWithTheServer(programs: Programs) -> None:
    flow = programs.flow("ends")
    session = shake(flow, "second")
    pid = pid_of(flow, "second", session)
    # It never answers: the request hangs until the server ends.
    with flow.line() as line:
        accept = ("accept", "application/json, text/event-stream")
        body = message("initialize", **SHAKES)
        line.ask("POST", "/mcp/stubborn", flow.fields(accept), body)
        mark = programs.folder / "stubborn"
        left = until("it has a child", lambda: mark.exists() and mark.read_text())
        programs.home.server.stop()
    ended(pid, left)
    programs.home.restarted()
