"""A Cordon of its own in a temporary folder, with one workflow in production and two tokens."""

import datetime
import http.client
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request


class Failure(Exception):
    """Something did not work, so that nothing could be measured."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(url, process, seconds=60):
    """Asks until the answer is 200, every few milliseconds; gives how long that took."""
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        if process.poll() is not None:
            raise Failure(f"{process.args[0]} ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return time.perf_counter() - began
        except (urllib.error.URLError, http.client.HTTPException, OSError):
            time.sleep(0.005)
    raise Failure(f"{url} was not ready after {seconds} s")


class Cordon:
    """One server on a data directory; it is stopped at the end, whatever happens."""

    def __init__(self, binary, data):
        self.binary, self.data = binary, data
        self.database = data / "cordon.sqlite"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self.process.pid

    def start(self):
        """Starts the server; gives the seconds from the start of the process until it is ready."""
        self.output = self.data.parent / "cordon.out"
        began = time.perf_counter()
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"],
                stdout=output)
        wait_until(f"{self.url}/readyz", self.process)
        return time.perf_counter() - began

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)

    def furnish(self):
        """Sets up people, a workflow in production, and the tokens that the load uses."""
        token = self._setup_token()
        admin = self.call("POST", "/setup", {
            "token": token, "login": "ada", "name": "Ada", "password": "correct horse battery",
        })["token"]
        for login in ("ben", "carla"):
            self.call("POST", "/users", {
                "login": login, "name": login.title(), "password": "correct horse battery",
                "grants": ["owner:bench"],
            }, admin)
        self.call("POST", "/workflows", WORKFLOW, admin)
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        self.call("POST", "/workflows/bench/rehearsals", {"on": f"{today}T00:00:00Z"}, admin)
        self.call("POST", "/workflows/bench/stop-tests", None, admin)
        self.call("POST", "/workflows/bench/production", {}, admin)
        self.gate_token = self.call(
            "POST", "/tokens", {"name": "gate", "scopes": ["gate"], "workflow": "bench"}, admin
        )["token"]
        self.report_token = self.call(
            "POST", "/tokens", {"name": "reports", "scopes": ["report"]}, admin)["token"]

    def _setup_token(self):
        for line in self.output.read_text().splitlines():
            if "/setup?token=" in line:
                return line.split("token=", 1)[1].strip()
        raise Failure("the server printed no setup token")

    def call(self, method, path, body=None, token=None):
        request = urllib.request.Request(
            f"{self.url}/api/v1{path}", method=method,
            data=None if body is None else json.dumps(body).encode())
        if body is not None:
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise Failure(f"{method} {path}: {error.code} {error.read().decode()}") from error


WORKFLOW = {
    "key": "bench",
    "name": "Invoice coding",
    "purpose": "Codes incoming invoices and posts them.",
    "function": "finance",
    "owner": "ben",
    "deputy": "carla",
    "fallback": {
        "title": "Code invoices by hand",
        "steps": ["Open the day's invoices.", "Choose the account and post."],
        "contact": "Carla",
    },
    "review_standard": {"checks": ["Account and amount."], "share_percent": 10},
    "escalation": [{"function": "finance", "contact": "Ben"}],
    "authority": {
        "mode": "act",
        "tools": [{
            "name": "post_invoice",
            "access": "write",
            "arguments": [
                {"name": "amount", "minimum": 0, "maximum": 5000},
                {"name": "account", "one_of": ["4400", "4410", "6300"]},
            ],
        }],
    },
    "data_classes": ["invoices"],
    "affected_parties": ["vendors"],
    "retention": "standard",
    "severity_owners": [{"level": level, "contact": "Ben"} for level in (1, 2, 3, 4)],
}
