"""Connecting a directory with its Keycloak realm: that it is told of people, that it is read, or neither any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from connector.domain.errors import NotFound
from connector.domain.events import Cause, Kind
from connector.domain.realms import Realm, checked_interval
from connector.domain.tenancy import Idp
from connector.lifecycle.directories import directory_named, locked_directory, tell
from connector.lifecycle.realm_posts import REALM_PERSON, post
from connector.lifecycle.tokens import seal, unseal
from connector.storage.work import Work


@dataclass(frozen=True, slots=True)
class RealmAccess:
    """A realm with the secret of its service account in clear; None when it was sealed under another secret key."""

    realm: Realm
    secret: str | None


def realm_of(work: Work, slug: str) -> Realm | None:
    """Return the realm that a directory is connected with; raises NotFound for a directory that is not there."""
    return work.realms.of(directory_named(work, slug).id)


def any_connected(work: Work) -> bool:
    """Tell whether any directory is connected with a realm at all."""
    return bool(work.realms.all())


def opened(work: Work, realm: Realm) -> RealmAccess:
    """Return a realm with what opens it."""
    return RealmAccess(realm, unseal(work.settings.secret_key, realm.secret_sealed))


def access_to(work: Work, slug: str) -> RealmAccess:
    """Return the realm of a directory with what opens it; raises NotFound where there is none."""
    realm = realm_of(work, slug)
    if realm is None:
        raise NotFound("Keycloak realm connected with the directory", slug)
    return opened(work, realm)


def creates(idp: Idp) -> bool:
    """Tell whether a realm gets its users from us: it does not where it is itself what states the people."""
    return idp is not Idp.KEYCLOAK


def connect_realm(
    work: Work,
    slug: str,
    cause: Cause,
    *,
    server: str,
    name: str,
    client_id: str,
    secret: str,
    mirrors: bool,
    broker: str | None,
    pull_every: timedelta | None,
) -> bool:
    """Keep how the realm of a directory is reached; return whether that is new.

    Where it is told of people now, it is told of everybody. Raises InvalidValue for an interval that could not be,
    NotFound.
    """
    directory = locked_directory(work, slug)
    before = work.realms.of(directory.id)
    held = opened(work, before).secret if before else None
    realm = Realm(
        directory.id,
        directory.tenant_id,
        server,
        name,
        client_id,
        before.secret_sealed if before and held == secret else seal(work.settings.secret_key, secret),
        mirrors,
        creates(directory.idp),
        broker,
        checked_interval(pull_every) if pull_every is not None else None,
        before.pulled_at if before else None,
        before.pull_failed if before else None,
    )
    if realm == before:
        return False
    work.realms.write(realm, work.now if pull_every else None)
    tell(
        work, directory, Kind.DIRECTORY_CHANGED, directory.id, cause, _facts(realm), _facts(before) if before else None
    )
    if mirrors:
        tell_of_everybody(work, slug)
    return True


def forget_realm(work: Work, slug: str, cause: Cause) -> None:
    """Tell the realm nothing more, read it no more, and forget its secret; raises NotFound where there is none."""
    directory = locked_directory(work, slug)
    before = access_to(work, slug).realm
    work.realms.remove(directory.id)
    tell(work, directory, Kind.DIRECTORY_CHANGED, directory.id, cause, {"realm": None}, _facts(before))


def tell_of_everybody(work: Work, slug: str) -> int:
    """Tell the realm of everybody whom the directory has ever stated, leavers too; return how many that are."""
    realm = access_to(work, slug).realm
    people = work.people.ever_of(realm.directory_id)
    work.trail.forget_given_up(REALM_PERSON, realm.directory_id)
    post(work, realm.tenant_id, people)
    return len(people)


def _facts(realm: Realm) -> dict[str, object]:
    every = int(realm.pull_every.total_seconds()) if realm.pull_every else None
    return {"realm": realm.name, "mirrors": realm.mirrors, "broker": realm.broker, "pull_every": every}
