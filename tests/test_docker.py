"""The container files name only settings that exist, and give away nothing that they need not."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.settings import Settings, load_settings

DOCKER = Path(__file__).parent.parent / "docker"
PASSWORD_OF_THE_DATABASE = "JUMPSEAT_DATABASE_PASSWORD"


def compose(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((DOCKER / name).read_text())["services"])


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "compose.postgres.yaml", "compose.keycloak.yaml"])
def test_every_variable_is_a_setting(name: str) -> None:
    """A setting that was renamed must be renamed here too."""
    known = {f"JUMPSEAT_{field.name.upper()}" for field in fields(Settings)} | {PASSWORD_OF_THE_DATABASE}
    assert set(re.findall(r"JUMPSEAT_[A-Z_]+", (DOCKER / name).read_text())) <= known


def test_the_composed_settings_are_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing set but the key and the password, the connector starts on either database."""
    monkeypatch.chdir(tmp_path)
    given = {"JUMPSEAT_SECRET_KEY": "0123456789abcdef" * 2, PASSWORD_OF_THE_DATABASE: "p4ss"}

    def filled_in(value: str) -> str:
        return re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda found: given.get(found[1], found[2]), value)

    written = compose("compose.yaml")["jumpseat"]["environment"]
    written |= compose("compose.postgres.yaml")["jumpseat"]["environment"]
    environment = {name: filled_in(value) for name, value in written.items()}
    settings = load_settings(environment)
    assert settings.database_url == "postgresql+psycopg://jumpseat:p4ss@database/jumpseat"
    assert settings.on_this_machine


def test_the_container_can_do_little() -> None:
    """Read-only, without capabilities, not as root, and on this machine's loopback address only."""
    service = compose("compose.yaml")["jumpseat"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert re.search(r"^USER 10001:10001$", (DOCKER / "Dockerfile").read_text(), re.MULTILINE)


def test_packages_are_installed_by_their_hashes() -> None:
    """Nothing enters the image that was not pinned and checked."""
    assert "pip install --require-hashes -r requirements/runtime.lock" in (DOCKER / "Dockerfile").read_text()


def test_the_realm_and_its_company_are_what_the_containers_are_given() -> None:
    """Files that are named are there, services that are waited for too, and every secret is asked for."""
    text = (DOCKER / "compose.keycloak.yaml").read_text()
    whole = yaml.safe_load(text)
    services = whole["services"]
    waited = {name for one in services.values() for name in one.get("depends_on", ())}
    assert waited <= services.keys()
    assert {one["network_mode"] for one in services.values() if "network_mode" in one} == {"service:keycloak"}
    built = {one["build"]["dockerfile"] for one in services.values() if "build" in one}
    assert all((DOCKER.parent / name).exists() for name in built)
    assert (DOCKER / whole["configs"]["company"]["file"]).exists()
    assert all("?set it" in found for found in re.findall(r"\$\{[^}]*\}", text))
    assert all(port.startswith("127.0.0.1:") for port in services["keycloak"]["ports"])
    service = services["jumpseat"]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])


def test_the_containers_keycloak_is_the_one_that_is_tested() -> None:
    """`make e2e` runs the same version; what the image is made of is let through to its build."""
    dockerfile = (DOCKER / "keycloak" / "Dockerfile").read_text()
    tested = re.search(
        r'^VERSION = "(.*)"$', (DOCKER.parent / "tests/e2e/keycloak_server.py").read_text(), re.MULTILINE
    )
    assert tested is not None
    assert f"quay.io/keycloak/keycloak:{tested[1]}\n" in dockerfile
    copied = re.findall(r"^COPY (?!--from)(\S+)", dockerfile, re.MULTILINE)
    let_through = (DOCKER / "keycloak" / "Dockerfile.dockerignore").read_text().split()
    assert {f"!{name}" for name in copied} <= set(let_through)
    assert all((DOCKER.parent / name).exists() for name in copied)
    realm = json.loads((DOCKER / "keycloak" / "realm.json").read_text())
    assert realm["users"][0]["credentials"] == [{"type": "password", "value": "${ADA_PASSWORD}"}]
