"""A pool that refuses whom it cannot seat, as a SCIM client sees it."""

from __future__ import annotations

from connector.domain.seats import WhenFull
from connector.lifecycle import Lifecycle, accounts, directories, pool_policies, ruling

from .conftest import CAUSE, USER_URN, Directory


def test_a_joiner_for_whom_there_is_no_seat_is_refused_with_403(lifecycle: Lifecycle, directory: Directory) -> None:
    """With a sentence that an administrator understands; she is not there afterwards, and a leaver still leaves."""
    lifecycle.write(
        directories.set_sign_in,
        directory.slug,
        CAUSE,
        issuer="https://idp.example",
        client_id="jumpseat",
        client_secret="secret",
    )
    lifecycle.write(accounts.open_account, "crm", "plain", "standard", CAUSE, capacities={"seats": 1})
    lifecycle.write(pool_policies.set_when_full, "crm", "seats", WhenFull.REFUSE, CAUSE)
    lifecycle.write(ruling.add_rule, "everybody", "crm", CAUSE, where="active eq true", role="member")
    ada = directory.person("ada", active=True)
    refused = directory.call("POST", "/Users", {"schemas": [USER_URN], "userName": "ben", "active": True})
    assert refused.status_code == 403
    assert refused.json is not None
    assert refused.json["status"] == "403"
    assert refused.json["detail"].startswith("Every seat of crm in seats is taken (1)")
    listed = directory.call("GET", "/Users").json
    assert listed is not None
    assert listed["totalResults"] == 1
    left = directory.patch(f"/Users/{ada['id']}", {"op": "replace", "path": "active", "value": False})
    assert left.status_code in (200, 204)
    directory.person("ben", active=True)
