"""The mock upstream and the peers, as processes that end with the benchmark.

Each is started as the shared start scripts do, on the port that the shared configurations name.
Nothing of them leaves loopback. Standard library only.
"""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from evidence_peers import answers, end, run
from gateway_scratch import Scratch
from world import Failure

NAMES = ["nginx", "envoy", "tensorzero", "litellm", "ofrep", "contextforge"]
# The OFREP server on Python's own event loop, which the target names, and on a faster one.
OFREP_PORTS = {"asyncio": 9250, "uvloop": 9251}
LITELLM_KEY = "sk-cordonbench-7f3a9c51e2d84b60"
MOCK_PORT = 9100
CONTEXTFORGE_PORT = 9230


@dataclass
class Peer:
    """One server that runs."""

    name: str
    pid: int
    # What its set-up found out: an address, a token.
    facts: dict[str, str] = field(default_factory=dict)


def clean_environment(more: Mapping[str, str]) -> dict[str, str]:
    """Python compiles once, as it does on a server; nobody's settings of Cordon come along."""
    kept = {name: value for name, value in os.environ.items()
            if name != "PYTHONDONTWRITEBYTECODE" and not name.startswith("CORDON_")}
    return kept | dict(more)


@contextlib.contextmanager
def running(
    scratch: Scratch, name: str, command: list[Any], ports: list[int],
    is_ready: Callable[[], bool], environment: Mapping[str, str] | None = None,
    seconds: float = 120,
) -> Iterator[Peer]:
    """The server once it is ready; it and all below it are ended, whatever happens."""
    for port in ports:
        refuse_a_used(port)
    log = scratch.file(f"{name}.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command], cwd=scratch.folder, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            env=clean_environment(environment or {}))
    try:
        wait_until_ready(name, process, is_ready, seconds, log)
        yield Peer(name, process.pid)
    finally:
        end(process.pid)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def refuse_a_used(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise Failure(f"something else listens on port {port}, which the benchmark needs")


def wait_until_ready(
    name: str, process: subprocess.Popen[bytes], is_ready: Callable[[], bool], seconds: float,
    log: pathlib.Path,
) -> None:
    began = time.monotonic()
    while not is_ready():
        if process.poll() is not None:
            raise Failure(f"{name} ended with {process.returncode}: {log}")
        if time.monotonic() - began > seconds:
            raise Failure(f"{name} was not ready after {seconds:.0f} s: {log}")
        time.sleep(0.1)


def mock(
    scratch: Scratch, port: int = MOCK_PORT, gap_milliseconds: int = 10, chunks: int = 20,
) -> contextlib.AbstractContextManager[Peer]:
    paced = {"GAP_MS": str(gap_milliseconds), "CHUNKS": str(chunks)}
    return running(scratch, f"mock-{port}", [scratch.file("mock"), port], [port],
                   lambda: answers(f"http://127.0.0.1:{port}/stats"), paced, 10)


def aborted_streams(port: int) -> int:
    """How many streams of the mock were closed before their end."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats", timeout=10) as answer:
        aborted: int = json.loads(answer.read())["aborted_streams"]
        return aborted


def peer(scratch: Scratch, name: str) -> contextlib.AbstractContextManager[Peer]:
    """The peer of this name; those but nginx have to be installed."""
    starts = {"nginx": nginx, "envoy": envoy, "tensorzero": tensorzero, "litellm": litellm,
              "ofrep": ofrep, "contextforge": contextforge}
    return starts[name](scratch)


def nginx(scratch: Scratch) -> contextlib.AbstractContextManager[Peer]:
    command = ["nginx", "-p", scratch.folder, "-e", scratch.file("nginx.err"),
               "-c", scratch.file("nginx.conf")]
    return running(scratch, "nginx", command, [9202, 9204, 9205],
                   lambda: answers("http://127.0.0.1:9205/"))


def envoy(scratch: Scratch) -> contextlib.AbstractContextManager[Peer]:
    command = [scratch.program("envoy", "envoy"), "-c", scratch.file("envoy.yaml"),
               "--concurrency", 1, "-l", "error", "--use-dynamic-base-id"]
    return running(scratch, "envoy", command, [9206, 9207],
                   lambda: answers("http://127.0.0.1:9206/v1/models"))


@contextlib.contextmanager
def tensorzero(scratch: Scratch) -> Iterator[Peer]:
    """It picks a port itself, and the shared script writes where that is."""
    place = scratch.file("tz.url")
    place.unlink(missing_ok=True)
    command = [scratch.program("tensorzero", "python"), scratch.file("tzserve.py")]
    with running(scratch, "tensorzero", command, [],
                 lambda: place.exists() and place.read_text().startswith("http")) as started:
        started.facts["place"] = urllib.parse.urlsplit(place.read_text()).netloc
        yield started


def litellm(scratch: Scratch) -> contextlib.AbstractContextManager[Peer]:
    """One worker, no database, no callbacks."""
    command = [scratch.program("litellm", "litellm"), "--config", scratch.file("litellm.yaml"),
               "--host", "127.0.0.1", "--port", 9201, "--num_workers", 1]
    environment = {"LITELLM_LOG": "ERROR", "LITELLM_LOCAL_MODEL_COST_MAP": "True",
                   "LITELLM_TELEMETRY": "False", "LITELLM_MODE": "PRODUCTION"}
    return running(scratch, "litellm", command, [9201],
                   lambda: answers("http://127.0.0.1:9201/health/liveliness"), environment, 240)


@contextlib.contextmanager
def ofrep(scratch: Scratch) -> Iterator[Peer]:
    """Two processes; the first has the usual facts, the other is only shown."""
    with contextlib.ExitStack() as stack:
        started = {loop: stack.enter_context(ofrep_on(scratch, loop)) for loop in OFREP_PORTS}
        first = started["asyncio"]
        first.facts["uvloop_pid"] = str(started["uvloop"].pid)
        yield first


def ofrep_on(scratch: Scratch, loop: str) -> contextlib.AbstractContextManager[Peer]:
    port = OFREP_PORTS[loop]
    command = [scratch.program("ofrep", "uvicorn"), "ff_app:app", "--host", "127.0.0.1",
               "--port", port, "--loop", loop, "--http", "httptools", "--no-access-log",
               "--log-level", "warning"]
    return running(scratch, f"ofrep-{loop}", command, [port],
                   lambda: answers(f"http://127.0.0.1:{port}/openapi.json"))


@contextlib.contextmanager
def contextforge(scratch: Scratch) -> Iterator[Peer]:
    """On an empty database, with the mock's one tool behind a virtual server of its own."""
    for leftover in scratch.folder.glob("cf.db*"):
        leftover.unlink()
    settings = dict(
        line.split("=", 1) for line in scratch.file("cf.env").read_text().splitlines() if line)
    command = [scratch.program("contextforge", "mcpgateway"), "--host", "127.0.0.1",
               "--port", CONTEXTFORGE_PORT, "--workers", 1]
    with running(scratch, "contextforge", command, [CONTEXTFORGE_PORT],
                 lambda: answers(f"http://127.0.0.1:{CONTEXTFORGE_PORT}/health"), settings,
                 180) as started:
        started.facts |= furnish_contextforge(scratch, settings)
        yield started


def furnish_contextforge(scratch: Scratch, settings: Mapping[str, str]) -> dict[str, str]:
    command = [scratch.program("contextforge", "python"), "-m",
               "mcpgateway.utils.create_jwt_token", "--username", settings["PLATFORM_ADMIN_EMAIL"],
               "--exp", 10_080, "--admin"]
    # It says on standard output what it thinks of the settings, and the token last.
    said = run(command, env=clean_environment(settings), stderr=subprocess.DEVNULL,
               cwd=scratch.folder)
    token = said.split()[-1]
    ask_contextforge(token, "POST", "gateways", {
        "name": "mock", "url": f"http://127.0.0.1:{MOCK_PORT}/mcp",
        "transport": "STREAMABLEHTTP"})
    tools = [tool["id"] for tool in ask_contextforge(token, "GET", "tools")]
    made = ask_contextforge(token, "POST", "servers", {
        "server": {"name": "bench", "associated_tools": tools}})
    return {"token": token, "server": made["id"]}


def ask_contextforge(token: str, method: str, path: str, body: Any = None) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{CONTEXTFORGE_PORT}/{path}", method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise Failure(f"ContextForge, {method} /{path}: {error.code} "
                      f"{error.read().decode(errors='replace')[:500]}") from error
