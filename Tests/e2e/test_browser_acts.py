"""What somebody who is afraid does in the browser: report and stop, in few movements."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from browser import PHONE, Person, Way, chromium
from server import Server
from world import PASSWORD, WHAT, World

__all__ = ["chromium"]

# A person at a keyboard types about five characters a second.
TYPING_MS = 200
# Where somebody is, and what they stop from there.
PLACES = {"/": "triage-1", "/policy": "triage-2", "/evidence": "triage-3", "/help": "triage-4"}


@pytest.fixture(scope="module")
def firm(binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    server = Server(binary, tmp_path_factory.mktemp("acts") / "data")
    try:
        world = World.set_up(server.start())
        for key in ("invoice-coding", "price-lists", *PLACES.values()):
            world.acting(key)
        yield world
    finally:
        server.kill()


def comes(firm: World, browser: Browser, login: str, way: Way) -> Person:
    return Person(firm.server.url, way.context(browser), way).signs_in(login)


def test_aReportTakesSixMovementsAndLessThanAMinute(firm: World, chromium: Browser) -> None:
    person = comes(firm, chromium, "ana", Way("phone", size=PHONE))
    began, movements = time.monotonic(), 0

    def move(act: object) -> None:
        nonlocal movements
        movements += 1

    page = person.page
    move(page.get_by_role("link", name="Report something wrong").first.click())
    move(page.locator("#report-workflow").select_option("invoice-coding"))
    move(page.locator("#report-what").press_sequentially(WHAT, delay=TYPING_MS, timeout=40_000))
    move(page.locator("[name=left_company][value=no]").check())
    move(page.locator("[name=stop]").check())
    move(page.locator("form#report button").click())
    page.wait_for_url("**/receipt*")
    assert movements <= 6
    assert time.monotonic() - began <= 60
    firm.ana.get("workflows/invoice-coding/gate").refused("workflow-stopped", 423)


@pytest.mark.parametrize(("path", "key"), PLACES.items())
def test_anyPageIsThreeMovementsFromAStop(
    path: str, key: str, firm: World, chromium: Browser
) -> None:
    person = comes(firm, chromium, "lena", Way("scripts"))
    person.opens(path)
    page = person.page
    page.get_by_role("link", name="Stop a workflow").first.click()
    page.locator(f"form[action='/workflows/{key}/stop'] button").first.click()
    page.wait_for_url("**/stopped/*")
    assert "Stopped" in person.said
    firm.ana.get(f"workflows/{key}/gate").refused("workflow-stopped", 423)


def test_anOpenPageShowsAStopByItself(firm: World, chromium: Browser) -> None:
    person = comes(firm, chromium, "ben", Way("scripts"))
    person.opens("/")
    assert "INC" not in person.page.locator("h1").inner_text()
    firm.lena.post("workflows/price-lists/stop", {"reason": "It looks wrong."}).done(201)
    card = person.page.locator("#live-home li.stopped", has_text="Price Lists")
    expect(card).to_be_visible(timeout=15_000)
    assert not person.faults


def test_aTextSurvivesALostSession(firm: World, chromium: Browser) -> None:
    person = comes(firm, chromium, "ana", Way("scripts"))
    person.opens("/report")
    text = "It was long ago, and I have written a great deal about it."
    person.fills("report", what=text)
    session = [one for one in person.context.cookies() if one["name"] != "cordon_session"]
    person.context.clear_cookies()
    person.context.add_cookies(session)
    person.page.locator("form#report button").click()
    person.page.wait_for_load_state("load")
    assert "You were signed out" in person.said and text in person.said
    person.signs_in("ana", PASSWORD)
    person.opens("/report")
    assert person.page.locator("#report-what").input_value() == text
    person.sends("report")
    person.opens("/report")
    assert person.page.locator("#report-what").input_value() == ""


def test_aTextSurvivesALostSessionWithoutScripts(firm: World, chromium: Browser) -> None:
    person = comes(firm, chromium, "ana", Way("without-scripts", has_scripts=False))
    person.opens("/report")
    text = "Nothing runs in this browser, and nothing is lost either."
    person.fills("report", what=text)
    person.context.clear_cookies()
    person.page.locator("form#report button").click()
    person.page.wait_for_load_state("load")
    assert "You were signed out" in person.said and text in person.said


def test_keysWorkOutsideOfFieldsAndCanBeTurnedOff(firm: World, chromium: Browser) -> None:
    person = comes(firm, chromium, "ana", Way("scripts"))
    person.opens("/policy")
    keys = person.page.keyboard
    keys.press("/")
    keys.type("r?s")
    assert person.page.locator("#search").input_value() == "r?s"
    assert person.path == "/policy"
    person.page.locator("main").focus()
    keys.press("r")
    person.page.wait_for_url("**/report")
    person.opens("/help")
    person.page.locator("[data-keys=toggle]").click()
    person.opens("/policy")
    keys.press("r")
    keys.press("?")
    assert person.path == "/policy"


# Notes what comes onto the page, which a page that was loaded anew would have forgotten.
WATCH = """() => {
  window.came = [];
  new MutationObserver((changes) => {
    for (const change of changes)
      for (const one of change.addedNodes) window.came.push(one.nodeName);
  }).observe(document, {childList: true, subtree: true});
}"""


def photo(size: int) -> dict[str, Any]:
    return {"name": "screen.png", "mimeType": "image/png", "buffer": bytes(size)}


def test_oneSeesHowFarFilesHaveCome(firm: World, chromium: Browser) -> None:
    person = comes(firm, chromium, "ana", Way("scripts"))
    page = person.page
    person.opens("/report")
    person.fills("report", what="The photo shows it.")
    page.locator("form#report input[type=file]").set_input_files(photo(3_000_000))
    page.evaluate(WATCH)
    person.sends("report")
    assert page.url.partition("?")[0].endswith("/receipt") and "Report received" in person.said
    assert "PROGRESS" in page.evaluate("window.came")
    number = page.url.split("/")[-2]
    [kept] = firm.ben.get(f"incidents/{number}").done(200)["evidence"]
    assert (kept["name"], kept["size"]) == ("screen.png", 3_000_000)
    # The text was sent, so no draft of it is left; back is the form again.
    page.go_back()
    page.locator("form#report").wait_for()
    assert page.locator("#report-what").input_value() == ""


def test_filesThatDoNotGetThroughLoseNothing(firm: World, chromium: Browser) -> None:
    person = comes(firm, chromium, "ana", Way("scripts"))
    page, text = person.page, "Written while the network was poor."
    person.opens("/report")
    person.fills("report", what=text, left_company="no")
    files = page.locator("form#report input[type=file]")
    files.set_input_files(photo(100_000))
    button, alert = page.locator("form#report button"), page.get_by_role("alert")

    def is_as_it_was(words: str) -> None:
        alert.get_by_text(words).wait_for()
        assert page.locator("#report-what").input_value() == text
        assert page.locator("[name=left_company][value=no]").is_checked()
        assert files.evaluate("(field) => field.files.length") == 1
        assert page.locator("progress").count() == 0 and button.is_enabled()
        assert person.path == "/report"

    # No network; a page of a proxy in between; and more than a form may hold.
    page.route("**/report", lambda route: route.abort())
    button.click()
    is_as_it_was("It did not get through")
    page.unroute("**/report")
    page.route("**/report", lambda route: route.fulfill(
        status=502, content_type="text/html", body="<h1>Bad gateway</h1>"))  # fmt: skip
    button.click()
    is_as_it_was("It did not get through")
    page.unroute("**/report")
    files.set_input_files(photo(28_000_000))
    button.click()
    is_as_it_was("choose fewer or smaller files")
    person.faults.clear()
    page.reload()
    assert page.locator("#report-what").input_value() == text


def test_aRefusedFormWithFilesShowsItsFaults(firm: World, chromium: Browser) -> None:
    person = comes(firm, chromium, "ben", Way("scripts"))
    number = firm.ana.post("reports", {"what": "It is about a file."}).done(201)["incident"]
    place = f"/incidents/{number}?step=preserve"
    person.opens(place)
    file = {"name": "log.txt", "mimeType": "text/plain", "buffer": b"A line."}
    person.fills("do-attach", kind="log", text="A text without a name.")
    person.page.locator("form#do-attach input[type=file]").set_input_files([file])  # type: ignore[list-item]
    person.page.evaluate(WATCH)
    person.sends("do-attach", refused=True)
    assert "Write what the text is called." in person.said and person.path == place
    assert "PROGRESS" in person.page.evaluate("window.came")
    focused = "document.activeElement.className"
    assert person.page.evaluate(focused) == "faults"
    person.fills("do-attach", name="note")
    person.sends("do-attach")
    [kept] = firm.ben.get(f"incidents/{number}").done(200)["evidence"]
    assert kept["name"] == "note"
