"""What `docker/compose.keycloak.yaml` runs, run as processes: no container engine is needed, and none was used."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.keycloak.server import Administrator, connect

from ..running import JUMPSEAT, Connector, free_port, running_connector, wait_for
from .conftest import KEPT, ROOT, Colleague

DOCKER = ROOT / "docker"
ADA = Colleague("ada", "", password="correct-horse")


@pytest.fixture(scope="module")
def composed(
    keycloak: Any, mail: Any, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """Give the connector that the containers would run, with the realm and the company of their files.

    The realm is named otherwise, since one of that name is there already.
    """
    text = (DOCKER / "keycloak" / "realm.json").read_text().replace("${ADA_PASSWORD}", ADA.password)
    admin = connect(keycloak.url, "master", Administrator(keycloak.admin, keycloak.password))
    admin.import_realm({**json.loads(text), "realm": "composed"})
    folder, log, port = tmp_path_factory.mktemp("composed"), KEPT / "composed", free_port()
    log.mkdir(parents=True, exist_ok=True)
    database = f"sqlite:///{shutil.copy(sqlite_template, folder / 'jumpseat.db')}"
    with running_connector(database, log, mail[1], port=port) as connector:
        run_setup(connector, keycloak)
        yield connector


def run_setup(connector: Connector, keycloak: Any) -> None:
    """Run the commands of the service `setup`, at another server and another realm."""
    service = yaml.safe_load((DOCKER / "compose.keycloak.yaml").read_text())["services"]["setup"]
    (script,) = service["command"]
    script = script.replace("$$", "$").replace("http://localhost:8180", keycloak.url)
    script = script.replace("--realm acme", "--realm composed").replace("/company.yaml", "$COMPANY")
    folder = str(Path(JUMPSEAT).parent)
    environment = connector.environment | {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "KEYCLOAK_ADMIN_PASSWORD": keycloak.password,
        "COMPANY": str(DOCKER / "keycloak" / "company.yaml"),
    }
    done = subprocess.run(
        [*service["entrypoint"], script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_one_command_leads_to_a_working_sign_in(composed: Connector, mail: Any, visit: Any, sign_in: Any) -> None:
    """Ada of the realm's file is read, invited, signs in, accepts and is admitted."""
    (letter, *_) = wait_for("her letter", lambda: mail[0].to("ada@acme.example"))
    text = letter.get_body(("plain",)).get_content()
    found = re.search(re.escape(composed.url) + r"/invitations/\S+", text)
    assert found is not None
    page = visit()
    page.goto(f"{composed.url}/login/acme?next=/me")
    sign_in(page, ADA)
    page.wait_for_url("**/me")
    page.goto(found[0])
    page.click("button[value=accept]")
    page.wait_for_url("**/me")
    assert page.goto(f"{composed.url}/gate/intranet").status == 200


def test_the_set_up_may_be_run_again(composed: Connector, keycloak: Any) -> None:
    """As `docker compose up` does at every start."""
    run_setup(composed, keycloak)
