"""The pages on which people decide, used without a browser."""

from typing import Any
from urllib.parse import urljoin

import pytest

from approving import AT_ONCE, Desk
from gateway_upstream import plain
from gateway_ways import WAYS
from gateway_world import House, either
from visitor import PAYLOAD, Visitor
import gateway_answers as say

__all__ = ["either"]


@pytest.fixture
def desk(either: House) -> Desk:
    return Desk.of(either, "pages")


def visitor(desk: Desk, login: str = "gus") -> Visitor:
    return Visitor(desk.flow.url).signed_in(login)


def decided(desk: Desk, id: str) -> dict[str, Any]:
    found: dict[str, Any] = desk.flow.house.world.uma.get(f"approvals/{id}").done(200).json
    return found


def test_aPersonReadsAndSaysYes(desk: Desk) -> None:
    id = desk.asked({"amount": 40, "to": "Birch"}, run="r-1", diff="- 1\n+ 2")
    gus = visitor(desk)
    assert f"/approvals/{id}" in gus.opens("/approvals").text
    assert "/approvals" in gus.opens("/").text
    page = gus.opens(f"/approvals/{id}")
    for words in ('{"amount":40,"to":"Birch"}', "- 1\n+ 2", "pay", "r-1", "Waits for a person"):
        assert words in page.said, words
    page = gus.sends(page, f"/approvals/{id}/approve")
    assert (gus.status, gus.place) == (200, f"/approvals/{id}")
    assert "Approved, not yet carried out" in page.said and page.forms[-1].action == "/sign-out"
    found = decided(desk, id)
    assert found["state"] == "approved" and found["approvals"][0]["read_ms"] >= 0
    assert desk.decision({"amount": 40, "to": "Birch"}) == "allow"
    assert "Carried out" in gus.opens(f"/approvals/{id}").said


def test_aNoNeedsItsReason(desk: Desk) -> None:
    id = desk.asked()
    gus = visitor(desk)
    page = gus.sends(gus.opens(f"/approvals/{id}"), f"/approvals/{id}/reject")
    assert gus.status == 400 and "Say why in a few words" in page.said
    page = gus.sends(page, f"/approvals/{id}/reject", reason="x" * 4_001)
    assert gus.status == 400
    page = gus.sends(page, f"/approvals/{id}/reject", reason="Refund Birch first.")
    assert gus.status == 200 and "Refund Birch first." in page.said and "Rejected" in page.said
    assert decided(desk, id)["rejection"]["reason"] == "Refund Birch first."


def test_argumentsAreEditedOnThePage(desk: Desk) -> None:
    id = desk.asked()
    gus = visitor(desk)
    page, action = gus.opens(f"/approvals/{id}"), f"/approvals/{id}/approve"

    def edit(page: Any, arguments: str) -> Any:
        form = next(each for each in page.forms if "arguments" in each.names)
        return gus.sends(page, action, {"arguments": form.values["arguments"]}, arguments=arguments)

    for wrong in ("{", "[1]", '{"amount":1,"amount":2}'):
        page = edit(page, wrong)
        assert gus.status == 400
        form = next(each for each in page.forms if "arguments" in each.names)
        assert form.values["arguments"] == wrong
    page = edit(page, '{\r\n  "amount": 15.0,\r\n  "to": "Birch"\r\n}')
    assert gus.status == 200 and '{"amount":15,"to":"Birch"}' in page.said
    assert desk.decision({"amount": 15, "to": "Birch"}) == "allow"


def test_aYesIsToWhatThePageShowed(desk: Desk) -> None:
    id = desk.asked({"amount": 900})
    ben = visitor(desk, "ben")
    page = ben.opens(f"/approvals/{id}")
    desk.approve(id, arguments={"amount": 9_000}).done(200)
    page = ben.sends(page, f"/approvals/{id}/approve")
    assert ben.status == 400 and "The arguments have been changed" in page.said
    assert decided(desk, id)["state"] == "pending"
    assert '{"amount":9000}' in page.said
    ben.sends(page, f"/approvals/{id}/approve")
    assert ben.status == 200 and decided(desk, id)["state"] == "approved"


@pytest.mark.parametrize("csrf", ["", "0" * 64])
def test_anotherSitesFormIsRefused(csrf: str, desk: Desk) -> None:
    id = desk.asked()
    gus = visitor(desk)
    page = gus.opens(f"/approvals/{id}")
    digest = page.form(f"/approvals/{id}/approve").values["digest"]
    for verb in ("approve", "reject"):
        sent = gus.session.post(
            urljoin(gus.url, f"/approvals/{id}/{verb}"),
            data={"csrf": csrf, "digest": digest, "reason": "No."},
            timeout=30,
        )
        assert sent.status_code == 403
    assert decided(desk, id)["state"] == "pending"


def test_whoMayNotDecideIsToldSo(desk: Desk) -> None:
    id = desk.asked(user="ben")
    page = visitor(desk, "ben").opens(f"/approvals/{id}")
    assert "Somebody else has to answer" in page.said
    assert not [form for form in page.forms if form.action.startswith("/approvals")]
    ana = visitor(desk, "ana")
    ana.opens(f"/approvals/{id}")
    assert ana.status == 403
    uma = visitor(desk, "uma").opens(f"/approvals/{id}")
    assert not [form for form in uma.forms if form.action.startswith("/approvals")]
    unknown = Visitor(desk.flow.url)
    unknown.opens(f"/approvals/{id}")
    assert unknown.place.startswith("/sign-in")
    gus = visitor(desk)
    gus.opens("/approvals/01AAAAAAAAAAAAAAAAAAAAAAAA")
    assert gus.status == 404


def test_noFieldBecomesMarkup(either: House) -> None:
    desk = Desk.of(either, "markup")
    name = either.world.admin.get(f"workflows/{desk.flow.key}").done(200)
    either.world.admin.patch(
        f"workflows/{desk.flow.key}", {"name": PAYLOAD[:100]}, if_match=name.headers["etag"]
    ).done(200)
    arguments = {"amount": 40, PAYLOAD: [PAYLOAD]}
    id = desk.asked(arguments, run=PAYLOAD, record=PAYLOAD, user=PAYLOAD[:64], diff=PAYLOAD)
    gus = visitor(desk)
    gus.opens("/approvals")
    page = gus.opens(f"/approvals/{id}")
    assert PAYLOAD in page.said and "img" not in page.tags
    page = gus.sends(page, f"/approvals/{id}/reject", reason=PAYLOAD)
    assert PAYLOAD in page.said and "img" not in page.tags


def test_whatLedToItIsShown(either: House) -> None:
    desk = Desk.of(either, "led")
    either.openai.says(plain(say.chat("Birch wants 40 back.", [("c", "pay", '{"amount": 40}')])))
    WAYS[0].ask(desk.flow, AT_ONCE | {"x-cordon-run": "r-9"})
    desk.flow.records(1)
    id = desk.asked({"amount": 41}, run="r-9")
    page = visitor(desk).opens(f"/approvals/{id}")
    assert "What led to it" in page.said
    assert "Question to a model and its answer" in page.said
    other = desk.asked({"amount": 42}, run="r-8")
    assert "What led to it" not in visitor(desk).opens(f"/approvals/{other}").said
