"""Every page of Cordon with who may see it, and a server on which each of them shows something.

A path's placeholders are filled from what the worked example leaves behind.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from forms import Page
from server import Server
from test_worked_example_http import (
    becomes_production_ready,
    is_explained_and_corrected,
    is_judged,
    is_preserved_and_looked_back_on,
    is_reported_and_stopped,
    is_restarted_by_two_who_may,
    is_reviewed_and_closed,
)
from visitor import Visitor
from waiting import until
from world import PASSWORD, WORKFLOW, World, at

ANYBODY = ""
# A workflow that sends evidence although nobody has registered it: its evidence is all it has.
UNREGISTERED = "nobodys"
EVERYBODY = {
    "report", "stop", "workflow.read", "incident.read_own", "policy.read", "account.own",
}  # fmt: skip

# What is shown, with the permission that it takes.
PAGES: dict[str, str] = {
    "/": "workflow.read",
    "/sign-in": ANYBODY,
    "/help": ANYBODY,
    "/problems": ANYBODY,
    "/problems/workflow-stopped": ANYBODY,
    "/report": "report",
    "/reports": "incident.read_own",
    "/report/link/{link}": ANYBODY,
    "/report/followed/{secret}/{named}": ANYBODY,
    "/incidents/{number}/receipt": "incident.read_own",
    "/workflows": "workflow.read",
    "/workflows/new": "workflow.register",
    "/workflows/{key}": "workflow.read",
    "/workflows/{key}/edit": "workflow.amend",
    "/workflows/{key}/over-time": "incident.read",
    "/stop": "stop",
    "/workflows/{key}/stop": "stop",
    "/workflows/{key}/stopped/{stop}": "workflow.read",
    "/incidents": "incident.read",
    "/near-misses": "incident.read",
    "/quality": "incident.read",
    "/actions": "incident.read",
    "/actions/duties": "incident.read",
    "/incidents/{number}": "incident.read_own",
    "/incidents/{number}/file": "incident.read_own",
    "/incidents/{number}/timeline": "incident.read_own",
    "/incidents/{number}/affected": "incident.read_own",
    "/incidents/{number}/evidence": "incident.read_own",
    "/incidents/{open}/lookbacks/{lookback}": "evidence.read",
    "/incidents/{number}/bundle": "evidence.export",
    "/approvals": "approval.read",
    "/approvals/{approval}": "approval.read",
    "/evidence": "evidence.read",
    "/evidence/{record}": "evidence.read",
    "/evidence/{record}/compare": "evidence.read",
    "/evidence/holds": "evidence.read",
    "/evidence/erasures": "evidence.read",
    "/evidence/erasures/{erasure}": "evidence.read",
    "/evidence/retention": "evidence.read",
    "/evidence/gaps": "evidence.read",
    "/evidence/shadow": "evidence.read",
    "/reviews": "incident.read",
    "/reviews/{quarter}": "incident.read",
    "/policy": "policy.read",
    "/policy/change": "policy.change",
    "/audit": "journal.read",
    "/admin": "account.manage",
    "/admin/users": "account.manage",
    "/admin/users/new": "account.manage",
    "/admin/users/{login}": "account.manage",
    "/admin/report-links": "report.lend",
    "/account": "account.own",
    "/search": "workflow.read",
}
# The same as above, with what may be asked of it.
ASKED: list[str] = [
    "/report?workflow={key}", "/workflows?q=month&state=running", "/stop?q=month",
    "/incidents?state=closed&kind=near_miss&workflow={key}", "/workflows/{key}?tested=yes",
    "/incidents/{open}", *(f"/incidents/{{open}}?step={step}" for step in (
        "report", "contain", "preserve", "assess", "escalate", "look_back", "cause", "correct",
        "evaluate", "restart", "review", "close",
    )),
    "/incidents/{open}/file", "/incidents/{open}/receipt", "/incidents/{open}/timeline",
    "/workflows/{open_key}", "/workflows/{open_key}/edit", "/evidence?q=Birch&in=all",
    "/evidence/{record}?whole=yes&commitments=yes", "/evidence/{record}/compare?with={other}",
    "/evidence/holds?released=true", "/evidence/gaps?workflow={key}", "/search?q=month",
    "/audit?stream=incident/{number}", "/policy?version=1",
]  # fmt: skip
# What a page leads to that is none: a media type each.
OTHERS: dict[str, tuple[str, str]] = {
    "/incidents.csv": ("incident.read", "text/csv"),
    "/incidents/{number}/file.md": ("incident.read_own", "text/markdown"),
    "/live": ("workflow.read", "text/event-stream"),
    "/assets/style.css": (ANYBODY, "text/css"),
    "/assets/script.js": (ANYBODY, "text/javascript"),
    "/assets/icon.svg": (ANYBODY, "image/svg+xml"),
}
# Where forms are sent. Whoever is not signed in may send two, and signing out takes a session.
FORMS: dict[str, str] = {
    "/sign-out": "policy.read",
    "/report": "report",
    "/quality": "incident.read",
    "/actions/{number}/{id}/done": "incident.respond",
    "/workflows/new": "workflow.register",
    "/workflows/{key}/edit": "workflow.amend",
    "/workflows/{key}/stop": "stop",
    "/workflows/{key}/containments/{stop}/targets/gate": "containment.confirm",
    "/workflows/{key}/production": "workflow.read",
    "/workflows/{key}/rehearsals": "workflow.amend",
    "/workflows/{key}/stop-tests": "workflow.amend",
    "/workflows/{key}/changes": "change.push",
    "/workflows/{key}/retire": "workflow.amend",
    "/incidents/{number}/triage": "incident.triage",
    "/incidents/{number}/times": "incident.respond",
    "/incidents/{number}/containments/{key}/{stop}/targets/gate": "containment.confirm",
    "/incidents/{number}/fallback": "incident.respond",
    "/incidents/{number}/gaps": "incident.respond",
    "/incidents/{number}/evidence": "report",
    "/incidents/{number}/assessment": "incident.respond",
    "/incidents/{number}/raise": "incident.respond",
    "/incidents/{number}/lowering": "incident.respond",
    "/incidents/{number}/lowering/confirm": "incident.respond",
    "/incidents/{number}/impact": "incident.respond",
    "/incidents/{number}/notifications": "incident.respond",
    "/incidents/{number}/notifications/0": "incident.respond",
    "/incidents/{number}/lookbacks": "incident.respond",
    "/incidents/{number}/lookbacks/search": "incident.respond",
    "/incidents/{number}/lookbacks/{lookback}/findings": "incident.respond",
    "/incidents/{number}/lookbacks/{lookback}/conclusion": "incident.respond",
    "/incidents/{number}/lookbacks/{lookback}/cancel": "incident.respond",
    "/incidents/{number}/lookbacks/{lookback}/resume": "incident.respond",
    "/incidents/{number}/lookbacks/{lookback}/verdicts": "incident.respond",
    "/incidents/{number}/cause": "incident.respond",
    "/incidents/{number}/affected": "incident.respond",
    "/incidents/{number}/affected/{id}/correction": "incident.respond",
    "/incidents/{number}/actions": "incident.respond",
    "/incidents/{number}/actions/{id}/done": "incident.respond",
    "/incidents/{number}/cases": "incident.respond",
    "/incidents/{number}/runs": "incident.respond",
    "/incidents/{number}/runs/file": "incident.respond",
    "/incidents/{number}/skips": "incident.respond",
    "/incidents/{number}/signatures": "incident.sign",
    "/incidents/{number}/restart": "incident.restart",
    "/incidents/{number}/review": "incident.respond",
    "/incidents/{number}/exception": "incident.except",
    "/incidents/{number}/close": "incident.close",
    "/approvals/{approval}/approve": "approval.decide",
    "/approvals/{approval}/reject": "approval.decide",
    "/evidence/holds": "evidence.hold",
    "/evidence/holds/{id}/release": "evidence.hold",
    "/evidence/holds/{id}/keep": "evidence.hold",
    "/evidence/erasures": "evidence.erase",
    "/evidence/erasures/{erasure}/approve": "evidence.erase",
    "/evidence/retention/run": "evidence.erase",
    "/policy/change": "policy.change",
    "/admin/users/new": "account.manage",
    "/admin/users/{login}/grants": "account.manage",
    "/admin/users/{login}/access": "account.manage",
    "/admin/users/{login}/password": "account.manage",
    "/admin/report-links": "report.lend",
    "/admin/report-links/{id}/revoke": "report.lend",
    "/account/tokens": "account.own",
    "/account/tokens/{id}/revoke": "account.own",
    "/account/password": "account.own",
    "/account/zone": "account.own",
    "/incidents/{number}/bundle": "evidence.export",
}
SIGNERS = {
    "incident.sign", "incident.restart", "incident.close", "incident.except", "approval.decide",
    "containment.confirm",
}  # fmt: skip
# Beside those: what leads in and out, what belongs to the interface for programs, and the forms
# of people without an account, who are led to no sign-in.
ELSEWHERE = (
    "/api/v1/", "/ledger/", "/language?", "/setup", "/report/link/", "/report/followed/",
)  # fmt: skip


def who_may(permission: str) -> str:
    """Somebody with the permission."""
    if permission in SIGNERS:
        return "gus"
    return "admin" if permission in ("account.manage", "report.lend") else "omar"


def pattern(path: str) -> re.Pattern[str]:
    """What an address of the page looks like, whatever fills its places."""
    parts = [re.escape(part) for part in re.split(r"\{[a-z_]+\}", path)]
    whole = "[^/?#]+".join(parts).replace("/targets/gate", "/targets/[^/?#]+")
    whole = whole.replace("/notifications/0", "/notifications/[0-9]+")
    return re.compile(whole.replace("/problems/workflow\\-stopped", "/problems/[a-z-]+"))


@dataclass
class Tour:
    """The server, what fills the places of addresses, and the people who look."""

    world: World
    places: dict[str, str]
    visitors: dict[str, Visitor] = field(default_factory=dict)

    @classmethod
    def of(cls, server: Server) -> "Tour":
        world = World.set_up(server)
        becomes_production_ready(world)
        approval = asked(world)
        number = is_reported_and_stopped(world)
        is_judged(world, number)
        is_preserved_and_looked_back_on(world, number)
        is_explained_and_corrected(world, number)
        is_restarted_by_two_who_may(world, number)
        is_reviewed_and_closed(world, number)
        records = sent(world)
        rita = {"login": "rita", "name": "Rita, who reported nothing", "password": PASSWORD}
        world.admin.post("users", rita).done(201)
        stop = world.ben.get(f"incidents/{number}").done(200)["containments"][0]["containment"]
        first = world.uma.get(f"incidents/{number}").done(200)["reported_at"]
        basis = {"basis": "GDPR, article 17", "reason": "Asked for.", "records": records[2:]}
        erasure = world.lena.post("evidence/erasures", basis).done(201)["id"]
        places = {
            "number": number, "key": WORKFLOW, "stop": stop, "approval": approval,
            "record": records[0], "other": records[1], "erasure": erasure, "login": "ben",
            "quarter": f"{first[:4]}-Q{(int(first[5:7]) + 2) // 3}", "id": "01",
        } | another(world) | anonymous(world)  # fmt: skip
        return cls(world, places)

    def at(self, path: str) -> str:
        """The address with its places filled in."""
        return path.format(**self.places)

    def visitor(self, login: str) -> Visitor:
        if login not in self.visitors:
            self.visitors[login] = Visitor(self.world.server.url).signed_in(login)
        return self.visitors[login]

    def opened(self, path: str, permission: str) -> Page:
        visitor = self.visitor(who_may(permission))
        page = visitor.opens(self.at(path))
        assert (visitor.status, visitor.place) == (200, self.at(path)), page.said
        return page


def asked(world: World) -> str:
    """The id of a call that waits for a person."""
    filing = {"action": "tool", "tool": "file_draft", "arguments": {"customer": "Alder"}}
    told = world.frida.post(f"workflows/{WORKFLOW}/gate", filing).done(200)
    return str(told["approval"]["id"])


def sent(world: World) -> list[str]:
    """The ids of two records of the same run."""
    records = [
        {
            "workflow": WORKFLOW, "kind": "model_exchange", "session": "run-7", "model": "model-7",
            "input": {"messages": [{"role": "user", "content": f"Summary {number}, please."}]},
            "output": {"messages": [{"role": "assistant", "content": f"{name} is well."}]},
        }
        for number, name in enumerate(("Alder", "Birch"))
    ]  # fmt: skip
    stray = {"workflow": UNREGISTERED, "kind": "note", "note": {"text": "Not registered."}}
    kept = world.admin.post("evidence", {"records": [*records, stray]}).done(201)["records"]
    return [str(record["id"]) for record in kept]


def anonymous(world: World) -> dict[str, str]:
    """A link for reports without an account, and a report that came by it."""
    wished = {"name": "Intranet", "scopes": ["report_link"], "expires_in_days": 30}
    link = str(world.admin.post("tokens", wished).done(201)["token"])
    visitor = Visitor(world.server.url)
    action = f"/report/link/{link}"
    visitor.sends(visitor.opens(action), action, what="It reads the salaries.")
    _, _, _, secret, number = visitor.place.split("/")
    return {"link": link, "secret": secret, "named": number}


def another(world: World) -> dict[str, str]:
    """A second incident, still open, with a look back that Cordon has carried out."""
    world.acting("offers", data_classes=["offers"])
    report = {"workflow": "offers", "what": "An offer names Birch.", "stop": True}
    number = str(world.ana.post("reports", report).done(201)["incident"])
    place = f"incidents/{number}"
    world.ben.post(f"{place}/triage", {"kind": "incident", "reason": "It is one."}).done(201)
    sought: dict[str, Any] = {
        "terms": ["Birch"], "workflows": [WORKFLOW], "from": at(days=1), "to": at(seconds=0),
        "shorter_because": "It began today.",
    }  # fmt: skip
    id = str(world.ben.post(f"{place}/lookbacks/search", sought).done(202)["id"])

    def ended() -> bool:
        found = world.ben.get(f"{place}/lookbacks/search/{id}").done(200)
        return bool(found["state"] == "finished" and found["found"] == 1)

    until("the look back has found the record", ended)
    return {"open": number, "open_key": "offers", "lookback": id}
