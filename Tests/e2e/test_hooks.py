"""The hooks by their contracts: who may ask, what is answered, and what is left of a no."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gateway_world import Flow, House
from hook_world import (
    AUTHZ,
    CLAUDE,
    COPILOT,
    FLAG,
    FLAGS,
    LITELLM,
    TRIAL,
    Hooked,
    claude,
    claude_tool,
    copilot,
    function,
    guardrail,
    hooked,
    hooks,
    metric,
    points,
    suggested,
)

__all__ = ["hooks"]

MEBIBYTE = 1 << 20
# Every path with a question that a running workflow gets a yes to.
QUESTIONS: dict[str, Any] = {
    LITELLM: guardrail(),
    CLAUDE: claude_tool("read_notes", customer="Birch"),
    COPILOT: copilot("read_notes", customer="Birch"),
    TRIAL: b"",
    AUTHZ: b"",
    f"{AUTHZ}/any/path%2Fat/all?x=1": b"",
    FLAG: {"context": {}},
    FLAGS: {"context": {}},
}
EVERY = pytest.mark.parametrize("path", QUESTIONS)


def test_everyHookInTheDocumentIsWalkedHere() -> None:
    document = (Path(__file__).parents[2] / "docs/permissions.md").read_text()
    table = document.partition("<!-- hooks -->")[2].partition("<!-- end of hooks -->")[0]
    told = {
        path.replace("{path}", "any/path%2Fat/all").replace("{key}", "may_run")
        for path in re.findall(r"`(?:POST|any) (/\S+)`", table)
    }
    assert told == {path.partition("?")[0] for path in QUESTIONS}


def denied_tool(answer: Any) -> tuple[str, str]:
    assert list(answer) == ["hookSpecificOutput"]
    told = answer["hookSpecificOutput"]
    assert told["hookEventName"] == "PreToolUse"
    return told["permissionDecision"], told["permissionDecisionReason"]


# Who may ask


@EVERY
def test_onlyAKeyOfTheWorkflowOpensAHook(path: str, hooks: House) -> None:
    asker = hooked(hooks, "keys")
    flow = asker.flow
    for scopes, is_bound, status in [
        (["gateway"], True, 200),
        (["gate"], True, 200),
        (["capture"], True, 403),
        (["read"], True, 403),
        (["gate"], False, 403),
        (["gateway"], False, 403),
        (["all"], False, 403),
    ]:
        token = hooks.token(flow.key if is_bound else None, *scopes)
        reply = Hooked(Flow(hooks, flow.key, token)).ask(path, QUESTIONS[path])
        assert reply.status == status, (scopes, is_bound, reply.body)
    for field in [
        ("authorization", "Bearer "),
        ("authorization", "Bearer cordon_pat_" + "x" * 43),
        ("authorization", f"Basic {flow.token}"),
        ("authorization", f"Bearer {hooks.world.admin.token}"),
        ("x-api-key", "sk-made-up"),
        ("cookie", f"cordon_session={hooks.world.admin.token}"),
    ]:
        with flow.line() as line:
            body = json.dumps(QUESTIONS[path]).encode() if QUESTIONS[path] else b""
            reply = line.ask("POST", path, [field], body).reply()
        assert reply.status in (401, 403), (field, reply.body)
        assert reply.field("content-type") == "application/json"
        told = json.loads(reply.body)
        assert told.get("action") in (None, "BLOCKED") and told.get("decision") in (None, "denied")
        assert "value" not in told and "blockAction" not in told


@EVERY
def test_aKeyIsTakenWhereSendersPutIt(path: str, hooks: House) -> None:
    flow = hooked(hooks, "placed").flow
    body = json.dumps(QUESTIONS[path]).encode() if QUESTIONS[path] else b""
    for name in ("authorization", "x-api-key", "api-key"):
        value = f"Bearer {flow.token}" if name == "authorization" else flow.token
        with flow.line() as line:
            reply = line.ask("POST", path, [(name, value)], body).reply()
        assert reply.status == 200, (name, reply.body)
        assert reply.field("x-request-id")


@EVERY
def test_theWorkflowIsTheKeysAndNoOther(path: str, hooks: House) -> None:
    asker, other = hooked(hooks, "mine"), hooked(hooks, "theirs")
    before = asker.ask(path, QUESTIONS[path])
    other.flow.stop()
    after = asker.ask(path, QUESTIONS[path])
    assert (before.status, before.body) == (after.status, after.body)


@EVERY
def test_aHookTakesPostAlone(path: str, hooks: House) -> None:
    asker = hooked(hooks, "methods")
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        reply = asker.ask(path, b"", method=method)
        if path.startswith(AUTHZ):
            assert reply.status == 200, method
        else:
            assert (reply.status, reply.field("allow")) == (405, "POST"), method
        assert method != "HEAD" or reply.body == b""


def test_whatIsNoHookIsNotFound(hooks: House) -> None:
    asker = hooked(hooks, "lost")
    for path in ["/hooks", "/hooks/", "/hooks/authzz", "/hooks/claude-code/x", "/hooks/litellm",
                 "/ofrep/v1/configuration"]:  # fmt: skip
        assert asker.ask(path, b"{}").status == 404, path


# LiteLLM


def test_liteLLMIsToldNoneOrBlocked(hooks: House) -> None:
    asker = hooked(hooks, "lite")
    for asked in [
        guardrail(),
        guardrail(texts=None, structured_messages=None),
        guardrail(tools=[function("read_notes"), function("set_reminder")]),
        # History: it was judged in the answer that asked for it.
        guardrail(tool_calls=[function("export_all", {})]),
        guardrail("response"),
        guardrail("response", tool_calls=[function("set_reminder", {"days": 30})]),
    ]:
        assert asker.told(LITELLM, asked) == {"action": "NONE"}
    for asked, why in [
        (guardrail(tools=[function("read_notes"), function("export_all")]), "export_all"),
        (guardrail(tools=[{"type": "web_search"}]), "web_search"),
        (guardrail("response", tool_calls=[function("export_all", {})]), "export_all"),
        (guardrail("response", tool_calls=[function("set_reminder", {"days": 31})]), "days"),
        (guardrail("response", tool_calls=[function("set_reminder", '{"days": 3')]), "days"),
        (guardrail("response", tool_calls=[function("file_draft", {})]), "approve"),
        (
            guardrail("response", tool_calls=[function("set_reminder", '{"days":3,"days":99}')]),
            "more than once",
        ),
        (guardrail("response", tool_calls=[function("", {})]), "name the tool"),
        (guardrail("response", tool_calls={"name": "export_all"}), "no list"),
        (guardrail("response", tool_calls=["export_all"]), "cannot be read"),
        (guardrail("reply"), "input_type"),
    ]:
        told = asker.told(LITELLM, asked)
        assert sorted(told) == ["action", "blocked_reason"] and told["action"] == "BLOCKED"
        assert why in told["blocked_reason"], told
    asker.flow.stop("A draft names another customer.")
    for asked in [guardrail(), guardrail("response"), guardrail("request", texts=[])]:
        told = asker.told(LITELLM, asked)
        assert told["action"] == "BLOCKED"
        assert "A draft names another customer." in told["blocked_reason"]


def test_theRecordOfARunReachesTheRuleThroughLiteLLM(hooks: House) -> None:
    tool = {"name": "read_account", "access": "read",
            "arguments": [{"name": "account", "own_record": True}]}  # fmt: skip
    asker = Hooked(hooks.flow("own", [tool]))
    call = [function("read_account", {"account": "A-7"})]
    for headers, action in [({"x-cordon-record": "A-7"}, "NONE"),
                            ({"X-Cordon-Record": "A-8"}, "BLOCKED"),
                            ({"x-cordon-record": "[present]"}, "BLOCKED"),
                            (None, "BLOCKED")]:  # fmt: skip
        asked = guardrail("response", tool_calls=call, request_headers=headers)
        assert asker.told(LITELLM, asked)["action"] == action, headers


# Claude Code


def test_claudeCodeIsNeverToldAllow(hooks: House) -> None:
    asker = hooked(hooks, "claude")
    for asked in [
        claude_tool("read_notes", customer="Birch"),
        claude_tool("set_reminder", days=1),
        claude_tool("read_notes", "PermissionRequest", customer="Birch"),
        claude_tool("file_draft", "PermissionRequest"),
        claude_tool("read_notes", "PostToolUse") | {"tool_response": {"success": True}},
        claude("UserPromptSubmit", prompt="What did Birch say?"),
        claude("Stop", stop_hook_active=False),
        claude("SessionStart", source="startup"),
        claude("AnEventThatNobodyKnows"),
    ]:
        assert asker.told(CLAUDE, asked) == {}, asked["hook_event_name"]
    asked_person = denied_tool(asker.told(CLAUDE, claude_tool("file_draft", text="Dear Birch")))
    assert asked_person == ("ask", "A person has to approve this call of file_draft.")
    for asked, why in [
        (claude_tool("Bash", command="ls"), "Bash is not in the workflow's authority"),
        (claude_tool("mcp__crm__delete", id=1), "mcp__crm__delete"),
        (claude_tool("set_reminder", days=31), "days"),
        (claude("PreToolUse", tool_input={}), "name the tool"),
    ]:
        decision, reason = denied_tool(asker.told(CLAUDE, asked))
        assert decision == "deny" and why in reason
    refused = asker.told(CLAUDE, claude_tool("Bash", "PermissionRequest", command="ls"))
    told = refused["hookSpecificOutput"]
    assert told["hookEventName"] == "PermissionRequest"
    assert told["decision"]["behavior"] == "deny" and "Bash" in told["decision"]["message"]


def test_aStopIsToldToClaudeCodeInTheWordsOfEachEvent(hooks: House) -> None:
    asker = hooked(hooks, "claude")
    incident = asker.flow.stop("A draft names another customer.")["incident"]
    decision, reason = denied_tool(asker.told(CLAUDE, claude_tool("read_notes")))
    assert decision == "deny"
    for part in ("A draft names another customer.", incident, "Write the summary by hand"):
        assert part in reason
    prompt = asker.told(CLAUDE, claude("UserPromptSubmit", prompt="Go on."))
    assert prompt == {"decision": "block", "reason": reason}
    afterwards = asker.told(CLAUDE, claude_tool("read_notes", "PostToolUse"))
    assert afterwards == {"continue": False, "stopReason": reason}
    # A no at the end of a run would make it go on.
    for event in ("Stop", "SubagentStop", "SessionEnd", "Notification"):
        assert asker.told(CLAUDE, claude(event)) == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b'{"hook_event_name": 1}',
        b'{"tool_input": {"hook_event_name": "Stop"}, "prompt": "',
        b'{"hook_event_name": "Stop", "Hook_Event_Name": "PreToolUse"}',
        b" " * MEBIBYTE + json.dumps(claude_tool("read_notes")).encode(),
    ],
)
def test_anEventThatIsNotKnownIsToldNoInTheWordsOfAll(body: bytes, hooks: House) -> None:
    """An answer that names another event than its own is thrown away by Claude Code, all of it."""
    told = hooked(hooks, "odd").told(CLAUDE, body)
    reason = told["reason"]
    assert reason
    assert told == {
        "continue": False, "stopReason": reason, "decision": "block", "reason": reason,
    }  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        b'{"hook_event_name": "PreToolUse", "tool_name": "read_notes", "tool_name": "Bash"}',
        b'{"hook_event_name": "PreToolUse", "tool_name": "x", "Tool_Name": "Bash"}',
        json.dumps(claude_tool("read_notes")).encode()[:-1],
    ],
)
def test_aCallThatCannotBeReadIsDenied(body: bytes, hooks: House) -> None:
    decision, reason = denied_tool(hooked(hooks, "odd").told(CLAUDE, body))
    assert decision == "deny" and reason


@pytest.mark.parametrize("stops", [False, True])
def test_whatIsTooLargeIsToldNoInTheWordsOfItsEvent(stops: bool, hooks: House) -> None:
    asker = hooked(hooks, "pasted")
    if stops:
        asker.flow.stop()
    why, text = f"A question has {MEBIBYTE} bytes at most.", "x" * MEBIBYTE
    # What has been done is done, where the workflow may run.
    ended = {"continue": False, "stopReason": why} if stops else {}
    denied = {"hookEventName": "PermissionRequest",
              "decision": {"behavior": "deny", "message": why}}  # fmt: skip
    assert denied_tool(asker.told(CLAUDE, claude_tool("read_notes", text=text))) == ("deny", why)
    for asked, answer in [
        (claude_tool("read_notes", "PermissionRequest", text=text), {"hookSpecificOutput": denied}),
        (claude("UserPromptSubmit", prompt=text), {"decision": "block", "reason": why}),
        (claude_tool("read_notes", "PostToolUse", text=text), ended),
        (claude("PostToolBatch", tool_calls=[text]), ended),
        # At the end of a run a no would make it go on.
        (claude("Stop", last_assistant_message=text), {}),
    ]:  # fmt: skip
        assert asker.told(CLAUDE, asked) == answer, asked["hook_event_name"]


# Copilot Studio


def test_copilotStudioIsToldByItsContract(hooks: House) -> None:
    asker = hooked(hooks, "copilot")
    assert asker.told(TRIAL) == {"isSuccessful": True, "status": "OK"}
    assert asker.told(COPILOT, copilot("set_reminder", days=3)) == {"blockAction": False}
    for asked, code, number, why in [
        (copilot("Send-an-Email", to="x"), "outside_authority", 31002, "Send-an-Email"),
        (copilot("set_reminder", days=31), "outside_authority", 31002, "days"),
        (copilot("file_draft"), "approval_required", 31006, "approve"),
        ({"inputValues": {}}, "unreadable", 31000, "Missing required field: toolDefinition."),
    ]:
        told = asker.told(COPILOT, asked)
        assert sorted(told) == ["blockAction", "diagnostics", "reason", "reasonCode"]
        assert told["blockAction"] is True and told["reasonCode"] == number
        assert json.loads(told["diagnostics"])["code"] == code
        assert why in told["reason"]
    incident = asker.flow.stop("A draft names another customer.")["incident"]
    told = asker.told(COPILOT, copilot("set_reminder", days=3))
    assert told["blockAction"] is True and told["reasonCode"] == 31001
    assert json.loads(told["diagnostics"]) == {"code": "workflow_stopped", "incident": incident}
    assert "Write the summary by hand" in told["reason"]
    # That it is reached is no question of whether the workflow runs.
    assert asker.told(TRIAL) == {"isSuccessful": True, "status": "OK"}


def test_aPersonAllowsOneCallOfCopilotStudios(hooks: House) -> None:
    asker, gus = hooked(hooks, "allowed"), hooks.world.gus
    told = asker.told(COPILOT, copilot("file_draft", text="Dear Birch"))
    assert told["blockAction"] is True and "/approvals/" in told["reason"]
    (waiting,) = gus.get("approvals", workflow=asker.flow.key).done(200)["items"]
    shown = gus.get(f"approvals/{waiting['id']}").done(200)
    assert shown["tool"] == "file_draft" and shown["arguments"] == {"text": "Dear Birch"}
    gus.post(f"approvals/{waiting['id']}/approve", {}).done(200)
    assert asker.told(COPILOT, copilot("file_draft", text="Dear Larch"))["blockAction"] is True
    assert asker.told(COPILOT, copilot("file_draft", text="Dear Birch")) == {"blockAction": False}
    # Once is once.
    assert asker.told(COPILOT, copilot("file_draft", text="Dear Birch"))["blockAction"] is True


@pytest.mark.parametrize(
    "query", ["", "?api-version=", "?api-version=2024-01-01", "?api-version=2025-05-01x",
              "?api-version=2025-05-01&api-version=2024-01-01", "?Api-Version=2025-05-01"]
)  # fmt: skip
def test_anotherVersionOfCopilotStudiosContractIsAnError(query: str, hooks: House) -> None:
    asker = hooked(hooks, "version")
    for path in (COPILOT, TRIAL):
        reply = asker.ask(path.partition("?")[0] + query, copilot("set_reminder", days=3))
        told = json.loads(reply.body)
        assert reply.status == told["httpStatus"] == 400
        assert told["errorCode"] == 4001 and "2025-05-01" in told["message"]
        assert json.loads(told["diagnostics"]) == {"code": "unsupported_api_version"}


def test_copilotStudiosErrorsHaveItsForm(hooks: House) -> None:
    flow = hooked(hooks, "errors").flow
    with flow.line() as line:
        reply = line.ask("POST", COPILOT, [("authorization", "Bearer eyJ0eXAiOiJKV1Qi")], b"{}")
        told = json.loads(reply.reply().body)
    assert (told["errorCode"], told["httpStatus"]) == (4011, 401)
    assert "no key of Cordon's" in told["message"]


# Proxies


def test_aProxysQuestionCanBeNarrowed(hooks: House) -> None:
    asker = hooked(hooks, "narrow")
    for fields, status, code in [
        ([], 200, None),
        ([("x-cordon-action", "generate")], 200, None),
        ([("x-cordon-tool", "read_notes")], 200, None),
        ([("x-cordon-action", "tool"), ("x-cordon-tool", "read_notes")], 200, None),
        ([("x-cordon-action", "tool")], 403, "outside_authority"),
        ([("x-cordon-tool", "export_all")], 403, "outside_authority"),
        ([("x-cordon-tool", "file_draft")], 403, "approval_required"),
        ([("x-cordon-action", "deliver")], 403, "outside_authority"),
        ([("x-cordon-action", "dance")], 403, "unreadable"),
        ([("x-cordon-tool", "x" * 200)], 403, "outside_authority"),
        ([("x-cordon-tool", "x" * 201)], 403, "too_large"),
        ([("x-cordon-tool", "read_notes"), ("x-cordon-tool", "export_all")], 403,
         "outside_authority"),
    ]:  # fmt: skip
        reply = asker.ask(AUTHZ, b"", *fields, method="GET")
        assert reply.status == status, (fields, reply.body)
        told = json.loads(reply.body)
        assert told.get("code") == code, fields
        said = "denied" if code else "allowed"
        assert told["decision"] == reply.field("x-cordon-decision") == said
    incident = asker.flow.stop()["incident"]
    reply = asker.ask(AUTHZ, b"")
    assert (reply.status, reply.field("x-cordon-incident")) == (403, incident)


def test_theProxysOwnFieldGoesBeforeWhatItPassesOn(hooks: House) -> None:
    stopped, runs = hooked(hooks, "stopped").flow, hooked(hooks, "runs").flow
    stopped.stop()
    fields = [
        ("authorization", f"Bearer {runs.token}"),
        ("x-api-key", runs.token),
        ("x-cordon-key", stopped.token),
    ]
    with stopped.line() as line:
        assert line.ask("GET", AUTHZ, fields).reply().status == 403


# Limits


@pytest.mark.parametrize("path", [CLAUDE, COPILOT, FLAG, FLAGS])
def test_aQuestionHasAMebibyteAtMost(path: str, hooks: House) -> None:
    asker = hooked(hooks, "large")
    asked = json.dumps(QUESTIONS[path]).encode()
    fits = asked + b" " * (MEBIBYTE - len(asked))
    usual = asker.ask(path, asked)
    for body, is_usual in [(fits[:-1], True), (fits, True), (fits + b" ", False)]:
        reply = asker.ask(path, body)
        assert ((reply.status, reply.body) == (usual.status, usual.body)) == is_usual


def test_liteLLMMaySendAWholeConversationTwice(hooks: House) -> None:
    asker = hooked(hooks, "long")
    most = 32 << 20
    asked = json.dumps(guardrail(texts=["x" * (most - 4_096)])).encode()
    fits = asked + b" " * (most - len(asked))
    assert asker.told(LITELLM, fits) == {"action": "NONE"}
    told = asker.told(LITELLM, fits + b" ")
    assert told["action"] == "BLOCKED" and f"{most} bytes" in told["blocked_reason"]


# What is left of a no


@pytest.mark.parametrize(
    ("path", "asked", "source"),
    [
        (LITELLM, guardrail("response", tool_calls=[function("export_all", {"to": "x"})]),
         "litellm"),
        (CLAUDE, claude_tool("export_all", to="x"), "claude-code"),
        (COPILOT, copilot("export_all", to="x"), "copilot-studio"),
    ],
)  # fmt: skip
def test_aDenialIsRecordedAndSuggestsAnIncident(
    path: str, asked: Any, source: str, hooks: House
) -> None:
    asker = hooked(hooks, "noted")
    before = metric(hooks, "cordon_hook_denials_total", f'hook="{source}"')
    asker.ask(path, asked)
    assert metric(hooks, "cordon_hook_denials_total", f'hook="{source}"') == before + 1
    record = asker.flow.record("tool_call")
    assert record["status"] == "denied: outside_authority"
    (call,) = record["groups"]["tools"]["calls"]
    assert call == {"name": "export_all", "arguments": {"to": "x"}}
    facts = record["groups"]["attributes"]["hook"]
    assert facts["name"] == source and facts["decision"] == "outside_authority"
    assert "export_all" in suggested(asker.flow)["what"]
    assert points(asker.flow)[source] == "hook"


def test_aQuestionThatIsAllowedLeavesNothingBehind(hooks: House) -> None:
    asker = hooked(hooks, "quiet")
    for path, asked in QUESTIONS.items():
        assert asker.ask(path, asked).status == 200
    asker.ask(CLAUDE, claude_tool("export_all"))
    asker.flow.records(1, None)


def test_whatHooksAskIsCounted(hooks: House) -> None:
    text = hooks.server.api().get("/metrics").done(200).text
    for name in ("questions", "denials", "unreadable"):
        for hook in ("litellm", "claude-code", "copilot-studio", "authz", "ofrep"):
            assert f'cordon_hook_{name}_total{{hook="{hook}"}}' in text
    for limit in ("0.1", "1"):
        assert f'longer_than="{limit}"}}' in text
