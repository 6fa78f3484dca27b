"""Measures how Cordon takes, finds and keeps evidence, side by side with Phoenix and MLflow.

    evidence.py --shared DIR --scratch DIR --binary PATH [--rounds 3] [--only ingest,search]

It needs Python 3.11 with venv, curl, a release build of Cordon, and the folder of shared scripts
that generate, encode and send the interactions and start the peers. Into the scratch folder it
installs with pip, when missing: opentelemetry-proto for the encoder, arize-phoenix and mlflow. Its
data is made there too: 3 GB, and with a million records as much again.

Each round starts every server anew on an empty folder, on loopback, and begins with another one.
The ratios travel; processor time and speed belong to the machine that is printed with them.
Standard library only.
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import evidence_load
from evidence_filled import Filled, search_peers, wait_for_the_index
from evidence_peers import MLflow, Phoenix, measure_ingest, run, warm_up
from evidence_scratch import FIRST, Tools, fresh_folder, keep, note
from measure import Report, cpu_seconds, describe_machine, median
from world import Cordon, Failure

HERE = pathlib.Path(__file__).resolve().parent
PASSWORD = "correct horse battery"
INGEST, INDEX = "ingest", "index"
ON_THE_FILLED = ["search", "lookback", "disk", "memory", "verify", "export", "start"]
PARTS = [INGEST, INDEX, "ack", *ON_THE_FILLED]


class EvidenceCordon(Cordon):
    """A Cordon that takes evidence for one workflow. Every call about evidence is here."""

    def furnish(self):
        super().furnish()
        signed_in = self.call("POST", "/session", {"login": "ben", "password": PASSWORD})
        self.owner = signed_in["session"]
        self.capture_token = self._token("capture", workflow="bench")
        self.read_token = self._token("read")
        self.respond_token = self._token("respond")
        self.traces = f"{self.url}/v1/traces"
        self.header = ["--header", f"Authorization=Bearer {self.capture_token}"]

    def _token(self, scope, **more):
        body = {"name": scope, "scopes": [scope], **more}
        return self.call("POST", "/tokens", body, self.owner)["token"]

    def counting(self, field):
        """The arguments of evidence_count.py: `records` are durable, `indexed` can be found."""
        return ["cordon", self.url, self.read_token, field]

    def count(self):
        return self.call("GET", "/evidence/count", token=self.read_token)

    def find(self, connection, name):
        """The traces of the records in which the name is found."""
        query = urllib.parse.urlencode({"q": name, "limit": 50})
        connection.request("GET", f"/api/v1/evidence?{query}",
                           headers={"Authorization": f"Bearer {self.read_token}"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise Failure(f"GET /evidence for {name}: {answer.status} {body[:500]!r}")
        return {record["trace"] for record in json.loads(body)["items"]}

    def incident(self):
        body = {"workflow": "bench", "what": "Another customer's name.", "left_company": "unknown"}
        return self.call("POST", "/reports", body, self.report_token)["incident"]

    def look_back(self, incident, terms):
        """Looks for all the terms in records that were made or came until now; gives the search."""
        path = f"/incidents/{incident}/lookbacks/search"
        until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
        body = {"terms": terms, "from": rfc3339(FIRST), "to": rfc3339(until)}
        search_id = self.call("POST", path, body, self.respond_token)["id"]
        while True:
            found = self.call("GET", f"{path}/{search_id}", token=self.respond_token)
            if found["state"] == "finished":
                page = found
                while page.get("next"):
                    page = self.call("GET", f"{path}/{search_id}?after={page['next']}",
                                     token=self.respond_token)
                    found["hits"] += page["hits"]
                return found
            if found["state"] in ("failed", "cancelled"):
                raise Failure(f"the lookback's search is {found['state']}: {found}")
            time.sleep(0.05)

    def export(self, incident, start, end, out):
        query = urllib.parse.urlencode({"from": rfc3339(start), "to": rfc3339(end)})
        request = urllib.request.Request(
            f"{self.url}/api/v1/incidents/{incident}/export?{query}",
            headers={"Authorization": f"Bearer {self.respond_token}"})
        with urllib.request.urlopen(request, timeout=600) as answer, out.open("wb") as file:
            shutil.copyfileobj(answer, file)

    def check(self):
        """Works the whole log out anew; the server has to be stopped."""
        run([self.binary, "fsck", "--data", self.data])

    def keep_key(self, file):
        """Writes the public key of the log, which a bundle is verified with."""
        request = urllib.request.Request(
            f"{self.url}/ledger/key", headers={"Authorization": f"Bearer {self.read_token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            file.write_bytes(answer.read())

    def verify(self, bundle, key):
        run([self.binary, "verify", bundle, "--key", key])

    # What it uses

    def cpu(self):
        return cpu_seconds([self.pid])

    def peak_megabytes(self):
        """The kernel writes kB for kibibytes."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
        raise Failure(f"process {self.pid} does not say what it held")

    def forget_peak(self):
        """The peak is counted anew; see proc(5), clear_refs."""
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def disk_bytes(self):
        return sum(file.lstat().st_blocks * 512 for file in self.data.rglob("*"))


def rfc3339(moment):
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


@contextlib.contextmanager
def fresh_cordon(options, tools):
    with fresh_folder(tools) as folder:
        with EvidenceCordon(options.binary, folder / "data") as cordon:
            cordon.furnish()
            yield cordon


# Ingest, with and without the index

CORDON_ROWS = {
    "Cordon, GenAI conventions": ("genai", "records"),
    "Cordon, OpenInference": ("openinference", "records"),
    "Cordon, GenAI, 8 spans/trace": ("genai, 8", "records"),
    "Cordon, GenAI, indexed": ("genai", "indexed"),
}
INDEXED = "Cordon, GenAI, indexed"


# After 1,024 records Cordon trains the dictionary that it compresses all later ones with, once.
CORDON_WARM_UP = 2_048


def rest(cordon):
    """Until the server has used no processor for a second and a half."""
    while True:
        before = cordon.cpu()
        time.sleep(1.5)
        if cordon.cpu() - before < 0.05:
            return


def ingest_peer(kind, options, tools):
    with fresh_folder(tools) as folder:
        peer = kind(tools, folder / "data")
        with peer.serving() as pid:
            peer.begin()
            return peer.ingest(pid, options.peer_spans)


def ingest_cordon(options, tools, wanted):
    found = {}
    for row, (kind, field) in CORDON_ROWS.items():
        if (INDEX if field == "indexed" else INGEST) not in wanted:
            continue
        encoded = tools.encoded(kind)
        with fresh_cordon(options, tools) as cordon:
            warm_up(tools, encoded, cordon.traces, *cordon.header, spans=CORDON_WARM_UP)
            wait_for_the_index(cordon)
            rest(cordon)
            found[row] = measure_ingest(
                tools, row, cordon.pid, encoded, cordon.traces, cordon.counting(field), cordon.data,
                options.spans, "--conns", 4, *cordon.header, skip=CORDON_WARM_UP)
    return found


def ingest_rounds(options, tools, wanted, results):
    """Adds one result of each round to each row of the table."""
    sides = []
    if not options.skip_peers:
        sides = [lambda kind=kind: ingest_peer(kind, options, tools) for kind in (Phoenix, MLflow)]
    if options.binary:
        sides.append(lambda: ingest_cordon(options, tools, wanted))
    for number in range(options.rounds):
        note(f"round {number + 1} of {options.rounds}")
        first = number % max(1, len(sides))
        for side in sides[first:] + sides[:first]:
            for row, result in side().items():
                results.setdefault(row, []).append(result)


def of(results, row, field):
    return median(result[field] for result in results[row])


def describe_ingest(report, results):
    report.say()
    report.say("Ingest: batches of 256, closed loop, until readable in the store (medians)")
    report.say(f"{'':<30}{'spans/CPU-s':>12}{'durable/s':>11}{'acked/s':>9}{'B/span':>8}"
               f"{'MB RAM':>8}{'not stored':>12}")
    for row in results:
        values = [of(results, row, field) for field in (
            "spans_per_cpu_s", "durable_s", "ack_s", "disk_b_span", "rss_mb",
            "not_stored_at_last_ack")]
        report.say(f"{row:<30}{values[0]:>12.0f}{values[1]:>11.0f}{values[2]:>9.0f}"
                   f"{values[3]:>8.0f}{values[4]:>8.0f}{values[5]:>12.0f}")
    report.say("Not stored: spans that were acknowledged and not yet there when the last "
               "acknowledgement came")


def judge_ingest(report, results):
    report.say()
    for row, (_, field) in CORDON_ROWS.items():
        if row not in results:
            continue
        least = 6000 if field == "records" else 4500
        report.goal(row, of(results, row, "spans_per_cpu_s"), "per CPU-s", least, True)
        goals = {Phoenix.rows[0]: 100, MLflow.rows[0]: 40, MLflow.rows[1]: 11}
        if field == "indexed":
            goals = {Phoenix.rows[0]: 58, MLflow.rows[0]: 22, MLflow.rows[1]: 6}
        for peer, goal in goals.items():
            if peer in results:
                ratio = of(results, row, "spans_per_cpu_s") / of(results, peer, "spans_per_cpu_s")
                report.goal(f"  against {peer}", ratio, "×", goal, True)
        if field == "indexed":
            report.goal("  disk with the index", of(results, row, "disk_b_span"), "B/span", 2200,
                        False)
        else:
            lost = max(result["not_stored_at_last_ack"] for result in results[row])
            report.goal("  acknowledged, not stored", lost, "spans", 0, False)
        report.goal("  peak memory", of(results, row, "rss_mb"), "MB", 200, False)


def ingest(options, tools, report, wanted):
    saved, results = tools.scratch / "peers.json", {}
    try:
        ingest_rounds(options, tools, wanted, results)
    finally:
        # They took minutes: a Cordon that fails does not undo that.
        peers = {row: results[row] for row in Phoenix.rows + MLflow.rows if row in results}
        if peers:
            now = rfc3339(datetime.datetime.now(datetime.UTC))
            keep(saved, {"measured": now, "machine": report.lines[:2], "ingest": peers})
    if not peers and saved.exists():
        kept = json.loads(saved.read_text())
        report.say()
        report.say(f"The peers were measured at {kept['measured']}, not beside this run")
        results = kept.get("ingest", {}) | results
    describe_ingest(report, results)
    judge_ingest(report, results)
    return results


# Acknowledgement under an even load

def acknowledge(options, tools, report, _):
    rounds = []
    for number in range(options.rounds):
        note(f"1,000 spans/s for {options.ack_seconds} s, round {number + 1} of {options.rounds}")
        with fresh_cordon(options, tools) as cordon:
            rounds.append(evidence_load.offer(
                tools.encoded("genai, batches of 100"), cordon.traces, cordon.capture_token,
                spans_per_second=1000, seconds=options.ack_seconds))
    report.say()
    report.say("Acknowledgement: 1,000 spans/s offered in batches of 100, from when each was due")
    report.say(f"p50 {median(one.p50 for one in rounds):.1f} ms")
    report.goal("p99", median(one.p99 for one in rounds), "ms", 50, False)
    report.goal("not taken at once", max(one.refused for one in rounds), "batches", 0, False)
    return [vars(one) for one in rounds]


# The whole

def measure_filled(options, tools, report, wanted):
    tools.prepare_filler()
    found = {}
    with fresh_cordon(options, tools) as cordon:
        filled = Filled(cordon, options, tools, report)
        if "search" in wanted:
            filled.fill(options.records // 2)
            attempt(report, found, "search", filled.search)
        rest = [part for part in ("disk", "lookback", "export", "memory", "verify", "start")
                if part in wanted]
        if rest:
            filled.fill(options.records)
        for part in rest:
            attempt(report, found, part, getattr(filled, part))
    return found


class Attempts(Report):
    """A report that also knows what did not work: the other parts are measured all the same."""

    def __init__(self):
        super().__init__()
        self.failed = []


def attempt(report, found, part, measuring):
    note(part)
    try:
        found[part] = measuring()
    except (Failure, OSError, LookupError, TypeError, ValueError,
            subprocess.SubprocessError) as error:
        report.failed.append(part)
        report.say()
        report.say(f"{part}: did not work: {type(error).__name__}: {error}")


def measure_all(options, tools, report):
    wanted, found = options.only, {}
    if {INGEST, INDEX} & wanted:
        attempt(report, found, INGEST, lambda: ingest(options, tools, report, wanted))
    if not options.binary:
        if "search" in wanted:
            report.say()
            attempt(report, found, "search", lambda: search_peers(options, tools, report, None))
        return found
    if "ack" in wanted:
        attempt(report, found, "ack", lambda: acknowledge(options, tools, report, wanted))
    if wanted.intersection(ON_THE_FILLED):
        attempt(report, found, "filled", lambda: measure_filled(options, tools, report, wanted))
    return found


def parts(text):
    chosen = set(text.split(","))
    if unknown := chosen - set(PARTS):
        raise argparse.ArgumentTypeError(
            f"{', '.join(sorted(unknown))}: choose among {','.join(PARTS)}")
    return chosen


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", required=True, type=pathlib.Path, help="the shared scripts")
    parser.add_argument("--scratch", required=True, type=pathlib.Path, help="may become large")
    parser.add_argument("--data", type=pathlib.Path, help="generated rows; else in --scratch")
    parser.add_argument("--binary", type=pathlib.Path, help="else only the peers are measured")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--spans", type=int, default=40_960, help="of each ingest into Cordon")
    parser.add_argument("--peer-spans", type=int, default=2048, help="of each ingest into Phoenix; "
                        "MLflow gets half, and twice as many with 8 in a trace")
    parser.add_argument("--records", type=int, default=1_000_000, help="of the filled Cordon")
    parser.add_argument("--peer-rows", type=int, default=100_000, help="to search in the peers")
    parser.add_argument("--peer-limit", type=int, default=120, help="seconds for a peer's search")
    parser.add_argument("--ack-seconds", type=int, default=30)
    parser.add_argument("--skip-peers", action="store_true",
                        help="compare with what is in peers.json of the scratch folder")
    parser.add_argument("--only", type=parts, default=set(PARTS), metavar="PART,…",
                        help=",".join(PARTS))
    return parser.parse_args()


def main():
    options = arguments()
    tools = Tools(options.shared, options.scratch, options.data)
    report = Attempts()
    try:
        tools.prepare(needs_peers=not options.skip_peers)
        describe_machine(report, len(os.sched_getaffinity(0)), tools.scratch)
        # Its last line is about nginx, which has no part in this.
        report.lines.pop()
        found = measure_all(options, tools, report)
    except Failure as failure:
        print(f"evidence.py: {failure}", file=sys.stderr)
        return 1
    print(report.text(), end="")
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "evidence.txt").write_text(report.text())
    (tools.scratch / "evidence.json").write_text(json.dumps(found, indent=1) + "\n")
    missed = report.goals.count(False)
    print(f"{missed} of {len(report.goals)} goals missed")
    if report.failed:
        print(f"Did not work: {', '.join(report.failed)}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
