"""One Cordon server as a process, on a free port and with a data directory of its own."""

import os
import re
import signal
import subprocess
from pathlib import Path

from api import Api
from waiting import until

GREETING = re.compile(r"^Cordon \S+ listens on (http://\S+)$", re.MULTILINE)
SETUP = re.compile(r"/setup\?token=([0-9a-f]+)")


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without any setting of Cordon's, but with quick password hashes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CORDON_")}
    return kept | {"CORDON_SCRYPT_LOG_N": "10"} | more


class Server:
    """Starts, stops and kills `cordon serve`; the data stays where it is."""

    def __init__(
        self, binary: str, data: Path, database: str | None = None, **environment: str
    ) -> None:
        self.binary = binary
        self.data = data
        self.database = database
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.setup_token = ""
        self.starts = 0

    @property
    def log(self) -> str:
        """Everything that the server has printed, over all its starts."""
        files = sorted(self.data.parent.glob(f"{self.data.name}.*.txt"))
        return "".join(file.read_text(errors="replace") for file in files)

    @property
    def arguments(self) -> list[str]:
        chosen = ["--data", str(self.data)]
        return chosen + (["--database", self.database] if self.database else [])

    def start(self, address: str = "127.0.0.1:0") -> "Server":
        assert self.process is None, "it runs already"
        self.starts += 1
        said = self.data.parent / f"{self.data.name}.{self.starts:03}.out.txt"
        complained = self.data.parent / f"{self.data.name}.{self.starts:03}.err.txt"
        # Port 0: the system picks a free one, and the greeting says which.
        with said.open("wb") as out, complained.open("wb") as err:
            self.process = subprocess.Popen(
                [self.binary, "serve", *self.arguments, "--listen", address],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=clean_environment(**self.environment),
            )

        def greeted() -> re.Match[str] | None:
            assert self.process is not None
            code = self.process.poll()
            assert code is None, f"the server ended with {code}: {complained.read_text()}"
            return GREETING.search(said.read_text())

        self.url = until("the server greets", greeted, 60)[1]
        token = SETUP.search(said.read_text())
        self.setup_token = token[1] if token else ""
        return self

    def stop(self) -> int:
        """Asks it to end, as an operator does, and returns its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it between two instructions, as a power cut does."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(how)
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(30)
            raise AssertionError("the server did not end within 30 s of being asked to") from None
        finally:
            self.process = None
        return code

    def restart(self) -> "Server":
        self.stop()
        return self.start()

    def api(self, token: str | None = None) -> Api:
        return Api(self.url, token)

    def fsck(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Checks the data; the server has to be stopped."""
        return self.run("fsck", *self.arguments, *options)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs the binary to its end."""
        return subprocess.run(
            [self.binary, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            env=clean_environment(**environment),
        )
