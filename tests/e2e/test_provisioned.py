"""A realm that gets its users from us: they sign in at their company's provider, behind it, and exist by our word."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ..running import wait_for
from .conftest import patch
from .test_mirror import WITHIN


@pytest.fixture(scope="module")
def staff(open_shop: Any, broker_options: Any) -> Any:
    """Give a company whose directory is not the realm; the realm sends people to the directory's own provider."""
    return open_shop("staff", "--mirror", *broker_options("staff"), idp="generic", account="staffroom")


def user_of(staff: Any, person: Any) -> Any:
    """Return the realm's user of somebody, None before there is one."""
    found = staff.realm.get_users({"q": f"jumpseat_subject:{person.id}", "briefRepresentation": "false"})
    return next(iter(found), None)


def links(staff: Any, user_id: str) -> dict[str, str]:
    return {one["identityProvider"]: one["userId"] for one in staff.realm.get_user_social_logins(user_id)}


def accept(staff: Any, page: Any, person: Any, sign_in: Any) -> None:
    page.goto(staff.invitation(person))
    page.click("a.button")
    page.click("#social-keycloak")
    sign_in(page, person)
    page.wait_for_url("**/invitations/*")
    page.click("button[value=accept]")
    page.wait_for_url("**/me")


def test_from_the_directorys_word_to_the_last_refusal(
    staff: Any, employ: Any, visit: Any, sign_in: Any, measured: Any
) -> None:
    """She is made and linked, signs in at her company, accepts, passes other clients; when she leaves, all is gone."""
    there = employ("ida")
    person = staff.state("ida", there.id)
    user = wait_for("her user", lambda: user_of(staff, person))
    wait_for("her link", lambda: links(staff, user["id"]) == {"keycloak": there.id})
    assert (user["username"], user["email"], user["enabled"]) == ("ida@acme.example", "ida@acme.example", True)
    page = visit()
    accept(staff, page, person, sign_in)
    assert staff.knock(page) == 200
    wait_for("her acceptance", lambda: user_of(staff, person)["attributes"]["jumpseat_invite"] == ["accepted"])
    page.goto(staff.other_client_url(kc_idp_hint="keycloak"))
    page.wait_for_url(f"{staff.elsewhere}?*code=*")

    staff.leave(person)
    left = time.monotonic()
    assert staff.knock(page) in (401, 403)
    wait_for("the end of her sessions", lambda: staff.realm.get_sessions(user["id"]) == [])
    took = time.monotonic() - left
    measured("provisioned_keycloak_sessions_gone_after", took)
    assert took < WITHIN
    wait_for("the end", lambda: user_of(staff, person)["attributes"]["jumpseat_invite"] == ["revoked"])
    assert user_of(staff, person)["enabled"] is False
    assert links(staff, user["id"]) == {}
    page.goto(staff.other_client_url(kc_idp_hint="keycloak"))
    assert "code=" not in page.url

    staff.scim.made("PATCH", f"/Users/{person.scim_id}", patch("replace", "active", True))
    wait_for("her return", lambda: user_of(staff, person)["enabled"])
    wait_for("her link", lambda: links(staff, user["id"]) == {"keycloak": there.id})


def test_a_name_goes_to_whoever_comes_after(staff: Any) -> None:
    """Deleted, and another person of the same name and address: a user of her own, nothing carried over."""
    first = staff.state("kim", "id-of-the-first")
    before = wait_for("the first", lambda: user_of(staff, first))
    staff.scim.made("DELETE", f"/Users/{first.scim_id}")
    second = staff.state("kim", "id-of-the-second")
    after = wait_for("the second", lambda: user_of(staff, second))
    assert after["id"] != before["id"]
    assert (after["username"], after["email"]) == ("kim@acme.example", "kim@acme.example")
    assert staff.realm.get_user(before["id"])["username"].startswith("left-")


def test_somebody_is_renamed(staff: Any) -> None:
    """The user follows, with the same id."""
    person = staff.state("lou", "id-of-lou")
    before = wait_for("her user", lambda: user_of(staff, person))
    staff.scim.made("PATCH", f"/Users/{person.scim_id}", patch("replace", "userName", "lou.king@acme.example"))
    wait_for("her new name", lambda: user_of(staff, person)["username"] == "lou.king@acme.example")
    assert user_of(staff, person)["id"] == before["id"]


def test_setting_up_again_finds_nothing_to_do(staff: Any) -> None:
    """What the first run was told of the worker stands without being told again, the provider's secret aside."""
    assert staff.check() == {"changes": []}
    shown = staff.connector.jumpseat("directory", "show", "staff")
    assert (shown["subject_claim"], shown["mirrored_to"]) == ("jumpseat_subject", "staff")
