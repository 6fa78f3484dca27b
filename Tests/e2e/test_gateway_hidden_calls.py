"""Whatever shape an answer has: no call in it gets past the rules unseen."""

import gzip
import json
from typing import Any

import pytest

import gateway_answers as say
from gateway_answers import Call
from gateway_upstream import plain, stream
from gateway_ways import WAYS, Way
from gateway_world import CHAT, MESSAGES, Flow, House, asks, home

__all__ = ["home"]

PAY: dict[str, Any] = {
    "name": "pay",
    "access": "write",
    "arguments": [{"name": "amount", "minimum": 1, "maximum": 100}],
}
ALLOWED: Call = ("call_a", "pay", '{"currency": "USD",  "amount": 1e2}')
DENIED: Call = ("call_x", "pay", '{"amount": 100.01, "currency": "EUR"}')


@pytest.fixture(scope="module")
def flow(home: House) -> Flow:
    return home.flow("hidden", [PAY])


def frame(choices: list[dict[str, Any]]) -> bytes:
    return say.event({"id": "c", "object": "chat.completion.chunk", "created": 1,
                      "model": say.MODEL, "choices": choices})  # fmt: skip


CALL = say.chat_call(DENIED)
CUSTOM = {"id": "call_x", "type": "custom", "custom": {"name": "made_up", "input": "rm -rf /"}}
LEGACY = {"name": "pay", "arguments": DENIED[2]}
DONE = b"data: [DONE]\n\n"


def test_aCallIsNeverSentTwice(home: House, flow: Flow) -> None:
    """The first choice's call went on when it was whole; the second's is denied later."""
    first = {"tool_calls": [{"index": 0} | say.chat_call(ALLOWED)]}
    second = {"tool_calls": [{"index": 0} | say.chat_call(DENIED)]}
    home.openai.says(stream(
        frame([{"index": 0, "delta": first, "finish_reason": None}]),
        frame([{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]),
        frame([{"index": 1, "delta": second, "finish_reason": None}]),
        frame([{"index": 1, "delta": {}, "finish_reason": "tool_calls"}]),
        DONE,
    ))  # fmt: skip
    reply = flow.ask(CHAT, asks(stream=True, n=2))
    assert reply.body.count(b'"call_a"') == 1, reply.body
    assert b"call_x" not in reply.body and reply.body.endswith(DONE)


HIDDEN: dict[str, list[bytes]] = {
    "all in one chunk": [
        frame([{"index": 0, "delta": {"role": "assistant", "tool_calls": [{"index": 0} | CALL]},
                "finish_reason": "tool_calls"}]),
        DONE,
    ],
    "no reason to finish": [
        frame([{"index": 0, "delta": {"tool_calls": [{"index": 0} | CALL]}}]),
        DONE,
    ],
    "no end": [frame([{"index": 0, "delta": {"tool_calls": [{"index": 0} | CALL]}}])],
    "without an index": [
        frame([{"delta": {"tool_calls": [CALL]}, "finish_reason": None}]),
        frame([{"delta": {}, "finish_reason": "tool_calls"}]),
        DONE,
    ],
    "the older way": [
        frame([{"index": 0, "delta": {"function_call": LEGACY}, "finish_reason": None}]),
        frame([{"index": 0, "delta": {}, "finish_reason": "function_call"}]),
        DONE,
    ],
    "a custom tool": [
        frame([{"index": 0, "delta": {"tool_calls": [{"index": 0} | CUSTOM]}}]),
        frame([{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]),
        DONE,
    ],
    "the second choice": [
        frame([{"index": 0, "delta": {"content": "Fine."}, "finish_reason": "stop"}]),
        frame([{"index": 1, "delta": {"tool_calls": [{"index": 0} | CALL]}}]),
        frame([{"index": 1, "delta": {}, "finish_reason": "tool_calls"}]),
        DONE,
    ],
    "behind the end": [
        DONE,
        frame([{"index": 0, "delta": {"tool_calls": [{"index": 0} | CALL]},
                "finish_reason": "tool_calls"}]),
        DONE,
    ],
    "behind the reason to finish": [
        frame([{"index": 0, "delta": {"content": "Fine."}, "finish_reason": "stop"}]),
        frame([{"index": 0, "delta": {"tool_calls": [{"index": 0} | CALL]}}]),
        DONE,
    ],
    "an event of two lines": [
        frame([{"index": 0, "delta": {"tool_calls": [{"index": 0} | CALL]},
                "finish_reason": "tool_calls"}]).replace(b'"choices"', b'\ndata: "choices"'),
        DONE,
    ],
    "an event with a name": [
        b"event: ping\n" + frame([{"index": 0, "delta": {"tool_calls": [{"index": 0} | CALL]},
                                   "finish_reason": "tool_calls"}]),
        DONE,
    ],
}  # fmt: skip


def nothing_to_carry_out(body: bytes) -> None:
    told = body.replace(b'": ', b'":')
    for sign in (b"100.01", b"rm -rf", b'"function_call":{"', b'"name":"pay"', b'"name":"made'):
        assert sign not in told, body


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.parametrize("typed", [True, False], ids=["as a stream", "as something else"])
def test_noShapeOfAStreamHidesACall(name: str, typed: bool, home: House, flow: Flow) -> None:
    """Clients read a stream that they asked for, whatever its type is said to be."""
    fields = None if typed else [("content-type", "text/plain")]
    home.openai.says(stream(*HIDDEN[name], fields=fields))
    reply = flow.ask(CHAT, asks(stream=True, n=2))
    nothing_to_carry_out(reply.body)
    if typed and HIDDEN[name][-1] == DONE and reply.status == 200 and b"error" not in reply.body:
        assert reply.body.endswith(DONE), "the stream was not brought to its end"


def block_event(kind: str, index: int, **more: Any) -> bytes:
    return say.named({"type": f"content_block_{kind}", "index": index} | more)


def piece(index: int, text: str) -> bytes:
    return block_event("delta", index, delta={"type": "input_json_delta", "partial_json": text})


USE = say.tool_use(DENIED)
FULL = say.tool_use(DENIED, DENIED[2])
FINE = say.tool_use(ALLOWED)
BEGUN, *_, DELTA, STOPPED = say.message_stream([], [DENIED])
HIDDEN_MESSAGES: dict[str, list[bytes]] = {
    "whole from the start": [
        block_event("start", 0, content_block=FULL), block_event("stop", 0), DELTA, STOPPED,
    ],
    "between another's pieces": [
        block_event("start", 0, content_block=USE), piece(0, DENIED[2]),
        block_event("start", 1, content_block=FINE), piece(1, ALLOWED[2]),
        block_event("stop", 0), block_event("stop", 1), DELTA, STOPPED,
    ],
    "never at its end": [block_event("start", 0, content_block=FULL), DELTA, STOPPED],
    "no end at all": [block_event("start", 0, content_block=FULL)],
    "without an index": [
        say.named({"type": "content_block_start", "content_block": FULL}),
        say.named({"type": "content_block_stop"}), DELTA, STOPPED,
    ],
    "an event without a name": [
        b"data:" + block_event("start", 0, content_block=FULL).partition(b"data:")[2],
        block_event("stop", 0), DELTA, STOPPED,
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", [*HIDDEN_MESSAGES, "in its beginning"])
def test_noShapeOfAMessageThatStreamsHidesACall(name: str, home: House, flow: Flow) -> None:
    parts = [BEGUN, *HIDDEN_MESSAGES.get(name, [DELTA, STOPPED])]
    if name == "in its beginning":
        parts[0] = BEGUN.replace(b'"content": []', b'"content": [' + say.text(FULL) + b"]")
        assert parts[0] != BEGUN
    home.anthropic.says(stream(*parts))
    body = flow.ask(MESSAGES, asks(stream=True)).body
    if name == "between another's pieces":
        # The call beside it is allowed, and stays.
        assert b"100.01" not in body and DENIED[0].encode() not in body
        assert ALLOWED[0].encode() in body
    else:
        nothing_to_carry_out(body)


def item_event(kind: str, item: dict[str, Any], number: int) -> bytes:
    return say.named({"type": f"response.output_item.{kind}", "output_index": 0, "item": item,
                      "sequence_number": number})  # fmt: skip


def last_event(kind: str, output: list[dict[str, Any]]) -> bytes:
    return say.named({"type": f"response.{kind}", "response": say.response(output, kind),
                      "sequence_number": 9})  # fmt: skip


ITEM = say.response_call(DENIED)
CUSTOM_ITEM = {"type": "custom_tool_call", "id": "i", "call_id": "call_x", "name": "made_up",
               "input": "rm -rf /"}  # fmt: skip
ACT = {"type": "exec", "command": ["rm -rf /"]}
# What the provider offers itself and the caller carries out.
OWN_ITEMS: dict[str, dict[str, Any]] = {
    "a local shell": {"type": "local_shell_call", "action": ACT},
    "a shell": {"type": "shell_call", "action": {"commands": ["rm -rf /"]}},
    "a patch": {"type": "apply_patch_call", "operation": {"type": "x", "diff": "rm -rf /"}},
    "a computer": {"type": "computer_call", "action": {"type": "type", "text": "rm -rf /"}},
    "a computer's many acts": {"type": "computer_call", "actions": [ACT]},
}
OWN_ITEMS = {
    name: {"id": "i", "call_id": "call_x", "status": "completed"} | item
    for name, item in OWN_ITEMS.items()
}
HIDDEN_RESPONSES: dict[str, list[bytes]] = {
    **{
        name: [item_event("added", item, 1), item_event("done", item, 2),
               last_event("completed", [item])]
        for name, item in OWN_ITEMS.items()
    },
    "only in the last event": [last_event("completed", [ITEM])],
    "only in an incomplete one": [last_event("incomplete", [ITEM])],
    "only when it is done": [item_event("done", ITEM, 1), last_event("completed", [ITEM])],
    "never done": [item_event("added", ITEM, 1), last_event("completed", [ITEM])],
    "a custom tool": [
        item_event("added", CUSTOM_ITEM | {"input": ""}, 1), item_event("done", CUSTOM_ITEM, 2),
        last_event("completed", [CUSTOM_ITEM]),
    ],
    "in the first event": [
        say.named({"type": "response.created", "response": say.response([ITEM], "in_progress")}),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN_RESPONSES)
def test_noShapeOfAResponseThatStreamsHidesACall(name: str, home: House, flow: Flow) -> None:
    home.openai.says(stream(*HIDDEN_RESPONSES[name]))
    nothing_to_carry_out(flow.ask("/openai/v1/responses", asks(stream=True)).body)


@pytest.mark.parametrize("name", OWN_ITEMS)
def test_whatTheCallerCarriesOutIsACallWhoeverOffersIt(
    name: str, home: House, flow: Flow
) -> None:
    home.openai.says(plain(say.text(say.response([OWN_ITEMS[name]]))))
    reply = flow.ask("/openai/v1/responses", asks())
    assert reply.status == 200 and b"Cordon did not let" in reply.body
    nothing_to_carry_out(reply.body)


MESSAGE = {"role": "assistant", "content": None, "tool_calls": [CALL]}
SHAPES: dict[str, bytes] = {
    "the older way": say.text({"choices": [{"index": 0, "finish_reason": "function_call",
        "message": {"role": "assistant", "content": None, "function_call": LEGACY}}]}),
    "a custom tool": say.text({"choices": [{"index": 0, "finish_reason": "tool_calls",
        "message": MESSAGE | {"tool_calls": [CUSTOM]}}]}),
    "the second choice": say.text({"choices": [
        {"index": 0, "message": {"role": "assistant", "content": "Fine."}},
        {"index": 1, "message": MESSAGE}]}),
    "choices twice": b'{"choices": [], "choices": ' + say.text([{"message": MESSAGE}]) + b"}",
    "choices twice, swapped": b'{"choices": ' + say.text([{"message": MESSAGE}])
        + b', "choices": []}',
    "calls twice": say.text({"choices": [{"index": 0, "message": MESSAGE}]}).replace(
        b'"tool_calls"', b'"tool_calls": [], "tool_calls"'),
    "calls twice, swapped": say.text({"choices": [{"index": 0, "message": MESSAGE | {"x": 1}}]})
        .replace(b'"x"', b'"tool_calls": [], "x"'),
    "names that are escaped": say.text({"choices": [{"index": 0, "message": MESSAGE}]}).replace(
        b'"tool_calls"', b'"\\u0074ool_calls"'),
    "arguments as an object": say.text({"choices": [{"index": 0, "message": MESSAGE | {
        "tool_calls": [{"id": "c", "type": "function", "function": {
            "name": "pay", "arguments": json.loads(DENIED[2])}}]}}]}),
    "a mark in front": b"\xef\xbb\xbf" + say.chat(None, [DENIED]),
    "something behind": say.chat(None, [DENIED]) + b"\n{}",
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_noShapeOfAnAnswerHidesACall(name: str, home: House, flow: Flow) -> None:
    home.openai.says(plain(SHAPES[name]))
    reply = flow.ask(CHAT, asks(n=2))
    nothing_to_carry_out(reply.body)
    assert b"tool_calls" not in reply.body or b"call_x" not in reply.body


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_whatIsCompressedHidesNoCall(way: Way, home: House, flow: Flow) -> None:
    """The provider was asked not to; a client would unpack it all the same."""
    told = b"".join(way.answer(None, [DENIED]))
    packed = gzip.compress(told)
    kind = "text/event-stream" if way.streams else "application/json"
    way.upstream(home).says(
        plain(packed, fields=[("content-type", kind), ("content-encoding", "gzip")])
    )
    reply = way.raw(flow)
    body = reply.body
    if "gzip" in reply.all("content-encoding"):
        body = gzip.decompress(body)
    nothing_to_carry_out(body)
