"""Attacks on the pages in a real browser: markup in words, forged forms, frames, redirects."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, Route

from browser import Way, chromium
from browser_hostile import ADDRESS, ATTACKS, DISGUISED, EVERYBODY, LINK, MARKUP, PLAIN, TURNED
from browser_hostile import Hostile, Words
from browser_lookout import Lookout, Sight
from conftest import MakeServer
from pages_world import PAGES
from server import Server
from stub import Reply, Stub
from world import PASSWORD

__all__ = ["chromium"]

POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# For what programs read.
PROGRAMS = "default-src 'none'; frame-ancestors 'none'"
ELSEWHERE = "elsewhere.invalid"
TAIL = DISGUISED.split(TURNED)[1]
ENGLISH, GERMAN = "en-GB", "de-DE"
HTML = {"content-type": "text/html; charset=utf-8"}


@dataclass
class Firms:
    """One server for each kind of words, made when it is first asked for."""

    binary: str
    browser: Browser
    folder: Path
    made: dict[str, Hostile] = field(default_factory=dict)
    seen: dict[tuple[str, str], dict[str, Sight]] = field(default_factory=dict)

    def of(self, words: Words) -> Hostile:
        if words.name not in self.made:
            server = Server(self.binary, self.folder / words.name)
            try:
                self.made[words.name] = Hostile(server.start(), words)
            except BaseException:
                server.kill()
                raise
        return self.made[words.name]

    def lookout(self, words: Words, language: str = ENGLISH) -> Lookout:
        # Where somebody's words end is known only of those that end with it.
        turned = (TURNED, TAIL) if words is ADDRESS else ("", "")
        return Lookout(self.of(words).server.url, self.browser, turned, language)

    def sights(self, words: Words, language: str = ENGLISH) -> dict[str, Sight]:
        """Every page as somebody with every role sees it."""
        if (words.name, language) not in self.seen:
            lookout = self.lookout(words, language).signed_in(EVERYBODY)
            paths = self.of(words).paths
            self.seen[words.name, language] = {
                name: lookout.sees(path) for name, path in paths.items()
            }
            lookout.context.close()
        return self.seen[words.name, language]

    def end(self) -> None:
        for each in self.made.values():
            each.server.kill()


@pytest.fixture(scope="module")
def firms(
    binary: str, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Firms]:
    made = Firms(binary, chromium, tmp_path_factory.mktemp("firms"))
    yield made
    made.end()


@pytest.fixture
def markup(firms: Firms) -> Hostile:
    return firms.of(MARKUP)


# The attacks themselves

# Those that do not lead the browser away.
STAYING = [attack for attack in ATTACKS if "http-equiv" not in attack]
PLACES = {
    "text": "<p>{}</p>",
    "quoted": '<p title="{}">x</p>',
    "apart": "<p title='{}'>x</p>",
    "field": '<input value="{}">',
    "area": "<textarea>{}</textarea>",
    "remark": "<!-- {} -->",
    "script": "<script>var name = '{}'</script>",
    "title": "<title>{}</title>",
    "link": '<a href="{}">x</a>',
}


@pytest.mark.parametrize("place", PLACES)
def test_whatIsNotEscapedIsNoticed(place: str, chromium: Browser) -> None:
    """The lookout would notice, and the attacks would work: nothing below passes by blindness."""
    attack = LINK if place == "link" else "".join(STAYING)
    page = PLACES[place].format(attack)
    with Stub(lambda *_: (200, HTML, f"<!DOCTYPE html><body>{page}".encode())) as naive:
        lookout = Lookout(naive.url, chromium)
        faults = lookout.sees("/").faults
        lookout.context.close()
    sign = "leads to javascript:" if place == "link" else "has run"
    assert [fault for fault in faults if sign in fault], faults


@pytest.mark.parametrize("attack", [*STAYING[1:6], *STAYING[9:14]])
def test_eachAttackAloneIsNoticed(attack: str, chromium: Browser) -> None:
    # In an attribute those that break out of it; in a text the others.
    body = f"<p title={attack[0]}{attack}{attack[0]}>" if attack[0] in "\"'" else f"<p>{attack}</p>"
    with Stub(lambda *_: (200, HTML, f"<!DOCTYPE html><body>{body}".encode())) as naive:
        lookout = Lookout(naive.url, chromium)
        lookout.page.route(f"**//{ELSEWHERE}/**", lambda route: route.abort())
        try:
            faults = lookout.sees("/").faults
        finally:
            lookout.context.close()
    assert [fault for fault in faults if "scripts" not in fault], "nothing was noticed"


def test_wordsThatTurnOthersRoundAreNoticed(chromium: Browser) -> None:
    loose = f"<!DOCTYPE html><script src=x></script><p>{DISGUISED} was paid.</p>"
    fixed = f"<!DOCTYPE html><script src=x></script><p><bdi>{DISGUISED}</bdi> was paid.</p>"
    for page, is_turned in ((loose, True), (fixed, False)):
        with Stub(lambda *_: (200, HTML, page.encode())) as naive:
            lookout = Lookout(naive.url, chromium, (TURNED, TAIL))
            faults = lookout.sees("/").faults
            lookout.context.close()
        assert is_turned == any("turns round: was paid" in fault for fault in faults), faults


# What is stored


@pytest.mark.parametrize(
    ("words", "language"),
    [(MARKUP, ENGLISH), (MARKUP, GERMAN), (ADDRESS, ENGLISH), (ADDRESS, GERMAN)],
    ids=["markup-en", "markup-de", "address-en", "address-de"],
)
def test_whatIsStoredStaysWords(words: Words, language: str, firms: Firms) -> None:
    """Nothing runs on any page, and each is built of what it is built of for harmless words."""
    plain = firms.sights(PLAIN)
    faults = []
    for name, sight in firms.sights(words, language).items():
        faults += [f"{name}: {fault}" for fault in sight.faults]
        if sight.status != 200:
            faults.append(f"{name}: {sight.status}")
        foreign = set(sight.shapes) - set(plain[name].shapes)
        faults += [f"{name}: {shape} is not there for other words" for shape in foreign]
    assert not faults, "\n".join(faults)


def test_harmlessWordsAreShownWithoutFault(firms: Firms) -> None:
    sights = firms.sights(PLAIN).items()
    faults = [f"{name}: {sight.faults}" for name, sight in sights if sight.faults]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("words", [MARKUP, ADDRESS], ids=["markup", "address"])
def test_everyFieldIsSeenOnSomePage(words: Words, firms: Firms) -> None:
    shown = "\n".join(sight.words for sight in firms.sights(words, GERMAN).values())
    planted = firms.of(words).planted
    assert len(planted) > 400
    unseen = {mark: where for mark, where in planted.items() if mark not in shown}
    assert not unseen


def test_wordsAreShownAsTheyAreWritten(firms: Firms, markup: Hostile) -> None:
    """Neither templates nor our own places for words are filled in, and nothing is cut out."""
    sight = firms.sights(MARKUP, GERMAN)[f"incident {markup.closed_number}"]
    assert "{{7*7}}${7*7}%1%2" in markup.what and "&lt;img" in markup.what
    assert markup.what in sight.words


def test_everyPageIsAmongThose(markup: Hostile) -> None:
    visited = [path.split("?")[0] for path in markup.paths.values()]
    for pattern in PAGES:
        known = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(pattern)))
        if "{" not in pattern and not pattern.startswith("/problems/"):
            assert pattern in visited, pattern
        assert any(known.fullmatch(path) for path in visited) or "/problems/" in pattern, pattern


# What programs read, opened by somebody


def test_whatProgramsReadRunsNothing(firms: Firms, markup: Hostile) -> None:
    lookout = firms.lookout(MARKUP).signed_in(EVERYBODY)
    elements = "() => [...document.querySelectorAll('*')].map((one) => one.localName)"
    number, record = markup.number, markup.kept_ids[0]
    for path in (
        f"/incidents/{number}/file.md", f"/api/v1/incidents/{number}", "/api/v1/workflows",
        f"/api/v1/incidents/{number}/timeline", f"/api/v1/evidence/{record}", "/api/v1/policy",
        f"/api/v1/incidents/{number}/evidence", "/api/v1/journal?limit=200",
        f"/api/v1/workflows/{quote(MARKUP.fit(100), safe='')}", "/api/v1/approvals",
    ):  # fmt: skip
        response = lookout.page.goto(markup.server.url + path)
        assert response and response.headers["x-content-type-options"] == "nosniff", path
        assert "default-src 'none'" in response.headers["content-security-policy"]
        made = set(lookout.page.evaluate(elements))
        # What a browser itself shows a text or a JSON in.
        assert made <= {"html", "head", "meta", "body", "pre", "div", "link"}, (path, made)
        assert lookout.page.evaluate("() => window.__hit") is None
        assert not lookout.faults, (path, lookout.faults)
    with lookout.page.expect_download() as download:
        lookout.page.evaluate("() => { location.href = '/incidents.csv' }")
    assert download.value.suggested_filename == "incidents.csv"
    lookout.context.close()


FILES = [
    ("text/html", "<script>parent.__hit=1;__hit=1</script><img src=x onerror=__hit=2>"),
    ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' onload='__hit=3'/>"),
    ("application/xml",
     "<html xmlns='http://www.w3.org/1999/xhtml'><script>__hit=4</script></html>"),
    ("text/plain", "window.__hit=5"),
    ("text/csv", "window.__hit=6"),
    ("text/javascript", "window.__hit=7"),
]  # fmt: skip


def test_filesAreOnlyEverHandedOut(firms: Firms, markup: Hostile) -> None:
    """Files with hostile names and contents, sent by forms: shown by name, and saved, never run."""
    lookout = firms.lookout(MARKUP).signed_in(EVERYBODY)
    page = lookout.page
    names = [MARKUP.line(150).replace("/", "") + f"{place}.html" for place in range(len(FILES))]
    files: list[Any] = [
        {"name": name, "mimeType": kind, "buffer": text.encode()}
        for name, (kind, text) in zip(names, FILES, strict=True)
    ]
    lookout.sees("/report")
    page.select_option("#report-workflow", "")
    page.fill("#report-what", MARKUP.fit())
    page.set_input_files("#report-files", files)
    with page.expect_navigation():
        page.click("form#report button")
    assert lookout.path.endswith("/receipt"), lookout.path
    assert not lookout.looks().faults
    number = lookout.path.split("/")[2]
    sight = lookout.sees(f"/incidents/{number}/evidence")
    assert not sight.faults
    for name in names:
        assert name in sight.words
    links = page.locator("main a[href^='/api/v1/']")
    assert links.count() == len(FILES)
    places = [str(links.nth(place).get_attribute("href")) for place in range(len(FILES))]
    for place in places:
        with page.expect_download() as download:
            page.evaluate("(path) => { location.href = path }", place)
        assert re.fullmatch(r"evidence-[0-9A-Z]{26}(\.\w+)?", download.value.suggested_filename)
    # Nor are they taken for scripts or styles of ours, though they come from here.
    tags = "".join(
        f"<script src='{place}'></script><link rel='stylesheet' href='{place}'/>"
        f"<iframe src='{place}'></iframe><embed src='{place}'/>"
        for place in places
    )
    page.route("**/help", partial(injected, tags))
    page.goto(markup.server.url + "/help")
    assert page.locator("main script").count() == len(FILES), "nothing was injected"
    assert page.evaluate("() => window.__hit") is None
    lookout.context.close()


# What is asked


QUERIES = [
    "q", "next", "back", "to", "state", "kind", "workflow", "step", "after", "before", "with",
    "part", "version", "unkept", "tested", "at", "token", "stream", "model", "actor", "target",
    "from", "in", "released", "deleted", "damaged", "added", "new", "incident", "whole",
    "commitments", "recipient", MARKUP.fit(100),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "language"), [(MARKUP.fit(1_500), GERMAN), (LINK, ENGLISH)], ids=["markup", "address"]
)
def test_whatIsAskedStaysWords(
    words: str, language: str, firms: Firms, markup: Hostile
) -> None:
    """Every page with the attack in everything that may be asked of it, and in its place."""
    lookout = firms.lookout(MARKUP, language).signed_in(EVERYBODY)
    number, closed, (one, *_) = markup.number, markup.closed_number, markup.kept_ids
    paths = [path for path in PAGES if "{" not in path] + [
        f"/incidents/{number}", f"/incidents/{closed}/receipt", f"/incidents/{number}/timeline",
        f"/incidents/{number}/affected", f"/incidents/{number}/evidence", "/workflows/attacked",
        markup.paths[f"look back {number}"], "/workflows/waiting/stop", f"/evidence/{one}",
        f"/evidence/{one}/compare", "/policy", "/language", "/incidents",
    ]  # fmt: skip
    faults, asked = [], quote(words, safe="")
    for path in dict.fromkeys(paths):
        query = "&".join(f"{quote(name)}={asked}" for name in QUERIES)
        faults += seen(lookout, f"{path}?{query}")
    # Where one that is refused would keep the next from being looked at.
    for path, name in [
        *(("/incidents", name) for name in ("kind", "state", "after", "workflow")),
        ("/policy", "version"), (f"/evidence/{one}/compare", "with"), ("/search", "q"),
        ("/workflows/attacked", "tested=no&at"), (f"/incidents/{number}", "step"),
        (f"/incidents/{number}/receipt", "unkept"), ("/workflows/waiting/stop", "incident"),
        ("/evidence", "q"), ("/evidence/gaps", "workflow"), ("/evidence/holds", "after"),
    ]:  # fmt: skip
        faults += seen(lookout, f"{path}?{name}={asked}")
    segment = quote(words[:150], safe="")
    for pattern in (
        "/{}", "/problems/{}", "/workflows/{}", "/workflows/{}/edit", "/workflows/{}/stop",
        "/workflows/attacked/stopped/{}", "/incidents/{}", "/incidents/{}/file", "/reviews/{}",
        "/incidents/{}/receipt", f"/incidents/{number}/lookbacks/{{}}", "/approvals/{}",
        "/evidence/{}", "/evidence/{}/compare", "/evidence/erasures/{}", "/admin/users/{}",
        "/assets/{}", "/api/v1/{}", "/incidents/{}/file.md",
    ):  # fmt: skip
        faults += seen(lookout, pattern.format(segment))
    assert not faults, "\n".join(faults)
    lookout.context.close()


def seen(lookout: Lookout, path: str) -> list[str]:
    """What is wrong with a page, whatever it answers; a page that is none has no script of ours."""
    response = lookout.page.goto(lookout.url + path)
    assert response
    sight = lookout.looks(response)
    is_page = response.headers.get("content-type", "").startswith("text/html")
    faults = [fault for fault in sight.faults if is_page or fault != "0 scripts"]
    if response.status >= 500:
        faults.append(f"answers {response.status}")
    return [f"{path[:80]}: {fault}" for fault in faults]


def test_theSetupPageStaysWords(make_server: MakeServer, chromium: Browser) -> None:
    lookout = Lookout(make_server().start().url, chromium)
    text = MARKUP.fit(150)
    assert not lookout.sees(f"/setup?token={quote(text, safe='')}").faults
    assert lookout.page.input_value("#setup-token") == text
    for name in ("login", "name", "password"):
        lookout.page.fill(f"#setup-{name}", text)
    with lookout.page.expect_navigation():
        lookout.page.click("form#setup button")
    sight = lookout.looks()
    assert not sight.faults and text in sight.words
    lookout.context.close()


# What comes back of a form


def test_whatWasTypedBeforeTheSessionEndedStaysWords(
    firms: Firms, markup: Hostile
) -> None:
    lookout = firms.lookout(MARKUP).signed_in(EVERYBODY)
    text = MARKUP.fit()
    lookout.sees("/report")
    lookout.page.fill("#report-what", text)
    lookout.context.clear_cookies()
    with lookout.page.expect_navigation() as sent:
        lookout.page.click("form#report button")
    assert sent.value and sent.value.status == 401
    sight = lookout.looks()
    assert not sight.faults and text in sight.words
    # The script keeps a draft and puts it back, as a text.
    lookout.signed_in(EVERYBODY)
    sight = lookout.sees("/report")
    assert not sight.faults and lookout.page.input_value("#report-what") == text
    # Whoever comes next to the same browser finds nothing of it.
    with lookout.page.expect_navigation():
        lookout.page.click("footer form button")
    lookout.signed_in("ana").sees("/report")
    assert lookout.page.input_value("#report-what") == ""
    assert "__hit" not in lookout.page.evaluate("() => JSON.stringify({...sessionStorage})")
    lookout.context.close()


def test_newsAreWordsToo(firms: Firms, markup: Hostile) -> None:
    """What the script fetches and puts in place while a page is open."""
    lookout = firms.lookout(MARKUP).signed_in(EVERYBODY)
    with lookout.page.expect_request("**/live"):
        assert not lookout.sees("/incidents?state=reported").faults
    what = f"News {MARKUP.fit(100)}"
    markup.world.ana.post("reports", {"workflow": "attacked", "what": what}).done(201)
    lookout.page.locator("main", has_text="News ").wait_for()
    sight = lookout.looks()
    assert not sight.faults and what in sight.words
    lookout.context.close()


def test_whatAPersonAllowsIsReadInItsOrder(firms: Firms) -> None:
    """A mark of direction in a call's arguments would show another call than is made."""
    plain = firms.of(PLAIN)
    arguments = {"amount": 900, "to": f"Birch{TURNED}09 :tnuoma"}
    asked = {"action": "tool", "tool": plain.tool, "arguments": arguments, "diff": TURNED}
    told = plain.all.post("workflows/waiting/gate", asked).done(200)
    lookout = firms.lookout(PLAIN).signed_in("gus")
    lookout.sees(f"/approvals/{told['approval']['id']}")
    blocks = lookout.page.locator("main pre code").all_text_contents()
    area = lookout.page.locator("main textarea[name=arguments]")
    assert blocks[0] == r'{"amount":900,"to":"Birch\u202e09 :tnuoma"}', blocks
    assert area.input_value() == blocks[0] and TURNED not in "".join(blocks)
    # What is written otherwise is allowed as it was asked for.
    with lookout.page.expect_navigation():
        lookout.page.click("form#approve button")
    assert not lookout.looks().faults
    assert plain.all.post("workflows/waiting/gate", asked).done(200)["decision"] == "allow"
    lookout.context.close()


# The policy of the pages


def test_everyPageSaysWhatMayRun(markup: Hostile) -> None:
    browser = signed_in(markup.server, EVERYBODY)
    for path in [*markup.paths.values(), "/incidents/none", "/assets/script.js"]:
        answer = browser.get(markup.server.url + path, timeout=30)
        headers = answer.headers
        assert headers["content-security-policy"] == POLICY, path
        assert headers["x-frame-options"] == "DENY", path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert headers["cross-origin-opener-policy"] == "same-origin", path
        assert "access-control-allow-origin" not in headers, path
        kept = "no-cache" if path.startswith("/assets/") else "no-store"
        assert headers["cache-control"] == kept, path
    for path in ("/nothing", "/api/v1/session", "/api/v1/workflows", "/assets/icon.svg"):
        answer = browser.get(markup.server.url + path, timeout=30)
        assert answer.headers["content-security-policy"] == PROGRAMS, path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert "access-control-allow-origin" not in answer.headers, path


FOREIGN = [
    *STAYING,
    f"<script src=//{ELSEWHERE}/x.js></script><img src=//{ELSEWHERE}/x.png>",
    f"<script>fetch('//{ELSEWHERE}/x')</script><link rel=stylesheet href=//{ELSEWHERE}/x.css>",
    f"<iframe src=//{ELSEWHERE}/></iframe><object data=//{ELSEWHERE}/></object>",
    "<script src='data:text/javascript,__hit=21'></script>",
    "<script type=module>__hit=22</script><script type=importmap>{}</script>",
    "<p id=styled style='position: fixed; color: rgb(1, 2, 3)'>x</p>",
    "<style>#plain {color: rgb(1, 2, 3)}</style><p id=plain>x</p>",
    "<a id=runs href='javascript:__hit=23'>x</a>",
    f"<form id=away action=http://{ELSEWHERE}/ method=post><button>x</button></form>",
]  # fmt: skip


def injected(text: str, route: Route) -> None:
    """The server's own answer, headers and all, as if an attack had got into the page."""
    answer = route.fetch()
    body = answer.text().replace("</main>", text + "</main>")
    route.fulfill(response=answer, body=body)


def test_whatGetsInAllTheSameDoesNotRun(firms: Firms, markup: Hostile) -> None:
    lookout = firms.lookout(MARKUP).signed_in(EVERYBODY)
    page = lookout.page
    asked: list[str] = []

    def asks(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    # What the policy blocks does not come this far.
    lookout.context.route(re.compile(ELSEWHERE), asks)
    for attack in FOREIGN:
        page.unroute_all()
        page.route("**/help", partial(injected, attack))
        page.goto(markup.server.url + "/help")
        refused = page.evaluate("() => window.__refused.length")
        if re.search(r"^<(script|svg|img|style|link|iframe src=|p id=styled)", attack):
            assert refused, f"nothing kept it from running: {attack}"
        assert page.evaluate("() => window.__hit") is None, attack
        assert page.evaluate("() => document.baseURI") == page.url, attack
        if "id=styled" in attack or "id=plain" in attack:
            color = "() => getComputedStyle(document.querySelector('#styled, #plain')).color"
            assert page.evaluate(color) != "rgb(1, 2, 3)"
        if "id=runs" in attack:
            page.click("#runs")
            assert page.evaluate("() => window.__hit") is None
        if "id=away" in attack:
            page.evaluate("() => document.querySelector('#away button').click()")
            page.wait_for_function("() => window.__refused.length > 0")
    assert not asked
    assert page.url.startswith(markup.server.url)
    lookout.context.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_noPageIsShownInAFrame(host: str, markup: Hostile, chromium: Browser) -> None:
    context = Way("scripts").context(chromium)
    page = signed_in_at(context.new_page(), markup.server)
    framed = ["/", "/report", "/stop", "/sign-in", "/assets/icon.svg", "/nothing",
              "/api/v1/session", f"/incidents/{markup.number}/file.md"]  # fmt: skip
    frames = [f'<iframe src="{markup.server.url}{path}"></iframe>' for path in framed]
    own = '<iframe name="own" src="/own"></iframe>'

    def reply(_: str, path: str, body: bytes, number: int) -> Reply:
        return 200, HTML, b"own" if path == "/own" else ("".join(frames) + own).encode()

    with Stub(reply) as attacker:
        page.goto(attacker.url.replace("127.0.0.1", host))
        own_frame = page.frame("own")
        assert own_frame and own_frame.content() == "<html><head></head><body>own</body></html>"
        shown = [frame for frame in page.frames if frame not in (page.main_frame, own_frame)]
        assert len(shown) == len(framed)
        for frame in shown:
            assert frame.url == "chrome-error://chromewebdata/", frame.url
    context.close()


# Forms of another site


def acts(markup: Hostile) -> dict[str, dict[str, str]]:
    """What an attacker would like a victim to do, with everything but the proof of the form."""
    place = f"/incidents/{markup.number}"
    return {
        "/report": {"workflow": "attacked", "what": "Forged.", "left_company": "yes"},
        "/workflows/waiting/stop": {"reason": "Forged.", "scope_choice": "whole"},
        "/workflows/attacked/retire": {"reason": "Forged."},
        f"{place}/triage": {"kind": "declined", "reason": "Forged."},
        f"{place}/raise": {"level": "4", "reason": "Forged."},
        f"{place}/gaps": {"kind": "log", "why": "Forged."},
        f"{place}/skips": {"step": "11", "reason": "Forged."},
        f"{place}/exception": {"reason": "Forged."},
        f"{place}/restart": {"conditions": "Forged."},
        f"{place}/close": {},
        f"/approvals/{markup.approval_ids[0]}/approve": {"digest": "0" * 64},
        f"/approvals/{markup.approval_ids[0]}/reject": {"reason": "Forged."},
        "/evidence/holds": {"workflow": "attacked", "reason": "Forged."},
        "/evidence/retention/run": {},
        "/policy/change": {"yaml": "title: Forged", "reason": "Forged."},
        "/account/tokens": {"name": "forged", "scopes": "all", "expires_in_days": "90"},
        "/account/password": {"current": PASSWORD, "password": "forged forged forged"},
        "/admin/users/new": {"login": "forged", "name": "Forged", "password": PASSWORD},
        "/admin/report-links": {"name": "forged", "expires_in_days": "90"},
        "/account/zone": {"zone": "Asia/Kathmandu"},
        "/sign-out": {},
    }


def form(url: str, fields: dict[str, str], encoding: str) -> str:
    inputs = "".join(f'<input name="{name}" value="{text}">' for name, text in fields.items())
    return (
        f'<form method="post" action="{url}" enctype="{encoding}">{inputs}</form>'
        "<script>document.forms[0].submit()</script>"
    )


class Attacker:
    """Another site, on another port: for a browser the same site, or under its name another."""

    def __init__(self) -> None:
        self.page = ""
        self.stub = Stub(lambda *_: (200, HTML, f"<!DOCTYPE html>{self.page}".encode()))

    def url(self, host: str) -> str:
        return self.stub.url.replace("127.0.0.1", host)


@pytest.fixture
def attacker() -> Iterator[Attacker]:
    made = Attacker()
    with made.stub:
        yield made


def journal(markup: Hostile) -> list[Any]:
    """Everything that was done, without what was looked at."""
    looks = {"viewed", "searched", "opened"}
    return [item for item in markup.world.uma.every("journal") if item["kind"] not in looks]


ENCODINGS = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_noOtherSiteActsForAVictim(
    host: str, attacker: Attacker, markup: Hostile, chromium: Browser
) -> None:
    context = Way("scripts").context(chromium)
    page = signed_in_at(context.new_page(), markup.server)
    before, session = journal(markup), session_of(context)
    guesses = [{}, {"csrf": ""}, {"csrf": "0" * 64}]
    for number, (path, fields) in enumerate(acts(markup).items()):
        guess, encoding = guesses[number % 3], ENCODINGS[number % 7 // 3]
        attacker.page = form(markup.server.url + path, fields | guess, encoding)
        page.goto(attacker.url(host))
        page.wait_for_url(f"{markup.server.url}/**")
        # On the same site the browser sends the session along, and it is the proof that lacks.
        if host == "127.0.0.1":
            assert page.locator("h1").inner_text() == "You may not do this", path
            assert "not from this server" in page.locator("main").inner_text(), path
        else:
            assert page.url.endswith("/sign-in"), (path, page.url)
    assert journal(markup) == before
    assert session_of(context) == session
    page.goto(markup.server.url + "/account")
    assert page.url.endswith("/account"), "the victim is still signed in"
    context.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_noOtherSiteReportsForSomebodyWithoutAnAccount(
    host: str, attacker: Attacker, markup: Hostile, chromium: Browser
) -> None:
    context = Way("scripts").context(chromium)
    page, before = context.new_page(), journal(markup)
    for name, fields in (("link for reports", "what"), ("followed report", "text")):
        path = markup.paths[name]
        # The victim has the form open, and its cookie with it.
        page.goto(markup.server.url + path)
        for guess, encoding in zip(({}, {"csrf": "0" * 64}), ENCODINGS, strict=False):
            attacker.page = form(markup.server.url + path, {fields: "Forged."} | guess, encoding)
            page.goto(attacker.url(host))
            page.wait_for_url(f"{markup.server.url}/**")
            assert "not from this server" in page.locator("main").inner_text(), path
    assert journal(markup) == before
    context.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_noOtherSiteCallsOrReadsForAVictim(
    host: str, attacker: Attacker, markup: Hostile, chromium: Browser
) -> None:
    """With scripts of another site: what may be sent without asking is refused, nothing is read."""
    context = Way("scripts").context(chromium)
    page = signed_in_at(context.new_page(), markup.server)
    before, api = journal(markup), f"{markup.server.url}/api/v1"
    attacker.page = "<p>Attack</p>"
    page.goto(attacker.url(host))
    answers: list[int] = []
    page.on("response", lambda answer: answers.append(answer.status))
    blind = """([url, kind, body]) => fetch(url, {method: 'POST', mode: 'no-cors', body,
      credentials: 'include', headers: {'content-type': kind}}).then((it) => it.type)"""
    calls = {
        "reports": '{"what": "Forged.", "workflow": "attacked"}',
        "workflows/waiting/stop": '{"reason": "Forged."}',
        f"incidents/{markup.number}/close": "{}",
        "tokens": '{"name": "forged", "scopes": ["all"]}',
    }
    for path, body in calls.items():
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            assert page.evaluate(blind, [f"{api}/{path}", kind, body]) == "opaque"
    assert answers and all(status in (401, 403, 415) for status in answers), answers
    reads = """([url, more]) => fetch(url, {credentials: 'include', ...more})
      .then((it) => it.text(), () => 'refused')"""
    asked = {"method": "POST", "headers": {"content-type": "application/json"}, "body": "{}"}
    proof = {"method": "POST", "headers": {"x-cordon-csrf": "0" * 64}}
    for url, more in [
        (f"{markup.server.url}/", {}), (f"{api}/session", {}), (f"{api}/incidents", {}),
        (f"{api}/reports", asked), (f"{api}/reports", proof), (f"{api}/tokens", asked),
        (f"{markup.server.url}/live", {}),
    ]:  # fmt: skip
        assert page.evaluate(reads, [url, more]) == "refused", url
    # As a script, a style or an image it tells no more.
    attacker.page = "".join(
        f'<script src="{api}/{path}"></script><link rel="stylesheet" href="{api}/{path}">'
        for path in ("session", "incidents", "journal")
    )
    page.goto(attacker.url(host))
    assert page.evaluate("() => document.styleSheets.length") in (0, 3)
    assert journal(markup) == before
    context.close()


def test_aFormOfOursIsTaken(markup: Hostile, chromium: Browser) -> None:
    """The same report goes through from our own page: it is the proof that makes the difference."""
    context = Way("scripts").context(chromium)
    page = signed_in_at(context.new_page(), markup.server)
    before = journal(markup)
    page.goto(markup.server.url + "/report")
    csrf = page.locator("form#report [name=csrf]").get_attribute("value") or ""
    fields = acts(markup)["/report"] | {"csrf": csrf}
    make = """([action, fields]) => {
      const form = Object.assign(document.createElement('form'), {method: 'post', action});
      for (const [name, value] of fields) {
        form.append(Object.assign(document.createElement('input'), {name, value}));
      }
      document.body.append(form);
      form.submit();
    }"""
    with page.expect_navigation():
        page.evaluate(make, ["/report", list(fields.items())])
    assert page.url.endswith("/receipt")
    assert len(journal(markup)) > len(before)
    context.close()


def test_nobodyIsSignedInByAnotherSite(
    attacker: Attacker, markup: Hostile, chromium: Browser
) -> None:
    for host in ("127.0.0.1", "localhost"):
        context = Way("scripts").context(chromium)
        page = context.new_page()
        # A form cookie may be there from an earlier visit.
        page.goto(markup.server.url + "/sign-in")
        fields = {"login": "ana", "password": PASSWORD, "next": "/"}
        attacker.page = form(f"{markup.server.url}/sign-in", fields, ENCODINGS[0])
        page.goto(attacker.url(host))
        page.wait_for_url(f"{markup.server.url}/**")
        assert not session_of(context)
        context.close()


# Leading elsewhere

PLACES_ELSEWHERE = [
    "https://{}/", "http://{}/", "//{}", "///{}", "////{}/", "/\\{}", "\\\\{}", "\\/{}", "/\t/{}",
    "/\n/{}", "\t//{}", " //{}", "/%09/{}", "/%2f%2f{}", "/%5c{}", "/.//{}", "/..//{}", "/./\\{}",
    "http:{}", "https:/{}", "javascript:location='//{}'", "data:text/html,{}", "@{}", "/@{}",
    ":80@{}/", "\u2028//{}", "\uff0f\uff0f{}", "/\u2215{}", "%2f%2f{}", "/sign-in?next=//{}",
    "/language?to=de&back=//{}", "/language?to=de&back=%2F%2F{}", "//{}%2f..", "/;//{}", "?//{}",
    "#//{}", "{}", "/\r\nLocation: //{}", "/%0d%0aLocation:%20//{}", "/%00//{}",
]  # fmt: skip


@pytest.mark.parametrize("way", ["sign-in", "language"])
def test_nothingLeadsElsewhere(way: str, markup: Hostile, chromium: Browser) -> None:
    lookout = Lookout(markup.server.url, chromium)
    page = lookout.page
    # A sign-in takes its time; what the server makes of all of them is looked at below.
    for pattern in PLACES_ELSEWHERE[:: 3 if way == "sign-in" else 1]:
        wanted = quote(pattern.format(ELSEWHERE), safe="")
        if way == "sign-in":
            page.goto(f"{lookout.url}/sign-in?next={wanted}")
            page.fill("#sign-in-login", "ana")
            page.fill("#sign-in-password", PASSWORD)
            with page.expect_navigation():
                page.click("form#sign-in button")
            assert "cordon_session" in lookout.cookies(), (pattern, page.content())
        else:
            page.goto(f"{lookout.url}/language?to=de&back={wanted}")
            assert lookout.cookies()["cordon_language"]["value"] == "de"
        assert page.url.startswith(lookout.url + "/"), (pattern, page.url)
        assert not lookout.faults, (pattern, lookout.faults)
        page.goto("about:blank")
        lookout.context.clear_cookies()
    # A place of our own is where one gets.
    page.goto(f"{lookout.url}/language?to=de&back=%2Fhelp")
    assert page.url == f"{lookout.url}/help"
    lookout.context.close()


@pytest.mark.parametrize("name", ["next", "back"])
def test_aPlaceElsewhereIsNotEvenNamed(name: str, markup: Hostile) -> None:
    """Nor does the server's word for it, whatever a browser makes of it."""
    for pattern in PLACES_ELSEWHERE:
        wanted = quote(pattern.format(ELSEWHERE), safe="")
        path = "/language?to=de&back=" if name == "back" else "/sign-in?next="
        answer = requests.get(markup.server.url + path + wanted, allow_redirects=False, timeout=30)
        if name == "back":
            location = answer.headers["location"]
        else:
            found = re.search(r'name="next" value="([^"]*)"', answer.text)
            assert found
            location = found[1]
        assert re.match(r"/(?![/\\])[\x21-\x7e]*$", location), (pattern, location)


# Cookies


def test_aSessionIsKeptFromScriptsAndOtherSites(markup: Hostile, chromium: Browser) -> None:
    lookout = Lookout(markup.server.url, chromium)
    lookout.page.goto(f"{lookout.url}/sign-in")
    # Whoever could put a session there beforehand does not have the one that begins.
    planted = {"name": "cordon_session", "value": "cordon_pat_planted", "url": lookout.url}
    lookout.context.add_cookies([planted])
    lookout.signed_in("ana")
    cookies = lookout.cookies()
    for name, cookie in cookies.items():
        # Whoever comes from elsewhere a second time keeps the form that is already open: it is the
        # proof of a form for somebody without a session, and no form of another site brings it.
        assert cookie["sameSite"] == ("Lax" if name == "cordon_form" else "Strict"), name
        assert cookie["path"] == "/" and cookie["domain"] == "127.0.0.1", name
        # The browser's own zone is what the script itself writes down.
        assert cookie["httpOnly"] == (name != "cordon_zone"), name
    first = cookies["cordon_session"]["value"]
    assert len(first) > 40 and first != "cordon_pat_planted"
    readable = lookout.page.evaluate("() => document.cookie")
    assert "cordon_session" not in readable and "cordon_form" not in readable
    kept = lookout.page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert first not in kept and first not in lookout.page.content()
    lookout.context.close()


def test_aSessionIsNewAtEachSignInAndEndsWithTheSignOut(
    markup: Hostile, chromium: Browser
) -> None:
    lookout = Lookout(markup.server.url, chromium)
    before: set[str] = set()
    for _ in range(3):
        lookout.signed_in("ana")
        before.add(lookout.cookies()["cordon_session"]["value"])
    assert len(before) == 3
    session = lookout.cookies()["cordon_session"]["value"]
    assert is_known(markup.server, session)
    old_form = lookout.page.locator("footer [name=csrf]").first.get_attribute("value") or ""
    with lookout.page.expect_navigation():
        lookout.page.click("footer form button")
    assert lookout.path == "/sign-in" and "cordon_session" not in lookout.cookies()
    assert not is_known(markup.server, session), "the session outlives the sign-out"
    # Neither going back nor the old form brings it back.
    lookout.page.go_back()
    lookout.page.reload()
    assert lookout.path.startswith("/sign-in")
    sent = requests.post(
        f"{markup.server.url}/report",
        data={"csrf": old_form, "what": "Late.", "workflow": "attacked"},
        cookies={"cordon_session": session},
        allow_redirects=False,
        timeout=30,
    )
    assert sent.status_code == 303 and sent.headers["location"] == "/sign-in"
    lookout.context.close()


def test_anotherPasswordEndsEverySession(markup: Hostile, chromium: Browser) -> None:
    person = {"login": "moved", "name": "Moved", "password": PASSWORD, "grants": []}
    markup.world.admin.post("users", person).done(201)
    lost = signed_in(markup.server, "moved").cookies["cordon_session"]
    lookout = Lookout(markup.server.url, chromium).signed_in("moved")
    mine = lookout.cookies()["cordon_session"]["value"]
    page = lookout.page
    page.goto(f"{lookout.url}/account")
    page.locator("details:has(form#password) summary").click()
    page.fill("#password-current", PASSWORD)
    page.fill("#password-password", "another river at noon")
    with page.expect_navigation():
        page.click("form#password button")
    assert lookout.path == "/account?new=password", lookout.path
    assert lookout.cookies()["cordon_session"]["value"] not in (mine, lost)
    assert not is_known(markup.server, lost) and not is_known(markup.server, mine)
    lookout.context.close()


# Every form at once, at the end: some of them do what they are for

FILL = """([form, text]) => {
  for (const field of form.elements) {
    if (field.name === 'csrf' || field.name === 'once' || field.type === 'file') continue;
    if (field.localName === 'select') field.append(new Option(text, text, true, true));
    else if (/^(radio|checkbox)$/.test(field.type)) {
      field.value = text;
      field.checked = true;
    } else if (/^(text|search|password|hidden)$|area/.test(field.type)) field.value = text;
    else if (field.localName !== 'button') {
      field.type = 'text';
      field.value = text;
    }
  }
  HTMLFormElement.prototype.submit.call(form);
}"""
# Who is signed out, or has another password, sees no more pages.
LEFT_OUT = {"/sign-out", "/account/password"}
FORM = re.compile(r'<form(?=[^>]* method="post")[^>]*>')
# What differs from one form of a kind to the next.
IDS = re.compile(r"[0-9A-Z]{26}|INC-\d+-\d+|(?<=/)\d+(?=/|$)")


def test_whatAFormGivesBackStaysWords(firms: Firms, markup: Hostile) -> None:
    """Every form of every page, sent with the attack in each of its fields, hidden ones too."""
    firms.sights(MARKUP)
    lookout = firms.lookout(MARKUP, GERMAN).signed_in(EVERYBODY)
    text = MARKUP.fit(1_000)
    faults: list[str] = []
    answers: set[int] = set()
    reader, done = signed_in(markup.server, EVERYBODY), set(LEFT_OUT)
    for path in markup.paths.values():
        page = reader.get(markup.server.url + path, timeout=30).text
        for start in FORM.findall(page):
            named = dict(re.findall(r'(id|action)="([^"]*)"', start))
            kind = IDS.sub("*", named["action"])
            whole = f"{kind} {IDS.sub('*', named.get('id', ''))}"
            if kind in done or whole in done:
                continue
            lookout.page.goto(markup.server.url + path)
            selector = "form" + "".join(f'[{name}="{value}"]' for name, value in named.items())
            form = lookout.page.query_selector(selector)
            if form is None:
                # One of the acts before has left nothing to do there.
                continue
            done.add(whole)
            with lookout.page.expect_navigation() as sent:
                lookout.page.evaluate(FILL, [form, text])
            assert sent.value
            answers.add(sent.value.status)
            faults += [f"{whole}: {fault}" for fault in lookout.looks().faults]
            if sent.value.status >= 500:
                faults.append(f"{whole}: {sent.value.status}")
    assert not faults, "\n".join(faults)
    assert len(done) > 50 and {200, 400} <= answers, (sorted(done), answers)
    lookout.page.goto(f"{lookout.url}/account")
    assert lookout.path == "/account", "one of them has ended the session"
    lookout.context.close()


def is_known(server: Server, session: str) -> bool:
    answer = requests.get(
        f"{server.url}/account", cookies={"cordon_session": session},
        allow_redirects=False, timeout=30,
    )  # fmt: skip
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


def signed_in(server: Server, login: str) -> requests.Session:
    """Somebody with the session that a browser would have."""
    session = requests.Session()
    session.trust_env = False
    told = server.api().post("session", {"login": login, "password": PASSWORD}).done(201)
    session.cookies["cordon_session"] = told["session"]
    return session


def session_of(context: BrowserContext) -> str:
    """The cookie of the session, if there is one."""
    found = {each["name"]: each["value"] for each in context.cookies()}
    return found.get("cordon_session", "")


def signed_in_at(page: Page, server: Server) -> Page:
    """A victim with every role."""
    page.goto(f"{server.url}/sign-in")
    page.fill("#sign-in-login", EVERYBODY)
    page.fill("#sign-in-password", PASSWORD)
    with page.expect_navigation():
        page.click("form#sign-in button")
    assert page.url == f"{server.url}/"
    return page
