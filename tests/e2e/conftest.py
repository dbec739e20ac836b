"""The product with a real Keycloak and a real browser. These tests run only when asked for: `make e2e`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import requests
from aiosmtpd.controller import Controller
from keycloak import KeycloakAdmin

from connector.keycloak import gate
from connector.keycloak.server import Administrator, connect

from ..running import JUMPSEAT, Connector, ScimClient, free_port, running_connector, wait_for
from ..story.conftest import MailSink
from .keycloak_server import KeycloakServer, installed, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "var" / "e2e"
REALM, COMPANY = "acme", "acme-company"
OTHER_CLIENT = "wiki"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Keep these out of `make test`: they are collected where the command line names them."""
    return None if any("e2e" in argument for argument in config.args) else True


@pytest.fixture(scope="session")
def keycloak() -> Iterator[KeycloakServer]:
    """Give a running Keycloak with our theme and nothing else; its log stays under var/e2e/."""
    home = installed(ROOT / "dist" / "jumpseat-theme.jar")
    KEPT.mkdir(parents=True, exist_ok=True)
    with running(home, KEPT / "keycloak.log") as server:
        yield server


@dataclass(frozen=True)
class Colleague:
    """Somebody whom the realm knows; `id` is the realm's, and so what the directory states as externalId."""

    name: str
    id: str
    scim_id: str = ""
    password: str = "correct horse battery staple"

    @property
    def address(self) -> str:
        return f"{self.name}@acme.example"


@dataclass
class Shop:
    """A company: its realm, its directory of the same name, and an account with seats for its group Marketing."""

    name: str
    keycloak: KeycloakServer
    connector: Connector
    mail: MailSink
    scim: ScimClient
    realm: KeycloakAdmin
    group_id: str
    password_file: Path
    account: str = "intranet"

    @property
    def issuer(self) -> str:
        return f"{self.keycloak.url}/realms/{self.name}"

    @property
    def elsewhere(self) -> str:
        """Where the other client's people land after signing in."""
        return f"{self.connector.url}/healthz"

    def other_client_url(self, **more: str) -> str:
        asked = {"client_id": OTHER_CLIENT, "redirect_uri": self.elsewhere, "response_type": "code", "scope": "openid"}
        return f"{self.issuer}/protocol/openid-connect/auth?{urlencode(asked | more)}"

    def setup(self, *more: str, realm: str | None = None) -> Any:
        return self.connector.jumpseat("keycloak", "setup", self.name, *self._told(realm), *more)

    def check(self) -> Any:
        """Return what `check` prints; it fails when the realm has drifted, so not by `jumpseat`."""
        command = [JUMPSEAT, "keycloak", "check", self.name, *self._told(), "--json"]
        done = subprocess.run(command, env=self.connector.environment, capture_output=True, text=True, check=False)
        answer = json.loads(done.stdout)
        assert done.returncode == (1 if answer["changes"] else 0), done.stderr
        return answer

    def _told(self, realm: str | None = None) -> list[str]:
        where = ["--server", self.keycloak.url, "--realm", realm or self.name]
        return [*where, "--password-file", str(self.password_file)]

    def knock(self, page: Page) -> int:
        """Return how the gate answers this browser."""
        answer = page.goto(f"{self.connector.url}/gate/{self.account}")
        assert answer is not None
        return answer.status

    def standing(self, colleague: Colleague) -> str | None:
        """Return what the realm's gate reads of somebody."""
        attributes = self.realm.get_user(colleague.id).get("attributes", {})
        return next(iter(attributes.get(gate.ATTRIBUTE, ())), None)

    def hire(self, name: str, *, with_password: bool = True) -> Colleague:
        """Create somebody in the realm, and state her over SCIM, a member of Marketing."""
        user = {
            "username": name,
            "email": f"{name}@acme.example",
            "emailVerified": True,
            "firstName": name.capitalize(),
            "lastName": "Example",
            "enabled": True,
        }
        user_id = self.realm.create_user(user)
        colleague = self.state(name, user_id)
        if with_password:
            self.realm.set_user_password(colleague.id, colleague.password, temporary=False)
        return colleague

    def state(self, name: str, external_id: str) -> Colleague:
        """State somebody over SCIM, a member of Marketing."""
        stated = {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": f"{name}@acme.example",
            "externalId": external_id,
            "displayName": f"{name.capitalize()} Example",
            "name": {"givenName": name.capitalize(), "familyName": "Example"},
            "emails": [{"value": f"{name}@acme.example", "type": "work", "primary": True}],
            "active": True,
        }
        made = self.scim.made("POST", "/Users", stated)
        self.scim.made("PATCH", f"/Groups/{self.group_id}", patch("add", "members", [{"value": made["id"]}]))
        return Colleague(name, external_id, str(made["id"]))

    def leave(self, colleague: Colleague) -> None:
        self.scim.made("PATCH", f"/Users/{colleague.scim_id}", patch("replace", "active", False))

    def mark(self, colleague: Colleague, state: str) -> None:
        """Write into the realm how her invitation stands."""
        user = self.realm.get_user(colleague.id)
        attributes = {**user.get("attributes", {}), gate.ATTRIBUTE: [state]}
        self.realm.update_user(colleague.id, {**user, "attributes": attributes})

    def invitation(self, colleague: Colleague) -> str:
        letters = wait_for(f"the letter to {colleague.name}", lambda: self.mail.to(colleague.address))
        text = letters[-1].get_body(("plain",)).get_content()
        return re.search(re.escape(self.connector.url) + r"/invitations/\S+", text)[0]


def patch(op: str, path: str, value: Any) -> dict[str, Any]:
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": op, "path": path, "value": value}],
    }


@pytest.fixture(scope="session")
def mail() -> Iterator[tuple[MailSink, str]]:
    """Give a mail server that keeps every letter, and its URL."""
    sink, port = MailSink(), free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    yield sink, f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture(scope="session")
def connector(
    mail: tuple[MailSink, str], sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connector]:
    """Give a running connector on an SQLite database of its own; its log stays under var/e2e/."""
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / "connector.log").unlink(missing_ok=True)
    database = shutil.copy(sqlite_template, tmp_path_factory.mktemp("connector") / "jumpseat.db")
    with running_connector(f"sqlite:///{database}", KEPT, mail[1]) as one:
        yield one


@pytest.fixture(scope="session")
def open_shop(
    keycloak: KeycloakServer, connector: Connector, mail: tuple[MailSink, str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Shop]:
    """Give the way to set a company up from nothing, by the commands that the how-to page names."""
    password_file = tmp_path_factory.mktemp("secrets") / "password"
    password_file.write_text(keycloak.password)

    def opened(name: str, *options: str, idp: str = "keycloak", account: str, connector: Connector = connector) -> Shop:
        made = connector.jumpseat("directory", "create", name, "--idp", idp)
        scim = ScimClient(made["scim_base_url"], made["token"])
        sold = ["--vendor", "plain", "--plan", "standard", "--seats", "seats=200", "--title", account.capitalize()]
        connector.jumpseat("account", "open", account, *sold)
        due = ["--account", account, "--directory", name, "--group", "Marketing"]
        connector.jumpseat("rule", "add", f"marketing-{name}", *due)
        group_id = "" if "--pull" in options else _marketing(scim)
        realm = connect(keycloak.url, name, Administrator(keycloak.admin, keycloak.password))
        company = Shop(name, keycloak, connector, mail[0], scim, realm, group_id, password_file, account)
        company.setup(*options)
        realm.create_client(
            {
                "clientId": OTHER_CLIENT,
                "publicClient": True,
                "directAccessGrantsEnabled": True,
                "redirectUris": [f"{company.elsewhere}*"],
                "baseUrl": company.elsewhere,
            }
        )
        return company

    return opened


def _marketing(scim: ScimClient) -> str:
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Marketing"}
    return str(scim.made("POST", "/Groups", group)["id"])


@pytest.fixture(scope="session")
def shop(open_shop: Callable[..., Shop]) -> Shop:
    """Give a company whose realm nobody tells of anything: tests write there how people stand."""
    return open_shop(REALM, account="intranet")


@pytest.fixture(scope="session")
def told(open_shop: Callable[..., Shop]) -> Shop:
    """Give a company whose realm the worker tells how people stand."""
    return open_shop("told", "--mirror", account="archive")


@pytest.fixture(scope="session")
def company(keycloak: KeycloakServer) -> KeycloakAdmin:
    """Give the admin API of the company's own provider: a second realm, to which others may send people."""
    admin = Administrator(keycloak.admin, keycloak.password)
    connect(keycloak.url, "master", admin).create_realm({"realm": COMPANY, "enabled": True})
    return connect(keycloak.url, COMPANY, admin)


@pytest.fixture(scope="session")
def broker_options(
    keycloak: KeycloakServer, company: KeycloakAdmin, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], list[str]]:
    """Give the options with which a realm sends people to the company's provider, which then knows the realm."""

    def options(realm: str) -> list[str]:
        secret_file: Path = tmp_path_factory.mktemp("company") / "secret"
        secret_file.write_text(f"the-companys-secret-for-{realm}")
        company.create_client(
            {
                "clientId": realm,
                "secret": secret_file.read_text(),
                "directAccessGrantsEnabled": False,
                "redirectUris": [f"{keycloak.url}/realms/{realm}/broker/keycloak/endpoint"],
            }
        )
        return ["--broker", "keycloak", f"{keycloak.url}/realms/{COMPANY}", realm, str(secret_file)]

    return options


@pytest.fixture(scope="session")
def employ(company: KeycloakAdmin) -> Callable[[str], Colleague]:
    """Give the way to let somebody sign in at the company's provider; nobody else knows her by that."""

    def employed(name: str) -> Colleague:
        user = {"username": name, "email": f"{name}@acme.example", "emailVerified": True, "enabled": True}
        colleague = Colleague(name, company.create_user({**user, "firstName": name, "lastName": "Example"}))
        company.set_user_password(colleague.id, colleague.password, temporary=False)
        return colleague

    return employed


@pytest.fixture(scope="session")
def measured() -> Callable[[str, float], None]:
    """Give the way to keep a figure, in seconds, under var/e2e/."""
    figures: dict[str, float] = {}

    def keep(name: str, seconds: float) -> None:
        figures[name] = max(round(seconds, 4), figures.get(name, 0.0))
        (KEPT / "figures.json").write_text(json.dumps(figures, indent=1))

    return keep


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Give a browser that reaches nothing but this machine."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("JUMPSEAT_CHROMIUM") or shutil.which("chromium")
    assert path, "No Chromium: apt-get install chromium, or set JUMPSEAT_CHROMIUM."
    arguments = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"]
    if os.getuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Give the way to open a browser window of somebody's own: her language, her colours, no cookies yet."""
    contexts = []

    def opened(language: str = "en", *, dark: bool = False) -> Page:
        context = chromium.new_context(
            locale=language, color_scheme="dark" if dark else "light", viewport={"width": 900, "height": 760}
        )
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Give the way to keep what a page looks like, under var/e2e/."""

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=KEPT / f"{name}.png", full_page=True)

    return keep


@pytest.fixture
def sign_in() -> Callable[[Page, Colleague], None]:
    """Give the way through Keycloak's form."""

    def typed(page: Page, colleague: Colleague) -> None:
        page.fill("#username", colleague.name)
        page.fill("#password", colleague.password)
        page.click("#kc-login")

    return typed


@pytest.fixture
def password_grant(shop: Shop) -> Callable[..., requests.Response]:
    """Give the way to ask for tokens with a password, without a browser."""

    def ask(colleague: Colleague, scope: str = "openid", shop: Shop = shop) -> requests.Response:
        data = {"grant_type": "password", "client_id": OTHER_CLIENT, "scope": scope}
        data |= {"username": colleague.name, "password": colleague.password}
        return requests.post(f"{shop.issuer}/protocol/openid-connect/token", data=data, timeout=30)

    return ask
