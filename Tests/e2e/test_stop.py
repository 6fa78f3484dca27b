"""A stop takes effect before its answer arrives, whatever happens next."""

import statistics
import time

import pytest

from callers import Crowd
from conftest import MakeServer
from server import Server
from waiting import until
from world import FALLBACK, World

CALLERS = 64


def stopped_under_load(world: World, stops: int) -> None:
    keys = [f"load-{number}" for number in range(stops)]
    for key in keys:
        world.acting(key)
    # A server that has just started does not know which leases the one before it gave: once a stop
    # is proved, they have run out.
    world.acting("first")
    world.ana.post("workflows/first/stop", {"reason": "Wrong."}).done(201)
    until("it is stopped", lambda: world.ana.get("workflows/first")["state"] == "stopped", 10)
    token = world.admin.post("tokens", {"name": "callers", "scopes": ["gate"]}).done(201)["token"]
    crowd = Crowd(world.server.url, token, CALLERS)
    answered: dict[str, int] = {}
    contained: list[int] = []
    walls: list[float] = []
    try:
        for key in keys:
            crowd.point_at(key)
            asked = time.monotonic_ns()
            stop = world.ana.post(f"workflows/{key}/stop", {"reason": "Wrong."})
            answered[key] = time.monotonic_ns()
            containment = stop.done(201)["containment"]
            assert containment["state"] == "stopped"
            contained.append(containment["time_to_contain_ms"])
            walls.append((answered[key] - asked) / 1e6)
            crowd.wait_for_refusals(key, answered[key])
    finally:
        crowd.end()
    late = [
        call
        for call in crowd.calls
        if call.status == 200 and call.began > answered[call.workflow]
    ]
    assert late == [], f"{len(late)} calls that began after the stop's answer were allowed"
    assert {call.status for call in crowd.calls} == {200, 423}
    for name, values in (("time_to_contain_ms", contained), ("wall time in ms", walls)):
        cuts = statistics.quantiles(values, n=100)
        print(f"{stops} stops, {CALLERS} callers: {name} p50 {cuts[49]:.1f} p99 {cuts[98]:.1f}")


def test_noCallThatBeginsAfterAStopIsAllowed(server: Server) -> None:
    stopped_under_load(World.set_up(server, "ana"), 20)


@pytest.mark.torture
def test_noCallIsAllowedAfterAnyOfAThousandStops(server: Server) -> None:
    stopped_under_load(World.set_up(server, "ana"), 1000)


def test_aStopSurvivesTheServersDeathRightAfterItsAnswer(server: Server) -> None:
    world = World.set_up(server, "ana")
    for number in range(3):
        key = f"mortal-{number}"
        world.acting(key)
        stop = world.ana.post(f"workflows/{key}/stop", {"reason": "Wrong."})
        server.kill()
        incident = stop.done(201)["incident"]
        server.start()
        world.reached_again()
        refused = world.ana.get(f"workflows/{key}/gate").refused("workflow-stopped", 423)
        assert refused["incident"] == incident
        assert refused["fallback"] == FALLBACK
        assert world.ana.get(f"workflows/{key}")["state"] in {"stopping", "stopped"}
        # A server that has just started does not know which leases the one before it gave.
        until("it is stopped", lambda: world.ana.get(f"workflows/{key}")["state"] == "stopped", 10)


def test_aStopIsProvedWhenTheLastLeaseHasRunOut(shared: World) -> None:
    shared.register("leased")
    allowed = shared.ana.get("workflows/leased/gate").done(200)
    assert allowed["lease_ms"] == 1000
    stop = shared.ana.post("workflows/leased/stop", {"reason": "Wrong."}).done(201)
    containment = stop["containment"]
    assert containment["state"] == "stopping"
    assert [target["state"] for target in containment["targets"]] == ["confirmed", "pending"]
    # What was allowed before may go on for its second; nothing new begins.
    shared.ana.get("workflows/leased/gate").refused("workflow-stopped", 423)
    until(
        "the lease runs out",
        lambda: shared.ana.get("workflows/leased")["state"] == "stopped",
        10,
    )
    proved = shared.ana.get("workflows/leased")["containments"][0]
    assert proved["state"] == "stopped"
    assert 0 < proved["time_to_contain_ms"] < 3000
    assert all(target["state"] == "confirmed" for target in proved["targets"])
    number = stop["incident"]
    assert shared.ben.get(f"incidents/{number}")["containments"][0]["proved"] is True


def test_aManualTargetIsConfirmedByName(shared: World) -> None:
    target = {"name": "crm-schedule", "instruction": "Disable the job.", "contact": "frida"}
    shared.acting("manual", manual_targets=[target])
    stop = shared.ana.post("workflows/manual/stop", {"reason": "Wrong."}).done(201)
    containment = stop["containment"]
    assert containment["state"] == "stopping"
    assert containment.get("contained_at") is None
    shared.ana.get("workflows/manual/gate").refused("workflow-stopped", 423)
    place = f"workflows/manual/containments/{containment['id']}/targets"
    proof = {"proof": "The job is disabled: ticket 4711."}
    shared.ana.post(f"{place}/crm-schedule", proof).refused("not-permitted", 403)
    shared.frida.post(f"{place}/gate", proof).refused("invalid-input", 400)
    shared.frida.post(f"{place}/nothing", proof).refused("not-found", 404)
    confirmed = shared.frida.post(f"{place}/crm-schedule", proof)
    assert confirmed.status < 300, confirmed.text
    assert confirmed["state"] == "stopped"
    by_name = {part["name"]: part for part in confirmed["targets"]}
    assert by_name["crm-schedule"]["confirmed_by"] == "frida"
    assert by_name["crm-schedule"]["proof"] == proof["proof"]


def test_aStopOfOneToolLeavesTheRestRunning(shared: World) -> None:
    tools = [{"name": name, "access": "write"} for name in ("post_invoice", "read_ledger")]
    shared.in_part("parts-tool", tools)
    scope = {"reason": "Wrong accounts.", "scope": {"tool": "post_invoice"}}
    stop = shared.ana.post("workflows/parts-tool/stop", scope).done(201)["containment"]
    assert (stop["scope"], stop["tool"], stop["state"]) == ("tool", "post_invoice", "stopped")
    place = "workflows/parts-tool/gate?strict=1"
    call = {"action": "tool", "tool": "post_invoice"}
    shared.frida.post(place, call).refused("workflow-stopped", 423)
    shared.frida.get("workflows/parts-tool/gate", action="tool", tool="post_invoice").refused(
        "workflow-stopped", 423
    )
    shared.frida.post(place, {"action": "tool", "tool": "read_ledger"}).done(200)
    shared.frida.post(place, {"action": "deliver", "target": "outside"}).done(200)
    assert shared.frida.get("workflows/parts-tool")["state"] == "running"


def test_aStopOfWhatGoesOutLeavesTheInsideRunning(shared: World) -> None:
    shared.in_part("parts-outbound", [{"name": "read_ledger", "access": "read"}])
    scope = {"reason": "Hold the mails.", "scope": {"outbound": True}}
    stop = shared.ana.post("workflows/parts-outbound/stop", scope).done(201)["containment"]
    assert (stop["scope"], stop["state"]) == ("outbound", "stopped")
    place = "workflows/parts-outbound/gate?strict=1"
    shared.frida.post(place, {"action": "deliver", "target": "outside"}).refused(
        "workflow-stopped", 423
    )
    # Who the reader is was not said: it may be anybody.
    shared.frida.post(place, {"action": "deliver"}).refused("workflow-stopped", 423)
    shared.frida.post(place, {"action": "deliver", "target": "inside"}).done(200)
    shared.frida.post(place, {"action": "tool", "tool": "read_ledger"}).done(200)
    both = {"reason": "Both.", "scope": {"outbound": True, "tool": "read_ledger"}}
    shared.ana.post("workflows/parts-outbound/stop", both).refused("invalid-input", 400)


def test_aStopTakesTheRelatedWorkflowsAlong(shared: World) -> None:
    shared.acting("kin-one", related=["kin-two", "kin-unborn"])
    shared.acting("kin-two")
    scope = {"reason": "The same data.", "scope": {"related": True}}
    stop = shared.ana.post("workflows/kin-one/stop", scope).done(201)
    assert [related["workflow"] for related in stop["related"]] == ["kin-two"]
    for key in ("kin-one", "kin-two"):
        refused = shared.ana.get(f"workflows/{key}/gate").refused("workflow-stopped", 423)
        assert refused["incident"] == stop["incident"]


def test_aReportStopsInTheSameInstant(shared: World) -> None:
    shared.acting("reported")
    body = {"workflow": "reported", "what": "It invents prices.", "stop": True}
    report = shared.ana.post("reports", body).done(201)
    assert report["containment"]["state"] == "stopped"
    assert report["receipt"]["workflow_state"] == "stopped"
    refused = shared.ana.get("workflows/reported/gate").refused("workflow-stopped", 423)
    assert refused["incident"] == report["incident"]
    # A name that no register knows is still a report; there is nothing to stop.
    unknown = {"workflow": "The thing in the sheet", "what": "Odd sums.", "stop": True}
    report = shared.ana.post("reports", unknown).done(201)
    assert report.json.get("containment") is None
    assert shared.ana.get(f"incidents/{report['incident']}")["unlisted"] == unknown["workflow"]


def test_aStoppedWorkflowCannotBeStartedByAnyOtherWay(make_server: MakeServer) -> None:
    world = World.set_up(make_server("sqlite").start())
    world.in_production()
    place = "workflows/monthly-summaries"
    number = world.ana.post(f"{place}/stop", {"reason": "Wrong."}).done(201)["incident"]
    world.ben.post(f"{place}/production").done()
    world.ben.post(f"incidents/{number}/restart").refused("restart-blocked", 409)
    world.gus.post(f"incidents/{number}/restart").refused("restart-blocked", 409)
    world.gus.post(f"incidents/{number}/close").refused("wrong-state", 409)
    version = world.ben.get(place).headers["etag"]
    world.ben.patch(place, {"purpose": "Another."}, if_match=version).done(200)
    world.server.restart()
    world.reached_again()
    world.ana.get(f"{place}/gate").refused("workflow-stopped", 423)
