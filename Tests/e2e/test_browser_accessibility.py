"""What axe-core finds on every page: nothing, in both languages and both colour schemes."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from browser import PHONE, Person, Way, chromium
from browser_pages import OUTSIDE, all_seeing, anonymous, gives_evidence, inside
from browser_story import Story
from server import Server

__all__ = ["chromium"]

OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    },
    # Off unless it is asked for.
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
LOOKS = [("light", "en-GB"), ("dark", "de-DE"), ("light", "de-DE"), ("dark", "en-GB")]


def violations(person: Person) -> list[str]:
    """What axe says of the page as it stands, with folded parts open."""
    person.page.evaluate(
        "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"
    )
    found: list[dict[str, Any]] = Axe().run(person.page, options=OPTIONS).response["violations"]
    return [
        f"{person.path} {one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]
    ]


@pytest.fixture(scope="module")
def story(
    chromium: Browser, binary: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    server = Server(binary, tmp_path_factory.mktemp("axe") / "data")
    story = Story(server.start(), chromium, Way("scripts"))
    story.whole()
    all_seeing(story)
    gives_evidence(story)
    yield story
    server.kill()


def test_aPictureWithoutWordsIsFound(story: Story) -> None:
    person = story.somebody()
    person.opens("/sign-in")
    assert violations(person) == []
    person.page.evaluate("() => document.querySelector('main').append(new Image())")
    assert ["image-alt"] == [line.split()[1].rstrip(":") for line in violations(person)]


@pytest.mark.parametrize(("scheme", "locale"), LOOKS)
def test_nobodyIsKeptOutOfAPage(scheme: str, locale: str, story: Story) -> None:
    person = story.somebody(color_scheme=scheme, locale=locale)
    found: list[str] = []
    for path in [*OUTSIDE, *anonymous(story)]:
        person.opens(path)
        found += violations(person)
    person.signs_in("vera")
    for path in inside(story, person):
        person.opens(path)
        found += violations(person)
    assert found == []


def test_aPhoneShowsEveryPageWithoutScrollingSideways(story: Story) -> None:
    phone = story.seen(Way("phone", size=PHONE))
    person = phone.person("vera")
    # `opens` looks at the width; targets have to be large enough for a thumb as well.
    found: list[str] = []
    for path in inside(phone, person):
        person.opens(path)
        found += violations(person)
    assert found == []
