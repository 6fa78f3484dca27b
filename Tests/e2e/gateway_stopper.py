"""A person who stops workflows, in a process of its own.

In the one that calls, each step of a stop would wait until dozens of callers' threads let go of the
interpreter, and its times would be theirs.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from time import monotonic_ns
from typing import Any, Self

from api import Api


@dataclass
class Stopped:
    """What a stop was answered; times by the monotonic clock that all processes share."""

    asked: int
    answered: int
    containment: dict[str, Any]


class Stopper:
    """Stops with the token of `api`, one after the other."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._ask({"url": self.api.url, "token": self.api.token})
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def stop(self, workflow: str) -> Stopped:
        return Stopped(**self._ask({"workflow": workflow}))

    def _ask(self, what: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(what) + "\n")
        answer = self.process.stdout.readline()
        assert answer, "the stopper has ended: its error stands above"
        answered: dict[str, Any] = json.loads(answer)
        return answered


def main() -> None:
    who = json.loads(sys.stdin.readline())
    api = Api(who["url"], who["token"])
    print("{}", flush=True)
    for line in sys.stdin:
        path = f"workflows/{json.loads(line)['workflow']}/stop"
        asked = monotonic_ns()
        answer = api.post(path, {"reason": "Wrong."})
        answered = monotonic_ns()
        containment = answer.done(201)["containment"]
        print(json.dumps(vars(Stopped(asked, answered, containment))), flush=True)


if __name__ == "__main__":
    main()
