"""A search whose asker has gone is given up: nobody pays for an answer that nobody reads."""

import json
import re
import socket
from urllib.parse import urlsplit

from api import Api
from conftest import MakeServer
from waiting import until
from world import World

RECORDS_PER_BATCH = 512
BATCHES = 12


def searches(api: Api) -> int:
    """Searches that wait or are being worked on."""
    text = api.send("GET", "/metrics").text
    found = re.search(r"^cordon_searches_running (\d+)$", text, re.MULTILINE)
    assert found, text
    return int(found.group(1))


def batch(number: int) -> dict[str, object]:
    words = " ".join(f"word{number}x{place}" for place in range(400))
    return {
        "records": [
            {"workflow": "long-reads", "kind": "note", "note": f"{number} {place} {words}"}
            for place in range(RECORDS_PER_BATCH)
        ]
    }


def test_aSearchIsGivenUpWhenItsAskerHasGone(make_server: MakeServer) -> None:
    server = make_server("sqlite").start()
    world = World.set_up(server, "uma")
    sender = server.api(world.admin.post(
        "tokens", {"name": "capture", "scopes": ["capture"]}).done()["token"])
    for number in range(BATCHES):
        sender.post("evidence", batch(number)).done(201)
    assert searches(sender) == 0
    place = urlsplit(server.url)
    # Nothing matches, and all text is asked for, so every record is read one by one.
    asked = (
        "GET /api/v1/evidence?q=nobody+at+all&in=all HTTP/1.1\r\n"
        f"Host: {place.netloc}\r\nAuthorization: Bearer {world.uma.token}\r\n\r\n"
    )
    askers = [socket.create_connection((place.hostname, place.port)) for _ in range(12)]
    for asker in askers:
        asker.sendall(asked.encode())
    until("the searches have begun", lambda: searches(sender) > 2)
    for asker in askers:
        asker.close()
    # Twelve of these take much longer than it takes to notice that nobody waits for them.
    examined = until("the searches are given up", lambda: searches(sender) == 0 or None)
    assert examined
    noted = [
        line for line in world.admin.get("journal", stream="evidence/all", limit=200).json["items"]
        if line["kind"] == "searched"
    ]
    # What was given up is not a search that anybody has made.
    assert len(noted) < len(askers), json.dumps(noted)
