"""Looks at pages in a real browser and says what got through that is not ours."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, Response

from browser import Way
from world import PASSWORD

# Before anything else of a page runs: what its policy kept from running is written down.
WATCH = """
window.__refused = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.__refused.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""

# Every element that a page of ours may be made of.
OURS = (
    "a abbr article aside b bdi body br button caption circle code dd defs del desc details "
    "div dl dt em fieldset figcaption figure footer form g h1 h2 h3 h4 h5 h6 head header hr "
    "html i input ins kbd label legend li line link main mark meta nav ol optgroup option p "
    "path pattern polygon polyline pre progress rect script section select small span strong "
    "sub summary sup svg table tbody td text textarea tfoot th thead time title tr tspan ul "
    "var"
).split()

# What a page is made of, and what of it could never be ours.
SURVEY = r"""([turned, tail, ours]) => {
  const shapes = [], faults = [];
  const known = new Set(ours);
  const places = /^(href|src|action|formaction|data|poster|ping|background|cite|xlink:href)$/;
  for (const one of document.querySelectorAll('*')) {
    const names = one.getAttributeNames().sort();
    const shape = [one.localName, ...names].join(' ');
    shapes.push(shape);
    if (!known.has(one.localName)) faults.push(`an element ${shape}`);
    if (one.localName === 'meta' && names.includes('http-equiv')) faults.push(shape);
    for (const name of names) {
      if (/^on|^style$|^srcdoc$/.test(name)) faults.push(`a handler or style: ${shape}`);
      if (!places.test(name)) continue;
      const place = new URL(one.getAttribute(name), document.baseURI);
      if (place.origin !== location.origin) faults.push(`leads to ${place}: ${shape}`);
    }
  }
  if (document.scripts.length !== 1) faults.push(`${document.scripts.length} scripts`);
  if (document.scripts[0]?.text) faults.push('a script inside the page');
  if (document.forms.length !== document.querySelectorAll('form').length) faults.push('forms');
  if (window.__hit !== undefined) faults.push(`attack ${window.__hit} has run`);
  for (const refused of window.__refused) faults.push(`refused: ${refused}`);
  // Words of ours behind somebody's, in the same line, that would be read backwards.
  const inline = (one) => getComputedStyle(one).display === 'inline';
  const apart = (one) =>
    !inline(one) || /isolate|plaintext/.test(getComputedStyle(one).unicodeBidi);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); turned && node; node = texts.nextNode()) {
    const at = node.data.lastIndexOf(turned + tail);
    if (at < 0 || node.parentElement.closest('pre, textarea, option, script')) continue;
    let box = node.parentElement;
    while (!apart(box)) box = box.parentElement;
    let words = node.data.slice(at + turned.length + tail.length).split('\n')[0];
    const after = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    after.currentNode = node;
    for (let next = after.nextNode(); next; next = after.nextNode()) {
      let over = next.parentElement;
      while (over !== box && inline(over)) over = over.parentElement;
      if (over !== box) break;
      words += next.data;
    }
    if (/[\p{L}\p{N}]/u.test(words)) faults.push(`turns round: ${words.trim().slice(0, 60)}`);
  }
  const fields = [...document.querySelectorAll('input, textarea')].map((one) => one.value);
  const words = [document.title, document.body.textContent, ...fields].join('\n');
  return {shapes, faults, words};
}"""


@dataclass
class Sight:
    """One page as it was seen."""

    shapes: Counter[str]
    words: str
    faults: list[str]
    status: int


@dataclass
class Lookout:
    """Somebody with scripts on, who writes down whatever a page does that it must not do."""

    url: str
    browser: Browser
    # What turns the order of reading round, and how somebody's words end behind it; or nothing.
    turned: tuple[str, str] = ("", "")
    language: str = "en-GB"
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context = Way("scripts").context(self.browser, locale=self.language)
        self.context.add_init_script(WATCH)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("dialog", self._opened)
        self.page.on("pageerror", lambda error: self.faults.append(f"fails: {error}"))
        self.page.on("console", self._said)
        self.page.on("request", self._asked)
        self.page.on("popup", lambda other: self.faults.append(f"opens {other.url}"))
        self.page.on("framenavigated", self._moved)

    def _opened(self, dialog: Any) -> None:
        self.faults.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _said(self, message: Any) -> None:
        # A refusal is an answer with a status that browsers print in red.
        is_error = message.type == "error" or "Security Policy" in message.text
        if is_error and "status of" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(self.url + "/"):
            self.faults.append(f"asks {request.url}")

    def _moved(self, frame: Any) -> None:
        if frame != self.page.main_frame:
            self.faults.append(f"a frame of {frame.url}")
        elif not frame.url.startswith((self.url + "/", "about:blank")):
            self.faults.append(f"goes to {frame.url}")

    def signed_in(self, login: str, password: str = PASSWORD) -> "Lookout":
        self.page.goto(f"{self.url}/sign-in")
        self.page.fill("#sign-in-login", login)
        self.page.fill("#sign-in-password", password)
        with self.page.expect_navigation():
            self.page.click("form#sign-in button")
        assert self.path == "/", self.path
        return self

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.url)

    def sees(self, path: str) -> Sight:
        """The page at a path, with everything that is wrong with it."""
        response = self.page.goto(self.url + path)
        return self.looks(response)

    def looks(self, response: Response | None = None) -> Sight:
        """The page that is open."""
        found = self.page.evaluate(SURVEY, [*self.turned, OURS])
        faults, self.faults = self.faults + found["faults"], []
        status = response.status if response else 0
        return Sight(Counter(found["shapes"]), found["words"], faults, status)

    def cookies(self) -> dict[str, Any]:
        return {each["name"]: each for each in self.context.cookies()}
