"""Merkle trees (RFC 6962) and signed notes (C2SP), written anew to check Cordon's against."""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def root(leaves: list[bytes]) -> bytes:
    """The root over leaf hashes: RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


@dataclass(frozen=True)
class Checkpoint:
    """What a log has committed to."""

    origin: str
    size: int
    root: bytes


def opened(note: str, verifier_key: str) -> Checkpoint:
    """The checkpoint in a signed note; fails unless `verifier_key` has signed it."""
    text, _, signatures = note.partition("\n\n")
    text += "\n"
    name, key_id, key = verifier_key.strip().split("+", 2)
    material = base64.b64decode(key, validate=True)
    assert material[0] == 1 and len(material) == 33, "not an Ed25519 key"
    stated = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    assert stated.hex() == key_id, "the key's id is not the one that name and key give"
    lines = [line for line in signatures.splitlines() if line.startswith(f"— {name} ")]
    assert len(lines) == 1, "the note is not signed by this key"
    signature = base64.b64decode(lines[0].rsplit(" ", 1)[1], validate=True)
    assert signature[:4] == stated
    Ed25519PublicKey.from_public_bytes(material[1:]).verify(signature[4:], text.encode())
    origin, size, hashed = text.splitlines()
    assert origin == name
    return Checkpoint(origin, int(size), base64.b64decode(hashed, validate=True))


def cosigned(note: str, verifier_key: str) -> int:
    """When a witness cosigned the checkpoint in a note; fails unless `verifier_key` has.

    c2sp.org/tlog-cosignature: eight bytes of time and an Ed25519 signature, which is over the
    time and the text together.
    """
    text = note.partition("\n\n")[0] + "\n"
    name, key_id, key = verifier_key.strip().split("+", 2)
    material = base64.b64decode(key, validate=True)
    assert material[0] == 4 and len(material) == 33, "not a key for cosignatures"
    stated = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    assert stated.hex() == key_id, "the key's id is not the one that name and key give"
    lines = [line for line in note.splitlines() if line.startswith(f"— {name} ")]
    assert len(lines) == 1, "the note is not cosigned by this key, or twice"
    signature = base64.b64decode(lines[0].rsplit(" ", 1)[1], validate=True)
    assert signature[:4] == stated and len(signature) == 4 + 8 + 64
    time = int.from_bytes(signature[4:12])
    signed = f"cosignature/v1\ntime {time}\n{text}".encode()
    Ed25519PublicKey.from_public_bytes(material[1:]).verify(signature[12:], signed)
    return time
