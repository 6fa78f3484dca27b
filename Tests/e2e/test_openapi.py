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


def keeps_to_its_description(world: World, place: Path, examples: int, budget: int) -> None:
    world.in_production()
    body = {"login": "everybody", "name": "Every role", "password": PASSWORD, "grants": EVERY_ROLE}
    world.admin.post("users", body).done(201)
    everybody = world.signed_in("everybody")
    token = everybody.post("tokens", {"name": "fuzz", "scopes": ["all"]}).done(201)["token"]
    number = everybody.post(
        "reports", {"workflow": "monthly-summaries", "what": "Something to work on."}
    ).done(201)["incident"]
    # Values that are there, so that more is reached than answers 404.
    settings = place / "schemathesis.toml"
    settings.write_text(
        f'[parameters]\n"path.number" = "{number}"\n"path.key" = "monthly-summaries"\n'
    )
    for config in ("", str(settings)):
        command = [
            sys.executable, "-m", "schemathesis.cli",
            *(["--config-file", config] if config else []),
            "run", f"{world.server.url}/api/openapi.json",
            "--header", f"Authorization: Bearer {token}",
            "--checks", ",".join(CHECKS),
            "--phases", "examples,coverage,fuzzing",
            "--max-examples", str(examples), "--max-time", str(budget),
            "--workers", "2", "--seed", "7", "--continue-on-failure",
            "--request-timeout", "30", "--no-color", "--warnings", "off",
            "--generation-database", "none",
        ]  # fmt: skip
        ran = subprocess.run(
            command, cwd=place, capture_output=True, text=True, timeout=budget * 3 + 120
        )
        assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-4_000:]


def test_theServerKeepsToItsDescription(make_server: MakeServer, tmp_path: Path) -> None:
    keeps_to_its_description(World.set_up(make_server().start()), tmp_path, 15, 60)


@pytest.mark.torture
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_theServerKeepsToItsDescriptionForLong(
    engine: str, make_server: MakeServer, tmp_path: Path
) -> None:
    keeps_to_its_description(World.set_up(make_server(engine).start()), tmp_path, 200, 1_800)
