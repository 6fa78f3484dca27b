"""Measures every page of the web interface over a company's worth of data.

    pages.py --binary PATH [--workflows 2000] [--incidents 50000] [--records 1000000]
             [--keep DIR] [--requests 50] [--only TEXT]

It starts a Cordon, fills it through the REST interface, signs a person in who may open everything,
and asks for each page again and again, one request at a time over one connection. Printed are the
milliseconds until the last byte is there, which on loopback is the server's time, the bytes of the
page, and what a browser that knows nothing loads: the page with its stylesheet, script and icon.

With --keep the data stays in DIR/data, and DIR/README says who may sign in. A DIR that is filled
already is measured as it is. CORDON_BINARY stands in for --binary. Standard library only.
"""

import argparse
import http.client
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time
import urllib.parse

from measure import Report, describe_machine
from pages_fill import CONNECTIONS, Filler, Sender, note
from world import Cordon, Failure

HERE = pathlib.Path(__file__).resolve().parent
ASSETS = ["/assets/style.css", "/assets/script.js", "/assets/icon.svg"]
MILLISECONDS, KILOBYTES = 50, 60
# What is no page to read: a stylesheet, a file to keep, a way to another page.
OTHERS = {*ASSETS, "/incidents.csv", "/incidents/{number}/file.md", "/setup", "/language"}

# Every page of PageRoutes by its route, with what is asked of it. /live is left out: it never ends.
# Names in braces stand for what the filler has made.
PAGES = [
    ("/", ""),
    ("/setup", ""),
    ("/sign-in", ""),
    ("/language", "?to=en&back=%2F"),
    ("/help", ""),
    ("/problems", ""),
    ("/problems/{name}", ""),
    ("/report", ""),
    ("/report", "?workflow={busiest}"),
    ("/search", ""),
    ("/search", "?q={rare}"),
    ("/search", "?q={word}"),
    ("/search", "?q=invoice"),
    ("/workflows", ""),
    ("/workflows", "?after={middle}"),
    ("/workflows", "?q=invoice"),
    ("/workflows", "?q=nothing+is+called+so"),
    ("/workflows", "?state=draft"),
    ("/workflows", "?state=stopped"),
    ("/workflows", "?state=retired"),
    ("/workflows/new", ""),
    ("/workflows/{busiest}/over-time", ""),
    ("/workflows/{key}", ""),
    ("/workflows/{key}/edit", ""),
    ("/workflows/{key}/stop", ""),
    ("/workflows/{key}/stopped/{id}", ""),
    ("/stop", ""),
    ("/stop", "?q=invoice"),
    ("/stop", "?q=nothing+is+called+so"),
    ("/incidents", ""),
    ("/incidents", "?after={year}-{middle_number}"),
    ("/incidents", "?state=reported"),
    ("/incidents", "?state=open"),
    ("/incidents", "?state=watch"),
    ("/incidents", "?state=closed"),
    ("/incidents", "?kind=incident"),
    ("/incidents", "?kind=near_miss&state=open"),
    ("/incidents", "?workflow={busiest}"),
    ("/incidents", "?workflow={busiest}&state=watch"),
    ("/incidents.csv", ""),
    ("/near-misses", ""),
    ("/reports", ""),
    ("/quality", ""),
    ("/actions/duties", ""),
    ("/actions", ""),
    ("/incidents/{number}", ""),
    ("/incidents/{number}", "?step=report"),
    ("/incidents/{number}", "?step=assess"),
    ("/incidents/{number}", "?step=look_back"),
    ("/incidents/{number}", "?step=correct"),
    ("/incidents/{number}", "?step=restart"),
    ("/incidents/{number}/receipt", ""),
    ("/incidents/{number}/bundle", ""),
    ("/incidents/{number}/file", ""),
    ("/incidents/{number}/file.md", ""),
    ("/incidents/{number}/timeline", ""),
    ("/incidents/{number}/affected", ""),
    ("/incidents/{number}/evidence", ""),
    ("/incidents/{number}/lookbacks/{id}", ""),
    ("/approvals", ""),
    ("/approvals/{id}", ""),
    ("/evidence", ""),
    ("/evidence", "?q={rare}"),
    ("/evidence", "?q={word}"),
    ("/evidence", "?q={word}&workflow={busiest}"),
    ("/evidence", "?q=nothing-of-the-kind"),
    ("/evidence", "?workflow={busiest}"),
    ("/evidence", "?kind=tool_call"),
    ("/evidence", "?kind=approval"),
    ("/evidence", "?model={model}"),
    ("/evidence", "?target=account%2F00007"),
    ("/evidence", "?from={long_ago}&to={then}"),
    ("/evidence/{id}", ""),
    ("/evidence/{id}", "?commitments=yes"),
    ("/evidence/{id}/compare", ""),
    ("/evidence/{id}/compare", "?with={other}"),
    ("/evidence/holds", ""),
    ("/evidence/holds", "?released=true&workflow={busiest}"),
    ("/evidence/erasures", ""),
    ("/evidence/erasures/{id}", ""),
    ("/evidence/retention", ""),
    ("/evidence/gaps", ""),
    ("/evidence/shadow", ""),
    ("/reviews", ""),
    ("/reviews/{period}", ""),
    ("/policy", ""),
    ("/policy/change", ""),
    ("/audit", ""),
    ("/audit", "?stream=incident/{number}"),
    ("/audit", "?stream=policy"),
    ("/audit", "?before=5000"),
    ("/admin", ""),
    ("/admin/users", ""),
    ("/admin/users/new", ""),
    ("/admin/report-links", ""),
    ("/admin/users/{login}", ""),
    ("/account", ""),
    *((asset, "") for asset in ASSETS),
]


class Visitor:
    """A signed-in person's browser that keeps nothing: one connection, one request at a time."""

    def __init__(self, url, session):
        address = urllib.parse.urlparse(url)
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=300)
        self.headers = {"Cookie": f"cordon_session={session}", "Accept-Language": "en",
                        "Accept-Encoding": "gzip, deflate, br"}

    def get(self, path):
        """Gives the milliseconds until the last byte, all bytes of the answer, and its status."""
        began = time.perf_counter()
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        milliseconds = 1000 * (time.perf_counter() - began)
        head = len(f"HTTP/1.1 {answer.status} {answer.reason}\r\n\r\n")
        head += sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
        return milliseconds, head + len(body), answer.status


class Page:
    """What the requests for one page gave."""

    def __init__(self, route, path, answers):
        self.path, self.is_page = path, route not in OTHERS
        times = sorted(answer[0] for answer in answers)
        self.p50 = times[len(times) // 2]
        self.p95 = times[min(len(times) - 1, int(0.95 * len(times)))]
        self.bytes = max(answer[1] for answer in answers)
        self.statuses = sorted({answer[2] for answer in answers})
        self.requests = len(answers)

    @property
    def is_slow(self):
        return self.p95 > MILLISECONDS


def values(known):
    """What stands for the names in braces: those of every page, and those of single routes."""
    year, number = known["incident"].split("-")[1:]
    everywhere = {
        "busiest": known["busiest"], "word": known["word"], "rare": known["rare"],
        "middle": known["middle"], "year": year, "middle_number": int(number) // 2,
        "number": known["incident"], "model": known["model"], "long_ago": known["long_ago"],
        "then": known["then"], "other": known["records"][1], "key": known["busiest"],
        "login": known["owner"], "name": "not-found", "period": known["period"],
    }
    ids = {
        "/workflows/{key}/stopped/{id}": {"key": known["stopped"][0], "id": known["stopped"][1]},
        "/incidents/{number}/lookbacks/{id}": {"id": known["lookback"]},
        "/approvals/{id}": {"id": known["approval"]},
        "/evidence/erasures/{id}": {"id": known["erasure"]},
    }
    return everywhere, ids


def paths(known):
    everywhere, ids = values(known)
    for route, query in PAGES:
        names = {"id": known["records"][0]} | everywhere | ids.get(route, {})
        yield route, (route + query).format(**names)


def measure(visitor, route, path, requests):
    first = visitor.get(path)
    if first[2] >= 400:
        raise Failure(f"GET {path}: {first[2]}")
    # A page that takes seconds is known to be slow after a few requests.
    few = min(requests, 5) if first[0] > 2_000 else requests
    return Page(route, path, [visitor.get(path) for _ in range(few)])


def describe(report, pages, loaded, requests):
    report.say()
    report.say(f"{'page':<66}{'p50 ms':>9}{'p95 ms':>9}{'kB':>8}{'first kB':>10}")
    for page in pages:
        first = (page.bytes + (loaded if page.is_page else 0)) / 1000
        marks = " slow" if page.is_slow else ""
        marks += " heavy" if page.is_page and first > KILOBYTES else ""
        marks += "" if page.statuses == [200] else f" {page.statuses[0]}"
        marks += "" if page.requests == requests else f" ({page.requests} requests)"
        report.say(f"{shortened(page.path, 65):<66}{page.p50:>9.1f}{page.p95:>9.1f}"
                   f"{page.bytes / 1000:>8.1f}{first:>10.1f}{marks}")
    alone = [page for page in pages if page.is_page]
    slow = [page for page in pages if page.is_slow]
    heavy = [page for page in alone if page.bytes > KILOBYTES * 1000]
    first = [page for page in alone if page.bytes + loaded > KILOBYTES * 1000]
    report.say()
    report.say(f"{len(pages)} pages and files with what was asked of them; of these")
    report.say(f"  {len(slow):>3} with a p95 of more than {MILLISECONDS} ms")
    report.say(f"  {len(heavy):>3} of more than {KILOBYTES} kB by themselves")
    report.say(f"  {len(first):>3} of more than {KILOBYTES} kB with stylesheet, script and icon")
    both = {page.path for page in slow} | {page.path for page in first}
    report.say(f"  {len(both):>3} with either")


def shortened(text, width):
    return text if len(text) <= width else text[:width - 1] + "…"


def filled(cordon, options, keep):
    """What is known of the data, which is made when it is not there yet."""
    file = keep / "filled.json"
    if not file.exists():
        note(f"fill with {options.workflows:,} workflows, {options.incidents:,} incidents and "
             f"{options.records:,} records over {CONNECTIONS} connections")
        filler = Filler(cordon, options)
        known = filler.fill() | {
            "workflows": options.workflows, "incidents": options.incidents,
            "evidence": options.records}
        file.write_text(json.dumps(known, indent=1) + "\n")
        (keep / "README").write_text(README.format(**known))
    return json.loads(file.read_text())


README = """\
The data of a Cordon with {workflows} workflows, {incidents} incidents and {evidence} records,
made by Benchmarks/pages.py.

    cordon serve --data data --listen 127.0.0.1:8080

Everybody's password is: {password}

  {visitor}        administrator, governance, executive sponsor, auditor: may open every page
  {administrator}         administrator
  {owner}  owner of the first ten workflows; owner-0001 of the next ten, and so on
  deputy      nothing but an account

Measure again, without filling:  Benchmarks/pages.py --keep THIS_FOLDER
"""


def run(options, keep, report):
    describe_machine(report, len(os.sched_getaffinity(0)), keep)
    # What is not measured here need not take its time: passwords are hashed a thousand times less.
    os.environ["CORDON_SCRYPT_LOG_N"] = "10"
    with Cordon(options.binary, keep / "data") as cordon:
        known = filled(cordon, options, keep)
        report.say(f"Data: {known['workflows']:,} workflows, {known['incidents']:,} incidents, "
                   f"{known['evidence']:,} records")
        cordon.stop()
        cordon.start()
        body = {"login": known["visitor"], "password": known["password"]}
        session = Sender(cordon.url).call(None, "POST", "/session", body)["session"]
        visitor = Visitor(cordon.url, session)
        loaded = sum(visitor.get(asset)[1] for asset in ASSETS)
        pages = []
        for route, path in paths(known):
            if options.only in path:
                pages.append(measure(visitor, route, path, options.requests))
                note(f"{pages[-1].p95:8.1f} ms {path}")
    describe(report, pages, loaded, options.requests)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=pathlib.Path, default=os.environ.get("CORDON_BINARY"))
    parser.add_argument("--workflows", type=int, default=2_000)
    parser.add_argument("--incidents", type=int, default=50_000)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=50, help="for each page")
    parser.add_argument("--keep", type=pathlib.Path, help="where the data is, or stays")
    parser.add_argument("--only", default="", help="pages whose address holds this")
    options = parser.parse_args()
    if not options.binary:
        parser.error("name a binary with --binary or CORDON_BINARY")
    options.binary = pathlib.Path(options.binary).resolve()
    keep = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="cordon-pages."))
    keep.mkdir(parents=True, exist_ok=True)
    report = Report()
    try:
        run(options, keep.resolve(), report)
    except Failure as failure:
        print(f"pages.py: {failure}", file=sys.stderr)
        return 1
    finally:
        if not options.keep:
            shutil.rmtree(keep, ignore_errors=True)
    print(report.text(), end="")
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "pages.txt").write_text(report.text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
