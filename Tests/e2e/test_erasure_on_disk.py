"""What was erased is nowhere on the disk, and what is on hold cannot be erased."""

import base64
import json
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from api import Answer, Api
from conftest import ENGINES, MakeServer
from evidence_campaign import READER, seed, sender_token, times
from evidence_check import check_log, check_offline, check_proof
from evidence_sender import Acknowledged, Batch, Connection, Evidence, Record
from leftovers import leftovers, unique_words
from server import Server
from strace import CALLS, Point, failing, watched
from waiting import until
from world import World, at

# Who places holds and proposes, and who is the second person.
FIRST = "lena"
SECOND = "omar"
KEPT = "kept-drafts"
BASIS = "GDPR article 17(1)(b)"


class Planted(Evidence):
    """Records that name somebody in every place where a name may be."""

    def __init__(self, workflow: str, words: list[str]) -> None:
        self.workflow = workflow
        self.named = f"{words[0]}-{words[1]}’s {words[2]}" if words else "nobody"

    def line(self, batch: Batch, index: int) -> dict[str, Any]:
        line = super().line(batch, index) | {"workflow": self.workflow}
        record = batch.records[index]
        named = self.named
        line["input"] = {
            "messages": [{"role": "user", "content": f"Write to {named}. {record.mark}"}]
        }
        line["output"] = [
            {"role": "assistant", "content": record.texts["output"] + f"\nDear {named},"}
        ]
        line["tools"] = [{"name": "look_up", "arguments": {"who": named, "by": [named.upper()]}}]
        line["attributes"] |= {"about": named, "file": f"notes/{named}.txt"}
        return line | {"target": named, "actor": named, "session": f"{record.mark} {named}"}


@dataclass
class Desk:
    """People who capture, hold and erase on one server."""

    server: Server
    world: World
    token: str
    numbers: int = 0

    @classmethod
    def set_up(cls, server: Server) -> "Desk":
        world = World.set_up(server, READER, FIRST, SECOND)
        world.acting(KEPT)
        return cls(server, world, sender_token(world, Evidence.scope))

    @property
    def first(self) -> Api:
        return self.world.people[FIRST]

    @property
    def second(self) -> Api:
        return self.world.people[SECOND]

    @property
    def reader(self) -> Api:
        return self.world.people[READER]

    def restarts(self) -> None:
        self.server.start()
        self.world.reached_again()

    def sends(self, workflow: str, size: int, words: list[str]) -> list[Acknowledged]:
        wire = Planted(workflow, words)
        self.numbers += 1
        batch = Batch("erasure", "desk", self.numbers, size)
        connection = Connection(self.server.url, self.token)
        response, answer = connection.post(wire, wire.body(batch))
        connection.close()
        assert response.status == 201, answer
        return wire.acknowledged(batch, answer)

    def wait_until_indexed(self) -> None:
        def all_are() -> bool:
            counted = self.reader.get("evidence/count").done(200)
            return bool(counted["indexed"] == counted["records"])

        until("every record is indexed", all_are, 60)

    def found(self, word: str) -> list[str]:
        return [item["id"] for item in self.reader.every("evidence", q=word)]

    def state(self, id: str) -> str:
        state: str = self.reader.get(f"evidence/{id}").done(200)["state"]
        return state

    def holds(self, workflow: str, **window: str) -> str:
        body = {"workflow": workflow, "from": at(days=1), "reason": "A claim."} | window
        made: str = self.first.post("holds", body).done(201)["id"]
        return made

    def release(self, who: Api, hold: str) -> Answer:
        return who.post(f"holds/{hold}/release", {"reason": "The claim is settled."})

    def proposes(self, ids: list[str]) -> Answer:
        body = {"records": ids, "basis": BASIS, "reason": "The person asked for it."}
        return self.first.post("evidence/erasures", body)

    def approves(self, erasure: str) -> Answer:
        return self.second.post(f"evidence/erasures/{erasure}/approve")

    def erases(self, ids: list[str]) -> Answer:
        """The answer that refused it, or the one that says it is done."""
        proposed = self.proposes(ids)
        return proposed if proposed.status >= 300 else self.approves(proposed["id"])

    def wait_until_gone(self, words: list[str]) -> None:
        def nothing_is_left() -> bool:
            self.left = leftovers(self.server.data, words)
            return not self.left

        try:
            until("it is gone", nothing_is_left, 30)
        except AssertionError:
            raise AssertionError(f"still there: {self.left}") from None

    left: list[str] = field(default_factory=list)


def test_whatIsPlantedIsFoundInEveryForm(tmp_path: Path) -> None:
    words = unique_words(random.Random(1), 3)
    text = f"{words[0]}-{words[1]}’s {words[2]}"
    assert leftovers(tmp_path, words) == []
    written: dict[str, Callable[[], bytes]] = {
        "plain": text.encode,
        "folded": lambda: " ".join(words).lower().encode(),
        "utf16": lambda: text.encode("utf-16"),
        "base64-0": lambda: base64.b64encode(text.encode()),
        "base64-1": lambda: base64.b64encode(b"a" + text.encode()),
        "base64-2": lambda: base64.b64encode(b"ab" + text.encode()),
        "end": lambda: words[0][4:].encode(),
    }
    for name, content in written.items():
        (tmp_path / name).write_bytes(b"\0" * 100 + content() + b"\0" * 100)
    database = sqlite3.connect(tmp_path / "fts", isolation_level=None)
    database.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
    database.execute("INSERT INTO words VALUES (?)", (text,))
    # Rows that are deleted stay in the file: this is what an erasure must not leave it at.
    database.execute("DELETE FROM words")
    database.close()
    found = {line.partition(":")[0] for line in leftovers(tmp_path, words)}
    assert found == {*written, "fts"}


@pytest.mark.parametrize("engine", ENGINES)
def test_anErasedRecordIsNowhereOnTheDisk(engine: str, make_server: MakeServer) -> None:
    desk = Desk.set_up(make_server(engine).start())
    words = unique_words(random.Random(seed()), 3)
    others = desk.sends(KEPT, 16, [])
    named = desk.sends(KEPT, 4, words)
    others += desk.sends(KEPT, 16, [])
    desk.wait_until_indexed()
    ids = [each.id for each in named if each.id]
    assert set(desk.found(words[2])) == set(ids)

    proposed = desk.proposes(ids).done(201)
    assert (proposed["state"], proposed["records"]) == ("proposed", 4)
    desk.first.post(f"evidence/erasures/{proposed['id']}/approve").refused(
        "second-person-required", 409
    )
    assert {desk.state(id) for id in ids} == {"kept"}
    desk.approves(proposed["id"]).done()
    is_erased(desk, named, words)
    still_reads(desk, others)

    desk.server.kill()
    if engine == "sqlite":
        assert leftovers(desk.server.data, words) == []
    check_offline(desk.server)
    desk.restarts()
    is_erased(desk, named, words)
    still_reads(desk, others)
    assert desk.server.stop() == 0
    assert leftovers(desk.server.data, words) == []
    assert not any(word.lower() in desk.server.log.lower() for word in words), "in what it printed"


def is_erased(desk: Desk, erased: list[Acknowledged], words: list[str]) -> None:
    desk.wait_until_gone(words)
    assert [desk.found(word) for word in words] == [[], [], []]
    for each in erased:
        shown = desk.reader.get(f"evidence/{each.id}").done(200)
        assert shown["state"] == "erased"
        assert not any(word.lower() in shown.text.lower() for word in words)
        assert each.index is not None
        check_proof(desk.reader, each.index)
    check_log(desk.world.admin)


def still_reads(desk: Desk, others: list[Acknowledged]) -> None:
    for each in others[::5]:
        text = desk.reader.get(f"evidence/{each.id}").done(200).text
        assert json.dumps(Record(each.mark).texts["output"])[1:-1] in text


def test_aPersonWhoIsErasedByNameIsNowhereOnTheDisk(make_server: MakeServer) -> None:
    desk = Desk.set_up(make_server("sqlite").start())
    words = unique_words(random.Random(seed()), 3)
    named = desk.sends(KEPT, 3, words)
    others = desk.sends(KEPT, 8, [])
    desk.wait_until_indexed()
    body = {"person": f"{words[0]} {words[1]}", "basis": BASIS, "reason": "They asked for it."}
    proposed = desk.first.post("evidence/erasures", body).done(201)
    assert proposed["records"] == len(named)
    desk.approves(proposed["id"]).done()
    # Not even the request to forget somebody keeps the name.
    is_erased(desk, named, words)
    still_reads(desk, others)


@pytest.mark.torture
def test_anErasureThatIsCutOffIsFinished(make_server: MakeServer, tmp_path: Path) -> None:
    words = unique_words(random.Random(seed()), 3)
    points = approval_cut_at(make_server, tmp_path / "counted", words, None)
    assert points, "an erasure writes nothing?"
    for number, point in enumerate(points):
        approval_cut_at(make_server, tmp_path / f"cut{number}", words, point)


def approval_cut_at(
    make_server: MakeServer, place: Path, words: list[str], point: Point | None
) -> list[Point]:
    """Cuts the server off at one request of an approval, or counts them all."""
    place.mkdir()
    desk = Desk.set_up(make_server("sqlite", place / "data").start())
    named = desk.sends(KEPT, 4, words)
    desk.wait_until_indexed()
    erasure = desk.proposes([each.id for each in named if each.id]).done(201)["id"]
    assert desk.server.process
    data = desk.server.data
    options = failing(point, data, "signal=KILL") if point else ["-e", f"trace={','.join(CALLS)}"]
    with watched(desk.server.process.pid, place / "strace", *options) as seen:
        try:
            desk.approves(erasure).done()
            desk.wait_until_gone(words)
        except OSError:
            # The connection broke: the server is dying.
            desk.server.process.wait(30)
        points = seen.points(data)
    desk.server.kill()
    check_offline(desk.server)
    desk.restarts()
    if desk.state(named[0].id or "") == "kept":
        desk.approves(erasure).done()
    is_erased(desk, named, words)
    desk.server.kill()
    check_offline(desk.server)
    return points


@pytest.mark.parametrize("engine", ENGINES)
def test_evidenceOnHoldIsNotErased(engine: str, make_server: MakeServer) -> None:
    desk = Desk.set_up(make_server(engine).start())
    ids = [each.id for each in desk.sends(KEPT, 2, []) if each.id]
    early = desk.proposes(ids).done(201)["id"]
    hold = desk.holds(KEPT)
    # Also one that was proposed before there was a hold.
    asks: list[Callable[[], Answer]] = [lambda: desk.approves(early), lambda: desk.erases(ids)]
    for ask in asks:
        before = len(desk.world.admin.every("journal"))
        refused = ask().refused("on-hold", 409)
        assert hold in json.dumps(refused["blockers"])
        noted = desk.world.admin.every("journal")[before:]
        assert any(hold in json.dumps(item) for item in noted), "the refusal is not in the journal"
        assert {desk.state(id) for id in ids} == {"kept"}
    is_released_by_two(desk, hold, ids)
    desk.erases(ids).done()
    assert {desk.state(id) for id in ids} == {"erased"}
    desk.server.kill()
    check_offline(desk.server)


def is_released_by_two(desk: Desk, hold: str, ids: list[str]) -> None:
    place = f"holds/{hold}/release"
    desk.first.post(place, {}).refused("invalid-input", 400)
    desk.first.post(place, {"reason": " "}).refused("invalid-input", 400)
    desk.release(desk.first, hold).done()
    desk.erases(ids).refused("on-hold", 409)
    desk.release(desk.first, hold).refused("second-person-required", 409)
    desk.erases(ids).refused("on-hold", 409)
    desk.release(desk.second, hold).done()


def test_retentionPassesOverWhatIsHeld(make_server: MakeServer) -> None:
    desk = Desk.set_up(make_server("sqlite").start())
    for key in ("held-drafts", "free-drafts"):
        desk.world.acting(key, retention="standard")
    held = desk.sends("held-drafts", 3, [])
    free = desk.sends("free-drafts", 3, [])
    desk.holds("held-drafts", **{"from": at(days=9_000)})
    desk.server.stop()
    age(desk.server.data / "cordon.sqlite", days=4_000)
    desk.restarts()
    desk.second.post("retention/run").done()
    database = sqlite3.connect(desk.server.data / "cordon.sqlite")
    bodies = {row[0] for row in database.execute("SELECT idx FROM evidence_body")}
    database.close()
    assert {each.index for each in held} <= bodies, "what is on hold has expired"
    assert not {each.index for each in free} & bodies, "nothing has expired"
    check_log(desk.world.admin)


def age(file: Path, days: int) -> None:
    """Nobody can wait for years, so the stored times are moved."""
    database = sqlite3.connect(file, isolation_level=None)
    triggers = database.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'evidence'"
    ).fetchall()
    for name, _ in triggers:
        database.execute(f"DROP TRIGGER {name}")
    back = days * 86_400_000
    database.execute(
        "UPDATE evidence SET at_ms = at_ms - ?, received_ms = received_ms - ?", (back, back)
    )
    for _, text in triggers:
        database.execute(text)
    database.close()


class Interleaving:
    """Holds, releases, erasures and retention in any order, beside a model of what they mean."""

    def __init__(self, desk: Desk, chance: random.Random) -> None:
        self.desk = desk
        self.chance = chance
        self.workflows = [f"drafts-{number}" for number in range(4)]
        self.records: dict[str, tuple[str, Acknowledged]] = {}
        self.erased: set[str] = set()
        # The workflow of each hold, and whether its release was proposed.
        self.holds: dict[str, str] = {}
        self.proposed: set[str] = set()
        # What has been proposed for erasure, and awaits the second person.
        self.waiting: list[tuple[str, list[str]]] = []
        for workflow in self.workflows:
            desk.world.acting(workflow)
            self.send(workflow)

    def step(self) -> str:
        act = self.chance.choice(
            [
                self.hold, self.hold_elsewhere, self.propose_release, self.confirm_release,
                self.confirm_release, self.erase, self.erase, self.erase, self.propose_erasure,
                self.approve_erasure, self.retain, self.send,
            ]
        )  # fmt: skip
        act()
        self.check()
        return act.__name__

    def is_held(self, id: str) -> bool:
        return self.records[id][0] in self.holds.values()

    def held(self) -> list[str]:
        return [id for id in self.records if id not in self.erased and self.is_held(id)]

    def send(self, workflow: str | None = None) -> None:
        workflow = workflow or self.chance.choice(self.workflows)
        for each in self.desk.sends(workflow, self.chance.randint(1, 4), []):
            assert each.id
            self.records[each.id] = (workflow, each)

    def hold(self) -> None:
        workflow = self.chance.choice(self.workflows)
        self.holds[self.desk.holds(workflow)] = workflow

    def hold_elsewhere(self) -> None:
        """A hold on a time when nothing was recorded holds nothing."""
        self.desk.holds(
            self.chance.choice(self.workflows), **{"from": at(days=30), "to": at(days=10)}
        )

    def propose_release(self) -> None:
        if open := sorted(set(self.holds) - self.proposed):
            hold = self.chance.choice(open)
            self.desk.release(self.desk.first, hold).done()
            self.proposed.add(hold)

    def confirm_release(self) -> None:
        if self.proposed:
            hold = self.chance.choice(sorted(self.proposed))
            self.desk.release(self.desk.second, hold).done()
            self.proposed.remove(hold)
            del self.holds[hold]

    def some(self) -> list[str]:
        left = [id for id in self.records if id not in self.erased]
        return self.chance.sample(left, min(len(left), self.chance.randint(1, 2)))

    def erase(self) -> None:
        if ids := self.some():
            self.answered(self.desk.erases(ids), ids)

    def propose_erasure(self) -> None:
        if ids := self.some():
            answer = self.desk.proposes(ids)
            if answer.status == 201:
                self.waiting.append((answer["id"], ids))
            else:
                self.answered(answer, ids)

    def approve_erasure(self) -> None:
        if self.waiting:
            erasure, ids = self.waiting.pop(self.chance.randrange(len(self.waiting)))
            if not self.erased & set(ids):
                self.answered(self.desk.approves(erasure), ids)

    def answered(self, answer: Answer, ids: list[str]) -> None:
        """One that is held keeps the others as well: an erasure is done whole or not."""
        if any(self.is_held(id) for id in ids):
            answer.refused("on-hold", 409)
        else:
            answer.done()
            self.erased |= set(ids)

    def retain(self) -> None:
        self.desk.second.post("retention/run").done()

    def check(self) -> None:
        states = {item["id"]: item["state"] for item in self.desk.reader.every("evidence")}
        gone = [id for id in self.held() if states[id] != "kept"]
        assert not gone, f"on hold and not kept: {gone}"
        assert {id for id in self.erased if states[id] != "erased"} == set()

    def check_content(self) -> None:
        still_reads(self.desk, [self.records[id][1] for id in self.held()])


def interleaves(make_server: MakeServer, engine: str, steps: int) -> None:
    desk = Desk.set_up(make_server(engine).start())
    walk = Interleaving(desk, random.Random(seed()))
    done: list[str] = []
    try:
        for _ in range(steps):
            done.append(walk.step())
        walk.check_content()
    except AssertionError as error:
        raise AssertionError(f"after {done}: {error}") from error
    desk.server.kill()
    check_offline(desk.server)


@pytest.mark.parametrize("engine", ENGINES)
def test_noOrderOfActsLosesWhatIsHeld(engine: str, make_server: MakeServer) -> None:
    interleaves(make_server, engine, 40)


@pytest.mark.torture
@pytest.mark.parametrize("engine", ENGINES)
def test_noLongOrderOfActsLosesWhatIsHeld(engine: str, make_server: MakeServer) -> None:
    for _ in range(times("CORDON_WALKS", 10)):
        interleaves(make_server, engine, 100)
