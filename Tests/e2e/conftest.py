"""What the tests share: the binary, servers on both engines, and a world that is set up once."""

import os
import secrets
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server import Server
from world import World

ENGINES = ["sqlite", "postgres"]
MakeServer = Callable[..., Server]


@pytest.fixture(scope="session")
def binary() -> str:
    """The program under test."""
    named = os.environ.get("CORDON_BINARY")
    place = Path(named) if named else Path(__file__).parents[2] / ".build/debug/cordon"
    if not place.exists():
        pytest.fail(f"there is no {place}: build it, or name another in CORDON_BINARY")
    return str(place.resolve())


def new_database(engine: str) -> str | None:
    """A database of its own for one server; nothing for the embedded engine."""
    if engine == "sqlite":
        return None
    url = os.environ.get("CORDON_TEST_POSTGRES")
    if not url:
        pytest.skip("CORDON_TEST_POSTGRES names no PostgreSQL")
    name = f"e2e_{secrets.token_hex(6)}"
    subprocess.run(
        ["psql", "--quiet", "--no-psqlrc", url, "--command", f"CREATE DATABASE {name}"],
        check=True,
        timeout=60,
    )
    return url.rsplit("/", 1)[0] + "/" + name


@pytest.fixture
def make_server(binary: str, tmp_path: Path) -> Iterator[MakeServer]:
    """Makes servers that are ended with the test, each with its own data directory."""
    made: list[Server] = []

    def make(engine: str = "sqlite", data: Path | None = None, **environment: str) -> Server:
        place = data or tmp_path / f"data{len(made)}"
        made.append(Server(binary, place, new_database(engine), **environment))
        return made[-1]

    yield make
    for server in made:
        server.kill()


@pytest.fixture(params=ENGINES)
def server(request: pytest.FixtureRequest, make_server: MakeServer) -> Server:
    """A fresh server, once on each engine."""
    return make_server(request.param).start()


@pytest.fixture(scope="session", params=ENGINES)
def shared(
    request: pytest.FixtureRequest, binary: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A world for tests that leave others alone: set up once on each engine."""
    data = tmp_path_factory.mktemp(request.param) / "data"
    server = Server(binary, data, new_database(request.param))
    try:
        world = World.set_up(server.start())
        world.in_production()
        yield world
    finally:
        server.kill()
