"""Reporting and stopping on the pages: forms that count once, files that arrive whole."""

import hashlib
import secrets
from typing import Any

import pytest

from test_pages import newest
from visitor import File, Visitor
from waiting import until
from world import FALLBACK, WORKFLOW, World

TITLE = str(FALLBACK["title"])
FILE_LIMIT = 25 << 20
FORM_LIMIT = FILE_LIMIT + (1 << 20)
# Whatever looks like the end of a part, of a line or of a text, within a file's own bytes.
TRICKY = b"\x00\xff\r\n--\r\n\r\n--boundary--\r\nContent-Disposition: form-data\r\n\r\n\r\n"
HAND = {
    "name": "mail-merge",
    "instruction": "Take the mail merge out of its schedule.",
    "contact": "frida",
}


def incidents(world: World, workflow: str) -> list[dict[str, Any]]:
    return world.uma.every("incidents", workflow=workflow)


def stopped_at(place: str, key: str) -> str:
    """The id of the stop whose page it is."""
    head, _, id = place.rpartition("/")
    assert head == f"/workflows/{key}/stopped" and id, place
    return id


def test_aReportWithAStopIsOneForm(shared: World) -> None:
    shared.acting("paged")
    visitor = Visitor(shared.server.url).signed_in("ana")
    form = visitor.opens("/report")
    assert form.form("/report").enctype == "multipart/form-data"
    assert "Paged" in form.said
    empty = visitor.sends(form, "/report", workflow="paged", what="", left_company="no", stop="yes")
    assert visitor.status == 400 and "There is a problem" in empty.said
    # What was chosen stands there again.
    again = empty.form("/report").values
    assert (again["workflow"], again["left_company"], again["stop"]) == ("paged", "no", "yes")
    assert incidents(shared, "paged") == []
    said = visitor.sends(empty, "/report", what="It names Birch.")
    assert visitor.status == 200
    refused = shared.ana.get("workflows/paged/gate").refused("workflow-stopped", 423)
    number = refused["incident"]
    # Opened anew, the receipt sends nothing again.
    assert visitor.place == f"/incidents/{number}/receipt"
    assert number in said.said and TITLE in said.said
    assert FALLBACK["steps"][1] in said.said
    shown = visitor.opens(f"/incidents/{number}")
    assert "It names Birch." in shown.said
    file = visitor.opens(f"/incidents/{number}/file")
    assert number in file.said
    markdown = visitor.session.get(f"{visitor.url}/incidents/{number}/file.md", timeout=30)
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert TITLE in visitor.opens("/").said


def test_oneShowingOfAFormCountsOnce(shared: World) -> None:
    shared.acting("once")
    visitor = Visitor(shared.server.url).signed_in("ana")
    page = visitor.opens("/report")
    picture: list[File] = [("files", ("screen.png", b"\x89PNG Birch", "image/png"))]
    told = {"workflow": "once", "what": "It names Birch."}
    places = set()
    for _ in range(8):
        visitor.fills(page, "/report", told, files=picture)
        assert visitor.status == 200
        places.add(visitor.place)
    (place,) = places
    (incident,) = incidents(shared, "once")
    assert place == f"/incidents/{incident['number']}/receipt"
    kept = shared.ana.get(f"incidents/{incident['number']}").done(200)["evidence"]
    assert [item["name"] for item in kept] == ["screen.png"]
    # Another text is another report, from the same showing and from the same person.
    visitor.fills(page, "/report", told | {"what": "It names Cedar."})
    assert visitor.status == 200 and visitor.place not in places
    assert len(incidents(shared, "once")) == 2
    # The same words on a page that was opened anew are meant anew.
    visitor.fills(visitor.opens("/report"), "/report", told)
    assert len(incidents(shared, "once")) == 3
    # Another person's form is another, even if it were to carry the same name.
    once = page.form("/report").values["once"]
    ben = Visitor(shared.server.url).signed_in("ben")
    ben.fills(ben.opens("/report"), "/report", told | {"once": once})
    assert ben.status == 200 and len(incidents(shared, "once")) == 4


def test_filesOfAReportBecomeEvidence(shared: World) -> None:
    shared.acting("attached")
    visitor = Visitor(shared.server.url).signed_in("ana")
    large = secrets.token_bytes(3 << 20) + TRICKY
    sent: list[File] = [
        ("files", ("Größe & „Name“.png", TRICKY, "image/png")),
        ("files", ("C:\\Users\\ana\\draft.eml", large, "message/rfc822")),
        ("files", ("notes.txt", "Ümlaut\r\nline\n".encode(), "text/plain; charset=utf-8")),
    ]
    said = visitor.sends(
        visitor.opens("/report"), "/report", files=sent, workflow="attached", what="See the files."
    )
    assert visitor.status == 200 and "not kept" not in said.said
    (incident,) = incidents(shared, "attached")
    place = f"incidents/{incident['number']}"
    kept = shared.ana.get(place).done(200)["evidence"]
    assert [item["name"] for item in kept] == ["Größe & „Name“.png", "draft.eml", "notes.txt"]
    assert [item["media_type"] for item in kept] == [
        "image/png", "application/octet-stream", "text/plain",
    ]  # fmt: skip
    assert kept[0]["kind"] == "screenshot"
    for item, (_, (_, content, _)) in zip(kept, sent, strict=True):
        assert (item["by"], item["size"]) == ("ana", len(content))
        assert item["sha256"] == hashlib.sha256(content).hexdigest()
        got = shared.uma.get(f"{place}/evidence/{item['id']}").done(200)
        assert got.response.content == content
    shown = visitor.opens(f"/incidents/{incident['number']}/evidence")
    assert "Größe & „Name“.png" in shown.said and kept[1]["sha256"] in shown.said


def test_filesAreAttachedLaterToo(shared: World) -> None:
    number = shared.ana.post("reports", {"what": "More follows."}).done(201)["incident"]
    visitor = Visitor(shared.server.url).signed_in("ana")
    action = f"/incidents/{number}/evidence"
    page = visitor.opens(f"/incidents/{number}?step=preserve")
    empty = visitor.sends(page, action, kind="log", note="Nothing yet.")
    assert visitor.status == 400 and "Write a text or choose a file." in empty.said
    assert empty.form(action).values["note"] == "Nothing yet."
    sent: list[File] = [("files", ("a.log", TRICKY, "application/octet-stream"))]
    for _ in range(8):
        visitor.sends(empty, action, files=sent, kind="log")
        assert visitor.status == 200, visitor.place
    (kept,) = shared.ana.get(f"incidents/{number}").done(200)["evidence"]
    assert kept["sha256"] == hashlib.sha256(TRICKY).hexdigest()
    assert (kept["kind"], kept["name"], kept["note"]) == ("log", "a.log", "Nothing yet.")
    # Somebody who has nothing to do with it attaches nothing.
    other = Visitor(shared.server.url)
    shared.admin.post(
        "users", {"login": "rita", "name": "Rita", "password": "a quiet river at noon"}
    )
    other.signed_in("rita")
    csrf = other.opens("/report").form("/report").values["csrf"]
    parts: list[Any] = [("csrf", (None, csrf)), ("kind", (None, "log")), sent[0]]
    answer = other.session.post(f"{other.url}{action}", files=parts, timeout=30)
    assert answer.status_code in (403, 404)
    assert len(shared.ana.get(f"incidents/{number}").done(200)["evidence"]) == 1


def test_aFormThatIsTooLargeIsRefusedWhole(shared: World) -> None:
    shared.acting("heavy")
    visitor = Visitor(shared.server.url).signed_in("ana")
    page = visitor.opens("/report")
    before = newest(shared)
    told = {"workflow": "heavy", "what": "See the file.", "stop": "yes"}
    heavy: list[File] = [("files", ("film.mp4", bytes(FORM_LIMIT), "video/mp4"))]
    said = visitor.fills(page, "/report", told, files=heavy)
    assert visitor.status == 413 and "It is too large" in said.said
    # Two that are small enough each, and too large together.
    half = bytes(FORM_LIMIT // 2)
    pair: list[File] = [("files", (name, half, "video/mp4")) for name in ("a.mp4", "b.mp4")]
    visitor.fills(page, "/report", told, files=pair)
    assert visitor.status == 413
    assert newest(shared) == before and incidents(shared, "heavy") == []
    shared.ana.get("workflows/heavy/gate").done(200)
    # The form is still there, and is sent without the file.
    visitor.fills(page, "/report", told)
    assert visitor.status == 200 and len(incidents(shared, "heavy")) == 1


def test_aReportStandsWithoutAFileThatCannotBeKept(shared: World) -> None:
    shared.acting("unkept")
    visitor = Visitor(shared.server.url).signed_in("ana")
    sent: list[File] = [
        ("files", ("large.bin", bytes(FILE_LIMIT + 1), "application/octet-stream")),
        ("files", ("small.txt", b"Birch", "text/plain")),
    ]
    told = {"workflow": "unkept", "what": "See the file.", "stop": "yes"}
    said = visitor.fills(visitor.opens("/report"), "/report", told, files=sent)
    assert visitor.status == 200
    assert "not kept" in said.said and "large.bin" in said.said
    assert "small.txt" not in said.said
    (incident,) = incidents(shared, "unkept")
    kept = shared.ana.get(f"incidents/{incident['number']}").done(200)["evidence"]
    assert [item["name"] for item in kept] == ["small.txt"]
    shared.ana.get("workflows/unkept/gate").refused("workflow-stopped", 423)


@pytest.mark.parametrize("end", [10, 300, -4])
def test_aFormThatIsCutOffIsRefusedWhole(end: int, shared: World) -> None:
    visitor = Visitor(shared.server.url).signed_in("ana")
    csrf = visitor.opens("/report").form("/report").values["csrf"]
    before = newest(shared)
    whole = "".join(
        f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {"csrf": csrf, "what": "Cut off. " * 40, "workflow": ""}.items()
    ) + (
        '--cut\r\nContent-Disposition: form-data; name="files"; filename="a"'
        "\r\n\r\nB\r\n--cut--\r\n"
    )
    body = whole.encode()[:end]
    answer = visitor.session.post(
        f"{visitor.url}/report",
        data=body,
        headers={"content-type": "multipart/form-data; boundary=cut"},
        timeout=30,
    )
    assert answer.status_code == 400 and newest(shared) == before


def test_theStopPageHasOneFormForEachWorkflow(shared: World) -> None:
    shared.acting("paged-stop")
    shared.acting("paged-other")
    visitor = Visitor(shared.server.url).signed_in("lena")
    page = visitor.opens("/stop")
    actions = [form.action for form in page.forms if form.method == "post"]
    stops = [action for action in actions if action.startswith("/workflows/")]
    assert len(stops) == len(set(stops))
    assert {"/workflows/paged-stop/stop", "/workflows/paged-other/stop"} <= set(stops)
    visitor.sends(page, "/workflows/paged-stop/stop")
    refused = shared.ana.get("workflows/paged-stop/gate").refused("workflow-stopped", 423)
    id = stopped_at(visitor.place, "paged-stop")
    shown = shared.ana.get("workflows/paged-stop").done(200)["containments"]
    assert [stop["id"] for stop in shown] == [id]
    assert shown[0]["incident"] == refused["incident"]
    shared.ana.get("workflows/paged-other/gate").done(200)
    # What is stopped has no button more, but a way to its proof.
    page = visitor.opens("/stop?q=paged-stop")
    assert f"/workflows/paged-stop/stopped/{id}" in page.links
    assert "/workflows/paged-stop/stop" not in [form.action for form in page.forms]
    # Whoever has an old page open stops it all the same: nothing is refused.
    found = visitor.opens("/stop?q=PAGED")
    assert "/workflows/paged-other/stop" in [form.action for form in found.forms]
    assert f"/workflows/{WORKFLOW}/stop" not in [form.action for form in found.forms]


def test_aStopIsCalledOneOnceEveryPlaceHasConfirmed(shared: World) -> None:
    shared.acting("by-hand", manual_targets=[HAND])
    ana = Visitor(shared.server.url).signed_in("ana")
    careful = ana.opens("/workflows/by-hand/stop")
    assert HAND["instruction"] in careful.said
    page = ana.sends(ana.opens("/stop"), "/workflows/by-hand/stop")
    id = stopped_at(ana.place, "by-hand")
    proof = f"/workflows/by-hand/stopped/{id}"
    confirm = f"/workflows/by-hand/containments/{id}/targets/mail-merge"

    def gate_confirmed() -> bool:
        nonlocal page
        page = ana.opens(proof)
        return "Stopping: 0 of" not in page.said

    until("the gate has confirmed", gate_confirmed)
    assert "Stopping: " in page.said and " confirmed" in page.said
    assert "Treat it as running until every place has confirmed" in page.said
    assert "Every place where it runs has confirmed the stop." not in page.said
    assert HAND["instruction"] in page.said and TITLE in page.said
    # A reporter is told whom to ask, and confirms nothing.
    assert confirm not in [form.action for form in page.forms]
    csrf = page.form("/sign-out").values["csrf"]
    told = {"csrf": csrf, "proof": "It is gone."}
    answer = ana.session.post(f"{ana.url}{confirm}", data=told, timeout=30)
    assert answer.status_code == 403
    assert "still stopping" in ana.opens("/").said

    frida = Visitor(shared.server.url).signed_in("frida")
    page = frida.opens(proof)
    empty = frida.sends(page, confirm, proof="")
    assert frida.status == 400 and "Stopping" in empty.said and "There is a problem" in empty.said
    done = frida.sends(empty, confirm, proof="Out of the schedule: ticket 4711.")
    assert (frida.status, frida.place) == (200, proof)
    assert "Stopping" not in done.said
    assert "Stopped" in done.said and "ticket 4711" in done.said
    assert "Every place where it runs has confirmed the stop." in done.said
    assert confirm not in [form.action for form in done.forms]
    assert shared.ana.get("workflows/by-hand").done(200)["state"] == "stopped"
    assert "Every place where it runs has confirmed the stop." in ana.opens(proof).said


def test_aStopOfOnePartNamesIt(shared: World) -> None:
    tools = [{"name": name, "access": "write"} for name in ("post_invoice", "read_ledger")]
    shared.in_part("part-paged", tools)
    visitor = Visitor(shared.server.url).signed_in("ana")
    action = "/workflows/part-paged/stop"
    told = {"reason": "Wrong accounts.", "scope_choice": "tool", "scope/tool": " "}
    page = visitor.fills(visitor.opens(action), action, told)
    assert visitor.status == 400 and "Name the tool that is to be stopped." in page.said
    assert page.form(action, scope_choice="tool").values["reason"] == "Wrong accounts."
    shared.ana.get("workflows/part-paged/gate").done(200)
    page = visitor.fills(page, action, {"scope/tool": "post_invoice"})
    stopped_at(visitor.place, "part-paged")
    assert "The tool post_invoice alone" in " ".join(page.said.split())
    place = "workflows/part-paged/gate?strict=1"
    tool = {"action": "tool", "tool": "post_invoice"}
    shared.frida.post(place, tool).refused("workflow-stopped", 423)
    shared.frida.post(place, tool | {"tool": "read_ledger"}).done(200)
    # The whole of it, beside the part.
    whole = {"reason": "All of it.", "scope_choice": "whole"}
    visitor.fills(visitor.opens(action), action, whole)
    shared.frida.get("workflows/part-paged/gate").refused("workflow-stopped", 423)
    without = visitor.fills(visitor.opens(action), action, {"reason": ""})
    assert visitor.status == 400 and "There is a problem" in without.said
