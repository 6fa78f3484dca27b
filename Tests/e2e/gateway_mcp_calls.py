"""MCP's official client, of whichever generation this process finds, doing what it is told.

Run as a program it reads one order a line and answers each with one line. The argument is the mode
of the newer generation: `legacy` for the revisions of 2025, `auto` for that of 2026-07-28.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from importlib.metadata import version
from typing import Any

from mcp.client.streamable_http import streamable_http_client

IS_FIRST = version("mcp").startswith("1.")
PATIENCE = 30.0


class Session:
    """One session with a server, of which there is one at a time."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.stack = AsyncExitStack()
        self.client: Any = None

    async def open(self, order: dict[str, Any]) -> Any:
        self.stack = AsyncExitStack()
        try:
            if IS_FIRST:
                return await self._open_first(order)
            return await self._open_second(order)
        except BaseException:
            await self.stack.aclose()
            raise

    async def _open_first(self, order: dict[str, Any]) -> Any:
        import httpx
        from mcp import ClientSession

        plain = httpx.AsyncClient(headers=order["headers"], timeout=PATIENCE, trust_env=False)
        way = streamable_http_client(
            order["url"], http_client=await self.stack.enter_async_context(plain)
        )
        streams: Any = await self.stack.enter_async_context(way)
        self.client = await self.stack.enter_async_context(ClientSession(streams[0], streams[1]))
        greeted = await self.client.initialize()
        return [greeted.protocolVersion, greeted.serverInfo.name]

    async def _open_second(self, order: dict[str, Any]) -> Any:
        import httpx2
        from mcp import Client

        plain = httpx2.AsyncClient(headers=order["headers"], timeout=PATIENCE, trust_env=False)
        way = streamable_http_client(
            order["url"], http_client=await self.stack.enter_async_context(plain)
        )
        made: Any = Client(way, mode=self.mode, cache=None)
        self.client = await self.stack.enter_async_context(made)
        return [self.client.protocol_version, self.client.server_info.name]

    async def list(self, _: dict[str, Any]) -> Any:
        return [tool.name for tool in (await self.client.list_tools()).tools]

    async def call(self, order: dict[str, Any]) -> Any:
        result = await self.client.call_tool(order["name"], order["arguments"])
        told = result.model_dump(mode="json", by_alias=True)
        return {
            "is_error": bool(told["isError"]),
            "text": "".join(part.get("text", "") for part in told["content"]),
            "meta": told.get("_meta"),
        }

    async def close(self, _: dict[str, Any]) -> Any:
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
    print(json.dumps({"version": version("mcp")}), flush=True)
    asyncio.run(work(sys.argv[1]))
