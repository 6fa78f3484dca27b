"""A server between workflows and MCP servers that are programs, of both generations of the SDK."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway_mcp_clients import folder_of
from gateway_world import Flow, House, house
from waiting import until

PROGRAM = Path(__file__).parent / "gateway_mcp_program.py"
SDKS = {"first": "1.30.0", "second": "2.3.0"}
CHILDREN = 6
NAMES = ["read_account", "set_price", "wait", "count", "ask", "environment", "who", "complain"]
AUTHORITY: dict[str, Any] = {
    "tools": [{"name": name, "access": "read"} for name in [*NAMES, "die"]],
    "forbids": ["delete*"],
}

# Says as much as it is told to, and nothing to who does not say how much.
RAW = """\
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked:
        continue
    made = {"protocolVersion": "2025-11-25", "capabilities": {},
            "serverInfo": {"name": "raw", "version": "1"}}
    if asked["method"] != "initialize":
        size = asked["params"]["arguments"].get("size")
        if size is None:
            print("asked for nothing", file=sys.stderr, flush=True)
            continue
        made = {"content": [{"type": "text", "text": "x" * size}]}
    print("this is no message")
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": made}), flush=True)
"""

# Starts one more, and heeds neither the end of its input nor SIGTERM.
STUBBORN = """\
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "w").write(f"{child.pid}")
time.sleep(600)
"""


@dataclass
class Programs:
    home: House
    folder: Path

    def told(self, server: str, name: str) -> list[str]:
        """What a program has told of itself."""
        path = self.folder / server / name
        return path.read_text().splitlines() if path.exists() else []

    def fresh(self, server: str) -> "Programs":
        for path in (self.folder / server).iterdir():
            path.unlink()
        return self

    def flow(self, stem: str, gateway: dict[str, Any] | None = None, **more: Any) -> Flow:
        given = AUTHORITY | more
        return self.home.flow(stem, given.pop("tools"), gateway, **given)

    @property
    def log(self) -> str:
        return self.home.server.log


def settings(folder: Path) -> str:
    """The programs as tables of the settings."""
    made = ""
    for name in ["first", "second", "brief", "spare"]:
        (folder / name).mkdir()
        place = folder_of(SDKS.get(name, SDKS["second"]))
        made += f'\n[mcp.{name}]\ncommand = ["{sys.executable}", "{PROGRAM}", "{folder / name}"]\n'
        made += 'env_from = ["ASKED_FOR"]\n' + f'cwd = "{folder}"\n'
        made += "idle_seconds = 1\n" if name == "brief" else ""
        made += f'\n[mcp.{name}.env]\nOWN = "mine"\n'
        made += f'PYTHONPATH = "{place}"\n' if place else ""
    (folder / "raw.py").write_text(RAW)
    (folder / "stubborn.py").write_text(STUBBORN)
    made += f'\n[mcp.raw]\ncommand = ["{sys.executable}", "{folder}/raw.py"]\n'
    stubborn = f'"{sys.executable}", "{folder}/stubborn.py", "{folder}/stubborn"'
    made += f"\n[mcp.stubborn]\ncommand = [{stubborn}]\n"
    made += '\n[mcp.missing]\ncommand = ["/no/such/program"]\n'
    made += '\n[mcp.ending]\ncommand = ["false"]\n'
    return made


@pytest.fixture(scope="module")
def programs(binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    folder = tmp_path_factory.mktemp("programs")
    os.environ["ASKED_FOR"] = "given"
    with ExitStack() as stack:
        first = f"mcp_children = {CHILDREN}"
        home = stack.enter_context(house(binary, folder, more=settings(folder), first=first))
        yield Programs(home, folder)


def is_running(pid: int | str) -> bool:
    """Whether the process is there and is no zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def ended(*pids: str) -> None:
    until("the programs have ended", lambda: not any(map(is_running, pids)), 10)
