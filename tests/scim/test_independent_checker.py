"""scim2-tester, which nobody here wrote, on the server as it discovers it."""

from __future__ import annotations

from flask import Flask
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import CheckResult, Status, check_server

from connector.domain.attributes import MEMBERSHIP_USER

from .conftest import Directory

INTO_THE_READ_ONLY_EXTENSION = ["check_add_attribute", "check_replace_attribute"]
"""The checker writes an extension as a whole, of which it does not see that every attribute in it is read-only; what it
writes has no memberships, which comes to nothing, and it misses the echo."""

READ_ONLY = ("Entitlement", "Role")
"""Each check of these begins with a POST, which is 405; that they can be read is looked at below."""


def _client(app: Flask, directory: Directory) -> WSGISCIMClient:
    base_url = f"https://seats.example/scim/{directory.slug}/v2"
    return WSGISCIMClient(app, base_url, {"Authorization": f"Bearer {directory.token}"})


def _failed(results: list[CheckResult]) -> list[CheckResult]:
    return [each for each in results if each.status not in (Status.SUCCESS, Status.SKIPPED)]


def test_an_independent_checker_finds_no_failure(app: Flask, directory: Directory) -> None:
    """Discovery, creation, reading, replacement, deletion, projections, PATCH of every attribute, of User and Group.

    Nothing is passed over but the two writes into the read-only extension, and those are expected exactly.
    """
    results = check_server(_client(app, directory), resource_types=["User", "Group"])
    failed = _failed(results)
    assert [each.title for each in failed] == INTO_THE_READ_ONLY_EXTENSION, [(e.title, e.reason) for e in failed]
    for each in failed:
        assert each.resource_type == "User"
        assert f"unexpected value for '{MEMBERSHIP_USER}'" in each.reason
        assert each.reason.endswith("memberships=None\nReturned value: None")
    assert len([each for each in results if each.status is Status.SUCCESS]) > 120


def test_the_read_only_types_fail_by_their_first_write_alone(app: Flask, directory: Directory) -> None:
    """And the checker's own client, which validates what it reads by our schemas, lists them and reads one of each."""
    client = _client(app, directory)
    for each in _failed(check_server(client, resource_types=list(READ_ONLY))):
        assert each.resource_type in READ_ONLY
        assert each.reason == "POST is not possible here; possible are GET."
    for name in READ_ONLY:
        model = client.get_resource_model(name)
        listed = client.query(model).resources
        assert listed
        assert client.query(model, listed[0].id) == listed[0]
