"""OpenAI's own client, of whichever generation this process finds, doing what it is told.

Run as a program it reads one call a line and answers each with one line.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import openai

QUESTION = [{"role": "user", "content": "What did Birch say?"}]
TOOLS: list[dict[str, Any]] = [{
    "type": "function",
    "function": {"name": "read_notes", "parameters": {"type": "object", "properties": {}}},
}]  # fmt: skip
ASKED: dict[str, Any] = {"model": "gpt-4o-mini"}


def told(value: Any) -> Any:
    """What the provider sent, as far as the client has it."""
    return value.to_dict(mode="json")


def chat(client: Any) -> Any:
    return told(client.chat.completions.create(messages=QUESTION, **ASKED))


def chat_with_identity(client: Any) -> Any:
    answer = client.chat.completions.with_raw_response.create(messages=QUESTION, **ASKED)
    return [answer.request_id, answer.headers.get("x-ratelimit-remaining-requests")]


def chat_stream(client: Any) -> Any:
    more = {"stream": True, "stream_options": {"include_usage": True}}
    return [told(c) for c in client.chat.completions.create(messages=QUESTION, **ASKED, **more)]


def chat_tools(client: Any) -> Any:
    return told(client.chat.completions.create(messages=QUESTION, tools=TOOLS, **ASKED))


def chat_tools_stream(client: Any) -> Any:
    """The client's own way of putting a stream together."""
    with client.chat.completions.stream(messages=QUESTION, tools=TOOLS, **ASKED) as stream:
        for _ in stream:
            pass
        return told(stream.get_final_completion())


def chat_left(client: Any) -> Any:
    """Goes away after the first chunk that says something."""
    with client.chat.completions.create(messages=QUESTION, stream=True, **ASKED) as stream:
        return next(c.choices[0].delta.content for c in stream if c.choices[0].delta.content)


def responses(client: Any) -> Any:
    return told(client.responses.create(input="What did Birch say?", **ASKED))


def responses_stream(client: Any) -> Any:
    stream = client.responses.create(input="What did Birch say?", stream=True, **ASKED)
    return [told(event) for event in stream]


def response_read(client: Any) -> Any:
    return told(client.responses.retrieve("resp_1"))


def embeddings(client: Any) -> Any:
    more = {"model": "text-embedding-3-small", "encoding_format": "float"}
    return told(client.embeddings.create(input="Birch", **more))


def models(client: Any) -> Any:
    return [told(model) for model in client.models.list()]


def file(client: Any) -> Any:
    return told(client.files.create(file=("notes.jsonl", b'{"a": 1}\n'), purpose="batch"))


CALLS: dict[str, Callable[[Any], Any]] = {
    call.__name__: call
    for call in [
        chat, chat_with_identity, chat_stream, chat_tools, chat_tools_stream, chat_left,
        responses, responses_stream, response_read, embeddings, models, file,
    ]
}  # fmt: skip


def done(order: dict[str, Any]) -> dict[str, Any]:
    client = openai.OpenAI(base_url=order["url"], api_key=order["key"])
    try:
        return {"result": CALLS[order["call"]](client)}
    except openai.APIError as error:
        status = getattr(error, "status_code", None)
        body = error.body if isinstance(error.body, dict) else None
        return {"error": type(error).__name__, "status": status, "message": str(error),
                "body": body}  # fmt: skip


if __name__ == "__main__":
    print(json.dumps({"version": openai.__version__}), flush=True)
    for line in sys.stdin:
        print(json.dumps(done(json.loads(line))), flush=True)
