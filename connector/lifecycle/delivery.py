"""What the worker delivers after a commit: mail, from rows of the outbox, until it has arrived or is given up.

A row is claimed for a while, so that a worker that dies leaves it to the next; a letter that may have left is sent
again rather than lost, with the same Message-ID and the same link.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connector.domain.events import THE_CLOCK, Event, Kind
from connector.domain.invitations import InvitationState
from connector.domain.memberships import State
from connector.lifecycle.admission import LOGIN_TAKES
from connector.lifecycle.breaking_glass import GLASS_MAIL, GlassReport, letter_to_owner
from connector.lifecycle.handing_over import HANDOVER_MAIL
from connector.lifecycle.handovers import HandoverLetter, letter_to_heir
from connector.lifecycle.invitations import Offer, link, offer_by_id
from connector.lifecycle.inviting import (
    INVITATION_MAIL,
    REMINDER_MAIL,
    SEAT_MAIL,
    WITHDRAWAL_MAIL,
    note_mailed,
    remind,
)
from connector.lifecycle.realm_posts import REALM_PERSON
from connector.storage.work import Work

AT_ONCE = 20
LEASE = timedelta(minutes=5)
"""How long a claimed row is left to its worker; far longer than any delivery takes."""

SESSIONS_EXPLAINED_FOR = timedelta(days=7)
"""How long ended sessions are kept, so that their end can be told to whoever comes back with one."""

FAST, OFTEN, DAILY = 5, 96, 27
"""Tries at once (1 to 16 seconds apart), then each quarter of an hour for a day, then daily to the 28th."""

STATES = {
    INVITATION_MAIL: InvitationState.PENDING,
    REMINDER_MAIL: InvitationState.PENDING,
    WITHDRAWAL_MAIL: InvitationState.CANCELLED,
    SEAT_MAIL: InvitationState.ACCEPTED,
}
"""The letters about an invitation, and in which state of it each is still true when it leaves."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the outbox, claimed."""

    id: str
    tenant_id: str
    kind: str
    payload: Mapping[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter about an invitation needs: the offer, where it is answered, who invites, and which letter it is.

    `letter_id` is the same however often the letter has to be sent.
    """

    kind: str
    letter_id: str
    offer: Offer
    link: str
    organisation: str | None


def claim(work: Work) -> list[Delivery]:
    """Take what is due, for this worker alone; what realms are told is claimed apart, and holds no letter up."""
    rows = work.trail.claim(work.now, work.now + LEASE, AT_ONCE, but=REALM_PERSON)
    return [Delivery(row.id, row.tenant_id, row.kind, row.payload, row.attempts + 1) for row in rows]


def letter(work: Work, delivery: Delivery) -> Letter | HandoverLetter | GlassReport | None:
    """Return the letter to write; None when nobody should get it any more: answered, expired, or she has left."""
    if delivery.kind == HANDOVER_MAIL:
        return letter_to_heir(work, delivery.payload["handover_id"], delivery.tenant_id)
    if delivery.kind == GLASS_MAIL:
        return letter_to_owner(work, delivery.payload["glass_id"])
    if delivery.kind not in STATES:
        return None
    offer = offer_by_id(work, delivery.payload["invitation_id"])
    if offer is None or not _still_true(work, delivery.kind, offer):
        return None
    tenant = next(one for one in work.tenancy.tenants() if one.id == delivery.tenant_id)
    # An invitation has one letter; the others may be due again, of another day and the same invitation.
    letter_id = offer.invitation.id if delivery.kind == INVITATION_MAIL else delivery.id
    return Letter(delivery.kind, letter_id, offer, link(work, offer.invitation), tenant.display_name)


def _still_true(work: Work, kind: str, offer: Offer) -> bool:
    invitation = offer.invitation
    if not offer.person.active or not invitation.mails or offer.state is not STATES[kind]:
        return False
    if kind == WITHDRAWAL_MAIL:
        last = work.invitations.last_of(invitation.membership_id)
        return last is not None and last.id == invitation.id
    return kind != SEAT_MAIL or work.ledger.by_id(invitation.membership_id).state is State.ACTIVE


def delivered(work: Work, delivery: Delivery, *, sent: bool) -> None:
    """Note that a delivery is done; `sent` is false when there was nothing left to say."""
    work.trail.delivered(delivery.id, work.now)
    if sent:
        work.trail.tell([_event(work, delivery, Kind.MAIL_SENT, {"attempts": delivery.attempts})])
        if delivery.kind == INVITATION_MAIL:
            note_mailed(work, delivery.payload["invitation_id"])


def failed(work: Work, delivery: Delivery, reason: str, *, permanent: bool) -> None:
    """Note a failure, to try again later; a permanent one, or the last of 28 days, is left for an operator."""
    pause = None if permanent else retry_after(delivery.attempts)
    work.trail.put_off(delivery.id, reason, work.now + pause if pause else None)
    if pause is None:
        after = {"attempts": delivery.attempts, "reason": reason}
        work.trail.tell([_event(work, delivery, Kind.MAIL_FAILED, after)])


def retry_after(attempts: int) -> timedelta | None:
    """Return how long to wait after so many attempts, with a little chance so that failures do not march in step."""
    if attempts > FAST + OFTEN + DAILY:
        return None
    if attempts <= FAST:
        pause = timedelta(seconds=2 ** (attempts - 1))
    else:
        pause = timedelta(minutes=15) if attempts <= FAST + OFTEN else timedelta(days=1)
    return pause * random.uniform(1.0, 1.25)  # noqa: S311


def tick(work: Work) -> list[tuple[str, str]]:
    """Forget what has expired, remind, and return (tenant, account) wherever time has run out on an invitation."""
    work.sessions.purge(work.now, work.now - SESSIONS_EXPLAINED_FOR)
    work.cuts.forget(work.now - LOGIN_TAKES)
    work.scim_clients.purge(work.now)
    remind(work)
    return work.invitations.accounts_with_expired(work.now)


def _event(work: Work, delivery: Delivery, kind: Kind, after: Mapping[str, Any]) -> Event:
    subject_id = delivery.payload.get("invitation_id") or delivery.payload.get("handover_id") or delivery.id
    facts = {"letter": delivery.kind.removeprefix("mail."), **after}
    return Event(work.now, delivery.tenant_id, kind, subject_id, THE_CLOCK, after=facts)
