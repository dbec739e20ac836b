"""Cut from outside: a provider's word that somebody is to be signed in no longer.

Sessions end at commit. A sign-in that was begun before the word and comes back after it becomes no session either.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from connector.domain.errors import NotFound, TokenRefused
from connector.domain.events import Cause, CauseKind, Event, Kind
from connector.domain.folding import fold
from connector.domain.identities import LogoutNotice
from connector.domain.security_events import Revocation, Subject
from connector.domain.sessions import Identity
from connector.domain.tenancy import Bind, Directory
from connector.lifecycle.consequences import end_sessions
from connector.lifecycle.directories import directory_named
from connector.lifecycle.tokens import hashed
from connector.storage.work import Work


def end_sessions_of(work: Work, directory_slug: str, notice: LogoutNotice) -> int:
    """End the sessions that a provider says are over; a notice seen before ends nothing. Return how many ended.

    OpenID Connect Back-Channel Logout 1.0: a session that is named ends alone, with a subject alone all of hers do.
    """
    directory = directory_named(work, directory_slug)
    if not work.sessions.use_token(hashed(f"{directory.id}:{notice.token_id}"), notice.expires_at):
        return 0
    if notice.sid is not None:
        meant = Subject(sids=frozenset({notice.sid}))
    else:
        meant = Subject(identities=frozenset({(notice.issuer, notice.subject or "")}))
    _lock(work, directory, meant)
    ended = work.sessions.end_of_identity(directory.id, notice.issuer, notice.subject, notice.sid, work.now)
    work.cuts.note(_keys(directory, meant), work.now)
    _tell_ended(work, directory, cause_of(directory), ended)
    return ended


def revoke(work: Work, directory_slug: str, order: Revocation) -> int | None:
    """Sign somebody out everywhere, as her provider orders (Global Token Revocation); return how many sessions ended.

    None, and the token is used all the same, for somebody whom the directory does not know and who is not signed in
    either. The same order again ends nothing. Raises TokenRefused for another order under a token that was used before.
    """
    directory = directory_named(work, directory_slug)
    token, what = f"{directory.id}:revoke:{order.token_id}", order.subject
    body = f"{token}:{sorted(what.identities)}:{sorted(what.names)}:{sorted(what.ids)}:{sorted(what.sids)}"
    done, unknown = hashed(body), hashed(f"{body}:unknown")
    if not work.sessions.use_token(hashed(token), order.expires_at):
        if not work.sessions.use_token(done, order.expires_at):
            return 0
        if not work.sessions.use_token(unknown, order.expires_at):
            raise NotFound("person of that name in directory", directory.slug)
        raise TokenRefused
    people, ended = cut(work, directory, what, cause_of(directory, order.token_id))
    known = bool(people or ended)
    work.sessions.use_token(done if known else unknown, order.expires_at)
    return ended if known else None


def cut(work: Work, directory: Directory, subject: Subject, cause: Cause) -> tuple[list[str], int]:
    """End every session of whoever is meant; return the people, and how many sessions ended.

    Names count within the directory alone. An issuer and subject count where the provider is the directory's own.
    """
    meant = _of_provider(directory, subject)
    people = _lock(work, directory, meant)
    events = end_sessions(work, directory.tenant_id, people, cause)
    work.trail.tell(events)
    others = work.cuts.end_unbound(directory.id, meant, work.now)
    _tell_ended(work, directory, cause, others)
    work.cuts.note(_keys(directory, meant, people), work.now)
    return people, others + sum((one.after or {}).get("sessions", 0) for one in events)


def was_cut(work: Work, directory: Directory, identity: Identity, person_id: str | None, begun_at: datetime) -> bool:
    """Tell whether an identity that comes back from its provider was signed out since the sign-in began."""
    claimed = (identity.claims.get(name) for name in ("email", "preferred_username", "upn"))
    who = Subject(
        identities=frozenset({(identity.issuer, identity.subject)}),
        names=frozenset(fold(name) for name in claimed if isinstance(name, str)),
        ids=frozenset({identity.subject}),
        sids=frozenset({identity.sid} if identity.sid else ()),
    )
    keys = _keys(directory, who, [person_id] if person_id else ())
    return work.cuts.any_since(keys, begun_at)


def cause_of(directory: Directory, reference: str | None = None) -> Cause:
    """Return what the trail names where a directory's provider cut."""
    return Cause(CauseKind.PROVIDER, f"directory:{directory.slug}", reference)


def _of_provider(directory: Directory, subject: Subject) -> Subject:
    """Leave out the identities of other issuers, and let those of the organisation's own be the configured one's."""
    known = {directory.issuer, directory.revocation_issuer}
    named = frozenset((directory.issuer or "", one) for issuer, one in subject.identities if issuer in known)
    return Subject(named, subject.names, subject.ids, subject.sids)


def _lock(work: Work, directory: Directory, subject: Subject) -> list[str]:
    """Lock whoever is meant, so that no sign-in of hers completes meanwhile, unseen."""
    work.tenancy.lock_policy(directory.tenant_id)
    external_ids = set(subject.ids)
    if directory.bind is Bind.SUBJECT and directory.subject_claim in (None, "sub"):
        external_ids |= {one for _, one in subject.identities}
    people = work.cuts.people_meant(directory.id, subject, external_ids)
    work.people.lock(people)
    return people


def _keys(directory: Directory, subject: Subject, people: Iterable[str] = ()) -> set[str]:
    named = [
        *(f"identity:{issuer} {one}" for issuer, one in subject.identities),
        *(f"name:{one}" for one in subject.names),
        *(f"id:{one}" for one in subject.ids),
        *(f"session:{one}" for one in subject.sids),
        *(f"person:{one}" for one in people),
    ]
    return {hashed(f"{directory.id}:{one}") for one in named}


def _tell_ended(work: Work, directory: Directory, cause: Cause, number: int) -> None:
    if number:
        after = {"sessions": number}
        work.trail.tell(
            [Event(work.now, directory.tenant_id, Kind.SESSIONS_ENDED, directory.id, cause, None, None, None, after)]
        )
