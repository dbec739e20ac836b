"""Who may enter, as a table over every reason for a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.domain.access import Admission, Facts, Reason, Refusal, SessionLimits, decide
from connector.domain.memberships import Answer, Obstacle, State
from connector.domain.step_up import StepUp

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIMITS = SessionLimits(idle_seconds=1800)
ALL_IS_WELL = Facts(
    session_found=True,
    session_expires_at=NOON + timedelta(hours=1),
    last_seen_at=NOON - timedelta(minutes=5),
    tenant_active=True,
    directory_active=True,
    person_id="ada",
    user_name="ada@acme.example",
    person_active=True,
    account_id="account",
    account="crm",
    account_active=True,
    state=State.ACTIVE,
    answer=Answer.ACCEPTED,
    seat_types=frozenset({"seat"}),
    permissions=frozenset({"use"}),
)

# One row for each thing that is wrong while everything else is well.
REFUSALS: list[tuple[str, dict[str, Any], Reason]] = [
    ("the account asks for more than a sign-in", {"step_up": StepUp(amr=frozenset({"mfa"}))}, Reason.STEP_UP),
    ("no cookie, or one that we never gave", {"session_found": False}, Reason.SIGNED_OUT),
    ("the session was ended", {"session_ended": True}, Reason.SESSION_ENDED),
    ("the session is over at this very second", {"session_expires_at": NOON}, Reason.SESSION_ENDED),
    ("nothing was asked for half an hour", {"last_seen_at": NOON - timedelta(minutes=30)}, Reason.SESSION_ENDED),
    ("the tenant is switched off", {"tenant_active": False}, Reason.DIRECTORY_OFF),
    ("the directory is switched off", {"directory_active": False}, Reason.DIRECTORY_OFF),
    ("no person is bound to the identity", {"person_id": None}, Reason.NOT_PROVISIONED),
    ("her directory wants her out", {"person_active": False}, Reason.LEFT),
    ("no account has this name", {"account_id": None}, Reason.NO_SUCH_ACCOUNT),
    ("the account is closed", {"account_active": False}, Reason.ACCOUNT_CLOSED),
    ("the account is frozen", {"account_frozen": True}, Reason.ACCOUNT_FROZEN),
    ("nothing was ever due to her here", {"state": None, "answer": None}, Reason.NOT_INVITED),
    ("waiting for a seat", {"state": State.WAITING, "answer": None}, Reason.WAITING),
    ("accepted and waiting", {"state": State.WAITING}, Reason.WAITING),
    (
        "her directory cannot sign anybody in",
        {"state": State.WAITING, "answer": None, "obstacle": Obstacle.NO_SIGN_IN},
        Reason.NO_SIGN_IN,
    ),
    (
        "invited, and has not answered",
        {"state": State.INVITED, "answer": None, "invitation_expires_at": NOON + timedelta(seconds=1)},
        Reason.INVITATION_PENDING,
    ),
    (
        "invited, and the time is over though nobody has noted it",
        {"state": State.INVITED, "answer": None, "invitation_expires_at": NOON},
        Reason.INVITATION_EXPIRED,
    ),
    ("kept out by an operator", {"state": State.SUSPENDED}, Reason.SUSPENDED),
    ("declined", {"state": State.ENDED, "answer": Answer.DECLINED}, Reason.INVITATION_DECLINED),
    ("cancelled", {"state": State.ENDED, "answer": Answer.CANCELLED}, Reason.INVITATION_CANCELLED),
    ("expired", {"state": State.ENDED, "answer": Answer.EXPIRED}, Reason.INVITATION_EXPIRED),
    ("revoked by an operator", {"state": State.ENDED, "answer": Answer.REVOKED}, Reason.REVOKED),
    ("had accepted, and it is not due any more", {"state": State.ENDED}, Reason.NOT_INVITED),
    ("never answered, and it is not due any more", {"state": State.ENDED, "answer": None}, Reason.NOT_INVITED),
]


def test_who_is_signed_in_active_and_holds_a_seat_is_admitted_with_what_she_holds() -> None:
    """The admission names person, account, seats and permissions, which a proxy passes on."""
    admission = Admission("ada", "account", "ada@acme.example", "crm", frozenset({"seat"}), frozenset({"use"}))
    assert decide(ALL_IS_WELL, NOON, LIMITS) == admission


@pytest.mark.parametrize(("case", "wrong", "reason"), REFUSALS, ids=[case for case, _, _ in REFUSALS])
def test_one_thing_wrong_is_enough_for_a_refusal(case: str, wrong: dict[str, Any], reason: Reason) -> None:
    """Each condition alone keeps her out, with the reason that tells what to do."""
    assert decide(replace(ALL_IS_WELL, **wrong), NOON, LIMITS) == Refusal(reason)


def test_every_reason_is_reached_by_a_row() -> None:
    """No reason is a dead letter, and no state of a membership is forgotten."""
    assert {reason for _, _, reason in REFUSALS} == set(Reason)
    assert {wrong["state"] for _, wrong, _ in REFUSALS if "state" in wrong} == {None, *State} - {State.ACTIVE}


def test_without_any_facts_nobody_enters() -> None:
    """What is not known counts against admission."""
    assert decide(Facts(), NOON, LIMITS) == Refusal(Reason.SIGNED_OUT)


def test_a_session_that_is_over_is_the_first_reason() -> None:
    """Nothing about persons or accounts is told to somebody who is not signed in."""
    facts = Facts(session_found=True, session_ended=True, session_expires_at=NOON, last_seen_at=NOON)
    assert decide(facts, NOON, LIMITS) == Refusal(Reason.SESSION_ENDED)


def test_a_leaver_learns_that_she_left_and_not_what_accounts_there_are() -> None:
    """The person is judged before the account."""
    facts = replace(ALL_IS_WELL, person_active=False, account_id=None)
    assert decide(facts, NOON, LIMITS) == Refusal(Reason.LEFT)


def test_only_a_missing_session_or_a_weak_one_asks_for_sign_in() -> None:
    """401 where signing in helps, 403 where it does not."""
    helped = {Reason.SIGNED_OUT, Reason.SESSION_ENDED, Reason.STEP_UP}
    assert {reason for reason in Reason if reason.asks_for_sign_in} == helped


def test_a_session_lives_until_the_second_of_its_end() -> None:
    """A second before the idle limit it admits; at the limit it does not."""
    facts = replace(ALL_IS_WELL, last_seen_at=NOON - timedelta(seconds=1799))
    assert isinstance(decide(facts, NOON, LIMITS), Admission)
    assert decide(facts, NOON + timedelta(seconds=1), LIMITS) == Refusal(Reason.SESSION_ENDED)
