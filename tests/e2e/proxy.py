"""A real nginx with the configuration of the how-to page, and a small real application behind it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "reverse-proxies.md"

AROUND = """
daemon off; worker_processes 1; pid nginx.pid; error_log error.log; user root;
events {{}}
http {{
    access_log off;
    client_body_temp_path body; proxy_temp_path proxied; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
    {site}
}}
"""


def block(language: str) -> str:
    """Return the page's only example in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return str(found)


@dataclass
class Application:
    """An application that shows what arrives: it answers with the headers of the request, and remembers them."""

    port: int
    seen: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self.seen.append))
        Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()
        server.server_close()


def _handler(tell: Callable[[dict[str, Any]], None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = {"path": self.path, "headers": [[name.lower(), value] for name, value in self.headers.items()]}
            tell(told)
            body = json.dumps(told).encode()
            self.send_response(403 if self.path.startswith("/forbidden") else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def nginx(folder: Path, port: int, jumpseat: int, application: int) -> Iterator[None]:
    """Run nginx on loopback, with the page's site for these ports."""
    site = block("nginx").replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    site = site.replace("127.0.0.1:8080", f"127.0.0.1:{jumpseat}").replace("127.0.0.1:9000", f"127.0.0.1:{application}")
    # The browser's address has a port, which the page's does not.
    site = site.replace("Host $host;", "Host $http_host;")
    (folder / "nginx.conf").write_text(AROUND.format(site=site))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield
        finally:
            process.terminate()
    assert process.returncode == 0, process.stdout.read() if process.stdout else ""
