"""The tests' own Merkle tree agrees with somebody else's, so that it may judge Cordon's."""

import hashlib

import pymerkle

import ledger


def test_theRootIsTheOneThatAnotherLibraryGives() -> None:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    leaves: list[bytes] = []
    for number in range(70):
        text = f"entry {number}".encode()
        leaves.append(hashlib.sha256(b"\x00" + text).digest())
        tree.append_entry(text)
        assert ledger.root(leaves) == tree.get_root()
