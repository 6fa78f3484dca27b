"""One Cordon with a million records: search, lookback, disk, memory, check, export and start.

Standard library only.
"""

import datetime
import hashlib
import http.client
import json
import resource
import statistics
import time

import evidence_load
from evidence_peers import MLflow, Phoenix, search
from evidence_scratch import DAYS, FIRST, ROWS, fresh_folder, keep, note
from measure import median
from world import Failure


def wait_for_the_index(cordon, limit_seconds=120):
    """Until everything that is stored can be found; gives how many records that are."""
    indexed, moved = -1, time.monotonic()
    while True:
        count = cordon.count()
        if count["indexed"] >= count["records"]:
            return count["records"]
        if count["indexed"] > indexed:
            indexed, moved = count["indexed"], time.monotonic()
        elif time.monotonic() - moved > limit_seconds:
            raise Failure(f"the index stands still at {indexed} of {count['records']}")
        time.sleep(0.2)


class Filled:
    """A Cordon with many records: the planted rows first, and behind them rows without any name."""

    def __init__(self, cordon, options, tools, report):
        self.cordon, self.options, self.tools, self.report = cordon, options, tools, report
        self.truth, self.rows, self.incident = {}, 0, None

    def fill(self, wanted):
        """Grows to so many records, and waits until all are indexed."""
        note(f"fill to {wanted:,} records")
        self.cordon.forget_peak()
        cpu, began = self.cordon.cpu(), time.monotonic()
        before = self.cordon.count()["records"]
        if self.rows < min(wanted, ROWS):
            self.rows += evidence_load.send_file(
                self.tools, self.tools.encoded("genai"), self.cordon,
                min(wanted, ROWS) - self.rows, self.rows)
            planted = self.tools.truth().items()
            here = {name: {row for row in rows if row < self.rows} for name, rows in planted}
            self.truth = {name: rows for name, rows in here.items() if rows}
        done = self.cordon.count()["records"]
        if done < wanted:
            evidence_load.send_filler(
                self.tools, self.tools.filler, self.cordon, wanted - done, done - self.rows)
        records = wait_for_the_index(self.cordon)
        if records < wanted:
            raise Failure(f"of {wanted} records there are {records}")
        took, cpu = time.monotonic() - began, self.cordon.cpu() - cpu
        self.report.say()
        self.report.say(f"Filled from {before:,} to {records:,} records, indexed: "
                        f"{(records - before) / cpu:.0f} per CPU-s, "
                        f"{(records - before) / took:.0f}/s")
        self.report.goal("  peak memory meanwhile", self.cordon.peak_megabytes(), "MB", 200, False)

    def row_of(self):
        """Which planted row a trace is; all other traces are none."""
        rows = set().union(*self.truth.values())
        return {hashlib.md5(f"1t{row}".encode()).hexdigest(): row for row in rows}

    def the_incident(self):
        if not self.incident:
            self.incident = self.cordon.incident()
        return self.incident

    def say_recall(self, pairs):
        """Compares pairs of a name and a row, or a trace that is none of the planted rows."""
        truth = {(name, row) for name, rows in self.truth.items() for row in rows}
        self.report.goal(f"  planted rows found, of {len(truth)}", len(truth & pairs), "rows",
                         len(truth), True)
        self.report.goal("  found where no such name is", len(pairs - truth), "rows", 0, False)

    # The parts

    def search(self):
        cordon, row_of = self.cordon, self.row_of()
        records = cordon.count()["records"]
        connection = http.client.HTTPConnection("127.0.0.1", cordon.port, timeout=120)
        times, pairs = [], set()
        for _ in range(self.options.rounds):
            for name in self.truth:
                began = time.perf_counter()
                traces = cordon.find(connection, name)
                times.append(1000 * (time.perf_counter() - began))
                pairs |= {(name, row_of.get(trace, trace)) for trace in traces}
        connection.close()
        times.sort()
        self.report.say()
        self.report.say(f"Search: each of {len(self.truth)} names alone, {records:,} records, "
                        f"p50 {statistics.median(times):.1f} ms")
        p95 = times[int(0.95 * len(times))]
        self.report.goal("one name, p95", p95, "ms", 30, False)
        self.say_recall(pairs)
        found = {"p50_ms": statistics.median(times), "p95_ms": p95, "records": records}
        return found | {"peers": search_peers(self.options, self.tools, self.report, p95)}

    def lookback(self):
        incident, row_of = self.the_incident(), self.row_of()
        records = self.cordon.count()["records"]
        cpu, began = self.cordon.cpu(), time.monotonic()
        finished = self.cordon.look_back(incident, self.tools.names())
        took, cpu = time.monotonic() - began, self.cordon.cpu() - cpu
        pairs = set()
        for hit in finished["hits"]:
            row = row_of.get(hit["trace"], hit["trace"])
            # A hit that does not say its names counts for each that was planted there.
            names = hit.get("terms") or [
                name for name, rows in self.truth.items() if row in rows] or [None]
            pairs |= {(name, row) for name in names}
        self.report.say()
        self.report.say(f"Lookback: 1,000 names over {records:,} outputs")
        self.report.goal("  processor time", cpu, "CPU-s", 8, False)
        self.report.goal("  time", took, "s", 5, False)
        self.report.goal("  examined", finished["examined"], "records", records, True)
        self.say_recall(pairs)
        return {"cpu_s": cpu, "seconds": took, "examined": finished["examined"]}

    def disk(self):
        records = self.cordon.count()["records"]
        value = self.cordon.disk_bytes() / records
        self.report.say()
        self.report.goal(f"disk at {records:,} records", value, "B/record", 2200, False)
        return {"bytes_per_record": value}

    def memory(self):
        value = self.cordon.peak_megabytes()
        self.report.say()
        self.report.goal("peak memory since, with what was asked", value, "MB", 200, False)
        return {"peak_mb": value}

    def export(self):
        records, out = self.cordon.count()["records"], self.cordon.data.parent / "bundle"
        end = FIRST + datetime.timedelta(days=DAYS) * min(1, 10_000 / records)
        incident, began = self.the_incident(), time.monotonic()
        self.cordon.export(incident, FIRST, end, out)
        exported = time.monotonic() - began
        key = out.with_suffix(".vkey")
        self.cordon.keep_key(key)
        began = time.monotonic()
        self.cordon.verify(out, key)
        verified = time.monotonic() - began
        self.report.say()
        self.report.say("Export: a bundle of about 10,000 records, "
                        f"{out.stat().st_size / 1e6:.1f} MB")
        self.report.goal("  export", exported, "s", 10, False)
        self.report.goal("  verify the bundle offline", verified, "s", 3, False)
        return {"export_s": exported, "verify_s": verified}

    def verify(self):
        self.cordon.stop()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        try:
            self.cordon.check()
        finally:
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.cordon.start()
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.report.say()
        self.report.goal("check of the whole log", used, "CPU-s", 15, False)
        return {"cpu_s": used}

    def start(self):
        starts = []
        for _ in range(self.options.rounds):
            self.cordon.stop()
            starts.append(self.cordon.start())
        self.report.say()
        self.report.goal("start until ready (files in the page cache)", median(starts), "s", 1,
                         False)
        return {"seconds": starts}


def search_peers(options, tools, report, cordon_p95):
    """One name through the peers' own interface, over fewer rows than Cordon has."""
    saved, found = tools.scratch / "peers.json", {}
    if not options.skip_peers:
        for kind in (Phoenix, MLflow):
            note(f"{kind.name}: search over {options.peer_rows:,} rows")
            with fresh_folder(tools) as folder:
                found[kind.name] = search(
                    kind(tools, folder / "data"), options.peer_rows, options.peer_limit)
        keep(saved, {"search_s": found, "search_rows": options.peer_rows,
                     "search_limit_s": options.peer_limit})
    if not saved.exists():
        return found
    kept = json.loads(saved.read_text())
    for name, seconds in kept.get("search_s", {}).items():
        word = f"{seconds:.2f} s" if seconds else f"more than {kept['search_limit_s']} s"
        report.say(f"  {name}: {word} for one name over {kept['search_rows']:,} spans")
        if cordon_p95:
            ratio = 1000 * (seconds or kept["search_limit_s"]) / cordon_p95
            report.goal(f"  against {name}{'' if seconds else ', at least'}", ratio, "×", 200, True)
    return found
