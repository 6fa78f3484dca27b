"""A model that always says the same, behind the interface that OpenAI's client expects."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any

# What is asked and answered, for the senders and for the test.
SYSTEM = "You help the service desk. Name no other customer."
QUESTION = 'What did Birch say about the "café" bill?'
ANSWER = "Birch said: “the café bill is wrong”.\nI will look it up."
CALL = {"name": "read_notes", "arguments": {"customer": "Müller & Söhne", "days": 30}}
MODEL = "gpt-4o-mini-2024-07-18"

COMPLETION: dict[str, Any] = {
    "id": "chatcmpl-e2e",
    "object": "chat.completion",
    "created": 1760000000,
    "model": MODEL,
    "choices": [
        {
            "index": 0,
            "finish_reason": "tool_calls",
            "message": {
                "role": "assistant",
                "content": ANSWER,
                "tool_calls": [
                    {
                        "id": "call_e2e1",
                        "type": "function",
                        # As models do: JSON in a text, and escaped as the model pleases.
                        "function": CALL | {"arguments": json.dumps(CALL["arguments"])},
                    }
                ],
            },
        }
    ],
    "usage": {"prompt_tokens": 40, "completion_tokens": 17, "total_tokens": 57},
}


class Answering(BaseHTTPRequestHandler):
    """Answers every question alike."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", "0")))
        body = json.dumps(COMPLETION).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: the tests' output is long enough."""


class Upstream:
    """The model on a free port, for as long as it is entered."""

    def __init__(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/v1"

    def __enter__(self) -> "Upstream":
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.shutdown()
        self.server.server_close()
