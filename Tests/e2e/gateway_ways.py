"""The six ways in which an answer may ask for tools, as official clients put them together."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gateway_answers as say
from gateway_answers import Call
from gateway_upstream import JSON, SSE, Script, Upstream, plain, stream
from gateway_wire import Reply
from gateway_world import CHAT, MESSAGES, Flow, House, asks

RESPONSES = "/openai/v1/responses"
QUESTION: list[Any] = [{"role": "user", "content": "What did Birch say?"}]


@dataclass(frozen=True)
class Outcome:
    """What a workflow learns from an answer: the text, the calls to carry out, why it ended."""

    text: str
    calls: list[Call]
    finish: str
    role: str = "assistant"


@dataclass(frozen=True)
class Way:
    """One interface, plain or streaming."""

    name: str
    place: str
    streams: bool
    answer: Callable[[str | None, list[Call]], list[bytes]]
    ask: Callable[[Flow, dict[str, str]], Outcome]
    # How an answer ends that has a call to carry out, and one that has none.
    with_calls: str
    without: str

    def upstream(self, home: House) -> Upstream:
        return home.anthropic if self.place == MESSAGES else home.openai

    def script(self, said: str | None, calls: list[Call]) -> Script:
        parts = self.answer(said, calls)
        return stream(*parts, fields=[SSE]) if self.streams else plain(parts[0], fields=[JSON])

    def raw(self, flow: Flow, *fields: tuple[str, str]) -> Reply:
        return flow.ask(self.place, self.body(), *fields)

    def body(self, **more: Any) -> bytes:
        body = asks(stream=self.streams, **more)
        return body.replace(b'"messages"', b'"input"') if self.place == RESPONSES else body


def words(said: str | None) -> list[str]:
    return [said[:4], said[4:]] if said else []


def chat(flow: Flow, headers: dict[str, str]) -> Outcome:
    completion = flow.openai().chat.completions.create(
        model="gpt-4o-mini", messages=QUESTION, extra_headers=headers
    )
    return of_completion(completion)


def chat_stream(flow: Flow, headers: dict[str, str]) -> Outcome:
    with flow.openai().chat.completions.stream(
        model="gpt-4o-mini", messages=QUESTION, extra_headers=headers
    ) as events:
        for _ in events:
            pass
        return of_completion(events.get_final_completion())


def of_completion(completion: Any) -> Outcome:
    (choice,) = completion.choices
    calls = [
        (call.id, call.function.name, call.function.arguments)
        for call in choice.message.tool_calls or []
    ]
    message = choice.message
    return Outcome(message.content or "", calls, choice.finish_reason, message.role)


def responses(flow: Flow, headers: dict[str, str]) -> Outcome:
    asked: Any = "What did Birch say?"
    return of_response(
        flow.openai().responses.create(model="gpt-4o-mini", input=asked, extra_headers=headers)
    )


def responses_stream(flow: Flow, headers: dict[str, str]) -> Outcome:
    asked: Any = "What did Birch say?"
    with flow.openai().responses.stream(
        model="gpt-4o-mini", input=asked, extra_headers=headers
    ) as events:
        done = [event.item for event in events if event.type == "response.output_item.done"]
        final = events.get_final_response()
    # What came item by item is what the last event says once more.
    items, told = [[simple(item.to_dict(mode="json")) for item in each]
                   for each in (done, final.output)]  # fmt: skip
    assert items == told, f"{items} and in the end {told}"
    return of_response(final)


def simple(value: Any) -> Any:
    """Without what the client itself adds."""
    if isinstance(value, list):
        return [simple(item) for item in value]
    if isinstance(value, dict):
        return {n: simple(v) for n, v in value.items() if not n.startswith("parsed")}
    return value


def of_response(response: Any) -> Outcome:
    calls = [
        (item.call_id, item.name, item.arguments)
        for item in response.output
        if item.type == "function_call"
    ]
    return Outcome(response.output_text, calls, response.status)


def messages(flow: Flow, headers: dict[str, str]) -> Outcome:
    return of_message(
        flow.anthropic().messages.create(
            model="claude", max_tokens=9, messages=QUESTION, extra_headers=headers
        )
    )


def messages_stream(flow: Flow, headers: dict[str, str]) -> Outcome:
    with flow.anthropic().messages.stream(
        model="claude", max_tokens=9, messages=QUESTION, extra_headers=headers
    ) as events:
        return of_message(events.get_final_message())


def of_message(message: Any) -> Outcome:
    text = "".join(block.text for block in message.content if block.type == "text")
    calls = [
        (block.id, block.name, json.dumps(block.input, ensure_ascii=False))
        for block in message.content
        if block.type == "tool_use"
    ]
    return Outcome(text, calls, str(message.stop_reason), message.role)


WAYS = [
    Way("chat", CHAT, False, lambda said, calls: [say.chat(said, calls)], chat,
        "tool_calls", "stop"),
    Way("chat, stream", CHAT, True, lambda said, calls: say.chat_stream(words(said), calls),
        chat_stream, "tool_calls", "stop"),
    Way("responses", RESPONSES, False, lambda said, calls: [say.responses(said, calls)],
        responses, "completed", "completed"),
    Way("responses, stream", RESPONSES, True,
        lambda said, calls: say.response_stream(words(said), calls), responses_stream,
        "completed", "completed"),
    Way("messages", MESSAGES, False, lambda said, calls: [say.message(said, calls)], messages,
        "tool_use", "end_turn"),
    Way("messages, stream", MESSAGES, True,
        lambda said, calls: say.message_stream(words(said), calls), messages_stream,
        "tool_use", "end_turn"),
]  # fmt: skip


def same(asked: list[Call], came: list[Call]) -> bool:
    """Whether these are the calls; Anthropic's client has arguments as objects, not as text."""
    return [(*call[:2], json.loads(call[2])) for call in asked] == [
        (*call[:2], json.loads(call[2])) for call in came
    ]
