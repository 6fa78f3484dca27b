"""Programs that send evidence until the server dies, and note down what it acknowledged.

What they send is worked out from a record's mark alone, so that a checker needs only the marks.
"""

import hashlib
import http.client
import json
import os
import random
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from api import ROOT, Api
from world import at

WORKFLOW = "durable-drafts"
GROUPS = ("input", "output", "tools", "attributes")
WORDS = (
    "account alder answer birch branch bridge caller cedar client copper customer delivery desk "
    "draft elm entry field figure garden gravel harbour hazel invoice kettle ladder ledger letter "
    "linden maple meadow notice office order paper pebble plum quarter quiet receipt river rowan "
    "sample shelf spruce stone street summary supplier table ticket timber valley willow window"
).split()


@dataclass(frozen=True)
class Record:
    """One record of evidence; its mark is unique, and its content follows from the mark."""

    mark: str

    @cached_property
    def texts(self) -> dict[str, str]:
        """What is planted in each group."""
        chance = random.Random(self.mark)
        return {
            group: f"{self.mark} {group} "
            + " ".join(chance.choices(WORDS, k=chance.randint(8, 90)))
            for group in GROUPS
        }

    @cached_property
    def trace(self) -> str:
        """A trace id that commits to the content: a list of traces tells what content is there."""
        return hashlib.sha256("\n".join(self.texts.values()).encode()).hexdigest()[:32]

    @property
    def span(self) -> str:
        return self.trace[:15] + "1"


@dataclass(frozen=True)
class Batch:
    """What goes into one request: so many records of one sender in one round."""

    round: str
    sender: str
    number: int
    size: int
    # Which record of its sender the first one is, if the sender counts.
    first: int | None = None
    at: str = field(default_factory=lambda: at(seconds=1))

    @cached_property
    def records(self) -> list[Record]:
        place = f"{self.round}.{self.sender}.{self.number}"
        return [Record(f"{place}.{index}") for index in range(self.size)]


@dataclass(frozen=True)
class Acknowledged:
    """One record that the server said it has."""

    wire: str
    round: str
    mark: str
    trace: str
    # OTLP answers with neither.
    id: str | None = None
    index: int | None = None


@dataclass(frozen=True)
class Listed:
    """One record as the server lists it."""

    id: str
    trace: str
    index: int | None = None
    state: str = "kept"


class Wire(Protocol):
    """A way to send records and to find them again."""

    name: str
    scope: str
    most: int
    path: str
    content_type: str

    def body(self, batch: Batch) -> bytes: ...

    def acknowledged(self, batch: Batch, answer: bytes) -> list[Acknowledged]:
        """What a 2xx answer acknowledges; fails unless it is the whole batch."""

    def listed(self, api: Api, round: str | None) -> list[Listed]:
        """What the server has of one round, or everything."""

    def reads(self, api: Api, id: str, record: Record) -> None:
        """Fails unless the record reads, whole, as it was sent."""


class Evidence:
    """Batches of NDJSON."""

    name = "evidence"
    scope = "capture"
    most = 64
    path = f"{ROOT}/evidence"
    content_type = "application/x-ndjson"

    def body(self, batch: Batch) -> bytes:
        lines = [self.line(batch, index) for index in range(batch.size)]
        return "".join(json.dumps(line) + "\n" for line in lines).encode()

    def line(self, batch: Batch, index: int) -> dict[str, Any]:
        record = batch.records[index]
        line: dict[str, Any] = {
            "workflow": WORKFLOW,
            "kind": "model_exchange",
            "at": batch.at,
            "model": batch.round,
            "actor": batch.sender,
            "target": f"case {batch.number}",
            "session": record.mark,
            "trace": record.trace,
            "span": record.span,
            "key": record.mark,
            "input": {"messages": [{"role": "user", "content": record.texts["input"]}]},
            "output": [{"role": "assistant", "content": record.texts["output"]}],
            "tools": [{"name": "look_up", "arguments": {"what": record.texts["tools"]}}],
            "attributes": {"planted": record.texts["attributes"]},
            "tokens_in": len(record.texts["input"]) // 4,
            "tokens_out": len(record.texts["output"]) // 4,
        }
        if batch.first is not None:
            source = f"{batch.round}.{batch.sender}"
            line["sequence"] = {"source": source, "number": batch.first + index}
        return line

    def acknowledged(self, batch: Batch, answer: bytes) -> list[Acknowledged]:
        said = json.loads(answer)
        assert said["accepted"] + said["duplicates"] == batch.size, said
        assert len(said["records"]) == batch.size, said
        return [
            Acknowledged(
                self.name, batch.round, record.mark, record.trace, item["id"], item["index"]
            )
            for record, item in zip(batch.records, said["records"], strict=True)
        ]

    def listed(self, api: Api, round: str | None) -> list[Listed]:
        chosen: dict[str, Any] = {"model": round} if round else {}
        return [
            Listed(item["id"], item.get("trace") or "", item["index"], item["state"])
            for item in api.every("evidence", **chosen)
        ]

    def reads(self, api: Api, id: str, record: Record) -> None:
        found = set(strings(api.get(f"evidence/{id}").done(200)["groups"]))
        for group, text in record.texts.items():
            assert text in found, f"{record.mark}: its {group} does not read as it was sent"


class Spans(Evidence):
    """OTLP over HTTP, in JSON: one span a record."""

    name = "otlp"
    path = "/v1/traces"
    content_type = "application/json"

    def body(self, batch: Batch) -> bytes:
        spans = [self.sent(batch, record) for record in batch.records]
        resource = {"attributes": attributes({"service.name": WORKFLOW})}
        scope = {"scope": {"name": "durability"}, "spans": spans}
        whole = {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}
        return json.dumps(whole).encode()

    def sent(self, batch: Batch, record: Record) -> dict[str, Any]:
        texts = record.texts
        asked = [{"role": "user", "parts": [{"type": "text", "content": texts["input"]}]}]
        told = [{"role": "assistant", "parts": [{"type": "text", "content": texts["output"]}]}]
        started = int(datetime.fromisoformat(batch.at).timestamp()) * 1_000_000_000
        return {
            "traceId": record.trace,
            "spanId": record.span,
            "name": f"chat {batch.round}",
            "kind": 3,
            "startTimeUnixNano": str(started),
            "endTimeUnixNano": str(started + 500_000),
            "attributes": attributes(
                {
                    "gen_ai.operation.name": "chat",
                    "gen_ai.workflow.name": WORKFLOW,
                    "gen_ai.request.model": batch.round,
                    "gen_ai.response.model": batch.round,
                    "gen_ai.conversation.id": record.mark,
                    "gen_ai.input.messages": json.dumps(asked),
                    "gen_ai.output.messages": json.dumps(told),
                    "gen_ai.tool.call.arguments": json.dumps({"what": texts["tools"]}),
                    "durability.planted": texts["attributes"],
                }
            ),
            "status": {},
        }

    def acknowledged(self, batch: Batch, answer: bytes) -> list[Acknowledged]:
        partial = json.loads(answer or b"{}").get("partialSuccess") or {}
        assert int(partial.get("rejectedSpans") or 0) == 0, partial
        return [
            Acknowledged(self.name, batch.round, record.mark, record.trace)
            for record in batch.records
        ]


class Reports:
    """Reports of an employee, one a request: they share the log with evidence."""

    name = "reports"
    scope = "report"
    most = 1
    path = f"{ROOT}/reports"
    content_type = "application/json"

    def body(self, batch: Batch) -> bytes:
        (record,) = batch.records
        return json.dumps({"what": self.what(record)}).encode()

    def what(self, record: Record) -> str:
        """Short, because lists show the beginning only."""
        return f"{record.mark} {record.trace}"

    def acknowledged(self, batch: Batch, answer: bytes) -> list[Acknowledged]:
        (record,) = batch.records
        number = json.loads(answer)["incident"]
        return [Acknowledged(self.name, batch.round, record.mark, record.trace, number)]

    def listed(self, api: Api, round: str | None) -> list[Listed]:
        items = [(item["number"], item["what"]) for item in api.every("incidents")]
        return [
            Listed(number, record.trace if self.what(record) == what else f"altered: {what}")
            for number, what in items
            if round is None or what.startswith(f"{round}.")
            for record in [Record(what.split(" ")[0])]
        ]

    def reads(self, api: Api, id: str, record: Record) -> None:
        assert api.get(f"incidents/{id}").done(200)["what"] == self.what(record)


ALL_WIRES: list[Wire] = [Evidence(), Spans(), Reports()]


def wires() -> list[Wire]:
    """All of them, or those that CORDON_WIRES names, with commas between."""
    named = os.environ.get("CORDON_WIRES")
    return [wire for wire in ALL_WIRES if not named or wire.name in named.split(",")]


def attributes(values: dict[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]


def strings(value: Any) -> list[str]:
    """Every text in a JSON value, also within texts that hold JSON."""
    match value:
        case str():
            inner: list[str] = []
            if value[:1] in ("{", "[", '"'):
                try:
                    inner = strings(json.loads(value))
                except ValueError:
                    inner = []
            return [value, *inner]
        case dict():
            return [text for each in value.values() for text in strings(each)]
        case list():
            return [text for each in value for text in strings(each)]
        case _:
            return []


class Acknowledgements:
    """A file on another disk, to which a line goes only after the answer was read."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.answers = 0
        self.lock = threading.Lock()
        self.acts: dict[int, Callable[[], None]] = {}
        self.descriptor = os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def append(self, records: list[Acknowledged]) -> None:
        lines = "".join(json.dumps(asdict(record)) + "\n" for record in records).encode()
        with self.lock:
            assert os.write(self.descriptor, lines) == len(lines)
            self.answers += 1
            act = self.acts.pop(self.answers, None)
            if act:
                act()

    def after(self, answers: int, act: Callable[[], None]) -> None:
        """Acts at that many further answers, at once and before the next one is noted."""
        with self.lock:
            self.acts = {self.answers + answers: act}

    def all(self, round: str | None = None) -> list[Acknowledged]:
        lines = self.file.read_text().splitlines()
        every = [Acknowledged(**json.loads(line)) for line in lines]
        return [each for each in every if round in (None, each.round)]

    def close(self) -> None:
        os.close(self.descriptor)


class Connection:
    """One connection that is kept open."""

    def __init__(self, url: str, token: str) -> None:
        place = urlsplit(url)
        assert place.hostname and place.port
        self.connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        self.token = token

    def post(self, wire: Wire, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        headers = {"authorization": f"Bearer {self.token}", "content-type": wire.content_type}
        self.connection.request("POST", wire.path, body, headers)
        response = self.connection.getresponse()
        return response, response.read()

    def close(self) -> None:
        self.connection.close()


class Sender(threading.Thread):
    """Sends one batch after the other until it is told to end or the server is gone."""

    def __init__(
        self, url: str, token: str, wire: Wire, kept: Acknowledgements, round: str, sender: str
    ) -> None:
        super().__init__(daemon=True, name=f"{round}.{sender}")
        self.connection = Connection(url, token)
        self.wire = wire
        self.kept = kept
        self.round = round
        self.sender = sender
        self.chance = random.Random(self.name)
        self.over = threading.Event()
        # What was sent and never answered: it may be there or not, but not by halves.
        self.unanswered: Batch | None = None
        self.unexpected: str | None = None

    def run(self) -> None:
        number = sent = 0
        try:
            while not self.over.is_set():
                size = min(self.chance.choice([1, 4, 16, 64]), self.wire.most)
                batch = Batch(self.round, self.sender, number, size, first=sent)
                self.unanswered = batch
                if not self.sends(batch):
                    return
                self.unanswered = None
                number += 1
                sent += size
        except (OSError, http.client.HTTPException):
            return
        except Exception as error:  # Told by whoever waits for this thread.
            self.unexpected = repr(error)
        finally:
            self.connection.close()

    def sends(self, batch: Batch) -> bool:
        """Whether it was acknowledged; waits as long as the server asks for."""
        body = self.wire.body(batch)
        while not self.over.is_set():
            response, answer = self.connection.post(self.wire, body)
            if response.status in (200, 201):
                self.kept.append(self.wire.acknowledged(batch, answer))
                return True
            if response.status != 503:
                self.unexpected = f"{response.status} {answer[:300]!r}"
                return False
            self.over.wait(float(response.headers["retry-after"]))
        return False
