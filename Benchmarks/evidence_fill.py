"""Makes any number of records out of the generated ones, none of which holds a looked-up name.

    evidence_fill.py rows ROWS NAMES TRUTH OUT             the rows without any of the names
    evidence_fill.py stream ENCODED --spans N [--skip K]   N spans, after the first K

`stream` reads what otlp_encode.py made of such rows, and writes the same format to standard output.
It goes through the file again and again, and each time gives every trace and span another id, so
that a store which drops repeats keeps them all. The ids have a fixed length, so they are changed in
place, without a protobuf library. Standard library only.
"""

import argparse
import json
import re
import struct
import sys
import unicodedata

HEAD = struct.Struct(">II")
WORD = re.compile(r"\w+")


def folded(text):
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def rows_without_names(rows, names, truth, out):
    """Leaves a row out if it was planted in, or if it holds the telling word of any name.

    The second word of a name is made from a hash, so hardly any other row has it. This leaves out a
    few rows too many and never one too few.
    """
    with open(names, encoding="utf-8") as lines:
        telling = {folded(line.split()[1]) for line in lines if line.strip()}
    with open(truth, encoding="utf-8") as text:
        planted = {row for places in json.load(text).values() for row, _ in places}
    kept = 0
    with open(rows, encoding="utf-8") as lines, open(out, "w", encoding="utf-8") as kept_lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            text = " ".join((row["system"], row["input"], row["output"], row["tool"]["result"]))
            if number in planted or not telling.isdisjoint(WORD.findall(folded(text))):
                continue
            kept_lines.write(line)
            kept += 1
    print(f"{kept} of {number + 1} rows hold no name", file=sys.stderr)


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def fields(data, at, end):
    """The fields of one protobuf message that have a length: number, start and end of each."""
    while at < end:
        key, at = varint(data, at)
        kind = key & 7
        if kind == 2:
            length, at = varint(data, at)
            yield key >> 3, at, at + length
            at += length
        elif kind == 1:
            at += 8
        elif kind == 5:
            at += 4
        elif kind == 0:
            _, at = varint(data, at)
        else:
            raise SystemExit(f"evidence_fill.py: no protobuf message: wire type {kind}")


def inside(data, places, number):
    return ((start, end) for outer in places for found, start, end in fields(data, *outer)
            if found == number)


def places_of_ids(data):
    """Where the trace, span and parent ids of an ExportTraceServiceRequest begin."""
    spans = inside(data, inside(data, inside(data, [(0, len(data))], 1), 2), 2)
    return [start for span in spans for number, start, end in fields(data, *span)
            if number in (1, 2, 4) and end > start]


def batches(path):
    with open(path, "rb") as file:
        while head := file.read(HEAD.size):
            length, count = HEAD.unpack(head)
            yield count, file.read(length)


def renamed(body, places, time_round):
    """The same spans under other ids: the first two bytes of each say which time round this is."""
    changed = bytearray(body)
    for place in places:
        changed[place] ^= time_round >> 8
        changed[place + 1] ^= time_round & 0xFF
    return changed


def stream(path, wanted, skip, out):
    places = []
    passed = written = 0
    for time_round in range(1, 1 << 16):
        for index, (count, body) in enumerate(batches(path)):
            if index == len(places):
                places.append(places_of_ids(body))
            if written >= wanted:
                return
            passed += count
            if passed <= skip:
                continue
            out.write(HEAD.pack(len(body), count) + renamed(body, places[index], time_round))
            written += count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    rows = commands.add_parser("rows")
    for name in ("rows", "names", "truth", "out"):
        rows.add_argument(name)
    streaming = commands.add_parser("stream")
    streaming.add_argument("encoded")
    streaming.add_argument("--spans", type=int, required=True)
    streaming.add_argument("--skip", type=int, default=0)
    options = parser.parse_args()
    if options.command == "rows":
        rows_without_names(options.rows, options.names, options.truth, options.out)
    else:
        stream(options.encoded, options.spans, options.skip, sys.stdout.buffer)


if __name__ == "__main__":
    main()
