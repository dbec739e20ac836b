"""The container files name only settings that exist, and give away nothing that they need not."""

from __future__ import annotations

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


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "compose.postgres.yaml"])
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
