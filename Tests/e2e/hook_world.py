"""Workflows whose senders ask through a hook, and what those senders send.

The bodies have the shape of recorded ones, member for member; only names and texts are ours.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from gateway_wire import Reply
from gateway_world import Flow, House, house
from waiting import until

LITELLM = "/hooks/litellm/beta/litellm_basic_guardrail_api"
CLAUDE = "/hooks/claude-code"
COPILOT = "/hooks/copilot-studio/analyze-tool-execution?api-version=2025-05-01"
TRIAL = "/hooks/copilot-studio/validate?api-version=2025-05-01"
AUTHZ = "/hooks/authz"
FLAG = "/ofrep/v1/evaluate/flags/may_run"
FLAGS = "/ofrep/v1/evaluate/flags"
TOOLS = [
    {"name": "read_notes", "access": "read"},
    {"name": "file_draft", "access": "write", "needs_approval": True},
    {
        "name": "set_reminder",
        "access": "write",
        "arguments": [{"name": "days", "minimum": 1, "maximum": 30}],
    },
]


@dataclass
class Hooked:
    """A workflow that is asked about through hooks."""

    flow: Flow

    def ask(
        self, path: str, body: Any = b"", *fields: tuple[str, str], method: str = "POST"
    ) -> Reply:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.flow.ask(path, sent, *fields, method=method)

    def told(self, path: str, body: Any = b"", *fields: tuple[str, str]) -> Any:
        """What is answered with 200, as JSON."""
        reply = self.ask(path, body, *fields)
        assert reply.status == 200, (reply.status, reply.body)
        return json.loads(reply.body)


@pytest.fixture(scope="module")
def hooks(binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(binary, tmp_path_factory.mktemp("hooks")) as made:
        yield made


def hooked(home: House, stem: str, **more: Any) -> Hooked:
    return Hooked(home.flow(stem, TOOLS, **more))


def metric(home: House, name: str, labels: str) -> int:
    text = home.server.api().get("/metrics").done(200).text
    (line,) = [line for line in text.splitlines() if line.startswith(f"{name}{{{labels}}} ")]
    return int(line.rsplit(" ", 1)[1])


def suggested(flow: Flow) -> dict[str, Any]:
    """The incident that Cordon opened by itself."""

    def there() -> list[dict[str, Any]]:
        return [found for found in flow.incidents() if found["state"] == "reported"]

    found = until(f"an incident of {flow.key} is suggested", there)
    assert len(found) == 1
    return found[0]


def points(flow: Flow) -> dict[str, str]:
    """Where the workflow was met, and as what."""
    shown = flow.house.reader.get(f"workflows/{flow.key}/points").done(200)
    return {point["name"]: point["kind"] for point in shown["items"]}


def guardrail(input_type: str = "request", **more: Any) -> dict[str, Any]:
    """What LiteLLM asks; members that it has nothing for are null."""
    return {
        "input_type": input_type,
        "litellm_call_id": "0b0c6f57-64d6-4b6f-9a49-5a61a1ba2c4d",
        "litellm_trace_id": "b0f8d3b1-7a44-4a0e-8f2e-0a8d0b8a9c11",
        "structured_messages": [{"role": "user", "content": "What did Birch say?"}],
        "images": None,
        "tools": None,
        "texts": ["What did Birch say?"],
        "request_data": {"user_api_key_alias": None},
        "request_headers": {"content-type": "application/json", "x-cordon-record": "[present]"},
        "litellm_version": "1.108.7",
        "additional_provider_specific_params": {},
        "tool_calls": None,
        "model": "gpt-4o-mini",
    } | more


def function(name: str, arguments: Any = None) -> dict[str, Any]:
    """A tool as it is offered or, with arguments, called."""
    if arguments is None:
        return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {
        "id": "call_1",
        "type": "function",
        "function": {"name": name, "arguments": written},
        "index": 0,
    }


def claude(event: str = "PreToolUse", **more: Any) -> dict[str, Any]:
    common = {
        "session_id": "a1b2c3d4-0000-4000-8000-1234567890ab",
        "transcript_path": "/home/ana/.claude/projects/drafts/a1b2c3d4.jsonl",
        "cwd": "/home/ana/drafts",
        "permission_mode": "default",
        "hook_event_name": event,
    }
    return common | more


def claude_tool(name: str, event: str = "PreToolUse", **given: Any) -> dict[str, Any]:
    more = {"tool_use_id": "toolu_01ABC123"} if event == "PreToolUse" else {}
    return claude(event, tool_name=name, tool_input=given, **more)


def copilot(name: str, **given: Any) -> dict[str, Any]:
    return {
        "plannerContext": {
            "userMessage": "Remind me of the Birch account.",
            "thought": "This action needs to be done to set the reminder that was asked for.",
            "chatHistory": [
                {
                    "id": "07cfd4a9-5f51-4026-aa11-e2c7ad83eed4",
                    "role": "user",
                    "content": "Remind me of the Birch account.",
                    "timestamp": "2026-05-04T13:59:27.6638485+00:00",
                }
            ],
            "previousToolsOutputs": [],
        },
        "toolDefinition": {
            "id": f"cr65_drafts.action.{name}",
            "type": "ToolDefinition",
            "name": name,
            "description": "Sets a reminder.",
            "inputParameters": [
                {"name": "days", "description": "In days.", "type": {"$kind": "Number"}}
            ],
            "outputParameters": [],
        },
        "inputValues": given,
        "conversationMetadata": {
            "agent": {
                "id": "5be3e14e-2e46-f111-bec6-7c1e52344333",
                "tenantId": "00000000-0000-4000-8000-000000000001",
                "environmentId": "Default-00000000-0000-4000-8000-000000000001",
                "name": "drafts",
                "version": None,
                "isPublished": True,
            },
            "user": {"id": "4c9f97d9-375a-4fe2-8ae5-6c4fb08043ff", "tenantId": None},
            "conversationId": "833de742-ba78-4c6c-87dc-11a819d331ee",
            "messageId": None,
            "channelId": "msteams",
            "planId": "d4ac718e-f0af-4ab0-acd2-d6b4ba61f85e",
            "planStepId": "4391ec44-bcf5-4d2d-81cf-f3ee84545f9f",
            "parentAgentComponentId": None,
            "trigger": {"id": None, "schemaName": None},
            "incomingClientIp": "::ffff:127.0.0.1",
        },
    }
