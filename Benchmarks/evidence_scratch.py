"""What the benchmark of evidence needs beside a Cordon: virtual environments and encoded data.

All of it goes to a scratch folder, and only what is missing is made. Standard library only.
"""

import contextlib
import datetime
import json
import pathlib
import shutil
import sys
import tempfile

from evidence_peers import run

HERE = pathlib.Path(__file__).resolve().parent
ROWS = 120_000
# The generator spreads its rows over 60 days from here.
FIRST = datetime.datetime(2025, 10, 9, 8, 53, 20, tzinfo=datetime.UTC)
DAYS = 60
# Folder of the virtual environment, and what pip installs in it.
ENCODER = ("enc", "opentelemetry-proto", "")
PEERS = [("phoenix", "arize-phoenix", "20.26.1"), ("mlf", "mlflow", "3.17.2")]
ENCODED = {
    "genai": ("genai.b256.bin", ["--conv", "genai"]),
    "openinference": ("openinference.b256.bin", ["--conv", "openinference"]),
    "genai, 8": ("genai.b256.t8.bin",
                 ["--conv", "genai", "--spans-per-trace", 8, "--limit", 65_536]),
    "genai, batches of 100": ("genai.b100.bin",
                              ["--conv", "genai", "--batch", 100, "--limit", 60_000]),
}
FILLER = "filler.b256.bin"


class Tools:
    """Where everything is."""

    def __init__(self, shared, scratch, data):
        self.shared, self.scratch = shared.resolve(), scratch.resolve()
        self.data = (data or scratch / "seed1").resolve()
        self.folder = self.scratch / "encoded"

    def encoded(self, kind):
        return self.folder / ENCODED[kind][0]

    @property
    def filler(self):
        return self.folder / FILLER

    def truth(self):
        """For each planted name the rows that hold it."""
        text = (self.data / "truth.json").read_text(encoding="utf-8")
        return {name: {row for row, _ in places} for name, places in json.loads(text).items()}

    def names(self):
        return (self.data / "names.txt").read_text(encoding="utf-8").splitlines()

    def prepare(self, needs_peers):
        """Says what may be installed and made, then does it."""
        environments = [ENCODER, *(PEERS if needs_peers else [])]
        wanted = [f"{name}=={version}" if version else name for _, name, version in environments]
        print(f"May install with pip into {self.scratch}, only what is missing: {' '.join(wanted)}")
        print(f"May make {ROWS} interactions in {self.data} (0.4 GB) and encode them in "
              f"{self.folder} (2 GB)", flush=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        for environment, requirement in zip(environments, wanted):
            self._install(*environment, requirement)
        self._generate()
        for name, options in ENCODED.values():
            self._encode(self.data / "rows.ndjson", self.folder / name, options)

    def prepare_filler(self):
        if self.filler.exists():
            return
        rows = self.folder / "filler.ndjson"
        note("rows without any name")
        run([sys.executable, HERE / "evidence_fill.py", "rows", self.data / "rows.ndjson",
             self.data / "names.txt", self.data / "truth.json", rows])
        self._encode(rows, self.filler, ["--conv", "genai"])
        rows.unlink()

    def _install(self, folder, name, version, requirement):
        environment = self.scratch / folder
        mark = f"lib/python*/site-packages/{name.replace('-', '_')}-{version or '*'}.dist-info"
        if any(environment.glob(mark)):
            return
        note(f"pip install {requirement}")
        run([sys.executable, "-m", "venv", environment])
        run([environment / "bin/pip", "install", "-q", "--disable-pip-version-check", requirement])

    def _generate(self):
        # The generator writes the truth last.
        if (self.data / "truth.json").exists():
            return
        note(f"{ROWS} interactions")
        part = self.data.with_name(self.data.name + ".part")
        run([sys.executable, self.shared / "gen.py", "--n", ROWS, "--out", part])
        part.rename(self.data)

    def _encode(self, rows, out, options):
        if out.exists():
            return
        note(f"encode {out.name}")
        part = out.with_name(out.name + ".part")
        run([self.scratch / "enc/bin/python", self.shared / "otlp_encode.py", rows, part, *options])
        part.rename(out)


@contextlib.contextmanager
def fresh_folder(tools):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="run.", dir=tools.scratch))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def note(text):
    print(f"   {text}", file=sys.stderr, flush=True)


def keep(path, more):
    """Adds to a file of results."""
    found = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(found | more, indent=1) + "\n")
