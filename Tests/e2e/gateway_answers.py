"""What providers say, in the forms that their own clients read.

Written as no client of Cordon's would write it: members that nobody knows, spaces where none are
needed, numbers with zeros behind them. What passes must pass byte for byte.
"""

import json
from itertools import pairwise
from typing import Any

MODEL = "gpt-4o-mini-2024-07-18"
CLAUDE = "claude-sonnet-9-20261021"
SAID = "Birch said: “the café bill is wrong”.\nI will look it up."
WORDS = ["Birch said: “the ", "café bill", " is wrong”.\n", "I will look it up."]
THINKING = "They mean the bill of the café."
Call = tuple[str, str, str]
# Identity, name, and arguments as the model wrote them, spaces and all.
LOOK_UP: Call = ("call_1", "read_notes", '{"customer": "Müller & Söhne",  "days":30.0}')


def text(value: Any) -> bytes:
    """JSON as this provider spells it."""
    spelled = json.dumps(value, ensure_ascii=False, separators=(",", ": "))
    return spelled.replace('{"a": 1.5}', '{"a": 1.50}').encode()


def event(value: Any, name: str | None = None) -> bytes:
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + text(value) + b"\n\n"


def named(value: dict[str, Any]) -> bytes:
    return event(value, value["type"])


# OpenAI: chat completions


CHAT_USAGE: dict[str, Any] = {
    "prompt_tokens": 12, "completion_tokens": 7, "total_tokens": 19,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 3},
}  # fmt: skip


def chat_call(call: Call) -> dict[str, Any]:
    id, name, arguments = call
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


def chat(said: str | None = SAID, calls: list[Call] | None = None) -> bytes:
    message: dict[str, Any] = {"role": "assistant", "content": said, "refusal": None}
    message["annotations"] = []
    if calls:
        message["tool_calls"] = [chat_call(call) for call in calls]
    return text({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1760000000, "model": MODEL,
        "service_tier": "default", "system_fingerprint": "fp_1", "x_new_field": {"a": 1.50},
        "choices": [{
            "index": 0, "message": message, "logprobs": None,
            "finish_reason": "tool_calls" if calls else "stop",
            "content_filter_results": {"hate": {"filtered": False}},
        }],
        "usage": CHAT_USAGE,
    })  # fmt: skip


def chunk(delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return event({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1760000000,
        "model": MODEL, "service_tier": "default", "system_fingerprint": "fp_1",
        "choices": [] if delta is None else [choice], "usage": None,
        "obfuscation": "a1B2c",
    } | more)  # fmt: skip


def chat_pieces(call: Call, index: int) -> list[bytes]:
    """A call as it comes: its name first, its arguments in three pieces."""
    id, name, arguments = call
    first = {"index": index, "id": id, "type": "function"}
    cuts = [0, len(arguments) // 3, 2 * len(arguments) // 3, len(arguments)]
    pieces: list[dict[str, Any]] = [first | {"function": {"name": name, "arguments": ""}}]
    pieces += [
        {"index": index, "function": {"arguments": arguments[a:b]}} for a, b in pairwise(cuts)
    ]
    return [chunk({"tool_calls": [piece]}) for piece in pieces]


def chat_stream(words: list[str] = WORDS, calls: list[Call] | None = None) -> list[bytes]:
    """Each part is one chunk of the upstream's."""
    parts = [b": keep-alive\n\n", chunk({"role": "assistant", "content": "", "refusal": None})]
    parts += [chunk({"content": word}) for word in words]
    for index, call in enumerate(calls or []):
        parts += chat_pieces(call, index)
    parts.append(chunk({}, "tool_calls" if calls else "stop"))
    parts.append(chunk(None, usage=CHAT_USAGE))
    parts.append(b"data: [DONE]\n\n")
    return parts


# OpenAI: responses


RESPONSE_USAGE: dict[str, Any] = {
    "input_tokens": 12, "input_tokens_details": {"cached_tokens": 4}, "output_tokens": 7,
    "output_tokens_details": {"reasoning_tokens": 3}, "total_tokens": 19,
}  # fmt: skip


def response_message(said: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": said, "annotations": [], "logprobs": []}
    return {
        "id": "msg_1", "type": "message", "status": "completed", "role": "assistant",
        "content": [part],
    }  # fmt: skip


def response_call(call: Call) -> dict[str, Any]:
    id, name, arguments = call
    return {
        "id": f"fc_{id}", "type": "function_call", "status": "completed", "call_id": id,
        "name": name, "arguments": arguments,
    }  # fmt: skip


def response(output: list[dict[str, Any]], status: str = "completed") -> dict[str, Any]:
    return {
        "id": "resp_1", "object": "response", "created_at": 1760000000, "status": status,
        "model": MODEL, "output": output, "parallel_tool_calls": True, "tool_choice": "auto",
        "tools": [], "x_new_field": {"a": 1.50},
        "usage": RESPONSE_USAGE if status == "completed" else None,
    }  # fmt: skip


def output_of(said: str | None, calls: list[Call] | None) -> list[dict[str, Any]]:
    message = [response_message(said)] if said else []
    return message + [response_call(call) for call in calls or []]


def responses(said: str | None = SAID, calls: list[Call] | None = None) -> bytes:
    return text(response(output_of(said, calls)))


def response_stream(words: list[str] = WORDS, calls: list[Call] | None = None) -> list[bytes]:
    events: list[dict[str, Any]] = []
    for state in ("created", "in_progress"):
        events.append({"type": f"response.{state}", "response": response([], "in_progress")})
    index = 0
    if words:
        events += message_events(words)
        index = 1
    for place, call in enumerate(calls or [], index):
        events += call_events(call, place)
    whole = response(output_of("".join(words), calls))
    events.append({"type": "response.completed", "response": whole})
    numbered = [e | {"sequence_number": number} for number, e in enumerate(events)]
    return [named(each) for each in numbered]


def message_events(words: list[str]) -> list[dict[str, Any]]:
    said = "".join(words)
    done = response_message(said)
    begun = done | {"status": "in_progress", "content": []}
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    empty = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    deltas = [
        {"type": "response.output_text.delta", "delta": word, "logprobs": [], "obfuscation": "zz"}
        for word in words
    ]
    return [
        {"type": "response.output_item.added", "output_index": 0, "item": begun},
        {"type": "response.content_part.added", "part": empty} | place,
        *[delta | place for delta in deltas],
        {"type": "response.output_text.done", "text": said, "logprobs": []} | place,
        {"type": "response.content_part.done", "part": done["content"][0]} | place,
        {"type": "response.output_item.done", "output_index": 0, "item": done},
    ]


def call_events(call: Call, index: int) -> list[dict[str, Any]]:
    done = response_call(call)
    begun = done | {"status": "in_progress", "arguments": ""}
    arguments = call[2]
    half = len(arguments) // 2
    place = {"item_id": done["id"], "output_index": index}
    deltas = [
        {"type": "response.function_call_arguments.delta", "delta": piece} | place
        for piece in (arguments[:half], arguments[half:])
    ]
    whole = {"arguments": arguments, "name": call[1]}
    return [
        {"type": "response.output_item.added", "output_index": index, "item": begun},
        *deltas,
        {"type": "response.function_call_arguments.done"} | whole | place,
        {"type": "response.output_item.done", "output_index": index, "item": done},
    ]


# OpenAI: the rest


EMBEDDINGS = text({
    "object": "list", "model": "text-embedding-3-small",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5, 1.0]}],
    "usage": {"prompt_tokens": 3, "total_tokens": 3},
})  # fmt: skip
MODELS = text({
    "object": "list",
    "data": [{"id": MODEL, "object": "model", "created": 1760000000, "owned_by": "system"}],
})  # fmt: skip


# Anthropic


MESSAGE_USAGE: dict[str, Any] = {
    "input_tokens": 12, "output_tokens": 7, "cache_read_input_tokens": 4,
    "cache_creation_input_tokens": 0, "service_tier": "standard",
}  # fmt: skip


def tool_use(call: Call, written: str = "{}") -> dict[str, Any]:
    return {"type": "tool_use", "id": call[0], "name": call[1], "input": json.loads(written)}


def message(said: str | None = SAID, calls: list[Call] | None = None) -> bytes:
    content: list[dict[str, Any]] = [{"type": "text", "text": said}] if said else []
    content += [tool_use(call, f'"@{call[0]}"') for call in calls or []]
    whole = text({
        "id": "msg_1", "type": "message", "role": "assistant", "model": CLAUDE,
        "content": content, "stop_reason": "tool_use" if calls else "end_turn",
        "stop_sequence": None, "usage": MESSAGE_USAGE, "x_new_field": {"a": 1.50},
    })  # fmt: skip
    for call in calls or []:
        # As the model wrote them, not as they would be written here.
        whole = whole.replace(f'"@{call[0]}"'.encode(), call[2].encode())
    return whole


def message_stream(
    words: list[str] = WORDS, calls: list[Call] | None = None, thinks: bool = False
) -> list[bytes]:
    empty: dict[str, Any] = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": CLAUDE, "content": [],
        "stop_reason": None, "stop_sequence": None,
        "usage": MESSAGE_USAGE | {"output_tokens": 1},
    }  # fmt: skip
    parts = [named({"type": "message_start", "message": empty}), named({"type": "ping"})]
    index = 0
    if thinks:
        parts += block(index, {"type": "thinking", "thinking": "", "signature": ""}, [
            {"type": "thinking_delta", "thinking": THINKING},
            {"type": "signature_delta", "signature": "c2lnbmVk"},
        ])  # fmt: skip
        index += 1
    if words:
        deltas = [{"type": "text_delta", "text": word} for word in words]
        parts += block(index, {"type": "text", "text": ""}, deltas)
        index += 1
    for place, call in enumerate(calls or [], index):
        parts += block_of(call, place)
    delta = {"stop_reason": "tool_use" if calls else "end_turn", "stop_sequence": None}
    usage = {"output_tokens": 7}
    parts.append(named({"type": "message_delta", "delta": delta, "usage": usage}))
    parts.append(named({"type": "message_stop"}))
    return parts


def block(index: int, begun: dict[str, Any], deltas: list[dict[str, Any]]) -> list[bytes]:
    place = {"index": index}
    return [
        named({"type": "content_block_start"} | place | {"content_block": begun}),
        *[named({"type": "content_block_delta"} | place | {"delta": d}) for d in deltas],
        named({"type": "content_block_stop"} | place),
    ]


def block_of(call: Call, index: int) -> list[bytes]:
    arguments = call[2]
    half = len(arguments) // 2
    pieces = ["", arguments[:half], arguments[half:]]
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    return block(index, tool_use(call), deltas)


TOKENS = text({"input_tokens": 14})
CLAUDES = text({
    "data": [{
        "type": "model", "id": CLAUDE, "display_name": "Claude",
        "created_at": "2026-10-21T00:00:00Z",
    }],
    "has_more": False, "first_id": CLAUDE, "last_id": CLAUDE,
})  # fmt: skip
