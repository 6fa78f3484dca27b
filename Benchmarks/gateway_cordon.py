"""A Cordon whose gateway leads to the mock, with workflows in production and a token for each.

Everything that the benchmark asks of Cordon's API is here. Standard library only.
"""

import datetime
import os
import pathlib
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import Any

from evidence_peers import run
from gateway_peers import clean_environment
from world import WORKFLOW, Cordon, Failure, wait_until

BEST_EFFORT, RECORD_OR_REFUSE = "best_effort", "record_or_refuse"
PASSWORD = "correct horse battery"
CONFIG = """\
outbound_allow = ["127.0.0.1"]
[upstreams.mock]
front = "openai"
url = "http://127.0.0.1:{port}/v1"
[upstreams.claude]
front = "anthropic"
url = "http://127.0.0.1:{port}"
[mcp.mock]
url = "http://127.0.0.1:{port}/mcp"
"""
# What a tool call of the shared bodies does.
AUTHORITY = {
    "mode": "act",
    "tools": [{
        "name": "update_price", "access": "write",
        "arguments": [{"name": "price", "minimum": 0, "maximum": 5000}],
    }],
}


@dataclass(frozen=True)
class Workflow:
    """A workflow in production, and the tokens that are bound to it."""

    key: str
    # How its answers wait for their evidence; None without the gateway.
    record: str | None
    gate_token: str
    gateway_token: str


class GatewayCordon(Cordon):
    """One server on a data directory in `folder`; `upstream` is the mock's port."""

    def __init__(
        self, binary: pathlib.Path, folder: pathlib.Path, upstream: int | None
    ) -> None:
        super().__init__(binary, folder / "data")
        self.config = self._configure(folder, upstream)
        self.admin = self.reader = ""

    @staticmethod
    def _configure(folder: pathlib.Path, upstream: int | None) -> pathlib.Path | None:
        """Without an upstream there is no configuration, for a Cordon that has no gateway."""
        if upstream is None:
            return None
        path = folder / "cordon.toml"
        path.write_text(CONFIG.format(port=upstream), encoding="utf-8")
        return path

    def start(self) -> float:
        self.output = self.data.parent / "cordon.out"
        command = [self.binary, "serve", "--data", self.data,
                   "--listen", f"127.0.0.1:{self.port}"]
        if self.config:
            command += ["--config", self.config]
        began = time.perf_counter()
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True, env=clean_environment({}))
        try:
            wait_until(f"{self.url}/readyz", self.process)
        except BaseException:
            self.stop()
            raise
        return time.perf_counter() - began

    def stop(self) -> None:
        try:
            super().stop()
        except subprocess.TimeoutExpired:
            os.kill(self.pid, signal.SIGKILL)

    # People and workflows

    def register(self, records: dict[str, str | None]) -> list[Workflow]:
        """The workflows of these keys, in production; the administrator is made first."""
        self._set_up(list(records))
        return [self._workflow(key, record) for key, record in records.items()]

    def _set_up(self, keys: list[str]) -> None:
        self.admin = self.call("POST", "/setup", {
            "token": self._setup_token(), "login": "ada", "name": "Ada", "password": PASSWORD,
        })["token"]
        for login in ("ben", "carla"):
            self.call("POST", "/users", {
                "login": login, "name": login.title(), "password": PASSWORD,
                "grants": [f"owner:{key}" for key in keys],
            }, self.admin)
        signed_in = self.call("POST", "/session", {"login": "ben", "password": PASSWORD})
        self.reader = self._token({"name": "read", "scopes": ["read"]}, signed_in["session"])

    def _workflow(self, key: str, record: str | None) -> Workflow:
        body: dict[str, Any] = WORKFLOW | {"key": key, "authority": AUTHORITY}
        if record:
            body["gateway"] = {"record": record, "mcp_servers": ["mock"]}
        self.call("POST", "/workflows", body, self.admin)
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        path = f"/workflows/{key}"
        self.call("POST", f"{path}/rehearsals", {"on": f"{today}T00:00:00Z"}, self.admin)
        self.call("POST", f"{path}/stop-tests", None, self.admin)
        self.call("POST", f"{path}/production", {}, self.admin)
        bound = {"workflow": key}
        gate = self._token({"name": f"{key} gate", "scopes": ["gate"]} | bound, self.admin)
        gateway = self._token(
            {"name": f"{key} gateway", "scopes": ["gateway"]} | bound, self.admin,
        ) if record else ""
        return Workflow(key, record, gate, gateway)

    def _token(self, body: dict[str, Any], caller: str) -> str:
        token: str = self.call("POST", "/tokens", body, caller)["token"]
        return token

    def stop_workflow(self, key: str) -> None:
        """Returns when the stop is acknowledged."""
        self.call("POST", f"/workflows/{key}/stop", {"reason": "A benchmark."}, self.admin)

    # Evidence

    def records(self) -> int:
        """How many records of evidence are durable."""
        count: int = self.call("GET", "/evidence/count", token=self.reader)["records"]
        return count

    def settled_records(self, wanted: int | None = None, seconds: float = 60) -> int:
        """The count once it has not changed for two seconds, or is as wanted."""
        began, count, since = time.monotonic(), self.records(), time.monotonic()
        while time.monotonic() - began < seconds and count != wanted:
            time.sleep(0.25)
            if (now := self.records()) != count:
                count, since = now, time.monotonic()
            elif time.monotonic() - since >= 2:
                break
        return count

    def check(self) -> float:
        """Works the whole log out anew; the server has to be stopped. Gives the seconds."""
        began = time.monotonic()
        run([self.binary, "fsck", "--data", self.data], env=clean_environment({}))
        return time.monotonic() - began

    def complaints(self) -> str:
        """The end of what it printed."""
        said = self.data.parent / "cordon.out"
        return said.read_text(errors="replace")[-2000:] if said.exists() else ""


def require_binary(path: pathlib.Path) -> pathlib.Path:
    if not path.exists():
        raise Failure(f"{path} does not exist; build it with: swift build -c release "
                      "--static-swift-stdlib --product cordon --scratch-path .build-release")
    return path.absolute()
