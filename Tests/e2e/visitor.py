"""Somebody with a browser that runs no scripts: it keeps cookies and follows redirects."""

from urllib.parse import urljoin

import requests

from forms import Page
from world import PASSWORD

PAYLOAD = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&lt;b&gt;{{7*7}}"
TAG = '<script src="/assets/script.js" defer="defer"></script>'
SCRIPT = {"src": "/assets/script.js", "defer": "defer"}
# A file of a form: the field's name, then what it is called, its bytes and its media type.
File = tuple[str, tuple[str, bytes, str]]


class Visitor:
    """Looks at every page that it is shown, and fails when anything on it could run."""

    def __init__(self, url: str, language: str = "en") -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["accept-language"] = language
        self.status = 0
        self.place = ""

    def opens(self, path: str) -> Page:
        return self._shown(self.session.get(urljoin(self.url, path), timeout=30))

    def gets(self, path: str) -> requests.Response:
        """The answer as it is: no redirect is followed."""
        return self.session.get(urljoin(self.url, path), timeout=30, allow_redirects=False)

    def sends(
        self,
        page: Page,
        action: str,
        chosen: dict[str, str] | None = None,
        files: list[File] | None = None,
        **values: str,
    ) -> Page:
        """Fills in the form with the `chosen` values, and follows where it leads."""
        return self.fills(page, action, values, chosen, files)

    def fills(
        self,
        page: Page,
        action: str,
        values: dict[str, str],
        chosen: dict[str, str] | None = None,
        files: list[File] | None = None,
    ) -> Page:
        """The same for fields whose names are no names in Python."""
        form = page.form(action, **(chosen or {}))
        assert form.method == "post"
        assert set(values) <= set(form.names), f"{set(values) - set(form.names)} is not asked"
        filled = form.filled(values)
        where = urljoin(self.url, action)
        if form.enctype:
            assert form.enctype == "multipart/form-data"
            assert {name for name, _ in files or []} <= set(form.files)
            # A field in which no file was chosen is sent as one without a name.
            chosen_files: list[File] = files or [
                (name, ("", b"", "application/octet-stream")) for name in form.files
            ]
            parts = [(name, (None, value)) for name, value in filled]
            answer = self.session.post(where, files=[*parts, *chosen_files], timeout=120)
        else:
            assert not files
            answer = self.session.post(where, data=filled, timeout=60)
        return self._shown(answer)

    def _shown(self, response: requests.Response) -> Page:
        self.status = response.status_code
        self.place = response.url.removeprefix(self.url)
        return looked_at(response)

    def signed_in(self, login: str) -> "Visitor":
        self.sends(self.opens("/sign-in"), "/sign-in", login=login, password=PASSWORD)
        assert (self.status, self.place) == (200, "/")
        return self


def looked_at(response: requests.Response) -> Page:
    """The page, once it is certain that nothing on it can run but the one script of ours."""
    assert response.headers["content-type"] == "text/html; charset=utf-8", response.text
    policy = [part.strip() for part in response.headers["content-security-policy"].split(";")]
    assert {"default-src 'none'", "script-src 'self'"} <= set(policy)
    assert {"form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert "unsafe" not in " ".join(policy) and "http" not in " ".join(policy)
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "no-store"
    page = Page(response.text)
    assert page.scripts == [SCRIPT] and "<script" not in page.text.replace(TAG, "", 1)
    assert not {"style", "iframe", "object", "embed", "base"} & set(page.tags)
    assert not [name for name in page.attributes if name.startswith("on")]
    assert not {"style", "srcdoc", "formaction"} & set(page.attributes)
    for source in page.sources:
        # Ours, or a place on the page itself: nothing from elsewhere, and no javascript.
        assert source.startswith(("/", "#", "?")) and not source.startswith("//"), source
    assert len(page.ids) == len(set(page.ids)), sorted(page.ids)
    return page
