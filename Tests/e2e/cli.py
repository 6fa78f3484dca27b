"""The command line as one person uses it."""

import json
import subprocess
from pathlib import Path
from typing import Any

from server import Server, clean_environment


class Cli:
    """Runs `cordon` against a server, as whoever the token file names."""

    def __init__(self, server: Server, token_file: Path | None = None) -> None:
        self.server = server
        self.token_file = token_file

    def run(
        self, *arguments: str, text: str | None = None, url: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        environment = clean_environment(CORDON_SERVER=url or self.server.url)
        if self.token_file:
            environment["CORDON_TOKEN_FILE"] = str(self.token_file)
        return subprocess.run(
            [self.server.binary, *arguments],
            input=text or "",
            capture_output=True,
            text=True,
            timeout=60,
            env=environment,
        )

    def done(self, *arguments: str, text: str | None = None) -> str:
        """Fails unless it exits with 0; returns what it printed."""
        return self.exits(0, *arguments, text=text).stdout

    def exits(
        self, code: int, *arguments: str, text: str | None = None, url: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        ran = self.run(*arguments, text=text, url=url)
        assert ran.returncode == code, (
            f"cordon {' '.join(arguments)} exits with {ran.returncode}, not {code}\n"
            f"{ran.stdout}{ran.stderr}"
        )
        return ran

    def json(self, *arguments: str) -> Any:
        """The API's own object."""
        return json.loads(self.done(*arguments, "--json"))
