"""Words that attack whoever shows them, and a firm in which they stand in every field.

`Hostile` fills in one incident that is being worked on, one that is closed, and everything around
them, over the REST interface. With `PLAIN` the same firm is made of words that harm nobody, so that
what its pages are built of can be compared.
"""

import itertools
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import yaml

from api import Api
from server import Server
from visitor import Visitor
from waiting import until
from world import ANSWERS, DESCRIPTION, PASSWORD, World, at

Record = dict[str, Any]

# What turns the order of reading round, and a name that hides what it is by it.
TURNED = "\u202e"
DISGUISED = f"invoice{TURNED}fdp.exe"

# The shorter a field, the fewer of these fit: what matters most comes first.
ATTACKS = [
    "\"'></title></textarea></script>-->",
    "<img src=x onerror=__hit=1>",
    "<script>__hit=2</script>",
    "<svg onload=__hit=3>",
    '" onfocus=__hit=4 autofocus x="',
    "' onfocus=__hit=5 autofocus x='",
    "{{7*7}}${7*7}%1%2",
    DISGUISED,
    "&lt;img src=x onerror=__hit=6&gt;&#60;script&#62;__hit=7&#60;/script&#62;",
    '<iframe srcdoc="<script>parent.__hit=8</script>"></iframe>',
    "<details open ontoggle=__hit=9><input autofocus onfocus=__hit=10>",
    "<a href=javascript:__hit=11>x</a><object data=javascript:__hit=12><embed src=x>",
    "<base href=//elsewhere.invalid/><form action=//elsewhere.invalid/><button>",
    '<meta http-equiv=refresh content="0;url=//elsewhere.invalid/">',
    "<link rel=stylesheet href=//elsewhere.invalid/x><style>*{display:none}</style>",
    "</p></li></main></body></html>]]>*/;__hit=13//`${__hit=14}`",
]
LINK = "javascript:__hit=15//"


@dataclass(frozen=True)
class Words:
    """What is written into every field, as far as the field is long."""

    name: str
    attacks: tuple[str, ...]
    harms: bool = True

    def fit(self, most: int = 2_000) -> str:
        """As many of the attacks as fit into so many characters, in their order."""
        text = ""
        for attack in self.attacks:
            if len(text) + len(attack) <= most:
                text += attack
        assert text, f"nothing fits into {most} characters"
        return text if self.harms else "".join(one if one.isalnum() else "o" for one in text)

    def marked(self, mark: str, most: int) -> str:
        """The words with a mark, where it keeps none of them from their work."""
        text = self.fit(most - len(mark))
        return text.replace(LINK, LINK + mark) if text.startswith(LINK) else mark + text

    def line(self, most: int = 2_000) -> str:
        """The same where marks of direction are not taken."""
        return self.fit(most).replace(TURNED, "")


MARKUP = Words("markup", tuple(ATTACKS))
ADDRESS = Words("address", (LINK, DISGUISED))
PLAIN = Words("plain", tuple(ATTACKS), harms=False)

EVERYBODY = "everybody"
EVERY_ROLE = [
    "administrator", "governance", "auditor", "legal", "security", "hr", "finance", "operations",
    "executive_sponsor", "executive_leadership", "owner:attacked", "owner:closed",
    "functional_leader:client-services", "operator", "reviewer",
]  # fmt: skip
SIGNERS = {"ben": "owner", "edda": "functional_leader"}
POLICY_WORDS = {
    "title", "meaning", "example", "immediate_control", "long_term_fix", "impact",
    "response_standard", "instruction", "text", "short", "question",
}  # fmt: skip


@dataclass
class Hostile:
    """One server on which every field holds `words`; `paths` are its pages by their names."""

    server: Server
    words: Words
    paths: dict[str, str] = field(default_factory=dict)
    # Which line has planted which mark.
    planted: dict[str, str] = field(default_factory=dict)
    marks: Iterator[int] = field(default_factory=lambda: itertools.count(1_000))

    def __post_init__(self) -> None:
        self.world = World.set_up(self.server)
        grants = {
            "ben": ["owner:attacked", "owner:closed", "owner:waiting"],
            "frida": ["operator"],
        }
        for login, given in grants.items():
            self.world.admin.put(f"users/{login}/grants", {"grants": given}).done(200)
        person = {"login": EVERYBODY, "name": self.text(120), "password": PASSWORD}
        self.world.admin.post("users", person | {"grants": EVERY_ROLE}).done(201)
        self.all = self.world.signed_in(EVERYBODY)
        self.tool = self.text(200)
        self.policy()
        self.accounts()
        self.workflows()
        self.records()
        self.approvals()
        self.attacked()
        self.closed()
        self.others()
        self.kept()
        self.anonymous()
        self.places()

    def text(self, most: int = 2_000, *, is_shown: bool = True) -> str:
        """The words for one field, with a mark by which a page is seen to show this field."""
        mark = f"w{next(self.marks)}x"
        if is_shown:
            caller = sys._getframe(1)
            self.planted[mark] = f"{caller.f_code.co_name}, line {caller.f_lineno}"
        return self.words.marked(mark, most)

    def unseen(self, most: int = 2_000) -> str:
        """The same for a field that no page shows, or only the beginning of."""
        return self.text(most, is_shown=False)

    # Around the incidents

    def policy(self) -> None:
        """The policy that is in force holds the words wherever it has some."""
        now = self.all.get("policy").done(200)
        tree = yaml.safe_load(now["yaml"])
        count = sum(1 for _ in planted(tree, self.words.line(400)))
        assert count > 40, count
        body = {"yaml": yaml.safe_dump(tree, allow_unicode=True), "reason": self.text()}
        self.all.put("policy", body, if_match=now.headers["etag"]).done(200)

    def accounts(self) -> None:
        self.all.post("tokens", {"name": self.text(120), "scopes": ["read"]}).done(201)
        person = {"login": "shut", "name": self.text(120), "password": PASSWORD}
        self.world.admin.post("users", person).done(201)
        shut = {"disabled": True, "reason": self.text()}
        self.world.admin.post("users/shut/access", shut).done(200)
        # Anybody at all may write this into the journal.
        nobody = self.server.api()
        nobody.post("session", {"login": self.text(64), "password": "x"}).refused(
            "not-signed-in", 401
        )

    def description(self, **more: Any) -> Record:
        t = self.text
        tool = {"name": self.tool, "access": "write", "needs_approval": True}
        bounds = [{"name": t(200), "one_of": [t(400)], "prefix": t(400)}]
        return DESCRIPTION | {
            "name": t(120),
            "purpose": t(),
            "owner": "ben",
            "fallback": {
                "title": t(200), "steps": [t(1_000)], "contact": t(200), "capacity": t(200),
            },
            "review_standard": {"checks": [t(1_000)], "share_percent": 100},
            "escalation": [{"function": t(200), "contact": t(200)}],
            "authority": {
                "mode": "act",
                "tools": [
                    tool,
                    {"name": "bounded", "access": "write", "arguments": bounds},
                    {"name": f"read {t(150)}", "access": "read"},
                ],
                "delivers": "outside",
                "forbids": [f"never {t(390)}"],
            },
            "data_classes": [t(120)],
            "affected_parties": [t(120)],
            "severity_owners": [{"level": level, "contact": t(200)} for level in (1, 2, 3, 4)],
            "manual_targets": [
                {"name": "by-hand", "instruction": t(), "contact": t(200)}
            ],
            "gateway": {"models": [self.unseen(200)], "upstreams": {}},
        } | more  # fmt: skip

    def workflows(self) -> None:
        world = self.world
        world.register("attacked", **self.description(related=["waiting"]))
        world.register("closed", **self.description())
        world.register("waiting", **self.description(related=["attacked"]))
        world.register("retired", **self.description())
        for key in ("attacked", "closed", "waiting", "retired"):
            override = {"reason": self.text(), "expires_at": at(days=-7)}
            world.gus.post(f"workflows/{key}/production", {"override": override}).done(200)
        world.admin.post("workflows/retired/retire", {"reason": self.text()}).done(200)

    def record(self, workflow: str, said: str = "Birch", **more: Any) -> Record:
        t = self.text
        # Of a long record the page shows the words, and the beginning of the rest.
        end = self.unseen
        wild: Record = {
            "workflow": workflow, "kind": "model_exchange", "model": t(200), "actor": t(200),
            "target": t(1_000), "session": t(200), "trace": t(200), "span": t(200),
            "status": t(1_000), "tokens_in": 3, "tokens_out": 5,
            "system": {"text": t()},
            "input": {"messages": [
                {"role": "user", "content": f"Birch {t()}"},
                {"role": t(200), "content": [{"type": "text", "text": t()}]},
            ]},
            "retrieved": {"documents": [{"text": t(), "title": end()}, t()]},
            "output": {"messages": [
                {"role": "assistant", "content": f"{said} {t()}", "tool_calls": [
                    {"id": "c1", "type": "function",
                     "function": {"name": t(200), "arguments": "[]"}},
                ]},
                {"role": "tool", "tool_call_id": "c1", "content": t()},
            ]},
            "tools": [{"name": t(), "arguments": {t(): [t()]}, "result": t()}],
            "parameters": {end(): end()}, "attributes": {end(): {end(): end()}},
            "approval": {"by": t(), "decision": t()}, "delivery": {"to": t(), "subject": t()},
            "change": {"what": t(), "version": t()}, "note": {"text": t()},
        }  # fmt: skip
        return wild | more

    def records(self) -> None:
        t = self.text
        sent = [
            self.record("attacked"),
            self.record("attacked", said="Alder"),
            self.record("attacked", said="Gone", key="gone"),
            self.record("attacked", kind="tool_call"),
            self.record("attacked", kind="note", input=self.text(), output=self.text()),
            {"workflow": "attacked", "kind": "model_exchange", "parameters": {t(): t()},
             "attributes": {t(): {t(): t()}}, "retrieved": {"documents": [{"title": t()}]}},
            # Of a workflow that nobody has registered.
            self.record(self.unseen(100)),
        ]
        # What is erased is seen no more, nor what another group has taken the place of.
        whole = json.dumps([each for each in sent if each.get("key") != "gone"])
        self.planted = {
            mark: where for mark, where in self.planted.items()
            if not where.startswith("record,") or mark in whole
        }  # fmt: skip
        kept = self.all.post("evidence", {"records": sent}).done(201)["records"]
        self.kept_ids = [each["id"] for each in kept]
        span = {
            "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174",
            "name": self.unseen(200), "kind": 1,
            "startTimeUnixNano": "1544712660000000000", "endTimeUnixNano": "1544712661000000000",
            "attributes": [
                {"key": key, "value": {"stringValue": value}}
                for key, value in {
                    "gen_ai.operation.name": "chat", "gen_ai.request.model": t(150),
                    "gen_ai.agent.name": self.unseen(150), "gen_ai.tool.name": self.unseen(150),
                    "gen_ai.prompt": self.unseen(), "gen_ai.completion": self.unseen(),
                    self.unseen(200): self.unseen(),
                }.items()
            ],
        }  # fmt: skip
        resource = {"attributes": [
            {"key": "service.name", "value": {"stringValue": self.unseen(100)}},
        ]}  # fmt: skip
        scope = {"scope": {"name": self.unseen(200)}, "spans": [span]}
        body = {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}
        self.all.post("/v1/traces", body).done(200)
        for change in ({"aspect": "prompt"}, {}):
            said = change | {"what": self.text(), "version": self.text(200)}
            self.all.post("workflows/attacked/changes", said).done(201)

    def approvals(self) -> None:
        ids = []
        for number in range(3):
            asked = {
                "action": "tool", "tool": self.tool, "run": self.text(200),
                "record": self.text(200), "user": self.text(64), "point": self.text(120),
                "arguments": {"number": number, self.text(): [self.text()]},
                "diff": self.text(),
            }  # fmt: skip
            told = self.all.post("workflows/waiting/gate", asked).done(200)
            assert told["decision"] == "approval", told.text
            ids.append(told["approval"]["id"])
        world = self.world
        edited = {"reason": self.text(), "arguments": {self.text(): self.text()}}
        world.gus.post(f"approvals/{ids[1]}/approve", edited).done(200)
        world.gus.post(f"approvals/{ids[2]}/reject", {"reason": self.text()}).done(200)
        self.approval_ids = ids

    # The incidents

    def attacked(self) -> None:
        """One that is stopped, with every field filled in up to the signatures."""
        self.number = self.is_told("attacked")
        self.is_worked_on(self.number)
        self.is_signed(self.number, "ben")

    def closed(self) -> None:
        """One that is restarted, reviewed and closed, with an exception."""
        number = self.closed_number = self.is_told("closed")
        place = f"incidents/{number}"
        self.is_worked_on(number)
        self.is_signed(number, *SIGNERS)
        restart = {"conditions": self.text(), "watch": [{"kind": "denied_action", "threshold": 3}]}
        self.world.gus.post(f"{place}/restart", restart).done(201)
        review = {
            "control_change": self.text(),
            "updates": [
                {"kind": kind, "description": self.text()}
                for kind in ("evaluation_case", "policy", "training")
            ],
        }
        self.world.gus.post(f"{place}/review", review).done(201)
        skipped = {"step": 11, "reason": self.text()}
        self.world.gus.post(f"{place}/skips", skipped).done(201)
        self.world.gus.post(f"{place}/exception", {"reason": self.text()}).done(201)
        self.world.gus.post(f"{place}/close").done(201)

    def is_told(self, workflow: str) -> str:
        body = {
            "workflow": workflow, "what": self.text(), "left_company": "unknown",
            "contact": self.text(200), "discovered": self.text(),
        }  # fmt: skip
        self.what = str(body["what"])
        number: str = self.world.ana.post("reports", body).done(201)["incident"]
        stop = {"reason": self.text(), "incident": number}
        self.world.ana.post(f"workflows/{workflow}/stop", stop).done(201)
        return number

    def is_worked_on(self, number: str) -> None:
        place, t = f"incidents/{number}", self.text
        ben, gus = self.world.ben, self.world.gus

        def does(path: str, _by: Api = ben, **body: Any) -> Record:
            done: Record = _by.post(f"{place}/{path}", body).done(201).json
            return done

        does("triage", kind="near_miss", reason=t())
        does("assessment", answers=ANSWERS, type="other", type_note=t(), potential_level=3)
        does("assessment", level=3, reason=t())
        does("assessment", lowering={"level": 2, "reason": t()})
        does("assessment", gus, confirm_lowering=True)
        for hours, moment in ((3, "occurred"), (2, "detected")):
            does("times", moment=moment, time=at(hours=hours), source=t())
        does("impact", description=t(), acted_upon="yes", reversible="no", left_company="no",
             functions=[t(64), t(60)])  # fmt: skip
        does("fallback", activated=True, note=t(), told=[t(200), t(200)])
        for kind in ("input", "prompt", "output", "tool_call", "model_version"):
            does("evidence", kind=kind, name=t(200), text=self.unseen(), note=t())
        does("gaps", kind="approval", why=t())
        does("gaps", kind="delivery", why=t())
        duty = t(200)
        does("notifications", duty=duty, decision="pending", reason=t(), due_at=at(days=-1))
        does("notifications", duty=t(200), decision="does_not_apply", reason=t())
        does("notifications", duty=duty, decision="does_not_apply", reason=t())
        self.is_looked_back_on(number)
        names = ("permissions", "retrieval", "data", "review")
        controls = [
            {"control": "retrieval_scope", "state": "failed", "note": t()},
            {"control": "change_control", "state": "missing", "note": t()},
        ]
        does("cause", failure_class="model", description=t(), changed_before=t(),
             reproduction=t(), confidence="low", controls=controls,
             considered={name: t() for name in names})  # fmt: skip
        for kind in ("person", "output"):
            added = does("affected", kind=kind, reference=t(200), description=t())["affected"]
            does(f"affected/{added[-1]['id']}/correction", correction=t())
        for control in ("retrieval_scope", "change_control"):
            body = {"title": t(200), "kind": "other", "control": control, "owner": t(200)}
            action = does("actions", self.world.frida, due_at=at(days=-3), **body)["actions"][-1]
            does(f"actions/{action['id']}/done", self.world.frida, evidence=t())
        does("actions", self.world.frida, title=t(200), kind="other", owner=t(200),
             due_at=at(days=-3), before_restart=False)  # fmt: skip
        key = t(200)
        does("evaluations", cases=[{"key": key, "description": t()}])
        for subject, passed in (("failed", False), ("fixed", True)):
            does("evaluations", version=t(200), subject=subject,
                 results=[{"key": key, "passed": passed, "runs": 20}])  # fmt: skip
        self.is_proved(number)

    def is_looked_back_on(self, number: str) -> None:
        place, t = f"incidents/{number}/lookbacks", self.text
        ben = self.world.ben
        window = {
            "from": at(days=30), "to": at(seconds=1), "population": t(), "population_count": 2,
            "method": "sample", "sample_seed": t(200), "sample_size": 2, "shorter_because": t(),
        }  # fmt: skip
        opened = ben.post(place, window).done(201)["lookbacks"][-1]["id"]
        finding = {"reference": t(200), "verdict": "unaffected", "description": t()}
        ben.post(f"{place}/{opened}/findings", finding).done(201)
        told = {"examined": 2, "conclusion": t()}
        ben.post(f"{place}/{opened}/conclusion", told).done(201)
        sought = {
            "terms": ["Birch", self.unseen(200)], "everything": True, "shorter_because": t(),
            "from": at(days=30), "to": at(seconds=0),
        }  # fmt: skip
        run = ben.post(f"{place}/search", sought).done(202)["id"]

        def ended() -> Record | None:
            found: Record = ben.get(f"{place}/search/{run}").done(200).json
            return found if found["state"] != "running" else None

        found = until("the search ends", ended)
        assert found["state"] == "finished", found
        for hit in found["hits"]:
            verdict = {"record": hit["id"], "verdict": "unaffected", "description": t()}
            ben.post(f"{place}/search/{run}/verdicts", verdict).done()
        told = {"examined": found["examined"], "conclusion": t()}
        ben.post(f"{place}/{run}/conclusion", told).done(201)
        self.paths[f"look back {number}"] = f"/incidents/{number}/lookbacks/{run}"

    def is_proved(self, number: str) -> None:
        """Confirms by hand what is stopped by hand, and waits for the rest."""
        for stop in self.world.ben.get(f"incidents/{number}").done(200)["containments"]:
            flow, id = stop["workflow"], stop["containment"]
            self.world.ben.post(
                f"workflows/{flow}/containments/{id}/targets/by-hand", {"proof": self.text()}
            ).done()
            self.paths[f"stop {flow}"] = f"/workflows/{flow}/stopped/{id}"

        def proved() -> bool:
            found = self.world.ben.get(f"incidents/{number}").done(200)["containments"]
            return all(each["proved"] for each in found)

        until("every stop is proved", proved)

    def is_signed(self, number: str, *logins: str) -> None:
        place = f"incidents/{number}"
        hash = self.world.ben.get(f"{place}/restart").done(200)["evidence_hash"]
        for login in logins:
            body = {"role": SIGNERS[login], "evidence_hash": hash, "statement": self.text()}
            self.world.people[login].post(f"{place}/signatures", body).done(201)

    def others(self) -> None:
        """One of no known workflow, one of each kind, and a stop of a part."""
        ana, gus = self.world.ana, self.world.gus
        for kind in ("quality_issue", "declined", "incident"):
            body = {"workflow": self.text(200), "what": self.text(), "left_company": "no"}
            number = ana.post("reports", body).done(201)["incident"]
            none = {name: "no" for name in ANSWERS}
            gus.post(f"incidents/{number}/assessment", {"answers": none}).done(201)
            self.paths[f"unlisted {kind}"] = f"/incidents/{number}"
            gus.post(f"incidents/{number}/triage", {"kind": kind, "reason": self.text()}).done(201)
        self.unlisted = number
        part = {"reason": self.text(), "scope": {"tool": self.text(200)}}
        stop = ana.post("workflows/waiting/stop", part).done(201)["containment"]["id"]
        self.paths["stop of a tool"] = f"/workflows/waiting/stopped/{stop}"

    def kept(self) -> None:
        """Holds and erasures, each with its reason."""
        lena, omar = self.world.lena, self.world.omar
        erased = {"basis": self.text(200), "reason": self.text(), "records": [self.kept_ids[2]]}
        erasure = lena.post("evidence/erasures", erased)
        holds = lena.every("holds")
        for hold in holds:
            for who in (lena, omar):
                who.post(f"holds/{hold['id']}/release", {"reason": self.text()}).done()
        if erasure.status != 201:
            erasure = lena.post("evidence/erasures", erased)
        omar.post(f"evidence/erasures/{erasure.done(201)['id']}/approve").done()
        body = {"basis": self.text(200), "reason": self.text(), "person": "Birch"}
        asked = lena.post("evidence/erasures", body).done(201)["id"]
        for verb in ("release", "keep", None):
            hold = lena.post("holds", {"workflow": "attacked", "reason": self.text()})
            place = f"holds/{hold.done(201)['id']}"
            if verb:
                lena.post(f"{place}/release", {"reason": self.text()}).done()
            if verb == "keep":
                omar.post(f"{place}/keep", {"reason": self.text()}).done()
        self.paths["erased record"] = f"/evidence/{self.kept_ids[2]}"
        self.paths["erasure done"] = f"/evidence/erasures/{erasure['id']}"
        self.paths["erasure asked"] = f"/evidence/erasures/{asked}"

    def anonymous(self) -> None:
        """A link for reports without an account, and a report that came by it."""
        wished = {"name": self.text(120), "scopes": ["report_link"], "expires_in_days": 30}
        link = f"/report/link/{self.world.admin.post('tokens', wished).done(201)['token']}"
        nobody = Visitor(self.world.server.url)
        told = {"what": self.text(), "workflow": "attacked"}
        page = nobody.fills(nobody.opens(link), link, told)
        nobody.sends(page, nobody.place, text=self.unseen())
        assert nobody.status == 200
        number = nobody.place.rpartition("/")[2]
        self.paths["link for reports"] = link
        self.paths["followed report"] = nobody.place
        self.paths["anonymous incident"] = f"/incidents/{number}"
        self.paths["bundle"] = f"/incidents/{number}/bundle"

    # The pages

    def places(self) -> None:
        paths = self.paths
        today = datetime.now(UTC)
        paths["review"] = f"/reviews/{today.year}-Q{(today.month - 1) // 3 + 1}"
        for path in PLACES:
            paths[path] = path
        for number in (self.number, self.closed_number):
            for part in ("", "/file", "/timeline", "/affected", "/evidence", "/receipt"):
                paths[f"incident {number}{part}"] = f"/incidents/{number}{part}"
        for step in STEPS:
            paths[f"incident at {step}"] = f"/incidents/{self.number}?step={step}"
        paths["receipt of the unlisted"] = f"/incidents/{self.unlisted}/receipt"
        for key in ("attacked", "closed", "waiting", "retired"):
            paths[f"workflow {key}"] = f"/workflows/{key}"
            paths[f"incidents of {key}"] = f"/incidents?workflow={key}"
        for key in ("attacked", "waiting"):
            paths[f"edit {key}"] = f"/workflows/{key}/edit"
            paths[f"stop form {key}"] = f"/workflows/{key}/stop"
            paths[f"over time {key}"] = f"/workflows/{key}/over-time"
        for number, id in enumerate(self.approval_ids):
            paths[f"approval {number}"] = f"/approvals/{id}"
        one, other, *_ = self.kept_ids
        others = [each["id"] for each in self.all.every("evidence")]
        for number, id in enumerate(dict.fromkeys(self.kept_ids + others)):
            paths[f"record {number}"] = f"/evidence/{id}?commitments=yes&whole=yes"
        for part in ("output", "input"):
            paths[f"compare {part}"] = f"/evidence/{one}/compare?with={other}&part={part}"
        for stream in ("policy", "sign-in", "workflow/attacked", f"incident/{self.number}"):
            paths[f"audit of {stream}"] = f"/audit?stream={stream}"
        entries = [entry["index"] for entry in self.world.uma.every("journal")]
        for number, place in enumerate([entries[-1] + 1, *entries[-25::-25]]):
            paths[f"audit {number}"] = f"/audit?before={place}"
        for login in (EVERYBODY, "shut", "ben"):
            paths[f"account {login}"] = f"/admin/users/{login}"


# Pages that need nothing in their address.
PLACES = [
    "/", "/report", "/report?workflow=attacked", "/reports", "/stop",
    "/workflows", "/workflows/new",
    "/incidents", "/incidents?kind=near_miss", "/incidents?state=closed", "/near-misses",
    "/quality", "/actions", "/actions/duties", "/approvals", "/evidence", "/evidence?q=Birch",
    "/evidence/holds",
    "/evidence/holds?released=true", "/evidence/erasures", "/evidence/retention",
    "/evidence/gaps", "/evidence/shadow", "/reviews", "/policy", "/policy?version=1",
    "/policy/change", "/audit", "/admin", "/admin/users", "/admin/users/new", "/account",
    "/admin/report-links", "/search", "/search?q=Birch", "/help", "/problems",
    "/problems/not-found", "/sign-in",
]  # fmt: skip
STEPS = [
    "report", "contain", "preserve", "assess", "escalate", "look_back", "cause", "correct",
    "evaluate", "restart", "watch", "review", "close", "file", "changes", "timeline",
]  # fmt: skip


def planted(tree: Any, words: str) -> Iterator[str]:
    """Puts the words behind every text of a policy that people read."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if isinstance(value, str) and name in POLICY_WORDS:
                tree[name] = f"{value[:40]} {words}"
                yield name
            else:
                yield from planted(value, words)
    elif isinstance(tree, list):
        for each in tree:
            yield from planted(each, words)

