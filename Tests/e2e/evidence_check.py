"""What has to hold of everything that was acknowledged, wherever the server was cut off."""

import base64
import hashlib
import json
import random
from collections import Counter

import ledger
from api import Api
from evidence_sender import Acknowledged, Batch, Listed, Record, Wire
from server import Server

TILE = 256


def check_all(
    api: Api, wire: Wire, acknowledged: list[Acknowledged], round: str | None = None
) -> dict[str, Listed]:
    """Everything acknowledged is there, once, with its content; returns what is there by trace.

    Cheap, because a trace commits to its content: pages of 200 tell it all.
    """
    listed = wire.listed(api, round)
    twice = [trace for trace, times in Counter(item.trace for item in listed).items() if times > 1]
    assert not twice, f"kept twice: {twice[:3]}"
    kept = {item.trace: item for item in listed}
    mine = [each for each in acknowledged if each.wire == wire.name and round in (None, each.round)]
    lost = [each for each in mine if each.trace not in kept]
    assert not lost, f"{len(lost)} of {len(mine)} acknowledged are lost, such as {lost[0]}"
    for each in mine:
        item = kept[each.trace]
        assert item.state == "kept", f"{each} is {item.state}"
        assert each.id in (None, item.id), f"{each} has become {item}"
        assert each.index in (None, item.index), f"{each} has become {item}"
    return kept


def check_batch(batch: Batch, kept: dict[str, Listed]) -> int:
    """A batch that was never answered is there or not, but not by halves; returns how many are."""
    there = [record for record in batch.records if record.trace in kept]
    assert len(there) in (0, batch.size), f"{len(there)} of {batch.size} are there: half a batch"
    return len(there)


def check_content(
    api: Api, wire: Wire, kept: dict[str, Listed], marks: list[str], chance: random.Random
) -> None:
    """The last ones and some others read, whole, as they were sent."""
    chosen = marks[-4:] + chance.sample(marks, min(8, len(marks)))
    for mark in dict.fromkeys(chosen):
        record = Record(mark)
        wire.reads(api, kept[record.trace].id, record)


def check_log(api: Api, has_tiles: bool = True) -> int:
    """The newest checkpoint commits to every leaf; returns how many there are."""
    key = text_of(api, "/ledger/key")
    checkpoint = ledger.opened(text_of(api, "/ledger/checkpoint"), key)
    leaves = leaves_of_tiles(api, checkpoint.size) if has_tiles else leaves_of_journal(api)
    assert len(leaves) == checkpoint.size
    assert ledger.root(leaves) == checkpoint.root, "the leaves are not what the log commits to"
    return checkpoint.size


def text_of(api: Api, path: str) -> str:
    """Notes are UTF-8, whatever the answer's header says or leaves open."""
    return api.get(path).done(200).response.content.decode()


def leaves_of_journal(api: Api) -> list[bytes]:
    return [bytes.fromhex(item["leaf"]) for item in api.every("journal")]


def leaves_of_tiles(api: Api, size: int) -> list[bytes]:
    leaves: list[bytes] = []
    for number in range((size + TILE - 1) // TILE):
        width = min(TILE, size - number * TILE)
        partial = f".p/{width}" if width < TILE else ""
        answer = api.get(f"/ledger/tile/0/{tile_number(number)}{partial}").done(200)
        tile = answer.response.content
        assert len(tile) == 32 * width, f"tile {number} has {len(tile)} bytes, not {32 * width}"
        leaves += [tile[place : place + 32] for place in range(0, len(tile), 32)]
    return leaves


def tile_number(number: int) -> str:
    """C2SP tlog-tiles: 1234067 is x001/x234/067."""
    text = f"{number % 1000:03}"
    while number := number // 1000:
        text = f"x{number % 1000:03}/{text}"
    return text


def check_proof(api: Api, index: int) -> None:
    """The log's proof of one leaf holds, whether or not its content is still there."""
    key = text_of(api, "/ledger/key")
    text = text_of(api, f"/ledger/proof/{index}")
    head, _, note = text.partition("\n\n")
    kind, *lines = head.splitlines()
    assert kind == "c2sp.org/tlog-proof@v1"
    lines = [line for line in lines if not line.startswith("extra ")]
    assert lines[0] == f"index {index}"
    checkpoint = ledger.opened(note, key)
    leaf = leaves_of_tiles(api, checkpoint.size)[index]
    hashes = [base64.b64decode(line, validate=True) for line in lines[1:]]
    assert climbed(leaf, index, checkpoint.size, hashes) == checkpoint.root


def climbed(leaf: bytes, index: int, size: int, hashes: list[bytes]) -> bytes | None:
    """The root that a proof of inclusion leads to: RFC 9162, section 2.1.3.2."""
    place, last, root = index, size - 1, leaf
    for hashed in hashes:
        if last == 0:
            return None
        if place % 2 == 1 or place == last:
            root = hashlib.sha256(b"\x01" + hashed + root).digest()
            while place % 2 == 0 and place != 0:
                place, last = place >> 1, last >> 1
        else:
            root = hashlib.sha256(b"\x01" + root + hashed).digest()
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


def check_offline(server: Server, size: int | None = None) -> None:
    """`fsck` finds nothing in a server that is not running, and no leaf that was seen is gone."""
    checked = server.fsck("--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    report = json.loads(checked.stdout)
    assert report["clean"] is True
    rows = report["rows"]["journal"] + report["rows"].get("evidence", 0)
    # What the server noted by itself since the size was asked for may have come on top.
    assert size is None or size <= rows, f"the log had {size} leaves and has {rows} rows"
