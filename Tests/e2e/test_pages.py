"""The pages, used without a browser: forms are read, filled in and sent."""

import io
import zipfile
from typing import Any

import pytest
import requests

from conftest import MakeServer
from forms import Page
from visitor import PAYLOAD, Visitor, looked_at
from world import FALLBACK, PASSWORD, World

WHAT = "The draft names Birch, & “nobody” <asked>."


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
    late = Visitor(server.url)
    late.opens("/setup")
    assert late.place == "/sign-in"


def test_signingInLeadsWhereOneWanted(shared: World) -> None:
    number = shared.ana.post("reports", {"what": "To be looked at."}).done(201)["incident"]
    visitor = Visitor(shared.server.url)
    page = visitor.opens(f"/incidents/{number}?step=report")
    assert visitor.place.startswith("/sign-in?next=")
    wrong = visitor.sends(page, "/sign-in", login="ana", password="not the password")
    assert visitor.status == 400
    assert wrong.form("/sign-in").values["login"] == "ana"
    assert wrong.form("/sign-in").values["password"] == ""
    shown = visitor.sends(wrong, "/sign-in", login="ana", password=PASSWORD)
    assert (visitor.status, visitor.place) == (200, f"/incidents/{number}?step=report")
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


def test_aFormFromElsewhereIsRefused(shared: World) -> None:
    shared.acting("forged")
    visitor = Visitor(shared.server.url).signed_in("ana")
    other = Visitor(shared.server.url).signed_in("ben")
    stolen = other.opens("/stop").form("/workflows/forged/stop").values["csrf"]
    place = f"{visitor.url}/workflows/forged/stop"
    before = newest(shared)
    for csrf in ("", "0" * 64, stolen):
        body = {"reason": "Wrong.", "csrf": csrf}
        answer = visitor.session.post(place, data=body, timeout=30)
        assert answer.status_code == 403
        report = {"workflow": "forged", "what": "x", "stop": "yes", "csrf": csrf}
        for sent in ({"data": report}, {"files": {k: (None, v) for k, v in report.items()}}):
            answer = visitor.session.post(f"{visitor.url}/report", timeout=30, **sent)
            assert answer.status_code == 403
    shared.ana.get("workflows/forged/gate").done(200)
    missing = visitor.session.post(place, data={"reason": "Wrong."}, timeout=30)
    assert missing.status_code == 403
    assert newest(shared) == before


def newest(world: World) -> list[str]:
    found = world.uma.get("incidents", limit=1).done(200)["items"]
    return [item["number"] for item in found]


def test_aTokenOpensNoPage(shared: World) -> None:
    token = shared.ana.token
    answer = requests.get(
        f"{shared.server.url}/",
        headers={"authorization": f"Bearer {token}"},
        allow_redirects=False,
        timeout=30,
    )
    assert answer.status_code == 303


def test_whoeverWasSignedOutGetsBackWhatTheyTyped(shared: World) -> None:
    visitor = Visitor(shared.server.url).signed_in("ana")
    page = visitor.opens("/report")
    form = page.form("/report").filled({"what": WHAT})
    visitor.sends(page, "/sign-out")
    before = newest(shared)
    place = f"{shared.server.url}/report"
    here = {"sec-fetch-site": "same-origin"}
    parts = [(name, (None, value)) for name, value in form]
    for sent in ({"data": form}, {"files": parts}):
        answer = visitor.session.post(place, headers=here, timeout=30, **sent)
        shown = looked_at(answer)
        assert answer.status_code == 401 and WHAT in shown.said
        # The form's own token is no word of theirs.
        assert dict(form)["csrf"] not in shown.text and dict(form)["once"] not in shown.text
        assert "/sign-in" in shown.links
    for site in (None, "cross-site", "same-site", "none"):
        fields = {"sec-fetch-site": site} if site else {}
        answer = visitor.session.post(
            place, data=form, headers=fields, timeout=30, allow_redirects=False
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert "Birch" not in answer.text
    assert newest(shared) == before


def test_aPasswordIsNeverShownBack(shared: World) -> None:
    answer = Visitor(shared.server.url).session.post(
        f"{shared.server.url}/account/password",
        data={"current": "the present password", "password": "a password that is new"},
        headers={"sec-fetch-site": "same-origin"},
        timeout=30,
    )
    assert answer.status_code == 401
    assert "a password that is new" not in answer.text
    assert "the present password" not in answer.text


def test_thePagesSpeakTheVisitorsLanguage(shared: World) -> None:
    for wish, language in (
        ("de", "de"), ("de-AT,de;q=0.9,en;q=0.8", "de"), ("fr,de;q=0.5,en;q=0.1", "de"),
        ("en,de", "en"), ("fr", "en"), ("de;q=0,en", "en"),
    ):  # fmt: skip
        page = Visitor(shared.server.url, wish).opens("/sign-in")
        assert page.lang == language, wish
        assert ("Anmelden" in page.said) == (language == "de"), wish
    visitor = Visitor(shared.server.url, "de").signed_in("ana")
    home = visitor.opens("/")
    assert home.lang == "de" and "Etwas melden" in home.said
    (link,) = [place for place in home.links if place.startswith("/language?")]
    assert visitor.opens(link).lang == "en" and visitor.place == "/"
    # A browser that was told keeps it, whatever it wishes for.
    assert visitor.opens("/report").lang == "en"
    answer = visitor.gets("/language?to=de&back=/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("cordon_language=de; ")
    assert "; HttpOnly" in cookie and "; SameSite=Strict" in cookie
    assert visitor.opens("/report").lang == "de"
    for wrong in ("fr", "", "de%0d%0aset-cookie:%20a=b"):
        answer = visitor.gets(f"/language?to={wrong}&back=/report")
        assert (answer.status_code, answer.headers["location"]) == (303, "/report")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "back",
    ["https://example.org/", "//example.org", "/\\example.org", "/%09/example.org", "report", ""],
)
def test_aLanguageNeverLeadsElsewhere(back: str, shared: World) -> None:
    answer = Visitor(shared.server.url).gets(f"/language?to=de&back={back}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert Visitor(shared.server.url).gets("/language?to=de").headers["location"] == "/"


def test_whatAStrangerWroteNeverRuns(shared: World) -> None:
    """The visitor fails at the first tag or attribute that a payload could have made."""
    target = {"name": "by-hand", "instruction": PAYLOAD, "contact": PAYLOAD[:60]}
    shared.register(
        "hostile", name=PAYLOAD[:120], purpose=PAYLOAD, fallback=FALLBACK | {"title": PAYLOAD},
        data_classes=[PAYLOAD], affected_parties=[PAYLOAD], manual_targets=[target],
    )  # fmt: skip
    body = {
        "workflow": "hostile",
        "what": PAYLOAD,
        "contact": PAYLOAD,
        "discovered": PAYLOAD,
        "stop": True,
    }
    report = shared.ana.post("reports", body).done(201)
    number = report["incident"]
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
    stop = report["containment"]["id"]
    for path in (
        "/", "/stop", "/workflows", "/workflows/hostile", "/workflows/hostile/stop",
        f"/workflows/hostile/stopped/{stop}", "/incidents", "/report?workflow=hostile",
        f"/incidents/{number}", f"/incidents/{number}/file", f"/incidents/{number}/receipt",
        f"/incidents/{number}/affected", f"/incidents/{number}/evidence",
        f"/incidents/{number}/timeline", f"/incidents/{number}?step=correct",
        f"/incidents/{unlisted['incident']}", f"/incidents/{unlisted['incident']}/receipt",
        "/search?q=script",
    ):  # fmt: skip
        page = visitor.opens(path)
        assert visitor.status == 200
        assert "<script>alert" not in page.text and "<img" not in page.text
        assert "img" not in page.tags
    for path in ("/", f"/incidents/{number}", f"/incidents/{number}/file", "/workflows/hostile"):
        assert "&lt;script&gt;alert(1)" in visitor.opens(path).text, path
    omar = Visitor(shared.server.url).signed_in("omar")
    for path in ("/audit", "/workflows/hostile/edit"):
        page = omar.opens(path)
        assert omar.status == 200 and "&lt;script&gt;alert(1)" in page.text, path
    again = visitor.sends(
        visitor.opens("/report"), "/report", workflow=PAYLOAD, what="", left_company=PAYLOAD
    )
    assert visitor.status == 400 and "img" not in again.tags
    for path in (
        f"/sign-in?next={PAYLOAD}", f"/search?q={PAYLOAD}", f"/workflows?q={PAYLOAD}",
        f"/stop?q={PAYLOAD}", f"/evidence?q={PAYLOAD}", f"/report?workflow={PAYLOAD}",
        f"/incidents/{number}/receipt?unkept={PAYLOAD}", f"/incidents?workflow={PAYLOAD}",
        f"/workflows/hostile?tested=no&at={PAYLOAD}", f"/incidents?kind={PAYLOAD}",
    ):  # fmt: skip
        assert "img" not in visitor.opens(path).tags
    visitor.opens(f"/problems/{PAYLOAD.replace('/', '')}")
    assert visitor.status == 404


def test_everyKindOfRefusalIsExplained(shared: World) -> None:
    visitor = Visitor(shared.server.url)
    refused = shared.ana.get("workflows/none").refused("not-found", 404)
    page = visitor.opens(refused["type"])
    assert visitor.status == 200 and refused["title"] in page.said
    index = visitor.opens("/problems")
    assert visitor.status == 200
    kinds = [place for place in index.links if place.startswith("/problems/")]
    assert len(kinds) > 20
    for kind in kinds:
        visitor.opens(kind)
        assert visitor.status == 200


def test_theBundleKeepsBackWhatIsChosen(shared: World) -> None:
    shared.acting("kept-back")
    record = {"workflow": "kept-back", "kind": "model_exchange", "input": "Birch asks.",
              "output": "Birch is told."}  # fmt: skip
    shared.admin.post("evidence", {"records": [record]}).done(201)
    told = {"workflow": "kept-back", "what": "It names Birch."}
    number = shared.ana.post("reports", told).done(201)["incident"]
    uma = Visitor(shared.server.url).signed_in("uma")
    place = f"/incidents/{number}/bundle"
    page = uma.opens(place)
    assert place in uma.opens(f"/incidents/{number}").links
    wrong = uma.sends(page, place, **{"from": "yesterday"}, reason="Not theirs.")
    assert uma.status == 400 and "There is a problem" in wrong.said
    form = page.form(place)
    sent = form.filled({"redact": "output", "reason": "Not theirs.", "recipient": "The court"})
    answer = uma.session.post(uma.url + place, data=sent, timeout=60)
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        names = bundle.namelist()
        assert any(name.endswith("/output.commitment") for name in names)
        assert any(name.endswith("/input.json") for name in names)
        assert not any(name.endswith("/output.json") for name in names)
    assert "The court" in uma.opens("/audit?stream=evidence/kept-back").said


def test_aTimeZoneIsChosenWithoutScripts(shared: World) -> None:
    visitor = Visitor(shared.server.url).signed_in("ana")
    page = visitor.opens("/account")
    assert "Times are told in this zone: UTC." in page.said
    for wrong in ("", "Mars/Olympus", "../etc", "Europe/Berlin; x"):
        refused = visitor.sends(page, "/account/zone", zone=wrong)
        assert visitor.status == 400 and "no time zone of this name" in refused.said, wrong
    chosen = visitor.sends(page, "/account/zone", zone="Asia/Kathmandu")
    assert visitor.status == 200 and "Asia/Kathmandu" in chosen.said
    assert visitor.session.cookies["cordon_zone"] == "Asia.Kathmandu"


def test_dutiesToNotifyStandOnOnePage(shared: World) -> None:
    shared.acting("told-of")
    told = {"workflow": "told-of", "what": "It names Birch.", "left_company": "yes"}
    number = shared.ana.post("reports", told).done(201)["incident"]
    place = f"incidents/{number}/notifications"
    due = "2026-04-20T09:00:00Z"
    law = {"duty": "GDPR, article 33", "decision": "pending", "reason": "Counsel reads it."}
    shared.ben.post(place, law | {"due_at": due}).done(201)
    other = {"duty": "The insurer", "decision": "pending", "reason": "Perhaps."}
    shared.ben.post(place, other).done(201)
    uma = Visitor(shared.server.url).signed_in("uma")
    page = uma.opens("/actions/duties")
    assert "GDPR, article 33" in page.said and "Overdue" in page.said
    assert "Without a time" in page.said and number in page.said
    assert "/actions/duties" in uma.opens("/actions").links
    # What does not apply is gone; what applies is still to be told.
    shared.ben.post(place, other | {"decision": "does_not_apply"}).done(201)
    shared.ben.post(place, law | {"decision": "applies", "due_at": due}).done(201)
    after = uma.opens("/actions/duties").said
    assert "The insurer" not in after and "GDPR, article 33" in after


JUNIT = (
    b'<?xml version="1.0"?><testsuite name="drafts">'
    b'<testcase name="no-other-customer"><failure message="Birch is named."/></testcase>'
    b"</testsuite>"
)


def test_aRunIsTakenFromAFile(shared: World) -> None:
    shared.acting("tested")
    told = {"workflow": "tested", "what": "It names Birch."}
    number = shared.ana.post("reports", told).done(201)["incident"]
    place = f"incidents/{number}/evaluations"
    case = {"key": "no-other-customer", "description": "It names no other customer."}
    shared.ben.post(place, {"cases": [case]}).done(201)
    ben = Visitor(shared.server.url).signed_in("ben")
    shown, action = f"/incidents/{number}?step=evaluate", f"/incidents/{number}/runs/file"

    def sends(report: bytes, **values: str) -> Page:
        file = ("files", ("results.xml", report, "text/xml"))
        return ben.sends(ben.opens(shown), action, files=[file], **values)

    def runs() -> list[dict[str, Any]]:
        return list(shared.ben.get(f"incidents/{number}").done(200)["runs"])

    refused = ben.sends(ben.opens(shown), action, subject="failed", version="14.1")
    assert ben.status == 400 and "Choose the report of the run." in refused.said
    for report in (b"no XML", b"<!DOCTYPE x>" + JUNIT, b"<testsuite/>"):
        sends(report, subject="failed", version="14.1")
        assert ben.status == 400
    sends(JUNIT, subject="failed")
    assert ben.status == 400 and runs() == []
    # A report of 8 MiB is taken, one byte more is not.
    room = (8 << 20) - len(JUNIT)
    sends(JUNIT + b" " * (room + 1), subject="failed", version="14.1")
    assert ben.status == 413 and runs() == []
    sends(JUNIT + b" " * room, subject="failed", version="14.1")
    assert ben.status == 200
    assert [(run["version"], run["subject"], run["failed"]) for run in runs()] == [
        ("14.1", "failed", 1)
    ]


def test_allThatOneReportedStandsOnOnePage(shared: World) -> None:
    shared.acting("often-reported")
    numbers = [
        shared.gus.post("reports", {"workflow": "often-reported", "what": f"Fault {n}."}).done(
            201
        )["incident"]
        for n in range(42)
    ]
    other = shared.ana.post("reports", {"what": "Somebody else saw this."}).done(201)["incident"]
    gus = Visitor(shared.server.url).signed_in("gus")
    page = gus.opens("/reports")
    rows = [link.rsplit("/", 1)[1] for link in page.links if link.startswith("/incidents/INC")]
    rows = [number for number in rows if number != "receipt"]
    assert rows == numbers[:-41:-1]
    assert f"/incidents/{numbers[-1]}/receipt" in page.links
    [older] = [link for link in page.links if link.startswith("/reports?")]
    said = gus.opens(older).said
    assert numbers[0] in said and numbers[1] in said and numbers[2] not in said
    assert other not in page.said + said
    assert "Nothing so far." in Visitor(shared.server.url).signed_in("carla").opens("/reports").said
