"""What an account asks for beyond a sign-in, and what a sign-in has to ask of the provider for it."""

from __future__ import annotations

from connector.domain.errors import InvalidValue
from connector.domain.events import Cause, Event, Kind
from connector.domain.step_up import StepUp
from connector.domain.tenancy import Directory
from connector.lifecycle.accounts import account_named
from connector.storage.work import Work


def ask_for(work: Work, account_slug: str, wanted: StepUp, cause: Cause) -> None:
    """Let an account open only to sessions that meet this, from the next request on; an empty one asks for nothing.

    Raises NotFound, InvalidValue for an age that no sign-in could meet.
    """
    account = account_named(work, account_slug)
    if wanted.max_age is not None and wanted.max_age.total_seconds() < 60:
        raise InvalidValue("max-age", "it must be 1m or more: a sign-in takes its time.")
    before = work.accounts.step_up(account.id) or StepUp()
    if before == wanted:
        return
    work.accounts.write_step_up(account.id, wanted)
    facts = ({"step_up": before.as_kept()}, {"step_up": wanted.as_kept()})
    work.trail.tell(
        [Event(work.now, account.tenant_id, Kind.ACCOUNT_CHANGED, account.id, cause, None, account.id, *facts)]
    )


def asked_for(work: Work, account_slug: str) -> StepUp:
    """Return what an account asks for; raises NotFound."""
    return work.accounts.step_up(account_named(work, account_slug).id) or StepUp()


def wanted_by(work: Work, directory: Directory, account_slug: str) -> StepUp | None:
    """Return what a sign-in at this directory has to reach for an account; None for one that is not its tenant's."""
    account = work.accounts.named(account_slug)
    if account is None or account.tenant_id != directory.tenant_id:
        return None
    return work.accounts.step_up(account.id)
