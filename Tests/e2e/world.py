"""The people and the workflow of the worked example.

A firm of 65 people drafts monthly summaries of how each customer is doing. After a system update
the retrieval looks into every customer's notes, and a draft names a customer it must not name.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from api import Api
from server import Server

WORKFLOW = "monthly-summaries"
FUNCTION = "client-services"
PASSWORD = "a quiet river at noon"

PEOPLE: dict[str, tuple[str, list[str]]] = {
    "ana": ("Ana Ruiz, account manager", ["reporter"]),
    "ben": ("Ben Okafor, owner of the summaries", [f"owner:{WORKFLOW}"]),
    "carla": ("Carla Nowak, deputy", [f"owner:{WORKFLOW}"]),
    "dev": ("Dev Patel, head of client services", [f"functional_leader:{FUNCTION}"]),
    "edda": ("Edda Lund, second head of client services", [f"functional_leader:{FUNCTION}"]),
    "frida": ("Frida Moser, engineer", [f"operator:{WORKFLOW}"]),
    "gus": ("Gus Weber, executive sponsor", ["executive_sponsor"]),
    "lena": ("Lena Fox, counsel", ["legal"]),
    "omar": ("Omar Haddad, governance", ["governance"]),
    "uma": ("Uma Sato, auditor", ["auditor"]),
}

FALLBACK = {
    "title": "Write the summary by hand",
    "steps": ["Open the customer's notes.", "Fill in the template.", "Ask a colleague to read it."],
    "contact": "carla",
    "capacity": "12 summaries a day",
}

DESCRIPTION: dict[str, Any] = {
    "name": "Monthly summaries",
    "purpose": "Drafts a summary of each customer's month from notes and tickets.",
    "function": FUNCTION,
    "owner": "ben",
    "deputy": "carla",
    "fallback": FALLBACK,
    "review_standard": {"checks": ["No other customer is named."], "share_percent": 100},
    "escalation": [
        {"function": FUNCTION, "contact": "dev"},
        {"function": "legal", "contact": "lena"},
    ],
    "authority": {
        "mode": "act",
        "tools": [
            {"name": "read_notes", "access": "read"},
            {"name": "file_draft", "access": "write", "needs_approval": True},
            {
                "name": "set_reminder",
                "access": "write",
                "arguments": [{"name": "days", "minimum": 1, "maximum": 30}],
            },
        ],
        "delivers": "inside",
    },
    "data_classes": ["customer notes", "service tickets"],
    "affected_parties": ["customers"],
    "retention": "standard",
    "severity_owners": [{"level": level, "contact": "ben"} for level in (1, 2, 3, 4)],
}

READINESS = {
    "owner", "deputy", "fallback", "rehearsal", "review_standard", "escalation_path",
    "stop_tested", "authority", "data_classes", "affected_parties", "retention",
    "severity_owners",
}  # fmt: skip

WHAT = "The draft for Alder names Birch, a customer whose notes are restricted."
ANSWERS = {"1": "no", "2": "yes", "3": "no", "4": "no", "5": "yes", "6": "yes", "7": "no"}
CASE = {"key": "cross-customer-name", "description": "No draft names another customer."}
CAUSE: dict[str, Any] = {
    "failure_class": "workflow_design",
    "description": "The retrieval took over the permission of the whole workspace.",
    "controls": [
        {"control": "retrieval_scope", "state": "failed", "note": "It read every account."},
        {"control": "change_control", "state": "missing"},
        {"control": "reviewer_checklist", "state": "worked"},
    ],
    "changed_before": "The update of the connected system two days earlier.",
    "reproduction": "The same prompt on the same notes names Birch again.",
    "confidence": "high",
}
EVIDENCE_KINDS = ["input", "prompt", "output", "tool_call", "model_version"]


def at(**ago: float) -> str:
    """A time that lies as far back as said, in RFC 3339."""
    moment = datetime.now(UTC) - timedelta(**ago)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


@dataclass
class World:
    """A server with an administrator, and with people who are signed in."""

    server: Server
    admin: Api
    people: dict[str, Api] = field(default_factory=dict)

    def __getattr__(self, login: str) -> Api:
        try:
            return self.__dict__["people"][login]
        except KeyError:
            raise AttributeError(login) from None

    @classmethod
    def set_up(cls, server: Server, *logins: str) -> "World":
        """Makes the administrator and the people named, or all of them."""
        made = server.api().post(
            "setup",
            {
                "token": server.setup_token,
                "login": "admin",
                "name": "Ida Berg, IT",
                "password": PASSWORD,
            },
        )
        world = cls(server, server.api(made.done(201)["token"]))
        for login in logins or PEOPLE:
            world.add(login)
        return world

    def add(self, login: str) -> Api:
        name, grants = PEOPLE[login]
        self.admin.post(
            "users", {"login": login, "name": name, "password": PASSWORD, "grants": grants}
        ).done(201)
        self.people[login] = self.signed_in(login)
        return self.people[login]

    def signed_in(self, login: str) -> Api:
        session = self.server.api().post("session", {"login": login, "password": PASSWORD})
        return self.server.api(session.done(201)["session"])

    def reached_again(self) -> "World":
        """The same callers at the address that the server has after a restart."""
        for caller in [self.admin, *self.people.values()]:
            caller.url = self.server.url
        return self

    def register(self, key: str, **more: Any) -> dict[str, Any]:
        """A workflow in draft, with as much of a description as is said."""
        body = {"key": key, "name": key.replace("-", " ").title(), "function": FUNCTION} | more
        answer: dict[str, Any] = self.admin.post("workflows", body).done(201).json
        return answer

    def acting(self, key: str, **more: Any) -> dict[str, Any]:
        """A workflow whose permissions are never relied upon later, so that a stop is instant."""
        return self.register(key, authority={"mode": "act"}, fallback=FALLBACK, **more)

    def in_part(self, key: str, tools: list[dict[str, Any]]) -> None:
        """A running workflow that may call `tools` and deliver outside."""
        authority = {"mode": "act", "tools": tools, "delivers": "outside"}
        self.register(key, **DESCRIPTION | {"authority": authority})
        soon = {"override": {"reason": "A trial.", "expires_at": at(days=-7)}}
        self.gus.post(f"workflows/{key}/production", soon).done(200)

    def in_production(self) -> None:
        """The workflow of the example, complete and running."""
        self.register(WORKFLOW, **DESCRIPTION)
        self.ben.post(f"workflows/{WORKFLOW}/rehearsals", {"on": at(days=20)}).done()
        self.ben.post(f"workflows/{WORKFLOW}/stop-tests").done(200)
        running = self.ben.post(f"workflows/{WORKFLOW}/production").done(200)
        assert running["state"] == "running"
