"""Invitations: their states, their tokens, who may accept, and what an operator does about them."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.errors import IdentityMismatch, InvitationUnusable, NotFound, NothingToAnswer, SignInNeeded
from connector.domain.events import Kind
from connector.domain.invitations import InvitationState
from connector.domain.memberships import Answer, State
from connector.domain.people import Person
from connector.domain.tenancy import Bind
from connector.lifecycle import admission, invitations

from .company import NOON, OPERATOR, Company


@pytest.fixture
def company(company: Company) -> Company:
    """Give a company in which everybody is due the only seat."""
    company.account(seats=1)
    company.everybody()
    return company


def unusable(company: Company, token: str, session: str | None) -> str:
    """Try to accept, and return the state for which the token is refused."""
    with pytest.raises(InvitationUnusable) as refused:
        company.write(invitations.accept, token, session)
    return refused.value.state


# The token.


def test_looking_at_an_invitation_shows_the_offer_and_does_not_use_it_up(company: Company) -> None:
    """Scanners and previews open links: reading is harmless however often it is done."""
    ada = company.person("ada")
    token = company.invitation(ada)
    for _ in range(3):
        offer = company.read(invitations.look, token)
    assert (offer.state, offer.person.id, offer.account.slug) == (InvitationState.PENDING, ada.id, "crm")
    assert [(seat.en, seat.fr) for seat in offer.seats] == [("Seat", "Place")]
    assert [permission.en for permission in offer.permissions] == ["Use the product"]
    assert company.state(ada) is State.INVITED


def test_a_link_begins_with_the_configured_address_and_its_token_stands_nowhere_in_clear(company: Company) -> None:
    """Neither the database nor the outbox holds a token that could be used."""
    ada = company.person("ada")
    token = company.invitation(ada)
    link = company.read(invitations.pending_link, "crm", "okta", "ada@acme.example")
    assert link == f"https://seats.example/invitations/{token}"
    kept = [company.sql(f"SELECT * FROM {table}") for table in ("invitation", "outbox", "event")]  # noqa: S608
    assert token not in str(kept)


def test_an_unknown_token_is_refused(company: Company) -> None:
    """For looking, accepting and declining alike."""
    session = company.sign_in(company.person("ada"))
    assert unusable(company, "made-up", session) == "unknown"
    for use_case in (invitations.look, invitations.decline):
        with pytest.raises(InvitationUnusable):
            company.write(use_case, "made-up")


def test_an_invitation_is_accepted_once(company: Company) -> None:
    """Replaying the click changes nothing more (INV-8)."""
    ada = company.person("ada")
    token = company.invitation(ada)
    session = company.accept(ada)
    before = len(company.events())
    assert unusable(company, token, session) == "accepted"
    assert (company.state(ada), company.pool().held) == (State.ACTIVE, 1)
    assert len(company.events()) == before
    assert company.closed_as(token) is InvitationState.ACCEPTED


def test_accepting_needs_somebody_signed_in(company: Company) -> None:
    """Without a session, with a made-up one, with one that is over: nothing happens."""
    ada = company.person("ada")
    token = company.invitation(ada)
    over = company.sign_in(ada)
    company.write(admission.end_session, over)
    for session in (None, "made-up", over):
        with pytest.raises(SignInNeeded):
            company.write(invitations.accept, token, session)
    assert company.state(ada) is State.INVITED


# Answers.


def test_a_declined_invitation_frees_the_seat_and_is_not_sent_again(company: Company) -> None:
    """The next in line is invited; whatever is settled afterwards, she is not asked again."""
    ada, ben = company.people("ada", "ben")
    token = company.invitation(ada)
    company.decline(ada)
    company.change(ada, displayName="Ada")
    assert company.states(ada, ben) == [State.ENDED, State.INVITED]
    assert company.mails() == [ada.id, ben.id]
    assert company.closed_as(token) is InvitationState.DECLINED
    assert unusable(company, token, company.sign_in(ada)) == "declined"


def test_a_cancelled_invitation_cannot_be_accepted(company: Company) -> None:
    """The operator takes it back; the person holds nothing."""
    ada = company.person("ada")
    token = company.invitation(ada)
    company.act("cancel", ada)
    assert unusable(company, token, company.sign_in(ada)) == "cancelled"
    member = company.member(ada)
    assert member is not None
    assert (member.state, member.answer) == (State.ENDED, Answer.CANCELLED)


def test_expiry_is_judged_when_the_token_is_used(company: Company) -> None:
    """At the very second it is too late, although no clock has settled anything yet."""
    ada = company.person("ada")
    token = company.invitation(ada)
    company.clock.forward(days=7)
    assert company.closed_as(token) is InvitationState.EXPIRED
    assert unusable(company, token, company.sign_in(ada)) == "expired"
    assert company.gate(company.sign_in(ada)) == "not-provisioned"
    assert company.state(ada) is State.INVITED


def test_a_second_before_its_end_it_can_be_accepted(company: Company) -> None:
    """Seven days, unless the vendor says otherwise."""
    ada = company.person("ada")
    company.clock.forward(days=7, seconds=-1)
    company.accept(ada)
    assert company.state(ada) is State.ACTIVE


def test_the_vendors_time_goes_before_ours(company: Company) -> None:
    """A Brevo invitation is good for 72 hours."""
    company.account("brevo", "brevo", "standard", marketing=3)
    company.rule(account="brevo", where="active eq true", role="all_marketing")
    ada = company.person("ada")
    offer = company.read(invitations.look, company.invitation(ada, "brevo"))
    assert (offer.invitation.expires_at - NOON).total_seconds() == 72 * 3600


def test_the_clock_frees_the_seat_of_an_expired_invitation(company: Company) -> None:
    """The worker settles what time has ended: the next is invited, and the expiry is remembered."""
    ada, ben = company.people("ada", "ben")
    token = company.invitation(ada)
    company.let_time_pass(days=7)
    assert company.states(ada, ben) == [State.ENDED, State.INVITED]
    assert company.closed_as(token) is InvitationState.EXPIRED
    assert company.events(Kind.INVITATION_CLOSED, ada)[-1]["cause"] == "time"
    company.change(ada, displayName="Ada")
    assert company.mails() == [ada.id, ben.id]


def test_any_settlement_of_the_pool_treats_expired_promises_as_free(company: Company) -> None:
    """A joiner who comes before the worker's clock has struck gets the seat of the expired promise."""
    ada = company.person("ada")
    company.clock.forward(days=7)
    ben = company.person("ben")
    assert company.states(ada, ben) == [State.ENDED, State.INVITED]


def test_an_expiry_that_meets_a_change_of_what_is_due_invites_to_that(company: Company) -> None:
    """Expired unnoticed, then due something else: the old invitation closes as expired, and one new mail goes out."""
    ada = company.person("ada")
    token = company.invitation(ada)
    company.clock.forward(days=7)
    company.rule(where='title eq "Engineer"', permissions=["use"], name="engineers")
    company.change(ada, title="Engineer")
    assert company.state(ada) is State.INVITED
    assert company.closed_as(token) is InvitationState.EXPIRED
    assert company.closed_as(company.invitation(ada)) is InvitationState.PENDING
    assert company.mails() == [ada.id, ada.id]


def test_a_hundred_settlements_after_an_answer_send_no_mail(company: Company) -> None:
    """Answers are held facts."""
    ada = company.person("ada")
    company.act("cancel", ada)
    for number in range(100):
        company.change(ada, displayName=f"Ada {number}")
    assert company.mails() == [ada.id]


# What an operator does.


def test_resending_gives_a_new_token_and_kills_the_old_one(company: Company) -> None:
    """One seat is promised as before, the end is counted anew, and the old link opens nothing."""
    ada = company.person("ada")
    old = company.invitation(ada)
    company.clock.forward(days=6)
    renewed = company.act("resend", ada)
    assert (renewed.expires_at - company.clock.now).days == 7
    assert company.invitation(ada) != old
    assert unusable(company, old, company.sign_in(ada)) == "cancelled"
    assert company.pool().promised == 1
    assert company.mails() == [ada.id, ada.id]
    company.accept(ada)
    assert company.state(ada) is State.ACTIVE


@pytest.mark.parametrize("answer", ["decline", "cancel", "expire"])
def test_resending_after_a_refusal_asks_again(company: Company, answer: str) -> None:
    """The refusal is forgotten, and what is due is offered anew."""
    ada = company.person("ada")
    if answer == "decline":
        company.decline(ada)
    elif answer == "cancel":
        company.act("cancel", ada)
    else:
        company.let_time_pass(days=7)
    company.act("resend", ada)
    assert company.state(ada) is State.INVITED
    company.accept(ada)


def test_resending_an_invitation_that_has_expired_unnoticed_renews_it(company: Company) -> None:
    """It is still pending in the books; the person gets a new token, and the seat stays promised."""
    ada, ben = company.people("ada", "ben")
    company.clock.forward(days=8)
    company.act("resend", ada)
    company.let_time_pass(minutes=1)
    assert company.states(ada, ben) == [State.INVITED, State.WAITING]


def test_resending_while_the_pool_is_full_puts_her_in_line(company: Company) -> None:
    """Her refusal is forgotten; she is invited when a seat frees."""
    ada, ben = company.people("ada", "ben")
    company.decline(ada)
    assert company.act("resend", ada) is None
    assert company.states(ada, ben) == [State.WAITING, State.INVITED]
    company.decline(ben)
    assert company.state(ada) is State.INVITED


def test_revoking_cuts_at_once_whatever_the_directory_says(company: Company) -> None:
    """Access, session and seat are gone in the same unit of work, and do not come back by themselves."""
    ada = company.person("ada")
    session = company.accept(ada)
    ben = company.person("ben")
    company.act("revoke", ada)
    assert not company.admits(session)
    assert company.live_sessions(ada) == 0
    company.change(ada, displayName="Ada")
    assert company.states(ada, ben) == [State.ENDED, State.INVITED]
    assert company.gate(company.sign_in(ada)) == "revoked"


ACTS: list[tuple[str, str]] = [
    ("cancel", "waiting"),
    ("cancel", "active"),
    ("revoke", "invited"),
    ("revoke", "waiting"),
    ("resend", "waiting"),
    ("resend", "active"),
]


@pytest.mark.parametrize(("verb", "state"), ACTS)
def test_what_does_not_fit_the_state_is_refused_and_changes_nothing(company: Company, verb: str, state: str) -> None:
    """Cancelling is for pending invitations, revoking for holders, resending for those who have no yes to give."""
    ada = company.person("ada")
    if state == "active":
        company.accept(ada)
    person = company.person("ben") if state == "waiting" else ada
    before = len(company.events())
    with pytest.raises(NothingToAnswer) as refused:
        company.act(verb, person)
    assert refused.value.state == state
    assert len(company.events()) == before


def test_what_is_done_about_strangers_is_refused(company: Company) -> None:
    """A person, directory or account that is not there; a person to whom nothing was ever due."""
    company.account("erp")
    ada = company.person("ada")
    with pytest.raises(NothingToAnswer, match="not a member"):
        company.act("cancel", ada, account="erp")
    for names in (("crn", "okta", "ada@acme.example"), ("crm", "oktaa", "ada@acme.example"), ("crm", "okta", "eve")):
        with pytest.raises(NotFound):
            company.write(invitations.cancel, *names, OPERATOR)


# Who may accept (DESIGN section 4, identity).


def mismatch(company: Company, person: Person, session: str) -> str:
    """Try to accept, and return why it is refused; the token must stay unspent."""
    token = company.invitation(person)
    with pytest.raises(IdentityMismatch) as refused:
        company.write(invitations.accept, token, session)
    assert company.closed_as(token) is InvitationState.PENDING
    assert company.state(person) is State.INVITED
    assert company.read(lambda work: work.people.identities([person.id])) == {}
    return refused.value.why


def test_the_subject_that_equals_the_external_id_is_bound(company: Company) -> None:
    """Issuer and subject are bound to the person, the trail says by which rule, and the session becomes hers."""
    ada = company.person("ada")
    session = company.accept(ada)
    assert company.read(lambda work: work.people.identities([ada.id])) == {ada.id: ("https://idp.example", "ext-ada")}
    assert company.events(Kind.IDENTITY_BOUND, ada)[0]["after"]["rule"] == "sub = externalId"
    assert company.admits(session)


def test_a_configured_claim_is_compared_instead_of_the_subject(company: Company) -> None:
    """Entra: `oid` equals externalId, and the pair of issuer and `sub` is what is bound."""
    company.sign_in_at("okta", subject_claim="oid")
    ada = company.person("ada")
    assert "oid" in mismatch(company, ada, company.sign_in(ada, subject="ext-ada"))
    session = company.sign_in(ada, subject="pairwise", oid="ext-ada")
    company.write(invitations.accept, company.invitation(ada), session)
    assert company.read(lambda work: work.people.identities([ada.id]))[ada.id][1] == "pairwise"


@pytest.mark.parametrize("claim", ["EXT-ADA", "ext-ada ", "", "ext-ben"])
def test_the_subject_is_compared_to_the_letter(company: Company, claim: str) -> None:
    """Another case, a space, another person: not hers."""
    company.sign_in_at("okta", subject_claim="employee")
    ada = company.person("ada")
    assert "employee" in mismatch(company, ada, company.sign_in(ada, subject="s", employee=claim))


def test_a_matching_user_name_does_not_help_where_the_subject_decides(company: Company) -> None:
    """A forwarded mail opened by somebody else at the same directory: the token stays good for Ada."""
    ada = company.person("ada")
    session = company.sign_in(
        ada, subject="ext-eve", preferred_username="ada@acme.example", email="ada@acme.example", email_verified=True
    )
    assert mismatch(company, ada, session)
    company.accept(ada)


FIRST: list[tuple[str, dict[str, Any], bool]] = [
    ("the userName agrees", {"preferred_username": "Ada@ACME.example"}, True),
    ("Entra's upn agrees", {"upn": "ada@acme.example"}, True),
    ("a verified e-mail agrees", {"email": "ada.l@acme.example", "email_verified": True}, True),
    ("the e-mail is not verified", {"email": "ada.l@acme.example", "email_verified": False}, False),
    ("verified is a word and not true", {"email": "ada.l@acme.example", "email_verified": "true"}, False),
    ("verified is 1 and not true", {"email": "ada.l@acme.example", "email_verified": 1}, False),
    ("the e-mail is silent of verification", {"email": "ada.l@acme.example"}, False),
    ("another's verified e-mail", {"email": "eve@acme.example", "email_verified": True}, False),
    ("nothing agrees", {}, False),
]


@pytest.mark.parametrize(("case", "claims", "binds"), FIRST, ids=[case for case, _, _ in FIRST])
@pytest.mark.parametrize("because", ["no externalId", "told so"])
def test_the_first_acceptance_binds_whoever_agrees(
    company: Company, case: str, claims: dict[str, Any], binds: bool, because: str
) -> None:
    """Without an externalId, or where the directory says so, the token's bearer is bound once, if a name agrees."""
    external_id = None if because == "no externalId" else "unrelated"
    if because == "told so":
        company.sign_in_at("okta", bind=Bind.FIRST_ACCEPTANCE)
    ada = company.person("ada", externalId=external_id, emails=[{"value": "ada.l@acme.example", "primary": True}])
    session = company.sign_in(ada, subject="anything", **claims)
    if not binds:
        assert mismatch(company, ada, session)
        return
    company.write(invitations.accept, company.invitation(ada), session)
    assert company.admits(session)
    assert "first acceptance" in company.events(Kind.IDENTITY_BOUND, ada)[0]["after"]["rule"]


def test_a_second_identity_is_not_bound_beside_the_first(company: Company) -> None:
    """Bound once: whoever else presents an invitation of hers is somebody else."""
    company.sign_in_at("okta", bind=Bind.FIRST_ACCEPTANCE)
    company.account("erp", seats=1)
    company.everybody("erp")
    ada = company.person("ada")
    first = company.sign_in(ada, subject="one", preferred_username="ada@acme.example")
    company.write(invitations.accept, company.invitation(ada), first)
    second = company.sign_in(ada, subject="two", preferred_username="ada@acme.example")
    with pytest.raises(IdentityMismatch, match="another identity"):
        company.write(invitations.accept, company.invitation(ada, "erp"), second)
    company.write(invitations.accept, company.invitation(ada, "erp"), first)
    assert company.admits(first, "erp")


def test_an_identity_that_is_somebodys_is_nobody_elses(company: Company) -> None:
    """Signed in as Ada, one cannot accept for Ben, even where first acceptance would bind."""
    company.sign_in_at("okta", bind=Bind.FIRST_ACCEPTANCE)
    company.capacity(2)
    ada, ben = company.people("ada", "ben")
    session = company.sign_in(ada, preferred_username="ada@acme.example")
    company.write(invitations.accept, company.invitation(ada), session)
    again = company.sign_in(ada, preferred_username="ben@acme.example")
    assert "somebody else" in mismatch(company, ben, again)


def test_only_ones_own_directory_can_vouch(company: Company) -> None:
    """The same issuer and subject, signed in through another directory of the company: not hers."""
    company.directory("entra")
    ada = company.person("ada")
    assert "another directory" in mismatch(company, ada, company.sign_in(ada, directory="entra"))


def test_every_open_session_of_the_identity_becomes_hers(company: Company) -> None:
    """Two browsers signed in before she accepted: both enter afterwards, and both end with her departure."""
    ada = company.person("ada")
    elsewhere = company.sign_in(ada)
    here = company.accept(ada)
    assert company.admits(elsewhere)
    company.deactivate(ada)
    assert not company.admits(elsewhere)
    assert not company.admits(here)
    assert company.live_sessions(ada) == 0


def test_accepting_where_promises_do_not_count_and_the_pool_is_full_waits(company: Company) -> None:
    """Klaviyo counts acceptances: the second is accepted and waiting, and in when the first leaves."""
    company.account("klaviyo", "klaviyo", "paid", users=1)
    company.rule(account="klaviyo", where="active eq true", role="admin")
    ada, ben = company.people("ada", "ben")
    company.accept(ada, "klaviyo")
    token = company.invitation(ben, "klaviyo")
    session = company.accept(ben, "klaviyo")
    assert company.gate(session, "klaviyo") == "waiting"
    assert company.closed_as(token) is InvitationState.ACCEPTED
    company.deactivate(ada)
    assert company.admits(session, "klaviyo")
