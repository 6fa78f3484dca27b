"""The worked example by commands alone, with the exit codes that scripts rely on."""

import json
from pathlib import Path

from cli import Cli
from server import Server
from world import CASE, CAUSE, DESCRIPTION, EVIDENCE_KINDS, FALLBACK, FUNCTION, PASSWORD
from world import PEOPLE, READINESS, WHAT, WORKFLOW, at

DONE, INPUT, INVALID, REFUSED, NOT_PERMITTED = 0, 2, 4, 5, 6
UNREACHABLE, STOPPED = 69, 75


class Office:
    """Everybody at their own terminal, each with a token file."""

    def __init__(self, server: Server, desk: Path) -> None:
        self.server = server
        self.desk = desk
        self.password = self.file("password", PASSWORD)

    def file(self, name: str, text: str) -> str:
        path = self.desk / name
        path.write_text(text + "\n")
        return str(path)

    def admin(self) -> Cli:
        token = self.desk / "admin.token"
        Cli(self.server).done(
            "setup", "--setup-token-file", self.file("setup", self.server.setup_token),
            "--login", "admin", "--name", "Ida Berg, IT", "--password-file", self.password,
            "--save", str(token),
        )  # fmt: skip
        assert token.stat().st_mode & 0o777 == 0o600
        return Cli(self.server, token)

    def person(self, login: str, admin: Cli) -> Cli:
        name, grants = PEOPLE[login]
        roles = [part for grant in grants for part in ("--role", grant)]
        admin.done(
            "user", "create", login, "--name", name, "--password-file", self.password, *roles
        )
        session = self.desk / f"{login}.session"
        Cli(self.server).done(
            "login", login, "--password-file", self.password, "--save", str(session)
        )
        return Cli(self.server, session)


def test_theWorkedExampleRunsByCommandsAlone(server: Server, tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    desk.mkdir()
    office = Office(server, desk)
    admin = office.admin()
    people = {login: office.person(login, admin) for login in PEOPLE}
    assert "Ben Okafor" in people["ben"].done("whoami")
    makes_it_ready(office, admin, people)
    number = reports_and_stops(office, people)
    judges(people, number)
    investigates(office, people, number)
    restarts(people, number)
    closes(people, number)
    checks_the_record(office, people)
    assert server.stop() == 0
    people["ana"].exits(UNREACHABLE, "gate", WORKFLOW)
    checked = server.fsck("--json")
    assert checked.returncode == DONE, checked.stdout + checked.stderr
    assert json.loads(checked.stdout)["clean"] is True


def makes_it_ready(office: Office, admin: Cli, people: dict[str, Cli]) -> None:
    ben = people["ben"]
    Cli(office.server).exits(NOT_PERMITTED, "workflow", "list")
    people["ana"].exits(
        NOT_PERMITTED, "workflow", "register", "--key", "x2", "--name", "X", "--function", "f2"
    )
    admin.exits(INPUT, "workflow", "register", "--key", "Not A Slug", "--name", "X")
    admin.exits(INPUT, "workflow", "register", "--no-such-option")
    admin.done(
        "workflow", "register", "--key", WORKFLOW, "--name", "Monthly summaries",
        "--function", FUNCTION,
    )  # fmt: skip
    refused = ben.exits(REFUSED, "workflow", "production", WORKFLOW, "--json")
    assert {gap["code"] for gap in json.loads(refused.stdout)["gaps"]} == READINESS
    described = office.file("workflow.json", json.dumps(DESCRIPTION))
    ben.exits(INPUT, "workflow", "amend", WORKFLOW, "--from", described, "--if-match", "99")
    ben.done("workflow", "amend", WORKFLOW, "--from", described)
    ben.done("workflow", "rehearse", WORKFLOW, "--on", at(days=20))
    ben.done("workflow", "test-stop", WORKFLOW)
    ben.done("workflow", "production", WORKFLOW)
    assert ben.json("workflow", "show", WORKFLOW)["state"] == "running"
    people["frida"].done("gate", WORKFLOW)
    people["frida"].done("gate", WORKFLOW, "--action", "tool", "--tool", "read_notes")
    people["frida"].exits(REFUSED, "gate", WORKFLOW, "--action", "tool", "--tool", "drop")
    people["frida"].exits(REFUSED, "gate", WORKFLOW, "--action", "tool", "--tool", "file_draft")
    people["frida"].exits(INPUT, "gate", "no-such-workflow")


def reports_and_stops(office: Office, people: dict[str, Cli]) -> str:
    draft = office.file("draft.txt", "Dear Alder, as Birch told us")
    said = people["ana"].json(
        "report", WORKFLOW, "--what", WHAT, "--left-company", "no", "--stop",
        "--contact", "ana@example.org", "--discovered", "In review.",
        "--occurred", at(hours=3), "--detected", at(hours=1), "--attach", draft,
    )  # fmt: skip
    number: str = said["incident"]
    stopped = people["frida"].exits(STOPPED, "gate", WORKFLOW)
    assert FALLBACK["title"] in stopped.stderr and FALLBACK["steps"][0] in stopped.stderr
    people["frida"].exits(STOPPED, "gate", WORKFLOW, "--action", "generate")
    people["lena"].done("stop", WORKFLOW, "--reason", "Me too.")
    people["ana"].done("incident", "show", number)
    people["ana"].exits(INPUT, "incident", "show", "INC-2020-0001")
    assert number in people["ben"].done("incident", "list", "--workflow", WORKFLOW)
    return number


def judges(people: dict[str, Cli], number: str) -> None:
    ben, act = people["ben"], "incident"
    people["ana"].exits(
        NOT_PERMITTED, act, "triage", number, "--kind", "near_miss", "--reason", "No."
    )
    early = ben.exits(REFUSED, act, "restart", number)
    assert "triage" in early.stderr
    ben.done(act, "restart", number, "--dry-run")
    ben.done(act, "triage", number, "--kind", "near_miss", "--reason", "Seen before it was sent.")
    answers = ["1=no", "2=yes", "3=no", "4=no", "5=yes", "6=yes", "7=no"]
    ben.done(
        act, "assess", number, "--type", "data_exposure", "--potential", "3",
        *[part for answer in answers for part in ("--answer", answer)],
    )  # fmt: skip
    ben.exits(REFUSED, act, "assess", number, "--lower", "1", "--reason", "Only a draft.")
    people["frida"].done(act, "assess", number, "--level", "3", "--reason", "To be safe.")
    ben.done(act, "assess", number, "--lower", "2", "--reason", "Nothing has left.")
    ben.exits(REFUSED, act, "assess", number, "--confirm-lowering")
    people["dev"].done(act, "assess", number, "--confirm-lowering")
    ben.done(
        act, "impact", number, "--description", "A draft, read by one person.",
        "--acted-upon", "no", "--reversible", "yes", "--left-company", "no",
        "--function", FUNCTION,
    )  # fmt: skip
    ben.exits(
        INPUT, act, "time", number, "--moment", "detected", "--time", at(days=9),
        "--source", "A guess.",
    )  # fmt: skip
    ben.done(
        act, "time", number, "--moment", "aware", "--time", at(minutes=30), "--source", "My call."
    )
    ben.done(act, "fallback", number, "--note", "By hand since noon.", "--told", "everybody")


def investigates(office: Office, people: dict[str, Cli], number: str) -> None:
    ben, frida, act = people["ben"], people["frida"], "incident"
    for kind in EVIDENCE_KINDS:
        frida.done(
            act, "evidence", number, "--kind", kind, "--name", f"The {kind}", "--text", kind
        )
    log = office.file("retrieval.log", "retrieved: alder, birch")
    kept = frida.json(act, "evidence", number, log, "--kind", "log")
    fetched = frida.done(act, "evidence", number, "--get", kept["id"])
    assert fetched == "retrieved: alder, birch\n"
    assert kept["sha256"][:12] in frida.done(act, "evidence", number)
    frida.done(act, "gap", number, "--kind", "approval", "--why", "Nobody had to approve.")
    ben.done(
        act, "notify", number, "--duty", "The contract with Birch",
        "--decision", "does_not_apply", "--reason", "Not sent.",
    )  # fmt: skip
    ben.done(
        act, "lookback", number, "--days", "60", "--population", "All summaries.", "--count", "212"
    )
    ben.done(act, "finding", number, "--reference", "Summary Cedar", "--verdict", "unaffected")
    ben.exits(INPUT, act, "conclude", number, "--examined", "9", "--conclusion", "None.")
    ben.done(act, "conclude", number, "--examined", "212", "--conclusion", "None other.")
    ben.done(act, "cause", number, "--from", office.file("cause.json", json.dumps(CAUSE)))
    record = ben.json(
        act, "affected", number, "--kind", "output", "--reference", "Draft Alder"
    )["affected"][-1]["id"]  # fmt: skip
    ben.done(act, "correct", number, record, "--correction", "Thrown away.")
    action = frida.json(
        act, "action", number, "--title", "Retrieval by account", "--kind", "retrieval",
        "--control", "retrieval_scope", "--owner", "frida", "--due", at(days=-7),
    )["actions"][-1]["id"]  # fmt: skip
    frida.done(act, "done", number, action, "--evidence", "Merged.")
    key = CASE["key"]
    frida.done(act, "evaluate", number, "--case", f"{key}={CASE['description']}")
    junit = office.file(
        "results.xml",
        f'<testsuite><testcase name="{key}"><failure message="names Birch"/></testcase>'
        "</testsuite>",
    )
    frida.done(
        act, "evaluate", number, "--version", "14.1", "--subject", "failed", "--junit", junit
    )
    frida.done(
        act, "evaluate", number, "--version", "14.2", "--subject", "fixed",
        "--result", f"{key}=pass",
    )  # fmt: skip


def restarts(people: dict[str, Cli], number: str) -> None:
    ben, act = people["ben"], "incident"
    void = ben.exits(REFUSED, act, "sign", number, "--role", "owner", "--hash", "0" * 64)
    assert "evidence" in void.stderr
    people["gus"].exits(NOT_PERMITTED, act, "sign", number, "--role", "owner")
    ben.done(act, "sign", number, "--role", "owner", "--statement", "I have read it.")
    ben.exits(REFUSED, act, "sign", number, "--role", "owner")
    ben.exits(REFUSED, act, "restart", number)
    people["dev"].done(act, "sign", number, "--role", "functional_leader")
    ben.exits(INPUT, act, "close", number)
    ben.done(
        act, "restart", number, "--conditions", "Every draft is reviewed for a week.",
        "--watch", "new_report", "--watch", "denied_action=3",
    )  # fmt: skip
    people["frida"].done("gate", WORKFLOW)


def closes(people: dict[str, Cli], number: str) -> None:
    ben, act = people["ben"], "incident"
    refused = ben.exits(REFUSED, act, "close", number)
    assert "review" in refused.stderr.lower()
    ben.done(
        act, "review", number, "--control-change", "Retrieval by account.",
        "--update", "training=Reviewers look for foreign names.",
    )  # fmt: skip
    assert ben.json(act, "file", number)["complete"] == 8
    ben.exits(REFUSED, act, "close", number)
    ben.exits(INPUT, act, "skip", number, "--step", "9", "--reason", "No time.")
    ben.exits(NOT_PERMITTED, act, "except", number, "--reason", "Enough.")
    people["gus"].done(act, "except", number, "--reason", "The workflow's own watch goes on.")
    ben.done(act, "close", number)
    assert ben.json(act, "show", number)["state"] == "closed"
    assert number in ben.done(act, "list", "--near-misses")
    assert number in ben.done(act, "file", number, "--format", "markdown")
    assert ben.done(act, "timeline", number)


def checks_the_record(office: Office, people: dict[str, Cli]) -> None:
    uma, omar = people["uma"], people["omar"]
    assert uma.json("journal", "--limit", "5")["items"][0]["index"] == 0
    quarter = uma.json("review", "show")
    assert quarter["near_misses"] == 1 and not quarter["is_over"]
    said = uma.done("review", "show", quarter["quarter"])
    assert "NEAR MISSES" in said and f"Stopped: {WORKFLOW} for" in said
    assert "not over yet" in said
    policy = omar.done("policy", "show", "--standard")
    good = office.file("policy.yaml", policy.replace("lookback_days: 60", "lookback_days: 90"))
    bad = office.file("bad.yaml", policy.replace("floor: 3", "floor: 7"))
    omar.done("policy", "check", good)
    omar.exits(INPUT, "policy", "check", bad)
    omar.exits(INPUT, "policy", "import", bad)
    people["ben"].exits(NOT_PERMITTED, "policy", "import", good)
    omar.done("policy", "import", good, "--reason", "Quarterly review.")
    api = office.server.api(Path(str(uma.token_file)).read_text().strip())
    key = office.file("ledger.vkey", api.get("/ledger/key").text.strip())
    note = api.get("/ledger/checkpoint").text
    checkpoint = office.desk / "checkpoint"
    checkpoint.write_text(note)
    uma.done("verify", str(checkpoint), "--key", key)
    forged = office.desk / "forged"
    lines = note.split("\n")
    forged.write_text("\n".join([lines[0], str(int(lines[1]) + 1), *lines[2:]]))
    uma.exits(INVALID, "verify", str(forged), "--key", key)
