"""How the invitations to one account are sent: by letter or not, and when whoever has not answered is reminded."""

from __future__ import annotations

from dataclasses import replace

from connector.domain.accounts import Account
from connector.domain.errors import InvalidValue
from connector.domain.events import Cause, Event, Kind
from connector.domain.invitations import LONGEST_REMINDER
from connector.lifecycle.accounts import account_named
from connector.storage.work import Work


def set_mails(work: Work, slug: str, cause: Cause, *, mails: bool) -> Account:
    """Send the invitations made from now on by letter, or leave it to operators to hand links over; raises NotFound."""
    return _change(work, slug, cause, mails=mails)


def set_reminder(work: Work, slug: str, hours: int | None, cause: Cause) -> Account:
    """Remind of the invitations made from now on so long before their end; 0 never, None when vendor or settings say.

    Raises NotFound, InvalidValue for more hours than an invitation ever lasts.
    """
    if hours is not None and not 0 <= hours <= LONGEST_REMINDER:
        raise InvalidValue("reminder", f"write hours from 0, for never, to {LONGEST_REMINDER}.")
    return _change(work, slug, cause, reminder_hours=hours)


def _change(work: Work, slug: str, cause: Cause, **wanted: bool | int | None) -> Account:
    work.tenancy.lock_policy(account_named(work, slug).tenant_id, exclusively=True)
    before = account_named(work, slug)
    after = replace(before, **wanted)  # type: ignore[arg-type]
    if after != before:
        work.accounts.write(after)
        facts = {key: getattr(before, key) for key in wanted}, dict(wanted)
        what = (Kind.ACCOUNT_CHANGED, after.id, cause, None, after.id, *facts)
        work.trail.tell([Event(work.now, after.tenant_id, *what)])
    return after
