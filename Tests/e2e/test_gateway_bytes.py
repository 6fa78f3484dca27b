"""What passes a front passes byte for byte, in both directions, and is recorded."""

import gzip
import hashlib
import json
from contextlib import ExitStack, suppress
from typing import Any

import pytest
import zstandard

import gateway_answers as say
from gateway_upstream import JSON, SSE, Fields, Pause, Received, Upstream, plain, stream
from gateway_wire import chunks, whole
from gateway_world import (
    ANTHROPIC_KEY,
    CHAT,
    MESSAGES,
    OPENAI_KEY,
    Flow,
    House,
    asks,
    attributes,
    home,
)
from waiting import until

__all__ = ["home"]

# As no serialiser would write it: order, spaces, numbers, escapes and a member that nobody knows.
ODD = (
    '{ "x_unknown_param" : {"deep":[1,2.50, 1e3]},\n\t"model":"gpt-4o-mini",'
    '"messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text",'
    '"text":"\\u00c9 ok \\/ É"}],"name":"bob"}],"temperature":0.20,"max_tokens":64,'
    '"metadata":{"wf":"x"},"store":true,"seed":7,"service_tier":"flex",'
    '"prediction":{"type":"content","content":"p"},"parallel_tool_calls":false }\r\n'
).encode()
SENT: Fields = [
    ("content-type", "application/json"),
    ("User-Agent", "a-workflow/1.0"),
    ("accept", "application/json"),
    ("OpenAI-Organization", "org-c"),
    ("OpenAI-Project", "proj-c"),
    ("Idempotency-Key", "idem-1"),
    ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("tracestate", "a=1,b=2"),
    ("X-Client-Header", "1"),
    ("X-Twice", "one"),
    ("X-Twice", "two"),
    ("x-stainless-retry-count", "0"),
    ("anthropic-version", "2026-10-21"),
    ("anthropic-beta", "b-1,b-2"),
    ("X-Empty", ""),
]
SAID: Fields = [
    ("x-request-id", "req_up_1"),
    ("request-id", "req_up_2"),
    ("openai-processing-ms", "12"),
    ("openai-organization", "org-x"),
    ("x-ratelimit-remaining-requests", "99"),
    ("x-ratelimit-reset-tokens", "6ms"),
    ("X-Custom-Up", "yes"),
    ("X-Twice", "one"),
    ("X-Twice", "two"),
    ("cache-control", "no-cache"),
    ("strict-transport-security", "max-age=1"),
    ("retry-after", "7"),
    ("retry-after-ms", "6500"),
    ("x-should-retry", "false"),
]
# What belongs to one connection, or to Cordon.
OWN = {"host", "content-length", "accept-encoding", "authorization", "x-api-key"}
FRONTS = {
    "chat": (CHAT, "/v1/chat/completions", say.chat(), say.chat_stream()),
    "responses": (
        "/openai/v1/responses", "/v1/responses", say.responses(), say.response_stream(),
    ),
    "messages": (MESSAGES, "/v1/messages", say.message(), say.message_stream()),
}  # fmt: skip


def upstream_of(home: House, front: str) -> Upstream:
    return home.anthropic if front == "messages" else home.openai


@pytest.fixture(scope="module")
def flow(home: House) -> Flow:
    return home.flow("bytes")


def in_order(fields: Fields) -> Fields:
    return sorted((name.lower(), value) for name, value in fields)


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("streams", [False, True], ids=["plain", "stream"])
def test_theProviderGetsWhatTheWorkflowSent(
    front: str, streams: bool, home: House, flow: Flow
) -> None:
    place, target, answer, parts = FRONTS[front]
    provider = upstream_of(home, front)
    provider.says(stream(*parts) if streams else plain(answer))
    body = ODD.replace(b'"seed"', b'"stream":true,"seed"') if streams else ODD
    ours = [("x-cordon-run", "run-1"), ("X-Cordon-Record", "rec-1"), ("x-cordon-new", "1")]
    reply = flow.ask(place, body, *SENT, *ours)
    assert (reply.status, reply.is_whole) == (200, True)
    received = provider.only
    assert received.body == body
    assert (received.method, received.target) == ("POST", target)
    came = [(name, value) for name, value in received.fields if name.lower() not in OWN]
    assert in_order(came) == in_order(SENT)
    has_its_key_alone(received, provider, front, flow)


def has_its_key_alone(received: Received, provider: Upstream, front: str, flow: Flow) -> None:
    key = {"authorization": [f"Bearer {OPENAI_KEY}"], "x-api-key": []}
    if front == "messages":
        key = {"authorization": [], "x-api-key": [ANTHROPIC_KEY]}
    for name, values in key.items():
        assert received.all(name) == values
    assert received.all("host") == [f"127.0.0.1:{provider.port}"]
    assert received.all("content-length") == [str(len(received.body))]
    head = received.head.decode().lower()
    assert flow.token.lower() not in head and "x-cordon" not in head


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("streams", [False, True], ids=["plain", "stream"])
def test_theWorkflowGetsWhatTheProviderSaid(
    front: str, streams: bool, home: House, flow: Flow
) -> None:
    place, _, answer, parts = FRONTS[front]
    script = stream(*parts, fields=[SSE, *SAID]) if streams else plain(answer, fields=[JSON, *SAID])
    upstream_of(home, front).says(script)
    reply = flow.ask(place, asks(stream=streams))
    assert (reply.status, reply.is_whole) == (200, True)
    assert reply.body == (b"".join(parts) if streams else answer)
    kept = [(name, value) for name, value in reply.fields if name.lower() in dict(in_order(SAID))]
    assert in_order(kept) == in_order(SAID)
    assert reply.all("content-type") == [SSE[1] if streams else JSON[1]]


@pytest.mark.parametrize("width", [1, 2, 3, 7, 64])
def test_whereTheProviderCutsAStreamDoesNotMatter(width: int, home: House, flow: Flow) -> None:
    """Comments, three kinds of line ends, an event of two lines, one without data and no end."""
    odd = [
        b": keep-alive\r\n\r\n",
        b'retry: 3000\nid: 7\nevent: x\ndata: {"choices":\ndata: []}\n\n',
        b"event: nothing\n\n",
        b"data:" + say.chunk({"content": "é"})[6:],
        b"data: not JSON at all\r\r",
        *say.chat_stream(),
        b": behind the end\n\ndata: half an ev",
    ]
    sent = b"".join(odd)
    home.openai.says(stream(*[sent[at : at + width] for at in range(0, len(sent), width)]))
    reply = flow.ask(CHAT, asks(stream=True))
    assert reply.is_whole and reply.body == sent


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("recording", ["best_effort", "record_or_refuse"])
def test_nothingOfAStreamWaitsForWhatComesLater(front: str, recording: str, home: House) -> None:
    place, _, _, parts = FRONTS[front]
    flow = home.flow("unheld", gateway={"record": recording})
    pauses = [Pause() for _ in parts]
    if recording == "record_or_refuse":
        # The last event says that this was all: it waits until that is on record.
        pauses[-1].go.set()
    paused = [each for pair in zip(parts, pauses, strict=True) for each in pair]
    upstream_of(home, front).says(stream(*paused))
    with flow.line(10) as line:
        response = line.ask("POST", place, flow.fields(), asks(stream=True)).head()
        for part, pause in zip(parts, pauses, strict=True):
            assert response.read(len(part)) == part
            pause.wait_for().go.set()
        assert response.read() == b""


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 503, 529])
@pytest.mark.parametrize("front", FRONTS)
def test_anErrorOfTheProviderIsNotTouched(status: int, front: str, home: House, flow: Flow) -> None:
    place, *_ = FRONTS[front]
    error = {"message": "Rate limit reached for tpm", "type": "tokens", "code": "rate_limit"}
    body = say.text({"error": error | {"param": None}})
    provider = upstream_of(home, front)
    provider.says(plain(body, status, [JSON, *SAID]))
    reply = flow.ask(place, asks())
    assert (reply.status, reply.body) == (status, body)
    kept = [(name, value) for name, value in reply.fields if name.lower() in dict(in_order(SAID))]
    assert in_order(kept) == in_order(SAID)
    assert not reply.all("x-cordon-decision")
    assert len(provider.requests) == 1


# What is not read


MULTIPART = (
    b'--xyz\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    b'--xyz\r\ncontent-disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
    + bytes(range(256))
    + b"\r\n--xyz--\r\n"
)
FORM = ("content-type", "multipart/form-data; boundary=xyz")
SOUND = bytes(range(256)) * 300
OTHERS: dict[str, tuple[str, str, bytes | None, bytes]] = {
    "upload": ("POST", "/openai/v1/files", MULTIPART, b'{"id":"file-1"}'),
    "response": ("GET", "/openai/v1/responses/resp_1?include=a&include=b", None, say.responses()),
    "deleted": ("DELETE", "/openai/v1/responses/resp_1", None, b'{"deleted":true}'),
    "cancelled": ("POST", "/openai/v1/responses/resp_1/cancel", b"", say.responses()),
    "odd path": ("GET", "/openai/v1/files/a%2Fb%C3%A9?after=a%2Fb&x=%C3%A9+1", None, b"{}"),
    "speech": ("POST", "/openai/v1/audio/speech", asks(), SOUND),
    "model": ("GET", "/openai/v1/models/gpt-4o-mini", None, say.MODELS),
    "batches": ("GET", "/anthropic/v1/messages/batches?limit=2", None, b'{"data":[]}'),
    "batch": ("POST", "/anthropic/v1/messages/batches", asks(), b'{"id":"b"}'),
    "patched": ("PATCH", "/openai/v1/things/1", b'{"a": 1}', b'{"a": 1}'),
}


@pytest.mark.parametrize("name", OTHERS)
def test_everyOtherPathPassesAndIsRecorded(name: str, home: House) -> None:
    method, place, body, answer = OTHERS[name]
    flow = home.flow("other")
    provider = home.anthropic if place.startswith("/anthropic") else home.openai
    given = [("content-type", "application/octet-stream"), *SAID]
    provider.says(plain(answer, 200, given))
    reply = flow.ask(place, body, *[FORM] if name == "upload" else [], method=method)
    assert (reply.status, reply.body, reply.is_whole) == (200, answer, True)
    kept = [(name, value) for name, value in reply.fields if name.lower() in dict(in_order(SAID))]
    assert in_order(kept) == in_order(SAID)
    received = provider.only
    assert (received.method, received.body) == (method, body or b"")
    assert received.target == "/v1/" + place.split("/v1/", 1)[1]
    if name == "upload":
        assert received.all("content-type") == [FORM[1]]
    is_recorded(flow, method, place, body, answer)


def is_recorded(flow: Flow, method: str, place: str, body: bytes | None, answer: bytes) -> None:
    """Once it is over; that it was asked for may be on record before."""
    records = [each for each in flow.records_ended(1) if each["status"] == "ok"]
    (record,) = records
    http = attributes(record)["http"]
    assert (http["method"], http["path"], http["status"]) == (method, place, 200)
    assert http["upstream_request_id"] == "req_up_1"
    told = json.dumps(record["groups"])
    assert hashlib.sha256(answer).hexdigest() in told
    if body:
        assert hashlib.sha256(body).hexdigest() in told, "what was sent is not on record"


def test_aHeadHasNoBody(home: House, flow: Flow) -> None:
    home.openai.says(lambda exchange: exchange.head(200, [("content-length", "5000"), *SAID]))
    reply = flow.ask("/openai/v1/files/file-1/content", None, method="HEAD")
    assert (reply.status, reply.body, reply.is_whole) == (200, b"", True)
    assert home.openai.only.method == "HEAD"


def test_anAnswerWithoutContentIsOne(home: House, flow: Flow) -> None:
    home.openai.says(lambda exchange: exchange.head(204, SAID))
    reply = flow.ask("/openai/v1/things/1", None, method="DELETE")
    assert (reply.status, reply.body, reply.is_whole) == (204, b"", True)


# How a request comes


@pytest.mark.parametrize("place", [CHAT, "/openai/v1/files"])
def test_aBodyInChunksArrives(place: str, home: House, flow: Flow) -> None:
    home.openai.says(plain(say.chat()))
    fields = flow.fields(("transfer-encoding", "chunked"))
    with flow.line() as line:
        line.ask("POST", place, fields).send(chunks(ODD[:10], ODD[10:11], ODD[11:]))
        assert line.reply().body == say.chat()
    assert home.openai.only.body == ODD


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_aCompressedBodyArrivesAsItIsAndIsRead(coding: str, home: House) -> None:
    flow = home.flow("packed")
    packed = gzip.compress(ODD) if coding == "gzip" else zstandard.ZstdCompressor().compress(ODD)
    home.openai.says(plain(say.chat()))
    reply = flow.ask(CHAT, packed, ("content-encoding", coding))
    assert (reply.status, reply.body) == (200, say.chat())
    assert home.openai.only.body == packed
    assert home.openai.only.all("content-encoding") == [coding]
    asked = flow.record()["reading"]["messages"]
    assert {"role": "user", "text": "É ok / É"} in asked


def test_aConnectionServesOneCallAfterTheOther(home: House, flow: Flow) -> None:
    parts = say.chat_stream()
    with flow.line() as line:
        for streams in (False, True, True, False):
            home.openai.says(stream(*parts) if streams else plain(say.chat()))
            reply = line.ask("POST", CHAT, flow.fields(), asks(stream=streams)).reply()
            assert reply.body == (b"".join(parts) if streams else say.chat())


def test_anErrorThatStreamsIsNotTouched(home: House, flow: Flow) -> None:
    """Some providers answer with a stream whatever happened."""
    parts = [b'data: {"error": {"message": "Overloaded."}}\n\n']
    home.openai.says(stream(*parts, status=529))
    reply = flow.ask(CHAT, asks(stream=True))
    assert (reply.status, reply.body) == (529, parts[0])


def test_aLongConversationPasses(home: House, flow: Flow) -> None:
    """As large as a record may be at all, whichever way the answer comes."""
    body = asks("x" * (12 << 20), stream=True)
    parts = [say.chunk({"content": "y" * 100_000}) for _ in range(20)] + say.chat_stream()
    home.openai.says(stream(*parts))
    with flow.line(60) as line:
        reply = whole(line.ask("POST", CHAT, flow.fields(), body).head())
    assert reply.body == b"".join(parts)
    assert home.openai.only.body == body


def test_thePromptsOfOpenStreamsAreHeld(home: House) -> None:
    """What a stream was asked is there until the stream has ended, and counts until then."""
    flow = home.flow("prompts", gateway={"record": "best_effort"})
    parts, pauses = say.chat_stream(), [Pause() for _ in range(4)]
    scripts = [stream(*parts[:4], pause, *parts[4:]) for pause in pauses]
    home.openai.says_by(lambda _: scripts.pop())
    with ExitStack() as stack:
        lines = [stack.enter_context(flow.line(60)) for _ in pauses]
        body = asks("x" * (30 << 20), stream=True)
        answers = [line.ask("POST", CHAT, flow.fields(), body).head() for line in lines]
        more = asks("x" * (9 << 20))
        with flow.line(60) as line:
            # Who is refused in the middle sends no more.
            with suppress(OSError):
                line.ask("POST", CHAT, flow.fields(), more)
            reply = line.reply()
        assert reply.status == 503 and b'"overloaded"' in reply.body
        for pause in pauses:
            pause.go.set()
        assert {whole(answer).body for answer in answers} == {b"".join(parts)}
    home.openai.says(plain(say.chat()))
    until("there is room again", lambda: flow.ask(CHAT, more).status == 200)


def test_whatIsNoJSONIsRefusedBeforeTheProvider(home: House, flow: Flow) -> None:
    home.openai.says(plain(say.chat()))
    for body in (b"", b"[]", b"{", b'{"model": "x"} trailing', b"\xff\xfe{}"):
        reply = flow.ask(CHAT, body)
        assert reply.status == 400, body
        error: dict[str, Any] = json.loads(reply.body)["error"]
        assert error["code"] == "invalid_json" and error["message"]
    assert home.openai.requests == []
