"""What was acknowledged survives the death of the server, at whatever moment it comes."""

import threading
from pathlib import Path

import pytest

from conftest import ENGINES, MakeServer
from evidence_campaign import Campaign, elsewhere, seed, times
from evidence_sender import wires

CONNECTIONS = 6
# A directory is left after so many deaths: looking at all of it takes ever longer.
DEATHS_OF_ONE = 20


def dies_again_and_again(engine: str, make_server: MakeServer, deaths: int, folder: Path) -> None:
    chosen = seed()
    done = 0
    while done < deaths:
        server = make_server(engine).start()
        file = folder / f"acknowledged.{done}.jsonl"
        campaign = Campaign(server, wires(), file, chosen, f"k{done}")
        for turn in range(min(DEATHS_OF_ONE, deaths - done)):
            dies_once(campaign, turn)
        campaign.check_everything()
        server.kill()
        campaign.check_offline()
        done += DEATHS_OF_ONE
        campaign.close()


def dies_once(campaign: Campaign, turn: int) -> None:
    campaign.sends(turn, CONNECTIONS)
    campaign.wait_for_answers(campaign.kept.answers + campaign.chance.randint(1, 40))
    # Nothing is waited for: this is the random moment, anywhere within a commit or between two.
    threading.Event().wait(campaign.chance.uniform(0, 0.01))
    campaign.server.kill()
    campaign.wait_for_senders()
    campaign.check_offline()
    campaign.server.start()
    campaign.world.reached_again()
    campaign.check_round(turn)


@pytest.mark.parametrize("engine", ENGINES)
def test_noAcknowledgedRecordIsLostWhenTheServerIsKilled(
    engine: str, make_server: MakeServer, tmp_path: Path
) -> None:
    with elsewhere(tmp_path) as folder:
        dies_again_and_again(engine, make_server, 4, folder)


@pytest.mark.torture
@pytest.mark.parametrize("engine", ENGINES)
def test_noAcknowledgedRecordIsLostInFiveHundredDeaths(
    engine: str, make_server: MakeServer, tmp_path: Path
) -> None:
    deaths = times("CORDON_KILLS", 500)
    with elsewhere(tmp_path) as folder:
        # On PostgreSQL the database outlives Cordon, and a tenth tells as much.
        dies_again_and_again(
            engine, make_server, deaths if engine == "sqlite" else (deaths + 9) // 10, folder
        )
