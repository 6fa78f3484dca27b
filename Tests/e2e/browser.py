"""A person with a real browser: Chromium, driven by mouse or by keyboard alone."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from world import PASSWORD

DESKTOP = (1280, 900)
PHONE = (320, 640)
TABS_AT_MOST = 400
# What sticks out of the page, in a few words each.
WIDE = """() => [...document.querySelectorAll('main *, header *, footer *')]
  .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1)
  .map((one) => one.tagName + '.' + one.className + ' ' + one.textContent.slice(0, 40))
  .slice(0, 8)"""


def zone_of_another_day() -> str:
    """A zone where it is not the day that it is in UTC: there, moments are told at their longest.

    Eleven hours behind UTC that holds until 11:00 UTC, and 14 hours ahead of it from 10:00 on.
    """
    return "Pacific/Pago_Pago" if datetime.now(timezone.utc).hour < 10 else "Pacific/Kiritimati"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; each person gets a context of their own."""
    program = shutil.which("chromium")
    assert program, "install the Debian package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@dataclass
class Way:
    """How people use the pages."""

    name: str
    size: tuple[int, int] = DESKTOP
    has_scripts: bool = True
    by_keyboard: bool = False
    zone: str = field(default_factory=zone_of_another_day)

    def context(self, browser: Browser, **more: Any) -> BrowserContext:
        width, height = self.size
        return browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=self.has_scripts,
            **{"locale": "en-GB", "timezone_id": self.zone} | more,
        )


WAYS = [
    Way("scripts"),
    Way("without-scripts", has_scripts=False),
    Way("phone", size=PHONE),
    Way("keyboard", by_keyboard=True),
]


@dataclass
class Person:
    """Somebody at a browser."""

    url: str
    context: BrowserContext
    way: Way = field(default_factory=lambda: Way("scripts"))
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("request", self._stays)

    def _note(self, message: Any) -> None:
        # A refusal is an answer with a status that browsers print in red.
        if message.type == "error" and "status of" not in message.text:
            self.faults.append(message.text)

    def _stays(self, request: Any) -> None:
        if not request.url.startswith((self.url + "/", "data:", "blob:")):
            self.faults.append(f"asks {request.url}")

    # Going places

    def opens(self, path: str) -> None:
        self.page.goto(self.url + path)
        self.looks()

    def looks(self) -> None:
        """What holds on each page, whichever it is."""
        assert not self.faults, self.faults
        assert self.page.locator("h1").count() == 1, self.page.url
        # No page has to be scrolled sideways, down to 320 px.
        width = "() => document.documentElement.scrollWidth - window.innerWidth"
        if self.way.has_scripts:
            assert self.page.evaluate(width) <= 0, f"{self.page.url}: {self.page.evaluate(WIDE)}"

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.url)

    @property
    def said(self) -> str:
        return self.page.locator("main").inner_text()

    def signs_in(self, login: str, password: str = PASSWORD) -> "Person":
        self.opens("/sign-in")
        self.fills("sign-in", login=login, password=password)
        self.sends("sign-in")
        return self

    # Acting

    def follows(self, link: str) -> None:
        """Follows the link with these words, the first if there are several."""
        self.presses(self.page.get_by_role("link", name=link).locator("visible=true").first)

    def presses(self, target: Locator) -> None:
        """Presses what leads to another page."""
        if self.way.by_keyboard:
            self.reaches(target)
        with self.page.expect_navigation():
            if self.way.by_keyboard:
                self.page.keyboard.press("Enter")
            else:
                target.click()
        self.page.wait_for_load_state("load")
        self.looks()

    def reaches(self, target: Locator) -> None:
        """Moves the focus to an element with the Tab key alone, and sees where it is."""
        is_there = "(element) => element === document.activeElement"
        for _ in range(TABS_AT_MOST):
            if target.evaluate(is_there):
                shown = "(element) => getComputedStyle(element).outlineStyle"
                assert target.evaluate(shown) != "none", "the focus cannot be seen"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no way by keyboard to {target}")

    def unfolds(self, form: str) -> Locator:
        """The form, opened where it was folded."""
        found = self.page.locator(f"form#{form}")
        assert found.count() == 1, f"{self.page.url} has no form {form}"
        folds = self.page.locator(f"details:has(form#{form}):not([open])")
        if folds.count():
            line = folds.first.locator("summary").first
            if self.way.by_keyboard:
                self.reaches(line)
                self.page.keyboard.press("Enter")
            else:
                line.click()
        return found

    def fills(self, form: str, fields: dict[str, str | list[str]] | None = None,
              **more: str | list[str]) -> None:  # fmt: skip
        found = self.unfolds(form)
        for name, value in ((fields or {}) | more).items():
            for one in [value] if isinstance(value, str) else value:
                self._fill(found, name, one)

    def _fill(self, form: Locator, name: str, value: str) -> None:
        control = form.locator(f'[name="{name}"]')
        assert control.count(), f"{self.page.url} asks for no {name}"
        kind = control.first.get_attribute("type") or control.first.evaluate(
            "(element) => element.tagName.toLowerCase()"
        )
        if kind in ("radio", "checkbox"):
            self._tick(form.locator(f'[name="{name}"][value="{value}"]'), kind)
        elif kind == "select":
            self._choose(control.first, value)
        elif kind == "file":
            control.first.set_input_files(value)
        elif not self.way.by_keyboard:
            control.first.fill(value)
        else:
            self.reaches(control.first)
            if kind in ("date", "datetime-local"):
                # The parts of such a field are typed in the order of the locale.
                control.first.fill(value)
            else:
                self.page.keyboard.press("Control+A")
                self.page.keyboard.insert_text(value)

    def _tick(self, box: Locator, kind: str) -> None:
        if box.is_checked():
            return
        if not self.way.by_keyboard:
            box.check()
            return
        if kind == "checkbox":
            self.reaches(box)
            self.page.keyboard.press("Space")
        else:
            self._reach_group(box)
            for _ in range(40):
                if box.is_checked():
                    break
                self.page.keyboard.press("ArrowDown")
        if not box.is_checked():
            self.page.keyboard.press("Space")
        assert box.is_checked()

    def _reach_group(self, radio: Locator) -> None:
        is_in = "(radio) => document.activeElement.name === radio.name"
        for _ in range(TABS_AT_MOST):
            if radio.evaluate(is_in):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("no way by keyboard to the answers")

    def _choose(self, select: Locator, value: str) -> None:
        if not self.way.by_keyboard:
            select.select_option(value)
            return
        self.reaches(select)
        self.page.keyboard.press("Home")
        for _ in range(200):
            if select.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{value} cannot be chosen")

    def sends(self, form: str, *, refused: bool = False) -> None:
        """Presses the form's button and waits for the page that answers."""
        button = self.page.locator(f"form#{form} button[type=submit]").first
        if self.way.by_keyboard:
            self.reaches(button)
            with self.page.expect_navigation():
                self.page.keyboard.press("Enter")
        else:
            with self.page.expect_navigation():
                button.click()
        self.page.wait_for_load_state("load")
        self.looks()
        problem = self.page.locator(".faults")
        if not refused:
            assert problem.count() == 0, f"{self.page.url}: {problem.inner_text()}"
            title = self.page.locator("h1").inner_text()
            assert not self.page.locator("[data-draft]").count(), f"{self.page.url}: {title}"

    def does(self, form: str, fields: dict[str, str | list[str]] | None = None,
             **more: str | list[str]) -> None:  # fmt: skip
        self.fills(form, fields, **more)
        self.sends(form)

    def shoots(self, file: Path) -> None:
        self.page.screenshot(path=file, full_page=True)


def ids(text: str, before: str) -> list[str]:
    """The ids of forms of a page that begin so."""
    return re.findall(rf'<form id="({before}[^"]*)"', text)
