"""The lane that the company has chosen holds at the gate, at the gateway and before MCP servers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openai
import pytest

import gateway_answers as say
from gateway_mcp_world import Servers, calling, mcp, message, messages_of, post, said
from gateway_upstream import plain
from gateway_world import Flow, House, attributes
from hook_world import COPILOT, LITELLM, copilot
from waiting import until
from world import FALLBACK

__all__ = ["mcp"]

READ = {"name": "read_notes", "access": "read"}
DROP = {"name": "drop_notes", "access": "write"}
PAY = {"name": "pay", "access": "write", "arguments": [{"name": "amount", "maximum": 100}]}
TOOLS = [READ, DROP, PAY]
APPROVED = """\
approved:
  models: [gpt-5*]
  upstreams: [openai-main]
  mcp_servers: [crm-json]
  tools: [read_*]
"""
BLOCKED = "The company has chosen to block all AI use"


@contextmanager
def lane(home: House, name: str, outside: str, approved: str = APPROVED) -> Iterator[None]:
    """The policy with this lane, for as long as the block lasts."""
    omar = home.world.people.get("omar") or home.world.add("omar")
    omar.url = home.server.url
    standard = omar.get("policy", version=1).done(200)["yaml"]

    def put(yaml: str) -> None:
        now = omar.get("policy").done(200)
        omar.put("policy", {"yaml": yaml, "reason": "A test."}, if_match=now.headers["etag"]).done()

    yaml = standard.replace("lane: workflow_by_workflow\n", f"lane: {name}\n")
    yaml = yaml.replace("    outside: refuse\n", "")
    if name != "block_all":
        yaml = yaml.replace(f"  - key: {name}\n", f"  - key: {name}\n    outside: {outside}\n")
    put(yaml.replace("\ngate:\n", f"\n{approved}\ngate:\n"))
    try:
        yield
    finally:
        put(standard)


def draft(home: House, stem: str) -> Flow:
    """A workflow that is not in production, and may write all the same."""
    key = f"{stem}-{next(home.numbers)}"
    authority = {"mode": "act", "tools": TOOLS, "forbids": ["drop_*"]}
    home.world.register(key, authority=authority, fallback=FALLBACK)
    return Flow(home, key, home.token(key))


def running(home: House, stem: str) -> Flow:
    return home.flow(stem, TOOLS, forbids=["drop_*"])


def asks_gate(flow: Flow, body: dict[str, Any]) -> dict[str, Any]:
    return dict(flow.house.world.admin.post(f"workflows/{flow.key}/gate", body).done(200).json)


def at_gate(flow: Flow, tool: str, **arguments: Any) -> str:
    said = asks_gate(flow, {"action": "tool", "tool": tool, "arguments": arguments})
    return str(said["decision"])


def chats(flow: Flow, model: str = "gpt-5", tool: str | None = None) -> str:
    """What the official client has of it: `passed`, or the code of the error."""
    offered: Any = {"tools": [{"type": "function", "function": {"name": tool}}]} if tool else {}
    flow.house.openai.says(plain(say.chat()))
    try:
        flow.openai(max_retries=2).chat.completions.create(
            model=model, messages=[{"role": "user", "content": "Hello"}], **offered
        )
    except openai.PermissionDeniedError as error:
        return str(error.code)
    return "passed"


def shadow(home: House, flow: Flow) -> list[str]:
    items = home.reader.get("shadow-workflows").done(200)["items"]
    return [use["what"] for row in items if row["workflow"] == flow.key for use in row["uses"]]


def counted(home: House, metric: str) -> int:
    lines = home.server.api().get("/metrics").text.splitlines()
    return sum(int(line.split()[-1]) for line in lines if line.startswith(metric))


# Block all


def test_whereAllUseIsBlockedNothingGoesOn(mcp: Servers) -> None:
    home = mcp.home
    flows = [running(home, "blocked"), draft(home, "blocked")]
    with lane(home, "block_all", "refuse"):
        for flow in flows:
            home.openai.requests.clear()
            with pytest.raises(openai.PermissionDeniedError, match=BLOCKED):
                flow.openai().chat.completions.create(model="gpt-5", messages=[])
            assert flow.ask("/openai/v1/models", None, method="GET").status == 403
            assert home.openai.requests == []
            for method in ("tools/call", "tools/list", "initialize"):
                refused = post(flow, "crm-json", message(method, name="read_notes", arguments={}))
                assert refused.status == 403 and BLOCKED in refused.body.decode()
            for action in ("generate", "tool", "deliver", "decide"):
                said = asks_gate(flow, {"action": action, "tool": "read_notes"})
                assert said["decision"] == "deny" and BLOCKED in said["reason"]
            short = home.world.admin.get(f"workflows/{flow.key}/gate")
            assert short.status == 423 and BLOCKED in short["detail"]
        assert shadow(home, flows[0]) == []
    assert chats(flows[0]) == "passed"
    assert at_gate(flows[0], "read_notes") == "allow"


def test_aBlockThatObservesIsNoPolicy(mcp: Servers) -> None:
    omar = mcp.home.world.people.get("omar") or mcp.home.world.add("omar")
    now = omar.get("policy").done(200)
    old = "    production_may: []\n"
    yaml = now["yaml"].replace(old, old + "    outside: observe\n")
    refused = omar.put("policy", {"yaml": yaml}, if_match=now.headers["etag"])
    assert "blocks all use" in refused.refused("policy-invalid", 422).text


# Approved tools only


def test_onlyWhatIsApprovedPasses(mcp: Servers) -> None:
    home = mcp.home
    flow = running(home, "approved")
    with lane(home, "approved_tools", "refuse"):
        assert chats(flow, "gpt-5-mini", "read_notes") == "passed"
        home.openai.requests.clear()
        assert chats(flow, "gpt-4o") == "outside_authority"
        assert chats(flow, "gpt-5", "pay") == "outside_authority"
        batch = flow.ask("/openai/v1/batches", b"{}")
        assert batch.status == 403 and b"unnamed model" in batch.body
        assert home.openai.requests == []
        claude = flow.ask("/anthropic/v1/messages", b'{"model": "gpt-5", "messages": []}')
        assert claude.status == 403 and b"The upstream anthropic-main" in claude.body
        assert at_gate(flow, "read_notes") == "allow"
        assert at_gate(flow, "pay", amount=5) == "deny"
        elsewhere = post(flow, "scripted", message("tools/list"))
        assert elsewhere.status == 403 and b"The MCP server scripted" in elsewhere.body
        assert shadow(home, flow) == []
    # Denied calls are on record, and somebody is asked to judge.
    denied = {item["status"] for item in flow.listed() if item["status"] != "ok"}
    assert denied == {"denied: outside_authority"}
    assert len(flow.incidents()) == 1


def test_whatIsOutsideIsObservedWhereThePolicySaysSo(mcp: Servers) -> None:
    home = mcp.home
    flow = running(home, "observed")
    before = counted(home, "cordon_shadow_uses_total")
    with lane(home, "approved_tools", "observe"):
        assert chats(flow, "gpt-4o", "pay") == "passed"
        record = flow.record()
        uses = attributes(record)["shadow_use"]
        assert [use.split(" is not ")[0] for use in uses] == ["The model gpt-4o", "The tool pay"]
        assert at_gate(flow, "pay", amount=5) == "allow"
        # The authority holds, whatever is observed.
        assert at_gate(flow, "pay", amount=101) == "deny"
        assert at_gate(flow, "drop_notes") == "deny"
        assert at_gate(flow, "unheard_of") == "deny"
        assert chats(flow, "gpt-5", "drop_notes") == "outside_authority"
        mcp.scripted.says(said("Done."))
        assert post(flow, "scripted", calling("read_notes")).status == 200
        assert mcp.scripted.requests
        found = until("they are journaled", lambda: len(shadow(home, flow)) == 3 and shadow(home, flow))
        assert {use.split(" is not ")[0] for use in found} == {
            "The model gpt-4o", "The tool pay", "The MCP server scripted",
        }  # fmt: skip
        # Once a day is enough for the journal; all of them are counted.
        assert at_gate(flow, "pay", amount=6) == "allow"
        assert counted(home, "cordon_shadow_uses_total") == before + 4
        assert len(shadow(home, flow)) == 3
        for call in flow.records(2, "tool_call"):
            assert "scripted" in attributes(call)["shadow_use"][0]
        tried = home.world.admin.post(
            f"workflows/{flow.key}/try",
            {"action": "tool", "tool": "pay", "arguments": {"amount": 5}},
        )
        considered = tried.done(200)["considered"]
        assert any(line.startswith("Shadow use: ") for line in considered)
        flow.stop()
        assert at_gate(flow, "pay", amount=5) == "deny"
        assert chats(flow, "gpt-4o") == "workflow_stopped"
        mcp.scripted.requests.clear()
        stopped = post(flow, "scripted", calling("read_notes"))
        assert b"stopped" in stopped.body and not mcp.scripted.requests
    shown = home.world.admin.get(f"workflows/{flow.key}/evidence").done(200)
    assert len(shown["shadow_uses"]) == 3


@pytest.mark.parametrize("outside", ["refuse", "observe"])
def test_aHookIsToldOfTheLaneAsWell(outside: str, mcp: Servers) -> None:
    home = mcp.home
    flow = running(home, "hooked")
    offered = {"input_type": "request", "tools": [{"function": {"name": "pay"}}]}
    before = counted(home, "cordon_shadow_uses_total")
    with lane(home, "approved_tools", outside):
        told = [flow.ask(COPILOT, json.dumps(copilot("pay", amount=5)).encode())]
        told.append(flow.ask(LITELLM, json.dumps(offered).encode()))
        blocked = [b'"blockAction":true' in told[0].body, b"BLOCKED" in told[1].body]
        assert blocked == [outside == "refuse"] * 2, told
        uses = 2 if outside == "observe" else 0
        until("all are counted", lambda: counted(home, "cordon_shadow_uses_total") == before + uses)
        wanted = ["The tool pay"] if outside == "observe" else []
        found = lambda: [use.split(" is not ")[0] for use in shadow(home, flow)]  # noqa: E731
        until("it is journaled", lambda: found() == wanted)


# Workflow by workflow


@pytest.mark.parametrize("outside", ["refuse", "observe"])
def test_aDraftIsOutsideWhereWorkflowsAreAdmittedOneByOne(outside: str, mcp: Servers) -> None:
    home = mcp.home
    ready, early = running(home, "admitted"), draft(home, "early")
    with lane(home, "workflow_by_workflow", outside):
        # What is approved counts in another lane.
        assert chats(ready, "gpt-4o", "pay") == "passed"
        assert at_gate(ready, "pay", amount=5) == "allow"
        assert chats(early) == "passed"
        may = "allow" if outside == "observe" else "deny"
        assert at_gate(early, "pay", amount=5) == may
        assert at_gate(early, "pay", amount=101) == "deny"
        assert at_gate(early, "drop_notes") == "deny"
        mcp.scripted.says(said("Done."))
        mcp.scripted.requests.clear()
        reply = post(early, "scripted", calling("read_notes"))
        assert bool(mcp.scripted.requests) == (outside == "observe"), reply.body
        wanted = [] if outside == "refuse" else ["A workflow that is not in production may not tool."]
        assert shadow(home, early) == wanted and shadow(home, ready) == []
        early.stop()
        assert at_gate(early, "pay", amount=5) == "deny"
