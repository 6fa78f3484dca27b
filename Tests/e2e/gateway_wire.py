"""HTTP as it is on the wire, for what a comfortable client hides."""

import http.client
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway_upstream import Fields


@dataclass
class Reply:
    """One answer, and whether its end came as it was announced."""

    status: int
    fields: Fields
    body: bytes
    is_whole: bool

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.fields if known.lower() == name]

    def field(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)


class Line:
    """One connection to the server: bytes out, answers in."""

    def __init__(self, url: str, timeout: float = 30) -> None:
        place = urlsplit(url)
        assert place.hostname and place.port
        self.socket = socket.create_connection((place.hostname, place.port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.host = place.netloc

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> "Line":
        self.socket.sendall(data)
        return self

    def ask(self, method: str, target: str, fields: Fields, body: bytes | None = None) -> "Line":
        """One request, with its length unless the fields say how long it is."""
        given = [("host", self.host), *fields]
        if body is not None and not any(name.lower() == "content-length" for name, _ in given):
            given.append(("content-length", str(len(body))))
        lines = [f"{method} {target} HTTP/1.1"] + [f"{name}: {value}" for name, value in given]
        return self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b""))

    def head(self, method: str = "POST") -> http.client.HTTPResponse:
        """The answer's head; its body is read from what is returned."""
        response = http.client.HTTPResponse(self.socket, method=method)
        response.begin()
        return response

    def reply(self, method: str = "POST") -> Reply:
        return whole(self.head(method))

    def read_until(self, end: bytes, most: int = 1 << 20) -> bytes:
        """What comes until `end` has come."""
        seen = b""
        while end not in seen:
            piece = self.socket.recv(65536)
            assert piece, f"the connection ended after {seen[-300:]!r}"
            seen += piece
            assert len(seen) < most
        return seen

    def drop(self) -> None:
        """Goes away without a word, as a process does that is killed."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()


def whole(response: http.client.HTTPResponse) -> Reply:
    """Everything that came, whether or not it ended well."""
    fields = response.getheaders()
    try:
        return Reply(response.status, fields, response.read(), True)
    except http.client.IncompleteRead as broken:
        return Reply(response.status, fields, broken.partial, False)
    except ConnectionResetError:
        return Reply(response.status, fields, b"", False)


def chunks(*pieces: bytes) -> bytes:
    """A body in chunks, as one connection carries it."""
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))
