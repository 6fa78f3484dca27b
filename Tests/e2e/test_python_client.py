"""The Python client on a real server, and on stubs for what a real one does only by chance."""

import asyncio
import json
import queue
import secrets
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from conftest import MakeServer
from server import Server, clean_environment
from stub import Reply, Stub
from waiting import until
from world import FALLBACK, WORKFLOW, World

FOLDER = Path(__file__).parents[2] / "clients/python"
sys.path.insert(0, str(FOLDER))

import cordon as client_module  # noqa: E402
from cordon import (  # noqa: E402
    ApprovalRequired,
    Cordon,
    Denied,
    EvidenceFull,
    Fallback,
    GateUnreachable,
    Guard,
    Refused,
    Stopped,
)

TOKEN = "cordon_pat_nobody-may-see-this"
SCOPES = ["gate", "capture", "report"]
TOOLS = [
    {"name": "read_ledger", "access": "read"},
    {"name": "file_draft", "access": "write", "needs_approval": True},
    {
        "name": "update_price",
        "access": "write",
        "arguments": [{"name": "price", "minimum": 1, "maximum": 100}],
    },
]
ALLOW = {"decision": "allow", "decision_id": "01J", "revision": 1, "state": "running"}
STOPPED = ALLOW | {"decision": "deny", "state": "stopped", "reason": "Wrong.", "revision": 2}
Connect = Callable[..., Cordon]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes clients that are closed with the test."""
    made: list[Cordon] = []

    def connected(url: str, token: str = TOKEN, workflow: str = "some-flow", **more: Any) -> Cordon:
        made.append(Cordon(url, token=token, workflow=workflow, **more))
        return made[-1]

    yield connected
    for client in made:
        client.close(0)


@pytest.fixture
def flow(shared: World) -> str:
    """A running workflow of the test's own, which may call tools and deliver outside."""
    key = f"py-{secrets.token_hex(4)}"
    shared.in_part(key, TOOLS)
    return key


def token_for(world: World, workflow: str) -> str:
    asked = {"name": f"client of {workflow}", "scopes": SCOPES, "workflow": workflow}
    token: str = world.admin.post("tokens", asked).done(201)["token"]
    return token


@pytest.fixture
def client(shared: World, flow: str, connect: Connect) -> Cordon:
    return connect(shared.server.url, token_for(shared, flow), flow)


def stop(world: World, workflow: str, **scope: Any) -> str:
    said = {"reason": "Wrong accounts."} | ({"scope": scope} if scope else {})
    incident: str = world.ana.post(f"workflows/{workflow}/stop", said).done(201)["incident"]
    return incident


def kept(world: World, workflow: str) -> list[dict[str, Any]]:
    """What the server has of a workflow, oldest first, each whole."""
    items = world.ben.every("evidence", workflow=workflow)
    whole = [world.ben.get(f"evidence/{item['id']}").done(200).json for item in items]
    return sorted(whole, key=lambda record: record["index"])


def dropped(world: World, workflow: str) -> str:
    """The gap in a sender's numbers, in the server's words."""
    gaps = world.ben.get("evidence/gaps", workflow=workflow).done(200)["items"]
    return next((gap["detail"] for gap in gaps if gap["kind"] == "dropped"), "")


def asked(stub: Stub, part: str = "/gate") -> int:
    return sum(path.endswith(part) for _, path, _ in stub.requests)


class Between:
    """Stands between the client and a real server, and answers for it as long as it is told to."""

    def __init__(self, world: World, workflow: str) -> None:
        self.server = world.server
        self.token = token_for(world, workflow)
        self.batches: list[list[dict[str, Any]]] = []
        # For as many requests: what is answered, and whether the server gets to see the request.
        self.instead: list[tuple[Reply, bool]] = []
        self.goes_on = threading.Event()
        self.goes_on.set()

    def __call__(self, method: str, path: str, body: bytes, _: int) -> Reply:
        self.goes_on.wait(30)
        if path.endswith("/evidence"):
            self.batches.append(json.loads(body)["records"])
        reply, passes = self.instead.pop(0) if self.instead else (None, True)
        if passes:
            headers = {"content-type": "application/json"}
            api = self.server.api(self.token)
            answer = api.send(method, path, data=body, headers=headers)
            reply = reply or (answer.status, {}, answer.response.content)
        assert reply
        return reply


# The gate


def test_aGuardedBlockRunsWhileTheWorkflowRuns(client: Cordon) -> None:
    done: list[str] = []

    @client.guard("tool", tool="update_price", arguments=lambda price: {"price": price})
    def update_price(price: int) -> int:
        done.append("price")
        return price

    with client.guard("generate") as entry:
        done.append("draft")
        entry.check()
    with client.guard("tool", tool="read_ledger", run="run 1"):
        done.append("ledger")
    with client.guard("deliver", target="outside"):
        done.append("letter")
    assert update_price(7) == 7
    assert done == ["draft", "ledger", "letter", "price"]


def test_aStoppedWorkflowDoesNothing(shared: World, flow: str, client: Cordon) -> None:
    done: list[int] = []
    guarded = client.guard("generate")(done.append)

    @client.guard("generate")
    async def later(number: int) -> None:
        done.append(number)

    guarded(1)
    asyncio.run(later(2))
    called_before = later(3)
    incident = stop(shared, flow)
    with pytest.raises(Stopped) as refused, client.guard("tool", tool="read_ledger"):
        done.append(4)
    assert (refused.value.incident, refused.value.reason) == (incident, "Wrong accounts.")
    steps = tuple(FALLBACK["steps"])
    assert refused.value.fallback == Fallback(FALLBACK["title"], steps, FALLBACK["contact"])
    assert "Wrong accounts." in str(refused.value)
    # Nothing of what was allowed before is good any longer, lease or not.
    with pytest.raises(Stopped):
        guarded(5)
    with pytest.raises(Stopped):
        asyncio.run(called_before)
    assert done == [1, 2]


def test_whatIsOutsideTheAuthorityIsDenied(client: Cordon) -> None:
    update = client.guard("tool", tool="update_price", arguments=lambda price: {"price": price})
    updated: list[int] = []
    update(updated.append)(100)
    with pytest.raises(Denied, match="above 100"):
        update(updated.append)(101)
    assert updated == [100]
    for guard in (client.guard("tool", tool="wire_money"), client.guard("decide")):
        with pytest.raises(Denied) as refused, guard:
            pytest.fail("it was entered")
        assert refused.value.incident is None and refused.value.decision_id


def test_whatNeedsApprovalIsNotDone(client: Cordon) -> None:
    guard = client.guard("tool", tool="file_draft")
    with pytest.raises(ApprovalRequired, match="approve") as refused, guard:
        pytest.fail("it was entered")
    assert refused.value.fallback and refused.value.fallback.title == FALLBACK["title"]


DRAFT = {"text": "Dear Birch", "copies": 1}


def waiting(world: World, workflow: str) -> str:
    """The id of the one call that waits for a person."""

    def there() -> list[dict[str, Any]]:
        return world.gus.every("approvals", workflow=workflow, state="pending")

    (item,) = until("a call waits", there)
    return str(item["id"])


def test_whatAPersonApprovesIsDoneOnce(shared: World, flow: str, client: Cordon) -> None:
    guard = client.guard("tool", tool="file_draft", arguments=DRAFT, diff="+ Dear", user="uma")
    with pytest.raises(ApprovalRequired) as required, guard:
        pytest.fail("it was entered")
    told = required.value
    assert told.id == waiting(shared, flow)
    assert told.url == f"{shared.server.url}/approvals/{told.id}"
    assert datetime.fromisoformat(told.expires.replace("Z", "+00:00")) > datetime.now(timezone.utc)
    assert told.arguments is None
    shown = shared.gus.get(f"approvals/{told.id}").done(200)
    assert (shown["arguments"], shown["diff"], shown["user"]) == (DRAFT, "+ Dear", "uma")
    shared.gus.post(f"approvals/{told.id}/approve").done(200)
    with guard as entry:
        # Looking for a stop asks nobody once more.
        entry.check()
        assert shared.gus.every("approvals", workflow=flow, state="pending") == []
        stop(shared, flow, tool="file_draft")
        with pytest.raises(Stopped):
            entry.check()
    with pytest.raises(Stopped), guard:
        pytest.fail("it was entered")


APPROVED = ALLOW | {"lease_ms": 0, "approval": {"id": "01A", "url": "http://x", "state": "used"}}


@pytest.mark.parametrize(
    ("status", "said", "refusal"),
    [
        (200, ALLOW | {"decision": "approval", "reason": "A person has to."}, None),
        (200, ALLOW, None),
        (200, STOPPED, Stopped),
        (200, ALLOW | {"decision": "deny", "reason": "Not in its authority."}, Denied),
        (423, {"decision": "deny", "reason": "Wrong."}, Refused),
        (403, {"decision": "deny", "type": "/problems/outside-authority"}, Refused),
        (401, {"type": "/problems/unauthenticated"}, Refused),
        (403, {"type": "/problems/not-permitted"}, Refused),
        (404, {"type": "/problems/not-found"}, Refused),
        (503, {"title": "Busy"}, GateUnreachable),
        (200, {}, GateUnreachable),
    ],
)
def test_whatPeopleApprovedMayNotGoOnWithoutTheGatesLeave(
    status: int, said: dict[str, Any], refusal: Any, connect: Connect
) -> None:
    replies: list[Reply] = [(200, {}, APPROVED), (status, {}, said), (status, {}, said)]
    with Stub(lambda *_: replies.pop(0)) as stub:
        client = connect(stub.url, point="desk")
        with client.guard("tool", tool="file_draft", arguments=DRAFT) as entry:
            for _ in range(2):
                if refusal is None:
                    entry.check()
                    continue
                with pytest.raises(refusal):
                    entry.check()
    # The very question once more, at the same point, and nobody is asked.
    for method, path, body in stub.requests[1:]:
        assert (method, path.rpartition("/")[2]) == ("POST", "gate?ask=0")
        assert json.loads(body)["point"] == "desk"
        assert json.loads(body)["arguments"] == DRAFT


def approved(world: World, workflow: str, guard: Guard) -> None:
    with pytest.raises(ApprovalRequired), guard:
        pytest.fail("it was entered")
    world.gus.post(f"approvals/{waiting(world, workflow)}/approve").done(200)


def test_whatPeopleApprovedIsLookedAfterAtItsOwnPointAlone(
    shared: World, connect: Connect
) -> None:
    key = f"py-{secrets.token_hex(4)}"
    bounds = [{"name": "copies", "minimum": 1, "maximum": 9}]
    tool = {"name": "file_draft", "access": "write", "needs_approval": True, "arguments": bounds}
    shared.in_part(key, [tool])
    client = connect(shared.server.url, token_for(shared, key), key, point="desk")
    guard = client.guard("tool", tool="file_draft", arguments=DRAFT)
    approved(shared, key, guard)
    with guard as entry:
        for _ in range(2):
            # Its arguments are within their bounds still.
            entry.check()
        assert shared.gus.every("approvals", workflow=key, state="pending") == []
    points = shared.ben.get(f"workflows/{key}/points").done(200)["items"]
    assert [point["name"] for point in points] == ["desk"]


@pytest.mark.parametrize("loses", ["token", "tool"])
def test_whatPeopleApprovedEndsWithTheRightToIt(
    loses: str, shared: World, flow: str, connect: Connect
) -> None:
    asked = {"name": f"client of {flow}", "scopes": SCOPES, "workflow": flow}
    token = shared.admin.post("tokens", asked).done(201)
    client = connect(shared.server.url, token["token"], flow)
    guard = client.guard("tool", tool="file_draft", arguments=DRAFT)
    approved(shared, flow, guard)
    with guard as entry:
        entry.check()
        if loses == "token":
            shared.admin.delete(f"tokens/{token['id']}").done()
        else:
            place = f"workflows/{flow}"
            version = shared.admin.get(place).headers["etag"]
            authority = {"mode": "act", "tools": TOOLS[:1], "delivers": "outside"}
            shared.admin.patch(place, {"authority": authority}, if_match=version).done(200)
        with pytest.raises(Refused if loses == "token" else Denied):
            entry.check()


def test_aPersonWhoDecidesSoonIsWaitedFor(shared: World, flow: str, client: Cordon) -> None:
    guard = client.guard("tool", tool="file_draft", arguments=DRAFT, wait=40)
    deciding = threading.Thread(
        target=lambda: shared.gus.post(f"approvals/{waiting(shared, flow)}/approve").done(200)
    )
    deciding.start()
    with guard:
        pass
    deciding.join(20)
    short = client.guard("tool", tool="file_draft", arguments=DRAFT, wait=0.5)
    with pytest.raises(ApprovalRequired) as required, short:
        pytest.fail("it was entered")
    shared.gus.post(f"approvals/{required.value.id}/reject", {"reason": "Not today."}).done(200)
    with pytest.raises(Denied, match="gus said no: Not today"), guard:
        pytest.fail("it was entered")


def test_aStopEndsTheWaitForAPerson(shared: World, flow: str, client: Cordon) -> None:
    stopping = threading.Thread(target=lambda: (waiting(shared, flow), stop(shared, flow)))
    stopping.start()
    began = time.monotonic()
    guard = client.guard("tool", tool="file_draft", arguments=DRAFT, wait=600)
    with pytest.raises(Stopped) as stopped, guard:
        pytest.fail("it was entered")
    assert time.monotonic() - began < 20 and stopped.value.incident
    stopping.join(20)


def test_editedArgumentsAreTold(shared: World, flow: str, client: Cordon) -> None:
    with pytest.raises(ApprovalRequired), client.guard(
        "tool", tool="file_draft", arguments=DRAFT
    ):
        pytest.fail("it was entered")
    edited = {"arguments": DRAFT | {"text": "Dear Mr Birch"}}
    shared.gus.post(f"approvals/{waiting(shared, flow)}/approve", edited).done(200)
    with pytest.raises(ApprovalRequired) as required, client.guard(
        "tool", tool="file_draft", arguments=DRAFT, wait=600
    ):
        pytest.fail("it was entered")
    assert required.value.arguments == edited["arguments"]
    with client.guard("tool", tool="file_draft", arguments=required.value.arguments):
        pass


def test_whoIsToldToComeAgainAtOncePauses(connect: Connect) -> None:
    """As many are held as may be: the answer comes at once, and still nobody has decided."""
    approval = {"id": "01A", "url": "http://x", "state": "pending", "expires_at": "2026-01-01"}
    said = ALLOW | {"decision": "approval", "reason": "A person has to.", "approval": approval}
    with Stub(lambda *_: (200, {}, said)) as stub:
        guard = connect(stub.url).guard("tool", tool="file_draft", wait=1.5)
        with pytest.raises(ApprovalRequired) as required, guard:
            pytest.fail("it was entered")
    assert required.value.id == "01A"
    assert [path.rpartition("/")[2] for _, path, _ in stub.requests] == [
        "gate?wait=2", "gate?wait=1", "gate",
    ]  # fmt: skip


def test_aStopOfOneToolLeavesTheRestRunning(shared: World, flow: str, client: Cordon) -> None:
    incident = stop(shared, flow, tool="read_ledger")
    with pytest.raises(Stopped) as refused, client.guard("tool", tool="read_ledger"):
        pytest.fail("it was entered")
    assert refused.value.incident == incident
    with client.guard("deliver", target="outside"):
        pass
    stop(shared, flow, outbound=True)
    with pytest.raises(Stopped), client.guard("deliver", target="outside"):
        pytest.fail("it was entered")
    with client.guard("deliver", target="inside"):
        pass


def test_aStopIsNoticedInTheMiddleOfABlock(shared: World, flow: str, client: Cordon) -> None:
    with client.guard("tool", tool="read_ledger") as entry:
        entry.check()
        incident = stop(shared, flow)
        with pytest.raises(Stopped) as refused:
            entry.check()
    assert refused.value.incident == incident


def test_whatRunsLaterThanItIsCalledIsNotDecorated(client: Cordon) -> None:
    def pages() -> Iterator[int]:
        yield 1

    with pytest.raises(TypeError, match="generator"):
        client.guard("generate")(pages)
    with pytest.raises(TypeError, match="with block"):
        client.guard("tool", tool="x", arguments=lambda: {}).__enter__()


def test_whoMayNotAskGetsNoLeave(shared: World, flow: str, connect: Connect) -> None:
    bound = token_for(shared, flow)
    opened: list[str] = []
    for token, key, status in ((TOKEN, flow, 401), (bound, WORKFLOW, 403)):
        url = shared.server.url
        stranger = connect(url, token, key, on_failure="open", on_open=opened.append)
        with pytest.raises(Refused) as refused, stranger.guard("generate"):
            pytest.fail("it was entered")
        assert refused.value.status == status
    assert opened == []


def test_aServerThatIsGoneClosesTheGate(make_server: MakeServer, connect: Connect) -> None:
    world = World.set_up(make_server().start(), "ana")
    world.acting("mortal")
    client = connect(world.server.url, token_for(world, "mortal"), "mortal")
    with client.guard("generate", run="1"):
        pass
    world.server.kill()
    with pytest.raises(GateUnreachable) as refused, client.guard("generate", run="2"):
        pytest.fail("it was entered")
    assert "mortal may not go on" in str(refused.value)


@pytest.mark.parametrize("status", [500, 503])
def test_anErrorOfTheServerClosesTheGate(status: int, connect: Connect) -> None:
    with Stub(lambda *_: (status, {}, {"title": "Busy"})) as stub:
        with pytest.raises(GateUnreachable, match=str(status)):
            connect(stub.url).guard("generate").__enter__()


def test_aStrangersPageIsNoAnswer(connect: Connect) -> None:
    with Stub(lambda *_: (200, {}, b"<p>Sign in to the network.</p>")) as stub:
        with pytest.raises(GateUnreachable, match="not Cordon"):
            connect(stub.url).guard("generate").__enter__()
    with Stub(lambda *_: (200, {}, ALLOW | {"decision": "perhaps"})) as stub:
        with pytest.raises(Denied):
            connect(stub.url, on_failure="open").guard("generate").__enter__()


def test_aServerThatHangsClosesTheGate(connect: Connect) -> None:
    over = threading.Event()

    def hang(*_: Any) -> Reply:
        over.wait(4)
        return 200, {}, ALLOW

    with Stub(hang) as stub:
        with pytest.raises(GateUnreachable, match="timed out"):
            connect(stub.url, timeout=0.1).guard("generate").__enter__()
        over.set()


def test_aConnectionThatTheServerClosedIsReplaced(connect: Connect) -> None:
    body = json.dumps(ALLOW).encode()
    # The stub closes such a connection without a word.
    with Stub(lambda *_: (200, {"content-length": str(len(body))}, body)) as stub:
        client = connect(stub.url)
        for _ in range(3):
            client.guard("generate").__enter__()
        assert asked(stub) == 3


# Leases


def test_anAllowIsReusedForTheSameQuestionOnly(connect: Connect) -> None:
    with Stub(lambda *_: (200, {}, ALLOW | {"lease_ms": 600_000})) as stub:
        client = connect(stub.url)
        guards = [
            client.guard("tool", tool="update_price", arguments={"price": 1, "of": "a"}),
            client.guard("tool", tool="update_price", arguments={"price": 1.0, "of": "a"}),
            client.guard("tool", tool="update_price", arguments={"price": True, "of": "a"}),
            client.guard("tool", tool="read_ledger", arguments={"price": 1, "of": "a"}),
            client.guard("deliver", target="inside"),
            client.guard("deliver"),
            client.guard("generate", run="1"),
            client.guard("generate", run="2"),
        ]
        for guard in guards * 3:
            with guard:
                pass
        assert asked(stub) == len(guards)
        with client.guard("tool", tool="update_price", arguments={"of": "a", "price": 1}):
            pass
        assert asked(stub) == len(guards)


def test_withoutALeaseEachActIsAskedAbout(connect: Connect) -> None:
    with Stub(lambda *_: (200, {}, ALLOW | {"lease_ms": 0})) as stub:
        client = connect(stub.url)
        for _ in range(3):
            with client.guard("decide"):
                pass
        assert asked(stub) == 3


def test_aStopEndsEveryLease(connect: Connect) -> None:
    leased = ALLOW | {"lease_ms": 600_000}
    replies: list[Reply] = [(200, {}, leased), (200, {}, STOPPED), (200, {}, STOPPED)]
    with Stub(lambda *_: replies.pop(0)) as stub:
        client = connect(stub.url)
        client.guard("generate").__enter__()
        for action in ("decide", "generate"):
            with pytest.raises(Stopped):
                client.guard(action).__enter__()


def test_aLeaseCountsFromBeforeTheQuestion(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    takes = 0.0
    monkeypatch.setattr(client_module, "_now", lambda: now)

    def answer(*_: Any) -> Reply:
        nonlocal now
        now += takes
        return 200, {}, ALLOW | {"lease_ms": 1_000}

    with Stub(answer) as stub:
        client = connect(stub.url)
        # The answer was under way for as long as the lease: it is good for this one act.
        takes = 1.0
        client.guard("generate").__enter__()
        assert asked(stub) == 1
        takes = 0.4
        client.guard("generate").__enter__()
        assert asked(stub) == 2
        now += 0.5
        client.guard("generate").__enter__()
        assert asked(stub) == 2
        now += 0.1
        client.guard("generate").__enter__()
        assert asked(stub) == 3


# When nobody answers


def test_theWorkflowSaysWhetherItFailsOpen(shared: World, connect: Connect) -> None:
    key = f"py-{secrets.token_hex(4)}"
    shared.acting(key, gateway={"on_failure": "open"})
    told = shared.admin.post(f"workflows/{key}/gate", {"action": "generate"}).done(200)
    if "on_failure" not in told.json:
        pytest.skip("this server does not say yet how a workflow fails")
    assert told["on_failure"] == "open"
    between = Between(shared, key)
    opened: list[str] = []
    with Stub(between) as stub:
        client = connect(stub.url, between.token, key, on_open=opened.append)
        # Nothing is known yet.
        between.instead = [((503, {}, {"title": "Busy"}), False)]
        with pytest.raises(GateUnreachable), client.guard("decide"):
            pytest.fail("it was entered")
        with client.guard("generate"):
            pass
        between.instead = [((503, {}, {"title": "Busy"}), False)] * 2
        for run in ("1", "2"):
            with client.guard("generate", run=run):
                pass
        assert client.opened == 2
        assert len(opened) == 2 and "503" in opened[0]
        with client.guard("generate", run="3"):
            pass
        assert client.flush(30)
    (record,) = kept(shared, key)
    assert record["kind"] == "note"
    note = record["groups"]["note"]
    passed = note["went_on_without_gate"]
    assert passed["count"] == 2 and "2 times" in note["text"]
    assert passed["first"]["action"] == "generate" and "503" in passed["last"]["reason"]


def test_whatWentOnWithoutTheServerIsCountedAndSomebodyIsAsked(
    server: Server, connect: Connect
) -> None:
    world, key = World.set_up(server, "ben", "uma"), f"py-{secrets.token_hex(4)}"
    world.acting(key, gateway={"on_failure": "open"})
    opened: list[str] = []
    client = connect(world.server.url, token_for(world, key), key, on_open=opened.append)
    with client.guard("generate"):
        pass
    address = world.server.url.removeprefix("http://")
    world.server.kill()
    for run in ("1", "2", "3"):
        with client.guard("generate", run=run):
            pass
    assert client.opened == len(opened) == 3
    world.server.start(address)
    world.reached_again()

    def is_back() -> bool:
        before = client.opened
        # A question of its own, which no lease from before answers.
        with client.guard("generate", run=secrets.token_hex(4)):
            return client.opened == before

    until("the gate answers again", is_back)
    assert client.flush(30)
    shown = world.ben.get(f"workflows/{key}/evidence").done(200)
    (use,) = shown["open_uses"]
    assert (use["kind"], use["count"]) == ("without_gate", 3)
    assert use["first_at"] <= use["last_at"]
    (gap,) = shown["gaps"]
    assert gap["kind"] == "without_gate" and "3 times" in gap["detail"]
    metrics = world.server.api().get("/metrics").text
    assert 'cordon_gate_open_used_total{kind="without_gate"} 3' in metrics
    found = until("an incident is suggested", lambda: world.uma.every("incidents", workflow=key))
    assert len(found) == 1
    told = world.uma.get(f"incidents/{found[0]['number']}").done(200)
    assert "3 times without the gate" in told["what"]
    # What is sent again is not counted again.
    (record,) = kept(world, key)
    body = {"workflow": key, "kind": "note", "key": "once", "note": record["groups"]["note"]}
    for _ in range(2):
        world.admin.post("evidence", {"records": [body]}).done()
    shown = world.ben.get(f"workflows/{key}/evidence").done(200)
    assert [use["count"] for use in shown["open_uses"]] == [6]


@pytest.mark.parametrize(
    "said", [3, {}, {"count": 0}, {"count": "3"}, {"count": 1_000_000_001}, {"count": 1.5}]
)
def test_aCountThatIsNoneIsRefused(said: Any, shared: World, flow: str) -> None:
    api = shared.server.api(token_for(shared, flow))
    record = {"kind": "note", "note": {"went_on_without_gate": said}}
    refused = api.post("evidence", {"records": [record]}).refused("invalid-input", 400)
    assert "from 1 to 1000000000" in refused["detail"]


@pytest.mark.parametrize("on_failure", ["closed", "open"])
def test_beforeTheFirstAnswerTheCallerDecides(on_failure: Any, connect: Connect) -> None:
    with Stub(lambda *_: (503, {}, {})) as stub:
        client = connect(stub.url, on_failure=on_failure)
        if on_failure == "open":
            with pytest.warns(RuntimeWarning, match="some-flow goes on"), client.guard("generate"):
                pass
            assert client.opened == 1
        else:
            with pytest.raises(GateUnreachable), client.guard("generate"):
                pytest.fail("it was entered")
            assert client.opened == 0


def test_theWorkflowsWordOutweighsTheCallers(connect: Connect) -> None:
    replies: list[Reply] = [(200, {}, ALLOW), (503, {}, {})]
    with Stub(lambda *_: replies.pop(0)) as stub:
        client = connect(stub.url, on_failure="open")
        client.guard("generate").__enter__()
        with pytest.raises(GateUnreachable):
            client.guard("generate").__enter__()


def test_aStopThatIsKnownOfHoldsWhoeverIsGone(connect: Connect) -> None:
    allow = ALLOW | {"on_failure": "open"}
    of_the_tool = allow | {"decision": "deny", "incident": "INC-2026-0001", "reason": "Sums."}
    replies: list[Reply] = [
        (200, {}, allow), (200, {}, of_the_tool), (503, {}, {}), (503, {}, {}),
        (200, {}, STOPPED), (503, {}, {}), (200, {}, allow | {"revision": 3}), (503, {}, {}),
    ]  # fmt: skip
    opened: list[str] = []

    def reply(_: str, path: str, *__: Any) -> Reply:
        # What went on unasked is sent as evidence.
        return replies.pop(0) if path.endswith("/gate") else (201, {}, {})

    with Stub(reply) as stub:
        client = connect(stub.url, on_open=opened.append)
        tool = client.guard("tool", tool="x")
        client.guard("generate").__enter__()
        for _ in range(2):
            with pytest.raises(Stopped, match="Sums"):
                tool.__enter__()
        client.guard("generate").__enter__()
        assert len(opened) == 1
        with pytest.raises(Stopped, match="Wrong"):
            client.guard("decide").__enter__()
        with pytest.raises(Stopped, match="Wrong"):
            client.guard("generate").__enter__()
        # It runs again, and what is open then is open.
        client.guard("generate").__enter__()
        client.guard("generate").__enter__()
        assert len(opened) == 2 and replies == []


# The stream


class Stage:
    """A gate with a stream that tells what a test says."""

    def __init__(self) -> None:
        self.acks: list[dict[str, Any]] = []
        self.asked = 0
        self.status = 200
        self.keys: list[str | None] = []
        self.answer: Callable[[], dict[str, Any]] = lambda: ALLOW | {"lease_ms": 600_000}
        # What each connection is told: texts, and None at its end.
        self.streams: queue.Queue[queue.Queue[str | None]] = queue.Queue()
        stage = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                assert self.path == "/api/v1/gate/stream"
                assert self.headers["authorization"] == f"Bearer {TOKEN}"
                told = stage.streams.get(timeout=30)
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                while (text := told.get(timeout=30)) is not None:
                    data = text.encode()
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                self.wfile.write(b"0\r\n\r\n")
                self.close_connection = True

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if self.path.endswith("/ack"):
                    stage.acks.append(body)
                    self.send_response(204)
                    self.end_headers()
                    return
                stage.asked += 1
                stage.keys.append(self.headers["idempotency-key"])
                data = json.dumps(stage.answer()).encode()
                self.send_response(stage.status)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> "Stage":
        self.thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.server.shutdown()
        self.server.server_close()

    def opens(self, revision: int, **more: Any) -> "queue.Queue[str | None]":
        """Lets the next connection in and tells it the state of the workflow."""
        told: queue.Queue[str | None] = queue.Queue()
        snapshot = {"revision": 99, "workflows": [state(7, key="another"), state(revision, **more)]}
        told.put(f"event: snapshot\ndata: {json.dumps(snapshot)}\n\n")
        self.streams.put(told)
        return told

    def confirmed(self, revision: int, times: int = 1) -> None:
        told = f"{revision} is confirmed"
        until(told, lambda: [ack["revision"] for ack in self.acks].count(revision) == times)


def state(
    revision: int, *stops: dict[str, Any], key: str = "some-flow", **more: Any
) -> dict[str, Any]:
    is_stopped = any(stop["scope"] == "workflow" for stop in stops)
    return {
        "key": key, "state": "stopped" if is_stopped else "running", "may_run": not is_stopped,
        "revision": revision, "stops": list(stops), "fallback": FALLBACK if is_stopped else None,
    } | more  # fmt: skip


def change(revision: int, *stops: dict[str, Any], **more: Any) -> str:
    data = json.dumps(state(revision, *stops, **more))
    return f"event: change\nid: {revision}\ndata: {data}\n\n"


HALT = {"scope": "workflow", "reason": "Wrong.", "incident": "INC-2026-0001"}


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as made:
        yield made


def followed(client: Cordon) -> Cordon:
    client.follow()
    until("the stream is followed", lambda: client.is_following)
    return client


def test_aChangeEndsTheLeases(stage: Stage, connect: Connect) -> None:
    told = stage.opens(1)
    client = followed(connect(stage.url, point="the client"))
    stage.confirmed(1)
    assert stage.acks == [{"revision": 1, "point": "the client"}]
    for _ in range(2):
        client.guard("generate").__enter__()
    assert stage.asked == 1
    # What happens to others is no news here.
    told.put(change(8, HALT, key="another"))
    told.put(": keep-alive\n\n")
    told.put(change(2, HALT))
    stage.confirmed(2)
    stage.answer = lambda: STOPPED
    with pytest.raises(Stopped):
        client.guard("generate").__enter__()
    assert stage.asked == 2
    assert [ack["revision"] for ack in stage.acks] == [1, 2]


def test_aCheckKnowsOfAStopWithoutAsking(stage: Stage, connect: Connect) -> None:
    told = stage.opens(1)
    client = followed(connect(stage.url))
    with (
        client.guard("generate") as drafting,
        client.guard("tool", tool="x") as calling,
        client.guard("deliver", target="outside") as sending,
        client.guard("deliver", target="inside") as filing,
    ):
        entries = [drafting, calling, sending, filing]
        for entry in entries:
            entry.check()
        told.put(change(2, HALT | {"scope": "tool", "tool": "x", "reason": "The tool."}))
        stage.confirmed(2)
        with pytest.raises(Stopped, match="The tool"):
            calling.check()
        for entry in (drafting, sending, filing):
            entry.check()
        told.put(change(3, HALT | {"scope": "outbound", "reason": "No mail."}))
        stage.confirmed(3)
        with pytest.raises(Stopped, match="No mail"):
            sending.check()
        for entry in (drafting, calling, filing):
            entry.check()
        told.put(change(4, HALT))
        stage.confirmed(4)
        for entry in entries:
            with pytest.raises(Stopped) as refused:
                entry.check()
            assert refused.value.incident == "INC-2026-0001"
            assert refused.value.fallback and refused.value.fallback.title == FALLBACK["title"]
    assert stage.asked == 4


def test_olderNewsNeverUndoesNewer(stage: Stage, connect: Connect) -> None:
    told = stage.opens(1)
    client = followed(connect(stage.url))
    entry = client.guard("generate").__enter__()
    told.put(change(5, HALT))
    told.put(change(4))
    told.put(None)
    until("the stream has ended", lambda: not client.is_following)
    with pytest.raises(Stopped):
        entry.check()
    assert stage.asked == 1


def test_anAllowFromBeforeTheStopIsNotActedUpon(stage: Stage, connect: Connect) -> None:
    told = stage.opens(3)
    client = followed(connect(stage.url))

    def late() -> dict[str, Any]:
        told.put(change(5, HALT))
        stage.confirmed(5)
        return ALLOW | {"lease_ms": 600_000, "revision": 4}

    stage.answer = late
    with pytest.raises(Stopped), client.guard("generate"):
        pytest.fail("it was entered")


def test_aLostStreamIsFollowedAgain(stage: Stage, connect: Connect) -> None:
    told = stage.opens(1)
    client = followed(connect(stage.url))
    stage.confirmed(1)
    told.put("event: change\ndata: {")
    told.put(None)
    until("the stream has ended", lambda: not client.is_following)
    # As long as nothing is heard, a check asks.
    stage.answer = lambda: ALLOW | {"lease_ms": 0}
    client.guard("generate").__enter__().check()
    assert stage.asked == 2
    told = stage.opens(1)
    until("it is followed again", lambda: client.is_following)
    # Whoever confirmed it to the server before: this one may have forgotten.
    stage.confirmed(1, times=2)
    client.guard("generate").__enter__().check()
    assert stage.asked == 3


def test_aSilentStreamIsLost(
    stage: Stage, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "SILENCE", 0.3)
    told = stage.opens(1)
    client = connect(stage.url)
    client.follow()
    stage.confirmed(1)
    until("nothing is heard", lambda: not client.is_following)
    told.put(None)


def test_newsOfARestartEndsAStop(stage: Stage, connect: Connect) -> None:
    told = stage.opens(1)
    client = followed(connect(stage.url))
    stage.answer = lambda: ALLOW | {"lease_ms": 0}
    guard = client.guard("tool", tool="x")
    entry = guard.__enter__()
    # The answer to another caller came before the stream told of it.
    stage.answer = lambda: STOPPED | {"state": "running", "incident": "INC-2026-0001"}
    with pytest.raises(Stopped):
        guard.__enter__()
    with pytest.raises(Stopped):
        entry.check()
    told.put(change(3))
    stage.confirmed(3)
    entry.check()
    # An answer that was decided before is not acted upon, and not remembered either.
    stage.answer = lambda: STOPPED
    with pytest.raises(Stopped):
        guard.__enter__()
    entry.check()


def test_anAnswerOfARestartEndsAStop(stage: Stage, connect: Connect) -> None:
    told = stage.opens(1)
    client = followed(connect(stage.url))
    told.put(change(5, HALT))
    stage.confirmed(5)
    told.put(None)
    until("the stream has ended", lambda: not client.is_following)
    stage.answer = lambda: ALLOW | {"lease_ms": 0, "revision": 6}
    client.guard("generate").__enter__().check()
    assert stage.asked == 2


def test_aRetiredWorkflowMayNotGoOn(stage: Stage, connect: Connect) -> None:
    told = stage.opens(1)
    client = followed(connect(stage.url))
    entry = client.guard("generate").__enter__()
    told.put(change(2, may_run=False, state="retired"))
    stage.confirmed(2)
    with pytest.raises(Denied, match="It is retired"):
        entry.check()


def test_theStreamTellsHowTheWorkflowFails(stage: Stage, connect: Connect) -> None:
    told = stage.opens(1, on_failure="open")
    opened: list[str] = []
    client = followed(connect(stage.url, on_open=opened.append))
    stage.status = 503
    client.guard("decide").__enter__()
    assert len(opened) == 1
    told.put(change(2, on_failure="closed"))
    stage.confirmed(2)
    with pytest.raises(GateUnreachable):
        client.guard("decide").__enter__()


def test_aStreamThatIsBehindIsNotReliedUpon(stage: Stage, connect: Connect) -> None:
    client = connect(stage.url)
    stage.answer = lambda: ALLOW | {"lease_ms": 0, "revision": 9}
    entry = client.guard("generate").__enter__()
    told = stage.opens(3)
    client.follow()
    stage.confirmed(3)
    assert not client.is_following
    entry.check()
    assert stage.asked == 2
    told.put(change(10))
    until("the stream has caught up", lambda: client.is_following)


def test_closeEndsTheThreads(stage: Stage, connect: Connect) -> None:
    before = set(threading.enumerate())
    stage.opens(1)
    client = followed(connect(stage.url))
    client.record("note", note={"text": "x"})

    def threads() -> list[str]:
        new = set(threading.enumerate()) - before
        return sorted(thread.name for thread in new if "cordon" in thread.name)

    assert threads() == ["cordon-follow", "cordon-send"]
    client.close(0)
    assert threads() == [] and not client.is_following


def test_aStopIsHeardAndConfirmed(shared: World, flow: str, client: Cordon) -> None:
    if shared.ana.post("gate/ack", {"revision": 0, "point": "a try"}).status == 404:
        pytest.skip("this server has no stream yet")
    followed(client)
    with client.guard("generate") as entry:
        entry.check()
        incident = stop(shared, flow)

        def is_confirmed() -> bool:
            points = shared.ben.get(f"workflows/{flow}/points").done(200)["items"]
            revision = client._known.state.get("revision")
            return (client.point, "follower", revision) in [
                (point["name"], point["kind"], point.get("revision")) for point in points
            ] and bool(client._known.state.get("stops"))

        until("the stop is confirmed", is_confirmed)
        assert client.is_following
        with pytest.raises(Stopped) as refused:
            entry.check()
        assert refused.value.incident == incident


# Evidence


def test_whatIsRecordedIsKeptAsItWas(shared: World, flow: str, client: Cordon) -> None:
    asked = {"messages": [{"role": "user", "content": "Wer ist Zoë?"}]}
    client.record(
        "model_exchange", input=asked, output="Nobody.", model="model-7", actor="drafter",
        target="Alder", tools=[{"name": "read_ledger"}], tokens_in=3, status="ok",
        parameters={"temperature": 0.25},
    )  # fmt: skip
    asked["messages"].clear()
    client.record("note", note={"text": "Second."})
    assert client.flush(30)
    first, second = kept(shared, flow)
    assert first["groups"]["input"]["messages"][0]["content"] == "Wer ist Zoë?"
    assert first["groups"]["output"] == {"output": "Nobody."}
    assert first["groups"]["tools"] == {"tools": [{"name": "read_ledger"}]}
    assert first["groups"]["parameters"] == {"temperature": 0.25}
    envelope = first["groups"]["envelope"]
    named = {"model": "model-7", "actor": "drafter", "target": "Alder", "tokens_in": 3}
    assert {name: envelope.get(name) for name in named} == named
    assert envelope["sequence"] == 0 and second["groups"]["envelope"]["sequence"] == 1
    assert envelope["sequence_source"] == second["groups"]["envelope"]["sequence_source"]
    assert (client.evidence.sent, client.evidence.waiting) == (2, 0)


def test_whatCannotBeWrittenIsNotTaken(client: Cordon) -> None:
    for content in (float("nan"), object(), {"text": "\ud800"}):
        with pytest.raises((TypeError, ValueError)):
            client.record("note", note=content)
    with pytest.raises(ValueError, match="more than Cordon takes"):
        client.record("note", note="x" * (16 << 20))
    assert client.evidence.waiting == 0


def test_recordsGoInBatches(shared: World, flow: str, connect: Connect) -> None:
    between = Between(shared, flow)
    between.goes_on.clear()
    with Stub(between) as stub:
        client = connect(stub.url, between.token, flow)
        for number in range(1_100):
            client.record("note", note={"number": number})
        # So large that two do not fit into one request.
        for number in range(2):
            client.record("note", note={"number": 1_100 + number, "text": "x" * (9 << 20)})
        between.goes_on.set()
        assert client.flush(60)
        assert client.evidence.sent == 1_102
    numbers = [record["note"]["number"] for batch in between.batches for record in batch]
    assert numbers == list(range(1_102))
    assert max(map(len, between.batches)) == 512
    assert len(shared.ben.every("evidence", workflow=flow)) == 1_102
    assert dropped(shared, flow) == ""


BUSY: Reply = (503, {"retry-after": "0"}, {"title": "Busy"})
LIMITED: Reply = (429, {"retry-after": "0"}, {"title": "Slowly"})
CUT: Reply = (201, {"content-length": "1000"}, b'{"accepted"')


@pytest.mark.parametrize("reply", [BUSY, LIMITED, CUT], ids=["busy", "limited", "cut"])
def test_whatIsSentAgainIsKeptOnce(
    reply: Reply, shared: World, flow: str, connect: Connect
) -> None:
    between = Between(shared, flow)
    # Once it was kept although the answer says otherwise, once it was not even seen.
    between.instead = [(reply, True), (reply, False)]
    with Stub(between) as stub:
        client = connect(stub.url, between.token, flow)
        client.record("note", note={"text": "Once."})
        assert client.flush(30)
    keys = {record["key"] for batch in between.batches for record in batch}
    assert len(between.batches) == 3 and len(keys) == 1
    assert len(kept(shared, flow)) == 1
    assert client.evidence.trouble is None


def test_aBusyServerIsNotAskedBeforeItsTime(connect: Connect) -> None:
    with Stub(lambda *_: (503, {"retry-after": "3600"}, {"title": "Busy"})) as stub:
        client = connect(stub.url)
        client.record("note", note={"text": "Patience."})
        until("it is held up", lambda: client.evidence.trouble)
        assert not client.flush(1)
        assert asked(stub, "/evidence") == 1
        assert "Busy" in str(client.evidence.trouble)
        assert not client.close(0)


def test_oneWrongRecordDoesNotTakeTheOthersAlong(
    shared: World, flow: str, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    between = Between(shared, flow)
    between.goes_on.clear()
    gossip: Any = "gossip"
    with Stub(between) as stub:
        client = connect(stub.url, between.token, flow)
        for number in range(20):
            client.record(gossip if number == 11 else "note", note={"number": number})
        between.goes_on.set()
        assert client.flush(30)
    numbers = [record["groups"]["note"]["number"] for record in kept(shared, flow)]
    assert numbers == [number for number in range(20) if number != 11]
    assert (client.evidence.sent, client.evidence.refused) == (19, 1)
    assert "A record is lost" in caplog.text
    assert "Number 11 of" in dropped(shared, flow)


def test_aFullQueueRefusesWhatComes(shared: World, flow: str, connect: Connect) -> None:
    between = Between(shared, flow)
    between.goes_on.clear()
    with Stub(between) as stub:
        client = connect(stub.url, between.token, flow, queue_limit=2)
        for number in range(2):
            client.record("note", note={"number": number})
        with pytest.raises(EvidenceFull):
            client.record("note", note={"number": 2})
        between.goes_on.set()
        assert client.flush(30)
        client.record("note", note={"number": 3})
        assert client.flush(30)
    assert [record["groups"]["note"]["number"] for record in kept(shared, flow)] == [0, 1, 3]
    # Whoever called knows, so the server need not.
    assert dropped(shared, flow) == ""


def test_aQueueThatDropsLeavesAGap(
    shared: World, flow: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "WAITING_BYTES", 1_000)
    between = Between(shared, flow)
    between.goes_on.clear()
    with Stub(between) as stub:
        client = connect(stub.url, between.token, flow, queue_limit=3, on_full="drop")
        client.record("note", note={"number": 0})
        # Too many bytes, then too many records.
        client.record("note", note={"number": 1, "text": "x" * 1_000})
        client.record("note", note={"number": 2})
        client.record("note", note={"number": 3})
        client.record("note", note={"number": 4})
        assert client.evidence.dropped == 2
        between.goes_on.set()
        assert client.flush(30)
        client.record("note", note={"number": 5, "text": "x" * 600})
        assert client.flush(30)
    assert [record["groups"]["note"]["number"] for record in kept(shared, flow)] == [0, 2, 3, 5]
    assert "Number 1 of" in dropped(shared, flow)


def test_theCallersKeyNamesARecordOverRuns(shared: World, flow: str, connect: Connect) -> None:
    token = token_for(shared, flow)
    for run in range(2):
        client = connect(shared.server.url, token, flow)
        client.record("note", note={"text": "Before.", "run": run})
        client.record("delivery", delivery={"to": "Alder"}, key="mail-17")
        client.record("note", note={"text": "After.", "run": run})
        assert client.close(30) and client.evidence.refused == 0
    records = kept(shared, flow)
    kinds = [record["kind"] for record in records]
    assert kinds == ["note", "delivery", "note", "note", "note"]
    # A number that came once and not again would look lost.
    assert "sequence" not in records[1]["groups"]["envelope"]
    assert dropped(shared, flow) == ""


PROGRAM = """
import os, sys
from cordon import Cordon, Denied

cordon = Cordon()
with cordon.guard("generate", run="before"):
    cordon.record("note", note={"by": "parent"})
child = os.fork()
with cordon.guard("generate", run=str(child)):
    cordon.record("note", note={"by": "parent" if child else "child"})
# If they shared a connection, one would read what the other was answered.
for number in range(50):
    try:
        with cordon.guard("tool", tool="read_ledger" if child else "wire_money"):
            assert child, "the child was let in"
    except Denied:
        assert not child, "the parent was not let in"
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_aForkedProgramSendsEverythingOnceByItsEnd(
    shared: World, flow: str, tmp_path: Path
) -> None:
    file = tmp_path / "client.token"
    file.write_text(token_for(shared, flow) + "\n")
    environment = clean_environment(
        PYTHONPATH=str(FOLDER), CORDON_SERVER=shared.server.url, CORDON_TOKEN_FILE=str(file),
        CORDON_WORKFLOW=flow,
    )  # fmt: skip
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr.decode()
    by = [record["groups"]["note"]["by"] for record in kept(shared, flow)]
    assert sorted(by) == ["child", "parent", "parent"]
    assert dropped(shared, flow) == ""


# Incidents


def test_aReportBecomesAnIncident(shared: World, flow: str, client: Cordon) -> None:
    report = client.report("It invents prices.", left_company="no", discovered="In review.")
    assert report.containment is None
    read = shared.ben.get(f"incidents/{report.incident}").done(200)
    assert report.receipt.workflow == flow and report.receipt.workflow_state == "running"
    assert report.receipt.reference and report.receipt.received_at and report.receipt.next
    assert "It invents prices." in read.text
    with client.guard("generate"):
        pass
    report = client.report("It goes on.", stop=True)
    assert report.containment in {"stopping", "stopped"}
    with pytest.raises(Stopped) as refused, client.guard("generate"):
        pytest.fail("it was entered")
    assert refused.value.incident == report.incident
    with pytest.raises(Refused) as said:
        client.report("")
    assert (said.value.status, said.value.kind) == (400, "invalid-input")


def test_eachReportHasAKeyOfItsOwn(stage: Stage, connect: Connect) -> None:
    client = connect(stage.url)
    for _ in range(2):
        with pytest.raises(Refused):
            client.report("It invents prices.")
    stage.status = 503
    with pytest.raises(GateUnreachable):
        client.report("It invents prices.")
    assert None not in stage.keys and len(set(stage.keys)) == 3


# Settings


@pytest.mark.parametrize("url", ["http://cordon.example.com", "http://10.0.0.7:8080"])
def test_aTokenIsNotSentInTheClear(url: str, connect: Connect) -> None:
    with pytest.raises(ValueError, match="allow_insecure_http"):
        connect(url)
    connect(url, allow_insecure_http=True)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1", "https://a.example"]
)
def test_loopbackAndHttpsAreFine(url: str, connect: Connect) -> None:
    assert repr(connect(url)) == f"<Cordon of some-flow at {url}>"


@pytest.mark.parametrize("url", ["", "cordon.example.com", "ftp://a.example", "https://a:b@c.d"])
def test_whatIsNoAddressIsRefused(
    url: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CORDON_SERVER", raising=False)
    with pytest.raises(ValueError) as refused:
        connect(url)
    assert "a:b" not in str(refused.value)


def test_theTokenIsShownNowhere(connect: Connect, tmp_path: Path) -> None:
    def shown(error: BaseException) -> str:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        return "".join(told.format())

    with Stub(lambda *_: (401, {}, {"detail": "Nobody knows this token."})) as stub:
        client = connect(stub.url)
        with pytest.raises(Refused) as refused:
            client.guard("generate").__enter__()
        with pytest.raises(Refused) as reported:
            client.report("x")
    with pytest.raises(GateUnreachable) as unreachable:
        connect("http://127.0.0.1:1").guard("generate").__enter__()
    file = tmp_path / "two.token"
    file.write_text(f"{TOKEN}\r\nX-Other: {TOKEN}")
    with pytest.raises(ValueError) as invalid:
        Cordon(stub.url, token_file=file, workflow="some-flow")
    with pytest.raises(ValueError) as twice:
        Cordon(stub.url, token=TOKEN, token_file=file, workflow="some-flow")
    errors = (refused, reported, unreachable, invalid, twice)
    texts = [shown(told.value) for told in errors]
    texts += [repr(client), repr(client._wire), repr(client.evidence), repr(client._known)]
    assert not [text for text in texts if TOKEN[-12:] in text]


def test_whatIsNotSaidComesFromTheEnvironment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "client.token"
    file.write_text(f"{TOKEN}\n")
    for name in ("CORDON_SERVER", "CORDON_TOKEN_FILE", "CORDON_WORKFLOW"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValueError, match="CORDON_TOKEN_FILE"):
        Cordon()
    monkeypatch.setenv("CORDON_TOKEN_FILE", str(file))
    with pytest.raises(ValueError, match="CORDON_SERVER"):
        Cordon()
    monkeypatch.setenv("CORDON_SERVER", "http://localhost:1")
    with pytest.raises(ValueError, match="CORDON_WORKFLOW"):
        Cordon()
    monkeypatch.setenv("CORDON_WORKFLOW", "some-flow")
    with Cordon() as client:
        assert (client.server, client.workflow) == ("http://localhost:1", "some-flow")
    with pytest.raises(ValueError, match="not both"):
        Cordon(token=TOKEN, token_file=file)
