"""Sends encoded spans to a Cordon: as fast as it takes them, or at an even pace.

Standard library only.
"""

import concurrent.futures
import http.client
import itertools
import json
import pathlib
import subprocess
import sys
import threading
import time
import urllib.parse

from evidence_fill import batches
from evidence_peers import shared_json
from world import Failure

HERE = pathlib.Path(__file__).resolve().parent
CONNECTIONS = 16


class Offered:
    """The answers to a load that does not wait for them."""

    def __init__(self, milliseconds, refused):
        ordered = sorted(milliseconds)
        self.batches, self.refused = len(ordered), refused
        self.p50 = ordered[len(ordered) // 2]
        self.p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]


def offer(encoded, url, token, spans_per_second, seconds):
    """Sends each batch when it is due, however long the earlier ones take.

    The time of a batch runs from the moment at which it was due, so that a server which stands
    still for a second shows in every batch of that second.
    """
    address, local = urllib.parse.urlparse(url), threading.local()
    headers = {"Content-Type": "application/x-protobuf", "Authorization": f"Bearer {token}"}

    def send(due, body):
        if not hasattr(local, "connection"):
            local.connection = http.client.HTTPConnection(
                address.hostname, address.port, timeout=60)
        local.connection.request("POST", address.path, body, headers)
        answer = local.connection.getresponse()
        answer.read()
        return 1000 * (time.perf_counter() - due), answer.status

    size = next(batches(encoded))[0]
    wanted = max(1, spans_per_second * seconds // size)
    first, *rest = itertools.islice(batches(encoded), 1 + wanted)
    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
        # A first one outside the measurement, as with every other server here.
        pool.submit(send, time.perf_counter(), first[1]).result()
        due, pending = time.perf_counter(), []
        for count, body in rest:
            time.sleep(max(0.0, due - time.perf_counter()))
            pending.append(pool.submit(send, due, body))
            due += count / spans_per_second
        answers = [one.result() for one in pending]
    broken = {status for _, status in answers if status // 100 != 2 and status not in (429, 503)}
    if broken:
        raise Failure(f"POST {url}: {sorted(broken)}")
    refused = sum(1 for _, status in answers if status // 100 != 2)
    return Offered([milliseconds for milliseconds, _ in answers], refused)


def send_file(tools, encoded, cordon, spans, skip):
    """Gives how many were taken: whole batches."""
    loaded = shared_json(tools, "otlp_load.py", encoded, cordon.traces, *cordon.header,
                         "--max-spans", spans, "--skip-spans", skip)
    if loaded["errors"]:
        raise Failure(f"Cordon did not take everything: {loaded}")
    return loaded["spans"]


def send_filler(tools, encoded, cordon, spans, skip):
    """Makes the filler while it is sent, so that a million records need no file."""
    making = subprocess.Popen(
        [sys.executable, HERE / "evidence_fill.py", "stream", encoded, "--spans", str(spans),
         "--skip", str(skip)], stdout=subprocess.PIPE)
    sending = subprocess.run(
        [sys.executable, tools.shared / "otlp_load.py", "/dev/stdin", cordon.traces,
         *cordon.header], stdin=making.stdout, stdout=subprocess.PIPE, text=True, check=False)
    making.stdout.close()
    if making.wait() or sending.returncode:
        raise Failure("the filler could not be made or sent")
    loaded = json.loads(sending.stdout)
    if loaded["errors"]:
        raise Failure(f"Cordon did not take the filler: {loaded}")
