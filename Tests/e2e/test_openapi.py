"""The description is valid, and the server keeps to it whatever is sent."""

import subprocess
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from conftest import MakeServer
from world import PASSWORD, World

EVERY_ROLE = [
    "administrator", "governance", "auditor", "legal", "security", "hr", "finance", "operations",
    "executive_sponsor", "executive_leadership", "owner:monthly-summaries",
    "functional_leader:client-services", "operator", "reviewer",
]  # fmt: skip
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_schema_conformance",
]  # fmt: skip


def test_theDescriptionIsValid(shared: World) -> None:
    document = shared.server.api().get("/api/openapi.json").done(200).json
    assert document["openapi"].startswith("3.1")
    faults = [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]
    assert faults == []
    names = [
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
        if isinstance(operation, dict) and "operationId" in operation
    ]
    assert len(names) == len(set(names)) > 50


class Fuzz:
    """Sends to every operation what its description allows, and what it does not."""

    def __init__(self, world: World, place: Path, phases: str, examples: int) -> None:
        world.in_production()
        body = {
            "login": "everybody",
            "name": "Every role",
            "password": PASSWORD,
            "grants": EVERY_ROLE,
        }
        world.admin.post("users", body).done(201)
        self.everybody = world.signed_in("everybody")
        self.url = world.server.url
        self.place = place
        self.limits = ["--phases", phases, "--max-examples", str(examples)]
        number = self.everybody.post(
            "reports", {"workflow": "monthly-summaries", "what": "Something to work on."}
        ).done(201)["incident"]
        # Values that are there, so that more is reached than answers 404.
        (place / "schemathesis.toml").write_text(
            f'[parameters]\n"path.number" = "{number}"\n"path.key" = "monthly-summaries"\n'
        )

    def run(self) -> None:
        """Every operation, none of them with a credential that it could take away."""
        session = self.everybody.token
        assert session
        # A stream without an end is followed by the clients' tests.
        self._run(session, "--exclude-operation-id", "signOut",
                  "--exclude-operation-id", "followGate")
        self.everybody.get("session").done(200)
        made = self.everybody.post("tokens", {"name": "fuzz", "scopes": ["all"]}).done(201)
        self._run(made["token"], "--include-operation-id", "signOut")

    def _run(self, credential: str, *chosen: str) -> None:
        command = [
            sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml",
            "run", f"{self.url}/api/openapi.json",
            "--header", f"Authorization: Bearer {credential}", *chosen,
            "--checks", ",".join(CHECKS), *self.limits,
            "--workers", "2", "--seed", "7", "--continue-on-failure",
            "--request-timeout", "30", "--no-color", "--warnings", "off",
            "--generation-database", "none",
        ]  # fmt: skip
        ran = subprocess.run(
            command, cwd=self.place, capture_output=True, text=True, timeout=7_200
        )
        print(ran.stdout)
        assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-4_000:]


def test_theServerKeepsToItsDescription(make_server: MakeServer, tmp_path: Path) -> None:
    world = World.set_up(make_server().start())
    Fuzz(world, tmp_path, "examples,fuzzing", 15).run()


@pytest.mark.torture
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_theServerKeepsToItsDescriptionForLong(
    engine: str, make_server: MakeServer, tmp_path: Path
) -> None:
    world = World.set_up(make_server(engine).start())
    Fuzz(world, tmp_path, "examples,coverage,fuzzing", 200).run()
