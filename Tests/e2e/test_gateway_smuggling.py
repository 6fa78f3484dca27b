"""No request hides in another, no answer in another, and nothing leads past Cordon."""

import contextlib
from pathlib import Path

import pytest

import gateway_answers as say
from gateway_rough import error_of, flow, goes_on, rough
from gateway_upstream import JSON, Fields, plain
from gateway_wire import Line, chunks
from gateway_world import CHAT, MESSAGES, Flow, House, asks, house

__all__ = ["flow", "rough"]

FILES = "/openai/v1/files"
FILE = f"{FILES}/file-1/content"


# Requests within requests


SMUGGLED = b"POST /openai/v1/smuggled HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n"
BODY = asks()
LONG = str(len(BODY)).encode()
# Field lines, and the bytes behind the head.
SMUGGLING: dict[str, tuple[list[bytes], bytes]] = {
    "two lengths": ([b"content-length: " + LONG, b"content-length: 0"], BODY + SMUGGLED),
    "two lengths, swapped": ([b"content-length: 0", b"content-length: " + LONG], BODY + SMUGGLED),
    "a list of lengths": ([b"content-length: " + LONG + b", 0"], BODY + SMUGGLED),
    "a length and chunks": (
        [b"content-length: 4", b"transfer-encoding: chunked"], chunks(BODY) + SMUGGLED,
    ),
    "chunks and a length": (
        [b"transfer-encoding: chunked", b"content-length: " + LONG], b"0\r\n\r\n" + SMUGGLED,
    ),
    "chunks, but not last": ([b"transfer-encoding: chunked, identity"], chunks(BODY) + SMUGGLED),
    "chunks twice": (
        [b"transfer-encoding: chunked", b"transfer-encoding: identity"], chunks(BODY) + SMUGGLED,
    ),
    "chunks in disguise": (
        [b"transfer-encoding: xchunked", b"content-length: " + LONG], BODY + SMUGGLED,
    ),
    "a space before the colon": (
        [b"transfer-encoding : chunked", b"content-length: " + LONG], BODY + SMUGGLED,
    ),
    "a tab for chunks": (
        [b"transfer-encoding:\tchunked", b"content-length: " + LONG], chunks(BODY) + SMUGGLED,
    ),
    "a folded line": (
        [b"x-folded: a", b" content-length: 0", b"content-length: " + LONG], BODY + SMUGGLED,
    ),
    "a bare line feed": ([b"x-a: b\ncontent-length: 0", b"content-length: " + LONG], BODY),
    "a bare carriage return": ([b"x-a: b\rx-c: d", b"content-length: " + LONG], BODY),
    "a nought in a value": ([b"x-a: b\0c", b"content-length: " + LONG], BODY),
    "a length with a sign": ([b"content-length: +" + LONG], BODY + SMUGGLED),
    "a length in another base": ([b"content-length: 0x10"], BODY + SMUGGLED),
    "a length beyond numbers": ([b"content-length: 99999999999999999999"], BODY),
    "a length below nothing": ([b"content-length: -1"], BODY),
    "a chunk beyond numbers": (
        [b"transfer-encoding: chunked"], b"ffffffffffffffff1\r\n" + BODY + SMUGGLED,
    ),
    "a chunk below nothing": ([b"transfer-encoding: chunked"], b"-1\r\n" + BODY + SMUGGLED),
    "a chunk that lies": ([b"transfer-encoding: chunked"], b"5\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a name that is none": ([b"x(a: b", b"content-length: " + LONG], BODY),
}  # fmt: skip


@pytest.mark.parametrize("place", [CHAT, FILES], ids=["read", "passed on"])
@pytest.mark.parametrize("name", SMUGGLING)
def test_noRequestHidesInAnother(name: str, place: str, rough: House, flow: Flow) -> None:
    rough.openai.says(plain(say.chat()))
    fields, behind = SMUGGLING[name]
    head = [f"POST {place} HTTP/1.1".encode(), b"host: x"]
    head.append(f"authorization: Bearer {flow.token}".encode())
    with flow.line(3) as line:
        line.send(b"\r\n".join([*head, *fields, b"", b""]) + behind)
        said = everything(line)
    assert said == b"" or said.startswith(b"HTTP/1.1 "), said[:300]
    # At most the one call that was asked for went on, framed in one way, and nothing else.
    assert len(rough.openai.requests) <= 1
    for received in rough.openai.requests:
        assert received.target == "/v1" + place.removeprefix("/openai/v1")
        lengths = received.all("content-length") + received.all("transfer-encoding")
        assert len(lengths) == 1
        assert b"smuggled" not in received.body and b"HTTP/1.1" not in received.body
    # Nobody called with the key that the second one would have needed.
    assert b'"choices"' not in said.partition(b"\r\n\r\n")[2].partition(b"HTTP/1.1")[2]
    goes_on(flow)


def everything(line: Line) -> bytes:
    """What comes until the server closes, or says nothing more."""
    said = b""
    with contextlib.suppress(TimeoutError, ConnectionResetError):
        line.socket.settimeout(0.5)
        while piece := line.socket.recv(65536):
            said += piece
    return said


@pytest.mark.parametrize(
    "target",
    [
        "/openai/v1/../../admin", "/openai/v1/%2e%2e/%2e%2e/admin", "/openai/v1//chat/completions",
        "/openai/v1/chat/../files", "/openai/v1/..;/admin", "/openai/v1/\\..\\admin",
        "/openai/v1/@evil.example/", "/openai/v1/chat/completions#x", "/openai/v1",
        "http://169.254.169.254/openai/v1/chat/completions", "/openai/v1/?@evil.example",
    ],
)  # fmt: skip
def test_noPathLeadsElsewhere(target: str, rough: House, flow: Flow) -> None:
    """Wherever a path seems to lead: it is asked of the one provider, below its address."""
    rough.openai.says(plain(b"{}"))
    rough.anthropic.says(plain(b"{}"))
    with flow.line(3) as line:
        line.ask("POST", target, flow.fields(), asks())
        everything(line)
    assert rough.anthropic.requests == []
    for received in rough.openai.requests:
        assert received.target.startswith("/v1"), received.target
        assert (
            ".." not in received.target.partition("?")[0]
            or "%" in received.target
            or (received.target == target.removeprefix("/openai"))
        )
    goes_on(flow)


@pytest.mark.parametrize(
    "target",
    [
        "/openai/v1//chat/completions", "/openai/v1/chat//completions",
        "/openai/v1/chat/completions/", "/openai/v1/chat/completion%73",
        "/openai/v1/chat%2fcompletions", "/openai/v1/%63%68at/completions?x=1",
        "/openai/v1/chat/completion%2573", "/openai/v1/chat\\completions",
        "/openai/v1/Chat/Completions", "/openai/v1/chat/completions;v=1",
        "/openai/v1/chat/completions#x", "/openai/v1/./chat/completions",
        "/openai/v1/files/../chat/completions", "/openai/v1/files/%2e%2E/responses",
        "/openai/v1/..;/admin", "/anthropic/v1//messages", "/anthropic/v1/message%73",
        "/anthropic/v1/messages/",
    ],
)  # fmt: skip
def test_noOtherSpellingOfAPathIsPassedOnUnread(target: str, rough: House, flow: Flow) -> None:
    """A provider that tidies paths would answer what nobody has judged."""
    for upstream in (rough.openai, rough.anthropic):
        upstream.says(plain(say.chat()))
    reply = flow.ask(target, asks())
    assert reply.status == 400 and error_of(reply)["code"] == "invalid_path"
    assert reply.all("x-should-retry") == ["false"]
    assert rough.openai.requests == [] and rough.anthropic.requests == []


@pytest.mark.parametrize(
    "fields",
    [
        [("connection", "authorization, x-kept"), ("x-kept", "1")],
        [("connection", "x-cordon-record"), ("x-cordon-record", "A-7")],
        [("te", "trailers"), ("upgrade", "websocket"), ("connection", "upgrade")],
        [("proxy-authorization", "Basic eA=="), ("keep-alive", "timeout=5")],
        [("cookie", "session=1"), ("x-api-key", "sk-mine"), ("api-key", "sk-mine")],
    ],
)
def test_whatBelongsToOneConnectionStaysThere(fields: Fields, rough: House, flow: Flow) -> None:
    rough.openai.says(plain(say.chat()))
    assert flow.ask(CHAT, asks(), *fields).status == 200
    received = rough.openai.only
    for name, _ in fields:
        assert received.all(name) == []
    # Cordon's own key is there all the same.
    assert len(received.all("authorization")) == 1


# Answers within answers


@pytest.mark.parametrize(
    ("fields", "behind"),
    [
        (b"content-length: 2\r\n", b"{}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"),
        (b"content-length: 2\r\ncontent-length: 60\r\n", b"{}HTTP/1.1 200 OK\r\n\r\nevil"),
        (b"transfer-encoding: chunked\r\ncontent-length: 2\r\n",
         b"2\r\n{}\r\n0\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"),
        (b"x-a: b\r\n\tcontent-length: 9\r\ncontent-length: 2\r\n", b"{}"),
        (b"x-a: b\0c\r\ncontent-length: 2\r\n", b"{}"),
    ],
)  # fmt: skip
def test_noAnswerHidesInAnother(fields: bytes, behind: bytes, rough: House, flow: Flow) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
    rough.openai.says(lambda exchange: exchange.raw(head + fields + b"\r\n" + behind))
    with flow.line() as line:
        for _ in range(3):
            reply = line.ask("POST", CHAT, flow.fields(), asks()).reply()
            assert (reply.status, reply.body) == (200, b"{}") or reply.status == 502
            assert b"evil" not in reply.body or reply.status == 502
    other = rough.flow("next")
    goes_on(other)


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("method", "place"), [("POST", CHAT), ("POST", MESSAGES), ("GET", FILE), ("POST", FILES)]
)
def test_aRedirectIsNeitherFollowedNorHandedOn(
    status: int, method: str, place: str, rough: House
) -> None:
    """It would lead past Cordon, with the provider's key or into the company's own network."""
    flow = rough.flow("redirect")
    ours, theirs = rough.openai, rough.anthropic
    if place == MESSAGES:
        ours, theirs = theirs, ours
    theirs.says(plain(say.chat()))
    for where in (f"{theirs.url}/v1/x", "http://169.254.169.254/latest/", "/v1/elsewhere"):
        ours.says(plain(b"moved", status, [JSON, ("location", where)]))
        reply = flow.ask(place, asks() if method == "POST" else None, method=method)
        assert reply.status == 502 and error_of(reply)["code"] == "upstream_redirects"
        assert reply.all("location") == [] and b"169.254" not in reply.body
        assert len(ours.requests) == 1
    assert theirs.requests == []
    records = flow.records_ended(3)
    assert {record["status"] for record in records} == {"error: upstream_redirects"}


def test_anAnswerThatHasNotChangedIsNoRedirect(rough: House, flow: Flow) -> None:
    rough.openai.says(lambda exchange: exchange.head(304, [("etag", '"7"')]))
    reply = flow.ask("/openai/v1/models", None, ("if-none-match", '"7"'), method="GET")
    assert (reply.status, reply.body, reply.field("etag")) == (304, b"", '"7"')


@pytest.mark.parametrize(
    "address", ["127.0.0.2", "localhost", "169.254.169.254", "[::1]", "10.0.0.1"]
)
def test_anUpstreamInsideIsNotReachedUnlessItIsAllowed(
    address: str, binary: str, tmp_path: Path
) -> None:
    more = f"""
[upstreams.inside]
front = "openai"
url = "http://{address}:9/v1"
models = ["inside"]
"""
    with house(binary, tmp_path, more=more) as home:
        flow = home.flow("inside")
        reply = flow.ask(CHAT, asks(model="inside"))
        assert reply.status == 502 and error_of(reply)["code"] == "upstream_failed"
        assert flow.record()["status"] == "error: upstream_failed"
