"""The evidence side by commands alone, with the exit codes that scripts rely on."""

import base64
import hashlib
import json
import os
import pty
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import ledger
from cli import Cli
from conftest import MakeServer
from server import Server, clean_environment
from stub import Reply, Stub
from test_evidence_http import Names, exchange, send, token
from waiting import until
from world import WHAT, World, at

DONE, INPUT, DIVERGES, INVALID, REFUSED, NOT_PERMITTED = 0, 2, 3, 4, 5, 6
UNREACHABLE, INTERRUPTED = 69, 130
ABSENT = "01JX3M8Q6ZK4T5V6W7X8Y9Z0AB"
WHY = ("--basis", "GDPR, article 17", "--reason", "Asked for.")
Record = dict[str, Any]


@dataclass
class Desk:
    """Everybody at their own terminal, each with a token file."""

    world: World
    place: Path

    def __getattr__(self, login: str) -> Cli:
        world = self.__dict__["world"]
        if login != "admin" and login not in world.people:
            raise AttributeError(login)
        caller = world.admin if login == "admin" else world.people[login]
        return self.holding(login, caller.token)

    def holding(self, name: str, secret: str) -> Cli:
        return Cli(self.world.server, Path(self.file(f"{name}.token", secret + "\n")))

    def file(self, name: str, text: str) -> str:
        path = self.place / name
        path.write_text(text)
        return str(path)

    def lines(self, name: str, *records: Record) -> str:
        return self.file(name, "".join(json.dumps(record) + "\n" for record in records))


@pytest.fixture
def desk(shared: World, tmp_path: Path) -> Desk:
    return Desk(shared, tmp_path)


@pytest.fixture
def flow() -> str:
    """A workflow's key that nobody has used before."""
    return Names.next("desk-")


# Sending


def test_aFileIsSentInBatchesAndOnceOnly(desk: Desk, flow: str) -> None:
    records = [exchange(None, f"Number {number}.", key=str(number)) for number in range(1030)]
    file = desk.lines("records.ndjson", *records)
    said = desk.admin.done("evidence", "send", file, "--workflow", flow)
    assert "Kept 1030 records, at places" in said
    sent = desk.admin.json("evidence", "send", file, "--workflow", flow)
    assert (sent["accepted"], sent["duplicates"], len(sent["records"])) == (0, 1030, 1030)
    assert desk.world.ben.get(f"workflows/{flow}/evidence").done()["records"] == 1030


@pytest.mark.parametrize("form", ["one", "list", "object", "lines", "piped"])
def test_aFileMayHaveAnyOfItsForms(form: str, desk: Desk, flow: str) -> None:
    records = [exchange(flow, "First."), exchange(flow, "Second.", workflow=flow)]
    if form == "one":
        records = records[:1]
    text = {
        "one": json.dumps(records[0], indent=2),
        "list": json.dumps(records, indent=2),
        "object": json.dumps({"records": records}, indent=2),
        "lines": "\n\n".join(json.dumps(record) for record in records),
        "piped": "\n".join(json.dumps(record) for record in records),
    }[form]
    if form == "piped":
        desk.admin.done("evidence", "send", "-", "--ndjson", text=text)
    else:
        file = desk.file("records.jsonl" if form == "lines" else "records.json", text)
        desk.admin.done("evidence", "send", file, "--workflow", "not-this-one")
    assert desk.world.ben.get(f"workflows/{flow}/evidence").done()["records"] == len(records)


def test_contentIsSentAsItWasWritten(desk: Desk, flow: str) -> None:
    line = '{ "kind":"note", "note":{"b":1.10,"a":12345678901234567890} }'
    sent = desk.admin.exits(
        DONE, "evidence", "send", "-", "--ndjson", "--workflow", flow, "--json", text=line
    )
    (receipt,) = json.loads(sent.stdout)["records"]
    again = '{"workflow":"%s","kind":"note","note":{"b":1.10,"a":12345678901234567890}}' % flow
    direct = desk.world.admin.send(
        "POST",
        "evidence",
        data=again,
        headers={"content-type": "application/x-ndjson"},
    ).done(201)
    assert direct["records"] == [receipt | {"duplicate": True}]


def test_whatCannotBeSentIsNamed(desk: Desk, flow: str) -> None:
    good = json.dumps(exchange(flow))
    file = desk.file("cut.ndjson", f"{good}\n\n{good[:-2]}\n")
    refused = desk.admin.exits(INPUT, "evidence", "send", file)
    assert "cut.ndjson, line 3 " in refused.stderr and refused.stdout == ""
    assert len(refused.stderr.strip().splitlines()) == 1
    refused = desk.admin.exits(INPUT, "evidence", "send", desk.file("two.json", f"{good}\n{good}"))
    assert "--ndjson" in refused.stderr
    desk.admin.exits(INPUT, "evidence", "send", desk.file("empty.ndjson", "\n\n"))
    desk.admin.exits(INPUT, "evidence", "send", desk.file("seven.json", "7"))
    desk.admin.exits(INPUT, "evidence", "send", str(desk.place / "absent.json"))
    many = [exchange(flow, str(number)) for number in range(600)]
    file = desk.lines("wrong.ndjson", *many, exchange(flow, kind="gossip"))
    refused = desk.admin.exits(INPUT, "evidence", "send", file)
    assert "Kept 512 records" in refused.stderr and "lines 513 to 601" in refused.stderr
    assert "/records/88/kind" in refused.stderr
    file = desk.lines("good.ndjson", exchange(flow))
    desk.ana.exits(NOT_PERMITTED, "evidence", "send", file)
    Cli(desk.world.server).exits(NOT_PERMITTED, "evidence", "send", file)
    desk.admin.exits(UNREACHABLE, "evidence", "send", file, url="http://127.0.0.1:1")


def test_aBusyServerIsAskedAgain(desk: Desk) -> None:
    def reply(method: str, path: str, body: bytes, number: int) -> Reply:
        if number in (1, 2):
            busy = {"type": "/problems/overloaded", "status": 503, "detail": "Busy."}
            return 503, {"retry-after": "1"}, busy
        record = {"id": ABSENT, "index": 7, "duplicate": False}
        return 201, {}, {"accepted": 1, "duplicates": 0, "records": [record]}

    with Stub(reply) as stub:
        file = desk.lines("one.ndjson", exchange("busy"))
        ran = desk.admin.exits(DONE, "evidence", "send", file, url=stub.url)
        assert ran.stdout == "Kept 1 record, at places 7 to 7 of the log.\n"
        assert ran.stderr == ""
        assert len(stub.requests) == 3
        assert len({body for _, _, body in stub.requests}) == 1


# Reading


def test_recordsAreListedAndShown(desk: Desk, flow: str) -> None:
    first = exchange(flow, "Dear Müller,\nhello.", model="m-1", actor="agent-1", at=at(hours=2))
    first["tools"] = [{"name": "read_notes", "arguments": {"customer": 7}}]
    second = exchange(flow, "Dear reader.", model="m-2", at=at(hours=1))
    ids = [record["id"] for record in send(desk.world.admin, first, second).done(201)["records"]]
    said = desk.ben.done("evidence", "list", "--workflow", flow)
    lines = said.splitlines()
    assert lines[0].split() == ["INDEX", "TIME", "KIND", "WORKFLOW", "ID", "WHAT"]
    assert ids[1] in lines[1] and ids[0] in lines[2]
    assert lines[-1].startswith("Looked at places 0 to ") and lines[-1].endswith(".")
    for options, wanted in [
        (("--query", "MÜLLER"), ids[:1]), (("--model", "m-2"), ids[1:]),
        (("--actor", "agent-1"), ids[:1]), (("--kind", "note"), []), (("--target", "x"), []),
        (("--from", at(minutes=90)), ids[1:]), (("--to", at(minutes=90)), ids[:1]),
        (("--query", "what happened"), []), (("--query", "what happened", "--all"), ids[::-1]),
    ]:  # fmt: skip
        found = desk.ben.json("evidence", "list", "--workflow", flow, *options)
        assert [item["id"] for item in found["items"]] == wanted, options
    page = desk.ben.done("evidence", "list", "--workflow", flow, "--limit", "1")
    assert "--after" in page and "was not looked at yet" in page.splitlines()[-1]
    none = desk.ben.done("evidence", "list", "--workflow", flow, "--query", "Nobody")
    assert none.startswith("Nothing was found.")
    shown = desk.ben.done("evidence", "show", ids[0])
    for text in [ids[0], "model m-1", "leaf ", "user\n  What happened?", "read_notes",
                 "assistant\n  Dear Müller,\n  hello.", '"customer":7']:  # fmt: skip
        assert text in shown, text
    raw = json.loads(desk.ben.done("evidence", "show", ids[0], "--raw"))
    assert raw["tools"]["tools"] == first["tools"] and raw["envelope"]["model"] == "m-1"
    assert desk.ben.json("evidence", "show", ids[0])["proof"]["index"] >= 0
    desk.ben.exits(INPUT, "evidence", "show", ABSENT)
    desk.ben.exits(INPUT, "evidence", "list", "--query", "x")
    desk.ben.exits(INPUT, "evidence", "list", "--all")
    desk.ben.exits(INPUT, "evidence", "list", "--kind", "gossip")
    desk.ben.exits(INPUT, "evidence", "list", "--from", "May")
    desk.ana.exits(NOT_PERMITTED, "evidence", "list")
    desk.ana.exits(NOT_PERMITTED, "evidence", "show", ids[0])


def test_whatAStrangerWroteDoesNotSteerATerminal(desk: Desk, flow: str) -> None:
    (receipt,) = send(desk.world.admin, exchange(flow, "a\x1b[2Jb\x07")).done(201)["records"]
    shown = desk.ben.done("evidence", "show", receipt["id"])
    assert "\x1b" not in shown and "\x07" not in shown and "[2Jb" in shown


def test_gapsAndStrangersAreListed(desk: Desk, flow: str) -> None:
    counted = [exchange(flow, str(n), sequence={"source": "a", "number": n}) for n in (1, 4)]
    send(desk.world.admin, *counted).done(201)
    assert flow in desk.ben.done("evidence", "shadow")
    assert flow in {item["workflow"] for item in desk.ben.json("evidence", "shadow")["items"]}
    said = desk.ben.done("evidence", "gaps", flow)
    assert "2 records" in said and "(not registered)" in said
    assert "dropped" in said and "2 to 3" in said
    assert flow in desk.ben.done("evidence", "gaps")
    desk.ben.exits(INPUT, "evidence", "gaps", "never-seen")
    desk.ana.exits(NOT_PERMITTED, "evidence", "gaps")
    desk.ana.exits(NOT_PERMITTED, "evidence", "shadow")


# Keeping


def test_holdsAreLetGoByTwoPeople(desk: Desk, flow: str) -> None:
    place = ("hold", "place", flow, "--reason", "A claim.")
    assert f"{flow} is held" in desk.lena.done(*place, "--from", "2026-04-01")
    (hold,) = desk.ben.json("hold", "list", "--workflow", flow)["items"]
    assert hold["from"] == "2026-04-01T00:00:00.000Z"
    assert hold["id"] in desk.ben.done("hold", "list", "--workflow", flow)
    release = ("hold", "release", hold["id"], "--reason", "Settled.")
    assert "by another person" in desk.lena.done(*release)
    assert "another person" in desk.lena.exits(REFUSED, *release).stderr
    desk.omar.done("hold", "keep", hold["id"], "--reason", "Not yet.")
    desk.omar.exits(INPUT, "hold", "keep", hold["id"], "--reason", "Not yet.")
    desk.omar.done(*release)
    assert "is released" in desk.lena.done(*release)
    assert desk.ben.done("hold", "list", "--workflow", flow) == "Nothing is held.\n"
    assert hold["id"] in desk.ben.done("hold", "list", "--workflow", flow, "--released")
    desk.lena.exits(INPUT, *release)
    desk.lena.exits(INPUT, "hold", "release", ABSENT, "--reason", "x")
    desk.lena.exits(INPUT, "hold", "place", flow)
    desk.lena.exits(INPUT, *place, "--from", "2026-04-02", "--to", "2026-04-01")
    desk.ben.exits(NOT_PERMITTED, *place)
    desk.ana.exits(NOT_PERMITTED, "hold", "list")


def test_anErasureTakesTwoPeople(desk: Desk, flow: str) -> None:
    name = Names.next("Wisteria ")
    records = [exchange(flow, f"About {name}."), exchange(flow, "Other."), exchange(flow, "Third.")]
    ids = [item["id"] for item in send(desk.world.admin, *records).done(201)["records"]]
    said = desk.lena.done(
        "evidence", "erase", "--record", ids[1], "--record", ids[2], *WHY
    )  # fmt: skip
    assert "2 records" in said and "Nothing is erased yet" in said
    id = said.rsplit(maxsplit=1)[1]
    assert "another person" in desk.lena.exits(REFUSED, "evidence", "erase", "--approve", id).stderr
    assert "proposed" in desk.ben.done("evidence", "erasures", id)
    done = desk.omar.done("evidence", "erase", "--approve", id)
    assert done.startswith("2 records erased.") and "Backups" in done
    desk.omar.exits(INPUT, "evidence", "erase", "--approve", id)
    by_name = desk.lena.json("evidence", "erase", "--person", name, *WHY)
    assert by_name["records"] == 1
    desk.omar.done("evidence", "erase", "--approve", by_name["id"])
    shown = desk.ben.done("evidence", "show", ids[0])
    assert "Its content is erased" in shown
    desk.ben.exits(INPUT, "evidence", "show", ids[0], "--raw")
    listed = desk.ben.done("evidence", "list", "--workflow", flow)
    assert listed.count("(erased)") == 3 and "3 gone" in listed
    assert id in desk.ben.done("evidence", "erasures", "--limit", "200")
    for arguments in [
        (), ("--record", ids[0]), ("--approve", id, "--record", ids[0]),
        ("--record", ids[0], "--basis", "Law"), ("--record", ABSENT, *WHY), ("--approve", ABSENT),
        ("--person", "Nobody at all", *WHY),
    ]:  # fmt: skip
        desk.lena.exits(INPUT, "evidence", "erase", *arguments)
    desk.ben.exits(NOT_PERMITTED, "evidence", "erase", "--record", ids[0], *WHY)
    desk.ana.exits(NOT_PERMITTED, "evidence", "erasures")


def test_whatIsHeldIsNotErased(desk: Desk, flow: str) -> None:
    (kept,) = send(desk.world.admin, exchange(flow, "Held.")).done(201)["records"]
    hold = desk.lena.json("hold", "place", flow, "--reason", "A claim.")
    refused = desk.lena.exits(REFUSED, "evidence", "erase", "--record", kept["id"], *WHY)
    assert hold["id"] in refused.stderr and "A claim." in refused.stderr
    problem = json.loads(
        desk.lena.exits(
            REFUSED, "evidence", "erase", "--record", kept["id"], *WHY, "--json"
        ).stdout  # fmt: skip
    )
    assert problem["type"] == "/problems/on-hold"
    assert "held by " + hold["id"] in desk.ben.done("evidence", "show", kept["id"])


def test_retentionIsShownUnlessItIsToRun(desk: Desk, flow: str) -> None:
    send(desk.world.admin, exchange(flow)).done(201)
    said = desk.ben.done("evidence", "retention")
    assert flow in said and "DUE" in said
    assert "Nothing was due" in desk.lena.done("evidence", "retention", "--run")
    assert desk.lena.json("evidence", "retention", "--run") == {"deleted": {}, "unreadable": 0}
    desk.ben.exits(NOT_PERMITTED, "evidence", "retention", "--run")


# Changes


def test_changesAreAnnouncedAndListed(desk: Desk, flow: str) -> None:
    desk.world.register(flow)
    pushed = desk.ben.json(
        "change", "push", flow, "--what", "Prompt 7.", "--aspect", "prompt", "--version", "7",
        "--at", at(days=2),
    )  # fmt: skip
    assert (pushed["version"], pushed["aspect"], pushed["origin"]) == ("7", "prompt", "pushed")
    assert "Noted for" in desk.ben.done("change", "push", flow, "--what", "By hand.")
    said = desk.ben.done("change", "list", flow)
    assert "Prompt 7. (7), by ben" in said and "By hand." in said
    old = desk.ben.done("change", "list", flow, "--to", at(days=1))
    assert "Prompt 7." in old and "By hand." not in old
    none = desk.ben.done("change", "list", flow, "--to", "2020-01-01")
    assert none == "No change is known of that time.\n"
    number = desk.ana.json("report", flow, "--what", WHAT)["incident"]
    assert "Prompt 7." in desk.ben.done("incident", "changes", number)
    desk.ben.exits(INPUT, "change", "push", "never-seen", "--what", "x")
    desk.ben.exits(INPUT, "change", "push", flow)
    desk.ben.exits(INPUT, "change", "list", flow, "--from", "May")
    desk.ana.exits(NOT_PERMITTED, "change", "push", flow, "--what", "x")
    desk.ben.exits(INPUT, "incident", "changes", "INC-2020-0001")
    sender = desk.holding("sender", token(desk.world.ben, "capture", workflow=flow).token or "")
    sender.done("change", "push", flow, "--what", "From the pipeline.")
    sender.exits(NOT_PERMITTED, "change", "list", flow)


# Looking back


@pytest.fixture
def number(desk: Desk, flow: str) -> str:
    """An incident of a workflow that has sent what it is looked back for."""
    desk.world.register(flow)
    named = [exchange(flow, f"Dear {name},", at=at(hours=2)) for name in ("Alder", "Birch")]
    send(desk.world.admin, *named, exchange(flow, "Dear reader.", at=at(hours=2))).done(201)
    number: str = desk.ana.json("report", flow, "--what", WHAT)["incident"]
    desk.ben.done("incident", "triage", number, "--kind", "incident", "--reason", "It is.")
    return number


def test_aSearchIsCarriedOutAndJudged(desk: Desk, number: str, flow: str) -> None:
    search = ("incident", "search", number)
    assert "No search was begun" in desk.ben.done(*search)
    names = desk.file("names.txt", "BIRCH\n\nElm\nalder\n")
    ran = desk.ben.exits(DONE, *search, "--terms", names, "--wait")
    assert ran.stderr == "", "progress is for terminals"
    assert "finished" in ran.stdout and "Examined 3 records" in ran.stdout
    assert "2 found" in ran.stdout and "SHA-256" in ran.stdout
    (run,) = desk.ben.json(*search)["items"]
    assert run["id"] in desk.ben.done(*search)
    whole = desk.ben.json(*search, "--run", run["id"])
    assert [hit["terms"] for hit in whole["hits"]] == [["alder"], ["BIRCH"]]
    paged = desk.ben.done(*search, "--run", run["id"], "--limit", "1")
    assert "--after" in paged
    hit = whole["hits"][1]["id"]
    verdict = ("incident", "verdict", number, "--run", run["id"], "--record", hit)
    judged = desk.ben.done(*verdict, "--verdict", "affected", "--description", "Named.")
    assert judged.startswith("The verdict is recorded.")
    assert "affected" in desk.ben.done(*search, "--run", run["id"])
    desk.ben.exits(INPUT, *verdict, "--verdict", "perhaps")
    desk.ben.exits(INPUT, *verdict[:-1], ABSENT, "--verdict", "affected")
    desk.ben.exits(INPUT, *search, "--run", run["id"], "--cancel")
    desk.ana.exits(NOT_PERMITTED, *search)
    desk.ana.exits(NOT_PERMITTED, *verdict, "--verdict", "affected")


def test_aSearchTakesTablesAndPipes(desk: Desk, number: str, flow: str) -> None:
    search = ("incident", "search", number)
    table = desk.file("accounts.csv", "number,Name\n1,Birch\n2,\"Alder, Ltd\"\n")
    found = json.loads(
        desk.ben.done(*search, "--csv", table, "--column", "name", "--wait", "--json")
    )
    assert found["state"] == "finished" and found["found"] == 1
    other = Names.next("desk-")
    send(desk.world.admin, exchange(other, "Birch again.", at=at(hours=1))).done(201)
    ran = desk.ben.exits(
        DONE, *search, "--terms", "-", "--workflow", other, "--wait", "--json", text="Birch\n"
    )
    assert json.loads(ran.stdout)["found"] == 2
    ran = desk.ben.exits(
        DONE, *search, "--terms", "-", "--all", "--wait", "--json", "--from", at(days=3),
        "--shorter-because", "The first record is of that day.", text="What happened\n",
    )  # fmt: skip
    assert json.loads(ran.stdout)["found"] == 3
    started = desk.ben.exits(DONE, *search, "--terms", "-", "--json", text="Birch\n")
    id = json.loads(started.stdout)["id"]
    assert "finished" in desk.ben.done(*search, "--run", id, "--wait")


def test_aSearchThatCannotBeMadeIsRefused(desk: Desk, number: str) -> None:
    search = ("incident", "search", number)
    names = desk.file("names.txt", "Birch\n\nx\n")
    refused = desk.ben.exits(INPUT, *search, "--terms", names)
    assert "Line 3" in refused.stderr and "/terms/2" in refused.stderr
    names = desk.file("names.txt", "Birch\n")
    for arguments in [
        ("--terms", names, "--csv", names), ("--terms", names, "--column", "a"),
        ("--terms", names, "--run", ABSENT), ("--cancel",), ("--resume",), ("--wait",),
        ("--all",), ("--workflow", "a"), ("--run", ABSENT, "--cancel", "--wait"),
        ("--run", ABSENT), ("--run", ABSENT, "--resume"), ("--terms", names, "--from", "May"),
        ("--terms", names, "--from", at(days=1)), ("--terms", desk.file("none.txt", "\n")),
        ("--terms", str(desk.place / "absent.txt")),
    ]:  # fmt: skip
        desk.ben.exits(INPUT, *search, *arguments)
    desk.ben.exits(INPUT, "incident", "search", "INC-2020-0001", "--terms", names)
    desk.ana.exits(NOT_PERMITTED, *search, "--terms", names)


RUNNING = {
    "id": ABSENT, "incident": "INC-2026-0001", "state": "running", "terms": 1,
    "examined": 500, "found": 2, "erased": 0, "unreadable": 0, "workflows": ["desk"],
    "from": "2026-04-01T00:00:00.000Z", "to": "2026-05-01T00:00:00.000Z",
    "progress": {"through": 50, "size": 200}, "hits": [],
}  # fmt: skip


def waiting(desk: Desk, url: str, **more: Any) -> subprocess.Popen[bytes]:
    search = ["incident", "search", "INC-2026-0001", "--run", ABSENT, "--wait"]
    return subprocess.Popen(
        [desk.world.server.binary, *search],
        stdin=subprocess.DEVNULL,
        env=clean_environment(CORDON_SERVER=url),
        **more,
    )


def test_anInterruptEndsTheWaitingAlone(desk: Desk) -> None:
    with Stub(lambda *_: (200, {}, RUNNING)) as stub:
        ran = waiting(desk, stub.url, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        until("it waits", lambda: len(stub.requests) > 2)
        ran.send_signal(signal.SIGINT)
        out, said = ran.communicate(timeout=30)
        assert ran.returncode == INTERRUPTED and out == b""
        assert f"cordon incident search INC-2026-0001 --run {ABSENT}" in said.decode()
        assert all(method == "GET" for method, _, _ in stub.requests), "nothing was cancelled"


def test_aSearchIsCancelledAndResumed(desk: Desk) -> None:
    def reply(method: str, path: str, body: bytes, number: int) -> Reply:
        return 200, {}, RUNNING | ({"state": "cancelled"} if path.endswith("/cancel") else {})

    with Stub(reply) as stub:
        search = ("incident", "search", "INC-2026-0001", "--run", ABSENT)
        said = desk.ben.exits(DONE, *search, "--cancel", url=stub.url).stdout
        assert "cancelled" in said and f"--run {ABSENT} --resume" in said
        said = desk.ben.exits(DONE, *search, "--resume", url=stub.url).stdout
        assert "running" in said and f"--run {ABSENT} --wait" in said
        place = f"/api/v1/incidents/INC-2026-0001/lookbacks/search/{ABSENT}"
        assert [(method, path) for method, path, _ in stub.requests] == [
            ("POST", f"{place}/cancel"), ("POST", f"{place}/resume"),
        ]  # fmt: skip


def test_aSearchThatBreaksOffIsToldApart(desk: Desk) -> None:
    failed = RUNNING | {"state": "failed", "fault": "the disk"}
    with Stub(lambda *_: (200, {}, failed)) as stub:
        search = ("incident", "search", "INC-2026-0001", "--run", ABSENT, "--wait")
        assert "the disk" in desk.ben.exits(UNREACHABLE, *search, url=stub.url).stdout


def test_progressIsShownOnATerminal(desk: Desk) -> None:
    def reply(method: str, path: str, body: bytes, number: int) -> Reply:
        return 200, {}, RUNNING | ({"state": "finished"} if number > 4 else {})

    ours, theirs = pty.openpty()
    with Stub(reply) as stub:
        ran = waiting(desk, stub.url, stdout=subprocess.PIPE, stderr=theirs)
        out, _ = ran.communicate(timeout=30)
        os.close(theirs)
        shown = os.read(ours, 65_536).decode()
        os.close(ours)
    assert ran.returncode == DONE and b"finished" in out
    assert "25 %, 500 records examined, 2 found" in shown


# Bundles


@pytest.fixture
def bundle(desk: Desk, number: str) -> Path:
    file = desk.place / "bundle.zip"
    desk.ben.done("incident", "export", number, "--output", str(file))
    return file


def vkey(desk: Desk) -> str:
    return desk.file("ledger.vkey", desk.world.ben.get("/ledger/key").done().text)


def test_aBundleIsWrittenAndVerified(desk: Desk, number: str, bundle: Path) -> None:
    assert bundle.stat().st_mode & 0o777 == 0o600 and not bundle.with_suffix(".zip.part").exists()
    verify = ("verify", str(bundle), "--key", vkey(desk))
    said = desk.ben.done(*verify)
    assert said.startswith(f"{number}: valid") and "3 records" in said
    report = desk.ben.json(*verify)
    assert report["verdict"] == "valid" and report["counts"]["records"] == 3
    assert report["findings"] == [] and report["identifier"] == number
    part = desk.place / "part.zip"
    said = desk.ben.done(
        "incident", "export", number, "--output", str(part), "--redact", "input", "--redact",
        "output", "--reason", "Not theirs.", "--recipient", "Birch",
    )  # fmt: skip
    assert f"Wrote {part}" in said and "cordon verify" in said
    report = desk.ben.json("verify", str(part), "--key", vkey(desk))
    assert report["verdict"] == "valid" and report["counts"]["redacted_groups"] == 6
    piped = subprocess.run(
        [desk.world.server.binary, "incident", "export", number, "--output", "-"],
        capture_output=True,
        timeout=60,
        env=clean_environment(
            CORDON_SERVER=desk.world.server.url, CORDON_TOKEN_FILE=str(desk.ben.token_file)
        ),
    )
    assert piped.returncode == DONE and piped.stdout.startswith(b"PK")


def test_aBundleThatWasChangedIsInvalid(desk: Desk, bundle: Path) -> None:
    whole = bundle.read_bytes()
    key = vkey(desk)
    changed = desk.place / "changed.zip"
    for place in [0, 1, 40, len(whole) // 3, len(whole) // 2, len(whole) - 3, len(whole) - 30]:
        changed.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        refused = desk.ben.exits(INVALID, "verify", str(changed), "--key", key, "--json")
        report = json.loads(refused.stdout)
        assert report["verdict"] == "invalid" and report["findings"][0]["place"], place
    for cut in [whole[:-1], whole + b"\n", whole[: len(whole) // 2]]:
        changed.write_bytes(cut)
        refused = desk.ben.exits(INVALID, "verify", str(changed), "--key", key)
        assert "Found:" in refused.stdout and "invalid" in refused.stderr
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    stranger = ledger_key("stranger", other)
    desk.ben.exits(INVALID, "verify", str(bundle), "--key", stranger)


def ledger_key(name: str, public: bytes) -> str:
    material = b"\x01" + public
    id = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4].hex()
    return f"{name}+{id}+{base64.b64encode(material).decode()}"


def signed(private: str, text: str) -> str:
    """A note over the text by the log's own key."""
    name, id, key = private.strip().removeprefix("PRIVATE+KEY+").split("+", 2)
    seed = base64.b64decode(key)[1:]
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
    line = base64.b64encode(bytes.fromhex(id) + signature).decode()
    return f"{text}\n— {name} {line}\n"


def test_aBundleIsComparedWithWhatIsKnown(desk: Desk, bundle: Path) -> None:
    key = vkey(desk)
    verify = ("verify", str(bundle), "--key", key)
    report = desk.ben.json(*verify)
    private = (desk.world.server.data / "ledger.key").read_text()
    text = f"{report['origin']}\n{report['size']}\n"
    same = desk.file("same", signed(private, f"{text}{report['root']}\n"))
    assert ledger.opened(Path(same).read_text(), Path(key).read_text()).size == report["size"]
    desk.ben.done(*verify, "--known", same)
    forked = desk.file("forked", signed(private, f"{text}{base64.b64encode(bytes(32)).decode()}\n"))
    refused = desk.ben.exits(DIVERGES, *verify, "--known", forked, "--json")
    said = json.loads(refused.stdout)
    assert said["diverges"] is True and said["divergence"]["message"]
    assert "diverges" in desk.ben.exits(DIVERGES, *verify, "--known", forked).stderr
    desk.ben.exits(INPUT, *verify, "--entry", same)
    desk.ben.exits(INPUT, *verify, "--witness", "nonsense+key+x")
    desk.ben.exits(INPUT, "verify", same, "--key", key, "--witness", "a+b+c")
    desk.ben.exits(INPUT, "verify", str(bundle))
    desk.ben.exits(INPUT, "verify", str(desk.place / "absent.zip"), "--key", key)


def test_anExportLeavesNoHalfOfAFile(desk: Desk, number: str) -> None:
    file = desk.place / "out.zip"
    export = ("incident", "export", number, "--output", str(file))
    desk.ben.exits(INPUT, *export, "--redact", "colour")
    desk.ben.exits(INPUT, *export, "--reason", "Nothing is kept back.")
    desk.ben.exits(INPUT, "incident", "export", "INC-2020-0001", "--output", str(file))
    desk.frida.exits(NOT_PERMITTED, *export)
    desk.ben.exits(INPUT, *export[:-1], str(desk.place / "no" / "such" / "folder.zip"))
    desk.ben.exits(UNREACHABLE, *export, url="http://127.0.0.1:1")
    with Stub(lambda *_: (200, {"content-length": "1000"}, b"PK" + bytes(500))) as stub:
        desk.ben.exits(UNREACHABLE, *export, url=stub.url)
    assert not file.exists() and not list(desk.place.glob("*.part"))
    file.write_text("what was there")
    desk.frida.exits(NOT_PERMITTED, *export)
    assert file.read_text() == "what was there"
    desk.ben.done(*export)
    assert file.read_bytes().startswith(b"PK")


# Keys


def rotate(server: Server, *options: str) -> subprocess.CompletedProcess[str]:
    return server.run("keys", "rotate", *server.arguments, *options)


def test_theMasterKeyIsReplaced(server: Server) -> None:
    world = World.set_up(server, "ana", "ben")
    flow = "rotated-drafts"
    world.register(flow)
    records = [exchange(flow, f"Dear Birch, {number}.", at=at(hours=2)) for number in range(500)]
    for start in range(0, 2500, 500):
        batch = [record | {"key": f"{start}.{n}"} for n, record in enumerate(records)]
        send(world.admin, *batch).done(201)
    number = world.ana.post("reports", {"workflow": flow, "what": WHAT}).done(201)["incident"]
    world.ben.post(f"incidents/{number}/triage", {"kind": "incident", "reason": "It is."}).done()
    path = f"incidents/{number}/lookbacks/search"
    run = world.ben.post(path, {"terms": ["Birch"]}).done(202)["id"]
    until("it ends", lambda: world.ben.get(f"{path}/{run}")["state"] == "finished", 60)
    refused = rotate(server)
    assert refused.returncode == INPUT and refused.stderr.count("\n") == 1
    file = server.data / "master.key"
    before = file.read_text()
    assert server.stop() == 0
    rotated = rotate(server, "--json")
    assert rotated.returncode == DONE, rotated.stderr
    said = json.loads(rotated.stdout)
    assert said["key"] == 2 and said["records"] == 2500 and said["lists"] == 1
    head, *keys = file.read_text().splitlines()
    assert head == before.splitlines()[0] and [key.split()[0] for key in keys] == ["2"]
    assert before.split()[-1] not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert not list((server.data / "search").glob("*.search"))
    # A crash after the first step leaves both keys, and what the older one wraps.
    fresh = base64.b64encode(os.urandom(32)).decode()
    file.write_text(f"{head}\n3 {fresh}\n{keys[0]}\n")
    server.start()
    world.reached_again()
    both = exchange(flow, "Dear Birch, under both.", key="both")
    # A server that has just begun may ask for a moment.
    until("the record is kept", lambda: send(world.admin, both).status == 201)
    assert server.stop() == 0
    finished = rotate(server)
    assert finished.returncode == DONE and "Key 3" in finished.stdout, finished.stderr
    assert "Wrapped anew: 2500 records" in finished.stdout
    assert file.read_text() == f"{head}\n3 {fresh}\n"
    server.start()
    world.reached_again()
    found = world.ben.every("evidence", q="birch", workflow=flow)
    assert len(found) == 2501
    assert world.ben.get(f"evidence/{found[-1]['id']}").done(200)["groups"]["output"]
    assert world.ben.get(f"{path}/{run}").done(200)["hits"][0]["terms"] == ["Birch"]
    assert server.stop() == 0
    checked = server.fsck()
    assert checked.returncode == DONE, checked.stdout + checked.stderr


def test_keysAreRotatedOnlyWhereThereAreSome(make_server: MakeServer, tmp_path: Path) -> None:
    server = make_server("sqlite", tmp_path / "none")
    refused = rotate(server)
    assert refused.returncode == INPUT and "master.key" in refused.stderr
    assert not server.data.exists()
    server.start()
    assert server.stop() == 0
    (server.data / "master.key").write_text("nonsense\n")
    assert rotate(server).returncode == INPUT
    assert (server.data / "master.key").read_text() == "nonsense\n"


def test_aLostMasterKeyIsNotReplacedByAnother(make_server: MakeServer, tmp_path: Path) -> None:
    server = make_server("sqlite", tmp_path / "lost").start()
    world = World.set_up(server, "ana", "ben")
    world.register("lost-drafts")
    record = exchange("lost-drafts", "Dear Birch.", key="lost")
    send(world.admin, record).done(201)
    assert server.stop() == 0
    file = server.data / "master.key"
    key = file.read_text()
    file.unlink()
    for _ in range(2):
        refused = server.run("serve", *server.arguments, "--listen", "127.0.0.1:0")
        assert refused.returncode == INPUT and refused.stderr.count("\n") == 1, refused.stderr
        assert "master.key" in refused.stderr
        assert not file.exists()
    file.write_text(key)
    server.start()
    world.reached_again()
    assert len(world.ben.every("evidence", workflow="lost-drafts")) == 1
    assert server.stop() == 0
