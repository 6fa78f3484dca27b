"""A server between workflows and two providers that say what a test tells them to."""

import itertools
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from api import Answer, Api
from conftest import ENGINES, new_database
from gateway_upstream import Fields, Upstream
from gateway_wire import Line, Reply
from server import Server
from waiting import until
from world import DESCRIPTION, PASSWORD, World, at

OPENAI_KEY = "sk-the-provider-knows-this-one"
ANTHROPIC_KEY = "sk-ant-the-other-knows-this-one"
CHAT = "/openai/v1/chat/completions"
MESSAGES = "/anthropic/v1/messages"
Record = dict[str, Any]
TOKENS_EACH = 90

SETTINGS = """\
{first}
outbound_allow = ["127.0.0.1"]

[upstreams.openai-main]
front = "openai"
url = "{openai}/v1"
key_file = "{folder}/openai.key"
idle_seconds = {idle}

[upstreams.anthropic-main]
front = "anthropic"
url = "{anthropic}"
key_env = "THE_ANTHROPIC_KEY"
idle_seconds = {idle}
{more}
"""


@dataclass
class Flow:
    """A workflow with a key of its own for the gateway."""

    house: "House"
    key: str
    token: str

    @property
    def url(self) -> str:
        return self.house.server.url

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def openai(self, **more: Any) -> openai.OpenAI:
        """The official client as a workflow has it, but for address and key."""
        return openai.OpenAI(base_url=f"{self.url}/openai/v1", api_key=self.token, **more)

    def anthropic(self, **more: Any) -> anthropic.Anthropic:
        return anthropic.Anthropic(base_url=f"{self.url}/anthropic", api_key=self.token, **more)

    def line(self, timeout: float = 30) -> Line:
        return Line(self.url, timeout)

    def fields(self, *more: tuple[str, str]) -> Fields:
        named = [("authorization", f"Bearer {self.token}"), ("content-type", "application/json")]
        return [(name, value) for name, value in named if name not in dict(more)] + list(more)

    def ask(
        self, target: str, body: bytes | None, *fields: tuple[str, str], method: str = "POST"
    ) -> Reply:
        """One request with exactly these bytes, over a connection of its own."""
        with self.line() as line:
            return line.ask(method, target, self.fields(*fields), body).reply(method)

    def stop(self, reason: str = "Wrong.", **scope: Any) -> Answer:
        body: dict[str, Any] = {"reason": reason} | ({"scope": scope} if scope else {})
        return self.house.world.ana.post(f"workflows/{self.key}/stop", body).done(201)

    def listed(self, **query: Any) -> list[Record]:
        return self.house.reader.every("evidence", workflow=self.key, **query)

    def listed_once(self, count: int, kind: str | None, seconds: float = 20) -> list[Record]:
        """What a list shows of the workflow's records, once there are so many."""
        query = {"kind": kind} if kind else {}

        def there() -> list[Record]:
            found = self.listed(**query)
            return found if len(found) >= count else []

        return until(f"{self.key} has {count} records", there, seconds)

    def records(self, count: int, kind: str | None = "model_exchange") -> list[Record]:
        """The workflow's records, oldest first, once there are so many; more are wrong."""
        found = self.listed_once(count, kind)
        assert len(found) == count, [(item["kind"], item.get("status")) for item in found]
        return [self.house.whole(item) for item in sorted(found, key=lambda item: item["index"])]

    def records_ended(self, count: int) -> list[Record]:
        """Those of calls that are over: that a call has begun may be on record before."""

        def there() -> list[Record]:
            found = [item for item in self.listed() if item.get("status") != "begun"]
            return found if len(found) >= count else []

        found = until(f"{count} calls of {self.key} are over", there)
        assert len(found) == count, [(item["kind"], item.get("status")) for item in found]
        return [self.house.whole(item) for item in sorted(found, key=lambda item: item["index"])]

    def record(self, kind: str | None = "model_exchange") -> Record:
        return self.records(1, kind)[0]

    def target(self, name: str) -> dict[str, Any]:
        """One target of the newest stop."""
        shown = self.house.world.ana.get(f"workflows/{self.key}").done(200)
        targets = shown["containments"][-1]["targets"]
        (found,) = [target for target in targets if target["name"] == name]
        return dict(found)

    def incidents(self) -> list[dict[str, Any]]:
        return self.house.reader.every("incidents", workflow=self.key)


@dataclass
class House:
    """The server, those who work with it, and the providers behind it."""

    server: Server
    world: World
    openai: Upstream
    anthropic: Upstream
    reader: Api
    numbers: Iterator[int] = field(default_factory=itertools.count)
    keepers: list[Api] = field(default_factory=list)
    made: int = 0

    def flow(
        self,
        stem: str,
        tools: list[dict[str, Any]] | None = None,
        gateway: dict[str, Any] | None = None,
        **authority: Any,
    ) -> Flow:
        """A running workflow that nobody has used before, and that may call these tools."""
        key = f"{stem}-{next(self.numbers)}"
        may = {"mode": "act", "tools": tools or []} | authority
        terms = {"gateway": gateway} if gateway else {}
        self.world.register(key, **DESCRIPTION | {"authority": may} | terms)
        soon = {"override": {"reason": "A trial.", "expires_at": at(days=-7)}}
        self.world.gus.post(f"workflows/{key}/production", soon).done(200)
        return Flow(self, key, self.token(key))

    def token(self, workflow: str | None, *scopes: str) -> str:
        asked: dict[str, Any] = {"name": f"key {next(self.numbers)}"}
        asked["scopes"] = list(scopes or ["gateway"])
        if workflow:
            asked["workflow"] = workflow
        token: str = self.keeper().post("tokens", asked).done(201)["token"]
        return token

    def keeper(self) -> Api:
        """Who makes the next token: an account has a hundred at most."""
        if self.made % TOKENS_EACH == 0:
            login = f"keeper{len(self.keepers)}"
            person = {"login": login, "name": login, "password": PASSWORD}
            self.world.admin.post("users", person | {"grants": ["administrator"]}).done(201)
            self.keepers.append(self.world.signed_in(login))
        self.made += 1
        return self.keepers[-1]

    def whole(self, item: Record) -> Record:
        read: Record = self.reader.get(f"evidence/{item['id']}").done(200).json
        return {**item, **read}

    def restarted(self, address: str = "127.0.0.1:0") -> "House":
        self.server.start(address)
        self.world.reached_again()
        for caller in [self.reader, *self.keepers]:
            caller.url = self.server.url
        return self

    @property
    def memory(self) -> int:
        """Megabytes of memory that the server has now."""
        assert self.server.process
        status = Path(f"/proc/{self.server.process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) >> 10

    @property
    def is_up(self) -> bool:
        assert self.server.process
        return self.server.process.poll() is None


@contextmanager
def house(
    binary: str,
    folder: Path,
    engine: str = "sqlite",
    data: Path | None = None,
    more: str = "",
    idle: int = 600,
    first: str = "",
) -> Iterator[House]:
    """`first` and `more` are settings around the usual ones, `idle` the seconds of a provider's silence."""
    with ExitStack() as stack:
        ours, theirs = stack.enter_context(Upstream()), stack.enter_context(Upstream())
        (folder / "openai.key").write_text(OPENAI_KEY + "\n")
        settings = folder / "cordon.toml"
        places = {"openai": ours.url, "anthropic": theirs.url, "folder": folder}
        settings.write_text(SETTINGS.format(**places, first=first, more=more.format(**places), idle=idle))
        server = Server(
            binary,
            data or folder / "data",
            new_database(engine),
            CORDON_CONFIG=str(settings),
            THE_ANTHROPIC_KEY=ANTHROPIC_KEY,
        )
        stack.callback(server.kill)
        world = World.set_up(server.start(), "ana", "ben", "gus", "uma")
        yield House(server, world, ours, theirs, world.uma)


@pytest.fixture(scope="module")
def home(binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """What passes through it does not depend on the database, so one engine is enough."""
    with house(binary, tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture(scope="module", params=ENGINES)
def either(
    request: pytest.FixtureRequest, binary: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """For what is kept or stopped: once on each engine."""
    with house(binary, tmp_path_factory.mktemp("either"), request.param) as made:
        yield made


def asks(said: str = "What did Birch say?", **more: Any) -> bytes:
    """A request for a chat or a message, as bytes."""
    body: dict[str, Any] = {"model": "gpt-4o-mini", "max_tokens": 64}
    body["messages"] = [{"role": "user", "content": said}]
    return json.dumps(body | more, ensure_ascii=False).encode()


def attributes(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = record["groups"]["attributes"]
    return found
