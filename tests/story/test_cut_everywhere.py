"""A cut holds in every process, and after a restart: nothing of it is kept in the memory of the one that was told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from demo.openid import OpenIdProvider
from demo.provider import running
from demo.speaking import ProviderPerson, Speech

KNOCKS = 12
"""Requests on connections of their own: with two processes, both answer some."""

NAMES = ("inactive", "regrouped", "frozen", "invited")


@pytest.fixture
def idp(connector: Any) -> Iterator[OpenIdProvider]:
    """Give a provider with an account for each of the people."""
    people = [ProviderPerson(name, f"{name}@example.com", name, f"{name}@example.com") for name in NAMES]
    with running(Speech.OKTA, people) as provider:
        provider.register_client("jumpseat", "the-secret", [f"{connector.url}/callback/acme"])
        yield provider


def csrf(page: requests.Response) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
    assert found, page.text
    return found[1]


def sign_in(connector: Any, name: str) -> requests.Session:
    browser = requests.Session()
    asked = browser.get(f"{connector.url}/login/acme", timeout=10, allow_redirects=False)
    back = requests.post(
        asked.headers["Location"], data={"person": f"{name}@example.com"}, timeout=10, allow_redirects=False
    )
    browser.get(back.headers["Location"], timeout=10, allow_redirects=False)
    return browser


def accept(connector: Any, browser: requests.Session, name: str) -> int:
    link = connector.jumpseat("invitation", "link", "portal", "acme", f"{name}@example.com")["link"]
    page = browser.get(link, timeout=10)
    return browser.post(link, data={"csrf": csrf(page), "answer": "accept"}, timeout=10).status_code


def answers(connector: Any, browser: requests.Session) -> set[int]:
    """Knock again and again, each time on a new connection."""
    cookies = browser.cookies.get_dict()
    url = f"{connector.url}/gate/portal"
    return {requests.get(url, cookies=cookies, timeout=10).status_code for _ in range(KNOCKS)}


@pytest.mark.slow
def test_what_was_cut_stays_cut_in_every_process_and_after_a_restart(
    connector: Any, new_directory: Callable[[str, str], Any], idp: OpenIdProvider, tmp_path: Any
) -> None:
    """Session, group, frozen account, invitation: refused by both processes at once, and by those that come after."""
    scim, secret = new_directory("acme", "okta"), tmp_path / "secret"
    secret.write_text("the-secret")
    words = ["--issuer", idp.issuer, "--client-id", "jumpseat", "--secret-file", str(secret)]
    connector.jumpseat("directory", "oidc", "acme", *words)
    connector.jumpseat("account", "open", "portal", "--vendor", "plain", "--plan", "standard", "--seats", "seats=9")
    rule = ["--account", "portal", "--directory", "acme", "--group", "Sales", "--role", "member"]
    connector.jumpseat("rule", "add", "sales", *rule)
    user = "urn:ietf:params:scim:schemas:core:2.0:User"
    ids = {}
    for name in NAMES:
        address = f"{name}@example.com"
        body = {"schemas": [user], "userName": address, "externalId": name, "active": True}
        body["emails"] = [{"value": address, "primary": True}]
        ids[name] = scim.made("POST", "/Users", body)["id"]
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Sales"}
    group_id = scim.made("POST", "/Groups", {**group, "members": [{"value": one} for one in ids.values()]})["id"]
    browsers = {name: sign_in(connector, name) for name in NAMES}
    for name in NAMES[:3]:
        accept(connector, browsers[name], name)
        assert answers(connector, browsers[name]) == {200}
    invitation = connector.jumpseat("invitation", "link", "portal", "acme", "invited@example.com")["link"]
    page = browsers["invited"].get(invitation, timeout=10)

    patch = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
    for name in ("inactive", "invited"):
        operation = {"op": "replace", "value": {"active": False}}
        scim.made("PATCH", f"/Users/{ids[name]}", {"schemas": [patch], "Operations": [operation]})
    operation = {"op": "remove", "path": f'members[value eq "{ids["regrouped"]}"]'}
    scim.made("PATCH", f"/Groups/{group_id}", {"schemas": [patch], "Operations": [operation]})
    assert answers(connector, browsers["inactive"]) == answers(connector, browsers["regrouped"]) == {401}
    assert answers(connector, browsers["frozen"]) == {200}
    connector.run("account", "freeze", "portal")
    assert answers(connector, browsers["frozen"]) == {403}

    connector.kill()
    connector.start()
    assert answers(connector, browsers["inactive"]) == answers(connector, browsers["regrouped"]) == {401}
    assert answers(connector, browsers["frozen"]) == {403}
    form = {"csrf": csrf(page), "answer": "accept"}
    refused = browsers["invited"].post(invitation, data=form, timeout=10, allow_redirects=False)
    assert (refused.status_code, refused.headers["X-Jumpseat-Reason"]) == (403, "invitation-cancelled")
    assert urlsplit(refused.url).path.startswith("/invitations/")
    connector.run("account", "unfreeze", "portal")
    assert answers(connector, browsers["frozen"]) == {200}
