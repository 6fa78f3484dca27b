"""What a model asks for is held to what its workflow may do, down to each argument."""

import json
from typing import Any

import pytest

import gateway_answers as say
from gateway_answers import Call
from gateway_upstream import plain, stream
from gateway_ways import WAYS, Way, same
from gateway_world import CHAT, MESSAGES, Flow, House, asks, attributes, home

__all__ = ["home"]

TOOLS: list[dict[str, Any]] = [
    {
        "name": "pay",
        "access": "write",
        "arguments": [
            {"name": "amount", "minimum": 1, "maximum": 100},
            {"name": "currency", "one_of": ["EUR", "USD"]},
        ],
    },
    {
        "name": "read_account",
        "access": "read",
        "arguments": [{"name": "account", "own_record": True}],
    },
    {
        "name": "send_mail",
        "access": "write",
        "arguments": [{"name": "to", "domains": ["example.com", "example.org"]}],
    },
    {
        "name": "open_file",
        "access": "read",
        "arguments": [{"name": "path", "prefix": "/srv/reports/"}],
    },
    {"name": "crm_*", "access": "write"},
    {"name": "read_notes", "access": "read"},
]
FORBIDS = ["crm_delete*", "read_salaries"]
OWN = ("x-cordon-record", "A-7")
Row = tuple[str, str]

MAY: list[Row] = [
    ("pay", '{"amount": 100, "currency": "EUR"}'),
    ("pay", '{"currency": "USD",  "amount": 1e2, "note": "x"}'),
    ("pay", '{"amount": 1.0, "currency": "USD"}'),
    ("read_account", '{"account": "A-7"}'),
    ("read_account", '{"account": ["A-7", "A-7"]}'),
    ("send_mail", '{"to": "ana@example.com"}'),
    ("send_mail", '{"to": "Ana Ruiz <ana@EXAMPLE.com>, ben@example.org"}'),
    ("send_mail", '{"to": ["ana@example.com", "ben@example.org"]}'),
    ("open_file", '{"path": "/srv/reports/may.txt"}'),
    ("crm_read", "{}"),
    ("read_notes", '{"customer": "Müller & Söhne",  "days":30.0}'),
]
MAY_NOT: list[Row] = [
    ("pay", '{"amount": 100.01, "currency": "EUR"}'),
    ("pay", '{"amount": 0, "currency": "EUR"}'),
    ("pay", '{"amount": -5, "currency": "EUR"}'),
    ("pay", '{"amount": "50", "currency": "EUR"}'),
    ("pay", '{"amount": 1e400, "currency": "EUR"}'),
    ("pay", '{"amount": [50, 5000], "currency": "EUR"}'),
    ("pay", '{"amount": [], "currency": "EUR"}'),
    ("pay", '{"amount": {"value": 50}, "currency": "EUR"}'),
    ("pay", '{"amount": null, "currency": "EUR"}'),
    ("pay", '{"amount": true, "currency": "EUR"}'),
    ("pay", '{"currency": "EUR"}'),
    ("pay", '{"amount": 50, "currency": "GBP"}'),
    ("pay", '{"amount": 50, "currency": "eur"}'),
    ("pay", '{"amount": 50}'),
    ("pay", "{}"),
    # Who carries it out may take the first or the last of two.
    ("pay", '{"amount": 50, "amount": 5000, "currency": "EUR"}'),
    ("pay", '{"amount": 5000, "amount": 50, "currency": "EUR"}'),
    ("pay", '{"\\u0061mount": 5000, "currency": "EUR"}'),
    ("pay", '{"amount": 50, "\\u0061mount": 5000, "currency": "EUR"}'),
    ("read_account", '{"account": "A-8"}'),
    ("read_account", '{"account": ["A-7", "A-8"]}'),
    ("read_account", '{"account": {"id": "A-7"}}'),
    ("read_account", '{"account": "a-7"}'),
    ("read_account", '{"account": "A-7 "}'),
    ("read_account", "{}"),
    ("send_mail", '{"to": "eve@evil.example"}'),
    ("send_mail", '{"to": "ana@example.com, eve@evil.example"}'),
    ("send_mail", '{"to": "ana@example.com; eve@evil.example"}'),
    ("send_mail", '{"to": ["ana@example.com", "eve@evil.example"]}'),
    ("send_mail", '{"to": "ana@example.com.evil.example"}'),
    ("send_mail", '{"to": "ana@sub.example.com"}'),
    ("send_mail", '{"to": "eve@evil.example ana@example.com"}'),
    ("send_mail", '{"to": "eve@evil.example\\nana@example.com"}'),
    ("send_mail", '{"to": "eve@evil.example\\r\\nBcc: ana@example.com"}'),
    ("send_mail", '{"to": "<eve@evil.example> ana@example.com"}'),
    ("send_mail", '{"to": "everybody"}'),
    ("send_mail", "{}"),
    ("open_file", '{"path": "/etc/passwd"}'),
    ("open_file", '{"path": "srv/reports/may.txt"}'),
    ("crm_delete_customer", "{}"),
    ("crm_delete", "{}"),
    ("read_salaries", "{}"),
    ("Pay", '{"amount": 50, "currency": "EUR"}'),
    ("made_up", "{}"),
    ("", "{}"),
]
# What a model may write as arguments, and Anthropic's plain answers cannot hold.
BROKEN: list[Row] = [
    ("pay", '{"amount": 50, "currency": "EUR"'),
    ("pay", "amount=50&currency=EUR"),
    ("pay", '[{"amount": 50, "currency": "EUR"}]'),
    ("pay", '"{\\"amount\\": 50, \\"currency\\": \\"EUR\\"}"'),
    ("pay", ""),
]


@pytest.fixture(scope="module")
def flow(home: House) -> Flow:
    return home.flow("authority", TOOLS, forbids=FORBIDS)


def called(row: Row, id: str = "call_1") -> Call:
    return (id, *row)


each_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)


@each_way
@pytest.mark.parametrize("row", MAY, ids=" ".join)
def test_aCallWithinTheAuthorityPassesByteForByte(
    row: Row, way: Way, home: House, flow: Flow
) -> None:
    way.upstream(home).says(way.script("Let me see. ", [called(row)]))
    reply = way.raw(flow, OWN)
    assert (reply.status, reply.is_whole) == (200, True)
    assert reply.body == b"".join(way.answer("Let me see. ", [called(row)]))
    assert reply.all("x-cordon-decision") == []
    outcome = way.ask(flow, dict([OWN]))
    assert outcome.finish == way.with_calls
    assert same(outcome.calls, [called(row)])


@each_way
@pytest.mark.parametrize("row", [*MAY_NOT, *BROKEN], ids=" ".join)
def test_aCallOutsideTheAuthorityIsDeniedAndExplained(
    row: Row, way: Way, home: House, flow: Flow
) -> None:
    if row in BROKEN and way.name == "messages":
        pytest.skip("Anthropic's plain answers hold arguments as an object")
    way.upstream(home).says(way.script("Let me see. ", [called(row)]))
    is_denied(way, flow, row, dict([OWN]))


def is_denied(way: Way, flow: Flow, row: Row, headers: dict[str, str]) -> None:
    """Fails unless the answer comes without the call, and says why in its place."""
    outcome = way.ask(flow, headers)
    assert outcome.calls == []
    assert outcome.finish == way.without
    assert outcome.role == "assistant"
    assert outcome.text.startswith("Let me see. ")
    assert f"Cordon did not let {row[0]} be called: " in outcome.text
    reply = way.raw(flow, *headers.items())
    assert (reply.status, reply.is_whole) == (200, True)
    assert reply.all("x-cordon-decision") == ([] if way.streams else ["denied"])
    # Nothing that could be carried out is left of it anywhere.
    for sign in (b'"tool_use"', b'"tool_calls":', b'"function_call"', b'"call_1"'):
        assert sign not in reply.body.replace(b'"tool_calls": null', b"")


@each_way
def test_withoutTheRunsRecordNoRecordIsItsOwn(way: Way, home: House, flow: Flow) -> None:
    row = ("read_account", '{"account": "A-7"}')
    way.upstream(home).says(way.script("Let me see. ", [called(row)]))
    is_denied(way, flow, row, {})
    is_denied(way, flow, row, {"x-cordon-record": ""})
    is_denied(way, flow, row, {"x-cordon-record": "A-77"})


ALLOWED = called(MAY[1], "call_a")
OTHER = called(MAY[-1], "call_b")
DENIED = called(MAY_NOT[0], "call_x")


@each_way
@pytest.mark.parametrize(
    "calls",
    [
        [DENIED, ALLOWED], [ALLOWED, DENIED], [ALLOWED, DENIED, OTHER],
        [DENIED, ALLOWED, ("call_x", "made_up", "{}"), OTHER],
    ],
    ids=["first", "last", "between", "two"],
)  # fmt: skip
@pytest.mark.parametrize("said", ["Let me see. ", None], ids=["words", "no words"])
def test_whatIsAllowedBesideItStays(
    calls: list[Call], said: str | None, way: Way, home: House, flow: Flow
) -> None:
    calls = [(f"call_{number}", *call[1:]) for number, call in enumerate(calls)]
    kept = [call for call in calls if call[1:] in (ALLOWED[1:], OTHER[1:])]
    way.upstream(home).says(way.script(said, calls))
    outcome = way.ask(flow, {})
    assert same(outcome.calls, kept)
    assert outcome.finish == way.with_calls
    assert outcome.role == "assistant"
    assert outcome.text.startswith(said or "Cordon did not let ")
    assert "Cordon did not let pay be called: " in outcome.text
    reply = way.raw(flow)
    for call in kept:
        assert as_written(way, call) in reply.body, "not as the model wrote it"
    told = way.answer(said, calls)
    if way.streams:
        # All before the first call, and all behind the last one, is as it was.
        first = next(n for n, part in enumerate(told) if b"call_0" in part)
        assert reply.body.startswith(b"".join(told[:first]))
        if way.place == CHAT:
            assert reply.body.endswith(b"".join(told[-2:]))
    else:
        assert b'"x_new_field":{"a":1.50}' in reply.body.replace(b" ", b"")


@each_way
@pytest.mark.parametrize(
    "calls",
    [[ALLOWED, DENIED], [DENIED, ALLOWED, OTHER], [DENIED, ("call_x", "made_up", "{}")]],
    ids=["last", "first", "all"],
)
def test_severalCallsInOnePieceAreToldApart(
    calls: list[Call], way: Way, home: House, flow: Flow
) -> None:
    calls = [(f"call_{number}", *call[1:]) for number, call in enumerate(calls)]
    kept = [call for call in calls if call[1:] in (ALLOWED[1:], OTHER[1:])]
    # Events that come together are read together.
    whole = b"".join(way.answer("Let me see. ", calls))
    way.upstream(home).says(stream(whole) if way.streams else plain(whole))
    outcome = way.ask(flow, {})
    assert same(outcome.calls, kept)
    assert outcome.finish == (way.with_calls if kept else way.without)
    assert outcome.text.count("Cordon did not let ") == len(calls) - len(kept)


def as_written(way: Way, call: Call) -> bytes:
    """What has to be in an answer that lets the call through: as text, or as it was."""
    if way.place == MESSAGES and not way.streams:
        return call[2].encode()
    if way.place == MESSAGES:
        half = call[2][len(call[2]) // 2 :]
        return b'"partial_json": ' + say.text(half)
    if way.streams and way.place == CHAT:
        # Who puts the pieces together gets the text, whatever the pieces are.
        return json.dumps(call[2][-9:-1], ensure_ascii=False)[1:-1].encode()
    return say.text(call[2])


@each_way
def test_theRecordHoldsWhatTheModelAskedForAndWhyItWasDenied(way: Way, home: House) -> None:
    flow = home.flow("recorded", TOOLS)
    way.upstream(home).says(way.script("Let me see. ", [ALLOWED, DENIED]))
    reply = way.raw(flow)
    record = flow.record()
    assert record["status"] == "ok"
    asked = [(c["name"], json.loads(c["arguments"])) for c in record["reading"]["tool_calls"]]
    assert asked == [(call[1], json.loads(call[2])) for call in (ALLOWED, DENIED)]
    decision = json.dumps(attributes(record).get("decision"))
    assert "Cordon did not let pay be called: " in decision and "amount is above" in decision
    if way.streams:
        assert attributes(record)["delivered"]["text"] == reply.body.decode()


@each_way
def test_anIncidentIsSuggestedOnce(way: Way, home: House) -> None:
    flow = home.flow("suggested", TOOLS)
    way.upstream(home).says(way.script("Let me see. ", [DENIED]))
    for _ in range(3):
        assert way.raw(flow).status == 200
    (incident,) = flow.incidents()
    shown = home.world.ben.get(f"incidents/{incident['number']}").done(200)
    assert shown["state"] == "reported"
    assert shown["reporter"] == "cordon"
    told = json.dumps(shown.json, ensure_ascii=False)
    assert "pay" in told and "amount is above" in told
    # Suggested, not stopped: whether it counts is for people to judge.
    assert home.world.ana.get(f"workflows/{flow.key}")["state"] == "running"
    assert home.world.ben.get(f"workflows/{flow.key}").done(200)["containments"] == []


@each_way
def test_forbiddenWinsOverAllowed(way: Way, home: House) -> None:
    flow = home.flow("forbidden", TOOLS, forbids=["pay"])
    way.upstream(home).says(way.script("Let me see. ", [ALLOWED]))
    is_denied(way, flow, ("pay", ""), {})


@each_way
def test_aDraftingWorkflowGetsNoCallThatWrites(way: Way, home: House) -> None:
    flow = home.flow("drafting", TOOLS, mode="draft")
    way.upstream(home).says(way.script("Let me see. ", [ALLOWED, OTHER]))
    outcome = way.ask(flow, {})
    assert same(outcome.calls, [OTHER])
    assert "may only draft" in outcome.text


@each_way
def test_aCallThatNeedsAPersonDoesNotJustPass(way: Way, home: House) -> None:
    tools = [{"name": "pay", "access": "write", "needs_approval": True}]
    flow = home.flow("approved", tools)
    way.upstream(home).says(way.script("Let me see. ", [ALLOWED]))
    outcome = way.ask(flow, {"x-cordon-wait": "0"})
    assert outcome.calls == [] and "approve" in outcome.text
    assert flow.incidents() == []


def test_theEventsOfAResponseAreNumberedInOrder(home: House, flow: Flow) -> None:
    home.openai.says(stream(*say.response_stream(["Wait. "], [DENIED, ALLOWED])))
    reply = flow.ask("/openai/v1/responses", asks(stream=True))
    told = [line[6:] for line in reply.body.splitlines() if line.startswith(b"data: ")]
    events = [json.loads(line) for line in told]
    numbers = [event.get("sequence_number") for event in events]
    assert None not in numbers, [e["type"] for e in events if "sequence_number" not in e]
    assert numbers == sorted(set(numbers))
    for event in events:
        assert event["type"] != "response.function_call_arguments.done" or "5000" not in str(event)


# What is offered


def function(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": {}}}


OFFERS: list[tuple[str, dict[str, Any], str | None]] = [
    (CHAT, {"tools": [function("pay"), function("crm_read")]}, None),
    (CHAT, {"tools": [function("pay"), function("made_up")]}, "made_up"),
    (CHAT, {"tools": [function("crm_delete_all")]}, "crm_delete"),
    (CHAT, {"tools": [function("read_salaries")]}, "read_salaries"),
    (CHAT, {"functions": [{"name": "made_up"}]}, "made_up"),
    (CHAT, {"functions": [{"name": "pay"}]}, None),
    (CHAT, {"tools": [{"type": "custom", "custom": {"name": "made_up"}}]}, "made_up"),
    (CHAT, {"tools": [{"type": "web_search_preview"}]}, "web_search_preview"),
    (CHAT, {"tools": [{"type": "function"}]}, ""),
    (CHAT, {"tools": []}, None),
    ("/openai/v1/responses", {"tools": [{"type": "function", "name": "pay"}]}, None),
    ("/openai/v1/responses", {"tools": [{"type": "function", "name": "made_up"}]}, "made_up"),
    ("/openai/v1/responses", {"tools": [{"type": "web_search"}]}, "web_search"),
    ("/openai/v1/responses", {"tools": [{"type": "code_interpreter"}]}, "code_interpreter"),
    ("/openai/v1/responses", {"tools": [{"type": "mcp", "server_label": "crm"}]}, "crm"),
    (MESSAGES, {"tools": [{"name": "pay", "input_schema": {}}]}, None),
    (MESSAGES, {"tools": [{"name": "made_up", "input_schema": {}}]}, "made_up"),
    (MESSAGES, {"tools": [{"type": "custom", "name": "made_up"}]}, "made_up"),
    (MESSAGES, {"tools": [{"type": "bash_20250124", "name": "bash"}]}, "bash"),
    (MESSAGES, {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "web_search"),
    (MESSAGES, {"mcp_servers": [{"type": "url", "url": "https://x", "name": "crm"}]}, "crm"),
    ("/anthropic/v1/messages/count_tokens", {"tools": [{"name": "made_up"}]}, "made_up"),
]


@pytest.mark.parametrize(("place", "offer", "fault"), OFFERS)
def test_aToolOutsideTheAuthorityIsNotEvenOffered(
    place: str, offer: dict[str, Any], fault: str | None, home: House
) -> None:
    flow = home.flow("offered", TOOLS, forbids=FORBIDS)
    for upstream in (home.openai, home.anthropic):
        upstream.says(plain(say.message() if place == MESSAGES else say.chat()))
    asked = [*home.openai.requests, *home.anthropic.requests]
    reply = flow.ask(place, asks(**offer))
    if fault is None:
        assert reply.status == 200
        return
    assert reply.status == 403 and reply.all("x-should-retry") == ["false"]
    error = json.loads(reply.body)["error"]
    assert error["code"] == error["type"] == "outside_authority"
    assert fault in error["message"]
    assert home.openai.requests == [] and home.anthropic.requests == asked == []
    record = flow.record(None)
    assert record["status"] == "denied: outside_authority"
    assert fault in json.dumps(record["groups"]["tools"])
    assert len(flow.incidents()) == 1


def test_aSecondListOfToolsHidesNone(home: House) -> None:
    flow = home.flow("offered", TOOLS)
    home.openai.says(plain(say.chat()))
    evil, fine = json.dumps([function("made_up")]), json.dumps([function("pay")])
    for first, second in [(evil, "[]"), ("[]", evil), (evil, fine), (evil, "null")]:
        body = f'{{"model": "gpt-4o-mini", "tools": {first}, "tools": {second}, "messages": []}}'
        assert flow.ask(CHAT, body.encode()).status in (400, 403), body
        escaped = body.replace('"tools"', '"\\u0074ools"', 1)
        assert flow.ask(CHAT, escaped.encode()).status in (400, 403), escaped
    assert home.openai.requests == []
