"""Official clients, unmodified but for address and key, get through a front what was said."""

import json
from typing import Any

import pytest

import gateway_answers as say
from gateway_generations import Client, client
from gateway_upstream import JSON, Exchange, Script, plain, stream
from gateway_world import OPENAI_KEY, Flow, House, home

__all__ = ["client", "home"]

QUESTION: list[Any] = [{"role": "user", "content": "What did Birch say?"}]
ASKED: dict[str, Any] = {"model": "claude-sonnet-9", "max_tokens": 64, "messages": QUESTION}
NOTES: list[Any] = [{"name": "read_notes", "input_schema": {"type": "object", "properties": {}}}]
FILE = say.text({
    "id": "file-1", "object": "file", "bytes": 9, "created_at": 1760000000,
    "filename": "notes.jsonl", "purpose": "batch", "status": "processed",
})  # fmt: skip


def data_of(parts: list[bytes]) -> list[Any]:
    """What the events say, without the comments and the end."""
    lines = b"".join(parts).splitlines()
    texts = [line.removeprefix(b"data: ") for line in lines if line.startswith(b"data: ")]
    return [json.loads(text) for text in texts if text != b"[DONE]"]


@pytest.fixture(scope="module")
def flow(home: House) -> Flow:
    return home.flow("clients", [{"name": "read_notes", "access": "read"}])


WHOLE = {
    "chat": (say.chat(), json.loads(say.chat())),
    "responses": (say.responses(), json.loads(say.responses())),
    "response_read": (say.responses(), json.loads(say.responses())),
    "embeddings": (say.EMBEDDINGS, json.loads(say.EMBEDDINGS)),
    "models": (say.MODELS, json.loads(say.MODELS)["data"]),
    "file": (FILE, json.loads(FILE)),
    "chat_tools": (say.chat(None, [say.LOOK_UP]), json.loads(say.chat(None, [say.LOOK_UP]))),
}


@pytest.mark.parametrize("call", WHOLE)
def test_aWholeAnswerIsWhatTheProviderSaid(
    call: str, client: Client, home: House, flow: Flow
) -> None:
    body, expected = WHOLE[call]
    home.openai.says(plain(body))
    assert client.does(call, flow) == expected
    received = home.openai.only
    assert received.all("authorization") == [f"Bearer {OPENAI_KEY}"]
    assert received.target.startswith("/v1/")


@pytest.mark.parametrize(
    ("call", "parts"),
    [
        ("chat_stream", say.chat_stream()),
        ("chat_stream", say.chat_stream(calls=[say.LOOK_UP])),
        ("responses_stream", say.response_stream()),
        ("responses_stream", say.response_stream(calls=[say.LOOK_UP])),
    ],
)
def test_aStreamIsWhatTheProviderSaid(
    call: str, parts: list[bytes], client: Client, home: House, flow: Flow
) -> None:
    home.openai.says(stream(*parts))
    assert client.does(call, flow) == data_of(parts)
    home.openai.asked()


def test_aStreamedCallIsPutTogether(client: Client, home: House, flow: Flow) -> None:
    home.openai.says(stream(*say.chat_stream(["Let me see. "], [say.LOOK_UP])))
    choice = client.does("chat_tools_stream", flow)["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    message = choice["message"]
    assert (message["role"], message["content"]) == ("assistant", "Let me see. ")
    (call,) = message["tool_calls"]
    assert (call["id"], call["function"]["name"]) == say.LOOK_UP[:2]
    assert call["function"]["arguments"] == say.LOOK_UP[2]


def test_whatTheAnswersHeaderSaysIsKept(client: Client, home: House, flow: Flow) -> None:
    fields = [JSON, ("x-request-id", "req_7"), ("x-ratelimit-remaining-requests", "99")]
    home.openai.says(plain(say.chat(), fields=fields))
    assert client.does("chat_with_identity", flow) == ["req_7", "99"]


def test_theProvidersErrorIsTheClientsError(client: Client, home: House, flow: Flow) -> None:
    error = {"message": "No such thing.", "type": "invalid_request_error", "param": "n",
             "code": "bad_n"}  # fmt: skip
    home.openai.says(plain(say.text({"error": error}), 400))
    raised = client.fails("chat", flow)
    assert (raised["error"], raised["status"]) == ("BadRequestError", 400)
    assert raised["body"] == error
    home.openai.asked()


def test_onlyTheClientItselfRepeatsACall(client: Client, home: House, flow: Flow) -> None:
    def once_in_two(exchange: Exchange) -> None:
        busy = plain(say.text({"error": {"message": "Busy."}}), 503, [JSON, ("retry-after", "0")])
        script: Script = busy if len(home.openai.requests) == 1 else plain(say.chat())
        script(exchange)

    home.openai.says(once_in_two)
    assert client.does("chat", flow)["id"] == "chatcmpl-1"
    assert len(home.openai.requests) == 2
    # The client counts its own tries, and both came from it.
    counted = [received.all("x-stainless-retry-count") for received in home.openai.requests]
    assert counted == [["0"], ["1"]]


# Anthropic


def test_aMessageIsWhatTheProviderSaid(home: House, flow: Flow) -> None:
    for body in (say.message(), say.message(None, [say.LOOK_UP])):
        fields = [JSON, ("request-id", "req_8")]
        home.anthropic.says(plain(body, fields=fields))
        message = flow.anthropic().messages.create(tools=NOTES, **ASKED)
        assert message.to_dict(mode="json") == json.loads(body)
        assert message._request_id == "req_8"
        assert home.anthropic.only.target == "/v1/messages"


def test_aMessageThatStreamsIsWhatTheProviderSaid(home: House, flow: Flow) -> None:
    parts = say.message_stream(calls=[say.LOOK_UP], thinks=True)
    home.anthropic.says(stream(*parts))
    events = flow.anthropic().messages.create(stream=True, tools=NOTES, **ASKED)
    said = [event for event in data_of(parts) if event["type"] != "ping"]
    assert [event.to_dict(mode="json") for event in events] == said


def test_aMessageThatStreamsIsPutTogether(home: House, flow: Flow) -> None:
    parts = say.message_stream(calls=[say.LOOK_UP], thinks=True)
    home.anthropic.says(stream(*parts))
    with flow.anthropic().messages.stream(tools=NOTES, **ASKED) as events:
        assert "".join(events.text_stream) == say.SAID
        message = events.get_final_message()
    thought, text, call = [block.to_dict(mode="json") for block in message.content]
    assert thought["thinking"] == say.THINKING
    assert text["text"] == say.SAID
    assert (call["name"], call["input"]) == ("read_notes", json.loads(say.LOOK_UP[2]))
    assert message.stop_reason == "tool_use"


def test_tokensAreCountedAndModelsListed(home: House, flow: Flow) -> None:
    home.anthropic.says(plain(say.TOKENS))
    counted = flow.anthropic().messages.count_tokens(model="claude-sonnet-9", messages=QUESTION)
    assert counted.input_tokens == 14
    assert home.anthropic.only.target == "/v1/messages/count_tokens"
    home.anthropic.says(plain(say.CLAUDES))
    assert [model.id for model in flow.anthropic().models.list()] == [say.CLAUDE]
    assert home.anthropic.only.target.startswith("/v1/models")
