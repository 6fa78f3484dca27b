"""Two people change one workflow on its page: whoever comes second sees both, and chooses."""

from forms import Page
from visitor import Visitor
from world import FALLBACK, World

YOURS = "Drafts a summary, and nothing more."
THEIRS = "Drafts a summary of each customer's month."


class Two:
    """Two people who have opened the form of the same workflow."""

    def __init__(self, world: World, key: str) -> None:
        world.acting(key, purpose="As it was.", data_classes=["notes", "tickets"])
        self.world, self.key = world, key
        self.action = f"/workflows/{key}/edit"
        self.first = Visitor(world.server.url).signed_in("admin")
        self.second = Visitor(world.server.url).signed_in("omar")
        self.firsts = self.first.opens(self.action)
        self.seconds = self.second.opens(self.action)

    def saves_first(self, **values: str) -> None:
        self.first.fills(self.firsts, self.action, values)
        assert (self.first.status, self.first.place) == (200, f"/workflows/{self.key}")

    def saves_second(self, page: Page | None = None, **values: str) -> Page:
        return self.second.fills(page or self.seconds, self.action, values)

    def chooses(self, page: Page, **choices: str) -> Page:
        named = {f"choice/{part}": whose for part, whose in choices.items()}
        return self.second.fills(page, self.action, named)

    def holds(self, **values: object) -> None:
        shown = self.world.uma.get(f"workflows/{self.key}").done(200).json
        assert {name: shown[name] for name in values} == values

    @property
    def is_saved(self) -> bool:
        return (self.second.status, self.second.place) == (200, f"/workflows/{self.key}")


def test_aFormThatIsSavedUnchangedChangesNothing(shared: World) -> None:
    two = Two(shared, "merge-none")
    before = shared.uma.get("workflows/merge-none").done(200)
    two.saves_second()
    assert two.is_saved
    after = shared.uma.get("workflows/merge-none").done(200)
    assert (after.headers["etag"], after.json) == (before.headers["etag"], before.json)


def test_whoeverComesSecondSeesBothAndOverwritesNothing(shared: World) -> None:
    two = Two(shared, "merge-both")
    two.saves_first(purpose=THEIRS, data_classes="notes\ntickets\nmails")
    merge = two.saves_second(purpose=YOURS, affected_parties="customers")
    assert two.second.status == 409
    assert THEIRS in merge.said and YOURS in merge.said and "mails" in merge.said
    two.holds(purpose=THEIRS, data_classes=["notes", "tickets", "mails"], affected_parties=[])
    # What both have changed is chosen by nobody but the second; the rest is as they would expect.
    chosen = merge.form(two.action).values
    assert "choice/purpose" not in chosen
    assert chosen["choice/data_classes"] == "theirs"
    assert chosen["choice/affected_parties"] == "yours"
    undecided = two.chooses(merge)
    assert two.second.status == 409 and "Choose whose words are kept." in undecided.said
    assert THEIRS in undecided.said and YOURS in undecided.said
    two.holds(purpose=THEIRS, affected_parties=[])
    two.chooses(undecided, purpose="yours")
    assert two.is_saved
    two.holds(
        purpose=YOURS, data_classes=["notes", "tickets", "mails"], affected_parties=["customers"],
        fallback=FALLBACK,
    )  # fmt: skip


def test_theirsMayBeKept(shared: World) -> None:
    two = Two(shared, "merge-theirs")
    two.saves_first(purpose=THEIRS)
    merge = two.saves_second(purpose=YOURS)
    assert two.second.status == 409
    two.chooses(merge, purpose="theirs")
    assert two.is_saved
    two.holds(purpose=THEIRS)


def test_aThirdChangeDuringTheChoiceIsShownToo(shared: World) -> None:
    two = Two(shared, "merge-third")
    two.saves_first(purpose=THEIRS)
    merge = two.saves_second(purpose=YOURS)
    two.first.sends(two.first.opens(two.action), two.action, purpose="A third word.")
    again = two.chooses(merge, purpose="yours")
    assert two.second.status == 409
    assert "A third word." in again.said and YOURS in again.said
    two.holds(purpose="A third word.")
    two.chooses(again, purpose="yours")
    assert two.is_saved
    two.holds(purpose=YOURS)


def test_twoWhoChangeDifferentThingsAreBothKept(shared: World) -> None:
    two = Two(shared, "merge-apart")
    two.saves_first(purpose=THEIRS)
    merge = two.saves_second(data_classes="notes")
    assert two.second.status == 409 and THEIRS in merge.said
    assert merge.form(two.action).values["choice/purpose"] == "theirs"
    two.chooses(merge)
    assert two.is_saved
    two.holds(purpose=THEIRS, data_classes=["notes"])


def test_aStopMeanwhileIsNoChangeOfTheDescription(shared: World) -> None:
    two = Two(shared, "merge-stopped")
    shared.ana.post("workflows/merge-stopped/stop", {"reason": "Wrong."}).done(201)
    two.saves_second(purpose=YOURS)
    assert two.is_saved
    two.holds(purpose=YOURS, state="stopped", data_classes=["notes", "tickets"])


def test_aFaultLosesNothingThatWasTyped(shared: World) -> None:
    two = Two(shared, "merge-fault")
    faulty = two.saves_second(purpose=YOURS, function="Not A Slug", owner="Nobody At All")
    assert two.second.status == 400
    values = faulty.form(two.action).values
    assert (values["purpose"], values["function"]) == (YOURS, "Not A Slug")
    assert "edit-function" in faulty.ids and "#edit-function" in faulty.links
    assert "#edit-owner" in faulty.links
    two.holds(purpose="As it was.")
    two.saves_second(faulty, function="finance", owner="ben")
    assert two.is_saved
    two.holds(purpose=YOURS, function="finance", owner="ben")


def test_limitsThatTheFormDoesNotShowStay(shared: World) -> None:
    limit = {"name": "days", "minimum": 1, "maximum": 30}
    tools = [
        {"name": "read_notes", "access": "read"},
        {"name": "set_reminder", "access": "write", "arguments": [limit]},
    ]
    authority = {"mode": "act", "tools": tools, "delivers": "inside"}
    shared.register("merge-terms", authority=authority)
    visitor = Visitor(shared.server.url).signed_in("omar")
    action = "/workflows/merge-terms/edit"
    page = visitor.opens(action)
    assert page.form(action).values["authority/tools_write"] == "set_reminder"
    visitor.fills(page, action, {"authority/tools_write": "set_reminder\nfile_draft"})
    assert (visitor.status, visitor.place) == (200, "/workflows/merge-terms")
    after = shared.uma.get("workflows/merge-terms").done(200)["authority"]["tools"]
    by_name = {tool["name"]: tool for tool in after}
    assert set(by_name) == {"read_notes", "set_reminder", "file_draft"}
    assert by_name["set_reminder"]["arguments"] == [limit]
    assert by_name["file_draft"]["access"] == "write"


def test_whoMayNotChangeItChangesNothing(shared: World) -> None:
    two = Two(shared, "merge-denied")
    gus = Visitor(shared.server.url).signed_in("gus")
    form = dict(two.seconds.form(two.action).values) | {"purpose": YOURS}
    form["csrf"] = gus.opens("/").form("/sign-out").values["csrf"]
    answer = gus.session.post(f"{gus.url}{two.action}", data=form, timeout=30)
    assert answer.status_code == 403
    # An owner changes what is theirs, and nothing else.
    carla = Visitor(shared.server.url).signed_in("carla")
    form["csrf"] = carla.opens("/").form("/sign-out").values["csrf"]
    answer = carla.session.post(f"{carla.url}{two.action}", data=form, timeout=30)
    assert answer.status_code == 403
    two.holds(purpose="As it was.")


def test_theTermsOfTheGatewayAreChosenOnThePage(shared: World) -> None:
    shared.acting("merge-gateway")
    visitor = Visitor(shared.server.url).signed_in("omar")
    action, place = "/workflows/merge-gateway/edit", "workflows/merge-gateway"
    assert "Calls that pass through Cordon" not in visitor.opens("/workflows/merge-gateway").said
    terms = {
        "gateway/models": "small-1\nlarge-*", "gateway/mcp_servers": "crm",
        "gateway/upstreams/openai": "azure-eu", "gateway/record": "best_effort",
        "gateway/on_stop": "drain", "gateway/on_tool_change": "stop",
    }  # fmt: skip
    shown = visitor.fills(visitor.opens(action), action, terms)
    assert (visitor.status, visitor.place) == (200, "/workflows/merge-gateway")
    for words in ("small-1, large-*", "azure-eu", "The workflow is stopped as well"):
        assert words in shown.said
    saved = shared.uma.get(place).done(200)["gateway"]
    assert saved == {
        "models": ["small-1", "large-*"], "mcp_servers": ["crm"],
        "upstreams": {"openai": "azure-eu"}, "record": "best_effort", "on_stop": "drain",
        "on_failure": "closed", "on_tool_change": "stop",
    }  # fmt: skip
    # One term is changed, and the others stay.
    visitor.fills(visitor.opens(action), action, {"gateway/on_failure": "open"})
    assert shared.uma.get(place).done(200)["gateway"] == saved | {"on_failure": "open"}
    # Nothing said is as usual again.
    usual = dict.fromkeys([*terms, "gateway/on_failure"], "")
    visitor.fills(visitor.opens(action), action, usual)
    after = shared.uma.get(place).done(200)["gateway"]
    assert (after["on_stop"], after["on_failure"], after["models"]) == ("cut", "closed", [])
    assert after["upstreams"] == {} and "record" not in after
    assert "Calls that pass through Cordon" not in visitor.opens("/workflows/merge-gateway").said
