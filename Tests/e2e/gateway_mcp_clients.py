"""MCP's official clients in their generations and both eras, each in a process of its own.

Each but one is a few packages more than what the tests have anyway: it gets a folder of its own,
once.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from disk_image import skip_loudly
from gateway_world import Flow

# The package, how it speaks, and the revision that comes of it.
GENERATIONS = [
    ("1.30.0", "legacy", "2025-11-25"),
    ("2.3.0", "legacy", "2025-11-25"),
    ("2.3.0", "auto", "2026-07-28"),
    ("4.1.2", "fastmcp", "2026-07-28"),
]
INSTALLED = "2.3.0"
PACKAGES = {
    "1.30.0": ["mcp==1.30.0", "httpx-sse==0.4.3"],
    # FastMCP's client, without what its server needs.
    "4.1.2": [
        "fastmcp-slim==4.1.2",
        "authlib==1.9.10",
        "beartype==0.23.1",
        "exceptiongroup==1.3.2",
        "griffelib==2.4.1",
        "joserfc==1.8.0",
        "jsonref==1.1.0",
        "openapi-pydantic==0.6.0",
        "platformdirs==4.14.8",
        "py-key-value-aio==0.4.6",
        "uncalled-for==0.6.2",
        "websockets==17.4",
    ],
}
CALLS = Path(__file__).parent / "gateway_mcp_calls.py"


@dataclass
class Client:
    """One generation of the client, which does one thing after the other."""

    version: str
    revision: str
    process: "subprocess.Popen[str]"
    is_open: bool = False

    @property
    def is_modern(self) -> bool:
        return self.revision == "2026-07-28"

    def begin(self, do: str, **more: Any) -> "Client":
        """Has it begin; what comes of it is read with `outcome`."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"do": do} | more) + "\n")
        self.process.stdin.flush()
        return self

    def outcome(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the client's process has ended"
        found: dict[str, Any] = json.loads(line)
        return found

    def done(self) -> Any:
        """The result of what it began; fails when that raised."""
        outcome = self.outcome()
        assert "result" in outcome, outcome
        return outcome["result"]

    def open(self, flow: Flow, server: str, **headers: str) -> Any:
        """Opens a session; the one before is closed."""
        self.close()
        url = f"{flow.url}/mcp/{server}"
        opened = self.begin("open", url=url, headers=flow.headers | headers).done()
        self.is_open = True
        return opened

    def run(self, command: list[str], **env: str) -> Any:
        """Opens a session with a server that the client runs itself."""
        self.close()
        opened = self.begin("open", command=command, env=env).done()
        self.is_open = True
        return opened

    def list(self) -> Any:
        return self.begin("list").done()

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        result: dict[str, Any] = self.calls(name, **arguments).done()
        return result

    def calls(self, name: str, **arguments: Any) -> "Client":
        return self.begin("call", name=name, arguments=arguments)

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            self.begin("close").done()


def folder_of(version: str) -> Path | None:
    """Where the package lies; nothing for the one that is installed."""
    if version == INSTALLED:
        return None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = cache / "cordon" / f"mcp-{version}"
    if not place.exists():
        making = place.with_name(f"{place.name}.{os.getpid()}")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        made = subprocess.run(
            [*pip, "--no-deps", "--target", str(making), *PACKAGES[version]], capture_output=True, text=True
        )
        if made.returncode != 0:
            skip_loudly(f"mcp {version} cannot be installed: {made.stderr.strip()[-300:]}")
        making.rename(place)
    return place


@pytest.fixture(scope="module", params=GENERATIONS, ids="-".join)
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    version, mode, revision = request.param
    place = folder_of(version)
    kept = {k: value for k, value in os.environ.items() if not k.lower().endswith("_proxy")}
    process = subprocess.Popen(
        [sys.executable, str(CALLS), mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=kept | ({"PYTHONPATH": str(place)} if place else {}),
    )
    made = Client(version, revision, process)
    try:
        assert made.outcome() == {"version": version}
        yield made
    finally:
        process.kill()
        process.wait(30)
