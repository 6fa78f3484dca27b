"""`cordon mcp-wrap` in the hands of the official clients: judged, recorded, cut, else untouched."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gateway_mcp_clients import Client, client, folder_of
from gateway_mcp_programs import AUTHORITY, PROGRAM, SDKS, ended
from gateway_mcp_world import call_of, calling, message
from gateway_world import Flow, House, Record, attributes, house
from waiting import until
from world import FALLBACK

__all__ = ["client"]

servers = pytest.mark.parametrize("sdk", ["first", "second"])
ECHO = "import sys\nfor line in sys.stdin.buffer:\n    sys.stdout.buffer.write(line)\n"
ECHO += "    sys.stdout.buffer.flush()\n"


class Wrap:
    """The command line of one wrapped server, and what the server has told of itself."""

    def __init__(self, home: House, folder: Path, sdk: str, flow: Flow, *more: str) -> None:
        self.folder = folder
        token = folder / "token"
        token.write_text(home.token(flow.key, "gate", "capture"))
        place = folder_of(SDKS[sdk])
        self.env = {"PYTHONPATH": str(place)} if place else {}
        self.own = [sys.executable, str(PROGRAM), str(folder)]
        self.head = [home.server.binary, "mcp-wrap", "--server", home.server.url]
        self.head += ["--token-file", str(token), "--name", "files", *more]

    @property
    def command(self) -> list[str]:
        return [*self.head, "--", *self.own]

    def told(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    def run(self, *own: str) -> "subprocess.Popen[bytes]":
        """By hand, with pipes."""
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        command = [*self.head, "--", *own]
        return subprocess.Popen(command, stderr=subprocess.PIPE, **pipes)


@pytest.fixture(scope="module")
def home(binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with ExitStack() as stack:
        yield stack.enter_context(house(binary, tmp_path_factory.mktemp("wrap")))


def flow_of(home: House, gateway: dict[str, Any] | None = None) -> Flow:
    return home.flow("wrapped", AUTHORITY["tools"], gateway, forbids=AUTHORITY["forbids"])


def calls(flow: Flow, count: int) -> list[Record]:
    def there() -> list[Record]:
        found = [item for item in flow.listed(kind="tool_call") if item["status"] != "begun"]
        return found if len(found) >= count else []

    found = until(f"{count} calls of {flow.key} are over", there)
    assert len(found) == count
    return [flow.house.whole(item) for item in sorted(found, key=lambda item: item["index"])]


@servers
def test_aSessionWorksAndEachCallIsJudgedAndKept(
    sdk: str, client: Client, home: House, tmp_path: Path
) -> None:
    flow = flow_of(home)
    wrap = Wrap(home, tmp_path, sdk, flow)
    assert client.run(wrap.command, **wrap.env)[1] == "program"
    assert client.list() == sorted(client.list())
    assert client.call("read_account", account="A-7")["text"] == "A-7 owes 7 EUR"
    assert client.call("set_price", price=5)["structured"] == {"price": 5}
    counted = client.call("count", steps=3)
    assert (counted["text"], counted["progress"]) == ("counted to 3", [1, 2, 3])
    denied = client.call("delete_account", account="A-7")
    assert denied["is_error"] and denied["text"].startswith("Not done. ")
    assert str(FALLBACK["title"]) in denied["text"]
    assert denied["meta"]["cordon/decision"]["code"] == -31_002
    environment = client.call("environment")["structured"] or {}
    assert not [name for name in environment if name.startswith("CORDON_")]
    client.close()
    ended(*wrap.told("started"))
    assert wrap.told("prices") == ["5.0"]
    records = calls(flow, 5)
    names = {call_of(item)["name"]: item for item in records}
    assert names["read_account"]["status"] == "ok"
    assert call_of(names["read_account"])["result"]["content"][0]["text"] == "A-7 owes 7 EUR"
    assert names["delete_account"]["status"].startswith("denied")
    assert attributes(names["set_price"])["mcp"]["server"] == "files"


def test_aCallThatWaitsForAPersonIsMadeOnceAllowed(
    client: Client, home: House, tmp_path: Path
) -> None:
    tools = [
        tool | {"needs_approval": True} if tool["name"] == "set_price" else tool
        for tool in AUTHORITY["tools"]
    ]
    flow = home.flow("waits", tools, forbids=AUTHORITY["forbids"])
    wrap = Wrap(home, tmp_path, "first", flow)
    client.run(wrap.command, **wrap.env)
    told = client.call("set_price", price=5)
    assert told["text"].startswith("Not done yet: a person has to approve")
    id = told["meta"]["cordon/approval"]["id"]
    home.world.gus.post(f"approvals/{id}/approve", {}).done(200)
    assert client.call("set_price", price=5)["structured"] == {"price": 5}
    assert client.call("set_price", price=5)["text"].startswith("Not done yet")
    client.close()
    assert wrap.told("prices") == ["5.0"]


@servers
def test_aStopInTheMiddleCutsTheCallAndLeavesTheSession(
    sdk: str, client: Client, home: House, tmp_path: Path
) -> None:
    flow = flow_of(home)
    wrap = Wrap(home, tmp_path, sdk, flow)
    client.run(wrap.command, **wrap.env)
    client.calls("wait", minutes=9)
    until("the tool works", lambda: wrap.told("waiting"))
    until("it follows", lambda: follows(flow))
    incident = flow.stop()["incident"]
    outcome = client.done()
    assert outcome["is_error"] and "Wrong." in outcome["text"]
    assert outcome["meta"]["cordon/decision"]["incident"] == incident
    until("the server knows", lambda: wrap.told("cancelled"))
    assert "wait" in client.list()
    again = client.call("set_price", price=1)
    assert again["is_error"] and again["meta"]["cordon/decision"]["incident"] == incident
    client.close()
    assert wrap.told("prices") == []
    assert sorted(item["status"].split(":")[0] for item in calls(flow, 2)) == ["cut", "denied"]


def follows(flow: Flow) -> bool:
    points = flow.house.world.ana.get(f"workflows/{flow.key}/points").done(200)["items"]
    return "mcp-wrap files" in [point["name"] for point in points]


def ask(process: "subprocess.Popen[bytes]", body: bytes) -> dict[str, Any]:
    assert process.stdin and process.stdout
    process.stdin.write(body + b"\n")
    process.stdin.flush()
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


def test_everythingElsePassesByteForByte(home: House, tmp_path: Path) -> None:
    """The wrapped program says back what it hears."""
    wrap = Wrap(home, tmp_path, "second", flow_of(home))
    process = wrap.run(sys.executable, "-c", ECHO)
    said = [
        b'{"jsonrpc":"2.0", "method" : "notifications/x","params":{"n":1.0,"s":"\\u00e9 \xc3\xa9"}}\r\n',
        b'{"jsonrpc":"2.0","id":"r","result":{"n":1e3}} \n',
        b"\n",
        b'{"jsonrpc":"2.0","id":1,"method":"resources/list"}\n',
        b'{"jsonrpc":"2.0","method":"notifications/last","params":{"big":"' + b"x" * 3_000_000,
    ]
    said[-1] += b'"}}\n'
    out, _ = process.communicate(b"".join(said), timeout=60)
    assert out == b"".join(said)
    assert process.returncode == 0


def test_whatCouldHideAnAnswerEndsTheServer(home: House, tmp_path: Path) -> None:
    """A line that is longer than any message passes, unless a call waits for its answer."""
    flow = flow_of(home)
    wrap = Wrap(home, tmp_path, "second", flow)
    longer = ECHO.replace("(line)", "(line[:-1].ljust(5 << 20) + b'\\n')")
    process = wrap.run(sys.executable, "-c", longer)
    assert process.stdin and process.stdout
    process.stdin.write(b"\n")
    process.stdin.flush()
    assert len(process.stdout.readline()) == (5 << 20) + 1
    told = ask(process, calling("read_account", {"account": "A"}))
    assert told["result"]["isError"]
    out, errors = process.communicate(timeout=60)
    assert out == b"" and b"more than 4 MiB" in errors
    assert process.returncode == 128 + signal.SIGTERM
    (record,) = calls(flow, 1)
    assert record["status"] == "error: it has sent a message of more than 4 MiB"


def test_whatCouldHideACallGoesNowhere(home: House, tmp_path: Path) -> None:
    wrap = Wrap(home, tmp_path, "second", flow_of(home))
    process = wrap.run(sys.executable, "-c", ECHO)
    batch = b"[" + calling("set_price", {"price": 1}) + b"]\n"
    large = calling("set_price", {"price": "9" * (4 << 20)}) + b"\n"
    out, _ = process.communicate(batch + large, timeout=60)
    told = [json.loads(line) for line in out.splitlines()]
    assert [item["error"]["code"] for item in told] == [-32_600, -32_600]


@pytest.mark.parametrize("on_failure", ["closed", "open"])
def test_withoutCordonACallGoesOnWhereTheTermsSaySo(
    on_failure: str, home: House, tmp_path: Path
) -> None:
    flow = flow_of(home, {"on_failure": on_failure})
    wrap = Wrap(home, tmp_path, "second", flow)
    process = wrap.run(*wrap.own)
    shakes = {"protocolVersion": "2025-11-25", "capabilities": {}}
    shakes["clientInfo"] = {"name": "raw", "version": "1"}
    assert "result" in ask(process, message("initialize", 1, **shakes))
    assert process.stdin
    process.stdin.write(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
    first = ask(process, calling("read_account", {"account": "A"}))
    assert not first["result"].get("isError", False)
    home.server.kill()
    try:
        told = ask(process, calling("read_account", {"account": "B"}))
        assert told["result"].get("isError", False) == (on_failure == "closed")
        if on_failure == "closed":
            assert told["result"]["_meta"]["cordon/decision"]["code"] == -31_007
    finally:
        home.restarted(home.server.url.removeprefix("http://"))
    again = ask(process, calling("read_account", {"account": "C"}))
    assert not again["result"].get("isError", False)
    _, errors = process.communicate(timeout=60)
    assert (b"goes on without it" in errors) == (on_failure == "open")
    # What passed without Cordon is told to it once it answers again.
    state = home.world.gus.get(f"workflows/{flow.key}/evidence").done(200)
    assert [(use["kind"], use["count"]) for use in state["open_uses"]] == (
        [("without_gate", 1)] if on_failure == "open" else []
    )
    assert wrap.told("started")


def test_aServerThatNeverReachesCordonIsClosed(home: House, tmp_path: Path) -> None:
    wrap = Wrap(home, tmp_path, "second", flow_of(home))
    wrap.head[wrap.head.index("--server") + 1] = "http://127.0.0.1:9"
    process = wrap.run(sys.executable, "-c", ECHO)
    told = ask(process, calling("read_account", {"account": "A"}))
    assert told["result"]["isError"]
    process.communicate(timeout=60)


def test_aTokenOfNoWorkflowNeedsAName(home: House, tmp_path: Path) -> None:
    flow = flow_of(home)
    flow_of(home)
    for more, is_error in [([], True), (["--workflow", flow.key], False)]:
        wrap = Wrap(home, tmp_path, "second", flow, *more)
        (tmp_path / "token").write_text(home.token(None, "gate", "capture"))
        process = wrap.run(sys.executable, "-c", ECHO)
        told = ask(process, calling("read_account", {"account": "A"}))
        # The echo of an allowed call is the call.
        assert ("result" in told) == is_error, told
        process.communicate(timeout=60)


@pytest.mark.parametrize("code", [0, 3, 77])
def test_theServersExitCodeIsPassedOn(code: int, home: House, tmp_path: Path) -> None:
    wrap = Wrap(home, tmp_path, "second", flow_of(home))
    process = wrap.run("sh", "-c", f"echo last; exit {code}")
    out, _ = process.communicate(timeout=60)
    assert (out, process.returncode) == (b"last\n", code)


def test_aSignalReachesTheServer(home: House, tmp_path: Path) -> None:
    wrap = Wrap(home, tmp_path, "second", flow_of(home))
    process = wrap.run("sh", "-c", "echo $$; sleep 600")
    assert process.stdout
    pid = process.stdout.readline().decode().strip()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 128 + signal.SIGTERM
    ended(pid)


def test_aServerThatStaysWhenItsClientHasGoneIsEnded(home: House, tmp_path: Path) -> None:
    wrap = Wrap(home, tmp_path, "second", flow_of(home))
    process = wrap.run("sh", "-c", "trap '' TERM; echo $$; while :; do sleep 1; done")
    assert process.stdout and process.stdin
    pid = process.stdout.readline().decode().strip()
    process.stdin.close()
    assert process.wait(60) == 128 + signal.SIGKILL
    ended(pid)


def test_whoHoldsTheOutputOpenIsNotWaitedFor(home: House, tmp_path: Path) -> None:
    wrap = Wrap(home, tmp_path, "second", flow_of(home))
    # A session of its own: it is not in the group that is signalled.
    process = wrap.run("sh", "-c", "setsid sleep 600 & echo $!")
    assert process.stdout and process.stdin
    pid = int(process.stdout.readline())
    process.stdin.close()
    try:
        assert process.wait(60) == 0
    finally:
        os.kill(pid, signal.SIGKILL)


USAGES: list[Callable[[Wrap], list[str]]] = [
    lambda wrap: wrap.head,
    lambda wrap: [*wrap.head, "--"],
    lambda wrap: [*wrap.head, "--name", "Two Words", "--", "cat"],
    lambda wrap: [*wrap.head, "--", "/no/such/program"],
    lambda wrap: [*wrap.head, "--token-file", "/no/such/file", "--", "cat"],
    lambda wrap: [*wrap.head[:4], "--name", "files", "--", "cat"],
    lambda wrap: [wrap.head[0], "mcp-wrap", "--name", "files", "--", "cat"],
]


@pytest.mark.parametrize("number", range(len(USAGES)))
def test_badUsageIsTwo(number: int, home: House, tmp_path: Path) -> None:
    wrap = Wrap(home, tmp_path, "second", flow_of(home))
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CORDON_")}
    ran = subprocess.run(
        USAGES[number](wrap), input=b"", capture_output=True, timeout=60, env=clean
    )
    assert ran.returncode == 2, ran
    assert ran.stderr and not ran.stdout
