"""A real Keycloak: fetched once, built once for a theme, started with an empty database in memory."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from ..running import free_port

VERSION = "26.7.4"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:tar.gz"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "jumpseat"
BUILD = ("--db=dev-mem", "--cache=local", "--health-enabled=true")
# Little memory, and no time for compiling what runs for a minute.
JAVA = {"JAVA_OPTS_KC_HEAP": "-Xms256m -Xmx768m", "JAVA_OPTS_APPEND": "-XX:TieredStopAtLevel=1"}
ADMIN, PASSWORD = "admin", "only-on-this-machine"

# The shell waits for its standard input to close, which the kernel sees to however the tests end.
STOP_WHEN_ORPHANED = '"$@" & server=$!; cat >/dev/null; kill -TERM $server; wait $server'


@dataclass(frozen=True)
class KeycloakServer:
    """A running server, and who administrates it."""

    url: str
    log: Path
    admin: str = ADMIN
    password: str = PASSWORD


def installed(theme: Path) -> Path:
    """Return the folder of a Keycloak that has the theme and is ready to start."""
    CACHE.mkdir(parents=True, exist_ok=True)
    home = CACHE / f"keycloak-{VERSION}"
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "bin" / "kc.sh").exists():
            unpack(fetch())
        build(home, theme)
    return home


def fetch() -> Path:
    """Fetch the distribution from Maven Central, with the checks of Maven's own client."""
    archive = CACHE / f"keycloak-quarkus-dist-{VERSION}.tar.gz"
    if not archive.exists():
        goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
        run("mvn", "-B", "-q", goal, f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={CACHE}")
    return archive


def unpack(archive: Path) -> None:
    with tarfile.open(archive) as packed:
        packed.extractall(CACHE, filter="data")


def build(home: Path, theme: Path) -> None:
    """Build the server, unless it was built for this very theme."""
    mark, jar = home / "built-for", home / "providers" / theme.name
    wanted = hashlib.sha256(theme.read_bytes() + "".join(BUILD).encode()).hexdigest()
    if mark.exists() and mark.read_text() == wanted:
        return
    shutil.copy(theme, jar)
    run(str(home / "bin" / "kc.sh"), "build", *BUILD)
    mark.write_text(wanted)


def run(*command: str) -> None:
    done = subprocess.run(command, env=os.environ | JAVA, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}", returncode=1)


@contextmanager
def running(home: Path, log: Path) -> Iterator[KeycloakServer]:
    """Run a server of its own on loopback, and end it."""
    port, management = free_port(), free_port()
    url = f"http://localhost:{port}"
    command = [
        str(home / "bin" / "kc.sh"), "start", "--optimized", "--http-enabled=true", "--http-host=127.0.0.1",
        f"--http-port={port}", f"--http-management-port={management}", f"--hostname={url}",
    ]  # fmt: skip
    environment = os.environ | JAVA | {"KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN, "KC_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD}
    with (
        log.open("wb") as written,
        subprocess.Popen(
            ["sh", "-c", STOP_WHEN_ORPHANED, "sh", *command],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=written,
            start_new_session=True,
        ) as process,
    ):
        wait_until_ready(f"http://127.0.0.1:{management}/health/ready", process, log)
        yield KeycloakServer(url, log)
        # Leaving the block closes its standard input, and waits.


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        try:
            if requests.get(url, timeout=5).status_code == 200:
                return
        except requests.RequestException:
            pass
        try:
            process.wait(0.5)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.exit(f"Keycloak did not start:\n{log.read_text()[-3000:]}", returncode=1)
