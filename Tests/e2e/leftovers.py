"""Looks for text in the raw bytes of files, in every form in which it might lie there."""

import base64
import random
import string
from pathlib import Path

# An index of words leaves out what a word shares with the one before it, so its end has to do.
ENDING = 9


def unique_words(chance: random.Random, count: int) -> list[str]:
    """Words that nobody uses, each alone enough to be recognised."""
    return ["".join(chance.choices(string.ascii_lowercase, k=16)).title() for _ in range(count)]


def forms(word: str) -> dict[str, bytes]:
    """How a word may lie in a file, whatever its case."""
    small = word.lower()
    return {
        "the word": small.encode(),
        "its end": small[-ENDING:].encode(),
        "UTF-16": small.encode("utf-16-le"),
        "UTF-16, big end first": small.encode("utf-16-be"),
        "hexadecimal": small.encode().hex().encode(),
        "hexadecimal, as it was": word.encode().hex().encode(),
    }


def encodings(word: str) -> dict[str, bytes]:
    """How base64 writes it, wherever it stands in what is encoded; here case matters."""
    found = {}
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + word.encode() + b"\0\0")
        # The first and the last group of four also depend on what stands beside the word.
        found[f"base64, shifted by {shift}"] = whole[4:-8]
    return found


def leftovers(folder: Path, words: list[str]) -> list[str]:
    """Where any of the words still is, in any file below the folder."""
    found = []
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            continue
        lowered = content.lower()
        name = file.relative_to(folder)
        for word in words:
            found += [f"{name}: {how}" for how, form in forms(word).items() if form in lowered]
            found += [f"{name}: {how}" for how, form in encodings(word).items() if form in content]
    return found
