"""An official MCP client, of whichever generation this process finds, doing what it is told.

Run as a program it reads one order a line and answers each with one line. The argument is the mode
of the newer generation, `legacy` for the revisions of 2025 or `auto` for that of 2026-07-28; or
`fastmcp` for the client of that name.

A server is reached at a `url`, or is a `command` that the client runs itself.
"""

import asyncio
import json
import os
import sys
from contextlib import AsyncExitStack
from importlib.metadata import version
from typing import Any

IS_FIRST = version("mcp").startswith("1.")
PATIENCE = 30.0
Order = dict[str, Any]


async def agrees(*_: Any) -> Any:
    """A person who says yes to whatever a server asks."""
    if IS_FIRST:
        from mcp.types import ElicitResult
    else:
        from mcp_types import ElicitResult
    return ElicitResult(action="accept", content={"yes": True})


class Session:
    """One session with a server, of which there is one at a time."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.stack = AsyncExitStack()
        self.client: Any = None
        self.progress: list[float] = []

    async def open(self, order: Order) -> Any:
        self.stack = AsyncExitStack()
        try:
            if self.mode == "fastmcp":
                return await self._open_fastmcp(order)
            if IS_FIRST:
                return await self._open_first(order)
            return await self._open_second(order)
        except BaseException:
            await self.stack.aclose()
            raise

    def program(self, order: Order) -> Any:
        """The way to a server that the client runs itself."""
        from mcp import StdioServerParameters
        from mcp.client.stdio import stdio_client

        command, *arguments = order["command"]
        env = {**os.environ, **order.get("env", {})}
        return stdio_client(StdioServerParameters(command=command, args=arguments, env=env))

    async def _open_first(self, order: Order) -> Any:
        import httpx
        from mcp import ClientSession
        from mcp.client.streamable_http import streamable_http_client

        if "command" in order:
            way: Any = self.program(order)
        else:
            plain = httpx.AsyncClient(headers=order["headers"], timeout=PATIENCE, trust_env=False)
            entered = await self.stack.enter_async_context(plain)
            way = streamable_http_client(order["url"], http_client=entered)
        streams: Any = await self.stack.enter_async_context(way)
        made: Any = ClientSession(streams[0], streams[1], elicitation_callback=agrees)
        self.client = await self.stack.enter_async_context(made)
        greeted = await self.client.initialize()
        return [greeted.protocolVersion, greeted.serverInfo.name]

    async def _open_second(self, order: Order) -> Any:
        import httpx2
        from mcp import Client
        from mcp.client.streamable_http import streamable_http_client

        if "command" in order:
            way: Any = self.program(order)
        else:
            plain = httpx2.AsyncClient(headers=order["headers"], timeout=PATIENCE, trust_env=False)
            entered = await self.stack.enter_async_context(plain)
            way = streamable_http_client(order["url"], http_client=entered)
        made: Any = Client(way, mode=self.mode, cache=None, elicitation_callback=agrees)
        self.client = await self.stack.enter_async_context(made)
        return [self.client.protocol_version, self.client.server_info.name]

    async def _open_fastmcp(self, order: Order) -> Any:
        from fastmcp import Client
        from fastmcp.client.transports import StdioTransport, StreamableHttpTransport

        if "command" in order:
            command, *arguments = order["command"]
            env = {**os.environ, **order.get("env", {})}
            way: Any = StdioTransport(command, arguments, env=env, keep_alive=False)
        else:
            way = StreamableHttpTransport(order["url"], headers=order["headers"])
        made: Any = Client(way, timeout=PATIENCE, cache=None, elicitation_handler=agrees)
        self.client = await self.stack.enter_async_context(made)
        return [self.client.session.protocol_version, self.client.session.server_info.name]

    async def list(self, _: Order) -> Any:
        listed = await self.client.list_tools()
        return [tool.name for tool in (listed if isinstance(listed, list) else listed.tools)]

    async def call(self, order: Order) -> Any:
        self.progress = []

        async def note(progress: float, *_: Any) -> None:
            self.progress.append(progress)

        if self.mode == "fastmcp":
            return await self._call_fastmcp(order, note)
        result = await self.client.call_tool(
            order["name"], order["arguments"], progress_callback=note
        )
        told = result.model_dump(mode="json", by_alias=True)
        return {
            "is_error": bool(told["isError"]),
            "text": "".join(part.get("text", "") for part in told["content"]),
            "meta": told.get("_meta"),
            "structured": told.get("structuredContent"),
            "progress": self.progress,
        }

    async def _call_fastmcp(self, order: Order, note: Any) -> Any:
        result = await self.client.call_tool(
            order["name"], order["arguments"], progress_handler=note, raise_on_error=False
        )
        return {
            "is_error": result.is_error,
            "text": "".join(getattr(part, "text", "") for part in result.content),
            "meta": result.meta,
            "structured": result.structured_content,
            "progress": self.progress,
        }

    async def close(self, _: Order) -> Any:
        await self.stack.aclose()
        return True


async def work(mode: str) -> None:
    loop = asyncio.get_running_loop()
    session = Session(mode)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        try:
            told = {"result": await getattr(session, order["do"])(order)}
        except Exception as error:
            told = {"error": type(error).__name__, "message": str(error)}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    package = "fastmcp-slim" if sys.argv[1] == "fastmcp" else "mcp"
    print(json.dumps({"version": version(package)}), flush=True)
    asyncio.run(work(sys.argv[1]))
