"""Who is asked what in each part of the benchmark, as qbench.py wants to know it.

Standard library only.
"""

import http.client
import pathlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway_cordon import BEST_EFFORT, RECORD_OR_REFUSE, GatewayCordon, Workflow
from gateway_peers import LITELLM_KEY, MOCK_PORT, OFREP_PORTS, Peer
from world import Failure

CHAT, STREAM, GATE, MCP, STOP = "chat", "stream", "gate", "mcp", "stop"
PARTS = [CHAT, STREAM, GATE, MCP, STOP]
# Which peers a part is measured beside.
NEEDED = {
    CHAT: ["nginx", "envoy", "tensorzero", "litellm"],
    STREAM: ["nginx", "envoy", "tensorzero", "litellm"],
    GATE: ["nginx", "ofrep"],
    MCP: ["nginx", "envoy", "contextforge"],
    STOP: [],
}
# What the right answer of each part holds, white space left out.
SIGNS = {CHAT: b'"object":"chat.completion"', STREAM: b"data:[DONE]", GATE: b"",
         MCP: b'"text":"ok"'}
MODES = {CHAT: ["j1", "j32"], STREAM: ["s1", "s50"], GATE: ["j1", "j32"], MCP: ["j1", "j32"]}
# Cordon alone: is every call recorded with 64 at once, and is no stream of a thousand lost?
MORE_OF_CORDON = {CHAT: ["j64"], STREAM: ["s1000"], GATE: [], MCP: []}
CHAT_PATH = "/v1/chat/completions"
CORDON, CORDON_GATE = "cordon", "cordon gate"
CORDONS = {record: f"{CORDON} {record}" for record in (BEST_EFFORT, RECORD_OR_REFUSE)}
# Where the evidence must not be missing, what cannot be taken back is recorded before it begins and
# again when it has ended: the first piece of a stream is out, or the tool was called.
RECORDED_TWICE = {(STREAM, CORDONS[RECORD_OR_REFUSE]), (MCP, CORDONS[RECORD_OR_REFUSE])}
MCP_HEADER = "MCP-Protocol-Version: 2025-06-18"


@dataclass
class Target:
    """One server that is asked the same as the others of its part."""

    name: str
    place: str
    path: str
    pids: list[int]
    headers: list[str] = field(default_factory=list)
    plain: str = "body.json"
    stream: str = "body_stream.json"
    modes: list[str] = field(default_factory=list)
    # Slow servers are given longer, so that enough calls end.
    longer: int = 1
    sign: bytes = b""

    def for_qbench(self, seconds: float) -> dict[str, Any]:
        return {
            "name": self.name, "url": self.place + self.path, "pids": self.pids,
            "hdr": self.headers, "json": self.plain, "stream": self.stream, "modes": self.modes,
            "secs": seconds * self.longer,
        }

    def probe(self, folder: pathlib.Path) -> None:
        """Asks once; fails unless the answer is the right one."""
        body = self.stream if self.modes[0].startswith("s") else self.plain
        headers = {"Content-Type": "application/json",
                   "Accept": "application/json, text/event-stream"}
        headers |= dict(header.split(": ", 1) for header in self.headers)
        connection = http.client.HTTPConnection(self.place, timeout=60)
        try:
            connection.request("POST", self.path, (folder / body).read_bytes(), headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Failure(f"{self.name} does not answer: {error!r}") from error
        finally:
            connection.close()
        if not 200 <= answer.status < 300 or self.sign not in b"".join(text.split()):
            raise Failure(f"{self.name} answers {answer.status} {text[:500]!r}")


def targets(
    part: str, peers: Mapping[str, Peer], cordon: GatewayCordon, workflows: list[Workflow]
) -> list[Target]:
    """The peers that run, and Cordon last."""
    makers = {CHAT: completions, STREAM: completions, GATE: decisions, MCP: tool_calls}
    found = list(makers[part](peers))
    for target in found:
        target.modes = target.modes or MODES[part]
        target.sign = SIGNS[part]
        if part == STREAM and target.name == "litellm":
            target.longer = 3
    return found + list(cordons(part, cordon, workflows))


def completions(peers: Mapping[str, Peer]) -> Iterator[Target]:
    """Straight to the mock, and through each peer."""
    yield Target("direct", f"127.0.0.1:{MOCK_PORT}", CHAT_PATH, [])
    front = peers.get("nginx")
    if front:
        yield Target("nginx", "127.0.0.1:9202", CHAT_PATH, [front.pid])
        yield Target("nginx+gate", "127.0.0.1:9204", CHAT_PATH, [front.pid])
    if envoy := peers.get("envoy"):
        yield Target("envoy", "127.0.0.1:9206", CHAT_PATH, [envoy.pid])
        if front:
            yield Target("envoy+authz", "127.0.0.1:9207", CHAT_PATH, [envoy.pid, front.pid])
    if zero := peers.get("tensorzero"):
        yield Target("tensorzero", zero.facts["place"], "/openai" + CHAT_PATH, [zero.pid],
                     plain="body_tz.json", stream="body_tz_stream.json")
    if lite := peers.get("litellm"):
        yield Target("litellm", "127.0.0.1:9201", CHAT_PATH, [lite.pid],
                     [f"Authorization: Bearer {LITELLM_KEY}"], longer=2)


def decisions(peers: Mapping[str, Peer]) -> Iterator[Target]:
    if front := peers.get("nginx"):
        yield Target("nginx static", "127.0.0.1:9205", "/v1/gate", [front.pid],
                     plain="ofrep.json")
    if flags := peers.get("ofrep"):
        pids = {"asyncio": flags.pid, "uvloop": int(flags.facts["uvloop_pid"])}
        for loop, port in OFREP_PORTS.items():
            yield Target("ofrep" if loop == "asyncio" else f"ofrep on {loop}",
                         f"127.0.0.1:{port}", "/ofrep/v1/evaluate/flags/wf-invoice-triage-run",
                         [pids[loop]], plain="ofrep.json")


def tool_calls(peers: Mapping[str, Peer]) -> Iterator[Target]:
    def usual(name: str, port: int, pids: list[int]) -> Target:
        return Target(name, f"127.0.0.1:{port}", "/mcp", pids, [MCP_HEADER],
                      plain="mcp_call.json")

    yield usual("direct", MOCK_PORT, [])
    if front := peers.get("nginx"):
        yield usual("nginx", 9202, [front.pid])
    if envoy := peers.get("envoy"):
        yield usual("envoy", 9206, [envoy.pid])
    if forge := peers.get("contextforge"):
        # More than eight at once only wait for each other there.
        yield Target(
            "contextforge", "127.0.0.1:9230", f"/servers/{forge.facts['server']}/mcp/",
            [forge.pid], [MCP_HEADER, f"Authorization: Bearer {forge.facts['token']}"],
            plain="mcp_call_cf.json", modes=["j1", "j8"], longer=2)


def cordons(part: str, cordon: GatewayCordon, workflows: list[Workflow]) -> Iterator[Target]:
    place = f"127.0.0.1:{cordon.port}"
    if part == GATE:
        first = workflows[0]
        yield Target(
            CORDON_GATE, place, f"/api/v1/workflows/{first.key}/gate", [cordon.pid],
            [f"Authorization: Bearer {first.gate_token}"], plain="gate.json", modes=MODES[GATE],
            sign=b'"decision":"allow"')
        return
    for workflow in workflows:
        headers = [f"Authorization: Bearer {workflow.gateway_token}"]
        modes = MODES[part] + MORE_OF_CORDON[part]
        name = CORDONS[workflow.record or BEST_EFFORT]
        if part == MCP:
            yield Target(name, place, "/mcp/mock", [cordon.pid], [MCP_HEADER, *headers],
                         plain="mcp_call.json", modes=modes, sign=SIGNS[part])
        else:
            yield Target(name, place, "/openai" + CHAT_PATH, [cordon.pid], headers, modes=modes,
                         sign=SIGNS[part])
