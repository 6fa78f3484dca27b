"""The worked example as people live through it: in the browser, from the first start on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser

from browser import Person, Way, ids
from server import Server
from waiting import until
from world import ANSWERS, CASE, CAUSE, FALLBACK, FUNCTION, PASSWORD, PEOPLE, WHAT, WORKFLOW

ADMIN = "admin"
PLAYERS = ["ana", "ben", "carla", "dev", "frida"]
KINDS = ["input", "prompt", "output", "tool_call", "model_version"]


def day(**ahead: float) -> str:
    return (datetime.now() + timedelta(**ahead)).strftime("%Y-%m-%d")


def minute(way: Way, **ahead: float) -> str:
    """As a field for date and time takes it: the browser's zone is known where scripts run."""
    zone = ZoneInfo(way.zone if way.has_scripts else "UTC")
    return (datetime.now(zone) + timedelta(**ahead)).strftime("%Y-%m-%dT%H:%M")


@dataclass
class Story:
    """One firm and one way of using the pages."""

    server: Server
    browser: Browser
    way: Way
    people: dict[str, Person] = field(default_factory=dict)
    number: str = ""
    # Where the stop is proved, place by place.
    stopped: str = ""
    # Looks at a page after each step; screenshots and checks of accessibility hang on here.
    looks: Callable[[str, Person], None] = lambda name, person: None

    def seen(self, way: Way) -> "Story":
        """The same firm, looked at in another way."""
        return Story(
            self.server, self.browser, way, number=self.number, stopped=self.stopped
        )

    def somebody(self, **more: str) -> Person:
        return Person(self.server.url, self.way.context(self.browser, **more), self.way)

    def person(self, login: str) -> Person:
        if login not in self.people:
            self.people[login] = self.somebody().signs_in(login)
        return self.people[login]

    @property
    def place(self) -> str:
        return f"/incidents/{self.number}"

    def whole(self) -> None:
        self.is_set_up()
        self.is_registered()
        self.is_reported()
        self.is_judged()
        self.is_preserved()
        self.is_looked_back_on()
        self.is_explained_and_corrected()
        self.is_evaluated()
        self.is_restarted()
        self.is_reviewed_and_exported()

    # Before

    def is_set_up(self) -> None:
        admin = self.somebody()
        admin.opens(f"/setup?token={self.server.setup_token}")
        self.looks("setup", admin)
        admin.does("setup", login=ADMIN, name="Ida Berg, IT", password=PASSWORD)
        assert admin.path == "/"
        self.people[ADMIN] = admin
        self.looks("home-empty", admin)
        for login in PLAYERS:
            name, grants = PEOPLE[login]
            admin.opens("/admin/users/new")
            admin.does(
                "new-account", login=login, name=name, password=PASSWORD,
                grants="\n".join(grants),
            )  # fmt: skip

    def is_registered(self) -> None:
        admin = self.people[ADMIN]
        admin.opens("/workflows/new")
        self.looks("register", admin)
        admin.does(
            "register",
            {
                "key": WORKFLOW, "name": "Monthly summaries", "function": FUNCTION,
                "purpose": "Drafts a summary of each customer's month.",
                "owner": "ben", "deputy": "carla", "fallback/title": FALLBACK["title"],
                "fallback/steps": "\n".join(FALLBACK["steps"]), "fallback/contact": "dev",
                "fallback/capacity": "12 summaries a day",
                "review_standard/checks": "No other customer is named.",
                "review_standard/share_percent": "100",
                "escalation/0/function": FUNCTION, "escalation/0/contact": "dev",
                "authority/mode": "draft", "data_classes": "customer notes",
                "affected_parties": "customers", "retention": "standard",
                "severity_owners/1": "ben", "severity_owners/2": "ben",
                "severity_owners/3": "dev", "severity_owners/4": "dev",
                "manual_targets/0/name": "mail-merge",
                "manual_targets/0/instruction": "Take the mail merge out of its schedule.",
                "manual_targets/0/contact": "frida",
            },
        )  # fmt: skip
        ben = self.person("ben")
        place = f"/workflows/{WORKFLOW}"
        ben.opens(place)
        ben.does("act-rehearsals", on=day(days=-20))
        ben.does("act-stop-tests", proof="The schedule was off for a minute.")
        ben.opens(place)
        ben.does("act-production")
        ben.opens(place)
        assert "Running" in ben.said
        self.looks("workflow", ben)

    # Report and contain

    def is_reported(self) -> None:
        ana = self.person("ana")
        self.looks("home", ana)
        ana.follows("Report something wrong")
        self.looks("report", ana)
        # Nothing typed is lost by a mistake.
        ana.fills("report", workflow=WORKFLOW, left_company="no", stop="yes")
        if self.way.has_scripts:
            # The browser itself asks for what is missing.
            ana.page.locator("form#report textarea").evaluate(
                "(element) => element.removeAttribute('required')"
            )
            ana.sends("report", refused=True)
            assert "There is a problem" in ana.said
            assert ana.page.title().startswith("Error")
        ana.does("report", what=WHAT)
        self.number = ana.path.split("/")[2]
        assert self.number in ana.said and FALLBACK["title"] in ana.said
        # One place has to be stopped by hand: nobody is told that all is stopped.
        assert "Stopping" in ana.said
        self.looks("receipt", ana)

    def is_judged(self) -> None:
        ben = self.person("ben")
        ben.opens("/")
        assert "still stopping" in ben.said
        self.looks("board", ben)
        link = ben.page.get_by_role("link", name="Confirm that Monthly summaries has stopped")
        self.stopped = str(link.get_attribute("href"))
        ben.opens(self.stopped)
        assert "Stopping" in ben.said
        self.looks("stopping", ben)
        ben.opens(self.place)
        self.looks("incident-stopping", ben)
        (confirm,) = ids(ben.page.content(), "do-confirm-")
        ben.does(confirm, proof="Frida has taken it out; the next run is empty.")
        ben.opens(self.place)
        ben.does("do-triage", kind="near_miss", reason="Seen before it was sent.")
        times = {"occurred": minute(self.way, hours=-3), "detected": minute(self.way, minutes=-30)}
        for moment, time in times.items():
            ben.opens(f"{self.place}?step=report")
            ben.does("do-times", moment=moment, time=time, source="Ana's mail")
        ben.opens(f"{self.place}?step=contain")
        ben.does(
            "do-fallback", activated="yes", note="By hand since noon.",
            told="the account managers",
        )  # fmt: skip
        ben.opens(f"{self.place}?step=assess")
        self.looks("assess", ben)
        answers: dict[str, str | list[str]] = {
            f"answers/{number}": answer for number, answer in ANSWERS.items()
        }
        ben.does("do-assess", answers | {"type": "data_exposure", "potential_level": "3"})
        ben.opens(f"{self.place}?step=assess")
        ben.does(
            "do-impact", description="A draft, read by one person and thrown away.",
            acted_upon="no", reversible="yes", left_company="no", functions=["legal"],
        )  # fmt: skip

    def is_preserved(self) -> None:
        frida = self.person("frida")
        for kind in KINDS:
            frida.opens(f"{self.place}?step=preserve")
            frida.does("do-attach", kind=kind, name=f"The {kind}", text=f"{kind}: Alder")
        frida.opens(f"{self.place}?step=preserve")
        file = Path(__file__)
        frida.does("do-attach", kind="log", name="retrieval.log", files=str(file))
        for kind, why in (("approval", "Nobody had to."), ("delivery", "It was not sent.")):
            frida.opens(f"{self.place}?step=preserve")
            frida.does("do-gap", kind=kind, why=why)
        self.looks("preserve", frida)

    def is_looked_back_on(self) -> None:
        ben = self.person("ben")
        ben.opens(f"{self.place}?step=look_back")
        self.looks("look-back", ben)
        ben.does(
            "do-lookback",
            {
                "from": minute(self.way, days=-61), "to": minute(self.way),
                "population": "All summaries.", "population_count": "212", "method": "all",
            },
        )  # fmt: skip
        ben.opens(f"{self.place}?step=look_back")
        (finding,) = ids(ben.page.content(), "do-finding-")
        ben.does(finding, reference="Summary 2026-03 Cedar", verdict="unaffected")
        ben.opens(f"{self.place}?step=look_back")
        (conclude,) = ids(ben.page.content(), "do-conclude-")
        ben.does(conclude, examined="212", conclusion="No other customer is named.")

    def is_explained_and_corrected(self) -> None:
        ben = self.person("ben")
        ben.opens(f"{self.place}?step=cause")
        fields: dict[str, str | list[str]] = {
            name: CAUSE[name]
            for name in ("failure_class", "description", "changed_before", "reproduction",
                         "confidence")
        }  # fmt: skip
        for row, control in enumerate(CAUSE["controls"]):
            for name, value in control.items():
                fields[f"controls/{row}/{name}"] = value
        ben.does("do-cause", fields)
        ben.opens(f"{self.place}?step=correct")
        ben.does("do-affected", kind="output", reference="Draft Alder", description="Names Birch.")
        ben.opens(f"{self.place}?step=correct")
        (correct,) = ids(ben.page.content(), "do-correct-")
        ben.does(correct, correction="Thrown away and written by hand.")
        ben.opens(f"{self.place}?step=correct")
        ben.does(
            "do-action", title="Retrieval by account", kind="retrieval",
            control="retrieval_scope", owner="frida", due_at=day(days=7), before_restart="yes",
        )  # fmt: skip
        frida = self.person("frida")
        frida.opens(f"{self.place}?step=correct")
        (done,) = ids(frida.page.content(), "do-done-")
        frida.does(done, evidence="Merged, and seen in production.")

    def is_evaluated(self) -> None:
        frida = self.person("frida")
        frida.opens(f"{self.place}?step=evaluate")
        frida.does(
            "do-case",
            {
                "cases/0/key": CASE["key"], "cases/0/description": CASE["description"],
                "version": "14.1", "results/0/passed": "no",
            },
        )  # fmt: skip
        frida.opens(f"{self.place}?step=evaluate")
        frida.does(
            "do-run",
            {"subject": "fixed", "version": "14.2", "results/0/passed": "yes",
             "results/0/runs": "20"},
        )  # fmt: skip

    # After

    def is_restarted(self) -> None:
        ben, dev = self.person("ben"), self.person("dev")
        ben.opens(f"{self.place}?step=restart")
        self.looks("sign", ben)
        assert ids(ben.page.content(), "do-restart") == [], "nobody restarts before it is signed"
        ben.does("do-sign", role="owner", statement="I have read it.")
        dev.opens(f"{self.place}?step=restart")
        dev.does("do-sign", role="functional_leader")
        ben.opens(f"{self.place}?step=restart")
        self.looks("restart", ben)
        ben.does("do-restart", {"conditions": "Every draft is reviewed for a week.",
                                "watch/0/kind": "new_report"})  # fmt: skip
        ben.opens(f"/workflows/{WORKFLOW}")
        assert "on watch" in ben.said

    def is_reviewed_and_exported(self) -> None:
        ben = self.person("ben")
        ben.opens(f"{self.place}?step=review")
        ben.does(
            "do-review",
            {
                "control_change": "Retrieval by account.", "updates/0/kind": "training",
                "updates/0/description": "Reviewers look for foreign names.",
            },
        )  # fmt: skip
        ben.opens(self.place)
        self.looks("incident-on-watch", ben)
        ben.opens(f"{self.place}/file")
        assert "8 of 8" in ben.said
        self.looks("file", ben)

    def exported(self, folder: Path) -> Path:
        """The bundle, as the person's browser saves it."""
        ben = self.person("ben")
        ben.opens(self.place)
        button = ben.page.locator("form[action$='/export'] button").first
        with ben.page.expect_download() as download:
            if self.way.by_keyboard:
                ben.reaches(button)
                ben.page.keyboard.press("Enter")
            else:
                button.click()
        file = folder / "bundle.zip"
        download.value.save_as(file)
        until("the bundle is there", file.exists, 20)
        return file
