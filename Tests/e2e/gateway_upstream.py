"""A provider that says what a test tells it to, on a real port, and keeps what it was asked."""

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from waiting import until

Fields = list[tuple[str, str]]
JSON = ("content-type", "application/json")
SSE = ("content-type", "text/event-stream; charset=utf-8")
# Longer than any test waits: whoever is held that long was forgotten.
PATIENCE = 60.0


class Gone(Exception):
    """Whoever asked has closed the connection."""


@dataclass
class Received:
    """One request as it came, byte for byte."""

    head: bytes
    body: bytes = b""
    # When the connection closed before its answer was said to the end; 0 while it did not.
    closed_at: int = 0

    @property
    def method(self) -> str:
        return self.head.split(b" ", 1)[0].decode()

    @property
    def target(self) -> str:
        return self.head.split(b" ", 2)[1].decode()

    @property
    def fields(self) -> Fields:
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        pairs = [line.split(":", 1) for line in lines if line]
        return [(name, value.strip()) for name, value in pairs]

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.fields if known.lower() == name]

    @property
    def is_closed(self) -> bool:
        return self.closed_at > 0


@dataclass
class Pause:
    """A place in an answer where the upstream waits until the test says `go`."""

    reached: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def wait_for(self) -> "Pause":
        assert self.reached.wait(PATIENCE), "the upstream never came that far"
        return self


class Exchange:
    """One answer under way."""

    def __init__(self, connection: socket.socket, received: Received) -> None:
        self.connection = connection
        self.received = received
        self.closes = False

    def raw(self, data: bytes) -> None:
        self.connection.sendall(data)

    def head(self, status: int, fields: Fields) -> None:
        lines = [f"HTTP/1.1 {status} Said"] + [f"{name}: {value}" for name, value in fields]
        self.raw("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def chunk(self, data: bytes) -> None:
        if data:
            self.raw(b"%x\r\n%s\r\n" % (len(data), data))

    def pause(self, pause: Pause) -> None:
        """Waits for the test; whoever asked may go away meanwhile, and nobody asks on."""
        pause.reached.set()
        end = time.monotonic() + PATIENCE
        while not pause.go.wait(0.005):
            self.look()
            assert time.monotonic() < end, "nobody let the upstream go on"

    def look(self) -> None:
        """Raises `Gone` when the other side has closed."""
        if select.select([self.connection], [], [], 0)[0]:
            try:
                seen = self.connection.recv(1, socket.MSG_PEEK)
            except OSError as error:
                raise Gone from error
            if not seen:
                raise Gone


Script = Callable[[Exchange], None]
Part = bytes | Pause


def plain(body: bytes, status: int = 200, fields: Fields | None = None) -> Script:
    """A whole answer, with its length."""

    def say(exchange: Exchange) -> None:
        given = [JSON] if fields is None else fields
        exchange.head(status, [*given, ("content-length", str(len(body)))])
        exchange.raw(body)

    return say


def stream(*parts: Part, status: int = 200, fields: Fields | None = None) -> Script:
    """An answer in chunks, each sent by itself."""

    def say(exchange: Exchange) -> None:
        given = [SSE] if fields is None else fields
        exchange.head(status, [*given, ("transfer-encoding", "chunked")])
        for part in parts:
            if isinstance(part, Pause):
                exchange.pause(part)
            else:
                exchange.chunk(part)
        exchange.raw(b"0\r\n\r\n")

    return say


def held(pause: Pause, script: Script) -> Script:
    """Nothing at all until the test lets it go on; then the script."""

    def say(exchange: Exchange) -> None:
        exchange.pause(pause)
        script(exchange)

    return say


def broken(*parts: Part) -> Script:
    """Exactly these bytes, and then the connection is gone."""

    def say(exchange: Exchange) -> None:
        for part in parts:
            if isinstance(part, Pause):
                exchange.pause(part)
            else:
                exchange.raw(part)
        exchange.closes = True

    return say


class Upstream:
    """Listens on a free port for as long as it is entered."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.choose: Callable[[Received], Script] = lambda _: plain(b"{}")
        self.failures: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self.listener.getsockname()[1]
        self.connections: set[socket.socket] = set()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Upstream":
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()
        with self.lock:
            left = list(self.connections)
        for connection in left:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def says(self, script: Script) -> None:
        """From now on every request gets this answer; what was asked before is forgotten."""
        self.says_by(lambda _: script)

    def says_by(self, choose: Callable[[Received], Script]) -> None:
        self.requests = []
        self.failures = []
        self.choose = choose

    @property
    def only(self) -> Received:
        """The one request that there was."""
        (received,) = self.requests
        return received

    def asked(self, times: int = 1) -> Received:
        """The last request, once there were so many."""
        until(f"the upstream is asked {times} times", lambda: len(self.requests) >= times)
        assert len(self.requests) == times
        return self.requests[-1]

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                for received in requests_of(connection):
                    if not self._answer(connection, received):
                        return
        except OSError:
            # The connection ended between two requests, or in the middle of one.
            return
        finally:
            with self.lock:
                self.connections.discard(connection)

    def _answer(self, connection: socket.socket, received: Received) -> bool:
        """Whether there may be another request behind it."""
        self.requests.append(received)
        exchange = Exchange(connection, received)
        try:
            self.choose(received)(exchange)
        except (Gone, OSError):
            received.closed_at = time.monotonic_ns()
            return False
        except Exception as error:
            self.failures.append(repr(error))
            return False
        return not exchange.closes


def requests_of(connection: socket.socket) -> Iterator[Received]:
    """The requests of one connection, each once it is whole."""
    file = connection.makefile("rb")
    while True:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = file.readline()
            if not line:
                return
            head += line
        received = Received(head[:-4])
        if received.all("transfer-encoding"):
            body = dechunked(file)
        else:
            size = sum(map(int, received.all("content-length")))
            body = file.read(size)
            body = body if len(body) == size else None
        if body is None:
            # It went away before all was sent: that is no request.
            return
        received.body = body
        yield received


def dechunked(file: BinaryIO) -> bytes | None:
    """The chunks put together; nothing when their end never comes."""
    body = bytearray()
    while line := file.readline():
        size = int(line.split(b";")[0], 16)
        body += file.read(size)
        if not file.readline():
            return None
        if size == 0:
            return bytes(body)
    return None
