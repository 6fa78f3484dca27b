"""Measures the gate, the journal, memory and start of one Cordon, next to nginx.

Standard library only. Both servers run on loopback with as many workers as there are cores, and wrk
runs beside them on the same cores, so the ratios say more than the absolute numbers.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from world import Cordon, Failure, free_port, wait_until

HERE = pathlib.Path(__file__).resolve().parent
CONNECTIONS = 32
GENERATE = '{"action":"generate"}'
TOOL = (
    '{"action":"tool","tool":"post_invoice",'
    '"arguments":{"amount":1200,"account":"4400","note":"April"}}'
)
# Copilot Studio's question before a tool is used, with a conversation as long as usual.
HOOK = "hook, Copilot Studio"
HOOK_PATH = "/hooks/copilot-studio/analyze-tool-execution?api-version=2025-05-01"
ASKED = json.dumps({
    "plannerContext": {
        "userMessage": "Post the invoice.", "thought": "The invoice has to be posted.",
        "chatHistory": [{"id": str(number), "role": "user", "content": "word " * 100}
                        for number in range(20)],
        "previousToolsOutputs": [],
    },
    "toolDefinition": {"id": "cr65.action.post_invoice", "type": "ToolDefinition",
                       "name": "post_invoice", "inputParameters": [], "outputParameters": []},
    "inputValues": {"amount": 1200, "account": "4400", "note": "April"},
    "conversationMetadata": {"conversationId": "833de742-ba78-4c6c-87dc-11a819d331ee"},
})
REPORT = '{"workflow":"bench","what":"A line of the draft is wrong.","left_company":"no"}'
# Four events in one request: the report, two times and the level that the answer sets.
LONG_REPORT = (
    '{"workflow":"bench","what":"A line of the draft is wrong.","left_company":"yes",'
    '"occurred_at":"2020-01-01T08:00:00Z","detected_at":"2020-01-01T09:00:00Z"}'
)


class Load:
    """What one run of wrk gave, with the processor time that the server needed for it."""

    def __init__(self, fields, cpu_seconds):
        self.requests = fields["requests"]
        self.seconds = fields["microseconds"] / 1e6
        self.p50, self.p99 = fields["p50"], fields["p99"]
        self.per_second = self.requests / self.seconds
        self.cpu_microseconds = cpu_seconds * 1e6 / max(1, self.requests)


def cpu_seconds(pids):
    """User and system time of these processes so far."""
    ticks = 0
    for pid in pids:
        # The command's name, in parentheses, may hold spaces.
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_megabytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise Failure(f"process {pid} does not say what it holds")


def children(pid):
    return [int(child) for child in
            pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def load(url, pids, seconds, connections=CONNECTIONS, method="GET", token="", body=""):
    environment = dict(
        os.environ, BENCH_METHOD=method, BENCH_TOKEN=token, BENCH_BODY=body)
    before = cpu_seconds(pids)
    ran = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s",
         "-s", HERE / "request.lua", url],
        env=environment, capture_output=True, text=True)
    used = cpu_seconds(pids) - before
    for line in ran.stdout.splitlines():
        if line.startswith("SUMMARY "):
            pairs = (pair.split("=") for pair in line.split()[1:])
            fields = {name: int(value) for name, value in pairs}
            if fields["lost"] or fields["refused"]:
                raise Failure(f"{url}: of {fields['requests']} requests {fields['lost']} were lost "
                              f"and {fields['refused']} refused")
            return Load(fields, used)
    raise Failure(f"wrk gave no summary:\n{ran.stdout}{ran.stderr}")


@contextlib.contextmanager
def nginx(folder, cores):
    folder.mkdir()
    port = free_port()
    text = (HERE / "nginx.conf").read_text()
    for name, value in (("FOLDER", folder), ("PORT", port), ("CORES", cores)):
        text = text.replace(f"@{name}@", str(value))
    (folder / "nginx.conf").write_text(text)
    server = subprocess.Popen(
        ["nginx", "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/"
    try:
        wait_until(url, server)
        yield url, [server.pid, *children(server.pid)]
    finally:
        server.terminate()
        server.wait()


def counted(database):
    """How many events and how many commits the journal holds."""
    reader = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        events = reader.execute("SELECT count(*) FROM journal").fetchone()[0]
        # One checkpoint is signed in each commit that appends something.
        commits = reader.execute("SELECT count(*) FROM checkpoint").fetchone()[0]
        return events, commits
    finally:
        reader.close()


def disk_syncs_per_second(folder, seconds=1.0):
    """How often this disk makes 4 KiB durable: the most commits that anybody could do one by one."""
    path = folder / "sync"
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    page = os.urandom(4096)
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        os.write(descriptor, page)
        os.fdatasync(descriptor)
        count += 1
    took = time.perf_counter() - began
    os.close(descriptor)
    path.unlink()
    return count / took


def gate_rounds(cordon, options, folder, cores):
    path = f"{cordon.url}/api/v1/workflows/bench/gate"
    with nginx(folder / "nginx", cores) as (constant, workers):
        kinds = {
            "nginx, constant answer": lambda s: load(constant, workers, s),
            "gate GET": lambda s: load(path, [cordon.pid], s, token=cordon.gate_token),
            "gate POST generate": lambda s: load(
                path, [cordon.pid], s, method="POST", token=cordon.gate_token, body=GENERATE),
            "gate POST tool call": lambda s: load(
                path, [cordon.pid], s, method="POST", token=cordon.gate_token, body=TOOL),
            HOOK: lambda s: load(
                cordon.url + HOOK_PATH, [cordon.pid], s, method="POST", token=cordon.gate_token,
                body=ASKED),
        }
        for run in kinds.values():
            run(1)
        results = {name: [] for name in kinds}
        for number in range(options.rounds):
            for name, run in kinds.items():
                print(f"   round {number + 1} of {options.rounds}: {name}", file=sys.stderr)
                results[name].append(run(options.seconds))
    return results


def journal_rounds(cordon, options):
    results = {1: [], 32: []}
    for number in range(options.rounds):
        for connections, runs in results.items():
            print(f"   round {number + 1} of {options.rounds}: reports over {connections} "
                  "connections", file=sys.stderr)
            events, commits = counted(cordon.database)
            began = time.perf_counter()
            run = load(
                f"{cordon.url}/api/v1/reports", [cordon.pid], options.seconds,
                connections=connections, method="POST", token=cordon.report_token, body=REPORT)
            took = time.perf_counter() - began
            after = counted(cordon.database)
            runs.append((run, (after[0] - events) / took, (after[1] - commits) / took))
    return results


def fill(cordon, wanted, limit_seconds=900):
    began = time.perf_counter()
    events = counted(cordon.database)[0]
    while events < wanted and time.perf_counter() - began < limit_seconds:
        print(f"   {events} of {wanted} events", file=sys.stderr)
        load(f"{cordon.url}/api/v1/reports", [cordon.pid], 10, connections=128, method="POST",
             token=cordon.report_token, body=LONG_REPORT)
        events = counted(cordon.database)[0]
    return events


def median(values):
    return statistics.median(list(values))


class Report:
    """Lines for people, and which goals were met."""

    def __init__(self):
        self.lines, self.goals = [], []

    def say(self, text=""):
        self.lines.append(text)

    def goal(self, name, value, unit, goal, is_least):
        met = value >= goal if is_least else value <= goal
        word = "at least" if is_least else "at most"
        self.goals.append(met)
        self.say(f"{name:<44} {value:>10.2f} {unit:<10} {word} {goal:g}: "
                 f"{'met' if met else 'MISSED'}")

    def text(self):
        return "\n".join(self.lines) + "\n"


def describe_machine(report, cores, folder):
    model = next(
        (line.split(":", 1)[1].strip()
         for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
         if line.lower().startswith("model name")), "unknown processor")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    kernel = os.uname()
    loads = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    report.say(f"Machine: {cores} cores, {model}, {memory:.1f} GiB; "
               f"{kernel.sysname} {kernel.release} {kernel.machine}")
    report.say(f"Load before the start: {loads}; disk: "
               f"{disk_syncs_per_second(folder):.0f} synchronous writes/s one by one")
    report.say(f"nginx with {cores} workers, Cordon with {cores} event loops, wrk with 1 thread, "
               "all on these cores")


def describe_gate(report, results):
    report.say()
    report.say(f"Gate, {CONNECTIONS} connections that stay open (medians)")
    report.say(f"{'':<26}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs each':>13}"
               f"{'of nginx':>10}")
    constant = median(run.per_second for run in results["nginx, constant answer"])
    for name, runs in results.items():
        rate = median(run.per_second for run in runs)
        report.say(
            f"{name:<26}{rate:>12.0f}{median(run.p50 for run in runs) / 1000:>9.2f}"
            f"{median(run.p99 for run in runs) / 1000:>9.2f}"
            f"{median(run.cpu_microseconds for run in runs):>13.1f}{rate / constant:>10.2f}")
    return constant


def describe_journal(report, results):
    report.say()
    report.say("Journal: POST /reports, each durable before it is answered (medians)")
    report.say(f"{'connections':<26}{'events/s':>12}{'commits/s':>11}{'p50 ms':>9}{'p99 ms':>9}")
    for connections, runs in results.items():
        report.say(
            f"{connections:<26}{median(run[1] for run in runs):>12.0f}"
            f"{median(run[2] for run in runs):>11.0f}"
            f"{median(run[0].p50 for run in runs) / 1000:>9.2f}"
            f"{median(run[0].p99 for run in runs) / 1000:>9.2f}")


def measure(options, folder, report):
    cores = len(os.sched_getaffinity(0))
    describe_machine(report, cores, folder)
    with Cordon(options.binary, folder / "data") as cordon:
        time.sleep(1)
        idle = resident_megabytes(cordon.pid)
        cordon.furnish()
        gate = gate_rounds(cordon, options, folder, cores)
        journal = journal_rounds(cordon, options)
        events = fill(cordon, options.events)
        loaded = resident_megabytes(cordon.pid)
        starts = []
        for _ in range(options.rounds):
            cordon.stop()
            starts.append(cordon.start())
        time.sleep(1)
        restarted = resident_megabytes(cordon.pid)
    constant = describe_gate(report, gate)
    describe_journal(report, journal)
    report.say()
    report.say("Goals")
    for name in list(gate)[1:]:
        runs = gate[name]
        if name == HOOK:
            report.goal(f"{name}, p99", median(run.p99 for run in runs) / 1000, "ms", 100, False)
            continue
        report.goal(f"{name}, throughput", median(run.per_second for run in runs) / constant,
                    "× nginx", 0.2, True)
        report.goal(f"{name}, processor time", median(run.cpu_microseconds for run in runs),
                    "µs", 80, False)
    report.goal("resident memory, new and idle", idle, "MiB", 80, False)
    report.goal(f"start until ready, {events} events", median(starts), "s", 1, False)
    report.say(f"Besides: {loaded:.0f} MiB resident after all that load, {restarted:.0f} MiB after "
               f"the restart over {events} events (files in the page cache)")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True, type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of each run of wrk")
    parser.add_argument("--events", type=int, default=100_000, help="before the timed start")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cordon-bench."))
    # nginx's workers may belong to another user and have to find their folders.
    folder.chmod(0o755)
    report = Report()
    try:
        measure(options, folder, report)
    except Failure as failure:
        print(f"measure.py: {failure}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(report.text(), end="")
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "latest.txt").write_text(report.text())
    missed = report.goals.count(False)
    print(f"{missed} of {len(report.goals)} goals missed" if missed else "All goals met")
    return 0


if __name__ == "__main__":
    sys.exit(main())
