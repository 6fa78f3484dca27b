"""Phoenix and MLflow as the shared scripts start them, each in a fresh folder.

Nothing of them leaves loopback. Standard library only.
"""

import contextlib
import json
import os
import pathlib
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from evidence_count import in_database
from world import Failure

HERE = pathlib.Path(__file__).resolve().parent
WARM_UP = 256


def run(command, **options):
    """Runs it to its end and gives what it printed."""
    words = [str(word) for word in command]
    ran = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False, **options)
    if ran.returncode:
        raise Failure(f"{shlex.join(words)} ended with {ran.returncode}")
    return ran.stdout


def shared_json(tools, script, *words):
    """What a shared script says in its one line of JSON."""
    said = run([sys.executable, tools.shared / script, *words])
    try:
        return json.loads(said)
    except ValueError as error:
        raise Failure(f"{script} said {said!r}") from error


def warm_up(tools, encoded, url, *headers, spans=WARM_UP):
    """The first batches, which no server answers as it answers the later ones."""
    loaded = shared_json(
        tools, "otlp_load.py", encoded, url, "--conns", 1, "--max-spans", spans, *headers)
    if loaded["spans"] < spans or loaded["errors"]:
        raise Failure(f"{url} did not take the first batch: {loaded}")


def measure_ingest(tools, name, pid, encoded, url, count, disk, spans, *options, skip=WARM_UP):
    """Sends spans that the server does not have yet; gives one result of measure_ingest.py."""
    command = shlex.join([sys.executable, str(HERE / "evidence_count.py"), *map(str, count)])
    result = shared_json(
        tools, "measure_ingest.py", "--name", name, "--pid", pid, "--bin", encoded, "--url", url,
        "--count-cmd", command, "--disk", disk, "--spans", spans, "--skip", skip,
        "--timeout", 300, *options)
    if result["errors"] or result["stored"] < result["acked"] or not result["acked"]:
        raise Failure(f"{name} did not store everything: {result}")
    print(f"   {name}: {result['spans_per_cpu_s']:.0f} spans/CPU-s", file=sys.stderr)
    return result


def family(pid):
    """The process and all below it."""
    found = [pid]
    with contextlib.suppress(OSError):
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    return found


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def end(pid, seconds=15):
    """Asks the whole family to end, and makes those end that do not."""
    pids = family(pid)
    for sign, limit in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5)):
        for one in filter(is_alive, pids):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, sign)
        began = time.monotonic()
        while any(map(is_alive, pids)) and time.monotonic() - began < limit:
            time.sleep(0.1)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@contextlib.contextmanager
def serving(tools, script, folder, port, health):
    """The server on a folder, fresh or not; gives its process id."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise Failure(f"something else listens on port {port}")
    run([tools.shared / script, folder], env=dict(os.environ, BENCH_DIR=str(tools.scratch)))
    pid = int((folder / "pid").read_text())
    try:
        began = time.monotonic()
        while not answers(health):
            if not is_alive(pid) or time.monotonic() - began > 120:
                raise Failure(f"{script} did not come up: {folder}/server.log")
            time.sleep(0.5)
        yield pid
    finally:
        end(pid)


class Phoenix:
    name = "Phoenix"
    kind = "phoenix"
    url = "http://127.0.0.1:6006"
    rows = ["Phoenix, 1 span/trace"]

    def __init__(self, tools, folder):
        self.tools, self.folder = tools, folder
        self.database = folder / "phoenix.db"

    def serving(self):
        return serving(self.tools, "run_phoenix.sh", self.folder, 6006, f"{self.url}/healthz")

    def begin(self):
        """The first batch makes the project that all goes to; it is stored some time later."""
        warm_up(self.tools, self.tools.encoded("openinference"), f"{self.url}/v1/traces")
        began = time.monotonic()
        while in_database(self.database) < WARM_UP:
            if time.monotonic() - began > 120:
                raise Failure("Phoenix did not store the first batch")
            time.sleep(0.5)

    def ingest(self, pid, spans):
        """Results by row of the table."""
        encoded = self.tools.encoded("openinference")
        return {self.rows[0]: measure_ingest(
            self.tools, self.rows[0], pid, encoded, f"{self.url}/v1/traces",
            ["sqlite", self.database], self.folder, spans, "--conns", 4)}


class MLflow:
    name = "MLflow"
    kind = "mlflow"
    url = "http://127.0.0.1:5055"
    rows = ["MLflow, 1 span/trace", "MLflow, 8 spans/trace"]
    header = ["--header", "x-mlflow-experiment-id=1"]

    def __init__(self, tools, folder):
        self.tools, self.folder = tools, folder
        self.database = folder / "mlflow.db"

    def serving(self):
        return serving(self.tools, "run_mlflow.sh", self.folder, 5055, f"{self.url}/health")

    def begin(self):
        """Makes experiment 1, and waits for the first batch, which loads much of MLflow."""
        request = urllib.request.Request(
            f"{self.url}/api/2.0/mlflow/experiments/create", b'{"name":"bench"}',
            {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                number = json.loads(answer.read())["experiment_id"]
        except urllib.error.URLError as error:
            raise Failure(f"MLflow made no experiment: {error}") from error
        if number != "1":
            raise Failure(f"MLflow's folder is not fresh: its new experiment is {number}")
        warm_up(self.tools, self.tools.encoded("genai"), f"{self.url}/v1/traces", *self.header)

    def ingest(self, pid, spans):
        """One span in a trace is its bad case and eight its good one: it works by the trace."""
        found, skip = {}, WARM_UP
        for row, kind, share in zip(self.rows, ("genai", "genai, 8"), (0.5, 2)):
            found[row] = measure_ingest(
                self.tools, row, pid, self.tools.encoded(kind), f"{self.url}/v1/traces",
                ["sqlite", self.database], self.folder, int(spans * share), "--conns", 2,
                *self.header, skip=skip)
            # Both files hold the same rows, and MLflow keeps a span that it knows only once.
            skip += found[row]["acked"]
        return found


def search(peer, rows, limit):
    """Grows the peer's database by SQL, and looks names up through its own API.

    Gives the median seconds of one name, or None if a lookup did not end within the limit.
    """
    tools = peer.tools
    with peer.serving():
        peer.begin()
    run([sys.executable, "-W", "ignore", tools.shared / "fill_peers.py", peer.kind, peer.database,
         tools.data / "rows.ndjson", rows])
    with peer.serving():
        try:
            said = run([sys.executable, tools.shared / "search_peers.py", peer.kind, peer.url,
                        tools.data / "names.txt", tools.data / "truth.json", rows],
                       timeout=limit)
        except subprocess.TimeoutExpired:
            return None
    return json.loads(said)["median_s"]
