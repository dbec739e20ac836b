"""`jumpseat set`, `account sub-account`, `account transfer-ownership` and `member grant --as`."""

from __future__ import annotations

from ..lifecycle.company import Company
from .conftest import Terminal


def test_sets_sub_accounts_owner_and_giver(terminal: Terminal, company: Company) -> None:
    """Written, previewed, changed, shown, refused with what would help, and removed."""
    company.account("mj", "mailjet", "premium")
    company.people("ada", "ben")
    made = terminal.json("set", "create", "mj", "writers", "--permission", "campaigns.access")
    assert made == {"account": "mj", "set": "writers", "permissions": ["campaigns.access"]}
    terminal.read("account", "sub-account", "add", "mj", "shop")
    terminal.read("rule", "add", "all", "--account", "mj", "--filter", "active eq true", "--role", "writers@shop")
    change = ("set", "change", "mj", "writers", "--add", "campaigns.send")
    shown = terminal.json(*change, "--preview")
    assert [one["person"] for one in shown["effects"]] == ["ada@acme.example", "ben@acme.example"]
    assert terminal.json(*change)["effects"] == shown["effects"]
    (listed,) = terminal.json("set", "list", "mj")
    assert listed == {
        "set": "writers",
        "permissions": ["campaigns.access", "campaigns.send"],
        "rules": ["all"],
        "by_hand": 0,
    }
    facts = terminal.json("account", "show", "mj")
    assert (facts["sets"], facts["sub_accounts"]) == (["writers"], ["shop"])
    assert "campaigns.send@shop" in terminal.read("person", "explain", "okta", "ada@acme.example")
    assert "in use, by the rule all" in terminal.refused("set", "remove", "mj", "writers")
    assert "in use, by the rule all" in terminal.refused("account", "sub-account", "remove", "mj", "shop")
    give = (
        "member",
        "grant",
        "mj",
        "okta",
        "ben@acme.example",
        "--permission",
        "billing.view",
        "--as",
        "ada@acme.example",
    )
    assert "ada@acme.example may not give this: to do so she needs account.share" in terminal.refused(*give)
    terminal.read("account", "transfer-ownership", "mj", "okta", "ada@acme.example")
    assert terminal.json("account", "show", "mj")["owner_email"] == "ada@acme.example"
    assert "Done." in terminal.read(*give)
    terminal.read("rule", "remove", "all")
    assert "no set writers any more" in terminal.read("set", "remove", "mj", "writers")
    terminal.read("account", "sub-account", "remove", "mj", "shop")
    assert terminal.json("account", "show", "mj")["sub_accounts"] == []
    assert "mj has no set of its own" in terminal.read("set", "list", "mj")


def test_the_doctor_alarms_when_an_owner_has_left(terminal: Terminal, company: Company) -> None:
    """With the command that mends it."""
    company.account("klav", "klaviyo", "paid")
    ada = company.person("ada")
    terminal.read("account", "transfer-ownership", "klav", "okta", "ada@acme.example")
    assert "✓ Owners of accounts have not left" in terminal.run("doctor", exit_code=1).stdout
    company.deactivate(ada)
    said = terminal.run("doctor", exit_code=1).stdout
    assert "jumpseat account transfer-ownership klav" in said
