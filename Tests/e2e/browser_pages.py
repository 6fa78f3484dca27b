"""Every page that somebody can come to, filled in from one firm's story."""

import re

from browser import Person
from browser_story import Story
from visitor import Visitor
from world import PASSWORD, WORKFLOW

# Whoever looks at all pages may do all things.
EVERYTHING = [
    "administrator", "auditor", "governance", "legal", "executive_leadership",
    f"owner:{WORKFLOW}", "functional_leader:client-services",
]  # fmt: skip
ALL_SEEING = "vera"

OUTSIDE = ["/sign-in", "/help", "/problems", "/problems/restart-blocked"]


def all_seeing(story: Story) -> str:
    """Makes the account of somebody who may see every page."""
    server = story.server
    admin = server.api().post("session", {"login": "admin", "password": PASSWORD}).done(201)
    server.api(admin["session"]).post(
        "users",
        {"login": ALL_SEEING, "name": "Vera Novak", "password": PASSWORD, "grants": EVERYTHING},
    ).done(201)
    return ALL_SEEING


def gives_evidence(story: Story) -> None:
    """A prompt and its answer, a tool call, and somebody's hold on them."""
    server = story.server
    login = {"login": ALL_SEEING, "password": PASSWORD}
    api = server.api(server.api().post("session", login).done(201)["session"])
    api.post(
        "evidence",
        {
            "records": [
                {
                    "kind": "model_exchange", "workflow": WORKFLOW, "model": "draft-4",
                    "session": "run-1",
                    "input": [
                        {"role": "system", "content": "Summarise the month."},
                        {"role": "user", "content": "The notes of Alder."},
                    ],
                    "output": "Alder asked twice about an invoice.\nBirch was late again.",
                    "tokens_in": 210, "tokens_out": 24,
                },
                {
                    "kind": "tool_call", "workflow": WORKFLOW, "session": "run-1",
                    "input": {"name": "read_notes", "arguments": {"account": "alder"}},
                    "output": "Two notes.",
                },
                {
                    "kind": "model_exchange", "workflow": WORKFLOW, "model": "draft-5",
                    "input": [{"role": "user", "content": "The notes of Alder."}],
                    "output": "Alder asked twice about an invoice.",
                },
            ]
        },
    ).done(201)  # fmt: skip
    api.post("holds", {"workflow": WORKFLOW, "reason": "A claim by Birch."}).done(201)


def anonymous(story: Story) -> list[str]:
    """A link for reports without an account, and the page of a report that came by it."""
    server = story.server
    admin = server.api().post("session", {"login": "admin", "password": PASSWORD}).done(201)
    wished = {"name": "Intranet", "scopes": ["report_link"], "expires_in_days": 30}
    token = server.api(admin["session"]).post("tokens", wished).done(201)["token"]
    link, visitor = f"/report/link/{token}", Visitor(server.url)
    visitor.sends(visitor.opens(link), link, what="It reads the salaries.", workflow=WORKFLOW)
    return [link, visitor.place]


def found(person: Person, path: str, link: str) -> list[str]:
    """Where the links of a page lead that look so."""
    person.opens(path)
    return list(dict.fromkeys(re.findall(rf'href="({link})"', person.page.content())))


def inside(story: Story, person: Person) -> list[str]:
    """Every page behind the sign-in, by what the story has made."""
    place, flow = story.place, f"/workflows/{WORKFLOW}"
    records = found(person, "/evidence?q=alder", r"/evidence/[0-9A-Z]{26}")
    steps = [
        "report", "contain", "preserve", "assess", "escalate", "look_back", "cause", "correct",
        "evaluate", "restart", "review", "close",
    ]  # fmt: skip
    return [
        "/", "/report", "/reports", "/stop", "/workflows", "/workflows/new", flow, f"{flow}/edit",
        f"{flow}/stop", f"{flow}/over-time", story.stopped,
        "/incidents", place, *(f"{place}?step={step}" for step in steps),
        f"{place}/receipt", f"{place}/file", f"{place}/bundle", f"{place}/timeline", f"{place}/affected",
        f"{place}/evidence", "/near-misses", "/quality", "/actions", "/actions/duties", "/approvals",
        "/evidence", "/evidence?q=alder", records[0],
        f"{records[0]}/compare?with={records[-1].rsplit('/', 1)[1]}",
        "/evidence/holds", "/evidence/erasures", "/evidence/retention", "/evidence/gaps",
        "/evidence/shadow", "/reviews", "/policy", "/policy/change", "/audit",
        "/search", "/search?q=alder", "/admin", "/admin/users", "/admin/users/new",
        "/admin/users/ben", "/admin/report-links", "/account", "/incidents/INC-1999-0001",
    ]  # fmt: skip
