"""The whole of it: directory, seat, invitation, sign-in, departure, with real protocols on every side.

The OpenID provider is Canaille, which nobody here wrote; the mail server is a real one; half of the people come as Okta
states them and half as Entra ID does.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from connector.domain.events import Kind

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')


@dataclass
class Colleague:
    """Somebody with an account at the provider, a browser, and an id that SCIM gave her."""

    name: str
    account: Any
    browser: requests.Session
    scim_id: str = ""

    @property
    def address(self) -> str:
        return f"{self.name}@example.com"


@pytest.fixture
def provider(iam_server: Any) -> Iterator[Any]:
    yield iam_server
    iam_server.logout()


@pytest.fixture
def hire(provider: Any) -> Callable[[str], Colleague]:
    def hired(name: str) -> Colleague:
        account = provider.random_user(
            user_name=f"{name}-{uuid.uuid4().hex[:8]}", emails=[f"{name}@example.com"], preferred_language="en"
        )
        return Colleague(name, account, requests.Session())

    return hired


@pytest.fixture
def register(provider: Any, connector: Any, tmp_path: Path) -> Callable[[str], None]:
    """Register a directory's sign-in at the provider, and tell the connector of it."""

    def registered(directory: str) -> None:
        with provider.app.app_context():
            client = provider.models.Client(
                client_id=f"{directory}-{uuid.uuid4().hex}",
                client_secret=uuid.uuid4().hex,
                client_name=directory,
                contacts=["it@example.com"],
                client_uri=connector.url,
                redirect_uris=[f"{connector.url}/callback/{directory}"],
                grant_types=["authorization_code"],
                response_types=["code"],
                scope=["openid", "email", "profile"],
                token_endpoint_auth_method="client_secret_basic",
            )
            provider.backend.save(client)
            client.audience = [client]
            provider.backend.save(client)
        secret = tmp_path / f"{directory}.secret"
        secret.write_text(client.client_secret)
        issuer = requests.get(f"{provider.url}.well-known/openid-configuration", timeout=10).json()["issuer"]
        words = ["--issuer", issuer, "--client-id", client.client_id, "--secret-file", str(secret), "--subject", "sub"]
        connector.jumpseat("directory", "oidc", directory, *words)

    return registered


def okta_states(scim: Any, person: Colleague, external_id: str) -> None:
    """Create somebody as Okta does: look her up, then POST with placeholder password and empty groups."""
    found = scim.call("GET", "/Users", filter=f'userName eq "{person.address}"', startIndex="1", count="100")
    assert found.json()["totalResults"] == 0
    made = scim.made(
        "POST",
        "/Users",
        {
            "schemas": [CORE],
            "userName": person.address,
            "name": {"givenName": person.name.title(), "familyName": "Example"},
            "emails": [{"primary": True, "value": person.address, "type": "work"}],
            "displayName": f"{person.name.title()} Example",
            "locale": "en-US",
            "externalId": external_id,
            "groups": [],
            "password": "1mz050nq",
            "active": True,
        },
    )
    assert made["active"] is True
    person.scim_id = made["id"]


def entra_states(scim: Any, person: Colleague, external_id: str) -> None:
    """Create somebody as Entra ID does: a connection test with a random GUID, then POST with the enterprise schema."""
    found = scim.call("GET", "/Users", filter=f'userName eq "{uuid.uuid4()}"')
    assert (found.status_code, found.json()["totalResults"]) == (200, 0)
    made = scim.made(
        "POST",
        "/Users",
        {
            "schemas": [CORE, ENTERPRISE],
            "externalId": external_id,
            "userName": person.address,
            "active": True,
            "emails": [{"primary": True, "type": "work", "value": person.address}],
            "meta": {"resourceType": "User"},
            "name": {"formatted": person.name.title(), "familyName": "Example", "givenName": person.name.title()},
            "roles": [],
            ENTERPRISE: {"department": "Marketing"},
        },
    )
    person.scim_id = made["id"]


def invitation_link(mail: Any, waiting: Any, person: Colleague) -> str:
    letter = waiting(f"a letter to {person.name}", lambda: mail.to(person.address))[-1]
    text = letter.get_body(("plain",)).get_content()
    links = re.findall(r"https?://\S+/invitations/\S+", text)
    assert len(set(links)) == 1, text
    return str(links[0])


def answer(person: Colleague, link: str, said: str) -> requests.Response:
    page = person.browser.get(link, timeout=30)
    word = CSRF.search(page.text)
    assert word, page.text
    return person.browser.post(link, data={"csrf": word[1], "answer": said}, timeout=30)


def accept(provider: Any, connector: Any, person: Colleague, directory: str, link: str) -> None:
    """Follow the letter: look, sign in at the own directory, accept."""
    assert "Sign in" in person.browser.get(link, timeout=30).text
    provider.consent(person.account)
    provider.login(person.account)
    back = person.browser.get(
        f"{connector.url}/login/{directory}", params={"next": link.removeprefix(connector.url)}, timeout=30
    )
    assert back.url == link, back.text
    accepted = answer(person, link, "accept")
    assert accepted.url == f"{connector.url}/me", accepted.text


def gate(connector: Any, person: Colleague) -> tuple[int, str]:
    """Ask the gate as a reverse proxy does; return the status, and the reason of a refusal."""
    asked = person.browser.get(f"{connector.url}/gate/portal", timeout=30)
    return asked.status_code, asked.headers.get("X-Jumpseat-Reason", "")


@pytest.mark.slow
def test_from_the_first_statement_to_the_last_refusal(
    connector: Any, mail: Any, provider: Any, hire: Any, register: Any, new_directory: Any, waiting: Any
) -> None:
    """People join by two directories, three seats are given in order, leavers are refused at once, heirs are served."""
    okta, entra = new_directory("acme-okta", "okta"), new_directory("acme-entra", "entra")
    register("acme-okta")
    register("acme-entra")
    connector.jumpseat("account", "open", "portal", "--vendor", "plain", "--plan", "standard", "--seats", "seats=3")
    for directory in ("acme-okta", "acme-entra"):
        group = ["--directory", directory, "--group", "Portal"]
        connector.jumpseat("rule", "add", f"{directory}-portal", "--account", "portal", *group, "--role", "member")

    # Joiners: Okta pushes its group with members, Entra adds them one by one.
    ann, bob, cleo = hire("ann"), hire("bob"), hire("cleo")
    dan, eve, fay = hire("dan"), hire("eve"), hire("fay")
    for person in (ann, bob, cleo):
        okta_states(okta, person, person.account.user_name)
    for person in (dan, eve, fay):
        entra_states(entra, person, person.account.user_name)
    members = [{"value": person.scim_id, "display": person.address} for person in (ann, bob)]
    pushed = okta.made("POST", "/Groups", {"schemas": [GROUP], "displayName": "Portal", "members": members})
    held = entra.made("POST", "/Groups", {"schemas": [GROUP], "displayName": "Portal", "externalId": str(uuid.uuid4())})
    for person in (dan, eve, fay):
        add = {"op": "Add", "path": "members", "value": [{"$ref": None, "value": person.scim_id}]}
        entra.made("PATCH", f"/Groups/{held['id']}", {"schemas": [PATCH], "Operations": [add]})

    # Three seats are promised in order of arrival; Eve and Fay wait, and nobody wrote to them.
    for person, directory in ((ann, "acme-okta"), (bob, "acme-okta"), (dan, "acme-entra")):
        accept(provider, connector, person, directory, invitation_link(mail, waiting, person))
        assert gate(connector, person) == (200, "")
    assert not mail.to(eve.address)
    assert not mail.to(fay.address)
    assert gate(connector, cleo) == (401, "signed-out")

    # Ann leaves: Okta deactivates her. Her old cookie is worth nothing, and Eve gets the seat.
    left = {"schemas": [PATCH], "Operations": [{"op": "replace", "value": {"active": False}}]}
    assert okta.made("PATCH", f"/Users/{ann.scim_id}", left)["active"] is False
    assert gate(connector, ann)[0] in (401, 403)
    assert requests.get(f"{connector.url}/gate/portal", cookies=ann.browser.cookies, timeout=30).status_code != 200
    accept(provider, connector, eve, "acme-entra", invitation_link(mail, waiting, eve))
    assert gate(connector, eve) == (200, "")

    # Dan loses his last granting group, as Entra takes members out. Fay is served, and declines; no letter follows.
    remove = {"op": "Remove", "path": "members", "value": [{"value": dan.scim_id}]}
    entra.made("PATCH", f"/Groups/{held['id']}", {"schemas": [PATCH], "Operations": [remove]})
    assert gate(connector, dan)[0] in (401, 403)
    declined = answer(fay, invitation_link(mail, waiting, fay), "decline")
    assert declined.status_code == 200
    flag = {"op": "Replace", "path": "displayName", "value": "Fay F."}
    entra.made("PATCH", f"/Users/{fay.scim_id}", {"schemas": [PATCH], "Operations": [flag]})

    # Bob is deleted. An old link tells so, and changes nothing.
    assert okta.call("DELETE", f"/Users/{bob.scim_id}").status_code == 204
    assert gate(connector, bob)[0] in (401, 403)
    assert okta.call("GET", f"/Users/{bob.scim_id}").status_code == 404
    stale = bob.browser.get(invitation_link(mail, waiting, bob), timeout=30)
    assert (stale.status_code, stale.headers["X-Jumpseat-Reason"]) == (410, "invitation-accepted")

    # Cleo joins the group at last: a seat is free, so she is invited at once.
    push = {"op": "add", "path": "members", "value": [{"value": cleo.scim_id, "display": cleo.address}]}
    okta.made("PATCH", f"/Groups/{pushed['id']}", {"schemas": [PATCH], "Operations": [push]})
    accept(provider, connector, cleo, "acme-okta", invitation_link(mail, waiting, cleo))
    assert gate(connector, cleo) == (200, "")

    # What is held is what was given: Eve and Cleo. Fay was written to once. The trail tells all of it.
    pools = {pool["pool"]: pool for pool in connector.jumpseat("account", "show", "portal")["pools"]}
    assert (pools["seats"]["held"], pools["seats"]["promised"]) == (2, 0)
    assert len(mail.to(fay.address)) == 1
    told = {event["kind"] for event in connector.audit()}
    expected = {
        Kind.DIRECTORY_CREATED, Kind.ACCOUNT_OPENED, Kind.RULE_ADDED, Kind.RULE_BOUND, Kind.PERSON_STATED,
        Kind.GROUP_STATED, Kind.MEMBER_ADDED, Kind.MEMBER_REMOVED, Kind.MEMBERSHIP_CHANGED, Kind.INVITATION_CREATED,
        Kind.INVITATION_CLOSED, Kind.IDENTITY_BOUND, Kind.SESSION_STARTED, Kind.SESSIONS_ENDED, Kind.PERSON_LEFT,
        Kind.PERSON_DELETED, Kind.MAIL_SENT,
    }  # fmt: skip
    assert {kind.value for kind in expected} <= told
    everything = connector.log.read_text()
    assert okta.token not in everything
    assert "@example.com" not in everything
