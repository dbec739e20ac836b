"""Break-glass: an operator lets one person in past a provider that is down, for some minutes, and all are told.

Off unless the settings say otherwise. It proves who she is, and nothing more: the gate asks everything else as ever, so
that nobody gets in whom her directory wants out, who holds no seat, or whose account is frozen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.domain.accounts import Account
from connector.domain.break_glass import ISSUER, LONGEST, BrokenGlass
from connector.domain.errors import AccountFrozen, InvalidValue
from connector.domain.events import Cause, CauseKind, Event, Kind
from connector.domain.identifiers import new_id
from connector.domain.memberships import State
from connector.domain.people import Person
from connector.domain.sessions import Identity, Session
from connector.lifecycle.accounts import account_named
from connector.lifecycle.invitations import member_meant
from connector.lifecycle.tokens import hashed, new_token
from connector.storage.work import Work

GLASS_MAIL = "mail.break-glass"


@dataclass(frozen=True, slots=True)
class GlassReport:
    """Broken glass, with whom it lets into what."""

    glass: BrokenGlass
    person: Person
    account: Account


def break_glass(
    work: Work,
    account_slug: str,
    directory_slug: str,
    user_name: str,
    lasting: timedelta,
    reason: str,
    cause: Cause,
) -> tuple[BrokenGlass, str]:
    """Return a link that lets somebody who holds a seat into an account, once, without her provider.

    Link and session end after `lasting`, four hours at most. The account's owner gets a letter. Raises InvalidValue
    where it is switched off, for a time or reason that is none, and for an account that asks for more than a sign-in;
    AccountFrozen, NotFound, NothingToAnswer for somebody without a seat.
    """
    _check(work, lasting, reason)
    account = account_named(work, account_slug)
    person, _ = member_meant(work, account_slug, directory_slug, user_name, {State.ACTIVE})
    if account.frozen_at is not None:
        raise AccountFrozen(account_slug)
    if work.accounts.step_up(account.id) is not None:
        problem = (
            f"it asks for a stronger sign-in than a link is; first: jumpseat account step-up {account_slug} --none"
        )
        raise InvalidValue("account", problem)
    key, ends_at = new_token(), work.now + lasting
    ids = (new_id(), person.tenant_id, account.id, person.id)
    glass = BrokenGlass(*ids, cause.actor, reason.strip(), work.now, ends_at)
    work.break_glass.add(glass, _as_link(key))
    what = (Kind.GLASS_BROKEN, glass.id, cause, person.id, account.id, None, {"ends_at": ends_at.isoformat()})
    work.trail.tell([Event(work.now, person.tenant_id, *what, values_after={"reason": glass.reason})])
    work.trail.post(person.tenant_id, GLASS_MAIL, [{"glass_id": glass.id}], work.now)
    return glass, f"{work.settings.public_url}/break-glass?key={key}"


def enter(work: Work, key: str) -> tuple[str, BrokenGlass] | None:
    """Use a link up and return the session that it starts; None when it is unknown, used, late or switched off.

    Nor does it open anything for somebody whom her directory wants out since.
    """
    glass = work.break_glass.unused(_as_link(key), work.now) if work.settings.break_glass else None
    if glass is None:
        return None
    work.tenancy.lock_policy(glass.tenant_id)
    person = work.people.by_id([glass.person_id], lock=True)[glass.person_id]
    if not person.active or not work.break_glass.use(glass.id, work.now):
        return None
    token, identity = new_token(), Identity(ISSUER, glass.id)
    where = (glass.tenant_id, person.directory_id, person.id, identity)
    only = glass.account_id
    work.sessions.add(Session(hashed(token), *where, work.now, work.now, glass.ends_at, only_account_id=only))
    cause = Cause(CauseKind.OPERATOR, glass.opened_by, glass.id)
    what = (Kind.SESSION_STARTED, person.id, cause, person.id, only)
    work.trail.tell([Event(work.now, glass.tenant_id, *what, after={"break_glass": glass.id})])
    return token, glass


def lasting_now(work: Work) -> list[GlassReport]:
    """Return the glass that is broken at this moment, the oldest first."""
    return _reports(work, work.break_glass.lasting(work.now))


def _reports(work: Work, found: Iterable[BrokenGlass]) -> list[GlassReport]:
    known = list(found)
    people = work.people.by_id({one.person_id for one in known})
    accounts = {one.id: one for one in work.accounts.all()} if known else {}
    return [GlassReport(one, people[one.person_id], accounts[one.account_id]) for one in known]


def _check(work: Work, lasting: timedelta, reason: str) -> None:
    if not work.settings.break_glass:
        raise InvalidValue("break-glass", "it is switched off; to allow it, set JUMPSEAT_BREAK_GLASS=yes.")
    if not timedelta(minutes=1) <= lasting <= LONGEST:
        raise InvalidValue("minutes", f"they must be 1 to {int(LONGEST.total_seconds() // 60)}.")
    if not 5 <= len(reason.strip()) <= 500:
        raise InvalidValue("reason", "say in 5 to 500 characters why; it stands in the trail.")


def letter_to_owner(work: Work, glass_id: str) -> GlassReport | None:
    """Return what the letter to an account's owner tells; None where nobody is named as the owner."""
    found = work.break_glass.by_id(glass_id)
    if found is None:
        return None
    (report,) = _reports(work, [found])
    return report if report.account.owner_email else None


def minutes_left(glass: BrokenGlass, now: datetime) -> int:
    """Return how long glass stays broken yet, in whole minutes, rounded up."""
    return -int(-(glass.ends_at - now).total_seconds() // 60)


def _as_link(key: str) -> str:
    return hashed(f"break-glass:{key}")
