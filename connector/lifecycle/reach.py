"""What a token of one tenant can name: its own things. Of everybody else's it is told that there are none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from connector.domain.errors import NotFound
from connector.domain.tenancy import Tenant
from connector.lifecycle.operator_tokens import OperatorAccess
from connector.storage.work import Work

T = TypeVar("T")


def check(work: Work, access: OperatorAccess, named: Mapping[str, str]) -> None:
    """Raise NotFound for the first thing named, by its kind of KINDS, that is not of the token's tenant."""
    for kind, name in named.items():
        if access.tenant is not None and not KINDS[kind](work, access.tenant, name):
            raise NotFound(kind.removesuffix("_id").replace("_", " "), name)


def own_accounts(work: Work, tenant: Tenant | None) -> set[str]:
    """Return the names of the accounts of a tenant, or of all tenants."""
    return {one.slug for one in work.accounts.all(tenant.id if tenant else None)}


def within(work: Work, tenant: Tenant | None, found: Iterable[T], account_of: Callable[[T], str]) -> list[T]:
    """Return those whose account, by its name, is the tenant's."""
    own = own_accounts(work, tenant)
    return [one for one in found if account_of(one) in own]


def _account(work: Work, tenant: Tenant, name: str) -> bool:
    account = work.accounts.named(name)
    return account is not None and account.tenant_id == tenant.id


def _directory(work: Work, tenant: Tenant, name: str) -> bool:
    directory = work.tenancy.directory_named(name)
    return directory is not None and directory.tenant_id == tenant.id


def _order(work: Work, tenant: Tenant, order_id: str) -> bool:
    order = work.trail.find_order(order_id)
    return order is not None and order.tenant_id == tenant.id


def _handover(work: Work, tenant: Tenant, handover_id: str) -> bool:
    handover = work.handovers.find(handover_id)
    return handover is not None and handover.tenant_id == tenant.id


def _reservation(work: Work, tenant: Tenant, reservation_id: str) -> bool:
    accounts = [one.id for one in work.accounts.all(tenant.id)]
    return any(one.id == reservation_id for one in work.reservations.open_in(accounts))


KINDS: Mapping[str, Callable[[Work, Tenant, str], bool]] = {
    "tenant": lambda work, tenant, name: name == tenant.slug,
    "account": _account,
    "directory": _directory,
    "order_id": _order,
    "handover_id": _handover,
    "reservation_id": _reservation,
}
"""By the name that a request gives it: whether the thing is the tenant's."""
