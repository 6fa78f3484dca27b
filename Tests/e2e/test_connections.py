"""Every text that connects a workflow is run as it stands: it acts while the workflow runs, and does
nothing while it is stopped."""

import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

import gateway_answers as say
from api import Answer
from cli import Cli
from gateway_mcp_peer import Peer
from gateway_upstream import plain
from gateway_world import Flow, House, house
from server import clean_environment
from waiting import until
from world import DESCRIPTION

PLACEHOLDER = "PUT-THE-KEY-HERE"
CLIENT = Path(__file__).parents[2] / "clients" / "python"
SCOPES = {
    "cron": "gate", "http-step": "gate", "github-actions": "gate", "python": "gate",
    "otlp": "capture",
}  # fmt: skip


@dataclass
class Connected:
    """One workflow with one text to copy, and a folder to run it in."""

    flow: Flow
    card: dict[str, Any]
    folder: Path
    key: str

    @property
    def text(self) -> str:
        return str(self.card["text"]).replace(PLACEHOLDER, self.key)

    def ran(self, *command: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in clean_environment().items() if "proxy" not in name}
        return subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
            cwd=self.folder,
            env=kept | {"CORDON_TOKEN": self.key, "PYTHONPATH": str(CLIENT)},
        )

    def python(self) -> bool:
        """Whether the program did its work."""
        done = self.ran(sys.executable, "-c", self.text)
        assert (done.returncode == 0) == bool(done.stdout), done.stdout + done.stderr
        assert self.key not in done.stdout + done.stderr
        return done.returncode == 0

    def job(self) -> bool:
        """Whether the job of the script was begun."""
        job = self.folder / "your-job"
        job.write_text("#!/bin/sh\ntouch done\n")
        job.chmod(0o755)
        (self.folder / "done").unlink(missing_ok=True)
        ran = self.ran("sh", "-c", self.text)
        begun = (self.folder / "done").exists()
        assert ran.returncode == (0 if begun else 75), ran.stderr
        return begun

    def step(self) -> bool:
        """Whether the steps behind this one would be carried out."""
        (step,) = yaml.safe_load(self.text)
        assert step["env"] == {"CORDON_TOKEN": "${{ secrets.CORDON_TOKEN }}"}
        ran = self.ran("bash", "-e", "-c", step["run"])
        assert ran.returncode == 0 or "Wrong." in ran.stdout, ran.stdout + ran.stderr
        return ran.returncode == 0

    def request(self) -> bool:
        """What the boolean says that an automation tool filters on."""
        head, body, _ = self.text.split("\n\n")
        first, *fields = head.splitlines()
        method, url = first.split()
        asked = urllib.request.Request(url, body.encode(), method=method)
        for name, value in (field.split(": ", 1) for field in fields):
            asked.add_header(name, value)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked) as answer:
            allowed = json.load(answer)["allowed"]
        assert isinstance(allowed, bool)
        return allowed


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with Peer(False) as made:
        yield made


@pytest.fixture(scope="module")
def home(binary: str, peer: Peer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with ExitStack() as stack:
        more = f'\n[mcp.crm]\nurl = "{peer.url}"\n'
        yield stack.enter_context(house(binary, tmp_path_factory.mktemp("home"), more=more))


Connect = Callable[[str], Connected]


@pytest.fixture
def connect(home: House, tmp_path: Path) -> Connect:
    def made(id: str) -> Connected:
        tools = [{"name": "read_account", "access": "read"}]
        flow = home.flow("connected", tools, {"mcp_servers": ["crm"]})
        return Connected(flow, card(flow, id), tmp_path, home.token(flow.key, scope_of(id)))

    return made


def scope_of(id: str) -> str:
    return SCOPES.get(id, "gateway")


def cards(flow: Flow) -> dict[str, dict[str, Any]]:
    shown = flow.house.world.ana.get(f"workflows/{flow.key}/connections").done(200)
    return {item["id"]: item for item in shown["items"]}


def card(flow: Flow, id: str) -> dict[str, Any]:
    return cards(flow)[id]


def runs_until_stopped(connected: Connected, act: Callable[[], bool]) -> None:
    assert "last_seen_at" not in connected.card
    assert act(), "it does nothing while the workflow runs"
    seen = card(connected.flow, connected.card["id"])
    assert seen["last_seen_at"] and seen["enforces"]
    connected.flow.stop()
    assert not act(), "it acts although the workflow is stopped"


# Calls that pass through Cordon


@pytest.mark.parametrize("id", ["openai", "langchain"])
def test_aProgramOnOpenAI(id: str, connect: Connect, home: House) -> None:
    home.openai.says(plain(say.chat("Hello.")))
    runs_until_stopped(connected := connect(id), connected.python)
    assert len(home.openai.requests) == 1


def test_anAgentOnOpenAI(connect: Connect, home: House) -> None:
    home.openai.says(plain(say.responses()))
    runs_until_stopped(connected := connect("openai-agents"), connected.python)
    assert len(home.openai.requests) == 1


def test_aProgramOnAnthropic(connect: Connect, home: House) -> None:
    home.anthropic.says(plain(say.message()))
    runs_until_stopped(connected := connect("anthropic"), connected.python)
    assert len(home.anthropic.requests) == 1


ASKS_MCP = """
import json, sys
import anyio
from mcp.client.session import ClientSession
from mcp.client.streamable_http import streamable_http_client
import httpx

(server,) = json.load(open("mcp.json"))["mcpServers"].values()

async def main():
    async with httpx.AsyncClient(headers=server["headers"], trust_env=False) as http:
        async with streamable_http_client(server["url"], http_client=http) as streams:
            async with ClientSession(*streams[:2]) as session:
                await session.initialize()
                result = await session.call_tool("read_account", {"account": "A-7"})
                if getattr(result, "is_error", getattr(result, "isError", None)):
                    sys.exit(result.content[0].text)
                print(result.content[0].text)

anyio.run(main)
"""


def test_aClientOfMCP(connect: Connect, peer: Peer) -> None:
    peer.fresh()
    connected = connect("mcp")

    def acts() -> bool:
        (connected.folder / "mcp.json").write_text(connected.text)
        done = connected.ran(sys.executable, "-c", ASKS_MCP)
        assert done.returncode == 0 or "is stopped" in done.stderr, done.stderr
        return done.returncode == 0

    runs_until_stopped(connected, acts)
    assert len(peer.calls) == 1


# Jobs that ask before they begin


def test_aCronJob(connect: Connect) -> None:
    runs_until_stopped(connected := connect("cron"), connected.job)


def test_aCronJobWithoutAServerDoesNothing(connect: Connect) -> None:
    connected = connect("cron")
    connected.card["text"] = connected.text.replace(connected.flow.url, "http://127.0.0.1:9")
    assert not connected.job()


def test_aStepOfGitHubActions(connect: Connect) -> None:
    runs_until_stopped(connected := connect("github-actions"), connected.step)


def test_anHTTPStep(connect: Connect) -> None:
    runs_until_stopped(connected := connect("http-step"), connected.request)


# Programs that ask before each act, and those that only tell


def test_aGuardForPython(connect: Connect) -> None:
    runs_until_stopped(connected := connect("python"), connected.python)


TELLS = """
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
with provider.get_tracer("desk").start_as_current_span("chat m") as span:
    span.set_attribute("gen_ai.operation.name", "chat")
provider.shutdown()
"""


def test_whatOnlyTellsIsKeptAndNotContained(connect: Connect) -> None:
    connected = connect("otlp")
    assert not connected.card["enforces"] and connected.card["kind"] == "observer"

    def tells(records: int) -> None:
        program = f"{connected.text}\nexec '{sys.executable}' -c \"$TELLS\""
        ran = connected.ran("env", f"TELLS={TELLS}", "sh", "-c", program)
        assert ran.returncode == 0, ran.stderr
        connected.flow.listed_once(records, None)

    tells(1)
    assert card(connected.flow, "otlp")["last_seen_at"]
    connected.flow.stop()
    tells(2)


# The command, the page and the secrets


def test_theCommandPrintsOneText(connect: Connect, home: House, tmp_path: Path) -> None:
    connected = connect("cron")
    (tmp_path / "ana.token").write_text(home.world.ana.token or "")
    cli = Cli(home.server, tmp_path / "ana.token")
    key = connected.flow.key
    assert cli.done("workflow", "connect", key, "cron") == connected.card["text"] + "\n"
    listed = cli.done("workflow", "connect", key)
    assert all(id in listed for id in cards(connected.flow))
    assert "http-step" in cli.exits(2, "workflow", "connect", key, "nothing").stderr


def test_noTextHoldsASecretAndEveryOneTheAddress(connect: Connect) -> None:
    connected = connect("cron")
    for item in cards(connected.flow).values():
        assert connected.flow.url in item["text"] and connected.key not in item["text"]


def test_aForeignHostIsNotRepeated(connect: Connect, home: House) -> None:
    flow = connect("cron").flow
    shown = home.world.ana.send(
        "GET", f"workflows/{flow.key}/connections", headers={"host": "a.example$(id)"}
    )
    assert "$(id)" not in shown.text


# The stop test


@dataclass
class Draft:
    """A workflow that is not in production yet, whose deputy and owner are there."""

    home: House
    key: str

    def token(self, *scopes: str) -> str:
        return self.home.token(self.key, *scopes)

    def ask(self, point: str, token: str) -> Answer:
        api = self.home.server.api(token)
        return api.get(f"workflows/{self.key}/gate", point=point)

    def test(self, **body: Any) -> Answer:
        return self.home.world.admin.post(f"workflows/{self.key}/stop-tests", body)

    def during(self, act: Callable[[], object], **body: Any) -> dict[str, Any]:
        """The test, with `act` done again and again until it has ended."""
        answers: list[Answer] = []
        testing = threading.Thread(target=lambda: answers.append(self.test(**body)))
        testing.start()
        while testing.is_alive():
            act()
            testing.join(0.05)
        found: dict[str, Any] = answers[0].done(200).json
        return found

    def gaps(self, shown: dict[str, Any]) -> set[str]:
        return {gap["code"] for gap in shown["readiness"]["gaps"]}


@pytest.fixture
def draft(home: House) -> Draft:
    key = f"draft-{next(home.numbers)}"
    home.world.register(key, **DESCRIPTION)
    return Draft(home, key)


def states(shown: dict[str, Any]) -> dict[str, str]:
    return {point["name"]: point["state"] for point in shown["stop_test"]["points"]}


def test_aStopTestProvesWhatIsConnected(draft: Draft, tmp_path: Path) -> None:
    token = draft.token("gate")
    connections = draft.home.world.ana.get(f"workflows/{draft.key}/connections")
    cron = next(item for item in connections["items"] if item["id"] == "cron")
    connected = Connected(Flow(draft.home, draft.key, token), cron, tmp_path, token)
    assert connected.job()
    refusals: list[str] = []

    def runs() -> None:
        connected.job()
        answer = draft.ask("cron", token)
        if answer.status == 423:
            refusals.append(answer.refused("workflow-stopped", 423)["reason"])

    shown = draft.during(runs)
    assert shown["stop_test"]["passed"] and states(shown) == {"cron": "proved"}
    assert "stop_tested" not in draft.gaps(shown)
    assert all(said.endswith("; nothing is wrong.") for said in refusals)
    proved = card(connected.flow, "cron")["stop_proved_at"]
    assert proved == shown["readiness"]["stop_tested_at"]
    assert connected.job(), "the end of the test opens the gate again"


def test_whatDidNotComeIsNamedAndTheGapStays(draft: Draft) -> None:
    draft.ask("cron", draft.token("gate")).done(200)
    shown = draft.test(seconds=1).done(200).json
    assert not shown["stop_test"]["passed"] and states(shown) == {"cron": "not_seen"}
    assert "stop_tested" in draft.gaps(shown)


def test_theClientForPythonConfirmsByItself(draft: Draft) -> None:
    sys.path.insert(0, str(CLIENT))
    from cordon import Cordon, NotAllowed, Stopped

    with Cordon(
        draft.home.server.url, token=draft.token("gate"), workflow=draft.key, point="python:desk"
    ) as cordon:
        cordon.follow()
        with cordon.guard("generate"):
            pass
        until("it follows", lambda: cordon.is_following)
        said: list[NotAllowed] = []

        def asks() -> None:
            try:
                with cordon.guard("generate"):
                    pass
            except NotAllowed as no:
                said.append(no)

        shown = draft.during(asks)
        assert states(shown) == {"python:desk": "proved"} and shown["stop_test"]["passed"]
        assert all(isinstance(no, Stopped) and no.incident is None for no in said)
        with cordon.guard("generate"):
            pass


def test_aStopDuringATestWins(draft: Draft) -> None:
    draft.ask("cron", draft.token("gate")).done(200)
    ana = draft.home.world.ana

    def stops() -> None:
        if ana.get(f"workflows/{draft.key}").json.get("stop_test"):
            ana.post(f"workflows/{draft.key}/stop", {"reason": "Wrong."})

    shown = draft.during(stops)
    assert not shown["stop_test"]["passed"]
    refused = draft.ask("other", draft.token("gate")).refused("workflow-stopped", 423)
    assert refused["reason"] == "Wrong." and refused["incident"]


def test_aCrashDuringATestLeavesNothingStopped(draft: Draft) -> None:
    token = draft.token("gate")
    draft.ask("cron", token).done(200)
    lost: list[object] = []

    def tests() -> None:
        try:
            lost.append(draft.test(seconds=5))
        except OSError as error:
            lost.append(error)

    testing = threading.Thread(target=tests)
    testing.start()
    # Another point, so that this one does not prove anything.
    until("the test goes on", lambda: draft.ask("other", token).status == 423)
    draft.home.server.kill()
    testing.join(60)
    draft.home.restarted()
    until("the gate is open again", lambda: draft.ask("cron", token).status == 200, 30)
    shown = draft.home.world.ana.get(f"workflows/{draft.key}")
    until(
        "the test is over",
        lambda: "stop_test" not in draft.home.world.ana.get(f"workflows/{draft.key}").json,
    )
    assert "stop_tested" in draft.gaps(shown.json)


def test_inProductionItIsTheOwnersSay(home: House) -> None:
    flow = home.flow("running")
    path = f"workflows/{flow.key}/stop-tests"
    home.world.admin.post(path).refused("wrong-state", 409)
    home.world.admin.post(path, {"in_production": True}).refused("not-permitted", 403)


@pytest.mark.parametrize("seconds", [0, 51])
def test_aTestLastsAMinuteAtMost(seconds: int, draft: Draft) -> None:
    draft.test(seconds=seconds).refused("invalid-input", 400)


def test_theCommandSaysWhatWasFound(draft: Draft, tmp_path: Path) -> None:
    (tmp_path / "admin.token").write_text(draft.home.world.admin.token or "")
    cli = Cli(draft.home.server, tmp_path / "admin.token")
    token = draft.token("gate")
    draft.ask("nightly", token).done(200)
    failed = cli.exits(5, "workflow", "test-stop", draft.key, "--seconds", "1")
    assert "nightly: not seen." in failed.stdout and "has no tested stop" in failed.stdout
