"""Prints how many records a store holds: the command that measure_ingest.py asks again and again.

    evidence_count.py sqlite DATABASE                   rows of the table `spans`
    evidence_count.py cordon URL TOKEN records|indexed  what Cordon says of itself

Standard library only. It changes nothing.
"""

import json
import sqlite3
import sys
import urllib.request


def in_database(path):
    reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
    try:
        return reader.execute("SELECT count(*) FROM spans").fetchone()[0]
    finally:
        reader.close()


def in_cordon(url, token, field):
    request = urllib.request.Request(
        f"{url}/api/v1/evidence/count", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())[field]


if __name__ == "__main__":
    kind, *rest = sys.argv[1:]
    print(in_database(*rest) if kind == "sqlite" else in_cordon(*rest))
