"""What the tests of hostile peers share: a server that gives up early, and a look at its memory."""

import contextlib
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import gateway_answers as say
from gateway_upstream import plain, stream
from gateway_wire import Reply
from gateway_world import CHAT, Flow, House, asks, house

MIB = 1 << 20
# Megabytes that the server may have at any time: what all calls together may hold is 256, what
# waits to be recorded 96, and a debug build takes a hundred by itself.
MEMORY = 700


@pytest.fixture(scope="module")
def rough(binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Gives up a provider that says nothing for a second."""
    with house(binary, tmp_path_factory.mktemp("rough"), idle=1) as made:
        yield made


@pytest.fixture
def flow(rough: House) -> Flow:
    return rough.flow("rough")


class Memory:
    """The most memory that the server has while the block runs."""

    def __init__(self, home: House) -> None:
        self.home = home
        self.most = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self) -> None:
        while not self.over.wait(0.02):
            with contextlib.suppress(OSError, ValueError, AssertionError):
                self.most = max(self.most, self.home.memory)

    def __enter__(self) -> "Memory":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join(10)
        print(f"at most {self.most} MiB")


def error_of(reply: Reply) -> dict[str, Any]:
    error: dict[str, Any] = json.loads(reply.body)["error"]
    assert error["message"] and error["type"] == error["code"]
    return error


def last_error(body: bytes) -> dict[str, Any]:
    """The error in which a stream ends."""
    error: dict[str, Any] = json.loads(body.rpartition(b"data: ")[2])["error"]
    return error


def goes_on(flow: Flow) -> None:
    """Whatever happened, the next call is served like any other."""
    flow.house.openai.says(plain(say.chat()))
    assert flow.ask(CHAT, asks()).body == say.chat()
    flow.house.openai.says(stream(*say.chat_stream()))
    assert flow.ask(CHAT, asks(stream=True)).body == b"".join(say.chat_stream())
    assert flow.house.is_up
