"""What is just within a limit is taken, and what is just beyond it is refused in words."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from api import Answer
from waiting import until
from world import WORKFLOW, World

FILE = 25 << 20
BODY = 6 << 20


@pytest.fixture(scope="module")
def number(shared: World) -> str:
    """An incident to send things to."""
    incident: str = shared.ana.post("reports", {"what": "For the limits."}).done(201)["incident"]
    return incident


def sent(world: World, number: str, size: int) -> Answer:
    return world.frida.send(
        "POST",
        f"incidents/{number}/evidence",
        params={"kind": "log", "name": "large.bin"},
        data=b"\x07" * size,
        headers={"content-type": "application/octet-stream"},
    )


@pytest.mark.parametrize("size", [1, FILE])
def test_evidenceUpToTheLimitIsKept(size: int, shared: World, number: str) -> None:
    kept = sent(shared, number, size).done(201)
    assert kept["size"] == size
    fetched = shared.frida.get(f"incidents/{number}/evidence/{kept['id']}").done(200)
    assert fetched.response.content == b"\x07" * size


def test_evidenceBeyondTheLimitIsRefused(shared: World, number: str) -> None:
    sent(shared, number, FILE + 1).refused("too-large", 413)
    sent(shared, number, 0).refused("invalid-input", 400)


def test_evidenceOfUnknownLengthIsRefusedAtTheLimit(shared: World, number: str) -> None:
    chunk = b"\x07" * (1 << 20)
    answer = shared.frida.send(
        "POST",
        f"incidents/{number}/evidence",
        params={"kind": "log", "name": "large.bin"},
        data=(chunk for _ in range(26)),
        headers={"content-type": "application/octet-stream"},
    )
    answer.refused("too-large", 413)


def test_aBodyBeyondTheLimitIsRefused(shared: World) -> None:
    spaces = " " * (BODY - 20)
    within = shared.ana.send(
        "POST",
        "reports",
        data=('{"what":"Wide."}' + spaces)[:BODY],
        headers={"content-type": "application/json"},
    )
    within.done(201)
    beyond = shared.ana.send(
        "POST",
        "reports",
        data='{"what":"Wide."}' + " " * BODY,
        headers={"content-type": "application/json"},
    )
    beyond.refused("too-large", 413)


@pytest.mark.parametrize(
    ("name", "longest"), [("what", 20_000), ("contact", 200), ("discovered", 4_000)]
)
@pytest.mark.parametrize("letter", ["x", "ü", "🜁"])
def test_aTextIsMeasuredInCharacters(
    name: str, longest: int, letter: str, shared: World
) -> None:
    body = {"what": "A text."}
    shared.ana.post("reports", body | {name: letter * longest}).done(201)
    refused = shared.ana.post("reports", body | {name: letter * (longest + 1)})
    assert refused.refused("invalid-input", 400).pointers == {f"/{name}"}


def test_aTextThatMustSaySomethingDoes(shared: World) -> None:
    refused = shared.ana.post("reports", {"what": ""}).refused("invalid-input", 400)
    assert refused.pointers == {"/what"}


@pytest.mark.parametrize("limit", ["1", "200"])
def test_aPageHasUpToTwoHundredItems(limit: str, shared: World) -> None:
    shared.uma.get("incidents", limit=limit).done(200)


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "1.5", "9" * 30])
@pytest.mark.parametrize("path", ["incidents", "workflows", "journal", "near-misses"])
def test_aPageBeyondTheLimitIsRefused(path: str, limit: str, shared: World) -> None:
    refused = shared.uma.get(path, limit=limit).refused("invalid-input", 400)
    assert refused.pointers == {"/limit"}


@pytest.mark.parametrize("after", ["x", "-1", "2026", "2026-1-1", "9" * 30])
def test_aCursorThatNobodyGaveIsRefused(after: str, shared: World) -> None:
    shared.uma.get("incidents", after=after).refused("invalid-input", 400)


def test_pagesTogetherAreTheWholeList(shared: World) -> None:
    for turn in range(7):
        shared.ana.post("reports", {"what": f"Page {turn}."}).done(201)
    whole = [item["number"] for item in shared.uma.every("incidents")]
    small = [item["number"] for item in shared.uma.every("incidents", limit=3)]
    assert small == whole == sorted(set(whole), reverse=True)


def test_aRepeatedRequestIsDoneOnce(shared: World) -> None:
    body = {"what": "Sent twice."}
    first = shared.ana.post("reports", body, idempotency_key="twice").done(201)
    assert "idempotent-replayed" not in first.headers
    before = len(shared.uma.every("incidents"))
    second = shared.ana.post("reports", body, idempotency_key="twice").done(201)
    assert second.headers["idempotent-replayed"] == "true"
    assert second.response.content == first.response.content
    assert len(shared.uma.every("incidents")) == before
    other = shared.ana.post("reports", {"what": "Another."}, idempotency_key="twice")
    other.refused("idempotency-mismatch", 422)
    # Each account has its own names.
    theirs = shared.ben.post("reports", body, idempotency_key="twice").done(201)
    assert theirs["incident"] != first["incident"]
    shared.ana.post("reports", body, idempotency_key="k" * 200).done(201)
    shared.ana.post("reports", body, idempotency_key="k" * 201).refused("invalid-input", 400)


def test_aRefusalIsNotKeptUnderAKey(shared: World) -> None:
    key = "refused-once"
    early = shared.ana.post(
        "workflows/not-yet-there/stop", {"reason": "Now."}, idempotency_key=key
    )
    early.refused("not-found", 404)
    shared.acting("not-yet-there")
    stopped = shared.ana.post(
        "workflows/not-yet-there/stop", {"reason": "Now."}, idempotency_key=key
    )
    assert "idempotent-replayed" not in stopped.done(201).headers


@pytest.mark.parametrize("tag", ['"0"', "*", "W/\"1\"", "nonsense", '""', '"99999999999999999999"'])
def test_aTagThatWasNotReadIsRefused(tag: str, shared: World) -> None:
    shared.register(f"tagged-{abs(hash(tag))}")
    answer = shared.admin.patch(
        f"workflows/tagged-{abs(hash(tag))}", {"purpose": "New."}, if_match=tag
    )
    # A weak tag never matches strongly; a star would overwrite what nobody has read.
    answer.refused("version-conflict", 412)


BROKEN = {
    "nothing": b"",
    "half": b'{"what":',
    "two": b'{"what":"a"}{}',
    "twice": b'{"what":"a","what":"b"}',
    "comma": b'{"what":"a",}',
    "single quotes": b"{'what':'a'}",
    "infinity": b'{"what":"a","x":1e999}',
    "nan": b"NaN",
    "half a surrogate": b'{"what":"\\ud800"}',
    "not UTF-8": b'{"what":"\xff\xfe"}',
    "byte order mark": b'\xef\xbb\xbf{"what":"a"}',
    "too deep": b'{"what":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "a list": b"[]",
    "a text": b'"what"',
    "null": b"null",
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_brokenJSONIsRefused(name: str, shared: World) -> None:
    answer = shared.ana.send(
        "POST", "reports", data=BROKEN[name], headers={"content-type": "application/json"}
    )
    answer.refused("invalid-input", 400)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"]
)
def test_anotherFormatIsRefused(kind: str, shared: World) -> None:
    answer = shared.ana.send(
        "POST", "reports", data=b'{"what":"a"}', headers={"content-type": kind}
    )
    answer.refused("unsupported-media-type", 415)


def test_JSONWithParametersIsTaken(shared: World) -> None:
    for kind in ("application/json; charset=utf-8", "APPLICATION/JSON"):
        shared.ana.send(
            "POST", "reports", data=b'{"what":"a"}', headers={"content-type": kind}
        ).done(201)


def test_everyUnknownFieldIsNamed(shared: World) -> None:
    body = {"what": "A text.", "waht": "Misspelt.", "severity": 4, "a/b~c": 1}
    refused = shared.ana.post("reports", body).refused("invalid-input", 400)
    assert refused.pointers == {"/waht", "/severity", "/a~1b~0c"}
    assert "what" in str(refused["errors"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"what": "A\0B"}, "/what"),
        ({"what": "A", "workflow": "x\0"}, "/workflow"),
        ({"what": "A", "contact": "\0"}, "/contact"),
    ],
)
def test_aTextWithANulIsRefused(body: dict[str, Any], pointer: str, shared: World) -> None:
    refused = shared.ana.post("reports", body).refused("invalid-input", 400)
    assert pointer in refused.pointers


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"what": 7}, "/what"),
        ({"what": None}, "/what"),
        ({}, "/what"),
        ({"what": "A", "stop": "yes"}, "/stop"),
        ({"what": "A", "left_company": "maybe"}, "/left_company"),
        ({"what": "A", "occurred_at": "yesterday"}, "/occurred_at"),
        ({"what": "A", "occurred_at": "2026-02-30T00:00:00Z"}, "/occurred_at"),
    ],
)
def test_aWrongValueIsPointedAt(body: dict[str, Any], pointer: str, shared: World) -> None:
    refused = shared.ana.post("reports", body).refused("invalid-input", 400)
    assert refused.pointers == {pointer}


@pytest.mark.parametrize(
    "path", ["no-such", "workflows/%00", "incidents/INC-2026-9999", "incidents/x%2Fy", "users/../x"]
)
def test_whatIsNotThereIsNotFound(path: str, shared: World) -> None:
    shared.admin.get(path).refused("not-found", 404)


def test_anotherMethodIsRefusedWithThoseThatAreTaken(shared: World) -> None:
    refused = shared.ana.put(f"workflows/{WORKFLOW}", {}).refused("method-not-allowed", 405)
    assert refused.headers["allow"] == "GET, PATCH"


def test_memoryThatIsFreeIsGivenBackByAThreadForIt(shared: World) -> None:
    """Else a server that rests would keep what its busiest moment took."""
    until("it is there", lambda: "jemalloc_bg_thd" in names_of_threads(shared))


def test_threadsHaveTheirNames(shared: World) -> None:
    """A profile, or a look at a server that is busy, says who is."""
    wanted = {"cordon-writer", "cordon-read-1", "cordon-seal-1", "cordon-find-1", "cordon-index"}
    # Each names itself when it first runs, which on a busy machine may be after the first answer.
    until("all are named", lambda: wanted <= names_of_threads(shared))


def names_of_threads(shared: World) -> set[str]:
    assert shared.server.process
    names = set()
    for thread in Path(f"/proc/{shared.server.process.pid}/task").glob("*/comm"):
        # One may end between the listing and the look.
        with suppress(FileNotFoundError, ProcessLookupError):
            names.add(thread.read_text().strip())
    return names
