"""One witness as a process, and an authority for timestamps that asks openssl."""

import re
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from server import Server, clean_environment
from waiting import until

GREETING = re.compile(r"witness listens on (http://\S+)\n.*\n  (\S+)\n")


class Witness:
    """Starts and kills `cordon witness`; what it remembers stays where it is."""

    def __init__(self, binary: str, data: Path, *logs: str) -> None:
        self.binary = binary
        self.data = data
        self.logs = logs
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.key = ""
        self.listen = "127.0.0.1:0"

    def start(self) -> "Witness":
        assert self.process is None, "it runs already"
        said = self.data.parent / f"{self.data.name}.out.txt"
        chosen = [part for log in self.logs for part in ("--log", log)]
        with said.open("wb") as out, self.complaints.open("ab") as err:
            self.process = subprocess.Popen(
                [
                    self.binary, "witness", "--data", str(self.data),
                    "--listen", self.listen, *chosen,
                ],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=clean_environment(),
            )  # fmt: skip

        def greeted() -> re.Match[str] | None:
            assert self.process is not None
            code = self.process.poll()
            assert code is None, f"the witness ended with {code}: {self.log}"
            return GREETING.search(said.read_text())

        found = until("the witness greets", greeted, 60)
        self.url, self.key = found[1], found[2]
        # After a restart it is where the logs know it to be.
        self.listen = self.address
        return self

    @property
    def address(self) -> str:
        return self.url.removeprefix("http://")

    @property
    def complaints(self) -> Path:
        return self.data.parent / f"{self.data.name}.err.txt"

    @property
    def log(self) -> str:
        return self.complaints.read_text()

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(30)
            self.process = None

    def told_to(self, server: Server) -> None:
        """Names the witness in the settings of a server, beside those that are named already."""
        settings = server.environment
        for name, value in [
            ("CORDON_WITNESSES", f"{self.url} {self.key}"),
            ("CORDON_OUTBOUND_ALLOW", self.address),
        ]:
            settings[name] = "\n".join(filter(None, [settings.get(name), value]))


CONFIGURATION = """
[tsa]
default_tsa = t
[t]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


class Authority:
    """An authority of RFC 3161, whose certificate a throw-away root has signed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked = 0
        # How it misbehaves, if at all.
        self.manner = ""
        folder.mkdir()
        (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder))
        (folder / "extension").write_text("extendedKeyUsage = critical, timeStamping\n")
        (folder / "serial").write_text("01\n")
        for name in ("ca", "tsa"):
            self._openssl(
                "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key"
            )
        self._openssl(
            "req", "-x509", "-new", "-key", "ca.key", "-subj", "/CN=root", "-days", "2",
            "-out", "ca.pem",
        )  # fmt: skip
        self._openssl("req", "-new", "-key", "tsa.key", "-subj", "/CN=tsa", "-out", "tsa.csr")
        self._openssl(
            "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", "extension", "-out", "tsa.pem",
        )  # fmt: skip
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                assert self.headers["content-type"] == "application/timestamp-query"
                answer = authority.answer(body)
                if authority.manner == "redirects" and self.path == "/tsr":
                    self.send_response(307)
                    self.send_header("location", "/elsewhere")
                else:
                    self.send_response(200)
                self.send_header("content-type", "application/timestamp-reply")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.http.server_port}"

    def speak_tls(self) -> None:
        """From now on with a certificate that nobody has heard of."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "tsa.pem", self.folder / "tsa.key")
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True)

    def answer(self, query: bytes) -> bytes:
        self.asked += 1
        if self.manner == "floods":
            return b"0" * (2 << 20)
        if self.manner == "repeats":
            # The nonce of another request.
            end = query.rindex(b"\x01\x01\xff")
            query = query[: end - 1] + bytes([query[end - 1] ^ 1]) + query[end:]
        (self.folder / "query.tsq").write_bytes(query)
        self._openssl(
            "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr"
        )
        return (self.folder / "reply.tsr").read_bytes()

    def verifies(self, token: bytes, text: bytes) -> bool:
        """Whether openssl takes it for a timestamp of that text."""
        (self.folder / "kept.tsr").write_bytes(token)
        (self.folder / "text").write_bytes(text)
        judged = subprocess.run(
            ["openssl", "ts", "-verify", "-data", "text", "-in", "kept.tsr", "-CAfile", "ca.pem"],
            cwd=self.folder,
            capture_output=True,
            timeout=60,
        )
        return judged.returncode == 0 and b"Verification: OK" in judged.stdout + judged.stderr

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(
            ["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=60
        )
