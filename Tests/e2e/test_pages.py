"""The pages, used without a browser: forms are read, filled in and sent."""

from urllib.parse import urljoin

import pytest
import requests

from conftest import MakeServer
from forms import Page
from world import FALLBACK, PASSWORD, World

PAYLOAD = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&lt;b&gt;{{7*7}}"


class Visitor:
    """Somebody with a browser that keeps cookies and follows redirects."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.status = 0
        self.place = ""
        self.response: requests.Response | None = None

    def opens(self, path: str) -> Page:
        return self._shown(self.session.get(urljoin(self.url, path), timeout=30))

    def sends(self, page: Page, action: str, chosen: dict[str, str] | None = None,
              **values: str) -> Page:  # fmt: skip
        form = page.form(action, **(chosen or {}))
        assert form.method == "post"
        assert set(values) <= set(form.names), f"{set(values) - set(form.names)} is not asked"
        filled = form.values | values
        return self._shown(
            self.session.post(urljoin(self.url, action), data=filled, timeout=30)
        )

    def _shown(self, response: requests.Response) -> Page:
        self.status = response.status_code
        self.place = response.url.removeprefix(self.url)
        self.response = response
        assert response.headers["content-type"] == "text/html; charset=utf-8", response.text
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        page = Page(response.text)
        assert "script" not in page.tags
        assert not [name for name in page.attributes if name.startswith("on")]
        assert "style" not in page.attributes
        return page

    def signed_in(self, login: str) -> "Visitor":
        self.sends(self.opens("/sign-in"), "/sign-in", login=login, password=PASSWORD)
        assert (self.status, self.place) == (200, "/")
        return self


def test_aNewServerIsSetUpOnAPage(make_server: MakeServer) -> None:
    server = make_server().start()
    visitor = Visitor(server.url)
    page = visitor.opens(f"/setup?token={server.setup_token}")
    assert page.form("/setup").values["token"] == server.setup_token
    again = visitor.sends(page, "/setup", login="Not Good", name="", password="short")
    assert visitor.status == 400
    assert "There is a problem" in again.said
    assert again.form("/setup").values["login"] == "Not Good"
    assert again.form("/setup").values["password"] == ""
    visitor.sends(again, "/setup", login="ida", name="Ida Berg", password=PASSWORD)
    assert (visitor.status, visitor.place) == (200, "/")
    Visitor(server.url).opens("/setup")
    late = Visitor(server.url)
    late.opens("/setup")
    assert late.place == "/sign-in"


def test_signingInLeadsWhereOneWanted(shared: World) -> None:
    number = shared.ana.post("reports", {"what": "To be looked at."}).done(201)["incident"]
    visitor = Visitor(shared.server.url)
    page = visitor.opens(f"/incidents/{number}")
    assert visitor.place.startswith("/sign-in?next=")
    wrong = visitor.sends(page, "/sign-in", login="ana", password="not the password")
    assert visitor.status == 400
    assert wrong.form("/sign-in").values["login"] == "ana"
    shown = visitor.sends(wrong, "/sign-in", login="ana", password=PASSWORD)
    assert (visitor.status, visitor.place) == (200, f"/incidents/{number}")
    assert number in shown.said
    home = visitor.opens("/")
    visitor.sends(home, "/sign-out")
    assert visitor.place == "/sign-in"
    visitor.opens("/")
    assert visitor.place.startswith("/sign-in")


@pytest.mark.parametrize(
    "next_place", ["https://example.org/", "//example.org", "/\\example.org", "/\t/example.org"]
)
def test_signingInNeverLeadsElsewhere(next_place: str, shared: World) -> None:
    visitor = Visitor(shared.server.url)
    page = visitor.opens("/sign-in")
    form = page.form("/sign-in").values | {
        "login": "ana", "password": PASSWORD, "next": next_place,
    }  # fmt: skip
    answer = visitor.session.post(
        f"{shared.server.url}/sign-in", data=form, allow_redirects=False, timeout=30
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_aReportWithAStopIsOneForm(shared: World) -> None:
    shared.acting("paged")
    visitor = Visitor(shared.server.url).signed_in("ana")
    home = visitor.opens("/")
    assert "Paged" in home.said
    empty = visitor.sends(home, "/report", workflow="paged", what="")
    assert visitor.status == 400 and "There is a problem" in empty.said
    said = visitor.sends(
        empty, "/report", workflow="paged", what="It names Birch.", left_company="no", stop="yes"
    )
    assert visitor.status == 200
    refused = shared.ana.get("workflows/paged/gate").refused("workflow-stopped", 423)
    number = refused["incident"]
    # Opened anew, the receipt sends nothing again.
    assert visitor.place == f"/incidents/{number}/receipt"
    assert number in said.said and FALLBACK["title"] in said.said
    shown = visitor.opens(f"/incidents/{number}")
    assert "It names Birch." in shown.said
    file = visitor.opens(f"/incidents/{number}/file")
    assert number in file.said
    markdown = visitor.session.get(f"{visitor.url}/incidents/{number}/file.md", timeout=30)
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert FALLBACK["title"] in visitor.opens("/").said


def test_theStopButtonStops(shared: World) -> None:
    shared.acting("paged-stop")
    visitor = Visitor(shared.server.url).signed_in("lena")
    home = visitor.opens("/")
    chosen = {"workflow": "paged-stop"}
    visitor.sends(home, "/stop", chosen, reason="Wrong.")
    refused = shared.ana.get("workflows/paged-stop/gate").refused("workflow-stopped", 423)
    assert visitor.place == f"/incidents/{refused['incident']}"


def test_aFormFromElsewhereIsRefused(shared: World) -> None:
    shared.acting("forged")
    visitor = Visitor(shared.server.url).signed_in("ana")
    other = Visitor(shared.server.url).signed_in("ben")
    stolen = other.opens("/").form("/stop", workflow="forged").values["csrf"]
    for csrf in ("", "0" * 64, stolen):
        body = {"workflow": "forged", "reason": "Wrong.", "csrf": csrf}
        answer = visitor.session.post(f"{visitor.url}/stop", data=body, timeout=30)
        assert answer.status_code == 403
        body = {"workflow": "forged", "what": "x", "stop": "yes", "csrf": csrf}
        answer = visitor.session.post(f"{visitor.url}/report", data=body, timeout=30)
        assert answer.status_code == 403
    shared.ana.get("workflows/forged/gate").done(200)
    missing = visitor.session.post(f"{visitor.url}/stop", data={"workflow": "forged"}, timeout=30)
    assert missing.status_code == 403


def test_aTokenOpensNoPage(shared: World) -> None:
    token = shared.ana.token
    answer = requests.get(
        f"{shared.server.url}/",
        headers={"authorization": f"Bearer {token}"},
        allow_redirects=False,
        timeout=30,
    )
    assert answer.status_code == 303


def test_whatAStrangerWroteNeverRuns(shared: World) -> None:
    """The visitor fails at the first tag or attribute that a payload could have made."""
    shared.register(
        "hostile", name=PAYLOAD[:120], purpose=PAYLOAD, fallback=FALLBACK | {"title": PAYLOAD}
    )
    body = {
        "workflow": "hostile",
        "what": PAYLOAD,
        "contact": PAYLOAD,
        "discovered": PAYLOAD,
        "stop": True,
    }
    number = shared.ana.post("reports", body).done(201)["incident"]
    place = f"incidents/{number}"
    shared.gus.post(f"{place}/triage", {"kind": "incident", "reason": PAYLOAD}).done(201)
    shared.gus.post(
        f"{place}/assessment", {"type": "other", "type_note": PAYLOAD, "level": 3,
                                "reason": PAYLOAD},
    ).done(201)  # fmt: skip
    shared.gus.post(
        f"{place}/impact",
        {
            "description": PAYLOAD, "acted_upon": "yes", "reversible": "no",
            "left_company": "yes", "functions": [PAYLOAD[:64]],
        },
    ).done(201)  # fmt: skip
    shared.gus.post(f"{place}/affected", {"kind": "person", "reference": PAYLOAD}).done(201)
    shared.gus.post(
        f"{place}/evidence", {"kind": "output", "name": PAYLOAD, "text": PAYLOAD, "note": PAYLOAD}
    ).done(201)
    shared.gus.post(f"{place}/gaps", {"kind": "input", "why": PAYLOAD}).done(201)
    shared.gus.post(
        f"{place}/fallback", {"activated": True, "note": PAYLOAD, "told": [PAYLOAD]}
    ).done(201)
    shared.gus.post(
        f"{place}/notifications", {"duty": PAYLOAD, "decision": "pending", "reason": PAYLOAD}
    ).done(201)
    unlisted = shared.ana.post("reports", {"workflow": PAYLOAD, "what": PAYLOAD}).done(201)
    visitor = Visitor(shared.server.url).signed_in("gus")
    for path in ("/", f"/incidents/{number}", f"/incidents/{number}/file",
                 f"/incidents/{unlisted['incident']}"):  # fmt: skip
        page = visitor.opens(path)
        assert visitor.status == 200
        assert "<script>alert" not in page.text and "<img" not in page.text
        assert "img" not in page.tags
        assert "&lt;script&gt;alert(1)" in page.text
    home = visitor.opens("/")
    again = visitor.sends(home, "/report", workflow=PAYLOAD, what="", left_company=PAYLOAD)
    assert visitor.status == 400 and "img" not in again.tags
    visitor.opens(f"/sign-in?next={PAYLOAD}")
    visitor.opens(f"/problems/{PAYLOAD.replace('/', '')}")
    assert visitor.status == 404


def test_everyKindOfRefusalIsExplained(shared: World) -> None:
    visitor = Visitor(shared.server.url)
    refused = shared.ana.get("workflows/none").refused("not-found", 404)
    page = visitor.opens(refused["type"])
    assert visitor.status == 200 and refused["title"] in page.said
    visitor.opens("/problems")
    assert visitor.status == 200
