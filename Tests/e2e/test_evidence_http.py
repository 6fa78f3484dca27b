"""Every route of the evidence side: what it does, its limits, and each way in which it refuses."""

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import zstandard

import ledger
from api import Answer, Api
from evidence_check import check_log, check_proof, climbed, text_of
from evidence_sender import Batch, Spans
from waiting import until
from world import WHAT, WORKFLOW, World, at

MOST = 512
BYTES = 16 << 20
NDJSON = "application/x-ndjson"
Record = dict[str, Any]


class Names:
    """Words that nobody else on the server uses."""

    count = 0

    @classmethod
    def next(cls, stem: str) -> str:
        cls.count += 1
        return f"{stem}{cls.count:04}"


@pytest.fixture
def flow() -> str:
    """A workflow's key that nobody has used before."""
    return Names.next("flow-")


def exchange(flow: str | None, said: str = "Nothing of note.", **more: Any) -> Record:
    named: Record = {"workflow": flow} if flow else {}
    return named | {
        "kind": "model_exchange",
        "input": {"messages": [{"role": "user", "content": "What happened?"}]},
        "output": {"messages": [{"role": "assistant", "content": said}]},
    } | more  # fmt: skip


def send(api: Api, *records: Record) -> Answer:
    return api.post("evidence", {"records": list(records)})


def body(api: Api, data: bytes, kind: str = "application/json", **headers: str) -> Answer:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.send("POST", "evidence", data=data, headers={"content-type": kind} | headers)


def token(api: Api, *scopes: str, workflow: str | None = None) -> Api:
    asked: dict[str, Any] = {"name": Names.next("token "), "scopes": list(scopes)}
    if workflow:
        asked["workflow"] = workflow
    return Api(api.url, api.post("tokens", asked).done(201)["token"])


def found(api: Api, **query: Any) -> list[str]:
    return [item["id"] for item in api.get("evidence", **query).done(200)["items"]]


def sized(size: int, flow: str) -> bytes:
    """A batch of exactly so many bytes."""
    frame = json.dumps({"records": [exchange(flow, "@")]}).encode()
    return frame.replace(b"@", b"x" * (size - len(frame) + 1))


# Capture


def test_aRecordReadsAsItWasSentAndIsInTheLog(shared: World, flow: str) -> None:
    groups = {
        "system": {"text": "Be brief."},
        "input": {"messages": [{"role": "user", "content": "Who is next?"}], "userName": "Ana"},
        "retrieved": {"documents": [{"text": "Birch opens on Monday."}]},
        "output": {"messages": [{"role": "assistant", "content": "Birch."}]},
        "tools": [{"name": "read_notes", "arguments": {"customerId": 7}}],
        "parameters": {"temperature": 0.25},
        "attributes": {"snake_case": 1, "camelCase": 2},
    }
    named = {
        "model": "model-7", "actor": "agent-3", "target": "Alder", "session": "s1",
        "trace": "t1", "span": "p1", "status": "ok", "tokens_in": 3, "tokens_out": 5,
    }  # fmt: skip
    record: Record = {"workflow": flow, "kind": "model_exchange", "at": at(hours=1)}
    record |= groups | named
    answer = send(shared.admin, record).done(201)
    assert (answer["accepted"], answer["duplicates"]) == (1, 0)
    (receipt,) = answer["records"]
    assert receipt["duplicate"] is False
    read = shared.ben.get(f"evidence/{receipt['id']}").done(200)
    assert read["workflow"] == flow and read["kind"] == "model_exchange"
    assert read["index"] == receipt["index"] and read["state"] == "kept"
    assert read["at"] == record["at"]
    for name, content in groups.items():
        whole = {name: content} if isinstance(content, list) else content
        assert read["groups"][name] == whole, name
    for name, value in named.items():
        assert read["groups"]["envelope"][name] == value, name
    assert {"role": "user", "text": "Who is next?"} in read["reading"]["messages"]
    assert {"role": "assistant", "text": "Birch."} in read["reading"]["messages"]
    assert read["reading"]["retrieved"] == ["Birch opens on Monday."]
    proof = read["proof"]
    checkpoint = ledger.opened(proof["checkpoint"], text_of(shared.ben, "/ledger/key"))
    hashes = [base64.b64decode(line, validate=True) for line in proof["hashes"]]
    leaf = bytes.fromhex(proof["leaf"])
    assert climbed(leaf, proof["index"], checkpoint.size, hashes) == checkpoint.root
    check_proof(shared.ben, receipt["index"])


@pytest.mark.parametrize(
    "kind",
    ["model_exchange", "tool_call", "retrieval", "approval", "delivery", "change", "note"],
)
def test_everyKindIsTakenAndFound(kind: str, shared: World, flow: str) -> None:
    sent = send(shared.admin, {"workflow": flow, "kind": kind, "note": {"text": "x"}}).done(201)
    assert found(shared.ben, workflow=flow, kind=kind) == [sent["records"][0]["id"]]
    other = "note" if kind != "note" else "change"
    assert found(shared.ben, workflow=flow, kind=other) == []


def test_linesAreRecordsAndEmptyOnesAreNone(shared: World, flow: str) -> None:
    lines = [json.dumps(exchange(flow, str(number))) for number in range(3)]
    sent = body(shared.admin, f"\n{lines[0]}\r\n \n{lines[1]}\n{lines[2]}".encode(), NDJSON)
    assert sent.done(201)["accepted"] == 3
    places = [record["index"] for record in sent["records"]]
    assert places == list(range(places[0], places[0] + 3))


def test_aLineThatIsNoRecordIsNamedAndNothingIsKept(shared: World, flow: str) -> None:
    good = json.dumps(exchange(flow))
    refused = body(shared.admin, f"{good}\n\n{good[:-1]}\n".encode(), NDJSON)
    refused.refused("invalid-input", 400)
    assert "Line 3" in refused["detail"] and refused.pointers == {"/records/1"}
    wrong = json.dumps(exchange(flow, kind="gossip"))
    refused = body(shared.admin, f"{good}\n{wrong}\n".encode(), NDJSON)
    assert refused.refused("invalid-input", 400).pointers == {"/records/1/kind"}
    assert found(shared.ben, workflow=flow) == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": None}, "/records/0/kind"),
        ({"model": ""}, "/records/0/model"),
        ({"key": "k" * 201}, "/records/0/key"),
        ({"target": "t" * 1001}, "/records/0/target"),
        ({"at": "yesterday"}, "/records/0/at"),
        ({"tokens_in": -1}, "/records/0/tokens_in"),
        ({"sequence": {"source": "a"}}, "/records/0/sequence/number"),
        ({"sequence": {"source": "a", "number": -1}}, "/records/0/sequence/number"),
        ({"colour": "red"}, "/records/0/colour"),
    ],
)
def test_aFieldOutOfBoundsIsRefusedWithItsPlace(
    change: Record, pointer: str, shared: World, flow: str
) -> None:
    refused = send(shared.admin, exchange(flow, **change)).refused("invalid-input", 400)
    assert refused.pointers == {pointer}
    assert found(shared.ben, workflow=flow) == []


@pytest.mark.parametrize("change", [{"key": "k" * 200}, {"target": "ü" * 1000}])
def test_aFieldAtItsBoundIsTaken(change: Record, shared: World, flow: str) -> None:
    send(shared.admin, exchange(flow, **change)).done(201)


def test_aRecordThatNamesNoWorkflowIsRefused(shared: World) -> None:
    send(shared.admin, exchange(None)).refused("invalid-input", 400)
    send(shared.admin, exchange("!!")).refused("invalid-input", 400)


# Limits


@pytest.mark.parametrize("count", [1, MOST - 1, MOST])
def test_aBatchUpToTheLimitIsTaken(count: int, shared: World, flow: str) -> None:
    records = [exchange(flow, str(number)) for number in range(count)]
    assert send(shared.admin, *records).done(201)["accepted"] == count


def test_aBatchBeyondTheLimitIsRefused(shared: World, flow: str) -> None:
    records = [exchange(flow, str(number)) for number in range(MOST + 1)]
    refused = send(shared.admin, *records).refused("invalid-input", 400)
    assert refused.pointers == {"/records"}
    lines = "\n".join(json.dumps(record) for record in records).encode()
    assert body(shared.admin, lines, NDJSON).refused("invalid-input", 400)
    assert send(shared.admin).refused("invalid-input", 400).pointers == {"/records"}
    body(shared.admin, b"", NDJSON).refused("invalid-input", 400)
    assert found(shared.ben, workflow=flow) == []


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_aBodyOfSixteenMebibytesIsTakenAndOneByteMoreIsNot(
    coding: str, shared: World, flow: str
) -> None:
    packed: dict[str, Callable[[bytes], bytes]] = {
        "identity": bytes, "gzip": gzip.compress, "zstd": zstandard.compress,
    }  # fmt: skip
    for size, taken in [(BYTES - 1, True), (BYTES, True), (BYTES + 1, False)]:
        answer = body(shared.admin, packed[coding](sized(size, flow)), content_encoding=coding)
        if taken:
            answer.done(201)
        else:
            answer.refused("too-large", 413)
    assert len(found(shared.ben, workflow=flow)) == 2


def test_aBodyOfUnknownLengthIsRefusedAtTheLimit(shared: World) -> None:
    chunk = b" " * (1 << 20)
    answer = shared.admin.send(
        "POST",
        "evidence",
        data=(chunk for _ in range(17)),
        headers={"content-type": "application/json"},
    )
    answer.refused("too-large", 413)


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_aBombIsRefusedWithoutBeingExpanded(coding: str, shared: World) -> None:
    made = io.BytesIO()
    chunk = bytes(1 << 20)
    if coding == "gzip":
        with gzip.GzipFile(fileobj=made, mode="wb") as file:
            for _ in range(1024):
                file.write(chunk)
    else:
        with zstandard.ZstdCompressor().stream_writer(made, closefd=False) as writer:
            for _ in range(4096):
                writer.write(chunk)
    packed = made.getvalue()
    assert len(packed) < 2 << 20
    body(shared.admin, packed, content_encoding=coding).refused("too-large", 413)


# Encodings


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "zstd", "identity"])
def test_aKnownEncodingIsTaken(coding: str, shared: World, flow: str) -> None:
    data = json.dumps({"records": [exchange(flow, "Packed.")]}).encode()
    if coding.lower() == "gzip":
        data = gzip.compress(data)
    elif coding == "zstd":
        data = zstandard.compress(data)
    body(shared.admin, data, content_encoding=coding).done(201)


def test_severalGzipMembersAreOneBody(shared: World, flow: str) -> None:
    lines = [json.dumps(exchange(flow, str(number))).encode() + b"\n" for number in range(2)]
    data = gzip.compress(lines[0]) + gzip.compress(lines[1])
    answer = body(shared.admin, data, NDJSON, content_encoding="gzip").done(201)
    assert answer["accepted"] == 2


def test_anUnknownOrWrongEncodingIsRefused(shared: World, flow: str) -> None:
    data = json.dumps({"records": [exchange(flow)]}).encode()
    for coding in ["br", "deflate", "gzip, gzip"]:
        body(shared.admin, data, content_encoding=coding).refused("unsupported-media-type", 415)
    for coding in ["gzip", "zstd"]:
        body(shared.admin, data, content_encoding=coding).refused("invalid-input", 400)
        cut = (gzip.compress(data) if coding == "gzip" else zstandard.compress(data))[:-5]
        body(shared.admin, cut, content_encoding=coding).refused("invalid-input", 400)
    for kind in ["text/plain", "application/xml", "application/x-protobuf"]:
        body(shared.admin, data, kind).refused("unsupported-media-type", 415)
    assert found(shared.ben, workflow=flow) == []


# Repetition


def test_aRepeatedRecordIsKeptOnce(shared: World, flow: str) -> None:
    first = send(shared.admin, exchange(flow, "Once.", key="a")).done(201)["records"][0]
    again = send(shared.admin, exchange(flow, "Once.", key="a")).done(201)
    assert (again["accepted"], again["duplicates"]) == (0, 1)
    assert again["records"] == [first | {"duplicate": True}]
    unnamed = exchange(flow, "Without a key.", at=at(hours=1))
    twice = send(shared.admin, unnamed, unnamed).done(201)
    assert (twice["accepted"], twice["duplicates"]) == (1, 1)
    assert len(found(shared.ben, workflow=flow)) == 2


def test_aKeyOfAnotherRecordIsRefusedAndNothingIsKept(shared: World, flow: str) -> None:
    send(shared.admin, exchange(flow, "First.", key="a")).done(201)
    other = exchange(flow, "Second.", key="a")
    send(shared.admin, exchange(flow, "New.", key="b"), other).refused("idempotency-mismatch", 422)
    within = [exchange(flow, "One.", key="c"), exchange(flow, "Two.", key="c")]
    send(shared.admin, *within).refused("idempotency-mismatch", 422)
    assert len(found(shared.ben, workflow=flow)) == 1
    # Another workflow's key is another key.
    send(shared.admin, exchange(Names.next("flow-"), "Second.", key="a")).done(201)


# Who may


READS = [
    "evidence", "evidence/count", "evidence/gaps", "shadow-workflows", "holds", "retention",
    "evidence/erasures",
]  # fmt: skip


def test_nobodyIsRefusedEverywhere(shared: World) -> None:
    nobody = shared.server.api()
    for path in [*READS, f"workflows/{WORKFLOW}/evidence", "/ledger/proof/0"]:
        nobody.get(path).refused("not-signed-in", 401)
    for path in ["evidence", "/v1/traces", "holds", "evidence/erasures", "retention/run"]:
        nobody.post(path).refused("not-signed-in", 401)


@pytest.mark.parametrize("path", READS)
def test_aReporterReadsNoEvidence(path: str, shared: World) -> None:
    shared.ana.get(path).refused("not-permitted", 403)


def test_aCaptureTokenSendsAndReadsNothing(shared: World, flow: str) -> None:
    sender = token(shared.ben, "capture")
    sent = send(sender, exchange(flow)).done(201)["records"][0]
    shared.ben.get(f"evidence/{sent['id']}").done(200)
    for path in [*READS, f"evidence/{sent['id']}", f"workflows/{WORKFLOW}/changes"]:
        sender.get(path).refused("not-permitted", 403)
    hold = {"workflow": WORKFLOW, "reason": "No."}
    sender.post("holds", hold).refused("not-permitted", 403)
    change = {"what": "A prompt."}
    sender.post(f"workflows/{WORKFLOW}/changes", change).done(201)
    reader = token(shared.ben, "read")
    send(reader, exchange(flow)).refused("not-permitted", 403)


def test_aTokenOfOneWorkflowSendsForItAlone(shared: World, flow: str) -> None:
    shared.register(flow)
    sender = token(shared.ben, "capture", workflow=flow)
    sent = send(sender, exchange(None)).done(201)["records"][0]
    assert found(shared.ben, workflow=flow) == [sent["id"]]
    sender.post(f"workflows/{flow}/changes", {"what": "Its own."}).done(201)
    sender.post(f"workflows/{WORKFLOW}/changes", {"what": "Another's."}).refused(
        "not-permitted", 403
    )


def test_aTokenOfOneWorkflowReadsItAlone(shared: World, flow: str) -> None:
    shared.register(flow)
    other = Names.next("flow-")
    mine = send(shared.admin, exchange(flow)).done(201)["records"][0]["id"]
    theirs = send(shared.admin, exchange(other)).done(201)["records"][0]["id"]
    reader = token(shared.ben, "read", workflow=flow)
    assert found(reader, workflow=flow) == [mine]
    reader.get(f"evidence/{mine}").done(200)
    reader.get("evidence/gaps", workflow=flow).done(200)
    reader.get("holds", workflow=flow).done(200)
    reader.get(f"evidence/{theirs}").refused("not-permitted", 403)
    for path in ["evidence", "evidence/gaps", "holds"]:
        reader.get(path).refused("not-permitted", 403)
        reader.get(path, workflow=other).refused("not-permitted", 403)
    for path in ["shadow-workflows", "retention", "evidence/erasures"]:
        reader.get(path).refused("not-permitted", 403)
    reader.get(f"workflows/{other}/evidence").refused("not-permitted", 403)


# Traces


def spans(batch: Batch) -> bytes:
    return Spans().body(batch)


def test_spansAreTakenAsJSONAndAsProtobuf(shared: World) -> None:
    from google.protobuf import json_format
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
        ExportTraceServiceRequest,
        ExportTraceServiceResponse,
    )

    flow = "durable-drafts"
    batch = Batch(Names.next("json"), "a", 0, 2)
    answer = shared.admin.send(
        "POST", "/v1/traces", data=spans(batch), headers={"content-type": "application/json"}
    ).done(200)
    assert answer.headers["content-type"] == "application/json"
    assert len(found(shared.ben, workflow=flow, model=batch.round)) == 2
    batch = Batch(Names.next("proto"), "a", 0, 2)
    asked = json.loads(spans(batch))
    for span in asked["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for name in ["traceId", "spanId"]:
            span[name] = base64.b64encode(bytes.fromhex(span[name])).decode()
    data = json_format.ParseDict(asked, ExportTraceServiceRequest()).SerializeToString()
    for coding, packed in [("gzip", gzip.compress(data)), ("zstd", zstandard.compress(data))]:
        answer = shared.admin.send(
            "POST",
            "/v1/traces",
            data=packed,
            headers={"content-type": "application/x-protobuf", "content-encoding": coding},
        ).done(200)
        assert answer.headers["content-type"] == "application/x-protobuf"
        ExportTraceServiceResponse.FromString(answer.response.content)
    assert len(found(shared.ben, workflow=flow, model=batch.round)) == 2


def test_whatIsNoTraceIsRefused(shared: World) -> None:
    def traces(data: bytes, kind: str, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return shared.admin.send(
            "POST", "/v1/traces", data=data, headers={"content-type": kind} | named
        )

    traces(b"\xff\xff\xff", "application/x-protobuf").refused("invalid-input", 400)
    traces(b"[1", "application/json").refused("invalid-input", 400)
    traces(b"{}", "text/plain").refused("unsupported-media-type", 415)
    traces(b"{}", "application/json", content_encoding="br").refused(
        "unsupported-media-type", 415
    )
    traces(b" " * (BYTES + 1), "application/json").refused("too-large", 413)


# Search


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("Mueller & Soehne", "Müller Söhne"), ("MÜLLER", "Müller"), ("Birch’s", "birch"),
        ("O'Neil", "oneil"), ("acct_12345", "acct_#####"), ("Alderman", "alder*"),
        ("Kovačević", "kovacevic"), ("Віrch", "birch"),
    ],
)  # fmt: skip
def test_aNameIsFoundInAnySpelling(
    written: str, wanted: str, shared: World, flow: str
) -> None:
    sent = send(shared.admin, exchange(flow, f"Dear {written}, thank you.")).done(201)
    send(shared.admin, exchange(flow, "Dear reader, thank you.")).done(201)
    id = sent["records"][0]["id"]
    assert found(shared.ben, q=wanted, workflow=flow) == [id]
    assert found(shared.ben, q="Willow", workflow=flow) == []


def test_aWordIsAWholeWord(shared: World, flow: str) -> None:
    send(shared.admin, exchange(flow, "The alderman came.")).done(201)
    assert found(shared.ben, q="alder", workflow=flow) == []


def test_whatWentInIsFoundOnlyWhenItIsAskedFor(shared: World, flow: str) -> None:
    asked = exchange(flow, "Done.")
    asked["input"]["messages"][0]["content"] = "Tell Rowan."
    (receipt,) = send(shared.admin, asked).done(201)["records"]
    assert found(shared.ben, q="Rowan", workflow=flow) == []
    assert found(shared.ben, q="Rowan", workflow=flow, **{"in": "all"}) == [receipt["id"]]
    assert found(shared.ben, q="Rowan", workflow=flow, **{"in": "output"}) == []


def test_filtersAndTimesNarrowASearch(shared: World, flow: str) -> None:
    old = exchange(flow, "Old.", at=at(days=9), model="m-1", actor="Ana", target="Alder")
    new = exchange(flow, "New.", at=at(days=1), model="m-2", actor="Ben", target="Birch")
    first, second = [
        record["id"] for record in send(shared.admin, old, new).done(201)["records"]
    ]
    for query, one in [
        ({"model": "m-1"}, first), ({"model": "M-2"}, second), ({"actor": "ana"}, first),
        ({"target": "Birch"}, second), ({"from": at(days=2)}, second), ({"to": at(days=2)}, first),
        ({"from": at(days=10), "to": at(days=8)}, first),
    ]:  # fmt: skip
        assert found(shared.ben, workflow=flow, **query) == [one], query
    assert found(shared.ben, workflow=flow) == [second, first]
    assert found(shared.ben, workflow=flow, model="m-1", actor="Ben") == []


def test_aSearchSaysHowFarItLooked(shared: World, flow: str) -> None:
    for number in range(5):
        send(shared.admin, exchange(flow, f"Hazel {number}.")).done(201)
    page = shared.ben.get("evidence", q="Hazel", workflow=flow).done(200)
    assert len(page["items"]) == 5 and "next" not in page.json
    coverage = page["coverage"]
    assert coverage["from_index"] == 0 and coverage["to_index"] >= page["items"][0]["index"]
    assert coverage["unreadable"] == 0 and coverage["examined"] >= 5
    assert "Hazel" in page["items"][0]["snippet"]
    pages = shared.ben.every("evidence", limit=2, q="Hazel", workflow=flow)
    assert [item["id"] for item in pages] == [item["id"] for item in page["items"]]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"q": "x"}, "/q"), ({"q": "*"}, "/q"), ({"q": "..."}, "/q"), ({"q": "y" * 201}, "/q"),
        ({"q": "y" * 4001}, "/q"), ({"kind": "gossip"}, "/kind"), ({"in": "input"}, "/in"),
        ({"from": "May"}, "/from"), ({"to": "2026"}, "/to"), ({"limit": "0"}, "/limit"),
        ({"limit": "201"}, "/limit"),
    ],
)  # fmt: skip
def test_aSearchThatCannotBeMadeIsRefused(query: Record, pointer: str, shared: World) -> None:
    refused = shared.ben.get("evidence", **query).refused("invalid-input", 400)
    assert refused.pointers == {pointer}


def test_aRecordThatIsNotThereIsNotFound(shared: World) -> None:
    for id in ["01JX3M8Q6ZK4T5V6W7X8Y9Z0AB", "nonsense", "x" * 300]:
        shared.ben.get(f"evidence/{id}").refused("not-found", 404)


def test_recordsAreCountedAndReadingThemIsKept(shared: World, flow: str) -> None:
    before = shared.ben.get("evidence/count").done(200)
    (receipt,) = send(shared.admin, exchange(flow)).done(201)["records"]
    shared.ben.get(f"evidence/{receipt['id']}").done(200)
    shared.ben.get("evidence", q="anything", workflow=flow).done(200)
    after = shared.ben.get("evidence/count").done(200)
    assert after["records"] == before["records"] + 1
    assert 0 <= after["indexed"] <= after["records"] < after["size"]
    custody = shared.uma.every("journal", stream=f"evidence/{flow}")
    seen = [(item["kind"], item["actor"]) for item in custody if item["kind"] != "source_seen"]
    assert [kind for kind, _ in seen] == ["viewed", "searched"]
    assert {actor for _, actor in seen} == {"ben"}


# Gaps, shadow workflows, changes


def test_gapsAreNamedWithAdvice(shared: World, flow: str) -> None:
    def gaps() -> dict[str, str]:
        listed = shared.ben.get("evidence/gaps", workflow=flow).done(200)["items"]
        return {gap["kind"]: gap["detail"] for gap in listed}

    def counted(number: int) -> Record:
        return exchange(flow, str(number), sequence={"source": "a", "number": number})

    send(shared.admin, counted(1), counted(2)).done(201)
    assert gaps() == {}
    send(shared.admin, counted(5)).done(201)
    assert "3 to 4" in gaps()["dropped"]
    bare = {"workflow": flow, "kind": "model_exchange", "model": "m"}
    send(shared.admin, bare).done(201)
    assert "`output`" in gaps()["content_missing"]
    send(shared.admin, exchange(flow, at=at(days=-1))).done(201)
    assert set(gaps()) == {"dropped", "content_missing", "clock_skew"}
    state = shared.ben.get(f"workflows/{flow}/evidence").done(200)
    assert state["registered"] is False and state["records"] == 5
    assert {gap["kind"] for gap in state["gaps"]} == set(gaps())
    assert state["retention_days"] > 0 and state["holds"] == []
    assert state["first_at"] <= state["last_at"]
    shared.ben.get("workflows/never-seen/evidence").refused("not-found", 404)
    assert shared.ben.get("evidence/gaps", workflow="never-seen").done(200)["items"] == []


def test_aWorkflowThatNobodyRegisteredIsListed(shared: World, flow: str) -> None:
    def listed() -> list[str]:
        items = shared.ben.get("shadow-workflows").done(200)["items"]
        return [item["workflow"] for item in items if item["records"] > 0]

    send(shared.admin, exchange(flow.upper().replace("-", " "))).done(201)
    assert flow in listed()
    shared.register(flow)
    assert flow not in listed()


def test_changesAreNoticedAndAnnounced(shared: World, flow: str) -> None:
    shared.register(flow)
    path = f"workflows/{flow}/changes"
    send(shared.admin, exchange(flow, "a", model="m-1")).done(201)
    send(shared.admin, exchange(flow, "b", model="m-2"), exchange(flow, "c", model="m-1")).done(201)
    announced = {"what": "Prompt 7.", "aspect": "prompt", "version": "7", "at": at(days=3)}
    pushed = shared.ben.post(path, announced).done(201)
    assert (pushed["origin"], pushed["aspect"], pushed["version"]) == ("pushed", "prompt", "7")
    items = shared.ben.get(path).done(200)["items"]
    models = [(item["what"], item["first"]) for item in items if item["aspect"] == "model"]
    assert models == [("m-1", True), ("m-2", False)]
    assert (items[0]["what"], items[0]["by"]) == ("Prompt 7.", "ben")
    window = shared.ben.get(path, **{"from": at(days=4), "to": at(days=2)}).done(200)
    assert [item["what"] for item in window["items"]] == ["Prompt 7."]
    shared.ben.get(path, **{"from": "May"}).refused("invalid-input", 400)
    shared.ben.post(path, {"what": ""}).refused("invalid-input", 400)
    shared.ben.post(path, {"what": "x", "at": "May"}).refused("invalid-input", 400)
    shared.ben.post("workflows/never-seen/changes", {"what": "x"}).refused("not-found", 404)
    shared.ana.post(path, {"what": "x"}).refused("not-permitted", 403)
    body = {"what": "Once."}
    first = shared.ben.post(path, body, idempotency_key=flow).done(201)
    again = shared.ben.post(path, body, idempotency_key=flow).done(201)
    assert again.headers["idempotent-replayed"] == "true" and again.json == first.json
    report = {"workflow": flow, "what": WHAT, "occurred_at": at(minutes=0)}
    number = shared.ana.post("reports", report).done(201)["incident"]
    before = shared.ben.get(f"incidents/{number}/changes").done(200)["items"]
    assert {"Prompt 7.", "m-2"} <= {item["what"] for item in before}
    shared.ben.get("incidents/INC-2020-0001/changes").refused("not-found", 404)


# Holds, erasure, retention


def test_aHoldIsLetGoByTwoPeople(shared: World, flow: str) -> None:
    hold = shared.lena.post("holds", {"workflow": flow, "reason": "A claim."}).done(201)
    assert hold["state"] == "active" and hold["placed_by"] == "lena"
    path = f"holds/{hold['id']}"

    def listed(**query: Any) -> list[str]:
        items = shared.ben.get("holds", workflow=flow, **query).done(200)["items"]
        return [item["state"] for item in items]

    assert listed() == ["active"]
    why = {"reason": "Settled."}
    shared.lena.post(f"{path}/keep", why).refused("wrong-state", 409)
    assert shared.lena.post(f"{path}/release", why).done(200)["state"] == "release_proposed"
    shared.lena.post(f"{path}/release", why).refused("second-person-required", 409)
    assert shared.omar.post(f"{path}/keep", {"reason": "Not yet."}).done(200)["state"] == "active"
    assert shared.omar.post(f"{path}/release", why).done(200)["state"] == "release_proposed"
    assert listed() == ["release_proposed"]
    assert shared.lena.post(f"{path}/release", why).done(200)["state"] == "released"
    assert listed() == [] and listed(released="true") == ["released"]
    shared.omar.post(f"{path}/release", why).refused("wrong-state", 409)
    shared.omar.post("holds/01JX3M8Q6ZK4T5V6W7X8Y9Z0AB/release", why).refused("not-found", 404)
    shared.ben.post("holds", {"workflow": flow, "reason": "x"}).refused("not-permitted", 403)
    backwards = {"workflow": flow, "reason": "x", "from": at(days=1), "to": at(days=2)}
    assert shared.lena.post("holds", backwards).refused("invalid-input", 400).pointers == {"/to"}
    shared.lena.post("holds", {"workflow": "No Slug", "reason": "x"}).refused("invalid-input", 400)
    shared.lena.post("holds", {"workflow": flow}).refused("invalid-input", 400)


BASIS = {"basis": "GDPR, article 17", "reason": "Asked for."}


def test_anErasureTakesTwoPeopleAndLeavesTheLogWhole(shared: World, flow: str) -> None:
    (gone, stays) = send(
        shared.admin, exchange(flow, "About Juniper."), exchange(flow, "About nobody.")
    ).done(201)["records"]
    asked = shared.lena.post("evidence/erasures", BASIS | {"records": [gone["id"]]}).done(201)
    assert asked["state"] == "proposed" and asked["records"] == 1
    path = f"evidence/erasures/{asked['id']}"
    shared.lena.post(f"{path}/approve").refused("second-person-required", 409)
    shared.ben.post(f"{path}/approve").refused("not-permitted", 403)
    assert found(shared.ben, q="Juniper", workflow=flow) == [gone["id"]]
    done = shared.omar.post(f"{path}/approve").done(200)
    assert (done["state"], done["erased"]) == ("executed", 1)
    assert "Backups" in done["note"] and "bundles" in done["note"]
    shared.omar.post(f"{path}/approve").refused("wrong-state", 409)
    assert shared.ben.get(path).done(200)["approved_by"] == "omar"
    assert asked["id"] in {item["id"] for item in shared.ben.every("evidence/erasures")}
    left = shared.ben.get(f"evidence/{gone['id']}").done(200)
    assert left["state"] == "erased" and "groups" not in left.json and left["event"] > 0
    assert found(shared.ben, q="Juniper", workflow=flow) == []
    states = {item["id"]: item["state"] for item in shared.ben.every("evidence", workflow=flow)}
    assert states == {gone["id"]: "erased", stays["id"]: "kept"}
    check_proof(shared.ben, gone["index"])
    check_log(shared.ben)
    again = BASIS | {"records": [gone["id"]]}
    shared.lena.post("evidence/erasures", again).refused("wrong-state", 409)


def test_aPersonIsErasedEverywhere(shared: World, flow: str) -> None:
    name = Names.next("Zelkova ")
    asked = exchange(flow, "Done.")
    asked["input"]["messages"][0]["content"] = f"Write to {name}."
    send(shared.admin, exchange(flow, f"Dear {name},"), asked, exchange(flow, "Other.")).done(201)
    erasure = shared.lena.post("evidence/erasures", BASIS | {"person": name.upper()}).done(201)
    assert erasure["records"] == 2
    shared.omar.post(f"evidence/erasures/{erasure['id']}/approve").done(200)
    assert found(shared.ben, q=name, **{"in": "all"}) == []


def test_anErasureThatNamesNothingIsRefused(shared: World) -> None:
    post = shared.lena.post
    post("evidence/erasures", BASIS).refused("invalid-input", 400)
    post("evidence/erasures", BASIS | {"records": []}).refused("invalid-input", 400)
    post("evidence/erasures", {"person": "Birch"}).refused("invalid-input", 400)
    absent = ["01JX3M8Q6ZK4T5V6W7X8Y9Z0AB"]
    post("evidence/erasures", BASIS | {"records": absent}).refused("not-found", 404)
    post("evidence/erasures", BASIS | {"records": absent * 10_001}).refused("invalid-input", 400)
    nobody = Names.next("Nobody ")
    post("evidence/erasures", BASIS | {"person": nobody}).refused("not-found", 404)
    post(f"evidence/erasures/{absent[0]}/approve").refused("not-found", 404)
    shared.ben.get(f"evidence/erasures/{absent[0]}").refused("not-found", 404)
    shared.ben.post("evidence/erasures", BASIS | {"records": absent}).refused("not-permitted", 403)


def test_whatIsHeldIsNotErasedAndTheAttemptIsKept(shared: World, flow: str) -> None:
    (kept,) = send(shared.admin, exchange(flow, "Held.")).done(201)["records"]
    hold = shared.lena.post("holds", {"workflow": flow, "reason": "A claim."}).done(201)
    asked = BASIS | {"records": [kept["id"]]}
    refused = shared.lena.post("evidence/erasures", asked).refused("on-hold", 409)
    assert hold["id"] in refused["blockers"][0]["message"]
    (erasure,) = [
        item
        for item in shared.ben.every("evidence/erasures")
        if any(hold["id"] in text for text in item["refusals"])
    ]
    assert erasure["id"] in refused["detail"]
    shared.omar.post(f"evidence/erasures/{erasure['id']}/approve").refused("on-hold", 409)
    assert shared.ben.get(f"evidence/{kept['id']}").done(200)["holds"] == [hold["id"]]
    for person in [shared.lena, shared.omar]:
        person.post(f"holds/{hold['id']}/release", {"reason": "Settled."}).done(200)
    done = shared.omar.post(f"evidence/erasures/{erasure['id']}/approve").done(200)
    assert done["erased"] == 1 and len(done["refusals"]) == 2


def test_retentionIsShownBeforeItRuns(shared: World, flow: str) -> None:
    send(shared.admin, exchange(flow)).done(201)
    items = shared.ben.get("retention").done(200)["items"]
    (mine,) = [item for item in items if item["workflow"] == flow]
    assert (mine["due"], mine["held"]) == (0, 0) and mine["days"] > 0
    assert shared.lena.post("retention/run").done(200).json == {"deleted": {}, "unreadable": 0}
    shared.ben.post("retention/run").refused("not-permitted", 403)
    assert len(found(shared.ben, workflow=flow)) == 1


# Look back


@pytest.fixture
def incident(shared: World, flow: str) -> str:
    """An incident of a workflow that has sent what it is looked back for."""
    shared.register(flow)
    named = [exchange(flow, f"Dear {name}, hello.", at=at(hours=2)) for name in ("Alder", "Birch")]
    send(shared.admin, *named, exchange(flow, "Dear reader.", at=at(hours=2))).done(201)
    number: str = shared.ana.post("reports", {"workflow": flow, "what": WHAT}).done(201)["incident"]
    shared.ben.post(f"incidents/{number}/triage", {"kind": "incident", "reason": "It is."}).done()
    return number


def finished(api: Api, number: str, id: str) -> Record:
    def look() -> Record | None:
        run: Record = api.get(f"incidents/{number}/lookbacks/search/{id}").done(200).json
        return run if run["state"] != "running" else None

    return until("the look back ends", look, 60)


def test_aLookBackExaminesEveryRecordAndStatesIt(
    shared: World, incident: str, flow: str
) -> None:
    path = f"incidents/{incident}/lookbacks/search"
    asked = {"terms": ["BIRCH", "Elm", "ald#*", "alder"]}
    started = shared.ben.post(path, asked).done(202)
    run = finished(shared.ben, incident, started["id"])
    assert run["state"] == "finished", run
    assert (run["examined"], run["found"], run["erased"], run["unreadable"]) == (3, 2, 0, 0)
    assert [hit["terms"] for hit in run["hits"]] == [["alder"], ["BIRCH"]]
    assert "Birch" in run["hits"][1]["snippet"] and run["workflows"] == [flow]
    files = shared.ben.get(f"incidents/{incident}/evidence").done(200)["items"]
    (statement,) = [file for file in files if file["sha256"] == run["statement"]]
    fetched = shared.ben.get(f"incidents/{incident}/evidence/{statement['id']}").done(200)
    payload = json.loads(base64.b64decode(fetched["payload"]))
    assert payload["examined"] == 3 and payload["found"] == 2 and payload["terms"] == 4
    assert [item["id"] for item in shared.ben.get(path).done(200)["items"]] == [run["id"]]
    shared.ben.post(f"{path}/{run['id']}/cancel").refused("wrong-state", 409)
    shared.ben.post(f"{path}/{run['id']}/resume").refused("wrong-state", 409)
    pages = [shared.ben.get(f"{path}/{run['id']}", limit=1).done(200)]
    pages.append(shared.ben.get(f"{path}/{run['id']}", limit=1, after=pages[0]["next"]).done(200))
    assert [page["hits"][0]["id"] for page in pages] == [hit["id"] for hit in run["hits"]]
    assert "next" not in pages[1].json


def test_whatWasFoundIsJudged(shared: World, incident: str) -> None:
    path = f"incidents/{incident}/lookbacks/search"
    id = shared.ben.post(path, {"terms": ["Birch"]}).done(202)["id"]
    (hit,) = finished(shared.ben, incident, id)["hits"]
    verdict = {"record": hit["id"], "verdict": "affected", "description": "Named in a draft."}
    judged = shared.ben.post(f"{path}/{id}/verdicts", verdict).done(201)
    assert [item["reference"] for item in judged["affected"]] == [hit["id"]]
    (again,) = finished(shared.ben, incident, id)["hits"]
    assert again["verdict"] == "affected"
    other = shared.ben.get("evidence", workflow=judged["workflow"]).done(200)["items"][0]["id"]
    shared.ben.post(f"{path}/{id}/verdicts", verdict | {"record": other}).refused("not-found", 404)
    wrong = verdict | {"verdict": "perhaps"}
    shared.ben.post(f"{path}/{id}/verdicts", wrong).refused("invalid-input", 400)
    shared.ana.post(f"{path}/{id}/verdicts", verdict).refused("not-permitted", 403)


def test_aTableAndAWiderLookArePossible(shared: World, incident: str, flow: str) -> None:
    other = Names.next("flow-")
    send(shared.admin, exchange(other, "Dear Birch.", at=at(hours=1))).done(201)
    path = f"incidents/{incident}/lookbacks/search"
    table = "number;Customer\n1;Birch\n2;\"Alder; and sons\"\n"
    asked = {"csv": table, "column": "customer", "workflows": [other]}
    wide = finished(shared.ben, incident, shared.ben.post(path, asked).done(202)["id"])
    assert (wide["found"], wide["examined"]) == (2, 4)
    everything = {"terms": ["what happened"], "everything": True}
    whole = finished(shared.ben, incident, shared.ben.post(path, everything).done(202)["id"])
    assert whole["found"] == 3 and whole["everything"] is True


def test_aLookBackThatCannotBeMadeIsRefused(shared: World, incident: str) -> None:
    post, path = shared.ben.post, f"incidents/{incident}/lookbacks/search"
    refused = post(path, {"terms": ["Birch", "x", "**"]}).refused("invalid-input", 400)
    assert refused.pointers == {"/terms/1", "/terms/2"}
    post(path, {"terms": []}).refused("invalid-input", 400)
    post(path, {}).refused("invalid-input", 400)
    post(path, {"csv": "a\nb\n", "column": "c"}).refused("invalid-input", 400)
    many = [f"name {number}" for number in range(10_001)]
    post(path, {"terms": many}).refused("invalid-input", 400)
    finished(shared.ben, incident, post(path, {"terms": many[:-1]}).done(202)["id"])
    post(path, {"terms": ["Birch"], "from": "May"}).refused("invalid-input", 400)
    short = {"terms": ["Birch"], "from": at(days=3)}
    assert post(path, short).refused("invalid-input", 400).pointers == {"/shorter_because"}
    why = {"shorter_because": "The first record is of that day."}
    finished(shared.ben, incident, post(path, short | why).done(202)["id"])
    shared.ana.post(path, {"terms": ["Birch"]}).refused("not-permitted", 403)
    post("incidents/INC-2020-0001/lookbacks/search", {"terms": ["xx"]}).refused("not-found", 404)
    shared.ben.get(f"{path}/01JX3M8Q6ZK4T5V6W7X8Y9Z0AB").refused("not-found", 404)
    anonymous = shared.ana.post("reports", {"what": "No workflow."}).done(201)["incident"]
    refused = post(f"incidents/{anonymous}/lookbacks/search", {"terms": ["Birch"]})
    assert refused.refused("invalid-input", 400).pointers == {"/workflows"}


# The bundle


def test_theBundleHoldsTheIncidentAndKeepsBackWhatIsRedacted(
    shared: World, incident: str
) -> None:
    path = f"incidents/{incident}/export"
    answer = shared.ben.get(path).done(200)
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.response.content)) as whole:
        names = whole.namelist()
        assert f"{incident}/data/incident.json" in names and whole.testzip() is None
        assert any(name.endswith("/output.json") for name in names)
    redacted = shared.ben.get(path, redact="output,input", reason="Not theirs.", recipient="Birch")
    with zipfile.ZipFile(io.BytesIO(redacted.done(200).response.content)) as part:
        names = part.namelist()
        assert not any(name.endswith(("/output.json", "/input.json")) for name in names)
        assert any(name.endswith("/output.commitment") for name in names)
        assert "Not theirs." in part.read(f"{incident}/data/redactions.ndjson").decode()
    for wrong in ["colour", "envelope"]:
        assert shared.ben.get(path, redact=wrong).refused("invalid-input", 400).pointers == {
            "/redact"
        }
    shared.ben.get(path, recipient="a\nb").refused("invalid-input", 400)
    shared.ben.get(path, **{"from": "May"}).refused("invalid-input", 400)
    shared.frida.get(path).refused("not-permitted", 403)
    shared.ben.get("incidents/INC-2020-0001/export").refused("not-found", 404)


# The log


def test_theLogIsReadInTilesAndProved(shared: World) -> None:
    size = check_log(shared.uma)
    entries = shared.uma.get("/ledger/tile/entries/000" + (f".p/{size}" if size < 256 else ""))
    assert entries.done(200).response.content[2:5] == b"\x01\x01\x01"
    proof = text_of(shared.uma, f"/ledger/consistency/{size - 1}")
    hashes, _, note = proof.partition("\n\n")
    assert all(len(base64.b64decode(line)) == 32 for line in hashes.splitlines())
    assert ledger.opened(note, text_of(shared.uma, "/ledger/key")).size >= size
    for path in [
        "/ledger/proof/999999999", "/ledger/proof/x", "/ledger/consistency/999999999",
        "/ledger/tile/0/x999/999", "/ledger/tile/0/0", "/ledger/tile/64/000",
        "/ledger/tile/entries/000.p/0", "/ledger/tile/entries/000.p/257",
    ]:  # fmt: skip
        shared.uma.get(path).refused("not-found", 404)
