"""A server between workflows and MCP servers: the SDK's in both manners, and a scripted one."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from gateway_mcp_peer import Peer
from gateway_upstream import Fields, Received, Script, Upstream, plain
from gateway_wire import Reply
from gateway_world import Flow, House, Record, house

AUTHORITY: dict[str, Any] = {
    "tools": [
        {
            "name": "read_account",
            "access": "read",
            "arguments": [{"name": "account", "own_record": True}],
        },
        {
            "name": "set_price",
            "access": "write",
            "arguments": [{"name": "price", "minimum": 0, "maximum": 100}],
        },
        {"name": "wait", "access": "read"},
        # Forbidden all the same.
        {"name": "delete_account", "access": "write"},
    ],
    "forbids": ["delete*"],
}
TOOLS = ["delete_account", "export_all", "read_account", "set_price", "wait"]
OWN = ("x-cordon-record", "A-7")
ACCEPT = ("accept", "application/json, text/event-stream")
MODERN = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
}


@dataclass
class Servers:
    """Cordon's server and those behind it."""

    home: House
    events: Peer
    json: Peer
    scripted: Upstream

    def peer(self, manner: str) -> Peer:
        """The SDK's server: `crm` answers in events, as it does by itself, `crm-json` plainly."""
        return (self.events if manner == "crm" else self.json).fresh()

    def flow(self, stem: str, gateway: dict[str, Any] | None = None, **more: Any) -> Flow:
        given = AUTHORITY | more
        return self.home.flow(stem, given.pop("tools"), gateway, **given)


@pytest.fixture(scope="module")
def mcp(binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with ExitStack() as stack:
        events, plainly = stack.enter_context(Peer(False)), stack.enter_context(Peer(True))
        scripted = stack.enter_context(Upstream())
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            down = f"http://127.0.0.1:{nobody.getsockname()[1]}/mcp"
        urls = {"crm": events.url, "crm-json": plainly.url, "down": down}
        urls["scripted"] = f"{scripted.url}/mcp"
        more = "".join(f'\n[mcp.{name}]\nurl = "{url}"\n' for name, url in urls.items())
        more += f'\n[mcp.keyed]\nurl = "{scripted.url}/mcp"\nkey_env = "THE_ANTHROPIC_KEY"\n'
        home = stack.enter_context(house(binary, tmp_path_factory.mktemp("mcp"), more=more))
        yield Servers(home, events, plainly, scripted)


def message(method: str, id: Any = 1, **params: Any) -> bytes:
    """A request as JSON-RPC has it."""
    return json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).encode()


def calling(name: str, arguments: dict[str, Any] | None = None, **more: Any) -> bytes:
    return message("tools/call", name=name, arguments=arguments or {}, **more)


def modern(name: str, **fields: str) -> list[tuple[str, str]]:
    """The headers that 2026-07-28 asks for."""
    given = {"mcp-protocol-version": MODERN, "mcp-method": "tools/call", "mcp-name": name}
    return list((given | fields).items())


def post(flow: Flow, server: str, body: bytes, *fields: tuple[str, str]) -> Reply:
    return flow.ask(f"/mcp/{server}", body, ACCEPT, OWN, *fields)


def said(text: str, id: Any = 1, fields: Fields | None = None) -> Script:
    """A tool's result from the scripted server."""
    result = {"content": [{"type": "text", "text": text}], "isError": False}
    told = json.dumps({"jsonrpc": "2.0", "id": id, "result": result}).encode()
    return plain(told, fields=fields)


def methods(requests: list[Received]) -> list[str]:
    return [json.loads(asked.body)["method"] for asked in requests]


def data_of(reply: Reply) -> list[str]:
    """What the events of a stream say, by the rules of server-sent events."""
    found = []
    for event in reply.body.decode().replace("\r\n", "\n").split("\n\n"):
        data = [line[5:].removeprefix(" ") for line in event.split("\n") if line[:5] == "data:"]
        if data:
            found.append("\n".join(data))
    return found


def messages_of(reply: Reply) -> list[dict[str, Any]]:
    """The messages of an answer, be it a stream or not."""
    if not (reply.field("content-type") or "").startswith("text/event-stream"):
        return [json.loads(reply.body)]
    return [json.loads(data) for data in data_of(reply) if data]


def call_of(record: Record) -> dict[str, Any]:
    """The one call that a record holds."""
    (call,) = record["groups"]["tools"]["calls"]
    return dict(call)
