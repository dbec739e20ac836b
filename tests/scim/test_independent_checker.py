"""scim2-tester, which nobody here wrote, on the server as it discovers it."""

from __future__ import annotations

from flask import Flask
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from connector.domain.attributes import MEMBERSHIP_USER

from .conftest import Directory


def test_an_independent_checker_finds_nothing_unexpected(app: Flask, directory: Directory) -> None:
    """Discovery, creation, reading, replacement, deletion, projections, PATCH of every attribute that can be written.

    What accounts offer is read-only, and left out. One thing is known: the checker writes into the membership
    extension, of which it does not see that everything in it is read-only.
    """
    base_url = f"https://seats.example/scim/{directory.slug}/v2"
    client = WSGISCIMClient(app, base_url, {"Authorization": f"Bearer {directory.token}"})
    results = check_server(client, resource_types=["User", "Group"])
    failures = [result for result in results if result.status not in (Status.SUCCESS, Status.SKIPPED)]
    unexpected = [each for each in failures if MEMBERSHIP_USER not in each.reason]
    assert not unexpected, [(each.title, each.reason) for each in unexpected]
    assert len([result for result in results if result.status is Status.SUCCESS]) > 120
