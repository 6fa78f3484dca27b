"""The worked example in a real browser, in each way in which people use one."""

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser import WAYS, Way, chromium
from browser_story import Story
from conftest import MakeServer
from world import PASSWORD

__all__ = ["chromium"]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_peopleGetFromTheFirstStartToTheExport(
    way: Way, chromium: Browser, make_server: MakeServer, binary: str, tmp_path: Path
) -> None:
    server = make_server().start()
    story = Story(server, chromium, way)
    story.whole()
    bundle = story.exported(tmp_path)
    session = server.api().post("session", {"login": "ben", "password": PASSWORD}).done(201)
    key = server.api(session["session"]).get("/ledger/key").done(200).text
    checked = subprocess.run(
        [binary, "verify", str(bundle), "--key", key.strip()],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
