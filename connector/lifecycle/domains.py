"""Domains of e-mail addresses: claimed for a directory, proved by a DNS record, looked up again from time to time.

What is asked of DNS is asked by the edge. A record that is not found any more is told to operators and cuts nobody: a
mistake in a zone file must not shut a company out.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from connector.domain.errors import AlreadyExists, NotFound
from connector.domain.events import THE_CLOCK, Cause, Kind
from connector.domain.identifiers import new_id
from connector.domain.mail_domains import MailDomain, checked_domain
from connector.lifecycle.directories import directory_named, locked_directory, tell
from connector.storage.work import Work

LOOKED_UP_EVERY = timedelta(days=1)
LOOKED_UP_AGAIN = timedelta(hours=1)
"""After DNS itself could not be asked."""

AT_ONCE = 20


def add(work: Work, name: str, directory_slug: str, cause: Cause) -> MailDomain:
    """Claim a domain for a directory; it counts once `look_up` has found the record. Raises AlreadyExists, NotFound."""
    domain = checked_domain(name)
    directory = locked_directory(work, directory_slug)
    if work.mail_domains.claim(directory.id, domain) is not None:
        raise AlreadyExists("domain", "name", domain)
    claim = MailDomain(new_id(), directory.id, domain, secrets.token_urlsafe(24), work.now)
    work.mail_domains.add(claim)
    tell(work, directory, Kind.DOMAIN_CLAIMED, claim.id, cause, {"domain": domain})
    return claim


def remove(work: Work, name: str, directory_slug: str, cause: Cause) -> None:
    """Give a domain up; who accepted by it keeps what she holds. Raises NotFound."""
    directory = locked_directory(work, directory_slug)
    claim = named(work, name, directory_slug)
    work.mail_domains.remove(claim.id)
    tell(work, directory, Kind.DOMAIN_REMOVED, claim.id, cause, {"domain": claim.name})


def named(work: Work, name: str, directory_slug: str) -> MailDomain:
    """Return a directory's claim to a domain; raises NotFound with those that it has."""
    directory = directory_named(work, directory_slug)
    claim = work.mail_domains.claim(directory.id, checked_domain(name))
    if claim is None:
        raise NotFound("domain", name, (one.name for one in work.mail_domains.of([directory.id])))
    return claim


def listed(work: Work) -> list[tuple[str, MailDomain]]:
    """Return every claim with its directory's name."""
    slugs = {one.id: one.slug for one in work.tenancy.directories()}
    return [(slugs[one.directory_id], one) for one in work.mail_domains.of(slugs)]


def looked_up(work: Work, claim: MailDomain, texts: Collection[str] | None, cause: Cause = THE_CLOCK) -> MailDomain:
    """Note what DNS says: the record's texts, none where there is no record, None where it could not be asked.

    Raises AlreadyExists where another directory has proved the domain: one is enough, and it stays whose it is.
    """
    directory = work.tenancy.directory(claim.directory_id)
    if texts is None:
        again = work.now - LOOKED_UP_EVERY + LOOKED_UP_AGAIN
        work.mail_domains.write(replace(claim, checked_at=again))
        return claim
    if claim.shown_by(texts):
        found = replace(claim, proved_at=claim.proved_at or work.now, checked_at=work.now, lost_at=None)
    else:
        lost_at = (claim.lost_at or work.now) if claim.proved_at else None
        found = replace(claim, checked_at=work.now, lost_at=lost_at)
    if not work.mail_domains.write(found):
        raise AlreadyExists("domain", "name", claim.name)
    if (found.proved_at, found.lost_at is None) != (claim.proved_at, claim.lost_at is None):
        kind = Kind.DOMAIN_LOST if found.lost_at else Kind.DOMAIN_PROVED
        tell(work, directory, kind, claim.id, cause, {"domain": claim.name})
    return found


def due(work: Work) -> list[MailDomain]:
    """Return the proved domains that are to be looked up again."""
    return work.mail_domains.due(work.now - LOOKED_UP_EVERY, AT_ONCE)
