"""A log that was set back is noticed by others: witnesses, a head register, timestamps."""

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

import ledger
from conftest import ENGINES, MakeServer
from server import Server, clean_environment
from waiting import until
from witness import Authority, Witness
from world import World

MakeWitness = Callable[..., Witness]


@pytest.fixture
def make_witness(binary: str, tmp_path: Path) -> Iterator[MakeWitness]:
    """Makes running witnesses of a server's log, which end with the test."""
    made: list[Witness] = []

    def make(*keys: str) -> Witness:
        made.append(Witness(binary, tmp_path / f"witness{len(made)}", *keys).start())
        return made[-1]

    yield make
    for witness in made:
        witness.kill()


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    made = Authority(tmp_path / "authority")
    yield made
    made.close()


def key(server: Server) -> str:
    return server.api().get("/ledger/key").done(200).text.strip()


def cosigned(server: Server) -> str | None:
    answer = server.api().get("/ledger/checkpoint", cosigned=1)
    return answer.text if answer.status == 200 else None


def size(note: str | None) -> int:
    return int(note.splitlines()[1]) if note else 0


def newest(server: Server) -> int:
    return size(server.api().get("/ledger/checkpoint").done(200).text)


def cosigned_whole(server: Server) -> str:
    """The newest checkpoint, once every witness has cosigned it."""
    wanted = newest(server)
    until(f"{wanted} entries are cosigned", lambda: size(cosigned(server)) >= wanted, 40)
    note = cosigned(server)
    assert note
    return note


def entries(data: Path) -> int:
    database = sqlite3.connect(f"file:{data}/cordon.sqlite?mode=ro", uri=True)
    try:
        return int(database.execute("SELECT size FROM log_head").fetchone()[0])
    finally:
        database.close()


def refused(server: Server) -> str:
    """What a start says that is refused."""
    ended = server.run(
        "serve", *server.arguments, "--listen", "127.0.0.1:0", **server.environment
    )
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert "listens" not in ended.stdout
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("cordon: "), ended.stderr
    return lines[0]


def grow(world: World, *workflows: str) -> None:
    for workflow in workflows:
        world.register(workflow)


def first_start(server: Server) -> World:
    server.environment["CORDON_PUBLIC_LEDGER"] = "1"
    return World.set_up(server.start(), "ana")


@pytest.mark.parametrize("engine", ENGINES)
def test_aWitnessCosignsAndAnybodyCanVerifyIt(
    engine: str, make_server: MakeServer, make_witness: MakeWitness
) -> None:
    server = make_server(engine)
    world = first_start(server)
    log = key(server)
    server.api().get("/ledger/checkpoint", cosigned=1).refused("not-found", 404)
    server.stop()
    witnesses = [make_witness(log), make_witness(log)]
    for witness in witnesses:
        witness.told_to(server)
    server.start()
    world.reached_again()
    first = cosigned_whole(server)
    grow(world, "one", "two")
    second = cosigned_whole(server)
    assert size(second) > size(first)
    for note in (first, second):
        ledger.opened(note, log)
        for witness in witnesses:
            assert abs(ledger.cosigned(note, witness.key) - time.time()) < 120
    assert server.api().get("/readyz").json["parts"]["publishing"] == "ready"
    metrics = server.api().get("/metrics").text
    for witness in witnesses:
        name = witness.key.split("+")[0]
        assert f'cordon_published_entries{{to="{name}"}} {size(second)}\n' in metrics
        assert f'cordon_publishing_failing{{to="{name}"}} 0\n' in metrics
    # A witness that comes back knows what it cosigned, and the log goes on with it.
    witnesses[0].kill()
    witnesses[0].start()
    grow(world, "three")
    assert size(cosigned_whole(server)) > size(second)
    assert server.stop() == 0


def test_anOlderDirectoryIsRefusedByTheWitness(
    make_server: MakeServer, make_witness: MakeWitness, tmp_path: Path
) -> None:
    server = make_server()
    world = first_start(server)
    log = key(server)
    server.stop()
    witness = make_witness(log)
    witness.told_to(server)
    server.start()
    world.reached_again()
    cosigned_whole(server)
    server.stop()
    older = tmp_path / "older"
    shutil.copytree(server.data, older)
    server.start()
    world.reached_again()
    grow(world, "one", "two")
    published = size(cosigned_whole(server))
    server.stop()
    newer = tmp_path / "newer"
    server.data.rename(newer)

    shutil.copytree(older, server.data)
    before = entries(server.data)
    assert before < published
    said = refused(server)
    assert witness.key.split("+")[0] in said and witness.url in said
    assert f"cosigned {published} entries" in said and f"it has {before}" in said
    assert "docs/operations.md" in said
    assert entries(server.data) == before, "nothing was written"
    assert "set back" in witness.log

    # Nor does it start when all that is left is the key.
    for file in server.data.glob("cordon.sqlite*"):
        file.unlink()
    (server.data / "ledger.key").rename(tmp_path / "ledger.key")
    shutil.rmtree(server.data)
    server.data.mkdir()
    (tmp_path / "ledger.key").rename(server.data / "ledger.key")
    assert "it has 0" in refused(server)

    # The newer one does, and goes on.
    shutil.rmtree(server.data)
    newer.rename(server.data)
    server.start()
    world.reached_again()
    grow(world, "three")
    assert size(cosigned_whole(server)) > published


def test_anotherHistoryIsRefusedByTheWitness(
    make_server: MakeServer, make_witness: MakeWitness, tmp_path: Path
) -> None:
    server = make_server()
    world = first_start(server)
    log = key(server)
    server.stop()
    witness = make_witness(log)
    shutil.copytree(server.data, tmp_path / "copy")
    witness.told_to(server)
    server.start()
    world.reached_again()
    grow(world, "one")
    cosigned_whole(server)
    server.stop()
    # The same log from the copy, without anybody who would notice.
    other = make_server(data=tmp_path / "copy", CORDON_PUBLIC_LEDGER="1").start()
    world.server = other
    world.reached_again()
    grow(world, "two", "three", "four")
    other.stop()
    witness.told_to(other)
    said = refused(other)
    assert "another history" in said and witness.url in said
    assert "another history" in witness.log


def test_anOlderDirectoryIsRefusedByTheRegister(
    make_server: MakeServer, tmp_path: Path
) -> None:
    shelf = tmp_path / "shelf"
    register = shelf / "head"
    server = make_server(CORDON_HEAD_REGISTER=str(register))
    assert "head_register" in refused(server), "a disk that is not there is no empty register"
    shelf.mkdir()
    world = first_start(server)
    assert "nothing is registered" in server.log
    log = key(server)

    def registered() -> int:
        return ledger.opened(register.read_text(), log).size if register.exists() else 0

    until("the head is registered", lambda: registered() == newest(server))
    server.stop()
    older = tmp_path / "older"
    shutil.copytree(server.data, older)
    server.start()
    world.reached_again()
    grow(world, "one")
    until("the newer head is registered", lambda: registered() == newest(server))
    published = registered()
    server.stop()
    newer = tmp_path / "newer"
    server.data.rename(newer)
    shutil.copytree(older, server.data)
    before = entries(server.data)
    said = refused(server)
    assert str(register) in said and str(published) in said and "docs/operations.md" in said
    assert entries(server.data) == before
    shutil.rmtree(server.data)
    newer.rename(server.data)
    server.start()
    # Without the register's file the log goes on, and says that nothing was known.
    server.stop()
    register.unlink()
    server.start()
    until("it is registered again", lambda: registered() == newest(server))


def test_aRegisterInTheDataDirectoryIsRefused(make_server: MakeServer) -> None:
    server = make_server()
    server.environment["CORDON_HEAD_REGISTER"] = str(server.data / "head")
    assert "lies in the data directory" in refused(server)


def test_aSilentWitnessIsAWarning(make_server: MakeServer, make_witness: MakeWitness) -> None:
    server = make_server()
    world = first_start(server)
    log = key(server)
    server.stop()
    witness = make_witness(log)
    witness.told_to(server)
    witness.kill()
    server.start()
    world.reached_again()
    until("it is told", lambda: "could not be asked" in server.log)
    grow(world, "one")
    assert server.api().get("/readyz").done(200)["parts"]["publishing"] == "failing"
    witness.start()
    cosigned_whole(server)
    assert server.log.count(" warning ") == 1, server.log
    assert "published again" in server.log


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_aPrivateAddressIsOnlyAskedWhenItIsAllowed(
    name: str, make_server: MakeServer, make_witness: MakeWitness
) -> None:
    server = make_server()
    first_start(server)
    log = key(server)
    server.stop()
    witness = make_witness(log)
    witness.told_to(server)
    port = witness.address.rsplit(":", 1)[1]
    settings = server.environment
    settings["CORDON_WITNESSES"] = settings["CORDON_WITNESSES"].replace("127.0.0.1", name)
    settings["CORDON_OUTBOUND_ALLOW"] = f"witness.example, {name}:1"
    server.start()
    until("it is told", lambda: "outbound_allow" in server.log)
    assert cosigned(server) is None
    assert not list(witness.data.glob("*.checkpoint")), "the witness was asked"
    server.stop()
    settings["CORDON_OUTBOUND_ALLOW"] = f"{name}:{port}"
    server.start()
    ledger.cosigned(cosigned_whole(server), witness.key)


def test_aTimestampIsKeptThatOpenSSLVerifies(
    make_server: MakeServer, authority: Authority
) -> None:
    server = make_server(
        CORDON_TIMESTAMP_AUTHORITY=f"http://{authority.address}/tsr",
        CORDON_OUTBOUND_ALLOW=authority.address,
    )
    world = first_start(server)

    def kept() -> list[tuple[int, bytes, str]]:
        database = sqlite3.connect(f"file:{server.data}/cordon.sqlite?mode=ro", uri=True)
        try:
            return database.execute(
                "SELECT t.size, t.token, c.note FROM timestamp_token t"
                " JOIN checkpoint c ON c.size = t.size"
            ).fetchall()
        finally:
            database.close()

    until("a timestamp is kept", kept)
    grow(world, "one")
    server.restart()
    until("it was looked at again", lambda: server.api().get("/readyz").status == 200)
    [(_, token, note)] = kept()
    text = note.partition("\n\n")[0] + "\n"
    assert authority.verifies(token, text.encode())
    assert not authority.verifies(token, text.replace("cordon", "nodroc").encode())
    assert authority.asked == 1, "one is enough for a day"


def test_aWitnessServesWhomItWasTold(
    binary: str, make_server: MakeServer, make_witness: MakeWitness, tmp_path: Path
) -> None:
    known, unknown = make_server(), make_server()
    for server in (known, unknown):
        first_start(server)
    keys = tmp_path / "keys"
    keys.write_text(key(known) + "\n")
    witness = make_witness(str(keys))
    assert (witness.data / "witness.key").stat().st_mode & 0o777 == 0o600
    for server in (known, unknown):
        server.stop()
        witness.told_to(server)
        server.start()
    cosigned_whole(known)
    until("it is told", lambda: "does not know this log" in unknown.log)
    assert cosigned(unknown) is None
    for path, body, status in [
        ("/add-checkpoint", b"nonsense", 400),
        ("/add-checkpoint", b"\xff\xfe", 400),
        ("/add-checkpoint", b"x" * 70_000, 413),
        ("/", b"", 404),
        ("/add-tree", b"", 404),
    ]:
        answer = requests.post(witness.url + path, body, timeout=30)
        assert answer.status_code == status, (path, answer.text)
    note = known.api().get("/ledger/checkpoint").text
    again = requests.post(
        witness.url + "/add-checkpoint", f"old 0\n\n{note}".encode(), timeout=30
    )
    assert again.status_code == 409
    assert again.headers["content-type"] == "text/x.tlog.size"
    assert again.text == f"{size(note)}\n"


def test_aWitnessSaysWhatIsWrongInOneLine(
    binary: str, make_server: MakeServer, make_witness: MakeWitness, tmp_path: Path
) -> None:
    server = make_server()
    first_start(server)
    witness = make_witness(key(server))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [binary, "witness", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            env=clean_environment(),
        )

    printed = run("key", "--data", str(witness.data))
    assert printed.returncode == 0 and printed.stdout == witness.key + "\n"
    log = ["--log", key(server)]
    new = ["--data", str(tmp_path / "new")]
    for arguments in [
        [*new],
        [*new, "--log", "nothing"],
        [*new, "--log", "a+b+c"],
        [*new, *log, "--listen", "here"],
        [*new, *log, "--name", "two words"],
        ["--data", "/proc/no/such", *log],
        ["--data", str(witness.data), *log],
        ["key", "--data", str(tmp_path / "nowhere")],
    ]:
        ended = run(*arguments)
        assert ended.returncode == 2, (arguments, ended)
        lines = ended.stderr.strip().splitlines()
        assert len(lines) == 1 and lines[0].startswith("cordon: "), ended.stderr
    assert not (tmp_path / "new/witness.key").exists()


@pytest.mark.parametrize("manner", ["redirects", "floods", "repeats", "is not known to TLS"])
def test_anAuthorityThatMisbehavesIsAWarning(
    manner: str, make_server: MakeServer, authority: Authority
) -> None:
    authority.manner = manner
    scheme = "http"
    if manner == "is not known to TLS":
        authority.speak_tls()
        scheme = "https"
    server = make_server(
        CORDON_TIMESTAMP_AUTHORITY=f"{scheme}://{authority.address}/tsr",
        CORDON_OUTBOUND_ALLOW=authority.address,
    )
    first_start(server)
    until("it is told", lambda: "warning cordon: [cordon] publishing: " in server.log)
    assert server.api().get("/readyz").done(200)["parts"]["publishing"] == "failing"
    assert authority.asked == (0 if scheme == "https" else 1)
    database = sqlite3.connect(f"file:{server.data}/cordon.sqlite?mode=ro", uri=True)
    try:
        assert database.execute("SELECT count(*) FROM timestamp_token").fetchone() == (0,)
    finally:
        database.close()


def test_aBundleCarriesTheCosignatures(
    make_server: MakeServer, make_witness: MakeWitness, tmp_path: Path
) -> None:
    server = make_server()
    world = first_start(server)
    log = key(server)
    server.stop()
    witness = make_witness(log)
    witness.told_to(server)
    server.start()
    world.reached_again()
    auditor = world.add("uma")
    world.register("drafts")
    report = {"workflow": "drafts", "what": "A name.", "left_company": "no"}
    number = world.admin.post("reports", report).done(201)["incident"]
    bundle = tmp_path / "bundle.zip"
    answer = auditor.get(f"incidents/{number}/export").done(200)
    bundle.write_bytes(answer.response.content)
    checked = server.run(
        "verify", str(bundle), "--key", log, "--witness", witness.key, "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert witness.key.split("+")[0] in checked.stdout
