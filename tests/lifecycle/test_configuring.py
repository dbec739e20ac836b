"""Making an installation what a file says, on both databases: all of it or nothing, and settled once."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.domain.configuration import Configuration, Sign
from connector.domain.errors import (
    ApprovalNeeded,
    CapacityBelowUse,
    DomainError,
    InvalidValue,
    LedgerMoved,
    NotFound,
    PlanTooSmall,
    RuleRefused,
)
from connector.domain.events import Kind
from connector.domain.memberships import State
from connector.domain.seats import WhenFull
from connector.lifecycle import (
    Lifecycle,
    configuring,
    directories,
    exporting,
    invitation_settings,
    outstanding,
    pool_policies,
    ruling,
    seating,
)
from connector.lifecycle.configuring import Rollout
from connector.mappers.configuration import read_configuration, written
from connector.settings import Settings
from connector.storage.database import Database

from .company import OPERATOR, SECRET_KEY, Clock, Company

FILE = """
jumpseat: 1
tenants:
  main:
    title: Acme
    directories:
      okta: {idp: okta, sign_in: {issuer: "https://idp.example", client_id: jumpseat}}
      entra: {idp: entra, active: false, sign_in: {issuer: "https://login.example", client_id: app}}
    accounts:
      crm:
        vendor: plain
        plan: standard
        seats: {seats: 2}
        when_full: {seats: {grace: 1, days: 14}}
        billing: {currency: EUR, time_zone: Europe/Paris, anchor: 2026-01-31, prices: {seats/seats: 30.00 EUR}}
      mail: {vendor: brevo, plan: pro, addons: [saml_sso], owner_email: it@acme.example}
    rules:
      sales: {account: crm, directory: okta, group: Sales Team, role: member}
      everybody: {account: mail, filter: active eq true, permissions: [email_campaigns.send], priority: 5}
"""


def wanted(*changes: tuple[str, str]) -> Configuration:
    """Return the file with some words of it replaced."""
    text = FILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return read_configuration(text, "company.yaml")


def applied(company: Company, *changes: tuple[str, str], **how: Any) -> Rollout:
    return company.write(configuring.apply_configuration, wanted(*changes), OPERATOR, **how)


def planned(company: Company, *changes: tuple[str, str], **how: Any) -> Rollout:
    return company.lifecycle.rehearse(configuring.compare, wanted(*changes), OPERATOR, **how)


def told(rollout: Rollout) -> list[str]:
    return [f"{one.sign} {one.kind} {one.name}" for one in rollout.differences]


def export(company: Company) -> str:
    return written(company.read(exporting.exported))


@pytest.fixture
def acme(empty: Company) -> Company:
    """Give the company of the file, with two people in its Sales Team, who are invited to both accounts."""
    applied(empty)
    empty.group("Sales Team", *empty.people("ada", "ben"))
    return empty


def test_an_empty_installation_becomes_what_the_file_says(empty: Company) -> None:
    """And says so again when it is exported; what nobody stated is what it is for a new one."""
    done = applied(empty)
    assert told(done) == [
        "+ tenant main",
        "+ directory okta",
        "+ directory entra",
        "+ account crm",
        "+ account mail",
        "+ rule sales",
        "+ rule everybody",
    ]
    main = empty.read(exporting.exported).tenants["main"]
    okta, entra = main.directories["okta"], main.directories["entra"]
    assert (okta.active, okta.sign_in and okta.sign_in.subject_claim) == (True, "sub")
    assert (entra.active, entra.sign_in and entra.sign_in.subject_claim) == (False, "oid")
    assert main.accounts["mail"].addons == ("saml_sso",)
    assert main.rules["sales"].group == "Sales Team"
    assert empty.pool().capacity == 2
    assert told(applied(empty)) == []


def test_an_export_can_be_applied_anywhere(acme: Company, sqlite_template: Path, tmp_path: Path) -> None:
    """Here it changes nothing; on an empty installation it makes the same, to the letter."""
    text = export(acme)
    again = acme.write(configuring.apply_configuration, read_configuration(text, "a"), OPERATOR, prune=True)
    assert (again.differences, again.previews) == ((), ())
    other = elsewhere(sqlite_template, tmp_path)
    other.write(configuring.apply_configuration, read_configuration(text, "a"), OPERATOR)
    assert export(other) == text
    other.lifecycle.database.dispose()


def elsewhere(sqlite_template: Path, tmp_path: Path) -> Company:
    database = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'other.db')}")
    clock = Clock()
    return Company(Lifecycle(database, Settings(secret_key=SECRET_KEY, public_url="https://a.example"), clock), clock)


def test_a_plan_shows_people_seats_and_money_and_does_nothing(acme: Company) -> None:
    """What applying it then does is what was shown, with the same version."""
    cy = acme.person("cy")
    before, events = export(acme), len(acme.events())
    change = (("{seats: 2}", "{seats: 20}"), ("group: Sales Team", "filter: active eq true"), (" directory: okta,", ""))
    shown = planned(acme, *change)
    assert told(shown) == ["~ account crm", "~ rule sales"]
    assert (shown.differences[0].before, shown.differences[0].after) == ({"seats.seats": 2}, {"seats.seats": 20})
    (preview,) = shown.previews
    assert [(one.user_name, one.outcome.value) for one in preview.effects] == [("cy@acme.example", "gains")]
    assert preview.bill
    assert str(preview.bill.next_invoice) == "unknown (300.00 EUR and plan/standard)"
    assert (export(acme), len(acme.events()), acme.state(cy)) == (before, events, None)
    done = applied(acme, *change, version=shown.version)
    assert (done.version, acme.state(cy), acme.pool().capacity) == (shown.version, State.INVITED, 20)


def test_a_changed_rule_takes_nothing_from_whom_it_still_names(acme: Company) -> None:
    """Everybody is settled once, after everything was written: no invitation is taken back and sent anew."""
    ada = acme.read(lambda work: work.people.named(acme.access().directory.id, "ada@acme.example"))
    assert ada is not None
    acme.accept(ada)
    mails = len(acme.mails())
    done = applied(acme, ("group: Sales Team", "filter: active eq true"), (" directory: okta,", ""))
    assert told(done) == ["~ rule sales"]
    assert acme.state(ada) is State.ACTIVE
    assert len(acme.mails()) == mails
    assert len(acme.events(Kind.RULE_CHANGED)) == 1


def test_what_has_moved_since_is_refused_with_the_new_figures(acme: Company) -> None:
    """And nothing of it is done."""
    more = ("{seats: 2}", "{seats: 3}")
    shown = planned(acme, more)
    acme.regroup(acme.group("Others"), add=[])
    cy = acme.person("cy")
    acme.rule(where='userName sw "cy"', name="cy")
    with pytest.raises(LedgerMoved) as caught:
        applied(acme, more, version=shown.version)
    rollout = caught.value.preview
    assert isinstance(rollout, Rollout)
    assert rollout.version != shown.version
    assert acme.pool().capacity == 2
    applied(acme, more, version=rollout.version)
    assert acme.pool().capacity == 3
    assert acme.state(cy) is State.INVITED


def test_a_file_that_takes_seats_from_people_is_refused_with_their_names(acme: Company) -> None:
    """A plan shows them, applying names them, and the rest of the file is not done either."""
    fewer = (("{seats: 2}", "{seats: 1}"), ("title: Acme", "title: Umbrella"), (", days: 14", ", days: 15"))
    assert planned(acme, *fewer).previews[0].holders == {"seats": ("ada@acme.example", "ben@acme.example")}
    with pytest.raises(PlanTooSmall, match=r"ada@acme\.example, ben@acme\.example"):
        applied(acme, *fewer)
    smaller = (("plan: pro", "plan: standard"), ("[saml_sso]", "[]"))
    with pytest.raises(PlanTooSmall) as caught:
        applied(acme, *smaller)
    assert caught.value.holders["marketing"] == ("ada@acme.example", "ben@acme.example")
    assert told(applied(acme)) == []


def test_a_grace_of_which_seats_are_in_use_is_not_ended(acme: Company) -> None:
    """Nobody is evicted; with a seat more it can be."""
    acme.regroup(acme.group("Third", acme.person("cy")))
    applied(acme, ("group: Sales Team", "filter: active eq true"), (" directory: okta,", ""))
    assert (acme.pool().promised, acme.pool().when_full) == (3, WhenFull.GRACE)
    without = ("{seats: {grace: 1, days: 14}}", "{seats: wait}")
    rule = (("group: Sales Team", "filter: active eq true"), (" directory: okta,", ""))
    with pytest.raises(CapacityBelowUse, match="3 seats seats in use, so it cannot be set to 2"):
        planned(acme, without, *rule)
    applied(acme, without, ("{seats: 2}", "{seats: 3}"), *rule)
    assert (acme.pool().when_full, acme.pool().grace) == (WhenFull.WAIT, 0)


def test_a_fallback_and_the_order_of_the_line_are_settled_at_once(acme: Company) -> None:
    """Whoever waits gets the seat that a file names for it; a fallback that leads nowhere is refused."""
    hub = (
        "      mail: {",
        "      hub: {vendor: hubspot, plan: marketing_pro, seats: {core: 1}}\n      mail: {",
    )
    rule = ("    rules:\n", "    rules:\n      hub: {account: hub, filter: active eq true, seat_type: core}\n")
    applied(acme, hub, rule)
    ben = acme.read(lambda work: work.people.named(acme.access().directory.id, "ben@acme.example"))
    assert ben is not None
    assert acme.state(ben, "hub") is State.WAITING
    instead = (
        hub[0],
        hub[1].replace("{core: 1}", "{core: 1}, line_order: priority, when_full: {core: {fallback: view_only}}"),
    )
    done = applied(acme, instead, rule)
    assert done.differences[0].after == {"when_full.core.fallback": "view_only", "line_order": "priority"}
    assert [one.user_name for one in done.previews[0].effects] == ["ben@acme.example"]
    member = acme.member(ben, "hub")
    assert member is not None
    assert (member.state, member.seat_types) == (State.INVITED, {"view_only"})
    assert told(applied(acme, instead, rule)) == []
    with pytest.raises(InvalidValue, match="is of no help where core is full"):
        applied(acme, (hub[0], instead[1].replace("view_only", "core")), rule)


def test_how_invitations_are_sent_is_stated_too(acme: Company) -> None:
    """From the next one on; stated whole, so that nothing in it means the usual, and without it all stays."""

    def sent(said: str) -> tuple[str, str]:
        account = "hub: {vendor: hubspot, plan: marketing_pro, seats: {core: 3}SAID}\n".replace("SAID", said)
        return "      mail: {", f"      {account}      mail: {{"

    rule = ("    rules:\n", "    rules:\n      hub: {account: hub, filter: active eq true, seat_type: core}\n")
    done = applied(acme, sent(", invitations: {mail: false, reminder_hours: 0}"), rule)
    assert [(one.after or {}).get("invitations.mail") for one in done.differences if one.kind == "account"] == [False]
    told_of = acme.read(outstanding.invitations, None, "hub", 9)
    assert told_of
    assert {(one.invitation.mails, one.invitation.remind_at) for one in told_of} == {(False, None)}
    assert told(applied(acme, sent(""), rule)) == []
    assert told(applied(acme, sent(", invitations: {}"), rule)) == ["~ account hub"]
    assert acme.person("zoe")
    latest = acme.read(outstanding.invitations, None, "hub", 9)[0].invitation
    assert (latest.mails, latest.remind_at is None) == (True, False)
    with pytest.raises(DomainError, match="must not be above 2160"):
        applied(acme, sent(", invitations: {reminder_hours: 2161}"), rule)


def test_above_a_budget_it_needs_approval(acme: Company) -> None:
    """Shown by a plan, demanded by applying."""
    budget = ("anchor: 2026-01-31,", 'anchor: 2026-01-31, budget: "10.00",')
    applied(acme, budget)
    more = (budget, ("{seats: 2}", "{seats: 20}"))
    assert planned(acme, *more).previews[0].needs_approval
    with pytest.raises(ApprovalNeeded):
        applied(acme, *more)
    applied(acme, *more, approved=True)
    assert acme.pool().capacity == 20


def test_what_the_file_does_not_mention_stays_unless_pruned(acme: Company) -> None:
    """It is named; only rules are ever removed, and what they alone made due ends."""
    acme.account("other")
    acme.rule(where="active eq true", account="other", name="extra")
    acme.person("cy")
    shown = planned(acme)
    assert (shown.differences, shown.unmentioned) == ((), ("account other", "rule extra"))
    shown = planned(acme, prune=True)
    assert told(shown) == ["- rule extra"]
    assert [(one.user_name, one.outcome.value) for one in shown.previews[0].effects] == [
        ("ada@acme.example", "loses"),
        ("ben@acme.example", "loses"),
        ("cy@acme.example", "loses"),
    ]
    applied(acme, prune=True)
    assert sorted(acme.rules()) == ["everybody", "sales"]


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ([("vendor: brevo, plan: pro, addons: [saml_sso]", "vendor: mailjet, plan: premium"), ("[email_campaigns.send]", "[]")], InvalidValue, "it is brevo, and stays so"),  # noqa: E501
        ([("idp: okta", "idp: generic")], InvalidValue, "it is okta, and stays so"),
        ([("      okta: {idp", "      other: {idp: local}\n      okta: {idp")], InvalidValue, "main has its local directory: main-local"),  # noqa: E501
        ([("https://idp.example", "http://idp.example")], InvalidValue, "issuer"),
        ([("sales: {account: crm", "sales: {account: cmr")], NotFound, "Known: crm, mail"),
        ([("directory: okta", "directory: okto")], NotFound, "Known: okta"),
        ([("[email_campaigns.send]", "[deals.create_edit]")], RuleRefused, "not part of the plan"),
        ([("plan: pro,", "plan: pro, seats: {marketing: unlimited},")], InvalidValue, "has at most"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_half_done(
    acme: Company, change: list[tuple[str, str]], error: type[DomainError], said: str
) -> None:
    """Whatever stands before it in the file is not done either."""
    before = export(acme)
    with pytest.raises(error, match=said):
        applied(acme, ("title: Acme", "title: Umbrella"), *change)
    assert export(acme) == before


def test_a_plan_that_cannot_meet_a_rule_of_the_file_contradicts_it(empty: Company) -> None:
    """Though the rule itself is as it was before; the other way round the rule would be withheld in silence."""
    sales = (
        ("plan: pro, addons: [saml_sso]", "plan: standard_sales_essentials"),
        ("[email_campaigns.send]", "[deals.create_edit]"),
    )
    applied(empty, *sales)
    with pytest.raises(RuleRefused, match=r"deals\.create_edit is not part of the plan"):
        applied(empty, sales[1])
    assert empty.read(exporting.exported).tenants["main"].accounts["mail"].plan == "standard_sales_essentials"


def test_another_plan_takes_back_the_one_that_was_planned(acme: Company) -> None:
    """As when a command changes it; that is said, and a file with the same plan leaves it."""
    billed = (
        "{vendor: brevo,",
        "{vendor: brevo, billing: {currency: EUR, time_zone: Europe/Paris, anchor: 2026-01-01},",
    )
    applied(acme, billed)
    acme.write(seating.change_plan, "mail", "starter", OPERATOR, at_renewal=True)
    assert told(applied(acme, billed)) == []
    bigger = ("plan: pro, addons: [saml_sso]", "plan: pro_sales, addons: []")
    assert planned(acme, billed, bigger).differences[0].notes == (
        "the change to starter that was planned is taken back",
    )
    applied(acme, billed, bigger)
    mail = acme.read(lambda work: work.accounts.named("mail"))
    assert mail is not None
    assert mail.plan == "pro_sales"
    assert acme.read(lambda work: work.billing.planned(mail.id)) is None


def test_a_clients_secret_never_reaches_another_provider(acme: Company) -> None:
    """With another issuer or client it is forgotten, which is said; otherwise it stays, though no file has it."""
    acme.sign_in_at("okta")
    applied(acme, ("client_id: jumpseat}", "client_id: jumpseat, bind: first-acceptance}"))
    assert acme.read(directories.directory_named, "okta").client_secret_sealed
    done = applied(acme, ("https://idp.example", "https://elsewhere.example"))
    assert "client secret is forgotten" in " ".join(done.differences[0].notes)
    assert acme.read(directories.directory_named, "okta").client_secret_sealed is None


def test_people_who_could_not_sign_in_are_invited_when_a_file_says_how(empty: Company) -> None:
    """As when a command says it."""
    applied(empty, (', sign_in: {issuer: "https://idp.example", client_id: jumpseat}', ""))
    ada = empty.person("ada")
    assert empty.state(ada, "mail") is State.WAITING
    done = applied(empty)
    assert [one.sign for one in done.differences] == [Sign.CHANGED]
    assert empty.state(ada, "mail") is State.INVITED


def test_a_renamed_group_is_still_the_one_that_the_file_means(acme: Company) -> None:
    """By its old name and by its new one; an export has the new one."""
    group = acme.read(lambda work: work.groups.named(acme.access().directory.id, None, "sales team"))
    one = acme.read(lambda work: work.groups.find(acme.access().directory.id, group or ""))
    assert one is not None
    acme.regroup(one, name="Vertrieb")
    assert "group: Vertrieb" in export(acme)
    assert told(applied(acme)) == []
    assert told(applied(acme, ("Sales Team", "VERTRIEB"))) == []
    assert told(applied(acme, ("Sales Team", "Einkauf"))) == ["~ rule sales"]


names = st.sampled_from(["one", "two"])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("account"), names, st.sampled_from([("plain", "standard"), ("brevo", "pro"), ("mailjet", "premium")])),  # noqa: E501
        st.tuples(st.just("rule"), names, names),
        st.tuples(st.just("unrule"), names, names),
        st.tuples(st.just("directory"), names, st.booleans()),
        st.tuples(st.just("full"), names, st.sampled_from([WhenFull.REFUSE, WhenFull.GRACE])),
        st.tuples(st.just("person"), names, names),
        st.tuples(st.just("letters"), names, st.sampled_from([0, 24])),
    ),
    min_size=3,
    max_size=12,
)  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_whatever_was_set_up_by_commands_is_what_its_export_says(
    sqlite_template: Path, tmp_path: Path, story: list[tuple[str, str, Any]]
) -> None:
    """Applying an export changes nothing, and on an empty installation makes the same export."""
    company = elsewhere(sqlite_template, tmp_path)
    company.directory("okta")
    for step in story:
        try:
            play(company, *step)
        except DomainError:
            continue
    text, events = export(company), len(company.events())
    again = company.write(configuring.apply_configuration, read_configuration(text, "a"), OPERATOR, prune=True)
    assert (again.differences, again.previews, len(company.events())) == ((), (), events)
    company.lifecycle.database.dispose()
    other = elsewhere(sqlite_template, tmp_path)
    made = read_configuration(text, "a")
    other.write(configuring.apply_configuration, made, OPERATOR)
    assert export(other) == text
    assert other.write(configuring.apply_configuration, replace(made, prune=True), OPERATOR).differences == ()
    other.lifecycle.database.dispose()


def play(company: Company, step: str, name: str, fact: Any) -> None:
    match step:
        case "account":
            company.account(name, *fact)
        case "rule":
            company.rule(group=f"Group {name}", account=fact, name=f"{name}-{fact}", seat_type=None, role="member")
        case "unrule":
            company.write(ruling.remove_rule, f"{name}-{fact}", OPERATOR)
        case "directory":
            company.directory(name, signs_in=fact)
        case "full":
            numbers = {"seats": 1, "days": 3} if fact is WhenFull.GRACE else {}
            accounts = company.read(exporting.exported).tenants["main"].accounts
            for pool in accounts[name].seats if name in accounts else ():
                company.write(pool_policies.set_when_full, name, pool, fact, OPERATOR, **numbers)
        case "letters":
            company.write(invitation_settings.set_reminder, name, fact, OPERATOR)
            company.write(invitation_settings.set_mails, name, OPERATOR, mails=not fact)
        case "person":
            company.group(f"Group {name}", company.person(f"{name}-{fact}"))
