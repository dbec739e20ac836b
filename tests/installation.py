"""A small company on a real database, behind the application's pages, for tests that speak HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connector import pages, sso, web
from connector.domain.events import Cause, CauseKind
from connector.domain.people import Person, StatedPerson
from connector.domain.tenancy import DirectoryAccess, Idp
from connector.lifecycle import Lifecycle, accounts, directories, domains, invitations, provisioning, ruling
from connector.settings import Settings
from connector.storage.database import Database
from demo.openid import OpenIdProvider
from demo.speaking import ProviderPerson

CAUSE = Cause(CauseKind.OPERATOR, "test")
SECRET_KEY = "k" * 32
PUBLIC_URL = "http://localhost:8080"


@dataclass
class Installation:
    """The application with one directory, `acme`, and one account, `crm`, whose seats go to all of its people."""

    url: str
    clock: Callable[[], datetime]
    idp: OpenIdProvider
    public_url: str = PUBLIC_URL
    capacity: int = 10
    idp_kind: Idp = Idp.OKTA
    lifecycle: Lifecycle = field(init=False)
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        settings = Settings(secret_key=SECRET_KEY, public_url=self.public_url, database_url=self.url)
        self.lifecycle = Lifecycle(Database(self.url), settings, self.clock)
        self.app = Flask("installation", static_folder=None)
        self.app.extensions["jumpseat"] = self.lifecycle
        web.install(self.app)
        self.app.register_blueprint(sso.blueprint)
        self.app.register_blueprint(pages.blueprint)
        self.directory("acme", self.idp_kind)
        write = self.lifecycle.write
        write(
            accounts.open_account,
            "crm",
            "plain",
            "standard",
            CAUSE,
            name="Acme CRM",
            capacities={"seats": self.capacity},
        )
        write(ruling.add_rule, "everybody", "crm", CAUSE, where="active eq true", seat_type="seat", role="member")

    def directory(self, slug: str, kind: Idp = Idp.OKTA) -> None:
        """Add a directory whose people sign in at the provider."""
        write = self.lifecycle.write
        write(directories.create_directory, slug, kind, CAUSE)
        self.idp.register_client(
            slug,
            "secret",
            [f"{self.public_url}/callback/{slug}"],
            [f"{self.public_url}/login"],
            f"{self.public_url}/backchannel-logout/{slug}",
        )
        write(directories.set_sign_in, slug, CAUSE, issuer=self.idp.issuer, client_id=slug, client_secret="secret")

    def prove(self, domain: str, slug: str = "acme") -> None:
        """Let a domain be proved for a directory, as if DNS had said so."""
        claim = self.lifecycle.write(domains.add, domain, slug, CAUSE)
        self.lifecycle.write(domains.looked_up, claim, [claim.value], CAUSE)

    def access(self, slug: str = "acme") -> DirectoryAccess:
        return DirectoryAccess(self.lifecycle.read(directories.directory_named, slug), "test")

    def state(self, person: ProviderPerson, slug: str = "acme", **attributes: object) -> Person:
        """Let the directory state a person."""
        document = {
            "userName": person.user_name,
            "externalId": person.id,
            "active": True,
            "displayName": person.name,
            "emails": [{"value": person.email, "type": "work", "primary": True}],
            **attributes,
        }
        stated = StatedPerson(person.user_name, person.id, True, document)
        return self.lifecycle.write(provisioning.create_person, self.access(slug), stated)

    def leave(self, person: Person) -> None:
        """Let the directory deactivate a person."""

        def gone(found: Person) -> StatedPerson:
            old = found.stated
            return StatedPerson(old.user_name, old.external_id, False, {**old.attributes, "active": False})

        self.lifecycle.write(provisioning.change_person, self.access(), person.id, gone)

    def invitation_path(self, person: ProviderPerson, slug: str = "acme") -> str:
        link = self.lifecycle.read(invitations.pending_link, "crm", slug, person.user_name)
        assert link.startswith(self.public_url + "/invitations/")
        return urlsplit(link).path

    def browser(self) -> Browser:
        return Browser(self)

    def request(self, path: str, **headers: str) -> TestResponse:
        """Send a request with exactly these headers, from no browser."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.app.test_client(use_cookies=False).get(path, base_url=self.public_url, headers=named)


class Browser:
    """A person's browser: keeps cookies, clicks on what it is shown, and signs in at the provider."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        scheme, host = installation.public_url.split("://")
        self.client: FlaskClient = installation.app.test_client()
        self._where = {"base_url": f"{scheme}://{host}"}

    def get(self, path: str, **more: object) -> TestResponse:
        return self.client.get(path, **self._where, **more)  # type: ignore[arg-type]

    def post(self, path: str, page: TestResponse, headers: dict[str, str] | None = None, **form: str) -> TestResponse:
        """Send the form of a page that was shown."""
        data = {"csrf": csrf_of(page), **form}
        return self.client.post(path, data=data, headers=headers, **self._where)  # type: ignore[arg-type]

    def go_to_provider(self, path: str, person: ProviderPerson) -> str:
        """Follow a sign-in link, click on a person, and return the callback's path with its parameters."""
        begun = self.get(path)
        assert begun.status_code == 302, begun.text
        return callback_path(begun.headers["Location"], person)

    def sign_in(self, person: ProviderPerson, path: str = "/login/acme") -> TestResponse:
        return self.get(self.go_to_provider(path, person))

    def accept(self, person: ProviderPerson) -> TestResponse:
        """Go the whole way of an invited person: open the link, sign in, accept."""
        path = self.installation.invitation_path(person)
        shown = self.get(path)
        if link := re.search(r'href="(/login/[^"]+)"', shown.text):
            back = self.sign_in(person, link[1].replace("&amp;", "&"))
            assert back.headers["Location"] == path
            shown = self.get(path)
        return self.post(path, shown, answer="accept")


def callback_path(url: str, person: ProviderPerson) -> str:
    """Click on a person at the provider's address, and return where it sends the browser."""
    answer = requests.post(url, data={"person": person.user_name}, allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def csrf_of(page: TestResponse) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
    assert found, page.text
    return found[1]
