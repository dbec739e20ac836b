"""What pages ask of whoever visits: where she signs in, who she is, what is hers. Who may enter is not decided here."""

from __future__ import annotations

from dataclasses import dataclass, replace

from connector.domain.errors import SignInNeeded
from connector.domain.mail_domains import domain_of
from connector.domain.memberships import Membership, State
from connector.domain.people import Person
from connector.domain.sessions import Session
from connector.domain.tenancy import Directory
from connector.domain.text import Text
from connector.lifecycle.admission import TOUCH_EVERY, live_session
from connector.lifecycle.invitations import OWN_PRODUCT
from connector.lifecycle.tokens import hashed, new_token
from connector.mappers.catalogues import load_catalogue
from connector.storage.work import Work


@dataclass(frozen=True, slots=True)
class Place:
    """One of a person's memberships, as she is shown it; one's own product has no vendor."""

    account: str
    name: str
    vendor_name: str | None
    membership: Membership
    seats: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """A live session, its person once one is bound, and whether its use should be noted (`admission.touch`)."""

    session: Session
    person: Person | None
    stale: bool


def sign_in_directory(work: Work, slug: str) -> Directory | None:
    """Return a directory whose people can sign in at present: switched on, its tenant too, with a provider set."""
    directory = work.tenancy.directory_named(slug)
    return directory if directory is not None and directory.id in _open_ids(work) else None


def heard_directory(work: Work, slug: str) -> Directory | None:
    """Return a directory whose provider may end sessions: also one that is switched off, whose sessions live on."""
    directory = work.tenancy.directory_named(slug)
    return directory if directory is not None and directory.signs_in else None


def directory_meant(work: Work, typed: str) -> Directory | None:
    """Return where somebody signs in who typed a directory's name or her e-mail address.

    An address counts by its domain alone, where that is proved: the answer must not tell who exists here. The only
    directory is always meant.
    """
    wanted = typed.strip().lower()
    open_ids = _open_ids(work)
    directories = [one for one in work.tenancy.directories() if one.id in open_ids]
    domain = domain_of(wanted)
    proved = work.mail_domains.directory_of(domain) if domain is not None else None
    named = [one for one in directories if one.slug == wanted or one.id == proved]
    return next(iter(named or (directories if len(directories) == 1 else [])), None)


def directory_of(work: Work, session: Session) -> Directory:
    """Return the directory at which a session was begun."""
    return work.tenancy.directory(session.directory_id)


def visit(work: Work, session_token: str | None) -> Visit | None:
    """Return the live session behind a reference with its person, or None."""
    session = live_session(work, session_token)
    if session is None:
        return None
    person = work.people.by_id([session.person_id]).get(session.person_id) if session.person_id else None
    return Visit(session, person, work.now - session.last_seen_at >= TOUCH_EVERY)


def places_of(work: Work, person_id: str) -> list[Place]:
    """Return a person's memberships by account, those that ended left out."""
    places = []
    for found in work.ledger.with_accounts([person_id]):
        catalogue, membership = load_catalogue(found["vendor"]), found["membership"]
        if membership.state is State.ENDED:
            continue
        seats = tuple(catalogue.seat_type(key).label for key in sorted(membership.seat_types))
        vendor_name = None if found["vendor"] == OWN_PRODUCT else catalogue.name
        places.append(Place(found["slug"], found["name"], vendor_name, membership, seats))
    return places


def renew(work: Work, session_token: str) -> str:
    """Give a live session a new reference, and end it under the old one; raises SignInNeeded.

    Done when what a session is worth has changed: whoever knew the old reference gains nothing (session fixation).
    """
    session = live_session(work, session_token)
    if session is None:
        raise SignInNeeded
    token = new_token()
    work.sessions.add(replace(session, token_hash=hashed(token)))
    work.sessions.end(session.token_hash, work.now)
    return token


def _open_ids(work: Work) -> set[str]:
    tenants = {one.id for one in work.tenancy.tenants() if one.active}
    return {one.id for one in work.tenancy.directories() if one.active and one.signs_in and one.tenant_id in tenants}
