"""The worker: delivers what the outbox holds, and lets time pass. Any number may run; none is needed for a cut.

Access ends at the commit of whatever ends it. A worker that is down delays letters, never a refusal at the gate.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

from connector.domain.errors import InvalidValue
from connector.domain.text import Text, first_spoken
from connector.keycloak.worker import RealmPuller, RealmTeller
from connector.lifecycle import Lifecycle, delivery, erasure, gate_keys, granting, reserving, seating
from connector.lifecycle.breaking_glass import GlassReport
from connector.lifecycle.handovers import HandoverLetter
from connector.lifecycle.settling import settle_time
from connector.mail import (
    About,
    GlassMail,
    HandoverMail,
    InvitationMail,
    MailNotSent,
    Transport,
    broken_glass,
    handover,
    invitation,
    transport,
)
from connector.observability import note
from connector.settings import Settings
from connector.sso.dns import DomainWatch
from connector.sso.polling import Poller
from connector.storage.database import Database
from connector.storage.journal import JournalStore
from connector.storage.outages import DatabaseUnavailable

log = logging.getLogger(__name__)

CLOCK_EVERY = timedelta(seconds=20)
"""How often time is settled: an expiry frees its seat within a minute, with room to spare."""

FORGET_EVERY = timedelta(hours=1)
"""How often personal values are looked through for those whose time is over."""

LOOK_EVERY = 0.5
"""Seconds between two looks at an outbox that was empty."""

KEYCLOAK_HAS = 5.0
"""Seconds for what is said to Keycloak when the worker is to end; it is said again by the next."""


def run(settings: Settings, stop: threading.Event) -> None:
    """Work until `stop` is set. A failure, of the database too, is noted and survived.

    Keycloak and transmitters of signals have threads of their own: one that does not answer holds up no letter.
    """
    database = Database(settings.database_url)
    lifecycle = Lifecycle(database, settings)
    worker = Worker(lifecycle, transport(settings.mail_url))
    beside = [
        threading.Thread(target=_work, args=(turn, stop), name=name, daemon=True)
        for name, turn in (
            ("realm-teller", RealmTeller(lifecycle).turn),
            ("realm-puller", RealmPuller(lifecycle).turn),
            ("signals", Poller(lifecycle).turn),
            ("domains", DomainWatch(lifecycle, stop).turn),
        )
    ]
    for thread in beside:
        thread.start()
    _work(worker.turn, stop)
    for thread in beside:
        thread.join(KEYCLOAK_HAS)
    worker.journal.dispose()
    database.dispose()


def _work(turn: Callable[[], bool], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            busy = turn()
        except DatabaseUnavailable:
            busy = False
        except Exception:
            log.exception("worker:failed")
            busy = False
        if not busy:
            stop.wait(LOOK_EVERY)


class Worker:
    """One worker, one turn at a time."""

    def __init__(self, lifecycle: Lifecycle, mail: Transport) -> None:
        self.lifecycle = lifecycle
        self.mail = mail
        self.clock_due: datetime | None = None
        self.forget_due: datetime | None = None
        self.journal = JournalStore(lifecycle.database)

    def turn(self) -> bool:
        """Let time pass if it is due, then deliver what there is; True when there was anything."""
        now = self.lifecycle.clock()
        if self.clock_due is None or now >= self.clock_due:
            self.clock_due = now + CLOCK_EVERY
            for tenant_id, account_id in self.lifecycle.write(delivery.tick):
                self.lifecycle.write(settle_time, tenant_id, account_id)
            for tenant_id, account_id in self.lifecycle.read(reserving.accounts_due):
                self.lifecycle.write(settle_time, tenant_id, account_id)
            # Less for a member at the renewal comes before a plan with fewer seats.
            for planned in self.lifecycle.read(granting.grants_due):
                self.lifecycle.write(granting.carry_out, planned)
            self.lifecycle.write(gate_keys.look_after)
            self.journal.purge(now - self.lifecycle.settings.journal_retention)
            self._forget(now)
            for tenant_id, account_id in self.lifecycle.read(seating.accounts_due):
                self.lifecycle.write(seating.carry_out, tenant_id, account_id)
        claimed = self.lifecycle.write(delivery.claim)
        for one in claimed:
            self._deliver(one)
        return bool(claimed)

    def _forget(self, now: datetime) -> None:
        """Blank personal values whose time is over, once an hour; nobody waits for it to the minute."""
        if self.forget_due is None or now >= self.forget_due:
            self.forget_due = now + FORGET_EVERY
            self.lifecycle.write(erasure.forget_old)

    def _deliver(self, one: delivery.Delivery) -> None:
        letter = self.lifecycle.read(delivery.letter, one)
        if letter is None:
            self.lifecycle.write(delivery.delivered, one, sent=False)
            return
        try:
            self.mail.send(written(letter, self.lifecycle.settings, self.lifecycle.clock()))
        except (MailNotSent, InvalidValue) as failure:
            permanent = isinstance(failure, InvalidValue) or failure.permanent
            self.lifecycle.write(delivery.failed, one, str(failure), permanent=permanent)
            note(log, "mail:failed", delivery=one.id, attempts=one.attempts)
        else:
            self.lifecycle.write(delivery.delivered, one, sent=True)
            note(log, "mail:sent", delivery=one.id)


def written(letter: delivery.Letter | HandoverLetter | GlassReport, settings: Settings, now: datetime) -> EmailMessage:
    """Write a letter in the language that the directory states for its reader, else in ours.

    Raises InvalidValue for somebody without an address to which a letter can be sent.
    """
    if isinstance(letter, HandoverLetter):
        return _to_heir(letter, settings, now)
    if isinstance(letter, GlassReport):
        return _to_owner(letter, settings, now)
    offer = letter.offer
    about = About(letter.kind.removeprefix("mail."))
    facts = InvitationMail(
        letter_id=letter.letter_id,
        sender=settings.mail_from,
        address=offer.person.work_email or "",
        person=offer.person.display_name,
        organisation=letter.organisation,
        account=offer.account.name,
        vendor=None if offer.own_product else offer.vendor_name,
        seat=Text(en=", ".join(seat.en for seat in offer.seats), fr=", ".join(seat.fr for seat in offer.seats)),
        expires_at=offer.invitation.expires_at,
        written_at=now,
        link=f"{settings.public_url}/me" if about is About.SEAT else letter.link,
        about=about,
    )
    return invitation(facts, first_spoken(offer.languages) or settings.language)


def _to_owner(report: GlassReport, settings: Settings, now: datetime) -> EmailMessage:
    facts = GlassMail(
        glass_id=report.glass.id,
        sender=settings.mail_from,
        address=report.account.owner_email or "",
        person=report.person.display_name,
        account=report.account.name,
        opened_by=report.glass.opened_by,
        reason=report.glass.reason,
        ends_at=report.glass.ends_at,
        written_at=now,
        host=urlsplit(settings.public_url).hostname or "localhost",
    )
    return broken_glass(facts, settings.language)


def _to_heir(letter: HandoverLetter, settings: Settings, now: datetime) -> EmailMessage:
    report = letter.report
    facts = HandoverMail(
        handover_id=report.handover.id,
        sender=settings.mail_from,
        address=report.address or "",
        heir=report.heir.display_name if report.heir else None,
        leaver=report.leaver.display_name,
        organisation=letter.organisation,
        account=report.account.name,
        vendor=report.vendor_name,
        assets=tuple((asset.duty.value, label) for asset, label in report.assets if not asset.done),
        steps=report.steps,
        named_by=report.handover.heir.named_by,
        due_at=report.handover.due_at,
        written_at=now,
        host=urlsplit(settings.public_url).hostname or "localhost",
    )
    return handover(facts, first_spoken([report.heir.language if report.heir else None]) or settings.language)
