"""The worked example over HTTP on both engines: from the first start to a closed incident."""

import pytest

import ledger
from conftest import MakeServer
from server import Server
from waiting import until
from world import ANSWERS, CASE, CAUSE, DESCRIPTION, EVIDENCE_KINDS, FALLBACK, FUNCTION
from world import READINESS, WHAT, WORKFLOW, World, at

PLACE = f"workflows/{WORKFLOW}"


def test_theWorkedExampleRunsFromSetupToClose(server: Server) -> None:
    world = World.set_up(server)
    becomes_production_ready(world)
    keeps_the_gate(world)
    number = is_reported_and_stopped(world)
    is_judged(world, number)
    is_preserved_and_looked_back_on(world, number)
    is_explained_and_corrected(world, number)
    is_restarted_by_two_who_may(world, number)
    is_reviewed_and_closed(world, number)
    the_quarter_says_so(world, number)
    the_log_commits_to_it_all(world)
    assert server.stop() == 0
    checked = server.fsck()
    assert checked.returncode == 0, checked.stdout + checked.stderr


def becomes_production_ready(world: World) -> None:
    server = world.server
    again = {"token": server.setup_token, "login": "eve", "name": "Eve", "password": "x" * 12}
    server.api().post("setup", again).refused("wrong-state", 409)
    server.api().get("workflows").refused("not-signed-in", 401)
    world.ana.post("workflows", {"key": "x2", "name": "X", "function": "f2"}).refused(
        "not-permitted", 403
    )
    bad = {"key": "Not A Slug", "function": FUNCTION, "nmae": "Misspelt"}
    refused = world.admin.post("workflows", bad).refused("invalid-input", 400)
    assert {"/key", "/name", "/nmae"} <= refused.pointers

    world.register(WORKFLOW)
    refused = world.ben.post(f"{PLACE}/production").refused("not-production-ready", 409)
    assert {gap["code"] for gap in refused["gaps"]} == READINESS
    override = {"override": {"reason": "Now.", "expires_at": at(days=-7)}}
    world.ben.post(f"{PLACE}/production", override).refused("not-permitted", 403)

    described = {name: value for name, value in DESCRIPTION.items() if name != "name"}
    world.ben.patch(PLACE, described).refused("precondition-required", 428)
    version = world.ben.get(PLACE).headers["etag"]
    amended = world.ben.patch(PLACE, described, if_match=version).done(200)
    assert amended.headers["etag"] != version
    world.ben.patch(PLACE, described, if_match=version).refused("version-conflict", 412)
    gaps = world.ben.post(f"{PLACE}/production").refused("not-production-ready", 409)["gaps"]
    assert {gap["code"] for gap in gaps} == {"rehearsal", "stop_tested"}

    world.ben.post(f"{PLACE}/rehearsals", {"on": at(days=-1)}).refused("invalid-input", 400)
    world.ben.post(f"{PLACE}/rehearsals", {"on": at(days=20)}).done(200)
    world.ben.post(f"{PLACE}/stop-tests").done(200)
    assert world.ben.post(f"{PLACE}/production").done(200)["state"] == "running"


def keeps_the_gate(world: World) -> None:
    place = f"{PLACE}/gate"
    assert world.frida.get(place).done(200)["decision"] == "allow"
    world.frida.get("workflows/no-such/gate").refused("not-found", 404)
    unknown = {"action": "tool", "tool": "delete_customer"}
    assert world.frida.post(place, unknown).done(200)["decision"] == "deny"
    world.frida.post(f"{place}?strict=1", unknown).refused("outside-authority", 403)
    far = {"action": "tool", "tool": "set_reminder", "arguments": {"days": 31}}
    world.frida.post(f"{place}?strict=1", far).refused("outside-authority", 403)
    near = {"action": "tool", "tool": "set_reminder", "arguments": {"days": 30}}
    assert world.frida.post(f"{place}?strict=1", near).done(200)["decision"] == "allow"
    outside = {"action": "deliver", "target": "outside"}
    world.frida.post(f"{place}?strict=1", outside).refused("outside-authority", 403)
    filing = {"action": "tool", "tool": "file_draft"}
    assert world.frida.post(place, filing).done(200)["decision"] == "approval"
    world.frida.post(f"{place}?strict=1", filing).refused("approval-required", 409)


def is_reported_and_stopped(world: World) -> str:
    body = {
        "workflow": WORKFLOW,
        "what": WHAT,
        "left_company": "no",
        "stop": True,
        "contact": "ana@example.org",
        "discovered": "In review, before it was sent.",
        "occurred_at": at(hours=3),
        "detected_at": at(hours=1),
    }
    report = world.ana.post("reports", body, idempotency_key="ana-1").done(201)
    replayed = world.ana.post("reports", body, idempotency_key="ana-1").done(201)
    assert replayed.headers["idempotent-replayed"] == "true"
    assert replayed.json == report.json
    other = body | {"what": "Something else."}
    world.ana.post("reports", other, idempotency_key="ana-1").refused("idempotency-mismatch", 422)

    number: str = report["incident"]
    assert report["receipt"]["reference"] == number
    assert report["containment"]["incident"] == number
    stopped = world.frida.get(f"{PLACE}/gate").refused("workflow-stopped", 423)
    assert stopped["fallback"] == FALLBACK
    assert stopped["incident"] == number
    strict = world.frida.post(f"{PLACE}/gate?strict=1", {"action": "generate"})
    assert strict.refused("workflow-stopped", 423)["decision"] == "deny"
    plain = world.frida.post(f"{PLACE}/gate", {"action": "generate"}).done(200)
    assert (plain["decision"], plain["fallback"]) == ("deny", FALLBACK)
    world.ben.post(f"{PLACE}/stop-tests").refused("wrong-state", 409)
    again = world.lena.post(f"{PLACE}/stop", {"reason": "Me too."}).done(201)
    assert again["incident"] == number
    return number


def is_judged(world: World, number: str) -> None:
    place = f"incidents/{number}"
    assert world.ana.get(place).done(200)["number"] == number
    world.admin.post(f"{place}/triage", {"kind": "near_miss", "reason": "No."}).refused(
        "not-permitted", 403
    )
    blocked = world.ben.post(f"{place}/restart").refused("restart-blocked", 409)
    assert {"triage", "provisional", "signature", "assess"} <= set(blocked.codes)
    assert {"triage", "signature"} <= {
        blocker["code"] for blocker in world.ben.get(f"{place}/restart")["blockers"]
    }
    empty = world.ben.get(place)
    assert empty["provisional"] is True
    assert empty["floor"]["open_questions"] == [2, 3, 4, 5, 6, 7]

    near_miss = {"kind": "near_miss", "reason": "Seen before it was sent."}
    world.ben.post(f"{place}/triage", near_miss).done(201)
    world.ben.post(f"{place}/assessment", {"answers": {"9": "yes"}}).refused("invalid-input", 400)
    judged = world.ben.post(
        f"{place}/assessment",
        {"answers": ANSWERS, "type": "data_exposure", "potential_level": 3},
    ).done(201)
    assert (judged["level"], judged["provisional"], judged["kind"]) == (2, False, "near_miss")
    assert judged["floor"]["confirmed"] == 2
    lower = {"lowering": {"level": 1, "reason": "It was only a draft."}}
    assert "floor" in world.ben.post(f"{place}/assessment", lower).refused("below-floor", 409).codes
    declined = {"kind": "declined", "reason": "Nothing happened."}
    world.ben.post(f"{place}/triage", declined).refused("below-floor", 409)

    raised = world.frida.post(f"{place}/assessment", {"level": 3, "reason": "To be safe."})
    assert raised.done(201)["level"] == 3
    world.ben.post(f"{place}/assessment", {"level": 2}).refused("second-person-required", 409)
    lower = {"lowering": {"level": 2, "reason": "Nothing has left the company."}}
    world.ben.post(f"{place}/assessment", lower).done(201)
    confirm = {"confirm_lowering": True}
    world.ben.post(f"{place}/assessment", confirm).refused("second-person-required", 409)
    assert world.dev.post(f"{place}/assessment", confirm).done(201)["level"] == 2

    world.ben.post(
        f"{place}/impact",
        {
            "description": "A draft, read by one person and thrown away.",
            "acted_upon": "no",
            "reversible": "yes",
            "left_company": "no",
            "functions": [FUNCTION, "security"],
        },
    ).done(201)
    early = {"moment": "detected", "time": at(days=9), "source": "A guess."}
    refused = world.ben.post(f"{place}/times", early).refused("invalid-input", 400)
    assert refused.pointers == {"/time"}


def is_preserved_and_looked_back_on(world: World, number: str) -> None:
    place = f"incidents/{number}"
    world.ben.post(
        f"{place}/fallback",
        {"activated": True, "note": "By hand since noon.", "told": ["the account managers"]},
    ).done(201)
    for kind in EVIDENCE_KINDS:
        world.frida.post(
            f"{place}/evidence", {"kind": kind, "name": f"The {kind}", "text": f"{kind}: Alder"}
        ).done(201)
    log = b"\x00\x01 retrieved: alder, birch\n"
    kept = world.frida.send(
        "POST",
        f"{place}/evidence",
        params={"kind": "log", "name": "retrieval.log"},
        data=log,
        headers={"content-type": "application/octet-stream"},
    ).done(201)
    fetched = world.uma.get(f"{place}/evidence/{kept['id']}").done(200)
    assert fetched.response.content == log
    assert fetched.headers["x-content-sha256"] == kept["sha256"]
    world.frida.send(
        "POST", f"{place}/evidence", data=b"x", headers={"content-type": "video/mp4"}
    ).refused("unsupported-media-type", 415)
    world.frida.post(f"{place}/gaps", {"kind": "approval", "why": "Nobody had to approve."}).done()
    world.ben.post(
        f"{place}/notifications",
        {"duty": "The contract with Birch", "decision": "does_not_apply", "reason": "Not sent."},
    ).done(201)

    window = {
        "from": at(days=30),
        "to": at(seconds=1),
        "population": "All summaries of the window.",
        "population_count": 212,
        "method": "all",
    }
    short = world.ben.post(f"{place}/lookbacks", window).refused("invalid-input", 400)
    assert short.pointers == {"/shorter_because"}
    window["from"] = at(days=60, minutes=1)
    lookback = world.ben.post(f"{place}/lookbacks", window).done(201)["lookbacks"][0]["id"]
    finding = {"reference": "Summary 2026-03 Cedar", "verdict": "unclear"}
    world.ben.post(f"{place}/lookbacks/{lookback}/findings", finding).done(201)
    finding["verdict"] = "unaffected"
    world.ben.post(f"{place}/lookbacks/{lookback}/findings", finding).done(201)
    conclusion = {"examined": 211, "conclusion": "No other customer is named."}
    world.ben.post(f"{place}/lookbacks/{lookback}/conclusion", conclusion).refused(
        "invalid-input", 400
    )
    conclusion["examined"] = 212
    world.ben.post(f"{place}/lookbacks/{lookback}/conclusion", conclusion).done(201)


def is_explained_and_corrected(world: World, number: str) -> None:
    place = f"incidents/{number}"
    model = CAUSE | {"failure_class": "model"}
    blamed = world.ben.post(f"{place}/cause", model).refused("invalid-input", 400)
    assert blamed.pointers == {
        f"/considered/{subject}" for subject in ("permissions", "retrieval", "data", "review")
    }
    world.ben.post(f"{place}/cause", CAUSE).done(201)
    affected = {"kind": "output", "reference": "Draft Alder", "description": "It names Birch."}
    record = world.ben.post(f"{place}/affected", affected).done(201)["affected"][0]["id"]
    corrected = {"correction": "Thrown away and written by hand."}
    world.ben.post(f"{place}/affected/{record}/correction", corrected).done(201)
    # The owner and the leader both mend something themselves: they cannot sign as the only two.
    mended = [
        (world.ben, "Retrieval by account", "retrieval", "retrieval_scope"),
        (world.dev, "A permission test after every update", "process", "change_control"),
    ]
    for caller, title, kind, control in mended:
        action = {
            "title": title, "kind": kind, "control": control, "owner": "frida",
            "due_at": at(days=-7),
        }  # fmt: skip
        added = caller.post(f"{place}/actions", action).done(201)["actions"][-1]["id"]
        caller.post(f"{place}/actions/{added}/done", {"evidence": "Merged."}).done(201)
    world.frida.post(f"{place}/evaluations", {"cases": [CASE]}).done(201)
    passing = {
        "version": "14.2",
        "subject": "fixed",
        "results": [{"key": CASE["key"], "passed": True, "runs": 20}],
    }
    world.frida.post(f"{place}/evaluations", passing).done(201)
    # The last allow that was given before the stop runs out a second later.
    until(
        "the stop is proved",
        lambda: all(one["proved"] for one in world.ben.get(place)["containments"]),
        10,
    )
    blocked = world.ben.get(f"{place}/restart")
    assert {blocker["step"] for blocker in blocked["blockers"]} == {9, 10}
    junit = (
        '<testsuite><testcase classname="" name="cross-customer-name">'
        '<failure message="names Birch"/></testcase></testsuite>'
    )
    failed = world.frida.send(
        "POST",
        f"{place}/evaluations",
        params={"version": "14.1", "subject": "failed"},
        data=junit,
        headers={"content-type": "application/xml"},
    ).done(201)
    assert failed["runs"][-1]["failed"] == 1


def is_restarted_by_two_who_may(world: World, number: str) -> None:
    place = f"incidents/{number}"
    state = world.ben.get(f"{place}/restart")
    assert {blocker["code"] for blocker in state["blockers"]} == {"signature"}
    assert [need["any_of"] for need in state["required_signatures"]] == [
        ["owner"], ["functional_leader"],
    ]  # fmt: skip
    seen = state["evidence_hash"]
    leader = {"role": "functional_leader", "evidence_hash": seen}
    owner = {"role": "owner", "evidence_hash": seen, "statement": "I have read it."}
    world.admin.post(f"{place}/signatures", owner).refused("not-permitted", 403)
    world.gus.post(f"{place}/signatures", owner).refused("not-permitted", 403)
    world.ben.post(f"{place}/signatures", owner | {"evidence_hash": "0" * 64}).refused(
        "signature-void", 409
    )
    world.ben.post(f"{place}/signatures", owner).done(201)
    world.ben.post(f"{place}/signatures", owner).refused("already-signed", 409)
    world.dev.post(f"{place}/signatures", leader).refused("fixer-cannot-sign-alone", 409)
    # Evidence that comes later voids what was signed before it.
    world.frida.post(f"{place}/gaps", {"kind": "delivery", "why": "It was not sent."}).done(201)
    assert world.ben.get(place)["signatures"][0]["valid"] is False
    world.edda.post(f"{place}/signatures", leader).refused("signature-void", 409)
    seen = world.ben.get(f"{place}/restart")["evidence_hash"]
    world.edda.post(f"{place}/signatures", leader | {"evidence_hash": seen}).done(201)
    blocked = world.edda.post(f"{place}/restart").refused("restart-blocked", 409)
    assert blocked.codes == ["signature"]
    world.ben.post(f"{place}/signatures", owner | {"evidence_hash": seen}).done(201)

    refused = world.ben.post(f"{place}/close").refused("wrong-state", 409)
    assert "still_stopped" in refused.codes
    hurried = {"watch_hours": 1}
    world.ben.post(f"{place}/restart", hurried).refused("invalid-input", 400)
    restarted = world.ben.post(
        f"{place}/restart",
        {
            "conditions": "Every draft is reviewed for a week.",
            "watch": [{"kind": "new_report"}, {"kind": "denied_action", "threshold": 3}],
        },
    ).done(201)
    assert restarted["restarted_at"]
    world.ben.post(f"{place}/restart").refused("restart-blocked", 409)
    assert world.ben.get(PLACE)["state"] == "watch"
    assert world.frida.get(f"{PLACE}/gate").done(200)["decision"] == "allow"


def is_reviewed_and_closed(world: World, number: str) -> None:
    place = f"incidents/{number}"
    incomplete = world.ben.post(f"{place}/close").refused("file-incomplete", 409)
    assert {"review", "watch"} <= set(incomplete.codes)
    world.ben.post(
        f"{place}/review",
        {
            "control_change": "Retrieval by account, and a permission test after each update.",
            "updates": [{"kind": "training", "description": "Reviewers look for foreign names."}],
        },
    ).done(201)
    assert world.ben.get(f"{place}/file")["complete"] == 8
    # The watch lasts a week: whoever closes before its end says so by name.
    watching = world.ben.post(f"{place}/close").refused("file-incomplete", 409)
    assert watching.codes == ["watch"]
    world.ben.post(f"{place}/exception", {"reason": "Enough."}).refused("not-permitted", 403)
    world.gus.post(
        f"{place}/skips", {"step": 9, "reason": "No time."}
    ).refused("wrong-state", 409)
    world.gus.post(
        f"{place}/skips", {"step": 11, "reason": "The workflow's own watch goes on."}
    ).done(201)
    closed = world.gus.post(f"{place}/close").done(201)
    assert (closed["state"], closed["file"]["complete"]) == ("closed", 8)
    assert [item["complete"] for item in world.uma.get(f"{place}/file")["items"]] == [True] * 8
    world.ben.post(f"{place}/impact", {}).refused("invalid-input", 400)
    world.ben.post(f"{place}/gaps", {"kind": "log", "why": "Late."}).refused("wrong-state", 409)
    assert [item["number"] for item in world.uma.every("near-misses")] == [number]
    kinds = [item["kind"] for item in world.uma.every(f"{place}/timeline")]
    assert kinds, "the timeline tells it"
    markdown = world.uma.send("GET", f"{place}/file", headers={"accept": "text/markdown"})
    assert markdown.done(200).headers["content-type"].startswith("text/markdown")
    assert number in markdown.text

    policy = world.omar.get("policy")
    body = {"yaml": policy["yaml"].replace("floor: 3", "floor: 7"), "reason": "A slip."}
    world.omar.put("policy", body, if_match=policy.headers["etag"]).refused("policy-invalid", 422)
    world.omar.post("policy/check", {"yaml": "x" * 262_145}).refused("invalid-input", 400)
    world.omar.post("policy/check", {"yaml": "x" * (6 << 20)}).refused("too-large", 413)
    body = {"yaml": policy["yaml"].replace("lookback_days: 60", "lookback_days: 90")}
    world.omar.put("policy", body).refused("precondition-required", 428)
    imported = world.omar.put("policy", body, if_match=policy.headers["etag"]).done(200)
    assert imported["version"] == policy["version"] + 1
    world.omar.put("policy", body, if_match=policy.headers["etag"]).refused("version-conflict", 412)
    assert world.ben.get(place)["policy_version"] == policy["version"]


def the_quarter_says_so(world: World, number: str) -> None:
    incident = world.uma.get(f"incidents/{number}").done(200)
    year, month = (int(part) for part in incident["reported_at"].split("-")[:2])
    quarter = f"{year}-Q{(month + 2) // 3}"
    review = world.uma.get(f"reviews/{quarter}").done(200)
    names = {"incident": "incidents", "near_miss": "near_misses"}
    assert review[names[incident["kind"]]] == 1 and review["quality_issues"] == 0
    assert [(one["level"], one["count"]) for one in review["levels"]] == [(incident["level"], 1)]
    assert review["time_to_contain"]["count"] == 1 and review["is_whole"]
    assert review["causes"] and {one["count"] for one in review["causes"]} == {1}
    assert (review["open_actions"], review["overrides"]) == (0, [])
    # A program is quick: the stop may have lasted less than a second.
    assert {one["workflow"] for one in review["stopped"]} <= {WORKFLOW}
    assert len(review["quarters"]) == 8 and review["quarters"][-1]["quarter"] == quarter
    earlier = world.uma.get(f"reviews/{year - 1}-Q1").done(200)
    assert earlier["incidents"] == 0 and earlier["is_over"]
    assert "time_to_contain" not in earlier.json
    for unknown in (f"{year + 1}-Q1", "2026", "2026-Q5", "2026-Q0", "x"):
        world.uma.get(f"reviews/{unknown}").refused("not-found", 404)
    world.ana.get(f"reviews/{quarter}").refused("not-permitted", 403)


def the_log_commits_to_it_all(world: World) -> None:
    key = world.server.api().get("/ledger/key").done(200).text
    checkpoint = ledger.opened(world.uma.get("/ledger/checkpoint").done(200).text, key)
    items = world.uma.every("journal", limit=50)
    assert [item["index"] for item in items] == list(range(len(items)))
    assert checkpoint.size == len(items)
    leaves = [bytes.fromhex(item["leaf"]) for item in items]
    assert ledger.root(leaves) == checkpoint.root


@pytest.mark.parametrize("engine", ["sqlite"])
def test_aWatchedWorkflowStopsItselfAtANewReport(engine: str, make_server: MakeServer) -> None:
    world = World.set_up(make_server(engine).start())
    becomes_production_ready(world)
    number = is_reported_and_stopped(world)
    is_judged(world, number)
    is_preserved_and_looked_back_on(world, number)
    is_explained_and_corrected(world, number)
    is_restarted_by_two_who_may(world, number)
    world.ana.post("reports", {"workflow": WORKFLOW, "what": "Again.", "stop": False}).done(201)
    assert world.ben.get(PLACE)["state"] in {"stopping", "stopped"}
    world.frida.get(f"{PLACE}/gate").refused("workflow-stopped", 423)
    assert world.ben.get(f"incidents/{number}")["signatures"][-1]["valid"] is False
