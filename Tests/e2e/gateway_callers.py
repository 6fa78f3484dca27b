"""Workflows' programs that call through the gateway again and again, plain and streaming."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

import gateway_answers as say
from gateway_upstream import SSE, Exchange, Received, Script, plain
from gateway_world import CHAT, Flow, asks
from waiting import until

PARTS = say.chat_stream()
WHOLE = b"".join(PARTS)
PACE = 0.002


@dataclass
class Call:
    """One call. Times by the monotonic clock that all threads of this process share."""

    name: str
    workflow: str
    is_stream: bool
    began: int
    status: int = 0
    body: bytes = b""
    # When the last byte of an answer came, that was no error.
    last_byte: int = 0
    is_whole: bool = False

    @property
    def is_good(self) -> bool:
        """Whether all came that the provider had to say."""
        return self.status == 200 and self.is_whole and self.body in (WHOLE, say.chat())


def paced(received: Received) -> Script:
    """What the provider says to a caller: a stream takes a while."""
    if b'"stream": true' not in received.body:
        return plain(say.chat())

    def say_it(exchange: Exchange) -> None:
        exchange.head(200, [SSE, ("transfer-encoding", "chunked")])
        for part in PARTS:
            exchange.chunk(part)
            exchange.look()
            threading.Event().wait(PACE)
        exchange.raw(b"0\r\n\r\n")

    return say_it


@dataclass
class Caller:
    """Calls for the workflow that its crowd points at until it is told to end."""

    crowd: "Crowd"
    is_stream: bool
    number: int
    calls: list[Call] = field(default_factory=list)
    failure: str | None = None

    def run(self) -> None:
        place = urlsplit(self.crowd.url)
        assert place.hostname and place.port
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
        try:
            for number in count():
                if self.crowd.over.is_set():
                    return
                self.calls.append(self.called(connection, f"{self.number}.{number}"))
        except (OSError, http.client.HTTPException) as error:
            self.failure = repr(error)
        finally:
            connection.close()

    def called(self, connection: http.client.HTTPConnection, name: str) -> Call:
        flow = self.crowd.flow
        call = Call(name, flow.key, self.is_stream, time.monotonic_ns())
        headers = flow.headers | {
            "content-type": "application/json",
            "x-cordon-run": name,
            "x-began": str(call.began),
        }
        connection.request("POST", CHAT, asks(name, stream=self.is_stream), headers)
        response = connection.getresponse()
        call.status = response.status
        while piece := response.read1(65536):
            call.body += piece
            if b'"workflow_stopped"' not in piece:
                call.last_byte = time.monotonic_ns()
        # What has a length leaves it to its reader to close it.
        response.read()
        call.is_whole = True
        return call


class Crowd:
    """Callers that all call for the same workflow at the same time, every other one streaming."""

    def __init__(self, flow: Flow, size: int) -> None:
        self.url = flow.url
        self.flow = flow
        self.over = threading.Event()
        self.callers = [Caller(self, number % 2 == 1, number) for number in range(size)]
        self.threads = [threading.Thread(target=c.run, daemon=True) for c in self.callers]

    def point_at(self, flow: Flow) -> None:
        """Returns when every caller has had a whole answer for it."""
        self.flow = flow
        if not self.threads[0].is_alive():
            for thread in self.threads:
                thread.start()
        self._each("is answered", 1, lambda call: call.workflow == flow.key and call.is_good)

    def wait_for_calls(self, after: int, times: int) -> None:
        """Returns when every caller has called so often later than `after`."""
        self._each(f"calls {times} times later", times, lambda call: call.began > after)

    def _each(self, what: str, times: int, matches: Callable[[Call], bool]) -> None:
        def all_have() -> bool:
            assert not self.failures, self.failures[:3]
            return all(
                sum(matches(call) for call in caller.calls[-50:]) >= times
                for caller in self.callers
            )

        until(f"every caller {what}", all_have, 60)

    @property
    def failures(self) -> list[str]:
        return [caller.failure for caller in self.callers if caller.failure]

    @property
    def calls(self) -> Iterator[Call]:
        for caller in self.callers:
            yield from caller.calls

    def end(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(30)
            assert not thread.is_alive()
        assert not self.failures, self.failures[:3]
