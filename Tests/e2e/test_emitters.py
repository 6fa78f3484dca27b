"""Real senders of traces: three instrumentations of OpenAI's own client, and OTLP by hand.

What is read from a span does not depend on the database, so one engine is enough.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api import Api
from emitters.upstream import ANSWER, CALL, MODEL, QUESTION, SYSTEM, Upstream
from server import Server
from waiting import until
from world import World

SCRIPTS = Path(__file__).parent / "emitters"
READING = {
    "messages": [
        {"role": "system", "text": SYSTEM},
        {"role": "user", "text": QUESTION},
        {"role": "assistant", "text": ANSWER},
    ],
    "tool_calls": [(CALL["name"], CALL["arguments"])],
}
CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"


@dataclass(frozen=True)
class Emitter:
    """One instrumentation, and what Cordon advises when it was told to leave content out."""

    workflow: str
    script: str
    environment: dict[str, str] = field(default_factory=dict)
    advice: str = ""

    def start(self, upstream: str, cordon: str, token: str) -> "subprocess.Popen[str]":
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("OTEL_", "OPENAI_", "OPENINFERENCE_", "TRACELOOP_"))
            and not name.lower().endswith("_proxy")
        }
        told = {
            "OPENAI_BASE_URL": upstream,
            "OTEL_EXPORTER_OTLP_ENDPOINT": cordon,
            "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer%20{token}",
            "OTEL_RESOURCE_ATTRIBUTES": f"service.name=desk,cordon.workflow={self.workflow}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.Popen(
            [sys.executable, str(SCRIPTS / self.script)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=kept | told | self.environment,
        )


TALKATIVE = [
    Emitter("desk-genai", "genai_openai.py", {CAPTURE: "SPAN_ONLY"}),
    Emitter("desk-genai-zipped", "genai_openai.py", {
        CAPTURE: "SPAN_AND_EVENT", "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
    }),
    Emitter("desk-traceloop", "traceloop_openai.py"),
    Emitter("desk-openinference", "openinference_openai.py"),
]  # fmt: skip
SILENT = [
    Emitter("mute-genai", "genai_openai.py", {}, f"{CAPTURE}=SPAN_ONLY"),
    Emitter("mute-genai-true", "genai_openai.py", {CAPTURE: "true"}, f"{CAPTURE}=SPAN_ONLY"),
    Emitter(
        "mute-traceloop", "traceloop_openai.py", {"TRACELOOP_TRACE_CONTENT": "false"},
        "TRACELOOP_TRACE_CONTENT=true",
    ),
    Emitter(
        "mute-openinference", "openinference_openai.py",
        {"OPENINFERENCE_HIDE_INPUTS": "true", "OPENINFERENCE_HIDE_OUTPUTS": "true"},
        "OPENINFERENCE_HIDE_INPUTS and OPENINFERENCE_HIDE_OUTPUTS",
    ),
]  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """A server to which every emitter has sent its conversation."""

    world: World
    token: str
    since: datetime


@pytest.fixture(scope="module")
def sent(binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    server = Server(binary, tmp_path_factory.mktemp("emitters") / "data")
    try:
        world = World.set_up(server.start(), "uma")
        for emitter in [*TALKATIVE, *SILENT]:
            world.acting(emitter.workflow)
        made = world.admin.post("tokens", {"name": "emitters", "scopes": ["capture"]})
        here = Sent(world, made.done(201)["token"], datetime.now(UTC))
        # Each is mostly busy with loading its packages, so they do it side by side.
        with Upstream() as upstream:
            running = [
                (emitter, emitter.start(upstream.url, server.url, here.token))
                for emitter in [*TALKATIVE, *SILENT]
            ]
            for emitter, process in running:
                said, _ = process.communicate(timeout=120)
                assert process.returncode == 0 and ANSWER in said, f"{emitter.workflow}: {said}"
                assert "Failed to export" not in said, f"{emitter.workflow}: {said}"
        yield here
    finally:
        server.kill()


def the_record(reader: Api, workflow: str) -> dict[str, Any]:
    """The one record of a workflow: what a list shows of it, and the whole."""

    def listed() -> list[Any]:
        items: list[Any] = reader.get("evidence", workflow=workflow).done(200)["items"]
        return items

    (item,) = until(f"{workflow} has evidence", listed)
    whole: dict[str, Any] = reader.get(f"evidence/{item['id']}").done(200).json
    for name in ["id", "index", "workflow", "kind", "at"]:
        assert item[name] == whole[name], name
    return {**item, **whole}


def is_the_conversation(record: dict[str, Any]) -> None:
    """Prompt, answer and call, as the upstream and the script have them."""
    reading = record["reading"]
    assert reading["messages"] == READING["messages"]
    calls = [(call["name"], json.loads(call["arguments"])) for call in reading["tool_calls"]]
    assert calls == READING["tool_calls"]


@pytest.mark.parametrize("emitter", TALKATIVE, ids=lambda emitter: emitter.workflow)
def test_everySenderGivesTheSameReading(emitter: Emitter, sent: Sent) -> None:
    record = the_record(sent.world.uma, emitter.workflow)
    is_the_conversation(record)
    assert record["workflow"] == emitter.workflow
    assert record["kind"] == "model_exchange"
    assert record["model"] == MODEL
    assert len(record["trace"]) == 32
    at = datetime.fromisoformat(record["at"])
    assert sent.since - timedelta(seconds=1) <= at <= datetime.now(UTC)
    state = sent.world.uma.get(f"workflows/{emitter.workflow}/evidence").done(200)
    assert state["records"] == 1
    assert "content_missing" not in [gap["kind"] for gap in state["gaps"]]


@pytest.mark.parametrize("emitter", SILENT, ids=lambda emitter: emitter.workflow)
def test_withoutContentTheGapNamesTheVariable(emitter: Emitter, sent: Sent) -> None:
    record = the_record(sent.world.uma, emitter.workflow)
    assert record["kind"] == "model_exchange"
    assert record["model"] == MODEL
    assert QUESTION not in json.dumps(record, ensure_ascii=False)
    gaps = sent.world.uma.get(f"workflows/{emitter.workflow}/evidence").done(200)["gaps"]
    (gap,) = [gap for gap in gaps if gap["kind"] == "content_missing"]
    assert gap.get("closed_at") is None
    assert emitter.advice in gap["detail"]


def attribute(name: str, value: Any) -> dict[str, Any]:
    kinds: dict[type, str] = {str: "stringValue", int: "intValue"}
    return {"key": name, "value": {kinds[type(value)]: value}}


def by_hand(workflow: str, **more: Any) -> dict[str, Any]:
    """A request in OTLP's JSON, with numbers both as numbers and as texts."""
    now = time.time_ns()
    asked = [
        {"role": "system", "parts": [{"type": "text", "content": SYSTEM}]},
        {"role": "user", "parts": [{"type": "text", "content": QUESTION}]},
    ]
    call = {"type": "tool_call", "id": "call_1"} | CALL
    told = [{"role": "assistant", "parts": [{"type": "text", "content": ANSWER}, call]}]
    span = {
        "traceId": "5B8EFFF798038103D269B633813FC60C",
        "spanId": "EEE19B7EC3C1B174",
        "name": "chat",
        "kind": 3,
        "startTimeUnixNano": str(now - 5_000_000),
        "endTimeUnixNano": now,
        "notInTheStandard": True,
        "attributes": [
            attribute("gen_ai.operation.name", "chat"),
            attribute("gen_ai.response.model", MODEL),
            attribute("gen_ai.usage.output_tokens", 17),
            attribute("gen_ai.input.messages", json.dumps(asked)),
            attribute("gen_ai.output.messages", json.dumps(told, ensure_ascii=False)),
        ],
    }
    resource = {"attributes": [attribute("service.name", workflow)]}
    scope = {"scope": {"name": "by-hand"}, "spans": [span | more]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


def test_otlpInJSONIsTheSameConversation(sent: Sent) -> None:
    sender = sent.world.server.api(sent.token)
    answer = sender.send("POST", "/v1/traces", json=by_hand("desk-by-hand")).done(200)
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json == {}
    record = the_record(sent.world.uma, "desk-by-hand")
    is_the_conversation(record)
    assert record["trace"] == "5b8efff798038103d269b633813fc60c"
    # Nobody registered it: it shows that there is a workflow that nobody answers for.
    shadows = sent.world.uma.get("shadow-workflows").done(200).text
    assert "desk-by-hand" in shadows


def test_aBodyThatIsNoRequestIsRefusedAndNothingIsKept(sent: Sent) -> None:
    sender = sent.world.server.api(sent.token)
    before = sent.world.uma.get("evidence/count").done(200)["records"]
    for kind, body in [
        ("application/json", b'{"resourceSpans":7}'),
        ("application/x-protobuf", b"\x01\x7fnonsense"),
    ]:
        answer = sender.send("POST", "/v1/traces", data=body, headers={"content-type": kind})
        assert answer.status == 400, answer.text
    nobody = sent.world.server.api().send("POST", "/v1/traces", json=by_hand("desk-nobody"))
    assert nobody.status == 401
    assert sent.world.uma.get("evidence/count").done(200)["records"] == before
