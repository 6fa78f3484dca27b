"""OpenAI's official client in two generations, each in a process of its own.

The newer one is one package more than what the tests have anyway: it gets a folder of its own.
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

GENERATIONS = ["2.54.0", "3.54.0"]
CALLS = Path(__file__).parent / "gateway_calls.py"


@dataclass
class Client:
    """One generation of the client, which does one call after the other."""

    version: str
    process: "subprocess.Popen[str]"

    def begin(self, call: str, flow: Flow, front: str = "openai") -> "Client":
        """Has it begin; what comes of it is read with `outcome`."""
        assert self.process.stdin
        order = {"call": call, "url": f"{flow.url}/{front}/v1", "key": flow.token}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self

    def outcome(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the client's process has ended"
        found: dict[str, Any] = json.loads(line)
        return found

    def does(self, call: str, flow: Flow) -> Any:
        """The call's result; fails when it raised."""
        outcome = self.begin(call, flow).outcome()
        assert "result" in outcome, outcome
        return outcome["result"]

    def fails(self, call: str, flow: Flow) -> dict[str, Any]:
        """What the call raised."""
        outcome = self.begin(call, flow).outcome()
        assert "error" in outcome, outcome
        return outcome


def folder_of(version: str) -> Path | None:
    """Where the package lies; nothing for the one that is installed."""
    if version == GENERATIONS[0]:
        return None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = cache / "cordon" / f"openai-{version}"
    if not (place / "openai").exists():
        making = place.with_name(f"{place.name}.{os.getpid()}")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        made = subprocess.run(
            [*pip, "--no-deps", "--target", str(making), f"openai=={version}"],
            capture_output=True,
            text=True,
        )
        if made.returncode != 0:
            skip_loudly(f"openai {version} cannot be installed: {made.stderr.strip()[-300:]}")
        making.rename(place)
    return place


@pytest.fixture(scope="module", params=GENERATIONS)
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    place = folder_of(request.param)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("OPENAI_") and not name.lower().endswith("_proxy")
    }
    process = subprocess.Popen(
        [sys.executable, str(CALLS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=kept | ({"PYTHONPATH": str(place)} if place else {}),
    )
    made = Client(request.param, process)
    try:
        assert made.outcome() == {"version": request.param}
        yield made
    finally:
        process.kill()
        process.wait(30)
