"""An account's own permission sets and sub-accounts: what they may have, who names them, what changing them does."""

from __future__ import annotations

import pytest

from connector.domain.accounts import Account
from connector.domain.errors import (
    AlreadyExists,
    DomainError,
    FileInvalid,
    InUse,
    InvalidValue,
    NotFound,
    RuleRefused,
    SetRefused,
)
from connector.domain.events import Kind
from connector.domain.grants import Given
from connector.domain.invitations import InvitationState
from connector.domain.memberships import State
from connector.domain.people import Person
from connector.domain.work_orders import Task
from connector.lifecycle import (
    configuring,
    exporting,
    granting,
    invitations,
    outstanding,
    own_sets,
    ruling,
    sub_accounts,
)
from connector.lifecycle.configuring import Rollout
from connector.lifecycle.outstanding import orders_of
from connector.lifecycle.proposals import Effect, Outcome
from connector.mappers.configuration import read_configuration, written

from .company import OPERATOR, Company


def create(company: Company, name: str, *permissions: str, like: str | None = None, account: str = "mj") -> Account:
    """Write a set."""
    return company.write(own_sets.create_set, account, name, permissions, OPERATOR, like=like)


def change(company: Company, name: str, *, add: tuple[str, ...] = (), take: tuple[str, ...] = ()) -> list[Effect]:
    """Change a set of `mj`."""
    return list(company.write(own_sets.change_set, "mj", name, OPERATOR, add=add, take=take))


def below(company: Company, *names: str) -> None:
    """Add sub-accounts to `mj`."""
    for name in names:
        company.write(sub_accounts.add_sub_account, "mj", name, OPERATOR)


def held(company: Company, person: Person, account: str = "mj") -> frozenset[str]:
    """Return the permissions that somebody holds, or is promised."""
    member = company.member(person, account)
    assert member is not None
    return member.permissions


@pytest.fixture
def mailjet(company: Company) -> Company:
    """Give a company with a Mailjet account on Premium."""
    company.account("mj", "mailjet", "premium")
    return company


def test_a_rule_names_a_set_as_it_names_a_role(mailjet: Company) -> None:
    """What is in the set is due; changing it changes what its holders have, previewed first, and nobody else's."""
    create(mailjet, "writers", "campaigns.access", "templates.edit_drafts")
    mailjet.rule(account="mj", where='title eq "Writer"', role="writers")
    mailjet.rule(account="mj", name="other", where='title eq "Other"', permissions=["campaigns.access"])
    ada, ben = mailjet.person("ada", title="Writer"), mailjet.person("ben", title="Other")
    mailjet.accept(ada, "mj")
    add, take = ("templates.publish",), ("campaigns.access",)
    rehearsed = mailjet.lifecycle.rehearse(own_sets.change_set, "mj", "writers", OPERATOR, add=add, take=take)
    assert held(mailjet, ada) == {"campaigns.access", "templates.edit_drafts"}
    effects = change(mailjet, "writers", add=add, take=take)
    assert effects == list(rehearsed)
    assert [(one.person_id, one.outcome) for one in effects] == [(ada.id, Outcome.CHANGES)]
    assert held(mailjet, ada) == {"templates.edit_drafts", "templates.publish"}
    assert held(mailjet, ben) == {"campaigns.access"}
    assert mailjet.state(ada, "mj") is State.ACTIVE
    told = mailjet.events(Kind.ACCOUNT_CHANGED)[-1]
    assert told["after"] == {"sets": {"writers": ["templates.edit_drafts", "templates.publish"]}}


def test_a_set_is_given_by_hand_and_stated_over_scim(mailjet: Company) -> None:
    """A grant names it; so does a role that a directory states, `account:set`."""
    create(mailjet, "writers", "campaigns.access")
    ada, ben = mailjet.person("ada"), mailjet.person("ben", roles=[{"value": "mj:writers"}])
    mailjet.write(granting.grant, "mj", "okta", "ada@acme.example", Given(role="writers"), OPERATOR)
    change(mailjet, "writers", add=("campaigns.send",))
    for person in (ada, ben):
        assert held(mailjet, person) == {"campaigns.access", "campaigns.send"}
    (report,) = mailjet.read(own_sets.sets_of, "mj")
    assert (report.name, report.rules, report.given) == ("writers", (), 1)


def test_a_set_begins_like_a_role(company: Company) -> None:
    """The role's permissions, and those named besides; the role may change and the set does not."""
    company.account("mj", "mailjet", "custom", users=9)
    made = create(company, "lead", "billing.view", like="designer")
    assert made.sets["lead"] == {"templates.edit_drafts", "templates.lock_sections", "billing.view"}


def test_what_cannot_be_a_set_is_refused_with_every_offence(company: Company) -> None:
    """Dependencies, what the plan has, the owner's own, general ones alone, an unknown name: all named at once."""
    company.account("brevo", "brevo", "standard_sales_essentials", marketing=3, sales=5)
    company.account("mj", "mailjet", "premium")
    with pytest.raises(SetRefused) as caught:
        create(company, "odd", "companies.manage_others", "phone", "meeting", account="brevo")
    said = " ".join(caught.value.problems)
    assert len(caught.value.problems) == 3
    for words in (
        "companies.manage_others also needs companies.manage_owned",
        "phone is not part of the plan",
        "'meeting'",
    ):
        assert words in said
    with pytest.raises(SetRefused, match="without something of these areas: marketing, sales"):
        create(company, "general", "contacts.view", account="brevo")
    with pytest.raises(SetRefused, match="belongs to the account's owner"):
        create(company, "sharers", "account.share")
    with pytest.raises(SetRefused, match="It would be empty"):
        create(company, "none")
    for name, error in (("designer", AlreadyExists), ("Not A Slug", InvalidValue)):
        with pytest.raises(error):
            create(company, name, "campaigns.access")
    with pytest.raises(NotFound, match="drafter"):
        create(company, "drafts", like="drafter")


def test_a_set_names_no_seat(company: Company) -> None:
    """Where seats are chosen the rule says which; one that may not hold what the set has is refused, also later."""
    company.account("hub", "hubspot", "sales_or_service_pro", core=2, sales_service=1)
    create(company, "readers", "contacts.view", account="hub")
    company.rule(account="hub", where="active eq true", seat_type="view_only", role="readers")
    with pytest.raises(RuleRefused, match=r"contacts.edit cannot be held on this seat. It can on: core"):
        company.write(own_sets.change_set, "hub", "readers", OPERATOR, add=("contacts.edit",))
    assert company.read(own_sets.sets_of, "hub")[0].permissions == {"contacts.view"}


def test_a_set_that_is_named_stays(mailjet: Company) -> None:
    """It can be removed when no rule and no grant names it any more, in whichever sub-account."""
    below(mailjet, "shop")
    create(mailjet, "writers", "campaigns.access")
    mailjet.rule(account="mj", name="ours", where="active eq true", role="writers@shop")
    mailjet.person("ada")
    mailjet.write(granting.grant, "mj", "okta", "ada@acme.example", Given(role="writers"), OPERATOR)
    with pytest.raises(InUse) as caught:
        mailjet.write(own_sets.remove_set, "mj", "writers", OPERATOR)
    assert caught.value.users == ("the rule ours", "1 grants by hand")
    mailjet.write(granting.withdraw, "mj", "okta", "ada@acme.example", OPERATOR)
    mailjet.remove_rule("ours")
    mailjet.write(own_sets.remove_set, "mj", "writers", OPERATOR)
    assert mailjet.read(own_sets.sets_of, "mj") == []
    with pytest.raises(NotFound):
        change(mailjet, "writers")


def test_one_seat_reaches_several_sub_accounts_with_permissions_in_each(mailjet: Company) -> None:
    """A rule for each place adds to the others; what is held everywhere is held in those to come too."""
    below(mailjet, "shop", "blog")
    create(mailjet, "writers", "campaigns.access")
    ada = mailjet.person("ada")
    mailjet.rule(account="mj", name="shop", where="active eq true", permissions=["campaigns.send@shop"])
    assert held(mailjet, ada) == {"campaigns.send@shop"}
    mailjet.rule(account="mj", name="all", where="active eq true", role="writers@all")
    everywhere = {"campaigns.access", "campaigns.access@shop", "campaigns.access@blog"}
    assert held(mailjet, ada) == {"campaigns.send@shop", *everywhere}
    below(mailjet, "fair")
    assert held(mailjet, ada) == {"campaigns.send@shop", "campaigns.access@fair", *everywhere}
    assert mailjet.pool("users", "mj").promised == 1
    (offered,) = mailjet.read(outstanding.invitations, InvitationState.PENDING, "mj", 10)
    letter = mailjet.read(invitations.offer, offered.invitation)
    assert "Send campaigns (shop)" in [label.en for label in letter.permissions]
    mailjet.accept(ada, "mj")
    mailjet.write(sub_accounts.remove_sub_account, "mj", "fair", OPERATOR)
    assert held(mailjet, ada) == {"campaigns.send@shop", *everywhere}
    with pytest.raises(InUse, match="the rule shop"):
        mailjet.write(sub_accounts.remove_sub_account, "mj", "shop", OPERATOR)
    labels = [one.en for one in mailjet.read(orders_of, ada.id)[0].permissions]
    assert [one.task for one in mailjet.orders(ada)] == [Task.GRANT]
    assert "Send campaigns (shop)" in labels


def test_boxes_are_the_same_for_all(mailjet: Company) -> None:
    """A box ticked everywhere brings itself in the account and below; what it requires must be everywhere too."""
    below(mailjet, "shop")
    with pytest.raises(RuleRefused, match=r"templates.publish@all also needs templates.edit_drafts@all"):
        mailjet.rule(account="mj", where="active eq true", permissions=["templates.publish@all"])
    both = ["templates.publish@all", "templates.edit_drafts@all"]
    mailjet.rule(account="mj", where="active eq true", permissions=both)
    ada = mailjet.person("ada")
    keys = {f"templates.{box}{where}" for box in ("publish", "edit_drafts") for where in ("", "@shop", "@all")}
    assert held(mailjet, ada) == keys


@pytest.mark.parametrize(
    ("vendor", "plan", "name", "said"),
    [
        ("mailjet", "essential", "shop", "the plan essential has none; with them: premium, custom"),
        ("brevo", "pro", "shop", "Brevo has none"),
        ("mailjet", "premium", "all", "means every one of them"),
        ("mailjet", "premium", "Shop Nord", "sub-account"),
    ],
)
def test_sub_accounts_are_where_the_plan_has_them(
    company: Company, vendor: str, plan: str, name: str, said: str
) -> None:
    """And their names can stand after a permission."""
    company.account("it", vendor, plan)
    with pytest.raises(DomainError, match=said):
        company.write(sub_accounts.add_sub_account, "it", name, OPERATOR)


def test_a_sub_account_has_its_name_once(mailjet: Company) -> None:
    """And an unknown one is not removed; a permission in one that is not there is unknown."""
    below(mailjet, "shop")
    with pytest.raises(AlreadyExists):
        below(mailjet, "shop")
    with pytest.raises(NotFound, match="Known: shop"):
        mailjet.write(sub_accounts.remove_sub_account, "mj", "shot", OPERATOR)
    with pytest.raises(RuleRefused, match=r"campaigns\.send@shop"):
        mailjet.rule(account="mj", where="active eq true", permissions=["campaigns.send@shot"])
    with pytest.raises(NotFound, match="administrator@shot"):
        mailjet.write(ruling.add_rule, "r", "mj", OPERATOR, where="active eq true", role="administrator@shot")


FILE = """
jumpseat: 1
tenants:
  main:
    accounts:
      mj:
        vendor: mailjet
        plan: premium
        sets: {writers: [campaigns.access]}
        sub_accounts: [shop]
    rules:
      writers: {account: mj, filter: active eq true, role: writers@shop, permissions: [billing.view@all]}
"""


def applied(company: Company, old: str = "", new: str = "") -> Rollout:
    """Apply the file with something in it replaced."""
    assert old in FILE
    wanted = read_configuration(FILE.replace(old, new, 1), "company.yaml")
    return company.write(configuring.apply_configuration, wanted, OPERATOR)


def test_a_file_states_sets_and_sub_accounts(company: Company) -> None:
    """They are made, changed and taken away with everybody settled once, and are exported as they are stated."""
    applied(company)
    ada = company.person("ada")
    assert held(company, ada) == {"campaigns.access@shop", "billing.view", "billing.view@shop", "billing.view@all"}
    text = written(company.read(exporting.exported))
    assert read_configuration(text, "export.yaml").tenants["main"].accounts["mj"].sets == {
        "writers": frozenset({"campaigns.access"})
    }
    assert applied(company).differences == ()
    done = applied(company, "[campaigns.access]", "[campaigns.send]")
    assert [effect.outcome for effect in done.previews[0].effects] == [Outcome.CHANGES]
    assert "campaigns.send@shop" in held(company, ada)
    applied(company, "[shop]", "[shop, blog]")
    assert "billing.view@blog" in held(company, ada)
    told = company.events(Kind.ACCOUNT_CHANGED)[-1]["after"]
    assert (told["sub_accounts"], told["sets"]) == (["shop", "blog"], {"writers": ["campaigns.access"]})
    before = company.read(own_sets.sets_of, "mj")
    for old, new, said in [
        ("[campaigns.access]", "[templates.publish]", "also needs templates.edit_drafts"),
        ("[campaigns.access]", "[]", "It would be empty"),
        ("plan: premium", "plan: essential", "the plan essential has none"),
    ]:
        with pytest.raises(DomainError, match=said):
            applied(company, old, new)
    assert company.read(own_sets.sets_of, "mj") == before


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("[campaigns.access]", "[campaigns.acess]", "sets.writers[1]", "no permission 'campaigns.acess'. Known"),
        ("{writers: [", "{marketer: [", "sets.marketer", "called as a role of the vendor's"),
        ("{writers: [", "{The Writers: [", "sets.The Writers", "must be 1 to 63 of a-z"),
        ("[shop]", "[shop, shop]", "sub_accounts[2]", "a second time"),
        ("writers@shop", "writers@shot", "role", "no role 'writers@shot'. Known, nearest first: writers@shop"),
        ("billing.view@all", "billing.vew@all", "permissions[1]", "Known, nearest first: billing.view@all"),
    ],
)
def test_a_file_names_what_there_is(old: str, new: str, key: str, said: str) -> None:
    """Another name is refused with file, line, key and the nearest that there are."""
    with pytest.raises(FileInvalid) as caught:
        read_configuration(FILE.replace(old, new, 1), "company.yaml")
    assert caught.value.key.endswith(key)
    assert said in caught.value.problem
