"""Calls that wait for people: at the gate, over REST and at the command line, on both engines."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from api import Answer, Api
from approving import ASKED, PAY, TOOLS, Desk
from cli import Cli
from conftest import MakeServer
from gateway_wire import Line
from gateway_world import House, either
from waiting import until
from world import PASSWORD, World

__all__ = ["either"]

SOON = 2.0


@pytest.fixture
def desk(either: House) -> Desk:
    return Desk.of(either, "asking")


# The gate


def test_aCallIsAskedOnceAndCarriedOutOnce(desk: Desk) -> None:
    told = desk.ask().done(200).json
    assert (told["decision"], told["lease_ms"]) == ("approval", 0)
    assert told["reason"] == "A person has to approve this call of pay."
    approval = told["approval"]
    assert approval["state"] == "pending" and "arguments" not in approval
    assert approval["url"] == f"{desk.flow.url}/approvals/{approval['id']}"
    # Whoever asks again meanwhile, however it is spelled, asks the same.
    again = {"to": "Birch", "amount": 40.0}
    assert desk.asked(again) == approval["id"]
    desk.approve(approval["id"]).done(200)
    allowed = desk.ask(again).done(200).json
    assert (allowed["decision"], allowed["lease_ms"]) == ("allow", 0)
    assert (allowed["approval"]["id"], allowed["approval"]["state"]) == (approval["id"], "used")
    assert desk.state(approval["id"]) == "used"
    assert desk.asked() != approval["id"]


def test_amountsDecideWhoIsAsked(desk: Desk) -> None:
    assert desk.decision({"amount": 10}) == "allow"
    assert desk.shown(desk.asked({"amount": 10.01}))["persons"] == 1
    assert desk.shown(desk.asked({"amount": 500}))["persons"] == 1
    assert desk.shown(desk.asked({"amount": 500.01}))["persons"] == 2
    assert desk.shown(desk.asked({"amount": "5"}))["persons"] == 2


def test_aChangedArgumentIsAnotherQuestion(desk: Desk) -> None:
    id = desk.asked()
    desk.approve(id).done(200)
    others: list[dict[str, Any]] = [
        ASKED | {"amount": 41}, ASKED | {"amount": "40"}, ASKED | {"to": "birch"},
        ASKED | {"note": ""}, {"amount": 40},
    ]  # fmt: skip
    found = {desk.asked(other) for other in others}
    found.add(desk.asked(record="A-7"))
    assert len(found | {id}) == len(others) + 2
    assert desk.decision() == "allow"


def test_ofManyRetriesOneIsAllowed(desk: Desk) -> None:
    desk.approve(desk.asked()).done(200)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: desk.ask().done(200)["decision"], range(8)))
    assert said.count("allow") == 1, said


def test_theStrictFormSaysItByItsStatus(desk: Desk) -> None:
    problem = desk.ask(query="?strict=1").refused("approval-required", 409).json
    assert problem["decision"] == "approval"
    desk.reject(problem["approval"]["id"]).done(200)
    denied = desk.ask(query="?strict=1").refused("outside-authority", 403).json
    assert denied["detail"].endswith("said no: Refund Birch first.")
    assert denied["approval"]["state"] == "rejected"


@pytest.mark.parametrize("wait", ["-1", "46", "x", "1.5", ""])
def test_aWaitIsANumberOfSeconds(wait: str, desk: Desk) -> None:
    desk.ask(query=f"?wait={wait}").refused("invalid-input", 400)
    assert desk.listed() == []


class Held:
    """A call that is held, on a connection of its own."""

    def __init__(self, desk: Desk, query: str = "?wait=45", **more: Any) -> None:
        self.caller = Api(desk.flow.url, desk.gate.token)
        self.desk = Desk(desk.flow, self.caller)
        self.query, self.more = query, more
        self.answer: Answer | None = None
        self.ended = 0.0
        self.thread = threading.Thread(target=self._ask, daemon=True)
        self.thread.start()

    def _ask(self) -> None:
        self.answer = self.desk.ask(query=self.query, **self.more)
        self.ended = time.monotonic()

    def done(self) -> Answer:
        self.thread.join(30)
        assert self.answer is not None, "it is held still"
        return self.answer


def test_aHeldCallIsAnsweredWhenSomebodyDecides(desk: Desk) -> None:
    held = Held(desk)
    (id,) = desk.waiting()
    assert held.answer is None
    desk.approve(id).done(200)
    assert held.done().done(200)["decision"] == "allow"


def test_aYesOnTheOldTermsIsNotUsed(desk: Desk) -> None:
    held = Held(desk)
    (id,) = desk.waiting()
    place, admin = f"workflows/{desk.flow.key}", desk.flow.house.world.admin
    stricter = PAY | {"approval": PAY["approval"] | {"second_above": 10}}
    amended = {"authority": {"mode": "act", "tools": [stricter, *TOOLS[1:]]}}
    admin.patch(place, amended, if_match=admin.get(place).headers["etag"]).done(200)
    # One person says yes while the call is held, and two have to by now.
    desk.approve(id).done(200)
    told = held.done().done(200)
    assert (told["decision"], told["approval"]["state"]) == ("deny", "voided")
    assert "asks for other people, or for more" in told["reason"]
    anew = desk.asked()
    assert anew != id and desk.shown(anew)["persons"] == 2
    # What waits on the old terms is asked of those who have to decide by now, too.
    admin.patch(
        place, {"authority": {"mode": "act", "tools": TOOLS}},
        if_match=admin.get(place).headers["etag"],
    ).done(200)  # fmt: skip
    one = desk.asked({"amount": 41})
    assert desk.shown(one)["persons"] == 1
    admin.patch(place, amended, if_match=admin.get(place).headers["etag"]).done(200)
    assert desk.shown(desk.asked({"amount": 41}))["persons"] == 2
    assert desk.state(one) == "voided"


def test_aHeldCallIsAnsweredWhenItsTimeIsOver(desk: Desk) -> None:
    told = Held(desk, "?wait=1").done().done(200)
    assert (told["decision"], told["approval"]["state"]) == ("approval", "pending")
    desk.approve(told["approval"]["id"]).done(200)
    assert desk.decision() == "allow"


def test_aStopEndsAHeldCallAndVoidsWhatWasAsked(desk: Desk) -> None:
    held = Held(desk, "?wait=45&strict=1")
    (id,) = desk.waiting()
    began = time.monotonic()
    incident = desk.flow.stop()["incident"]
    problem = held.done().refused("workflow-stopped", 423)
    print(f"a held call ended {(held.ended - began) * 1e3:.0f} ms after the stop was sent")
    assert held.ended - began < SOON
    assert (problem["reason"], problem["incident"]) == ("Wrong.", incident)
    shown = desk.shown(id)
    assert shown["state"] == "voided"
    assert shown["ending"] == f"The workflow was stopped ({incident})."
    desk.approve(id).refused("wrong-state", 409)


def test_aHeldCallMeetsTheStopWhereItWasAsked(desk: Desk) -> None:
    held = Held(desk, point="night job")
    desk.waiting()
    desk.flow.stop()
    assert held.done().done(200)["decision"] == "deny"
    shown = desk.flow.house.reader.get(f"workflows/{desk.flow.key}/points").done(200)
    assert [point["name"] for point in shown["items"]] == ["night job"]


def test_nobodyIsAskedWhereTheCallerSaysSo(desk: Desk) -> None:
    for query in ("?ask=0", "?ask=0&wait=45"):
        told = desk.ask(query=query).done(200).json
        assert told["decision"] == "approval" and "approval" not in told
    assert desk.listed() == []
    desk.ask(query="?ask=0&strict=1").refused("approval-required", 409)
    id = desk.asked()
    desk.approve(id).done(200)
    # Nor is a yes used up.
    assert desk.ask(query="?ask=0").done(200)["decision"] == "approval"
    assert desk.state(id) == "approved"
    desk.flow.stop()
    assert desk.ask(query="?ask=0").done(200)["decision"] == "deny"


def test_aYesDoesNotOutliveAStop(desk: Desk) -> None:
    id = desk.asked()
    desk.approve(id).done(200)
    desk.flow.stop()
    assert desk.decision() == "deny"
    assert desk.state(id) == "voided"


def test_whoGoesAwayWhileHeldUsesNothing(desk: Desk) -> None:
    body = json.dumps({"action": "tool", "tool": "pay", "arguments": ASKED}).encode()
    fields = [("authorization", f"Bearer {desk.gate.token}"), ("content-type", "application/json")]
    with Line(desk.flow.url) as line:
        line.ask("POST", f"/api/v1/workflows/{desk.flow.key}/gate?wait=45", fields, body)
        (id,) = desk.waiting()
    desk.approve(id).done(200)
    # What was held would have been looked after five times in this while.
    began = time.monotonic()
    until("a second is over", lambda: time.monotonic() - began > 1)
    assert desk.state(id) == "approved"
    assert desk.decision() == "allow"


def test_aHeldCallDoesNotKeepTheServerFromEnding(either: House) -> None:
    desk = Desk.of(either, "ending")
    held = Held(desk)
    (id,) = desk.waiting()
    began = time.monotonic()
    assert either.server.stop() == 0
    took = time.monotonic() - began
    print(f"the server ended after {took:.1f} s")
    assert took < 15
    assert held.done().done(200)["decision"] == "approval"
    either.restarted()
    desk.gate.url = desk.flow.url
    desk.approve(id).done(200)
    assert desk.decision() == "allow"


def test_aYesOutlivesTheServersDeath(either: House) -> None:
    desk = Desk.of(either, "mortal")
    id = desk.asked()
    desk.approve(id).done(200)
    either.server.kill()
    either.restarted()
    desk.gate.url = desk.flow.url
    assert desk.state(id) == "approved"
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: desk.ask().done(200)["decision"], range(4)))
    assert said.count("allow") == 1, said
    either.server.kill()
    either.restarted()
    desk.gate.url = desk.flow.url
    assert desk.state(id) == "used"
    assert desk.decision() == "approval"


def test_argumentsThatCanBeReadInTwoWaysAreAskedOfNobody(desk: Desk) -> None:
    body = b'{"action":"tool","tool":"pay","arguments":{"amount":40,"amount":4000}}'
    headers = {"content-type": "application/json"}
    path = f"workflows/{desk.flow.key}/gate"
    answer = desk.gate.send("POST", path, data=body, headers=headers)
    answer.refused("invalid-input", 400)
    assert desk.listed() == []


@pytest.mark.parametrize("over", [0, 1])
def test_aDiffIsAsLongAsAPersonReads(over: int, desk: Desk) -> None:
    answer = desk.ask(diff="x" * (65_536 + over))
    if over:
        answer.refused("invalid-input", 400)
    else:
        assert len(desk.shown(answer.done(200)["approval"]["id"])["diff"]) == 65_536


# Who decides


def test_whatIsShownIsWhatWasAsked(desk: Desk) -> None:
    arguments = {
        "customerID": "B-1", "snake_case": {"aB": 1, "Kebab-Case": [None, True]}, "amount": 40,
    }  # fmt: skip
    id = desk.asked(arguments, run="r-1", record="A-7", user="uma", diff="- 1\n+ 2")
    shown = desk.shown(id)
    assert shown["arguments"] == arguments
    assert json.loads(shown["arguments_text"]) == arguments
    facts = {"run": "r-1", "record": "A-7", "user": "uma", "diff": "- 1\n+ 2", "tool": "pay"}
    assert {name: shown[name] for name in facts} == facts
    assert [opening["by"] for opening in shown["openings"]] == ["gus"]
    (item,) = desk.listed()
    assert item["id"] == id and not {"arguments", "diff"} & set(item)
    desk.approve(id).done(200)
    (grant,) = desk.shown(id)["approvals"]
    assert grant["by"] == "gus" and 0 <= grant["read_ms"] <= grant["open_ms"]


def test_noDigitIsLostOnTheWay(desk: Desk) -> None:
    big, fine = "12345678901234567890123", "0.1000000000000000055511151231257827"
    body = '{"action":"tool","tool":"pay","arguments":{"amount":40,"big":%s,"fine":%s}}'
    headers = {"content-type": "application/json"}
    path = f"workflows/{desk.flow.key}/gate"

    def ask(text: str) -> Answer:
        return desk.gate.send("POST", path, data=text.encode(), headers=headers).done(200)

    id = ask(body % (big, fine))["approval"]["id"]
    exactly = '{"amount":40,"big":%s,"fine":%s}' % ("1.2345678901234567890123e+22", fine)
    assert desk.shown(id)["arguments_text"] == exactly
    near = big[:-1] + "4"
    assert ask(body % (near, fine))["approval"]["id"] != id
    desk.approve(id).done(200)
    assert ask(body % (big + ".0", fine))["decision"] == "allow"


def test_editedArgumentsAreToldAndThenUsed(desk: Desk) -> None:
    id = desk.asked()
    headers = {"content-type": "application/json"}
    text = b'{"reason":"Not so much.","arguments":{"to":"Birch","amount":15.0}}'
    desk.gus.send("POST", f"approvals/{id}/approve", data=text, headers=headers).done(200)
    told = desk.ask().done(200)
    assert (told["decision"], told["approval"]["state"]) == ("approval", "approved")
    assert told["approval"]["arguments_text"] == '{"amount":15,"to":"Birch"}'
    # As a program has it that has read and written it again.
    assert desk.decision(told["approval"]["arguments"]) == "allow"
    assert desk.state(id) == "used"


def test_anEditOutsideTheAuthorityIsRefused(either: House) -> None:
    tools = [{
        "name": "pay", "access": "write", "needs_approval": True,
        "arguments": [{"name": "amount", "maximum": 100}],
    }]  # fmt: skip
    flow = either.flow("bounded", tools)
    desk = Desk(flow, Api(flow.url, either.token(flow.key, "gate")))
    id = desk.asked()
    desk.approve(id, arguments={"amount": 101}).refused("outside-authority", 403)
    desk.approve(id, arguments={"amount": 100}).done(200)


def test_twoPeopleAreNeededAboveTheCap(desk: Desk) -> None:
    id = desk.asked({"amount": 900})
    assert desk.approve(id).done(200)["state"] == "pending"
    desk.approve(id).refused("already-signed", 409)
    assert desk.decision({"amount": 900}) == "approval"
    assert desk.approve(id, desk.ben).done(200)["state"] == "approved"
    assert desk.decision({"amount": 900}) == "allow"


def test_nobodySaysYesToWhatAnotherMadeOfIt(desk: Desk) -> None:
    id = desk.asked({"amount": 900})
    read = desk.shown(id)["digest"]
    edited = desk.approve(id, arguments={"amount": 9_000, "to": "gus"}).done(200)
    for body in ({}, {"digest": read}):
        desk.approve(id, desk.ben, **body).refused("wrong-state", 409)
    assert desk.approve(id, desk.ben, digest=edited["digest"]).done(200)["state"] == "approved"


def test_nobodyDecidesOnTheirOwn(either: House, desk: Desk) -> None:
    world = either.world
    asked = {"name": "mine", "scopes": ["gate"], "workflow": desk.flow.key}
    own = world.gus.post("tokens", asked).done(201)["token"]
    mine = Desk(desk.flow, Api(desk.flow.url, own))
    id = mine.asked({"amount": 77})
    desk.approve(id).refused("second-person-required", 409)
    desk.reject(id).refused("second-person-required", 409)
    desk.approve(id, desk.ben).done(200)
    assert mine.decision({"amount": 77}) == "allow"
    for user in ("ben", "Ben"):
        other = desk.asked(user=user, record=user)
        desk.approve(other, desk.ben).refused("second-person-required", 409)
    # Nor does anybody use with their own key what they have said yes to.
    desk.approve(other).done(200)
    assert mine.decision(record="Ben") == "deny"
    assert desk.decision(record="Ben") == "allow"


def test_onlyTheNamedRolesDecide(either: House) -> None:
    desk = Desk.of(either, "legal", approvers=["legal", "executive_sponsor"])
    id = desk.asked()
    desk.approve(id, desk.ben).refused("not-permitted", 403)
    desk.approve(id).done(200)


def test_whoHasNotThePermissionNeitherReadsNorDecides(either: House, desk: Desk) -> None:
    world = either.world
    id = desk.asked()
    for nobody in (world.ana, desk.gate, Api(desk.flow.url, desk.flow.token)):
        nobody.get(f"approvals/{id}").refused("not-permitted", 403)
        nobody.get("approvals").refused("not-permitted", 403)
        desk.approve(id, nobody).refused("not-permitted", 403)
        desk.reject(id, by=nobody).refused("not-permitted", 403)
    # An auditor reads, and that is no reading of somebody who decides.
    shown = world.uma.get(f"approvals/{id}").done(200)
    assert shown["openings"] == []
    desk.approve(id, world.uma).refused("not-permitted", 403)
    desk.approve(id, world.admin).refused("not-permitted", 403)
    desk.approve("01AAAAAAAAAAAAAAAAAAAAAAAA").refused("not-found", 404)
    desk.reject(id, reason="").refused("invalid-input", 400)


def test_termsThatMeanNothingAreRefused(either: House) -> None:
    wrong: list[dict[str, Any]] = [
        {"above": 5}, {"window_minutes": 0}, {"window_minutes": 43_201},
        {"argument": "a", "above": 2, "second_above": 1}, {"approvers": []},
        {"approvers": ["auditor"]},
    ]  # fmt: skip
    tool = {"name": "pay", "access": "write", "needs_approval": True}
    for number, terms in enumerate(wrong):
        authority = {"mode": "act", "tools": [tool | {"approval": terms}]}
        body = {"key": f"wrong-{number}", "name": "Wrong", "function": "sales"}
        either.world.admin.post("workflows", body | {"authority": authority}).refused(
            "invalid-input", 400
        )
    for number, minutes in enumerate([1, 43_200]):
        authority = {"mode": "act", "tools": [tool | {"approval": {"window_minutes": minutes}}]}
        either.world.register(f"window-{either.made}-{number}", authority=authority)


def test_linksBeginWithTheAddressForPeople(make_server: MakeServer) -> None:
    server = make_server(CORDON_PUBLIC_URL="https://cordon.example.com/here").start()
    world = World.set_up(server, "gus")
    world.in_part("linked", TOOLS)
    asked = {"name": "gate", "scopes": ["gate"], "workflow": "linked"}
    gate = server.api(world.admin.post("tokens", asked).done(201)["token"])
    body = {"action": "tool", "tool": "pay", "arguments": ASKED}
    approval = gate.post("workflows/linked/gate", body).done(200)["approval"]
    assert approval["url"] == f"https://cordon.example.com/here/approvals/{approval['id']}"


# The command line


def test_theCommandsDoTheSame(either: House, desk: Desk, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n")
    session = tmp_path / "gus.session"
    Cli(either.server).done(
        "login", "gus", "--password-file", str(password), "--save", str(session)
    )
    cli = Cli(either.server, session)
    assert "No call is pending." in cli.done("approval", "list", "--workflow", desk.flow.key)
    first, second = desk.asked(), desk.asked({"amount": 50}, diff="- 1\n+ 2", user="uma")
    listed = cli.done("approval", "list", "--workflow", desk.flow.key)
    assert first in listed and second in listed and "pay" in listed
    shown = cli.done("approval", "show", second)
    for text in ('Arguments: {"amount":50}', "- 1\n+ 2", "State: pending", "Digest: "):
        assert text in shown, shown
    said = cli.done(
        "approval", "approve", first, "--reason", "Less.",
        "--arguments", '{"amount": 20, "fine": 0.1000000000000000055}',
    )  # fmt: skip
    assert "It may be carried out once, until " in said
    shown = cli.done("approval", "show", first)
    assert '"fine":0.1000000000000000055' in shown and ": Less.\n" in shown
    assert "will not be carried out" in cli.done(
        "approval", "reject", second, "--reason", "Refund Birch first."
    )
    shown = cli.done("approval", "show", second)
    assert "No from gus at " in shown and ": Refund Birch first.\n" in shown
    cli.exits(2, "approval", "reject", second, "--reason", "Again.")
    cli.exits(2, "approval", "approve", first, "--arguments", "[1]")
    assert cli.json("approval", "show", second)["state"] == "rejected"


def test_theLogVerifiesAfterAll(either: House) -> None:
    either.server.stop()
    checked = either.server.fsck()
    assert checked.returncode == 0, checked.stdout + checked.stderr
    either.restarted()
