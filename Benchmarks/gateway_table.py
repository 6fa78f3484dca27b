"""The tables for people, and which targets were met. Standard library only."""

from collections import Counter
from statistics import median

from gateway_rounds import FOREIGN_AT_MOST, Measured, Medians
from gateway_stop import PLAIN, STREAMS, Stop, percentile
from gateway_targets import CHAT, CORDON_GATE, CORDONS, GATE, MCP, RECORDED_TWICE, STREAM

CHUNKS_OF_A_STREAM = 20


class Table:
    """Lines, and how each target came out."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.met = self.missed = self.unmeasured = 0
        # What is no matter of speed: lost records, calls that failed or came through a stop.
        self.broken: list[str] = []

    def say(self, text: str = "") -> None:
        self.lines.append(text)

    def at_least(self, name: str, value: float | None, unit: str, bound: float) -> bool:
        return self._target(name, value, unit, "at least", bound)

    def at_most(self, name: str, value: float | None, unit: str, bound: float) -> bool:
        return self._target(name, value, unit, "at most", bound)

    def must_be(self, name: str, value: float, unit: str, bound: float = 0) -> None:
        """Whether the result may be relied upon at all."""
        word = "at most" if bound == 0 else "exactly"
        if not self._target(name, value, unit, word, bound):
            self.broken.append(name)

    def _target(
        self, name: str, value: float | None, unit: str, word: str, bound: float
    ) -> bool:
        if value is None:
            self.unmeasured += 1
            self.say(f"  {name:<48} {'-':>10} {unit:<15} {word} {bound:g}: not measured")
            return True
        met = {"at least": value >= bound, "at most": value <= bound,
               "exactly": value == bound}[word]
        self.met += met
        self.missed += not met
        # Large numbers are counts or rates.
        shown = f"{value:.0f}" if abs(value) >= 1000 else f"{value:.2f}"
        self.say(f"  {name:<48} {shown:>10} {unit:<15} {word} {bound:g}: "
                 f"{'met' if met else 'MISSED'}")
        return met

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def closing(self) -> str:
        text = f"{self.met} targets met, {self.missed} missed"
        return text + (f", {self.unmeasured} not measured" if self.unmeasured else "")


def over(value: float | None, base: float | None) -> float | None:
    return None if value is None or not base else value / base


def minus(value: float | None, base: float | None) -> float | None:
    return None if value is None or base is None else value - base


def describe(table: Table, measured: Measured) -> None:
    """Every target in every mode."""
    table.say()
    table.say(f"{measured.part}: medians")
    table.say(f"  {'':<24}{'mode':<6}{'calls/s':>9}{'p50 ms':>10}{'p99 ms':>10}{'ttfb p50':>10}"
              f"{'ttfb p99':>10}{'CPU us':>9}{'MB':>6}{'foreign':>9}  failed")
    for found in measured.medians.values():
        table.say(line(found))
    for bad in measured.bad:
        table.say(f"  nothing was answered: {bad}")
    disturbed = [run for found in measured.medians.values() for run in found.runs
                 if run["foreign"] > FOREIGN_AT_MOST]
    if disturbed:
        table.say(f"  {len(disturbed)} runs were disturbed: other processes took more than "
                  f"{FOREIGN_AT_MOST:.0%} of the machine")


def line(found: Medians) -> str:
    return (f"  {found.name:<24}{found.mode:<6}{found['rps']:>9.0f}{found['p50']:>10.3f}"
            f"{found['p99']:>10.3f}{found['t50']:>10.3f}{found['t99']:>10.3f}"
            f"{found['cpu_us']:>9.0f}{found['rss_mb']:>6.0f}{found.foreign:>9.0%}  {found.failed}")


def judge(table: Table, measured: Measured) -> None:
    table.say()
    {CHAT: judge_chat, STREAM: judge_stream, GATE: judge_gate, MCP: judge_mcp}[measured.part](
        table, measured)
    judge_wholeness(table, measured)


def judge_chat(table: Table, measured: Measured) -> None:
    of = measured.of
    for record, name in CORDONS.items():
        table.say(f"chat, {record}")
        rate, cpu = of(name, "j32", "rps"), of(name, "j32", "cpu_us")
        table.at_least("calls/s at 32", over(rate, of("litellm", "j32", "rps")), "x LiteLLM", 50)
        table.at_least("calls/s at 32", over(rate, of("tensorzero", "j32", "rps")),
                       "x TensorZero", 0.5)
        table.at_most("processor time of a call at 32", cpu, "us", 430)
        table.at_most("processor time of a call at 32",
                      over(cpu, of("tensorzero", "j32", "cpu_us")), "x TensorZero", 1.5)
        for field, bound in (("p50", 0.7), ("p99", 3)):
            table.at_most(f"added {field} at 1", minus(
                of(name, "j1", field), of("direct", "j1", field)), "ms", bound)
        table.at_most("added p50 at 1", over(
            minus(of(name, "j1", "p50"), of("direct", "j1", "p50")),
            minus(of("tensorzero", "j1", "p50"), of("direct", "j1", "p50"))), "x TensorZero", 2)


def judge_stream(table: Table, measured: Measured) -> None:
    of = measured.of
    for record, name in CORDONS.items():
        table.say(f"stream, {record}")

        def added(target: str, mode: str) -> float | None:
            return minus(of(target, mode, "t50"), of("direct", mode, "t50"))

        table.at_most("added time to the first byte at 1, p50", added(name, "s1"), "ms", 1)
        table.at_most("added time to the first byte at 50, p50",
                      over(added(name, "s50"), added("envoy+authz", "s50")), "x Envoy+authz", 1.5)
        table.at_least("streams/s at 50", over(
            of(name, "s50", "rps"), of("nginx", "s50", "rps")), "x nginx", 0.95)
        cpu = of(name, "s50", "cpu_us")
        chunk = over(cpu, CHUNKS_OF_A_STREAM)
        table.at_most("processor time of a chunk at 50", over(
            cpu, of("tensorzero", "s50", "cpu_us")), "x TensorZero", 1.5)
        if chunk is not None:
            table.say(f"  {'':<48} {chunk:>10.2f} us")
        thousand = measured.medians.get((name, "s1000"))
        if thousand:
            table.must_be("lost of 1,000 open streams", thousand.failed, "streams")


def judge_gate(table: Table, measured: Measured) -> None:
    of, name = measured.of, CORDON_GATE
    table.say("gate decision")
    rate = of(name, "j32", "rps")
    table.at_least("decisions/s at 32", over(rate, of("ofrep", "j32", "rps")), "x OFREP", 4)
    table.at_least("decisions/s at 32", over(rate, of("nginx static", "j32", "rps")), "x nginx",
                   0.15)
    table.at_most("processor time of a decision at 32", of(name, "j32", "cpu_us"), "us", 80)
    table.at_most("p99 at 32", of(name, "j32", "p99"), "ms", 5)


def judge_mcp(table: Table, measured: Measured) -> None:
    of = measured.of
    for record, name in CORDONS.items():
        table.say(f"MCP tools/call, {record}")
        rate = of(name, "j32", "rps")
        table.at_least("calls/s at 32 (ContextForge at 8)",
                       over(rate, of("contextforge", "j8", "rps")), "x ContextForge", 200)
        table.at_least("calls/s at 32", over(rate, of("envoy", "j32", "rps")), "x Envoy", 0.25)


def judge_wholeness(table: Table, measured: Measured) -> None:
    """No target of speed counts if calls failed or left no evidence."""
    table.say(f"{measured.part}, wholeness")
    lost = [bad for bad in measured.bad if bad.startswith("cordon")]
    table.must_be("calls of Cordon that failed",
                  sum(found.failed for found in measured.cordons) + len(lost), "calls")
    if measured.part == GATE:
        return
    answered = measured.answered
    table.must_be(f"records of {sum(answered.values())} calls answered 2xx", measured.recorded,
                  "records", measured.records_due)
    table.say("  " + ", ".join(
        f"{name}: {count} calls" + (
            ", on record when they began and when they ended"
            if (measured.part, name) in RECORDED_TWICE else "")
        for name, count in answered.items()))


def judge_memory(table: Table, idle: float, parts: list[Measured]) -> None:
    table.say()
    table.say("memory of Cordon, resident")
    table.at_most("new and idle", idle, "MB", 160)
    peak = max((found.memory for part in parts for found in part.cordons), default=None)
    table.at_most("most at the end of any run", peak, "MB", 160)


def judge_stops(table: Table, stops: list[Stop], is_gateway: bool) -> None:
    table.say()
    streams = STREAMS if is_gateway else 0
    table.say(f"{len(stops)} stops under {PLAIN} callers"
              + (f" and {streams} open streams" if streams else ", at the gate"))
    acknowledged = [stop.acknowledged for stop in stops]
    table.say(f"  acknowledged after p50 {median(acknowledged):.1f} ms, "
              f"most {max(acknowledged):.1f} ms")
    table.at_most("acknowledgement, p99", percentile(acknowledged, 99), "ms", 50)
    later = sum(stop.asked_later for stop in stops)
    statuses: Counter[int] = Counter()
    for stop in stops:
        statuses.update(stop.statuses)
    table.must_be(f"admitted of {later} calls that began after it",
                  sum(stop.late for stop in stops), "calls")
    table.say("  those calls were answered: "
              + ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items())))
    if later == 0:
        table.broken.append("no call began after a stop")
    if streams:
        judge_streams_in_flight(table, stops)


def judge_streams_in_flight(table: Table, stops: list[Stop]) -> None:
    ends = [took for stop in stops for took in stop.stream_ends]
    known = [took for took in ends if took is not None]
    table.say(f"  {len(ends)} streams were in flight; milliseconds count from the request")
    table.must_be("in flight that went on", len(ends) - len(known), "streams")
    table.must_be("in flight that ended without an error event",
                  sum(stop.without_error_event for stop in stops), "streams")
    if known:
        table.say(f"  they ended after p50 {median(known):.1f} ms")
    table.at_most("streams ended, most", max(known, default=None), "ms", 250)
    closed = [stop.upstream_closed for stop in stops if stop.upstream_closed is not None]
    table.must_be("stops that left a stream open upstream", len(stops) - len(closed), "stops")
    table.at_most("last stream closed upstream, most", max(closed, default=None), "ms", 250)
