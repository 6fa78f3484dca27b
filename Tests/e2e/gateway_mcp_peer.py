"""A real MCP server, the official SDK's, on a real port; it keeps what it was asked."""

import json
import socket
import threading
from dataclasses import dataclass
from typing import Any

import anyio
import uvicorn
from mcp.server import MCPServer
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway_upstream import Pause
from waiting import until


@dataclass
class Asked:
    """One HTTP request as it came."""

    method: str
    fields: dict[str, str]
    body: bytes = b""

    @property
    def message(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body) if self.body else {}
        return read


class Peer:
    """Serves for as long as it is entered; `as_json` says whether plain answers are no streams."""

    def __init__(self, as_json: bool) -> None:
        self.requests: list[Asked] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.pause = Pause()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/mcp"
        app: Any = self._tools().streamable_http_app(json_response=as_json)
        config = uvicorn.Config(
            self._kept(app), log_level="error", lifespan="on", timeout_graceful_shutdown=1
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self.listener]}, daemon=True
        )

    def __enter__(self) -> "Peer":
        self.thread.start()
        until("the MCP server serves", lambda: self.server.started)
        return self

    def __exit__(self, *_: object) -> None:
        self.pause.go.set()
        self.server.should_exit = True
        self.thread.join(20)

    def fresh(self) -> "Peer":
        """Forgets what it was asked before."""
        self.requests, self.calls, self.pause = [], [], Pause()
        return self

    def posted(self, method: str) -> list[Asked]:
        return [asked for asked in list(self.requests) if asked.message.get("method") == method]

    def _tools(self) -> MCPServer:
        server = MCPServer("crm", log_level="ERROR")

        # In no order, so that whoever orders them is seen.
        @server.tool()
        async def wait(minutes: int) -> str:
            pause = self.pause
            self.calls.append(("wait", {"minutes": minutes}))
            pause.reached.set()
            while not pause.go.is_set():
                await anyio.sleep(0.01)
            return f"waited {minutes}"

        @server.tool()
        async def set_price(price: float) -> dict[str, float]:
            self.calls.append(("set_price", {"price": price}))
            return {"price": price}

        @server.tool()
        async def delete_account(account: str) -> str:
            self.calls.append(("delete_account", {"account": account}))
            return f"deleted {account}"

        @server.tool()
        async def read_account(account: str) -> str:
            self.calls.append(("read_account", {"account": account}))
            return f"{account} owes 7 EUR"

        @server.tool()
        async def export_all() -> str:
            self.calls.append(("export_all", {}))
            return "everything"

        return server

    def _kept(self, app: ASGIApp) -> ASGIApp:
        async def keeping(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            fields = {name.decode(): value.decode() for name, value in scope["headers"]}
            asked = Asked(scope["method"], fields)
            self.requests.append(asked)

            async def noted() -> Message:
                message = await receive()
                asked.body += message.get("body", b"")
                return message

            await app(scope, noted, send)

        return keeping
