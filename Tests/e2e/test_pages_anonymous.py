"""Reporting without an account: by a link, followed by an address that nobody else has."""

import re
from typing import Any

import pytest

from conftest import MakeServer
from forms import Page
from test_worked_example_http import (
    becomes_production_ready,
    is_explained_and_corrected,
    is_judged,
    is_preserved_and_looked_back_on,
    is_reported_and_stopped,
    is_restarted_by_two_who_may,
)
from visitor import File, Visitor
from world import WORKFLOW, World

BY_A_LINK = 300
PIECES_AT_MOST = 20
FILES_AT_MOST = 10 << 20
FORM_AT_MOST = FILES_AT_MOST + (1 << 20)


def link_of(world: World, name: str = "Intranet") -> str:
    """The path of a link that the administrator makes on the page for it."""
    admin = Visitor(world.server.url).signed_in("admin")
    place = "/admin/report-links"
    made = admin.sends(admin.opens(place), place, name=name)
    assert admin.status == 201
    (path,) = re.findall(re.escape(world.server.url) + r"(/report/link/[\w-]+)", made.said)
    assert path not in admin.opens(place).said
    return str(path)


def reported(world: World, link: str, what: str, **more: Any) -> tuple[Visitor, Page]:
    """Somebody whom nobody knows, on the page of their report."""
    nobody = Visitor(world.server.url)
    page = nobody.sends(nobody.opens(link), link, what=what, **more)
    assert nobody.status == 200 and nobody.place.startswith("/report/followed/"), page.said
    return nobody, page


def number_of(visitor: Visitor) -> str:
    return visitor.place.split("?")[0].rpartition("/")[2]


def test_aReportWithoutAnAccountIsMadeFollowedAndAddedTo(shared: World) -> None:
    shared.acting("unnamed")
    link = link_of(shared)
    first = Visitor(shared.server.url).opens(link)
    # The names of workflows, nothing to stop with, and no way into the house.
    assert "Unnamed" in first.said and "stop" not in first.form(link).names
    assert "/incidents" not in first.text
    picture: list[File] = [("files", ("screen.png", b"\x89PNG Birch", "image/png"))]
    nobody, page = reported(
        shared, link, "It names Birch.", files=picture, workflow="unnamed", left_company="no"
    )
    number, place = number_of(nobody), nobody.place
    assert shared.server.url + place in page.said and "stops nothing" in page.said
    assert "screen.png" in page.said
    kept = shared.uma.get(f"incidents/{number}").done(200)
    assert (kept["reporter"], kept["workflow"]) == ("Anonymous", "unnamed")
    assert [item["name"] for item in kept["evidence"]] == ["screen.png"]
    added = nobody.sends(page, place, text="It happened twice.")
    assert nobody.status == 200 and "What the reporter added" in added.said
    # Sent twice from one showing, it counts once; empty, it is refused with nothing lost.
    nobody.sends(page, place, text="It happened twice.")
    empty = nobody.sends(added, place, text=" ")
    assert nobody.status == 400 and "There is a problem" in empty.said
    texts = shared.uma.get(f"incidents/{number}").done(200)["evidence"]
    assert [item["name"] for item in texts] == ["screen.png", "What the reporter added"]
    # Who answers for it sees an incident like every other.
    shown = Visitor(shared.server.url).signed_in("uma").opens(f"/incidents/{number}")
    assert "Anonymous" in shown.said and "It names Birch." in shown.said


def test_aStopIsSeenFromOutsideWithTheFallback(shared: World) -> None:
    shared.acting("halted")
    nobody, page = reported(shared, link_of(shared), "It goes on.", workflow="halted")
    assert "a report without an account stops nothing" in page.said
    shared.ben.post("workflows/halted/stop", {"reason": "A report."}).done(201)
    after = nobody.opens(nobody.place)
    assert "How the work goes on" in after.said
    assert "/workflows/" not in after.text


def test_aReportWithoutAnAccountTripsNoWatch(make_server: MakeServer) -> None:
    world = World.set_up(make_server().start())
    becomes_production_ready(world)
    number = is_reported_and_stopped(world)
    is_judged(world, number)
    is_preserved_and_looked_back_on(world, number)
    is_explained_and_corrected(world, number)
    is_restarted_by_two_who_may(world, number)
    link = link_of(world)

    def state() -> str:
        return str(world.ana.get(f"workflows/{WORKFLOW}").done(200)["state"])

    reported(world, link, "Again.", workflow=WORKFLOW)
    assert state() == "watch"
    world.ana.post("reports", {"workflow": WORKFLOW, "what": "Again."}).done(201)
    assert state() in ("stopping", "stopped")


def test_twoReportsOfOnePersonHaveNothingInCommon(shared: World) -> None:
    link = link_of(shared)
    nobody, _ = reported(shared, link, "The first.")
    first = nobody.place
    nobody.sends(nobody.opens(link), link, what="The second.")
    second = nobody.place
    assert first != second and first.split("/")[3] != second.split("/")[3]
    # One form that is sent again from the same showing is the same report.
    page = nobody.opens(link)
    nobody.sends(page, link, what="The third.")
    third = nobody.place
    nobody.sends(page, link, what="The third.")
    assert nobody.place == third
    # The secret of one opens no other.
    for secret, place in ((first.split("/")[3], second), ("x", first), ("x", "/INC-1999-0001")):
        number = place.rpartition("/")[2]
        assert nobody.gets(f"/report/followed/{secret}/{number}").status_code == 404


def test_whoIsSignedInStaysUnnamed(shared: World) -> None:
    link = link_of(shared)
    ana = Visitor(shared.server.url).signed_in("ana")
    page = ana.opens(link)
    assert "Signed in as" not in page.said
    ana.sends(page, link, what="I do not want to be named.")
    kept = shared.uma.get(f"incidents/{number_of(ana)}").done(200)
    assert kept["reporter"] == "Anonymous"
    assert ana.gets(f"/incidents/{number_of(ana)}").status_code == 404


def test_aLinkThatEndedOrNeverWasLetsNobodyIn(shared: World) -> None:
    link = link_of(shared, "Old poster")
    nobody = Visitor(shared.server.url)
    page = nobody.opens(link)
    admin = Visitor(shared.server.url).signed_in("admin")
    shown = admin.opens("/admin/report-links")
    tokens = shared.admin.get("tokens").done(200)["items"]
    (id,) = [token["id"] for token in tokens if token["name"] == "Old poster"]
    admin.sends(shown, f"/admin/report-links/{id}/revoke")
    ended = nobody.sends(page, link, what="Too late.")
    assert nobody.status == 404 and "not in use any more" in ended.said
    whole = shared.admin.post(
        "tokens", {"name": "all", "scopes": ["all"], "expires_in_days": 1}
    ).done(201)["token"]
    report = shared.ana.post(
        "tokens", {"name": "mine", "scopes": ["report_link"], "expires_in_days": 1}
    ).done(201)["token"]
    for secret in ("cordon_pat_" + "A" * 43, "x", whole, report, "%00"):
        assert nobody.gets(f"/report/link/{secret}").status_code == 404, secret


def test_theSecretOfALinkOpensNothingElse(shared: World) -> None:
    secret = link_of(shared).rpartition("/")[2]
    api = shared.server.api(secret)
    api.post("reports", {"what": "By the interface."}).refused("not-permitted", 403)
    api.get("workflows").refused("not-permitted", 403)
    api.get("session").refused("not-permitted", 403)
    nobody = Visitor(shared.server.url)
    nobody.session.cookies.set("cordon_session", secret)
    for path in ("/", "/admin/report-links", "/account"):
        assert nobody.gets(path).headers["location"].startswith("/sign-in"), path
    assert "Signed in as" not in nobody.opens("/help").said


@pytest.mark.parametrize(
    ("sizes", "status"),
    [
        ([FORM_AT_MOST], 413), ([FILES_AT_MOST + 1], 413), ([FILES_AT_MOST // 2 + 1] * 2, 413),
        ([FILES_AT_MOST], 200), ([1] * 10, 200), ([1] * 11, 413),
    ],
)  # fmt: skip
def test_filesHaveALimit(shared: World, sizes: list[int], status: int) -> None:
    link = link_of(shared)
    nobody = Visitor(shared.server.url)
    page = nobody.opens(link)
    files: list[File] = [
        ("files", (f"{index}.bin", b"B" * size, "application/octet-stream"))
        for index, size in enumerate(sizes)
    ]
    refused = nobody.sends(page, link, what="See the file.", files=files)
    assert nobody.status == status
    if status == 413 and sizes[0] <= FILES_AT_MOST + 1:
        assert refused.form(link).values["what"] == "See the file."


def test_aFormOfAnotherSiteDoesNothing(shared: World) -> None:
    link = link_of(shared)
    nobody = Visitor(shared.server.url)
    for csrf in ({}, {"csrf": "0" * 64}):
        answer = nobody.session.post(
            shared.server.url + link, data={"what": "Forged."} | csrf, timeout=30
        )
        assert answer.status_code == 403
    # It closes the link for nobody, however often; and what was typed is not lost.
    for _ in range(BY_A_LINK):
        nobody.session.post(shared.server.url + link, data={"what": "Forged."}, timeout=30)
    assert "Forged." in answer.text
    nobody.sends(nobody.opens(link), link, what="Mine.")
    assert nobody.status == 200


def test_oneReportTakesSoManyAdditions(shared: World) -> None:
    nobody, page = reported(shared, link_of(shared), "More follows.")
    place = nobody.place
    for number in range(PIECES_AT_MOST):
        page = nobody.sends(page, place, text=f"Number {number}.")
        assert nobody.status == 200
    refused = nobody.sends(page, place, text="One too many.")
    assert nobody.status == 413 and "report again" in refused.said
    assert "One too many." in refused.text
    kept = shared.uma.get(f"incidents/{number_of(nobody)}").done(200)["evidence"]
    assert len(kept) == PIECES_AT_MOST


def test_aReportThatIsOverSaysSo(shared: World) -> None:
    nobody, page = reported(shared, link_of(shared), "Perhaps nothing.")
    number = number_of(nobody)
    declined = {"kind": "declined", "reason": "It was right."}
    shared.ben.post(f"incidents/{number}/triage", declined).done(201)
    after = nobody.opens(nobody.place)
    assert "no incident" in after.said and "What happens next" not in after.said


def test_soManyReportsAndNoMore(make_server: MakeServer) -> None:
    server = make_server().start()
    world = World.set_up(server)
    link = link_of(world)
    nobody = Visitor(server.url)
    form = nobody.opens(link).form(link)
    for number in range(BY_A_LINK):
        sent = form.filled({"what": f"Number {number}."})
        parts = [(name, (None, value)) for name, value in sent]
        answer = nobody.session.post(
            server.url + link, files=parts, timeout=60, allow_redirects=False
        )
        assert answer.status_code == 303
    refused = nobody.sends(nobody.opens(link), link, what="One too many.")
    assert nobody.status == 429 and "Too many reports" in refused.said
    # By another link, and with an account, people report all the same.
    other = link_of(world, "Another")
    nobody.sends(nobody.opens(other), other, what="By another.")
    assert nobody.status == 200
    world.ana.post("reports", {"what": "With an account."}).done(201)
    server.stop()
    assert server.fsck().returncode == 0


def test_aWorkflowsFaultsStandBesideItsChanges(shared: World) -> None:
    shared.acting("drifting")
    for number in range(5):
        told = {"workflow": "drifting", "what": f"Wrong again, {number}."}
        shared.ana.post("reports", told).done(201)
    change = {"what": "A new prompt.", "aspect": "prompt", "version": "7"}
    shared.ben.post("workflows/drifting/changes", change).done(201)
    uma = Visitor(shared.server.url).signed_in("uma")
    page = uma.opens("/workflows/drifting/over-time")
    assert "A new prompt. (7)" in page.said and "Faults by month" in page.said
    assert "svg" in page.tags
    few = uma.opens(f"/workflows/{WORKFLOW}/over-time")
    assert "say nothing of a trend" in few.said
