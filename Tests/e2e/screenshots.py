"""Pictures of every page: `make screenshots`. Usage: screenshots.py BINARY FOLDER."""

import re
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from browser import DESKTOP, PHONE, Person, Way
from browser_pages import OUTSIDE, all_seeing, anonymous, gives_evidence, inside
from browser_story import Story
from server import Server

KINDS = {
    "desktop": (DESKTOP, {"color_scheme": "light"}),
    "phone": (PHONE, {"color_scheme": "light"}),
    "dark": (DESKTOP, {"color_scheme": "dark"}),
    "deutsch": (DESKTOP, {"color_scheme": "light", "locale": "de-DE"}),
}


# What the README shows of the story, as much as a screen holds.
SHOWN = {"board", "incident-stopping"}


def name(path: str) -> str:
    plain = re.sub(r"[0-9A-Z]{26}", "ID", re.sub(r"/cordon_[\w-]+", "/secret", path))
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-") or "home"


def main() -> None:
    binary, folder = sys.argv[1], Path(sys.argv[2])
    program = shutil.which("chromium")
    assert program, "install the Debian package chromium"
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as data:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        server = Server(binary, Path(data) / "data")
        try:
            server.start()
            moments, readme = folder / "moments", folder / "readme"
            moments.mkdir(parents=True, exist_ok=True)
            readme.mkdir(exist_ok=True)

            def look(title: str, person: Person) -> None:
                person.shoots(moments / f"{title}.png")
                if title in SHOWN:
                    person.page.screenshot(path=readme / f"{title}.png")

            story = Story(server, browser, Way("scripts"), looks=look)
            story.whole()
            all_seeing(story)
            gives_evidence(story)
            for kind, (size, more) in KINDS.items():
                shoot(story, folder / kind, Way("scripts", size=size), more)
            for picture in ("phone/report.png", "desktop/evidence-ID.png"):
                shutil.copy(folder / picture, readme / picture.replace("/", "-"))
        finally:
            server.kill()
            browser.close()
    print(f"{len(list(folder.rglob('*.png')))} pictures in {folder}")


def shoot(story: Story, folder: Path, way: Way, more: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    other = story.seen(way)
    person = other.somebody(**more)
    for path in [*OUTSIDE, *anonymous(story)]:
        person.opens(path)
        person.shoots(folder / f"{name(path)}.png")
    person.signs_in("vera")
    for path in inside(other, person):
        person.opens(path)
        person.shoots(folder / f"{name(path)}.png")


if __name__ == "__main__":
    main()
