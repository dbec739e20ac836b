"""What a directory may read of invitations and seats, in an extension of its own."""

from __future__ import annotations

from typing import Any

import pytest

from connector.lifecycle import Lifecycle, accounts, directories, ruling

from .conftest import CAUSE, USER_URN, Directory

URN = "urn:jumpseat:params:scim:schemas:extension:membership:1.0:User"


@pytest.fixture
def one_seat(lifecycle: Lifecycle, directory: Directory) -> Directory:
    """Give a directory whose engineers are due the one seat of an account."""
    lifecycle.write(
        directories.set_sign_in, directory.slug, CAUSE, issuer="https://idp.example", client_id="c", client_secret=None
    )
    lifecycle.write(accounts.open_account, "wiki", "plain", "standard", CAUSE, capacities={"seats": 1})
    lifecycle.write(
        ruling.add_rule,
        "engineers",
        "wiki",
        CAUSE,
        directory_slug=directory.slug,
        where='title eq "Engineer"',
        seat_type="seat",
        role="member",
    )
    return directory


def _memberships(directory: Directory, person: dict[str, Any]) -> Any:
    shown = directory.call("GET", f"/Users/{person['id']}").json
    assert (URN in shown["schemas"]) == (URN in shown)
    return shown.get(URN, {}).get("memberships")


def test_invited_and_waiting_people_are_active_and_their_place_is_told(one_seat: Directory) -> None:
    """`active` is what the directory wants (Okta loops otherwise); the rest stands in the extension."""
    first = one_seat.person("a", title="Engineer")
    second = one_seat.person("b", title="Engineer")
    third = one_seat.person("c", title="Cook")
    assert [each["active"] for each in (first, second, third)] == [True, True, True]
    assert _memberships(one_seat, first) == [
        {"account": "wiki", "state": "invited", "seatTypes": ["seat"], "waiting": False}
    ]
    assert _memberships(one_seat, second) == [{"account": "wiki", "state": "waiting", "seatTypes": [], "waiting": True}]
    assert _memberships(one_seat, third) is None


def test_the_seat_of_a_leaver_goes_to_the_next_in_the_same_request(one_seat: Directory) -> None:
    """Deactivation by PATCH: the answer of the next lookup shows it."""
    first = one_seat.person("a", title="Engineer")
    second = one_seat.person("b", title="Engineer")
    answer = one_seat.patch(f"/Users/{first['id']}", {"op": "Replace", "path": "active", "value": "False"})
    assert answer.json[URN]["memberships"][0]["state"] == "ended"
    assert _memberships(one_seat, second)[0]["state"] == "invited"


def test_nobody_writes_the_extension(one_seat: Directory) -> None:
    """Left out of bodies, refused as a path (RFC 7643 section 7: readOnly)."""
    forged = {URN: {"memberships": [{"account": "wiki", "state": "active"}]}}
    person = one_seat.person("a", **forged)
    assert _memberships(one_seat, person) is None
    body = {"schemas": [USER_URN, URN], "userName": "a", **forged}
    assert URN not in one_seat.call("PUT", f"/Users/{person['id']}", body).json
    operation = {"op": "add", "path": f"{URN}:memberships", "value": [{"account": "wiki", "state": "active"}]}
    answer = one_seat.patch(f"/Users/{person['id']}", operation)
    assert (answer.status_code, answer.json["scimType"]) == (400, "mutability")
    assert _memberships(one_seat, person) is None
