"""Asks Cordon before a workflow acts, hears of stops, and keeps evidence of what was done.

One `Cordon` serves one workflow, and threads may share it. It needs Python 3.9 and nothing else.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import copy
import functools
import http.client
import inspect
import ipaddress
import json
import logging
import math
import os
import random
import socket
import ssl
import sys
import threading
import time
import uuid
import warnings
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, Iterator, Literal, Mapping, NamedTuple, TypeVar, Union, cast
from urllib.parse import quote, urlsplit

__all__ = [
    "ApprovalRequired", "Cordon", "CordonError", "Denied", "Entry", "Evidence", "EvidenceFull",
    "Fallback", "GateUnreachable", "Guard", "NotAllowed", "Receipt", "Refused", "Report", "Stopped",
]  # fmt: skip

Action = Literal["generate", "tool", "deliver", "decide"]
Target = Literal["inside", "outside"]
OnFailure = Literal["closed", "open"]
Kind = Literal[
    "model_exchange", "tool_call", "retrieval", "approval", "delivery", "change", "note"
]
Arguments = Mapping[str, Any]
ArgumentsOf = Union[Arguments, Callable[..., Arguments], None]
Function = TypeVar("Function", bound=Callable[..., Any])

# What the server takes at once, and how much may wait for it here.
RECORDS, BYTES, WAITING_BYTES = 512, 16 << 20, 64 << 20
# The stream carries a sign of life every ten seconds; an upload may take longer than a decision.
SILENCE, UPLOAD = 25.0, 30.0
# Seconds for which the server holds one question that waits for a person.
HELD = 45
# Questions that are remembered.
REMEMBERED = 1_000

# A clock that goes on while the machine sleeps: a lease must not outlast the night.
_now = time.monotonic
if sys.platform == "linux":
    _now = functools.partial(time.clock_gettime, time.CLOCK_BOOTTIME)


@dataclass(frozen=True)
class Fallback:
    """What people do while the workflow may not."""

    title: str
    steps: tuple[str, ...] = ()
    contact: str = ""


@dataclass(frozen=True)
class Receipt:
    """What a reporter is told."""

    reference: str
    received_at: str
    next: str
    workflow: str | None
    workflow_state: str | None


@dataclass(frozen=True)
class Report:
    """A report that has become an incident, and how far the stop is if one was asked for."""

    incident: str
    receipt: Receipt
    containment: str | None


class CordonError(Exception):
    """Whatever goes wrong between a workflow and Cordon."""


class GateUnreachable(CordonError):
    """Cordon did not answer, so nothing is allowed."""


class Refused(CordonError):
    """Cordon did not take the request: a wrong token, an unknown workflow, invalid input."""

    status = 0
    kind = ""


class EvidenceFull(CordonError):
    """As many records wait for Cordon as may."""


class NotAllowed(CordonError):
    """The gate answered, and the workflow may not do what it asked about."""

    reason = ""
    incident: str | None = None
    fallback: Fallback | None = None
    decision_id: str | None = None


class Stopped(NotAllowed):
    """Somebody has stopped the workflow, or this part of it."""


class Denied(NotAllowed):
    """It is outside the workflow's authority, or the workflow is not in production."""


class ApprovalRequired(NotAllowed):
    """A person has to approve it first; asked again afterwards, it is allowed once."""

    id = ""
    # Where a person decides, and until when.
    url = ""
    expires = ""
    # The only arguments with which people allow it, where they have changed them.
    arguments: dict[str, Any] | None = None


class _Answer(NamedTuple):
    status: int
    retry_after: float | None
    # Empty when the body is no JSON object.
    said: dict[str, Any]

    @property
    def refused(self) -> Refused:
        why = self.said.get("detail") or self.said.get("title") or "no reason was given"
        refused = Refused(f"Cordon answered {self.status}: {why}")
        refused.status = self.status
        refused.kind = str(self.said.get("type", "")).rpartition("/")[2]
        return refused


class _Token(str):
    """A text that is not shown by what shows variables, such as a report of an error."""

    def __repr__(self) -> str:
        return "<token>"


class _Wire:
    """Connections to the server. Every request of this client may be repeated without harm."""

    def __init__(self, server: str, token: _Token, timeout: float, insecure: bool) -> None:
        # http.client would quote a header that it cannot send.
        if not token or not all("!" <= letter <= "~" for letter in token):
            raise ValueError("the token is empty or not one word")
        place = urlsplit(server)
        if place.scheme not in ("http", "https") or not place.hostname:
            raise ValueError("the server is an address such as https://cordon.example.com")
        if place.username is not None or place.query or place.fragment:
            raise ValueError("the server's address has no user, no query and no fragment")
        if place.scheme == "http" and not insecure and not _is_loopback(place.hostname):
            raise ValueError(
                f"{place.hostname} would get the token in the clear: use https, or say "
                "allow_insecure_http=True"
            )
        self.server = f"{place.scheme}://{place.netloc}"
        self._host, self._port = place.hostname, place.port
        self._root = place.path.rstrip("/") + "/api/v1"
        self._tls = ssl.create_default_context() if place.scheme == "https" else None
        self._token, self.timeout = token, timeout
        self.idle: deque[http.client.HTTPConnection] = deque(maxlen=8)

    def post(
        self, path: str, body: bytes, timeout: float | None = None, key: str | None = None
    ) -> _Answer:
        """Raises `GateUnreachable` unless there is an answer."""
        while True:
            connection, is_fresh = self._connection(timeout or self.timeout)
            try:
                connection.request("POST", self._root + path, body, self._headers(key))
                response = connection.getresponse()
                data = response.read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                # The server closes what has been idle for long.
                if not is_fresh and isinstance(error, ConnectionError):
                    continue
                failure = f"{type(error).__name__}: {error}"
            else:
                if response.will_close:
                    connection.close()
                else:
                    self.idle.append(connection)
                return _answer(response, data)
            # Raised out here, the error leads to no frame that holds the headers.
            raise GateUnreachable(f"{self.server} cannot be reached: {failure}")

    def _connection(self, timeout: float) -> tuple[http.client.HTTPConnection, bool]:
        with contextlib.suppress(IndexError):
            connection = self.idle.pop()
            connection.sock.settimeout(timeout)
            return connection, False
        return self._fresh(timeout), True

    def _fresh(self, timeout: float) -> http.client.HTTPConnection:
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port, timeout)
        return http.client.HTTPSConnection(
            self._host, self._port, timeout=timeout, context=self._tls
        )

    def _headers(self, key: str | None = None) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        return {**headers, "Idempotency-Key": key} if key else headers

    def events(self, opened: Callable[[socket.socket], None]) -> Iterator[dict[bytes, bytes]]:
        """What the gate's stream tells, as fields; a sign of life has none.

        Ends when the connection does, or when nothing has come for 25 seconds.
        """
        connection = self._fresh(self.timeout)
        fields: dict[bytes, bytes] = {}
        try:
            connection.connect()
            connection.sock.settimeout(SILENCE)
            opened(connection.sock)
            connection.request("GET", self._root + "/gate/stream", headers=self._headers())
            with connection.getresponse() as response:
                while response.status == 200:
                    line = response.readline(BYTES)
                    if not line.endswith(b"\n"):
                        return
                    name, _, value = line.rstrip(b"\r\n").partition(b":")
                    if name:
                        fields[name] = value[1:] if value.startswith(b" ") else value
                    elif value:
                        yield {}
                    else:
                        yield fields
                        fields = {}
        except (OSError, http.client.HTTPException, ValueError):
            return
        finally:
            connection.close()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _answer(response: http.client.HTTPResponse, data: bytes) -> _Answer:
    said, pause = None, None
    with contextlib.suppress(ValueError):
        said = json.loads(data)
    with contextlib.suppress(ValueError):
        pause = max(0.0, float(response.headers.get("retry-after", "")))
    return _Answer(response.status, pause, said if isinstance(said, dict) else {})


class _Question(NamedTuple):
    action: str
    tool: str | None
    target: str | None
    # As it is sent: two questions are the same when every byte is.
    body: bytes


class _Known:
    """What is known of the gate's mind, as a plain value: no lock, no clock, no network."""

    def __init__(self, workflow: str, on_failure: OnFailure) -> None:
        self.workflow = workflow
        self.on_failure = on_failure
        self.revision = -1
        # What the stream has told last.
        self.state: Mapping[str, Any] = {}
        self.leases: dict[bytes, float] = {}
        # By question; what holds for every question has none.
        self.refusals: dict[bytes, tuple[int, NotAllowed]] = {}

    @property
    def _stops(self) -> list[Mapping[str, Any]]:
        return self.state.get("stops") or []

    def learn(self, state: Mapping[str, Any]) -> bool:
        """Takes in news; what is older than what is known changes nothing, and is no news."""
        revision = int(state["revision"])
        if revision >= self.revision and revision != self.state.get("revision"):
            self.revision, self.state = revision, state
            self.leases.clear()
            self.refusals = {body: r for body, r in self.refusals.items() if r[0] >= revision}
            if "on_failure" in state:
                self.on_failure = "open" if state["on_failure"] == "open" else "closed"
        return revision >= self.revision

    def take(
        self, question: _Question, said: Mapping[str, Any], asked_at: float
    ) -> NotAllowed | None:
        """Takes in an answer; returns why it must not be acted upon, if so."""
        revision = said["revision"] if isinstance(said.get("revision"), int) else self.revision
        if said.get("decision") == "allow":
            if revision < self.revision:
                # Decided before what was heard since: good for this once, if at all.
                return self.objection(question)
            self.revision = revision
            self.on_failure = "open" if said.get("on_failure") == "open" else "closed"
            stops = [stop for stop in self._stops if not _covers(stop, question)]
            self.state = {**self.state, "may_run": True, "stops": stops}
            self.refusals.pop(b"", None)
            self.refusals.pop(question.body, None)
            self._lease(question, said.get("lease_ms"), asked_at)
            return None
        self.leases.clear()
        is_halted = said.get("state") in ("stopping", "stopped")
        kind: type[NotAllowed] = Stopped if said.get("incident") or is_halted else Denied
        refusal = self._refusal(ApprovalRequired if said["decision"] == "approval" else kind, said)
        if revision >= self.revision:
            self.revision = revision
            if len(self.refusals) >= REMEMBERED:
                self.refusals = {body: r for body, r in self.refusals.items() if not body}
            self.refusals[b"" if is_halted else question.body] = (revision, refusal)
        return refusal

    def _lease(self, question: _Question, milliseconds: object, asked_at: float) -> None:
        if isinstance(milliseconds, int) and milliseconds > 0:
            if len(self.leases) >= REMEMBERED:
                self.leases = {body: end for body, end in self.leases.items() if end > asked_at}
            # From before the question was sent: the server counts from when it decided.
            self.leases[question.body] = asked_at + milliseconds / 1_000

    def objection(self, question: _Question) -> NotAllowed | None:
        """What speaks against it, as far as is known without asking."""
        fallback = self.state.get("fallback")
        for stop in self._stops:
            if _covers(stop, question):
                return self._refusal(Stopped, {**stop, "fallback": fallback})
        if self.state.get("may_run", True) is not True:
            reason = self.state.get("reason") or f"It is {self.state.get('state')}."
            return self._refusal(Denied, {"reason": reason, "fallback": fallback})
        known = self.refusals.get(b"") or self.refusals.get(question.body)
        return known[1] if known else None

    def _refusal(self, kind: type[NotAllowed], said: Mapping[str, Any]) -> NotAllowed:
        reason = str(said.get("reason") or "No reason was given.")
        refusal = kind(f"{self.workflow}: {reason}")
        refusal.reason = reason
        refusal.incident = said.get("incident")
        refusal.decision_id = said.get("decision_id")
        if isinstance(said.get("fallback"), dict):
            title, steps, contact = map(said["fallback"].get, ("title", "steps", "contact"))
            refusal.fallback = Fallback(title or "", tuple(steps or ()), contact or "")
        if isinstance(refusal, ApprovalRequired) and isinstance(said.get("approval"), dict):
            names = ("id", "url", "expires_at", "arguments")
            told = map(said["approval"].get, names)
            refusal.id, refusal.url, refusal.expires, refusal.arguments = told
        return refusal


def _covers(stop: Mapping[str, Any], question: _Question) -> bool:
    if stop.get("scope") == "tool":
        return question.action == "tool" and question.tool == stop.get("tool")
    if stop.get("scope") == "outbound":
        return question.action == "deliver" and question.target != "inside"
    return True


class _Follower:
    """Follows the gate's stream on a thread of its own, and confirms what it has heard."""

    def __init__(
        self, wire: _Wire, workflow: str, point: str, learn: Callable[[dict[str, Any]], bool]
    ) -> None:
        self._wire, self._workflow, self._point, self._learn = wire, workflow, point, learn
        self._over = threading.Event()
        self._socket: socket.socket | None = None
        self._heard = self._confirmed = -1
        self.is_live = False
        self._thread = threading.Thread(target=self._run, name="cordon-follow", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        if self._socket is not None:
            with contextlib.suppress(OSError, ValueError):
                self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def _run(self) -> None:
        pause = 0.1
        while not self._over.is_set():
            # Whatever is not as it should be is a stream that is lost.
            with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
                for fields in self._wire.events(self._opened):
                    self._hear(fields.get(b"event"), fields.get(b"data", b""))
                    pause = 0.1
            self.is_live = False
            self._over.wait(pause * random.uniform(0.5, 1))
            pause = min(30.0, pause * 2)

    def _opened(self, connection: socket.socket) -> None:
        self._socket = connection
        if self._over.is_set():
            raise OSError("it is over")

    def _hear(self, event: bytes | None, data: bytes) -> None:
        told: list[dict[str, Any]] = []
        if event == b"snapshot":
            told = json.loads(data)["workflows"]
            # The server may have been another one before.
            self._confirmed = -1
        elif event == b"change":
            told = [json.loads(data)]
        for state in told:
            if state["key"] == self._workflow:
                self.is_live = self._learn(state)
                self._heard = max(self._heard, int(state["revision"]))
        if self._confirmed < self._heard:
            said = {"revision": self._heard, "point": self._point}
            # What fails is tried again at the next sign of life.
            with contextlib.suppress(GateUnreachable):
                if self._wire.post("/gate/ack", json.dumps(said).encode()).status < 300:
                    self._confirmed = self._heard


class Evidence:
    """Records on their way: sent in the background, in the order in which they came."""

    def __init__(self, wire: _Wire, limit: int, drops: bool, answered: Callable[[], None]) -> None:
        self._wire, self._limit, self._drops, self._answered = wire, limit, drops, answered
        self._changed = threading.Condition()
        self._over = threading.Event()
        self._waiting: deque[bytes] = deque()
        self._bytes = self._number = 0
        self._source = uuid.uuid4().hex
        self._most, self._pause = RECORDS, 0.1
        self._thread: threading.Thread | None = None
        self.sent = self.dropped = self.refused = 0
        # Why nothing is being sent just now.
        self.trouble: str | None = None

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def add(self, said: Mapping[str, Any], key: str | None, anyway: bool = False) -> None:
        """Takes a record as it is now; `anyway` takes it although the queue is full."""
        text = json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
        with self._changed:
            name: dict[str, Any] = {"key": key or f"{self._source}-{self._number}"}
            if not key:
                # A record that the caller names may be there already; its number would look lost.
                name["sequence"] = {"source": self._source, "number": self._number}
            record = text[:-1] + b"," + json.dumps(name).encode()[1:]
            if len(record) > BYTES - 100:
                raise ValueError(f"a record of {len(record)} bytes is more than Cordon takes")
            if self._over.is_set():
                raise CordonError("this client was closed")
            is_full = not anyway and (
                self.waiting >= self._limit or self._bytes + len(record) > WAITING_BYTES
            )
            if is_full and not self._drops:
                raise EvidenceFull(f"{self.waiting} records wait for Cordon already")
            if is_full or not key:
                # The number of what is dropped is missing later, and so the server notices.
                self._number += 1
            if is_full:
                self.dropped += 1
                return
            self._waiting.append(record)
            self._bytes += len(record)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="cordon-send", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, timeout)

    def close(self) -> None:
        self._over.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        while not self._over.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._over.is_set())
                batch = self._batch()
            if batch:
                self._over.wait(self._send(batch))

    def _batch(self) -> list[bytes]:
        """The first ones, as many as go into one request; they wait until they are answered."""
        size = len(b'{"records":[]}')
        batch: list[bytes] = []
        for record in self._waiting:
            size += len(record) + 1
            if len(batch) == self._most or size > BYTES:
                break
            batch.append(record)
        return batch

    def _send(self, batch: list[bytes]) -> float:
        """Returns how long to wait before the next request."""
        try:
            body = b'{"records":[' + b",".join(batch) + b"]}"
            answer = self._wire.post("/evidence", body, UPLOAD)
        except GateUnreachable as error:
            return self._wait(str(error), None)
        if answer.status >= 300 and answer.status not in (400, 413, 422):
            return self._wait(str(answer.refused), answer.retry_after)
        if answer.status >= 300 and len(batch) > 1:
            # One wrong record refuses the whole request: the others go without it.
            self._most = len(batch) // 2
            return 0
        with self._changed:
            for _ in batch:
                self._bytes -= len(self._waiting.popleft())
            self.sent += len(batch) if answer.status < 300 else 0
            self.refused += 0 if answer.status < 300 else 1
            self.trouble = None
            self._changed.notify_all()
        self._most, self._pause = min(RECORDS, self._most * 2), 0.1
        if answer.status >= 300:
            logging.getLogger("cordon").error("A record is lost: %s", answer.refused)
        self._answered()
        return 0

    def _wait(self, trouble: str, retry_after: float | None) -> float:
        self.trouble = trouble
        pause = self._pause * random.uniform(0.5, 1)
        self._pause = min(2.0, self._pause * 2)
        return pause if retry_after is None else min(300.0, retry_after)


class Cordon:
    """One workflow's way to Cordon."""

    server = workflow = ""

    def __init__(
        self,
        server: str | None = None,
        *,
        token: str | None = None, token_file: str | Path | None = None,
        workflow: str | None = None, timeout: float = 2.0, on_failure: OnFailure = "closed",
        on_open: Callable[[str], None] | None = None, point: str | None = None,
        queue_limit: int = 10_000, on_full: Literal["raise", "drop"] = "raise",
        allow_insecure_http: bool = False,
    ) -> None:  # fmt: skip
        """What is not said comes from `CORDON_SERVER`, `CORDON_TOKEN_FILE`, `CORDON_WORKFLOW`.

        `timeout` is how many seconds the server may take to be reached, and then to answer.
        `on_failure` holds until the first allow has told the workflow's own setting.
        """
        token = None if token is None else _Token(token.strip())
        if token is not None and token_file is not None:
            raise ValueError("say token or token_file, not both")
        if token is None:
            file = Path(token_file or _setting("CORDON_TOKEN_FILE"))
            token = _Token(file.read_text().strip())
        self.server = server or _setting("CORDON_SERVER")
        self.workflow = workflow or _setting("CORDON_WORKFLOW")
        self.point = (point or f"python:{socket.gethostname()}")[:120]
        self._wire = _Wire(self.server, token, timeout, allow_insecure_http)
        self._terms = (queue_limit, on_full == "drop")
        self._known = _Known(self.workflow, on_failure)
        self._on_open = on_open
        self.opened = 0
        self._follower: _Follower | None = None
        self._begin()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        """Makes what a process must not share with the one that it was forked from.

        A fork takes no thread along, and two that read from one connection would read each
        other's decisions.
        """
        self._lock = threading.Lock()
        self._wire.idle = deque(maxlen=8)
        self._passed: dict[str, Any] = {}
        self.evidence = Evidence(self._wire, *self._terms, self._is_back)
        follower, self._follower = self._follower, None
        if follower:
            self.follow()
        atexit.register(self.close)

    def __repr__(self) -> str:
        return f"<Cordon of {self.workflow or 'no workflow'} at {self.server or 'no server'}>"

    def __enter__(self) -> Cordon:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self, timeout: float = 5.0) -> bool:
        """Sends what waits and ends the threads; whether all of the evidence is durable."""
        atexit.unregister(self.close)
        self._is_back()
        is_done = self.evidence.flush(timeout)
        self.evidence.close()
        if self._follower is not None:
            self._follower.close()
            self._follower = None
        return is_done

    # The gate

    def guard(
        self,
        action: Action,
        *,
        tool: str | None = None, arguments: ArgumentsOf = None,
        target: Target | None = None, run: str | None = None, record: str | None = None,
        user: str | None = None, diff: str | None = None, wait: float = 0,
    ) -> Guard:  # fmt: skip
        """Asks before a `with` block is entered, or before each call of what it decorates.

        For a decorator, `arguments` may be a function of what the decorated one is called with.
        Where a person has to approve it, they see `diff`, the login `user` does not count as one,
        and `ApprovalRequired` is raised unless they have approved it within `wait` seconds.
        """
        said = {"action": action, "tool": tool, "target": target, "run": run, "record": record}
        said.update(point=self.point, user=user, diff=diff)
        return Guard(self, {name: each for name, each in said.items() if each}, arguments, wait)

    def follow(self) -> None:
        """Hears of stops as they happen, on a thread that reconnects until `close()`."""
        if self._follower is None:
            self._follower = _Follower(self._wire, self.workflow, self.point, self._learn)

    @property
    def is_following(self) -> bool:
        """Whether the stream is connected and has told of this workflow."""
        return self._follower is not None and self._follower.is_live

    def _learn(self, state: dict[str, Any]) -> bool:
        self._is_back()
        with self._lock:
            return self._known.learn(state)

    @property
    def _gate(self) -> str:
        return f"/workflows/{quote(self.workflow, safe='')}/gate"

    def _decide(self, question: _Question, wait: float = 0, is_approved: bool = False) -> bool:
        """Returns when the workflow may do it, and raises otherwise.

        What it returns is whether people have allowed it, for this once.
        """
        until = _now() + wait
        while True:
            # A stop that lands meanwhile is answered at once, so a wait may be long.
            left = min(HELD, math.ceil(max(0.0, until - _now())))
            try:
                return self._ask(question, left, is_approved)
            except ApprovalRequired as required:
                if left == 0 or required.arguments is not None or not required.id:
                    raise
            # The server may hold as many as it can already.
            time.sleep(min(1.0, max(0.0, until - _now())))

    def _ask(self, question: _Question, wait: int, is_approved: bool) -> bool:
        with self._lock:
            asked_at = _now()
            if self._known.leases.get(question.body, asked_at) > asked_at:
                return False
        # What people have allowed for this once would be asked of them once more.
        query = "?ask=0" if is_approved else f"?wait={wait}" if wait else ""
        try:
            answer = self._wire.post(self._gate + query, question.body, self._wire.timeout + wait)
        except GateUnreachable as error:
            return self._go_on_without(question, str(error))
        if answer.status >= 500:
            return self._go_on_without(question, str(answer.refused))
        if answer.status != 200:
            raise answer.refused
        if "decision" not in answer.said:
            return self._go_on_without(question, "what answered is not Cordon")
        self._is_back()
        if is_approved and answer.said["decision"] == "approval":
            return True
        with self._lock:
            refusal = self._known.take(question, answer.said, asked_at)
        _raise(refusal)
        return "approval" in answer.said

    def _go_on_without(self, question: _Question, reason: str) -> bool:
        with self._lock:
            objection = self._known.objection(question)
            is_open = self._known.on_failure == "open"
        # A stop that is known of holds, whoever cannot be reached.
        _raise(objection)
        if not is_open:
            raise GateUnreachable(f"{self.workflow} may not go on: {reason}")
        this = {"at": _rfc3339(), "action": question.tool or question.action, "reason": reason}
        with self._lock:
            self.opened += 1
            count = self._passed.get("count", 0) + 1
            self._passed = {"first": this, **self._passed, "last": this, "count": count}
        if self._on_open:
            self._on_open(reason)
        else:
            warnings.warn(f"{self.workflow} goes on: {reason}", RuntimeWarning, stacklevel=6)
        return False

    def _recheck(self, question: _Question, is_approved: bool) -> None:
        with self._lock:
            objection = self._known.objection(question)
        _raise(objection)
        if not self.is_following:
            self._decide(question, is_approved=is_approved)

    def _is_back(self) -> None:
        """What the workflow did while nobody could be asked is evidence, too."""
        with self._lock:
            passed, self._passed = self._passed, {}
        if passed:
            text = f"{passed['count']} times the workflow went on without the gate's answer."
            said = {"workflow": self.workflow, "kind": "note", "actor": self.point}
            with contextlib.suppress(CordonError):
                self.evidence.add({**said, "note": {"text": text, "went_on_without_gate": passed}}, None, anyway=True)

    # Evidence

    def record(
        self,
        kind: Kind,
        *,
        input: Any = None, output: Any = None, system: Any = None, retrieved: Any = None,
        tools: Any = None, parameters: Any = None, approval: Any = None, delivery: Any = None,
        change: Any = None, note: Any = None, attributes: Any = None,
        model: str | None = None, actor: str | None = None, target: str | None = None,
        session: str | None = None, trace: str | None = None, span: str | None = None,
        status: str | None = None, tokens_in: int | None = None,
        tokens_out: int | None = None, at: datetime | None = None,
        ended_at: datetime | None = None, key: str | None = None,
    ) -> None:  # fmt: skip
        """Keeps what happened, as it is now; it is sent in the background.

        Content is any JSON. `at` is now, except with a `key`: then the same record may come from
        another run as well, so it has no time but one that is said.
        """
        said = {name: each for name, each in locals().items() if each is not None}
        del said["self"]
        said.pop("key", None)
        if at or not key:
            said["at"] = _rfc3339(at)
        if ended_at:
            said["ended_at"] = _rfc3339(ended_at)
        self.evidence.add({**said, "workflow": self.workflow}, key)

    def flush(self, timeout: float = 10.0) -> bool:
        """Waits until no record waits to be sent; whether that came about in time."""
        return self.evidence.flush(timeout)

    # Incidents

    def report(
        self,
        what: str,
        *,
        left_company: Literal["yes", "no", "unknown"] = "unknown", stop: bool = False,
        contact: str | None = None, discovered: str | None = None,
    ) -> Report:  # fmt: skip
        """Reports that something went wrong; with `stop`, the workflow stops at once."""
        said = {"workflow": self.workflow, "what": what, "left_company": left_company, "stop": stop}
        said.update({"contact": contact} if contact else {})
        said.update({"discovered": discovered} if discovered else {})
        answer = self._wire.post("/reports", json.dumps(said).encode(), key=uuid.uuid4().hex)
        if answer.status >= 500:
            raise GateUnreachable(str(answer.refused))
        if answer.status != 201:
            raise answer.refused
        if stop:
            with self._lock:
                self._known.leases.clear()
        told = map(answer.said["receipt"].get, Receipt.__dataclass_fields__)
        containment = answer.said.get("containment") or {}
        return Report(answer.said["incident"], Receipt(*told), containment.get("state"))


class Guard:
    """One question to the gate, asked anew each time."""

    def __init__(
        self, cordon: Cordon, said: dict[str, Any], arguments: ArgumentsOf, wait: float
    ) -> None:
        self._cordon, self._said, self._arguments, self._wait = cordon, said, arguments, wait

    def __enter__(self) -> Entry:
        if callable(self._arguments):
            raise TypeError("a with block knows its arguments: say them as they are")
        return self._entered(self._arguments)

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, function: Function) -> Function:
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError("a generator runs later than it is called: ask in a with block inside")

        def ask(*args: Any, **kwargs: Any) -> None:
            given = self._arguments
            self._entered(given(*args, **kwargs) if callable(given) else given)

        @functools.wraps(function)
        async def asks_and_awaits(*args: Any, **kwargs: Any) -> Any:
            await asyncio.to_thread(ask, *args, **kwargs)
            return await function(*args, **kwargs)

        @functools.wraps(function)
        def asks(*args: Any, **kwargs: Any) -> Any:
            ask(*args, **kwargs)
            return function(*args, **kwargs)

        return cast(Function, asks_and_awaits if inspect.iscoroutinefunction(function) else asks)

    def _entered(self, arguments: Arguments | None) -> Entry:
        said = self._said if arguments is None else {**self._said, "arguments": dict(arguments)}
        body = json.dumps(said, allow_nan=False, sort_keys=True).encode()
        question = _Question(said["action"], said.get("tool"), said.get("target"), body)
        return Entry(self._cordon, question, self._cordon._decide(question, self._wait))


class Entry:
    """The gate let something pass that may take a while."""

    def __init__(self, cordon: Cordon, question: _Question, is_approved: bool) -> None:
        self._cordon, self._question, self._is_approved = cordon, question, is_approved

    def check(self) -> None:
        """Raises if a stop has come meanwhile, or if it may not be done any longer.

        While the stream is followed it knows without asking; otherwise it asks the gate again.
        """
        self._cordon._recheck(self._question, self._is_approved)


def _raise(refusal: NotAllowed | None) -> None:
    if refusal is not None:
        # One that is remembered would drag the traceback of its first time along.
        raise copy.copy(refusal)


def _setting(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ValueError(f"{name} is not set, and nothing else says it")
    return value


def _rfc3339(moment: datetime | None = None) -> str:
    moment = (moment or datetime.now(timezone.utc)).astimezone(timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
