"""The emergency stop: an account or a whole tenant is shut at the very next request, and opens again as it was.

Seats stay held and invitations pending; only the gate's answer changes, so that nothing has to be made good afterwards.
"""

from __future__ import annotations

from connector.domain.errors import AccountFrozen, NotFound
from connector.domain.events import Cause, Event, Kind
from connector.lifecycle.accounts import account_named
from connector.storage.work import Work


def freeze(work: Work, account_slug: str, cause: Cause) -> None:
    """Let nobody into an account until `unfreeze`, and nobody accept an invitation to it; raises NotFound."""
    account = account_named(work, account_slug)
    work.tenancy.lock_policy(account.tenant_id, exclusively=True)
    if account.frozen_at is None:
        work.accounts.freeze(account.id, work.now)
        _tell(work, account.tenant_id, Kind.ACCOUNT_CHANGED, account.id, cause, account.id, frozen=True)


def unfreeze(work: Work, account_slug: str, cause: Cause) -> None:
    """Let everybody who holds a seat in an account in again; raises NotFound."""
    account = account_named(work, account_slug)
    work.tenancy.lock_policy(account.tenant_id, exclusively=True)
    if account.frozen_at is not None:
        work.accounts.freeze(account.id, None)
        _tell(work, account.tenant_id, Kind.ACCOUNT_CHANGED, account.id, cause, account.id, frozen=False)


def switch_tenant(work: Work, slug: str, cause: Cause, *, active: bool) -> None:
    """Switch a customer organisation off or on; off, no token of it opens anything and nobody of it is admitted.

    Raises NotFound with the known ones.
    """
    tenant = work.tenancy.tenant_named(slug)
    if tenant is None:
        raise NotFound("tenant", slug, (one.slug for one in work.tenancy.tenants()))
    work.tenancy.lock_policy(tenant.id, exclusively=True)
    if tenant.active != active:
        work.tenancy.switch_tenant(tenant.id, active=active)
        _tell(work, tenant.id, Kind.TENANT_SWITCHED, tenant.id, cause, None, active=active)


def refuse_frozen(work: Work, account_id: str, tenant_id: str) -> None:
    """Raise AccountFrozen where nobody gets in; the caller holds the tenant's policy lock, so that it stays true."""
    frozen = next((one.slug for one in work.accounts.all(tenant_id) if one.id == account_id and one.frozen_at), None)
    if frozen is not None:
        raise AccountFrozen(frozen)


def _tell(
    work: Work, tenant_id: str, kind: Kind, subject_id: str, cause: Cause, account_id: str | None, **after: bool
) -> None:
    before = {name: not value for name, value in after.items()}
    work.trail.tell([Event(work.now, tenant_id, kind, subject_id, cause, None, account_id, before, after)])
