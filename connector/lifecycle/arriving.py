"""Coming back from the provider: a session begins, and what a directory takes for an acceptance is one.

Somebody whose identity was let go of is known again here, by the claim that equals her externalId.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connector.domain.errors import InvalidValue
from connector.domain.events import Cause, CauseKind, Kind
from connector.domain.folding import fold
from connector.domain.identities import verified_email
from connector.domain.invitations import InvitationState
from connector.domain.mail_domains import domain_of
from connector.domain.memberships import Answer
from connector.domain.people import Person
from connector.domain.sessions import Identity
from connector.domain.tenancy import Acceptance, Bind, Directory
from connector.lifecycle.admission import SignedIn, sign_in
from connector.lifecycle.directories import directory_named, locked_directory, tell
from connector.lifecycle.identifying import bind, subject_claimed
from connector.lifecycle.invitations import settle_one
from connector.storage.work import Work


def arrive(work: Work, directory_slug: str, identity: Identity, begun_at: datetime | None = None) -> SignedIn:
    """Begin a session, and accept what is pending where the directory takes signing in for it.

    Nobody is taken for somebody else: an identity that is bound stays whose it is, and a person who has one keeps it.
    Raises as `sign_in` does.
    """
    signed_in = sign_in(work, directory_slug, identity, begun_at)
    directory = directory_named(work, directory_slug)
    implied = _implied(work, directory, identity)
    person = signed_in.person
    if person is None:
        person = _recognise(work, directory, identity, implied=implied)
    if person is None or not person.active:
        return signed_in
    if implied:
        _accept(work, person)
    return replace(signed_in, person=person)


def set_acceptance(work: Work, slug: str, policy: Acceptance, cause: Cause) -> None:
    """Set what a directory takes for an acceptance, from the next sign-in on; raises InvalidValue, NotFound."""
    directory = locked_directory(work, slug)
    if policy is not Acceptance.EXPLICIT and directory.bind is not Bind.SUBJECT:
        raise InvalidValue("acceptance", f"{slug} knows nobody before she accepts; use --bind subject first.")
    if policy is Acceptance.PROVED_DOMAIN and not any(one.proved_at for one in work.mail_domains.of([directory.id])):
        raise InvalidValue("acceptance", f"no domain is proved for {slug}: jumpseat domain add DOMAIN {slug}")
    work.tenancy.change_directory(replace(directory, acceptance=policy))
    before, after = {"acceptance": directory.acceptance.value}, {"acceptance": policy.value}
    tell(work, directory, Kind.DIRECTORY_CHANGED, directory.id, cause, after, before)


def _implied(work: Work, directory: Directory, identity: Identity) -> bool:
    match directory.acceptance:
        case Acceptance.FIRST_SIGN_IN:
            return True
        case Acceptance.PROVED_DOMAIN:
            return _proved_address(work, directory, identity) is not None
        case Acceptance.EXPLICIT:
            return False


def _proved_address(work: Work, directory: Directory, identity: Identity) -> str | None:
    """Return the address that the provider vouches for, where its domain is proved for this very directory."""
    address = verified_email(identity.claims)
    domain = domain_of(address) if address else None
    return address if domain is not None and work.mail_domains.directory_of(domain) == directory.id else None


def _recognise(work: Work, directory: Directory, identity: Identity, *, implied: bool) -> Person | None:
    """Return whose this unbound identity is, bound to her now; without an acceptance implied, who has accepted once."""
    found = _by_subject(work, directory, identity)
    if found is None and implied and directory.acceptance is Acceptance.PROVED_DOMAIN:
        found = _by_address(work, directory, identity)
    if found is None:
        return None
    person, rule = found
    if not person.active or work.people.identities([person.id]):
        return None
    members = work.ledger.of_people([person.id]).get(person.id, [])
    if not (implied or any(member.accepted for member in members)):
        return None
    bind(work, person, identity, f"{rule}, at sign-in")
    work.sessions.give_to(person.id, directory.id, identity)
    return person


def _by_subject(work: Work, directory: Directory, identity: Identity) -> tuple[Person, str] | None:
    claimed = subject_claimed(directory, identity) if directory.bind is Bind.SUBJECT else None
    person = work.people.keyed(directory.id, claimed) if claimed is not None else None
    return (person, f"{directory.subject_claim or 'sub'} = externalId") if person is not None else None


def _by_address(work: Work, directory: Directory, identity: Identity) -> tuple[Person, str] | None:
    """Return the one person without an externalId whose address the directory states to be the proved one."""
    address = _proved_address(work, directory, identity)
    if address is None or directory.bind is not Bind.SUBJECT:
        return None
    called = work.mail_domains.people_addressed(directory.id, fold(address))
    people = work.people.by_id(called, lock=True)
    fitting = [one for one in people.values() if one.active and one.stated.external_id is None]
    return (fitting[0], "address at a proved domain") if len(people) == len(fitting) == 1 else None


def _accept(work: Work, person: Person) -> None:
    """Accept every invitation of hers that can be answered now, those into frozen accounts left as they are."""
    frozen = {one.id for one in work.accounts.all(person.tenant_id) if one.frozen_at}
    work.accounts.pools(work.ledger.accounts_of([person.id]), lock=True)
    members = [one for one in work.ledger.of_people([person.id]).get(person.id, []) if one.account_id not in frozen]
    pending = work.invitations.pending_of([member.id for member in members])
    answers = {
        key: Answer.ACCEPTED for key, one in pending.items() if one.state_at(work.now) is InvitationState.PENDING
    }
    if answers:
        settle_one(work, person, Cause(CauseKind.PERSON, f"person:{person.id}"), answers=answers)
