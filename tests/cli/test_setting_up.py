"""Tenants, directories and tokens from the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from connector.lifecycle import directories

from ..lifecycle.company import Company
from .conftest import Terminal


def test_a_directory_is_created_on_an_empty_installation_with_one_line_of_json(
    terminal: Terminal, empty: Company
) -> None:
    """Exactly directory, scim_base_url and token, and the token opens it: scripts rely on this line."""
    said = terminal.read("directory", "create", "okta", "--idp", "okta", "--json")
    created = json.loads(said)
    assert said.count("\n") == 1
    assert list(created) == ["directory", "scim_base_url", "token"]
    assert created["scim_base_url"] == "http://localhost:8080/scim/okta/v2"
    access = empty.read(directories.authenticate, "okta", created["token"])
    assert access.directory.slug == created["directory"] == "okta"
    assert [one["tenant"] for one in terminal.json("tenant", "list")] == ["main"]


def test_people_are_told_that_the_token_is_shown_once_and_where_it_goes(terminal: Terminal) -> None:
    """And what comes next."""
    said = terminal.read("directory", "create", "corp", "--idp", "entra")
    assert "shown this once" in said
    assert "Tenant URL" in said
    assert "jumpseat directory oidc corp" in said


def test_with_several_tenants_one_must_be_named(terminal: Terminal) -> None:
    """The refusal names them."""
    terminal.run("tenant", "create", "acme")
    terminal.run("tenant", "create", "contoso")
    assert "acme, contoso" in terminal.refused("directory", "create", "okta")
    terminal.run("directory", "create", "okta", "--tenant", "contoso")
    named = {one["directory"]: one["tenant"] for one in terminal.json("directory", "list")}
    assert named["okta"] == "contoso"
    assert [one["directory"] for one in terminal.json("directory", "list", "--tenant", "acme")] == ["acme-local"]


def test_a_name_that_cannot_stand_in_a_url_is_refused_with_one_that_can(terminal: Terminal) -> None:
    """Names are slugs."""
    assert "'acme-corp'" in terminal.refused("directory", "create", "Acme Corp!")


def test_a_kind_of_provider_that_is_not_known_is_a_usage_error(terminal: Terminal) -> None:
    """The built-in kind cannot be made by hand either."""
    for kind in ("ping", "local"):
        assert (
            "'okta', 'entra', 'keycloak', 'generic'"
            in terminal.run("directory", "create", "x", "--idp", kind, exit_code=2).stderr
        )


def test_sign_in_is_set_and_the_addresses_to_allow_are_told(terminal: Terminal, empty: Company) -> None:
    """The secret is read from a file, kept sealed and never shown."""
    terminal.run("directory", "create", "corp", "--idp", "entra")
    issuer = "https://login.microsoftonline.com/t/v2.0"
    secret = terminal.file("hunter2\n")
    said = terminal.read("directory", "oidc", "corp", "--issuer", issuer, "--client-id", "id", "--secret-file", secret)
    assert "http://localhost:8080/callback/corp" in said
    assert "http://localhost:8080/backchannel-logout/corp" in said
    shown = terminal.json("directory", "show", "corp")
    assert (shown["issuer"], shown["subject_claim"], shown["bind"], shown["signs_in"]) == (
        issuer,
        "oid",
        "subject",
        True,
    )
    assert "hunter2" not in said + terminal.read("directory", "show", "corp") + terminal.read("audit", "export")
    assert empty.read(directories.directory_named, "corp").client_secret_sealed


def test_claim_and_binding_can_be_chosen(terminal: Terminal) -> None:
    """For providers that send something else."""
    terminal.run("directory", "create", "corp")
    options = ("--issuer", "https://idp.example", "--client-id", "id", "--subject", "uid", "--bind", "first-acceptance")
    terminal.run("directory", "oidc", "corp", *options)
    shown = terminal.json("directory", "show", "corp")
    assert (shown["subject_claim"], shown["bind"]) == ("uid", "first-acceptance")


def test_setting_sign_in_says_how_many_are_invited_by_it(terminal: Terminal, empty: Company) -> None:
    """Those whom the lack of it kept out."""
    empty.directory("corp", signs_in=False)
    empty.account(seats=1)
    empty.everybody()
    empty.person("ada", "corp")
    empty.person("berta", "corp")
    options = ("--issuer", "https://idp.example", "--client-id", "id")
    assert "2 people who could not be invited" in terminal.read("directory", "oidc", "corp", *options)
    assert terminal.json("directory", "oidc", "corp", *options)["released"] == 0


def test_an_empty_secret_is_refused(terminal: Terminal) -> None:
    """Most often the wrong file."""
    terminal.run("directory", "create", "corp")
    options = ("--issuer", "https://idp.example", "--client-id", "id", "--secret-file", terminal.file("\n"))
    assert "is empty" in terminal.run("directory", "oidc", "corp", *options, exit_code=2).stderr


def test_a_directory_is_switched_off_and_on(terminal: Terminal) -> None:
    """Its token opens nothing meanwhile."""
    terminal.run("directory", "create", "corp")
    terminal.run("directory", "disable", "corp")
    assert terminal.json("directory", "show", "corp")["active"] is False
    terminal.run("directory", "enable", "corp")
    assert terminal.json("directory", "show", "corp")["active"] is True


def test_a_directory_that_has_no_sign_in_says_what_comes_next(terminal: Terminal) -> None:
    """Nobody of it can be invited."""
    terminal.run("directory", "create", "corp")
    assert "jumpseat directory oidc corp" in terminal.read("directory", "show", "corp")


def test_tokens_are_rotated(terminal: Terminal, empty: Company) -> None:
    """Two are valid at once and no third; the one that is revoked opens nothing."""
    first = terminal.json("directory", "create", "corp")["token"]
    second = terminal.json("token", "create", "corp", "--days", "90")
    days = (datetime.fromisoformat(second["expires_at"]) - datetime.now(UTC)).days
    assert days in (89, 90)
    assert "already has 2 valid tokens" in terminal.refused("token", "create", "corp")
    assert terminal.json("token", "revoke", "corp", first[:12]) == {
        "directory": "corp",
        "revoked": f"{first[:12]}…",
        "valid_tokens": 1,
    }
    listed = terminal.json("token", "list", "corp")
    assert [(one["hint"], one["state"]) for one in listed] == [
        (f"{first[:12]}…", "revoked"),
        (second["hint"], "valid"),
    ]
    assert second["token"] not in terminal.read("token", "list", "corp")
    assert empty.read(directories.authenticate, "corp", second["token"])


def test_revoking_the_last_token_says_so(terminal: Terminal) -> None:
    """SCIM stands still from then on."""
    token = terminal.json("directory", "create", "corp")["token"]
    assert "no valid token left" in terminal.read("token", "revoke", "corp", token[:12])


def test_empty_lists_say_what_comes_next(terminal: Terminal) -> None:
    """And are empty lists for programs."""
    assert "the first directory makes one" in terminal.read("tenant", "list")
    assert "jumpseat directory create" in terminal.read("directory", "list")
    assert "jumpseat account open" in terminal.read("account", "list")
    assert "jumpseat rule add" in terminal.read("rule", "list")
    for noun in ("tenant", "directory", "account", "rule", "person", "invitation", "workorder"):
        assert terminal.json(noun, "list") == []


def test_a_tenant_is_given_the_name_that_letters_use(terminal: Terminal) -> None:
    """When it is created, or later; the tenant that the first directory made has none."""
    terminal.run("tenant", "create", "acme", "--display-name", "Acme SAS")
    terminal.run("tenant", "create", "contoso")
    assert "Contoso Ltd" in terminal.read("tenant", "rename", "contoso", "Contoso Ltd")
    named = {one["tenant"]: one["display_name"] for one in terminal.json("tenant", "list")}
    assert named == {"acme": "Acme SAS", "contoso": "Contoso Ltd"}
    assert "Known: acme, contoso" in terminal.refused("tenant", "rename", "acmee", "Acme")
