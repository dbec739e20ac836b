"""Whose an identity is: by which rule it agrees with a person, and how it is bound to her and let go again."""

from __future__ import annotations

from connector.domain.errors import IdentityMismatch, NotFound
from connector.domain.events import Cause, CauseKind, Event, Kind
from connector.domain.folding import fold
from connector.domain.identifiers import new_id
from connector.domain.identities import verified_email
from connector.domain.people import Person
from connector.domain.sessions import Identity, Session
from connector.domain.tenancy import Bind, Directory
from connector.lifecycle.directories import directory_named
from connector.lifecycle.unbinding import unbind_one
from connector.storage.work import Work


def identify(work: Work, session: Session, person: Person) -> None:
    """Bind the signed-in identity to the invited person, or find that it is hers already; raises IdentityMismatch."""
    identity = session.identity
    if session.directory_id != person.directory_id:
        raise IdentityMismatch("signed in at another directory")
    bound = work.people.identities([person.id]).get(person.id)
    if bound is not None and bound != (identity.issuer, identity.subject):
        raise IdentityMismatch("another identity is bound to the invited person")
    owner = work.people.bound_to(person.directory_id, identity.issuer, identity.subject)
    if owner is not None and owner != person.id:
        raise IdentityMismatch("this identity is bound to somebody else")
    if bound is None:
        bind(work, person, identity, _agrees(work.tenancy.directory(person.directory_id), identity, person))
    work.sessions.give_to(person.id, person.directory_id, identity)


def bind(work: Work, person: Person, identity: Identity, rule: str) -> None:
    """Let an identity be a person's, who is locked; the trail says by which rule."""
    work.people.bind(person, new_id(), identity.issuer, identity.subject, work.now)
    cause = Cause(CauseKind.PERSON, f"person:{person.id}")
    after = {"issuer": identity.issuer, "rule": rule}
    work.trail.tell([Event(work.now, person.tenant_id, Kind.IDENTITY_BOUND, person.id, cause, person.id, after=after)])


def unbind(work: Work, directory_slug: str, user_name: str, cause: Cause) -> Person:
    """Let go of a person's identity, and end her sessions; what she holds she keeps.

    She is known again when she signs in with an identity whose subject claim equals her externalId. Raises NotFound
    also for somebody who has none.
    """
    directory = directory_named(work, directory_slug)
    work.tenancy.lock_policy(directory.tenant_id)
    person = work.people.named(directory.id, user_name, lock=True)
    if person is None:
        raise NotFound("person", user_name)
    if not unbind_one(work, directory.tenant_id, person.id, cause):
        raise NotFound("identity bound to", user_name)
    return person


def subject_claimed(directory: Directory, identity: Identity) -> str | None:
    """Return what the provider says in the claim that is to equal an externalId."""
    claim = directory.subject_claim or "sub"
    value = identity.subject if claim == "sub" else identity.claims.get(claim)
    return value if isinstance(value, str) and value else None


def _agrees(directory: Directory, identity: Identity, person: Person) -> str:
    """Return by which rule the identity is the invited person's; raises IdentityMismatch when none says so."""
    external_id = person.stated.external_id
    if directory.bind is Bind.SUBJECT and external_id is not None:
        claim = directory.subject_claim or "sub"
        if subject_claimed(directory, identity) != external_id:
            raise IdentityMismatch(f"the claim {claim} does not equal the externalId that the directory states")
        return f"{claim} = externalId"
    names = {fold(name) for key in ("preferred_username", "upn") if isinstance(name := identity.claims.get(key), str)}
    if fold(person.stated.user_name) in names:
        return "first acceptance, userName agrees"
    email, ours = verified_email(identity.claims), person.work_email
    if email is not None and ours is not None and fold(email) == fold(ours):
        return "first acceptance, verified e-mail agrees"
    raise IdentityMismatch("neither the userName nor a verified e-mail address agrees")
