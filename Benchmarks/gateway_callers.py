"""Callers that ask one workflow again and again: the load under which gateway_stop.py stops it.

The first line of standard input says in JSON what to ask. When every caller has been answered,
"ready" is printed; when standard input ends, so do the calls, and what became of each is printed as
one line of JSON. A process of its own, so that the load does not slow down what times the stop.

Times are nanoseconds of the monotonic clock, which all processes share. Standard library only.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

# An error event stands at the end of a stream; so much of it is kept.
TAIL = 2048


@dataclass
class Call:
    """One call; a stream that still ran at the end has `ended` 0."""

    began: int
    is_stream: bool
    ended: int = 0
    status: int = 0
    # A plain answer that holds what a right one does, or a stream that delivered something.
    good: bool = False
    # For streams: an error event was the last word; or the end mark was.
    failed: bool = False
    finished: bool = False


class Caller:
    """Asks over one connection, which is opened anew when it was closed."""

    def __init__(self, asked: dict[str, Any], is_stream: bool, crowd: "Crowd") -> None:
        self.asked, self.is_stream, self.crowd = asked, is_stream, crowd
        self.request = request(asked, asked["stream_body" if is_stream else "body"])
        self.writer: asyncio.StreamWriter | None = None
        self.calls: list[Call] = []

    async def run(self) -> None:
        reader = None
        while True:
            call = Call(time.monotonic_ns(), self.is_stream)
            self.calls.append(call)
            try:
                if reader is None:
                    reader = await self._connect()
                    call.began = time.monotonic_ns()
                assert self.writer
                self.writer.write(self.request)
                if not await self._answer(reader, call):
                    reader = None
            except (OSError, EOFError, ValueError):
                reader = None
            call.ended = time.monotonic_ns()
            if self.is_stream and not call.good or call.status == 0:
                # Only calls that are answered at once keep the load up.
                await asyncio.sleep(0.01)

    async def _connect(self) -> asyncio.StreamReader:
        self.close()
        reader, self.writer = await asyncio.open_connection(self.asked["host"], self.asked["port"])
        return reader

    async def _answer(self, reader: asyncio.StreamReader, call: Call) -> bool:
        """Reads one answer to its end; gives whether the connection stays open."""
        status, headers = await head(reader)
        tail = b""
        call.status = status
        async for piece in pieces(reader, headers):
            tail = (tail + piece)[-TAIL:]
            if self.is_stream and status == 200 and not call.good:
                call.good = b"data:" in tail
                self.crowd.answered(self)
            # Kept up to date, for a stream that is broken off.
            call.failed = b'"error"' in tail
            call.finished = b"[DONE]" in tail
        if not self.is_stream:
            call.good = status == 200 and self.asked["sign"].encode() in tail
            if call.good:
                self.crowd.answered(self)
        return headers.get("connection") != "close"

    def close(self) -> None:
        if self.writer:
            self.writer.close()
            self.writer = None


class Crowd:
    """All callers of one workflow."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.callers = [Caller(asked, False, self) for _ in range(asked["plain"])]
        self.callers += [Caller(asked, True, self) for _ in range(asked["streams"])]
        self.waiting = set(map(id, self.callers))

    def answered(self, caller: Caller) -> None:
        if self.waiting:
            self.waiting.discard(id(caller))
            if not self.waiting:
                print("ready", flush=True)

    async def run_until_told(self) -> None:
        tasks = [asyncio.create_task(caller.run()) for caller in self.callers]
        told = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
        await asyncio.wait([told, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for caller in self.callers:
            caller.close()


def request(asked: dict[str, Any], body: str) -> bytes:
    lines = [f"POST {asked['path']} HTTP/1.1", f"Host: {asked['host']}:{asked['port']}",
             f"Authorization: Bearer {asked['token']}", "Content-Type: application/json",
             "Accept: application/json, text/event-stream",
             f"Content-Length: {len(body.encode())}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


async def head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = text.strip().split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip().lower()
    return int(first.split()[1]), headers


async def pieces(
    reader: asyncio.StreamReader, headers: dict[str, str]
) -> AsyncIterator[bytes]:
    """The body; it raises EOFError when the connection ends before it."""
    if "chunked" in headers.get("transfer-encoding", ""):
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            yield (await reader.readexactly(size + 2))[:-2]
        await reader.readuntil(b"\r\n")
    elif "content-length" in headers:
        yield await reader.readexactly(int(headers["content-length"]))
    else:
        while piece := await reader.read(65_536):
            yield piece
        headers["connection"] = "close"


def main() -> None:
    crowd = Crowd(json.loads(sys.stdin.readline()))
    asyncio.run(crowd.run_until_told())
    print(json.dumps([asdict(call) for caller in crowd.callers for call in caller.calls]))


if __name__ == "__main__":
    main()
