"""A server that is cut off again and again while it is sent evidence, and what must be left."""

import json
import os
import random
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api import Api
from evidence_check import check_all, check_batch, check_content, check_log, check_offline
from evidence_sender import (
    WORKFLOW,
    Acknowledged,
    Acknowledgements,
    Batch,
    Connection,
    Listed,
    Reports,
    Sender,
    Wire,
)
from server import Server
from waiting import until
from world import World

# Who may read evidence.
READER = "uma"


def sender_token(world: World, scope: str) -> str:
    """What a program sends with; it lives as long as the data does."""
    made = world.admin.post("tokens", {"name": scope, "scopes": [scope]}).done(201)
    return str(made["token"])


def seed() -> int:
    """What decides every choice of a campaign: CORDON_SEED repeats one."""
    named = os.environ.get("CORDON_SEED")
    number = int(named) if named else secrets.randbelow(1_000_000)
    print(f"CORDON_SEED={number} repeats this.")
    return number


def times(variable: str, otherwise: int) -> int:
    return int(os.environ.get(variable, otherwise))


@contextmanager
def elsewhere(otherwise: Path) -> Iterator[Path]:
    """A folder in memory, so that no disk under test holds it; or the one given."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield otherwise
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="cordon-") as folder:
        yield Path(folder)


class Campaign:
    """Senders against one data directory, over all the servers that run on it."""

    def __init__(self, server: Server, wires: list[Wire], file: Path, seed: int, name: str) -> None:
        assert wires, "CORDON_WIRES names none that there is"
        self.wires = wires
        self.kept = Acknowledgements(file)
        self.chance = random.Random(f"{seed} {name}")
        self.name = f"{name}s{seed}"
        self.senders: list[Sender] = []
        # How long the log was when the server was last asked, and nothing was written since.
        self.size: int | None = None
        self.world = World.set_up(server, READER)
        self.world.acting(WORKFLOW)
        scopes = {wire.scope for wire in wires}
        self.tokens = {scope: sender_token(self.world, scope) for scope in sorted(scopes)}

    @property
    def server(self) -> Server:
        return self.world.server

    @property
    def reader(self) -> Api:
        return self.world.people[READER]

    @property
    def has_evidence(self) -> bool:
        return any(not isinstance(wire, Reports) for wire in self.wires)

    def round(self, turn: int) -> str:
        return f"{self.name}r{turn}"

    def moves_to(self, server: Server) -> None:
        """The same people and tokens, on another copy of the data."""
        self.world.server = server
        self.world.reached_again()

    def sends(self, turn: int, connections: int) -> None:
        """Begins a round; wires take turns, so each is in use on some connection."""
        self.size = None
        self.senders = [
            Sender(
                self.server.url, self.tokens[wire.scope], wire, self.kept, self.round(turn),
                f"w{number}",
            )
            for number in range(connections)
            for wire in [self.wires[number % len(self.wires)]]
        ]  # fmt: skip
        for sender in self.senders:
            sender.start()

    def wait_for_answers(self, answers: int) -> None:
        def enough() -> bool:
            assert not self.unexpected, self.unexpected
            return self.kept.answers >= answers

        until(f"{answers} batches are acknowledged", enough, 120)

    @property
    def unexpected(self) -> list[str]:
        return [sender.unexpected for sender in self.senders if sender.unexpected]

    def wait_for_senders(self) -> None:
        """Returns when each has noticed that the server is gone."""
        for sender in self.senders:
            sender.join(90)
            assert not sender.is_alive(), f"{sender.name} waits for ever"
        assert not self.unexpected, self.unexpected

    def check_round(self, turn: int) -> None:
        """After a restart: what this round sent is there, whole, and so are some of before."""
        round = self.round(turn)
        every = self.kept.all()
        for wire in self.wires:
            mine = [each for each in every if each.wire == wire.name]
            kept = check_all(self.reader, wire, mine, round)
            marks = [each.mark for each in mine if each.round == round]
            check_content(self.reader, wire, kept, marks, self.chance)
            self.check_earlier(wire, [each for each in mine if each.round != round])
            for sender in self.senders:
                if sender.wire is wire and sender.unanswered:
                    self.check_unanswered(wire, sender.unanswered, kept)

    def check_earlier(self, wire: Wire, earlier: list[Acknowledged]) -> None:
        by_id = [each for each in earlier if each.id]
        kept = {each.trace: Listed(each.id or "", each.trace) for each in by_id}
        check_content(self.reader, wire, kept, [each.mark for each in by_id], self.chance)

    def check_unanswered(self, wire: Wire, batch: Batch, kept: dict[str, Listed]) -> None:
        """It is there or not; sent once more, it is there once."""
        there = check_batch(batch, kept)
        if wire.name != "evidence":
            return
        connection = Connection(self.server.url, self.tokens[wire.scope])
        response, answer = connection.post(wire, wire.body(batch))
        connection.close()
        assert response.status == 201, answer
        assert json.loads(answer)["duplicates"] == there, f"{there} were there: {answer[:300]!r}"
        again = wire.acknowledged(batch, answer)
        self.kept.append(again)
        for each in again:
            assert not there or kept[each.trace].id == each.id, f"{each} was kept as another"

    def check_everything(self) -> None:
        """Every round, and the log."""
        every = self.kept.all()
        for wire in self.wires:
            check_all(self.reader, wire, every)
        self.size = check_log(self.world.admin, has_tiles=self.has_evidence)

    def check_offline(self) -> None:
        """The server has to be down."""
        check_offline(self.server, self.size)
        self.size = None

    def close(self) -> None:
        self.kept.close()
