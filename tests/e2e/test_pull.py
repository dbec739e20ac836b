"""A realm that cannot push is read: its users, groups and the enabled flag, by the command and by the worker."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from ..running import JUMPSEAT, wait_for
from .conftest import Colleague
from .test_story import accept


@pytest.fixture(scope="module")
def pulled(open_shop: Any) -> Any:
    """Give a company whose realm is read every ten seconds."""
    return open_shop("pulled", "--pull", "10", account="library")


def hire(pulled: Any, name: str, group_id: str) -> Colleague:
    """Create somebody in the realm alone, a member of a group."""
    user = {"username": name, "email": f"{name}@acme.example", "emailVerified": True, "enabled": True}
    person = Colleague(name, pulled.realm.create_user({**user, "firstName": name, "lastName": "Example"}))
    pulled.realm.set_user_password(person.id, person.password, temporary=False)
    pulled.realm.group_user_add(person.id, group_id)
    return person


def sync(pulled: Any, *words: str) -> dict[str, int]:
    """Return what a pull stated; the worker may have been faster, or be reading just now."""
    command = [JUMPSEAT, "keycloak", "sync", pulled.name, *words, "--json"]

    def asked() -> subprocess.CompletedProcess[str] | None:
        environment = pulled.connector.environment
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return None if "being read just now" in done.stderr else done

    done = wait_for("its turn", asked)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["problems"] == []
    return dict(said["counts"])


def test_what_is_done_in_the_realm_is_done_here(pulled: Any, visit: Any, sign_in: Any) -> None:
    """Hired, put into a group, invited, admitted; disabled in the realm, refused here after the next reading."""
    marketing = pulled.realm.create_group({"name": "Marketing"})
    below = pulled.realm.create_group({"name": "Events"}, parent=marketing)
    person = hire(pulled, "vera", marketing)
    hire(pulled, "wilma", below)
    sync(pulled)
    page = visit()
    accept(pulled, page, person, sign_in)
    assert pulled.knock(page) == 200
    assert pulled.mail.to("wilma@acme.example") == [], "a group within is another group"
    pulled.realm.disable_user(person.id)
    sync(pulled)
    assert pulled.knock(page) in (401, 403)
    assert sync(pulled) == {}
    shown = pulled.connector.jumpseat("directory", "show", "pulled")
    assert (shown["people"], shown["active_people"], shown["groups"]) == (2, 1, 2)
    assert (shown["leavers_are_cut_within"], shown["pull_failed"]) == (10, None)
    assert shown["pulled_at"] is not None


def test_the_worker_reads_by_itself(pulled: Any) -> None:
    """Within the interval that `directory show` tells."""
    marketing = pulled.realm.get_group_by_path("/Marketing")["id"]
    hire(pulled, "xena", marketing)
    wait_for("her letter", lambda: pulled.mail.to("xena@acme.example"))


def test_more_than_a_page_is_read(pulled: Any) -> None:
    """Two hundred and fifty users and members; and that they all leave at once is held back until it is meant."""
    marketing = pulled.realm.get_group_by_path("/Marketing")["id"]
    users = [{"username": f"many-{n:03}", "enabled": True, "groups": ["/Marketing"]} for n in range(250)]
    pulled.realm.partial_import_realm("pulled", {"ifResourceExists": "SKIP", "users": users})
    sync(pulled)
    assert sync(pulled) == {}
    shown = pulled.connector.jumpseat("directory", "show", "pulled")
    assert shown["active_people"] >= 250
    pulled.realm.delete_group(marketing)
    said = pulled.connector.jumpseat("keycloak", "sync", "pulled", "--dry-run")
    assert said["held_back"]
    assert said["losing"] >= 250
    sync(pulled, "--yes")
    assert pulled.connector.jumpseat("directory", "show", "pulled")["groups"] == 0
