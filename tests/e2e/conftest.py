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
    """A company: its realm, its directory with us, and an account with seats for its group Marketing."""

    keycloak: KeycloakServer
    connector: Connector
    mail: MailSink
    scim: ScimClient
    realm: KeycloakAdmin
    group_id: str
    password_file: Path

    @property
    def issuer(self) -> str:
        return f"{self.keycloak.url}/realms/{REALM}"

    @property
    def elsewhere(self) -> str:
        """Where the other client's people land after signing in."""
        return f"{self.connector.url}/healthz"

    def other_client_url(self, **more: str) -> str:
        asked = {"client_id": OTHER_CLIENT, "redirect_uri": self.elsewhere, "response_type": "code", "scope": "openid"}
        return f"{self.issuer}/protocol/openid-connect/auth?{urlencode(asked | more)}"

    def keycloak_command(self, word: str, *more: str, realm: str = REALM, directory: str = REALM) -> Any:
        told = ["--server", self.keycloak.url, "--realm", realm, "--password-file", str(self.password_file)]
        return self.connector.jumpseat("keycloak", word, directory, *told, *more)

    def mirror(self) -> Any:
        told = ["--server", self.keycloak.url, "--realm", REALM, "--password-file", str(self.password_file)]
        return self.connector.jumpseat("keycloak", "mirror", REALM, *told)

    def keycloak_check(self) -> Any:
        """Return what `check` prints; it fails when the realm has drifted, so not by `jumpseat`."""
        told = ["--server", self.keycloak.url, "--realm", REALM, "--password-file", str(self.password_file), "--json"]
        command = [JUMPSEAT, "keycloak", "check", REALM, *told]
        done = subprocess.run(command, env=self.connector.environment, capture_output=True, text=True, check=False)
        answer = json.loads(done.stdout)
        assert done.returncode == (1 if answer["changes"] else 0), done.stderr
        return answer

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
        stated = {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": user["email"],
            "externalId": user_id,
            "displayName": f"{name.capitalize()} Example",
            "emails": [{"value": user["email"], "type": "work", "primary": True}],
            "active": True,
        }
        made = self.scim.made("POST", "/Users", stated)
        self.scim.made("PATCH", f"/Groups/{self.group_id}", patch("add", "members", [{"value": made["id"]}]))
        colleague = Colleague(name, user_id, str(made["id"]))
        if with_password:
            self.realm.set_user_password(colleague.id, colleague.password, temporary=False)
        return colleague

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
def shop(
    keycloak: KeycloakServer, connector: Connector, mail: tuple[MailSink, str], tmp_path_factory: pytest.TempPathFactory
) -> Shop:
    """Set everything up from nothing, by the commands that the how-to page names."""
    password_file = tmp_path_factory.mktemp("secrets") / "password"
    password_file.write_text(keycloak.password)
    made = connector.jumpseat("directory", "create", REALM, "--idp", "keycloak")
    scim = ScimClient(made["scim_base_url"], made["token"])
    connector.jumpseat(
        "account",
        "open",
        "intranet",
        "--vendor",
        "plain",
        "--plan",
        "standard",
        "--seats",
        "seats=200",
        "--title",
        "Intranet",
    )
    connector.jumpseat(
        "rule", "add", "marketing", "--account", "intranet", "--directory", REALM, "--group", "Marketing"
    )
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Marketing"}
    group_id = str(scim.made("POST", "/Groups", group)["id"])
    realm = connect(keycloak.url, REALM, Administrator(keycloak.admin, keycloak.password))
    company = Shop(keycloak, connector, mail[0], scim, realm, group_id, password_file)
    company.keycloak_command("setup")
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

    def ask(colleague: Colleague, scope: str = "openid") -> requests.Response:
        data = {"grant_type": "password", "client_id": OTHER_CLIENT, "scope": scope}
        data |= {"username": colleague.name, "password": colleague.password}
        return requests.post(f"{shop.issuer}/protocol/openid-connect/token", data=data, timeout=30)

    return ask
