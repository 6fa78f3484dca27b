"""Programs that ask the gate again and again, each over one connection of its own."""

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from waiting import until


@dataclass(frozen=True)
class Call:
    """One question to the gate."""

    workflow: str
    # Both by the monotonic clock that all threads of this process share.
    began: int
    status: int


class Caller(threading.Thread):
    """Asks about whatever workflow it is pointed at until it is told to end."""

    def __init__(self, url: str, token: str, crowd: "Crowd") -> None:
        super().__init__(daemon=True)
        self.place = urlsplit(url)
        self.headers = {"authorization": f"Bearer {token}"}
        self.crowd = crowd
        self.calls: list[Call] = []
        self.failure: str | None = None

    def run(self) -> None:
        assert self.place.hostname and self.place.port
        connection = http.client.HTTPConnection(self.place.hostname, self.place.port, timeout=30)
        try:
            while not self.crowd.over.is_set():
                workflow = self.crowd.workflow
                began = time.monotonic_ns()
                connection.request("GET", f"/api/v1/workflows/{workflow}/gate", None, self.headers)
                response = connection.getresponse()
                response.read()
                self.calls.append(Call(workflow, began, response.status))
        except (OSError, http.client.HTTPException) as error:
            self.failure = repr(error)
        finally:
            connection.close()


class Crowd:
    """Callers that all ask about the same workflow at the same time."""

    def __init__(self, url: str, token: str, size: int) -> None:
        self.workflow = ""
        self.over = threading.Event()
        self.callers = [Caller(url, token, self) for _ in range(size)]

    def point_at(self, workflow: str) -> None:
        """Returns when every caller has been allowed at least once."""
        self.workflow = workflow
        if not self.callers[0].is_alive():
            for caller in self.callers:
                caller.start()
        self._each("was allowed", lambda call: call.workflow == workflow and call.status == 200)

    def wait_for_refusals(self, workflow: str, after: int) -> None:
        """Returns when every caller has asked, and been refused, later than `after`."""
        self._each("asks later", lambda call: call.workflow == workflow and call.began > after)

    def _each(self, what: str, matches: Callable[[Call], bool]) -> None:
        def all_have() -> bool:
            assert not self.failures, self.failures[:3]
            return all(
                any(matches(call) for call in reversed(caller.calls[-50:]))
                for caller in self.callers
            )

        until(f"every caller {what}", all_have, 60)

    @property
    def failures(self) -> list[str]:
        return [caller.failure for caller in self.callers if caller.failure]

    @property
    def calls(self) -> list[Call]:
        return [call for caller in self.callers for call in caller.calls]

    def end(self) -> None:
        self.over.set()
        for caller in self.callers:
            caller.join(30)
            assert not caller.is_alive()
        assert not self.failures, self.failures[:3]
