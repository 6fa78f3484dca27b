"""What a hook refuses counts into a workflow's watch, whatever the contract."""

import pytest

from conftest import MakeServer
from hook_world import CLAUDE, COPILOT, claude_tool, copilot
from test_worked_example_http import (
    PLACE,
    becomes_production_ready,
    is_explained_and_corrected,
    is_judged,
    is_preserved_and_looked_back_on,
    is_reported_and_stopped,
    is_restarted_by_two_who_may,
)
from waiting import until
from world import WORKFLOW, World


@pytest.mark.parametrize("path", [CLAUDE, COPILOT])
def test_theThirdDenialStopsAWatchedWorkflowAgain(path: str, make_server: MakeServer) -> None:
    world = World.set_up(make_server("sqlite").start())
    becomes_production_ready(world)
    number = is_reported_and_stopped(world)
    is_judged(world, number)
    is_preserved_and_looked_back_on(world, number)
    is_explained_and_corrected(world, number)
    is_restarted_by_two_who_may(world, number)
    bound = {"name": "hook", "scopes": ["gate"], "workflow": WORKFLOW}
    hook = world.admin.post("tokens", bound).done(201)["token"]
    api = world.server.api(hook)
    asked = claude_tool("Bash", command="ls") if path == CLAUDE else copilot("Bash", command="ls")
    for _ in range(2):
        assert "not in the workflow's authority" in api.post(path, asked).done(200).text
    assert world.ben.get(PLACE)["state"] == "watch"
    assert "not in the workflow's authority" in api.post(path, asked).done(200).text
    # Copilot Studio is answered meanwhile: it does not wait.
    until("it stops", lambda: world.ben.get(PLACE)["state"] in {"stopping", "stopped"})
    assert "is stopped" in api.post(path, asked).done(200).text
