"""A server that answers what a test says, for what the real one does only under great load."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, dict[str, str], Any]


class Stub:
    """Answers each request with what `reply` gives for its method, path, body and number."""

    def __init__(self, reply: Callable[[str, str, bytes, int], Reply]) -> None:
        self.requests: list[tuple[str, str, bytes]] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                stub.requests.append((self.command, self.path, body))
                status, headers, value = reply(self.command, self.path, body, len(stub.requests))
                data = value if isinstance(value, bytes) else json.dumps(value).encode()
                self.send_response(status)
                for name, text in headers.items():
                    self.send_header(name, text)
                if "content-length" not in headers:
                    self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                # An answer that stops before the end that it names.
                self.close_connection = "content-length" in headers

            do_GET = do_POST = answer

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> "Stub":
        self.thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.server.shutdown()
        self.server.server_close()
