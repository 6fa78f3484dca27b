"""Cordon's own MCP server: an assistant reports, stops and reads, and starts nothing again."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway_mcp_clients import Client, client
from gateway_mcp_world import ACCEPT, META, MODERN, message, messages_of, modern
from gateway_wire import Reply
from gateway_world import Flow, House, house
from world import FALLBACK

__all__ = ["client"]

NAMES = [
    "list_workflows",
    "read_fallback",
    "report_something_wrong",
    "stop_workflow",
    "what_counts_as_an_incident",
    "workflow_state",
]
SCOPES = ["report", "read"]


@pytest.fixture(scope="module")
def home(binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(binary, tmp_path_factory.mktemp("own")) as made:
        yield made


def assistant(home: House, workflow: str | None, *scopes: str) -> Flow:
    """A token for Cordon's own server, bound to a workflow or to none."""
    token = home.token(workflow, *(scopes or SCOPES))
    return Flow(home, workflow or "", token)


def ask(flow: Flow, body: bytes, *fields: tuple[str, str]) -> Reply:
    return flow.ask("/mcp/cordon", body, ACCEPT, *fields)


def call(flow: Flow, name: str, **arguments: Any) -> dict[str, Any]:
    (told,) = messages_of(ask(flow, message("tools/call", name=name, arguments=arguments)))
    result: dict[str, Any] = told["result"]
    return result


def text_of(result: dict[str, Any]) -> str:
    return "".join(part["text"] for part in result["content"])


def test_anAssistantReportsStopsAndReads(client: Client, home: House) -> None:
    """The official clients hold each result against the tool's own schema."""
    flow = home.flow("own")
    bound = assistant(home, flow.key)
    assert client.open(bound, "cordon") == [client.revision, "cordon"]
    assert client.list() == NAMES
    assert client.call("workflow_state")["structured"]["may_run"]
    listed = client.call("list_workflows")["structured"]["workflows"]
    assert [item["workflow"] for item in listed] == [flow.key]
    words = client.call("what_counts_as_an_incident")
    assert "near miss" in words["text"] and words["structured"]["levels"][3]["level"] == 4
    reported = client.call("report_something_wrong", what="A wrong name.", left_company="no")
    assert not reported["is_error"] and not reported["structured"]["stopped"]
    stopped = client.call("stop_workflow", reason="It names strangers.")
    again = client.call("stop_workflow", reason="It names strangers.")
    assert stopped["structured"] == again["structured"]
    # What is stopped can still report, and read how the work is done without it.
    state = client.call("workflow_state")["structured"]
    assert not state["may_run"] and state["stops"][0]["reason"] == "It names strangers."
    fallback = client.call("read_fallback")
    assert str(FALLBACK["title"]) in fallback["text"]
    assert fallback["structured"]["fallback"]["title"] == FALLBACK["title"]
    more = client.call("report_something_wrong", what="Another.", left_company="unknown")
    assert not more["is_error"]
    client.close()
    numbers = [item["number"] for item in flow.incidents()]
    assert sorted(numbers) == sorted(
        [told["structured"]["incident"] for told in (reported, stopped, more)]
    )


def test_aReportStopsAtOnce(home: House) -> None:
    flow = home.flow("own")
    told = call(
        assistant(home, flow.key),
        "report_something_wrong",
        workflow=flow.key,
        what="It sends.",
        left_company="yes",
        stop=True,
    )
    assert told["structuredContent"]["stopped"] and str(FALLBACK["title"]) in text_of(told)
    shown = home.world.ana.get(f"workflows/{flow.key}").done(200)
    assert shown["state"] in ("stopping", "stopped")
    (incident,) = flow.incidents()
    assert incident["level"] == 3


def test_aPartOfAWorkflowIsStopped(home: House) -> None:
    flow = home.flow("own")
    bound = assistant(home, flow.key)
    assert not call(bound, "stop_workflow", reason="Wrong.", tool="set_price")["isError"]
    assert not call(bound, "stop_workflow", reason="Wrong.", outbound=True)["isError"]
    state = call(bound, "workflow_state")["structuredContent"]
    assert state["may_run"]
    assert sorted(stop["scope"] for stop in state["stops"]) == ["outbound", "tool set_price"]
    assert call(bound, "stop_workflow", reason="x", tool="a", outbound=True)["isError"]


def test_aBoundTokenTouchesItsWorkflowAlone(home: House) -> None:
    mine, other = home.flow("own"), home.flow("own")
    bound = assistant(home, mine.key)
    told = [
        call(bound, "stop_workflow", workflow=other.key, reason="Wrong."),
        call(bound, "workflow_state", workflow=other.key),
        call(bound, "read_fallback", workflow=other.key),
        call(bound, "report_something_wrong", workflow=other.key, what="x", left_company="no"),
    ]
    assert all(result["isError"] and mine.key in text_of(result) for result in told)
    assert other.incidents() == []
    shown = home.world.ana.get(f"workflows/{other.key}").done(200)
    assert shown["state"] == "running"
    # A token that serves all has to say which.
    free = assistant(home, None)
    assert call(free, "workflow_state")["isError"]
    assert not call(free, "workflow_state", workflow=other.key)["isError"]
    assert len(call(free, "list_workflows")["structuredContent"]["workflows"]) >= 2


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (["report"], {"report_something_wrong", "stop_workflow", "what_counts_as_an_incident"}),
        (["read"], {"list_workflows", "read_fallback", "workflow_state"}),
        (["gate"], set()),
        (["gateway"], set()),
        (["capture"], set()),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_aTokenDoesWhatItsScopesAllow(scopes: list[str], allowed: set[str], home: House) -> None:
    flow = home.flow("own")
    bound = assistant(home, flow.key, *scopes)
    given = {
        "report_something_wrong": {"what": "x", "left_company": "no"},
        "stop_workflow": {"reason": "x"},
    }
    for name in NAMES:
        result = call(bound, name, **given.get(name, {}))
        assert result["isError"] == (name not in allowed), (name, result)
        assert ("this token does not allow" in text_of(result).lower()) == (name not in allowed)


def test_anUnknownTokenIsTurnedAway(home: House) -> None:
    flow = home.flow("own")
    for value in ("Bearer made-up", "", flow.token):
        reply = ask(flow, message("tools/list"), ("authorization", value))
        assert reply.status == 401, value


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("report_something_wrong", {"left_company": "no"}),
    ("report_something_wrong", {"what": "", "left_company": "no"}),
    ("report_something_wrong", {"what": "x" * 20_001, "left_company": "no"}),
    ("report_something_wrong", {"what": "x"}),
    ("report_something_wrong", {"what": "x", "left_company": "perhaps"}),
    ("report_something_wrong", {"what": "x", "left_company": "no", "stop": "yes"}),
    ("report_something_wrong", {"what": "x", "left_company": "no", "level": 1}),
    ("stop_workflow", {}),
    ("stop_workflow", {"reason": "x" * 4_001}),
    ("stop_workflow", {"reason": "x", "tool": "x" * 201}),
    ("stop_workflow", {"reason": 7}),
    ("workflow_state", {"workflow": "x" * 201}),
    ("workflow_state", {"workflow": "no-such-workflow"}),
    ("list_workflows", {"workflow": "x"}),
]


@pytest.mark.parametrize(("name", "arguments"), WRONG, ids=range(len(WRONG)))
def test_badArgumentsAreExplainedAndDoNothing(
    name: str, arguments: dict[str, Any], home: House
) -> None:
    flow = home.flow("own")
    free = assistant(home, None)
    given = arguments if "workflow" in arguments else {"workflow": flow.key} | arguments
    result = call(free, name, **given)
    assert result["isError"] and text_of(result).startswith("Not done. ")
    assert flow.incidents() == []


@pytest.mark.parametrize(("name", "limit"), [("what", 20_000), ("reason", 4_000)])
def test_textsMayBeAsLongAsInTheRestInterface(name: str, limit: int, home: House) -> None:
    bound = assistant(home, home.flow("own").key)
    for length in (limit - 1, limit):
        given: dict[str, Any] = {name: "é" * length}
        tool = "stop_workflow"
        if name == "what":
            tool, given["left_company"] = "report_something_wrong", "no"
        assert not call(bound, tool, **given)["isError"]


def test_nothingStartsSignsOrApproves(home: House) -> None:
    (told,) = messages_of(ask(assistant(home, None), message("tools/list")))
    for tool in told["result"]["tools"]:
        words = set(tool["name"].split("_"))
        assert not words & {"restart", "start", "resume", "sign", "approve", "confirm", "lift"}
        hints = tool["annotations"]
        acts = tool["name"] in ("report_something_wrong", "stop_workflow")
        assert hints["readOnlyHint"] == (not acts)
        if acts:
            stops = tool["name"] == "stop_workflow"
            assert (hints["destructiveHint"], hints["idempotentHint"]) == (stops, stops)
    for name in ("restart_workflow", "sign", "approve"):
        reply = ask(assistant(home, None), message("tools/call", name=name, arguments={}))
        assert messages_of(reply)[0]["error"]["code"] == -32_602


def test_theProtocolIsKept(home: House) -> None:
    bound = assistant(home, home.flow("own").key)
    for asked, told in [("2025-06-18", "2025-06-18"), ("2025-11-25", "2025-11-25")] + [
        ("2026-07-28", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
    ]:
        body = message("initialize", protocolVersion=asked, capabilities={}, clientInfo={})
        reply = ask(bound, body)
        assert messages_of(reply)[0]["result"]["protocolVersion"] == told
        assert reply.field("mcp-session-id") is None
    note = b'{"jsonrpc":"2.0","method":"notifications/initialized"}'
    assert ask(bound, note).status == 202
    assert messages_of(ask(bound, message("ping")))[0]["result"] == {}
    for method in ("GET", "DELETE"):
        assert bound.ask("/mcp/cordon", None, ACCEPT, method=method).status == 405
    assert messages_of(ask(bound, message("prompts/list")))[0]["error"]["code"] == -32_601
    fields = [("mcp-protocol-version", MODERN), ("mcp-method", "server/discover")]
    found = messages_of(ask(bound, message("server/discover", _meta=META), *fields))[0]
    assert found["result"]["resultType"] == "complete" and MODERN in found["result"][
        "supportedVersions"
    ]
    body = message("tools/call", name="workflow_state", arguments={}, _meta=META)
    assert ask(bound, body, *modern("stop_workflow")).status == 400
    assert messages_of(ask(bound, body, *modern("workflow_state")))[0]["result"]["resultType"]


@pytest.mark.parametrize(("extra", "status"), [(-1, 200), (0, 200), (1, 413)])
def test_aRequestIsBounded(extra: int, status: int, home: House) -> None:
    bound = assistant(home, home.flow("own").key)
    body = message("tools/list")
    body += b" " * ((256 << 10) + extra - len(body))
    assert ask(bound, body).status == status


def test_whoReportsIsNamed(home: House) -> None:
    flow = home.flow("own")
    bound = assistant(home, flow.key)
    told = call(bound, "report_something_wrong", what="Odd.", left_company="no")
    number = told["structuredContent"]["incident"]
    shown = home.reader.get(f"incidents/{number}").done(200)
    assert "keeper" in json.dumps(shown.json)
