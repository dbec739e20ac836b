"""Security events of a directory's provider (Shared Signals): what they end, and where they come from.

An event is acted on once, in the unit of work that remembers its `jti`; only then is it acknowledged. Being disabled is
the provider's word as `active: false` over SCIM is, and goes the same way; coming back is stated over SCIM alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from connector.domain.errors import InvalidValue, NotFound
from connector.domain.events import Cause, Kind
from connector.domain.people import Person, StatedPerson
from connector.domain.security_events import Act, Signal, SignalStream
from connector.domain.tenancy import Directory, DirectoryAccess, Presented, checked_issuer
from connector.lifecycle.cutting import cause_of, cut
from connector.lifecycle.directories import directory_named, locked_directory, tell
from connector.lifecycle.provisioning import change_person
from connector.lifecycle.tokens import hashed, seal
from connector.storage.work import Work

POLL_EVERY = timedelta(seconds=10)
"""How often events are fetched: the bound of a cut where the transmitter does not push."""

SLOWEST_POLL = timedelta(minutes=10)
HEARD_NOTED_EVERY = timedelta(minutes=1)
LEASE = timedelta(minutes=5)
"""How long a stream is left to the worker that fetches from it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of an event: nothing for one that was heard before."""

    act: Act
    people: int = 0
    sessions: int = 0
    repeated: bool = False


def set_stream(
    work: Work,
    slug: str,
    cause: Cause,
    *,
    transmitter: str,
    audience: str,
    poll_url: str | None = None,
    poll_token: str | None = None,
) -> SignalStream:
    """Believe a transmitter's events about a directory's people; without `poll_url` it pushes them.

    Raises NotFound, InvalidValue for an address that could never be asked or a directory whose people cannot sign in.
    """
    loopback = work.settings.allow_http_loopback
    checked_issuer(transmitter, http_loopback=loopback)
    if poll_url is not None:
        checked_issuer(poll_url.partition("?")[0], http_loopback=loopback)
    if not audience.strip():
        raise InvalidValue("audience", "it must be what the transmitter writes into `aud`; ask there.")
    directory = locked_directory(work, slug)
    if not directory.signs_in:
        raise InvalidValue("directory", f"nobody signs in at {slug} yet, so there is nothing to end.")
    before = work.signals.stream(directory.id)
    sealed = seal(work.settings.secret_key, poll_token) if poll_token else None
    version = before.version + 1 if before else 1
    stream = SignalStream(directory.id, transmitter, audience, poll_url, sealed, version)
    work.signals.set(stream, work.now)
    _tell_changed(work, directory, cause, before, stream)
    return stream


def remove_stream(work: Work, slug: str, cause: Cause) -> None:
    """Believe no events about a directory's people any more; raises NotFound."""
    directory = locked_directory(work, slug)
    before = work.signals.stream(directory.id)
    if before is None:
        raise NotFound("signal stream of directory", slug)
    work.signals.remove(directory.id)
    _tell_changed(work, directory, cause, before, None)


def stream_of(work: Work, slug: str) -> tuple[Directory, SignalStream] | None:
    """Return a directory, switched on or not, with its stream of events; None where there is none."""
    directory = work.tenancy.directory_named(slug)
    stream = work.signals.stream(directory.id) if directory is not None and directory.signs_in else None
    return (directory, stream) if directory is not None and stream is not None else None


def shown(work: Work, slug: str) -> SignalStream | None:
    """Return whose events a directory believes; raises NotFound for a directory that is not there."""
    return work.signals.stream(directory_named(work, slug).id)


def hear(work: Work, slug: str, signal: Signal) -> Heard:
    """Do what an event asks for, once; one about somebody unknown is noted."""
    directory = directory_named(work, slug)
    if not work.sessions.use_token(hashed(f"{directory.id}:signal:{signal.token_id}"), signal.expires_at):
        return Heard(signal.act, repeated=True)
    people: list[str] = []
    sessions = 0
    if signal.act is not Act.NOTE and signal.subject is not None:
        cause = cause_of(directory, signal.token_id[:100])
        people, sessions = cut(work, directory, signal.subject, cause)
        if signal.act is Act.DISABLE:
            _disable(work, directory, people, signal)
    after = {"events": list(signal.events), "act": signal.act.value, "people": len(people)}
    tell(work, directory, Kind.SIGNAL_HEARD, directory.id, cause_of(directory, signal.token_id[:100]), after)
    work.signals.note_heard(directory.id, work.now, work.now - HEARD_NOTED_EVERY)
    return Heard(signal.act, len(people), sessions)


def poll_due(work: Work) -> bool:
    """Tell whether any directory's events are to be fetched now."""
    return work.signals.any_due(work.now)


def claim_poll(work: Work) -> tuple[Directory, SignalStream] | None:
    """Return a directory whose events are to be fetched now, and its stream, for this worker alone."""
    stream = work.signals.claim(work.now, work.now + LEASE)
    return (work.tenancy.directory(stream.directory_id), stream) if stream else None


def polled(work: Work, stream: SignalStream, error: str | None = None) -> None:
    """Note how fetching went; after failures it rests, twice as long each time, for ten minutes at most."""
    failures = stream.poll_failures + 1 if error else 0
    pause = min(POLL_EVERY * 2 ** min(failures, 10), SLOWEST_POLL)
    work.signals.note_poll(stream, work.now + pause, failures, error)


def _disable(work: Work, directory: Directory, people: list[str], signal: Signal) -> None:
    access = DirectoryAccess(directory, signal.transmitter, signal.token_id[:100], Presented.SIGNAL)

    def disabled(person: Person) -> StatedPerson:
        return replace(person.stated, active=False, attributes={**person.stated.attributes, "active": False})

    for person_id in people:
        change_person(work, access, person_id, disabled)


def _tell_changed(
    work: Work, directory: Directory, cause: Cause, before: SignalStream | None, after: SignalStream | None
) -> None:
    tell(work, directory, Kind.DIRECTORY_CHANGED, directory.id, cause, _facts(after), _facts(before))


def _facts(stream: SignalStream | None) -> dict[str, object]:
    if stream is None:
        return {"signals": None}
    return {"signals": stream.transmitter, "audience": stream.audience, "poll_url": stream.poll_url}
