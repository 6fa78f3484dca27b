"""A real MCP server as a program, with the official SDK of whichever generation it finds.

Its argument is a folder in which it tells what has happened to it.
"""

import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import anyio
from pydantic import BaseModel

if version("mcp").startswith("1."):
    from mcp.server.fastmcp import Context  # type: ignore[import-not-found]
    from mcp.server.fastmcp import FastMCP as Server
else:
    from mcp.server import MCPServer as Server
    from mcp.server.mcpserver import Context

FOLDER = Path(sys.argv[1])
server: Any = Server("program", log_level="ERROR")


class Consent(BaseModel):
    yes: bool


def note(name: str, text: str = "") -> None:
    with (FOLDER / name).open("a") as file:
        file.write(f"{text}\n")


@server.tool()
async def wait(minutes: int) -> str:
    note("waiting", str(minutes))
    try:
        while not (FOLDER / "go").exists():
            await anyio.sleep(0.01)
    except BaseException:
        note("cancelled", str(minutes))
        raise
    return f"waited {minutes}"


@server.tool()
async def set_price(price: float) -> dict[str, float]:
    note("prices", str(price))
    return {"price": price}


@server.tool()
async def read_account(account: str) -> str:
    return f"{account} owes 7 EUR"


@server.tool()
async def count(steps: int, context: Context) -> str:
    for step in range(steps):
        await context.report_progress(step + 1, steps)
    return f"counted to {steps}"


@server.tool()
async def ask(context: Context) -> str:
    answer = await context.elicit("May I?", Consent)
    return f"{answer.action} {getattr(answer, 'data', None)}"


@server.tool()
async def environment() -> dict[str, str]:
    return dict(os.environ)


@server.tool()
async def who() -> str:
    return str(os.getpid())


@server.tool()
async def complain(text: str) -> str:
    print(text, file=sys.stderr, flush=True)
    return "complained"


@server.tool()
async def die() -> str:
    os._exit(7)


note("started", str(os.getpid()))
server.run("stdio")
