"""Client secrets, Entra's tokens and rates from the command line."""

from __future__ import annotations

from connector.lifecycle import scim_clients

from ..lifecycle.company import Company
from .conftest import Terminal

TENANT = "cbb1a5ac-f33b-45fa-9bf5-f37db0fed422"


def test_a_client_secret_is_made_shown_once_listed_and_revoked(terminal: Terminal, company: Company) -> None:
    """With the three things that the provider's form asks for; what is listed later is its beginning."""
    made = terminal.json("client", "create", "okta", "--days", "90")
    secret = made["client_secret"]
    assert (made["directory"], made["client_id"], made["state"]) == ("okta", "okta", "valid")
    assert made["token_url"] == "http://localhost:8080/scim/okta/token"
    assert company.read(scim_clients.recognise, "okta", "okta", secret).directory.slug == "okta"
    (listed,) = terminal.json("client", "list", "okta")
    assert listed == {key: value for key, value in made.items() if key in listed}
    assert terminal.json("directory", "show", "okta")["client_secrets"] == [f"{secret[:12]}…"]
    assert secret not in terminal.read("client", "list", "okta") + terminal.read("audit", "export")
    assert "opens nothing any more" in terminal.read("client", "revoke", "okta", secret[:12])
    assert terminal.json("client", "list", "okta")[0]["state"] == "revoked"
    assert "There is no client secret" in terminal.refused("client", "revoke", "okta", secret[:12])


def test_people_are_told_where_secret_and_address_go(terminal: Terminal, company: Company) -> None:
    """And that the secret is shown this once; a third is refused with the first two named."""
    assert "jumpseat client create okta" in terminal.read("client", "list", "okta")
    said = terminal.read("client", "create", "okta")
    for part in (
        "Token URL      http://localhost:8080/scim/okta/token",
        "Client id      okta",
        "jss_",
        "shown this once",
    ):
        assert part in said
    hint = terminal.json("client", "create", "okta")["hint"]
    assert hint in terminal.refused("client", "create", "okta")


def test_entra_tokens_are_taken_of_one_tenant_and_refused_again(terminal: Terminal, company: Company) -> None:
    """The audience is the one that Entra ID states for applications in no gallery, unless another is named."""
    said = terminal.read("directory", "entra-tokens", "okta", "--tenant-id", TENANT)
    assert f"https://sts.windows.net/{TENANT}/" in said
    assert f"https://login.microsoftonline.com/{TENANT}/v2.0" in said
    assert "8adf8e6e-67b2-4cf2-a259-e3dc5476c621" in said
    assert "--app-id" in said
    assert terminal.json("directory", "show", "okta")["entra_tenant_id"] == TENANT
    options = ("--tenant-id", TENANT, "--authority", "https://login.microsoftonline.us", "--app-id", TENANT)
    assert terminal.json("directory", "entra-tokens", "okta", *options) == {
        "directory": "okta",
        "entra_tenant_id": TENANT,
        "audience": "4602d0b4-76bb-404b-bca9-2652e1a39c6d",
        "app_id": TENANT,
        "issuers": [f"https://sts.windows.net/{TENANT}/", f"https://login.microsoftonline.us/{TENANT}/v2.0"],
    }
    assert "No token of Entra ID opens okta" in terminal.read("directory", "entra-tokens", "okta", "--off")
    assert terminal.json("directory", "entra-tokens", "okta", "--off")["entra_tenant_id"] is None
    assert terminal.json("directory", "show", "okta")["entra_tenant_id"] is None
    assert "must be a GUID" in terminal.refused("directory", "entra-tokens", "okta", "--tenant-id", "common")
    for wrong in ((), ("--off", "--tenant-id", TENANT)):
        assert "--off" in terminal.run("directory", "entra-tokens", "okta", *wrong, exit_code=2).stderr


def test_a_rate_is_set_and_lifted(terminal: Terminal, company: Company) -> None:
    """Below what Entra ID needs it is refused, in a sentence that says what would do."""
    assert "each of the 2 processes" in terminal.read("directory", "rate", "okta", "--per-second", "50")
    assert terminal.json("directory", "show", "okta")["requests_per_second"] == 50
    assert "Entra ID makes up to 25" in terminal.refused("directory", "rate", "okta", "--per-second", "24")
    assert terminal.json("directory", "rate", "okta", "--off") == {"directory": "okta", "requests_per_second": None}
    assert "as many requests as it likes" in terminal.read("directory", "rate", "okta", "--off")
    for wrong in ((), ("--off", "--per-second", "50")):
        assert "--off" in terminal.run("directory", "rate", "okta", *wrong, exit_code=2).stderr
