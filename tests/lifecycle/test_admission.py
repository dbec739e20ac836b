"""Signing in and the gate, from the ledger: every state of a person before every gate, and how sessions end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.domain.access import Admission, Reason
from connector.domain.errors import LoginUnknown, NotFound
from connector.domain.events import Kind
from connector.domain.identities import LoginSecrets
from connector.domain.memberships import State
from connector.domain.sessions import Identity, LoginAttempt
from connector.lifecycle import accounts, admission, directories

from .company import ISSUER, OPERATOR, Company


@pytest.fixture
def company(company: Company) -> Company:
    """Give a company in which everybody is due one of two seats."""
    company.account(seats=2)
    company.everybody()
    return company


def attempt(number: int = 0) -> LoginAttempt:
    return LoginAttempt(LoginSecrets(f"state-{number}", "nonce", "verifier"), "/me")


# The gate.


def test_the_gate_admits_who_has_accepted_and_holds_a_seat(company: Company) -> None:
    """With what she holds, for the proxy's headers."""
    ada = company.person("ada")
    outcome = company.gate(company.accept(ada))
    assert isinstance(outcome, Admission)
    assert (outcome.person_id, outcome.user_name, outcome.account) == (ada.id, "ada@acme.example", "crm")
    assert (outcome.seat_types, outcome.permissions) == ({"seat"}, {"use"})


def test_the_gate_names_each_state_on_the_way_in_and_out(company: Company) -> None:
    """One person through her whole life: every answer is read at the moment of the question."""
    assert company.gate(None) is Reason.SIGNED_OUT
    assert company.gate("made-up") is Reason.SIGNED_OUT
    ada = company.person("ada")
    session = company.sign_in(ada)
    assert company.gate(session) is Reason.NOT_PROVISIONED
    session = company.accept(ada)
    assert company.admits(session)
    assert company.gate(session, "erp") is Reason.NO_SUCH_ACCOUNT
    company.deactivate(ada)
    assert company.gate(session) is Reason.SESSION_ENDED
    assert company.gate(company.sign_in(ada)) is Reason.LEFT
    company.change(ada, active=True)
    assert company.admits(company.sign_in(ada))


def test_a_seat_in_one_account_opens_no_other(company: Company) -> None:
    """Invited to both, accepted in one: the other gate says what is missing."""
    company.account("erp", seats=1)
    company.everybody("erp")
    ada, ben = company.people("ada", "ben")
    session = company.accept(ada)
    assert company.admits(session)
    assert company.gate(session, "erp") is Reason.INVITATION_PENDING
    assert company.gate(company.accept(ben), "erp") is Reason.WAITING


def test_an_account_nothing_is_due_in_is_not_open(company: Company) -> None:
    """Known and signed in is not invited."""
    company.account("erp", seats=1)
    assert company.gate(company.accept(company.person("ada")), "erp") is Reason.NOT_INVITED


def test_an_account_of_another_tenant_is_not_there(company: Company) -> None:
    """Nothing is told of what other customers have (INV-5)."""
    company.write(directories.create_tenant, "rival", OPERATOR)
    company.write(accounts.open_account, "theirs", "plain", "standard", OPERATOR, tenant_slug="rival")
    assert company.gate(company.accept(company.person("ada")), "theirs") is Reason.NO_SUCH_ACCOUNT


def test_who_declined_is_told_so(company: Company) -> None:
    """Her identity is known from another account; the refusal says what she answered here."""
    company.account("erp", seats=1)
    company.everybody("erp")
    ada = company.person("ada")
    session = company.accept(ada)
    company.decline(ada, "erp")
    assert company.gate(session, "erp") is Reason.INVITATION_DECLINED


def test_signing_in_brings_nobody_back(company: Company) -> None:
    """Nothing but her directory re-activates a leaver: not a login, not an old mail, not a group push (INV-4)."""
    ada = company.person("ada")
    company.accept(ada)
    company.deactivate(ada)
    company.sign_in(ada)
    company.group("Team", ada)
    company.change(ada, displayName="Ada")
    assert company.gate(company.sign_in(ada)) is Reason.LEFT
    assert (company.state(ada), company.pool().held) == (State.ENDED, 0)


# Sessions.


def test_a_session_ends_when_it_is_not_used(company: Company) -> None:
    """Half an hour without a request; a noted use begins it anew."""
    session = company.accept(company.person("ada"))
    company.clock.forward(minutes=29)
    company.write(admission.touch, session)
    company.clock.forward(minutes=29)
    assert company.admits(session)
    company.clock.forward(minutes=1)
    assert company.gate(session) is Reason.SESSION_ENDED
    assert company.read(admission.live_session, session) is None


def test_a_session_ends_eight_hours_after_sign_in_however_used(company: Company) -> None:
    """The absolute end stands in its row."""
    session = company.accept(company.person("ada"))
    for _ in range(20):
        company.clock.forward(minutes=24)
        company.write(admission.touch, session)
    assert company.gate(session) is Reason.SESSION_ENDED


def test_a_session_ends_when_the_provider_says_at_sign_in(company: Company) -> None:
    """A shorter end than ours is kept, a longer one is not (IPSIE `session_expiry`)."""
    company.accept(company.person("ada"))
    for hours, lives in ((1, 1), (24, 8)):
        expiry = company.clock.now + timedelta(hours=hours)
        identity = Identity(ISSUER, "ext-ada", session_expiry=expiry)
        session = company.read(admission.live_session, company.write(admission.sign_in, "okta", identity).session_token)
        assert session is not None
        assert session.expires_at == company.clock.now + timedelta(hours=lives)


def test_use_is_noted_once_a_minute(company: Company) -> None:
    """The gate only reads; it asks the edge to note a use that is a minute old."""
    session = company.accept(company.person("ada"))
    assert company.read(admission.decide, session, "crm").stale is False
    company.clock.forward(minutes=1)
    assert company.read(admission.decide, session, "crm").stale is True


def test_signing_out_ends_one_session(company: Company) -> None:
    """The other browser stays in; a second time changes nothing."""
    ada = company.person("ada")
    here = company.accept(ada)
    there = company.sign_in(ada)
    for _ in range(2):
        company.write(admission.end_session, here)
    assert company.gate(here) is Reason.SESSION_ENDED
    assert company.admits(there)
    assert len(company.events(Kind.SESSIONS_ENDED)) == 1


def test_the_providers_word_ends_the_sessions_that_it_names(company: Company) -> None:
    """By `sid` one session, by `sub` all of the person's, at this directory alone; a replay ends nothing."""
    company.directory("entra")
    ada, ben = company.people("ada", "ben")
    sessions = {name: company.accept(person) for name, person in (("ada", ada), ("ben", ben))}
    assert company.log_out(sid="sid-ext-ben", notice_id="1") == 1
    assert company.admits(sessions["ada"])
    assert company.gate(sessions["ben"]) is Reason.SESSION_ENDED
    company.sign_in(ada)
    assert company.log_out(subject="ext-ada", notice_id="2") == 2
    again = company.sign_in(ada)
    assert company.log_out(subject="ext-ada", notice_id="2") == 0
    assert company.log_out(subject="ext-nobody", notice_id="3") == 0
    assert company.log_out(notice_id="4") == 0
    assert company.admits(again)


def test_a_session_is_kept_as_a_hash(company: Company) -> None:
    """Who reads the database can use no session."""
    session = company.accept(company.person("ada"))
    assert session not in str(company.sql("SELECT * FROM session"))


def test_what_is_over_is_forgotten_after_a_while(company: Company) -> None:
    """Sessions stay a while so that their end can be explained; sign-ins under way and used notices go at their end."""
    ada = company.person("ada")
    company.accept(ada)
    company.write(admission.begin_login, "okta", "browser", attempt())
    company.log_out(subject="nobody", notice_id="1")
    company.clock.forward(hours=9)
    company.sign_in(ada)

    def purge(ended_before: timedelta) -> list[int]:
        now = company.clock.now
        company.write(lambda work: work.sessions.purge(now, now - ended_before))
        tables = ("session", "login_attempt", "used_token")
        return [company.sql(f"SELECT count(*) FROM {table}")[0][0] for table in tables]  # noqa: S608

    assert purge(timedelta(days=1)) == [2, 0, 0]
    assert purge(timedelta(hours=1)) == [1, 0, 0]


# Sign-ins under way.


def test_a_sign_in_is_completed_once_in_the_browser_that_began_it(company: Company) -> None:
    """Another browser, another directory, another state, a second time: refused alike."""
    company.directory("entra")
    company.write(admission.begin_login, "okta", "browser", attempt())
    for directory, browser, state in (
        ("okta", "other", "state-0"),
        ("entra", "browser", "state-0"),
        ("okta", "browser", "state-1"),
    ):
        with pytest.raises(LoginUnknown):
            company.write(admission.take_login, directory, browser, state)
    taken = company.write(admission.take_login, "okta", "browser", "state-0")
    assert taken == replace(attempt(), begun_at=company.clock.now)
    with pytest.raises(LoginUnknown):
        company.write(admission.take_login, "okta", "browser", "state-0")


def test_a_sign_in_takes_ten_minutes_at_most(company: Company) -> None:
    """Then it has to be begun again."""
    company.write(admission.begin_login, "okta", "browser", attempt())
    company.clock.forward(minutes=10)
    with pytest.raises(LoginUnknown):
        company.write(admission.take_login, "okta", "browser", "state-0")


def test_a_browser_has_five_sign_ins_under_way_at_most(company: Company) -> None:
    """The oldest make room, so that abandoned ones do not pile up; other browsers keep theirs."""
    company.write(admission.begin_login, "okta", "another", attempt(99))
    for number in range(8):
        company.clock.forward(seconds=1)
        company.write(admission.begin_login, "okta", "browser", attempt(number))
    assert company.sql("SELECT count(*) FROM login_attempt")[0][0] == 6
    with pytest.raises(LoginUnknown):
        company.write(admission.take_login, "okta", "browser", "state-2")
    assert company.write(admission.take_login, "okta", "browser", "state-3")
    assert company.write(admission.take_login, "okta", "another", "state-99")


def test_at_an_unknown_directory_nobody_signs_in(company: Company) -> None:
    """The refusal names those that are known."""
    with pytest.raises(NotFound, match="okta"):
        company.write(admission.begin_login, "oktaa", "browser", attempt())


def test_what_is_ones_own_is_listed(company: Company) -> None:
    """All accounts in which she has a place, whatever its state."""
    company.account("erp", seats=0)
    company.everybody("erp")
    ada = company.person("ada")
    found = company.read(admission.accounts_of, ada.id)
    assert [(one["slug"], one["membership"].state.value) for one in found] == [("crm", "invited"), ("erp", "waiting")]
