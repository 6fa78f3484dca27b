"""Settings: defaults, then the file, then the environment, then flags; faults in one line."""

import subprocess
from pathlib import Path

import pytest

from conftest import MakeServer
from server import clean_environment
from waiting import until


def started(
    binary: str, place: Path, *flags: str, **environment: str
) -> subprocess.Popen[bytes]:
    every = clean_environment(**environment)
    if "CORDON_SCRYPT_LOG_N" not in environment:
        # The file's setting is looked at, not that of the tests.
        del every["CORDON_SCRYPT_LOG_N"]
    with (place / "out").open("wb") as out, (place / "err").open("wb") as err:
        return subprocess.Popen(
            [binary, "serve", *flags],
            cwd=place,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=every,
        )


def greets(binary: str, place: Path, *flags: str, **environment: str) -> str:
    """What a server says that was started so; it is ended again."""
    process = started(binary, place, *flags, **environment)
    try:
        until(
            "the server greets",
            lambda: process.poll() is not None or b"listens on" in (place / "out").read_bytes(),
            60,
        )
        assert process.poll() is None, (place / "err").read_text()
    finally:
        process.terminate()
        process.wait(30)
    return (place / "out").read_text()


def settings(place: Path, text: str) -> str:
    file = place / "cordon.toml"
    file.write_text(text)
    return str(file)


def test_flagsGoBeforeTheEnvironmentAndThatBeforeTheFile(binary: str, tmp_path: Path) -> None:
    file = settings(tmp_path, 'data = "./from-file"\nlisten = "127.0.0.1:0"\n')
    greets(binary, tmp_path, "--config", file)
    assert (tmp_path / "from-file/cordon.sqlite").exists()
    greets(binary, tmp_path, "--config", file, CORDON_DATA="./from-environment")
    assert (tmp_path / "from-environment/cordon.sqlite").exists()
    greets(
        binary, tmp_path, "--config", file, "--data", "./from-flag", CORDON_DATA="./not-this"
    )
    assert (tmp_path / "from-flag/cordon.sqlite").exists()
    assert not (tmp_path / "not-this").exists()
    greets(binary, tmp_path, CORDON_CONFIG=file, CORDON_LISTEN="localhost:0", CORDON_DATA="./d4")
    assert "localhost" in (tmp_path / "out").read_text()


def test_withoutSettingsTheDataLiesBeside(binary: str, tmp_path: Path) -> None:
    greets(binary, tmp_path, "--listen", "127.0.0.1:0")
    assert (tmp_path / "cordon-data/cordon.sqlite").exists()
    assert (tmp_path / "cordon-data").stat().st_mode & 0o777 == 0o700


def test_aPublicLedgerIsReadWithoutSigningIn(make_server: MakeServer) -> None:
    closed = make_server().start()
    closed.api().get("/ledger/checkpoint").refused("not-signed-in", 401)
    public = make_server(CORDON_PUBLIC_LEDGER="1").start()
    assert public.api().get("/ledger/checkpoint").status in (200, 404)


def test_cookiesAreSecureWhenSaidSo(make_server: MakeServer) -> None:
    server = make_server(CORDON_SECURE_COOKIES="1").start()
    page = server.api().get("/sign-in")
    assert "; Secure" in page.headers["set-cookie"]


# The key of a log, as the specification of signed notes gives it.
KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"

BAD_FILES = {
    "no TOML": 'data = "unclosed',
    "unknown setting": "lissten = \"127.0.0.1:0\"",
    "a number for a text": "data = 7",
    "a text for a number": 'session_hours = "12"',
    "a text for a truth": 'secure_cookies = "yes"',
    "a session too long": "session_hours = 721",
    "a hash too weak": "scrypt_log_n = 9",
    "a text for a list": 'witnesses = "https://w.example w.example+1+BA"',
    "a number in a list": "outbound_allow = [7]",
    "a witness without its key": 'witnesses = ["https://w.example"]',
    "a witness with another kind of key": f'witnesses = ["https://w.example {KEY}"]',
    "a host with a scheme": 'outbound_allow = ["https://w.example"]',
    "an authority that is no address": 'timestamp_authority = "tsa.example"',
    "timestamps too often": "timestamp_hours = 0",
    "no path": 'head_register = ""',
    "an address with a slash at its end": 'public_url = "https://cordon.example/"',
    "an address without a scheme": 'public_url = "cordon.example"',
    "no MCP programs": "mcp_children = 0",
    "too many MCP programs": "mcp_children = 1001",
    "the name of Cordon itself": '[mcp.cordon]\nurl = "https://mcp.example/mcp"',
    "an MCP server of two kinds": '[mcp.a]\nurl = "https://mcp.example"\ncommand = ["a"]',
    "an MCP server of no kind": "[mcp.a]\nidle_seconds = 5",
    "an MCP server with a model": '[mcp.a]\nurl = "https://mcp.example"\nmodels = ["a"]',
    "an MCP server that is no address": '[mcp.a]\nurl = "mcp.example"',
    "a command that is a text": '[mcp.a]\ncommand = "uvx server"',
    "a command without a word": "[mcp.a]\ncommand = []",
    "a command with a key": '[mcp.a]\ncommand = ["a"]\nkey_env = "KEY"',
    "an address with variables": '[mcp.a]\nurl = "https://mcp.example"\nenv_from = ["A"]',
    "a variable of Cordon's": '[mcp.a]\ncommand = ["a"]\nenv_from = ["CORDON_TOKEN_FILE"]',
    "a variable that is none": '[mcp.a]\ncommand = ["a"]\nenv = { "A B" = "1" }',
    "a variable that is a number": '[mcp.a]\ncommand = ["a"]\nenv = { A = 1 }',
    "a variable that is not there": '[mcp.a]\ncommand = ["a"]\nenv_from = ["NO_SUCH_ONE"]',
    "a program that is never idle": '[mcp.a]\ncommand = ["a"]\nidle_seconds = 0',
    "a key that is not there": '[mcp.a]\nurl = "https://mcp.example"\nkey_env = "NO_SUCH_ONE"',
}


@pytest.mark.parametrize("name", sorted(BAD_FILES))
def test_aBadFileIsRefusedInOneLine(name: str, binary: str, tmp_path: Path) -> None:
    file = settings(tmp_path, BAD_FILES[name])
    refused(binary, tmp_path, "--config", file, "--listen", "127.0.0.1:0")


def test_aFaultOfAnMCPServerNamesItsTable(binary: str, tmp_path: Path) -> None:
    file = settings(tmp_path, BAD_FILES["a key that is not there"])
    refused(binary, tmp_path, "--config", file, "--listen", "127.0.0.1:0")
    said = (tmp_path / "err").read_text()
    assert "mcp.a: there is no variable NO_SUCH_ONE" in said


BAD_ENVIRONMENTS = {
    "CORDON_SESSION_HOURS": "soon",
    "CORDON_SCRYPT_LOG_N": "99",
    "CORDON_LISTEN": "here",
    "CORDON_DATABASE_FILE": "/no/such/file",
    "CORDON_CONFIG": "/no/such/file",
    "CORDON_LOG_LEVEL": "loud",
    "CORDON_SECURE_COOKIES": "yes please",
    "CORDON_PUBLIC_LEDGER": "yes please",
    "CORDON_WITNESSES": "https://w.example",
    "CORDON_OUTBOUND_ALLOW": "w.example:port",
    "CORDON_TIMESTAMP_AUTHORITY": "ftp://tsa.example",
    "CORDON_TIMESTAMP_HOURS": "daily",
    "CORDON_HEAD_REGISTER": "/no/such/folder/head",
    "CORDON_DATABASE": "mysql://somewhere/else",
    "CORDON_PUBLIC_URL": "ftp://cordon.example",
}


@pytest.mark.parametrize("name", sorted(BAD_ENVIRONMENTS))
def test_aBadVariableIsRefusedInOneLine(name: str, binary: str, tmp_path: Path) -> None:
    environment = {"CORDON_LISTEN": "127.0.0.1:0", name: BAD_ENVIRONMENTS[name]}
    refused(binary, tmp_path, **environment)


@pytest.mark.parametrize(
    "flags",
    [
        ["--listen", "127.0.0.1"],
        ["--listen", "127.0.0.1:65536"],
        ["--listen", ":8080"],
        ["--data", "/proc/no/such"],
        ["--database", "postgresql://cordon@127.0.0.1:1/none"],
    ],
)
def test_aBadFlagIsRefusedInOneLine(flags: list[str], binary: str, tmp_path: Path) -> None:
    refused(binary, tmp_path, *flags, CORDON_LISTEN="127.0.0.1:0")


@pytest.mark.parametrize("flags", [["--no-such-flag"], ["--listen"], ["surplus"]])
def test_badUsageIsSaid(flags: list[str], binary: str, tmp_path: Path) -> None:
    process = started(binary, tmp_path, *flags)
    assert process.wait(30) == 2
    assert "Usage: cordon serve" in (tmp_path / "err").read_text()


def refused(binary: str, place: Path, *flags: str, **environment: str) -> None:
    process = started(binary, place, *flags, **environment)
    out = place / "out"
    try:
        until("it ends", lambda: process.poll() is not None or b"listens" in out.read_bytes(), 60)
        code = process.poll()
        assert code is not None, "the server runs with it: " + out.read_text()
    finally:
        process.kill()
        process.wait(30)
    said = (place / "err").read_text()
    assert code == 2, f"{code}: {said}"
    assert len(said.strip().splitlines()) == 1 and said.startswith("cordon: "), said


def test_theMissingLedgerKeyIsNotReplaced(make_server: MakeServer) -> None:
    server = make_server("sqlite").start()
    server.stop()
    (server.data / "ledger.key").unlink()
    again = server.run("serve", "--data", str(server.data), "--listen", "127.0.0.1:0")
    assert again.returncode == 2
    assert "ledger.key" in again.stderr
    assert not (server.data / "ledger.key").exists()


def test_theVersionIsSaid(binary: str) -> None:
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=30)
    assert said.returncode == 0 and said.stdout.startswith("cordon ")
