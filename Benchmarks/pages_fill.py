"""Fills a Cordon for pages.py: people, workflows, incidents, records, calls that wait.

Everything comes in through the REST interface, over many connections that stay open, so that what
is measured later is what a company would have made itself. Only the clock cannot be turned back:
all incidents are of today. The same numbers give the same content. Standard library only.
"""

import concurrent.futures
import datetime
import http.client
import itertools
import json
import random
import sys
import threading
import time
import urllib.parse

from world import Failure

PASSWORD = "correct horse battery"
VISITOR = "vera"
# One person who may open every page.
VISITOR_GRANTS = ["administrator", "governance", "executive_sponsor", "auditor"]
CONNECTIONS = 32
# A full body of evidence is sealed as a whole, so few of them are under way at once.
EVIDENCE_CONNECTIONS = 4
RECORDS_AT_ONCE = 512
WORKFLOWS_OF_OWNER = 10
FUNCTIONS = ["finance", "client-services", "operations", "people", "legal", "sales"]
WORK = ["Invoice coding", "Monthly summaries", "Reply drafts", "Contract review", "Lead scoring",
        "Refund decisions", "Policy answers", "Vendor onboarding", "Claims triage", "Job adverts"]
MODELS = ["model-7-2026-03", "model-7-2026-05", "assistant-4-large", "local-70b"]
TYPES = ["data_exposure", "incorrect_external_output", "unauthorized_action", "workflow_drift",
         "human_review_failure"]
CONTROLS = ["permission_boundary", "retrieval_scope", "prompt", "grounding", "output_check",
            "evaluation_coverage", "change_control", "approval_gate", "training", "vendor",
            "monitoring"]
# Of a hundred incidents so many are closed and declined, quality issues, near misses, incidents;
# the others are still open in the order of OPEN.
DECLINED, QUALITY, NEAR_MISS, INCIDENT = 20, 28, 36, 10
OPEN = ["reported", "quality", "quality", "near_miss", "incident", "incident"]


class Sender:
    """REST calls over one connection for each thread."""

    def __init__(self, url):
        self.address = urllib.parse.urlparse(url)
        self.local = threading.local()

    def call(self, token, method, path, body=None, media_type="application/json"):
        """Gives the answer's JSON; what is busy is asked again after the time that it names."""
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if sent is not None:
            headers["Content-Type"] = media_type
        for _ in range(600):
            status, wait, text = self._once(method, f"/api/v1{path}", sent, headers)
            if status in (429, 503):
                time.sleep(float(wait or 0.2))
                continue
            if status // 100 != 2:
                raise Failure(f"{method} {path}: {status} {text.decode()[:2000]}")
            return json.loads(text or b"null")
        raise Failure(f"{method} {path}: the server stays busy")

    def _once(self, method, path, sent, headers):
        if not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPConnection(
                self.address.hostname, self.address.port, timeout=300)
        self.local.connection.request(method, path, sent, headers)
        answer = self.local.connection.getresponse()
        return answer.status, answer.getheader("Retry-After"), answer.read()


class Words:
    """Prose of made-up words, in which some are frequent and most are rare."""

    def __init__(self, count=8_000):
        dice = random.Random(11)
        ends = ["a", "en", "or", "is", "um", "et", "ing", "al"]
        starts = "b br d f g gl k l m n p pr s st t v".split()
        parts = [start + vowel for start in starts for vowel in "aeiou"]
        words = {}
        while len(words) < count:
            words["".join(dice.choices(parts, k=dice.choice((1, 2, 2, 3)))) + dice.choice(ends)] = 1
        self.words = list(words)
        self.weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(count)))

    def prose(self, dice, count):
        return " ".join(dice.choices(self.words, cum_weights=self.weights, k=count)) + "."


class Filler:
    """Fills one Cordon; `known` is what pages.py has to know of it afterwards."""

    def __init__(self, cordon, options):
        self.cordon, self.options = cordon, options
        self.sender, self.words = Sender(cordon.url), Words()
        self.keys = [f"{WORK[number % len(WORK)].lower().replace(' ', '-')}-{number:04}"
                     for number in range(options.workflows)]
        self.known = {"visitor": VISITOR, "password": PASSWORD}

    def fill(self):
        for part in (self.people, self.workflows, self.incidents, self.stops, self.approvals,
                     self.evidence, self.the_long_incident, self.erasure):
            began = time.monotonic()
            part()
            note(f"{part.__name__.replace('_', ' ')}: {time.monotonic() - began:.0f} s")
        return self.known

    def each(self, work, items, connections=CONNECTIONS):
        """Does it for every item, many at once; the first failure ends all of it."""
        with concurrent.futures.ThreadPoolExecutor(connections) as pool:
            results = pool.map(work, items, chunksize=1)
            return list(results)

    def as_visitor(self, method, path, body=None):
        return self.sender.call(self.visitor, method, path, body)

    def session(self, login):
        body = {"login": login, "password": PASSWORD}
        return self.sender.call(None, "POST", "/session", body)["session"]

    # People and workflows

    def owner_of(self, number):
        return f"owner-{number // WORKFLOWS_OF_OWNER:04}"

    def deputy_of(self, number):
        return self.owner_of((number + WORKFLOWS_OF_OWNER) % len(self.keys))

    def people(self):
        self.admin = self.sender.call(None, "POST", "/setup", {
            "token": self.cordon._setup_token(), "login": "ada", "name": "Ada Admin",
            "password": PASSWORD})["token"]
        owned = {}
        for number, key in enumerate(self.keys):
            for login in {self.owner_of(number), self.deputy_of(number)}:
                owned.setdefault(login, []).append(f"owner:{key}")
        people = [(VISITOR, "Vera Visitor", VISITOR_GRANTS), ("deputy", "Dan Deputy", []),
                  *((login, login.title(), grants) for login, grants in owned.items())]
        self.each(lambda person: self.sender.call(self.admin, "POST", "/users", {
            "login": person[0], "name": person[1], "password": PASSWORD, "grants": person[2],
        }), people)
        self.visitor = self.session(VISITOR)
        self.known |= {"administrator": "ada", "owner": "owner-0000"}

    def workflow(self, number):
        """Nineteen of twenty run, most of them complete; what runs can be asked for an approval."""
        key, owner = self.keys[number], self.owner_of(number)
        body = {"key": key, "name": f"{WORK[number % len(WORK)]} {number:04}",
                "function": FUNCTIONS[number % len(FUNCTIONS)], "owner": owner}
        if number % 20 == 19:
            return self.as_visitor("POST", "/workflows", body)
        dice = random.Random(number)
        self.as_visitor("POST", "/workflows", body | {
            "purpose": self.words.prose(dice, 20), "deputy": self.deputy_of(number),
            "fallback": {"title": "Do it by hand", "contact": owner, "capacity": "40 a day",
                         "steps": [self.words.prose(dice, 8) for _ in range(4)]},
            "review_standard": {"checks": [self.words.prose(dice, 6)], "share_percent": 10},
            "escalation": [{"function": "finance", "contact": owner}],
            "authority": {"mode": "act", "delivers": "inside", "tools": [
                {"name": "read_notes", "access": "read"},
                {"name": "post_entry", "access": "write", "needs_approval": True,
                 "approval": {"window_minutes": 43_200}}]},
            "data_classes": ["invoices", "notes"], "affected_parties": ["customers"],
            "retention": "standard", "related": [self.keys[number - 1]] if number % 7 == 1 else [],
            "severity_owners": [{"level": level, "contact": owner} for level in (1, 2, 3, 4)],
            # What is stopped by hand keeps stopping until somebody says so.
            "manual_targets": [{"name": "batch-job", "instruction": "Turn it off.",
                                "contact": owner}] if number % 200 == 5 else []})
        if number % 100 == 7:
            return self.as_visitor("POST", f"/workflows/{key}/retire", {"reason": "Not needed."})
        if number % 20 == 5:
            return self.as_visitor("POST", f"/workflows/{key}/production", {
                "override": {"reason": "Its rehearsal is due.", "expires_at": ahead(days=29)}})
        self.as_visitor("POST", f"/workflows/{key}/rehearsals", {"on": ago(minutes=1_440)})
        self.as_visitor("POST", f"/workflows/{key}/stop-tests", {})
        return self.as_visitor("POST", f"/workflows/{key}/production", {})

    def workflows(self):
        self.each(self.workflow, range(self.options.workflows))

    def running(self, step=1):
        return [key for number, key in enumerate(self.keys)
                if number % 20 != 19 and number % 100 != 7][::step]

    # Incidents

    def incident(self, number):
        dice = random.Random(1_000_003 + number)
        workflow = self.keys[dice.randrange(len(self.keys))]
        opened = self.as_visitor("POST", "/reports", {
            "workflow": workflow if number % 50 else "A tool that nobody has named",
            "what": self.words.prose(dice, dice.randint(12, 60)), "left_company": "no",
            "discovered": self.words.prose(dice, 8), "occurred_at": ago(dice.randint(60, 90)),
            "detected_at": ago(dice.randint(1, 59))})["incident"]
        place = number % 100
        bounds = list(itertools.accumulate([DECLINED, QUALITY, NEAR_MISS, INCIDENT]))
        kind = next((kind for kind, bound in zip(
            ["declined", "quality", "near_miss", "incident"], bounds) if place < bound), None)
        is_closed = kind is not None
        self.respond(opened, kind or OPEN[place - bounds[-1]], dice, is_closed)

    def respond(self, number, kind, dice, is_closed):
        """As far as the kind goes; what is closed without a complete file has an exception."""
        def act(path, body):
            return self.as_visitor("POST", f"/incidents/{number}/{path}", body)

        if kind == "reported":
            return
        if kind == "declined":
            act("triage", {"kind": "declined", "reason": "It is as it should be."})
            act("close", {})
            return
        # Without a type, so that no quality issues are alike and promoted.
        is_quality = kind == "quality"
        named = {} if is_quality else {"type": dice.choice(TYPES), "potential_level": 3}
        no = {str(question): "no" for question in range(1, 8)}
        act("assessment", {"answers": no} | named)
        act("triage", {"kind": "quality_issue" if is_quality else kind, "reason": "As reported."})
        if kind == "incident":
            act("cause", {
                "failure_class": dice.choice(["model", "workflow_design", "data", "human_review"]),
                "description": self.words.prose(dice, 20), "changed_before": "Nothing.",
                "controls": [{"control": dice.choice(CONTROLS), "state": "failed"}],
                "reproduction": "It happens again.", "confidence": "high",
                "considered": {part: "Looked at." for part in
                               ("permissions", "retrieval", "data", "review")}})
            action = act("actions", {
                "title": self.words.prose(dice, 6), "kind": "process", "owner": "deputy",
                "due_at": ahead(days=dice.randint(1, 60))})["actions"][-1]["id"]
            if is_closed:
                act(f"actions/{action}/done", {"evidence": "Change 4711."})
        if is_closed:
            act("exception", {"reason": "Of little weight."})
            act("close", {})

    def incidents(self):
        self.each(self.incident, range(self.options.incidents))

    def stops(self):
        """Two of a hundred stand still, some of them until somebody confirms it."""
        keys = [key for number, key in enumerate(self.keys) if number % 100 in (5, 55)]
        stops = self.each(lambda key: self.as_visitor(
            "POST", f"/workflows/{key}/stop", {"reason": "It names other customers."}), keys)
        self.known["stopped"] = [keys[0], stops[0]["containment"]["id"]]

    def approvals(self):
        stopped = {key for number, key in enumerate(self.keys) if number % 100 in (5, 55)}
        keys = [key for key in self.running(step=8) if key not in stopped]

        def ask(key):
            return self.sender.call(self.admin, "POST", f"/workflows/{key}/gate", {
                "action": "tool", "tool": "post_entry", "run": f"run-{key}",
                "arguments": {"amount": 1_200, "account": "4400", "note": key}})

        asked = self.each(ask, keys)
        self.known["approval"] = asked[0]["approval"]["id"]
        self.known["approvals"] = len(asked)

    # Evidence

    def batch(self, number):
        """Records of many workflows, some of which nobody has registered; sixty days in all."""
        dice = random.Random(2_000_003 + number)
        first = number * RECORDS_AT_ONCE
        count = min(RECORDS_AT_ONCE, self.options.records - first)
        lines = []
        for index, key in enumerate(dice.choices(
                self.senders, cum_weights=self.sender_weights, k=count), first):
            begun = datetime.timedelta(days=60) * (1 - index / self.options.records)
            lines.append(json.dumps({
                "workflow": key, "kind": "model_exchange" if index % 5 else "tool_call",
                "at": rfc3339(self.began - begun), "model": MODELS[len(key) % len(MODELS)],
                "actor": f"user-{dice.randrange(500):03}",
                "target": f"account/{dice.randrange(20_000):05}",
                "session": f"run-{index // 4:07}", "trace": f"{dice.getrandbits(128):032x}",
                "span": f"{index:016x}", "status": "ok", "tokens_in": 300, "tokens_out": 180,
                "system": {"text": f"You do {key} and nothing else."},
                "input": {"messages": [{"role": "user", "content": self.words.prose(dice, 110)}]},
                "output": {"messages": [
                    {"role": "assistant", "content": self.words.prose(dice, 80)}]}}))
        self.sender.call(self.admin, "POST", "/evidence", "\n".join(lines).encode(),
                         media_type="application/x-ndjson")

    def evidence(self):
        self.began = datetime.datetime.now(datetime.UTC)
        unregistered = [f"shadow-tool-{number:02}" for number in range(40)]
        order = random.Random(5)
        self.senders = [*self.keys, *unregistered]
        order.shuffle(self.senders)
        self.sender_weights = list(itertools.accumulate(
            (rank + 3) ** -0.7 for rank in range(len(self.senders))))
        batches = -(-self.options.records // RECORDS_AT_ONCE)
        self.each(self.batch, range(batches), EVIDENCE_CONNECTIONS)
        self.wait_for_the_index()
        busiest = next(key for key in self.senders if key in set(self.running()))
        records = self.as_visitor(
            "GET", f"/evidence?workflow={busiest}&kind=model_exchange&limit=2")["items"]
        self.known |= {"busiest": busiest, "records": [record["id"] for record in records]}
        half = self.began - datetime.timedelta(days=30)
        self.known |= {
            "word": self.words.words[40], "rare": self.words.words[-1],
            "middle": sorted(self.keys)[len(self.keys) // 2], "model": MODELS[0],
            "long_ago": half.strftime("%Y-%m-%d"), "then": half.strftime("%Y-%m-%d"),
            "period": f"{self.began.year}-Q{(self.began.month + 2) // 3}"}

    def wait_for_the_index(self):
        while True:
            count = self.as_visitor("GET", "/evidence/count")
            if count["indexed"] >= count["records"]:
                return
            time.sleep(1)

    # What single pages need

    def the_long_incident(self):
        """One incident with something in every part of its page."""
        key, dice = self.known["busiest"], random.Random(3)
        number = self.as_visitor("POST", "/reports", {
            "workflow": key, "what": self.words.prose(dice, 120), "left_company": "no",
            "occurred_at": ago(300), "detected_at": ago(200)})["incident"]
        self.respond(number, "incident", dice, is_closed=False)

        def act(path, body):
            return self.as_visitor("POST", f"/incidents/{number}/{path}", body)

        for place in range(60):
            act("affected", {"kind": "record", "reference": f"account/{place:05}",
                             "description": self.words.prose(dice, 12)})
        for place in range(30):
            act("evidence", {"kind": "output", "name": f"Draft {place}",
                             "text": self.words.prose(dice, 60)})
        act("impact", {"description": self.words.prose(dice, 30), "acted_upon": "no",
                       "reversible": "yes", "left_company": "no", "functions": ["finance"]})
        act("fallback", {"activated": True, "note": "By hand.", "told": ["The whole team"]})
        run = act("lookbacks/search", {
            "terms": [self.words.words[-1], self.words.words[-7]]})
        while run["state"] not in ("finished", "failed", "cancelled"):
            time.sleep(0.2)
            run = self.as_visitor("GET", f"/incidents/{number}/lookbacks/search/{run['id']}")
        self.known |= {"incident": number, "lookback": run["id"]}

    def erasure(self):
        """Of a workflow that nobody has registered, as no incident holds it."""
        shadow = next(key for key in self.senders if key.startswith("shadow"))
        found = self.as_visitor("GET", f"/evidence?workflow={shadow}&limit=3")["items"]
        erasure = self.as_visitor("POST", "/evidence/erasures", {
            "records": [record["id"] for record in found], "basis": "GDPR art. 17",
            "reason": "They asked for it."})
        self.known["erasure"] = erasure["id"]


def rfc3339(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def ago(minutes):
    return rfc3339(datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=minutes))


def ahead(days):
    return rfc3339(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days))


def note(text):
    print(f"   {text}", file=sys.stderr, flush=True)
