"""What an account offers by name: seat types as entitlements, the vendor's roles as roles, for directories to state.

It is the third way to make a seat due, beside groups and filters: who states `crm:core` of somebody means a seat of
that type in that account. Okta Identity Governance finds the names by discovery; Entra ID's app roles bear them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from connector.domain.accounts import Account
from connector.domain.catalogue import Catalogue
from connector.domain.permissions import check
from connector.domain.plans import Plan


class OfferKind(StrEnum):
    """The attribute of a User that states it."""

    ENTITLEMENT = "entitlements"
    ROLE = "roles"


@dataclass(frozen=True, slots=True)
class Offer:
    """A seat type or a role of an account; `pools` are those that a seat of it is drawn from."""

    kind: OfferKind
    account: Account
    key: str
    label: str
    pools: frozenset[str]

    @property
    def name(self) -> str:
        """What a directory states of a person: the account and the key, as in `crm:core`."""
        return f"{self.account.slug}:{self.key}"


def offers_of(account: Account, catalogue: Catalogue, plan: Plan) -> Iterator[Offer]:
    """Yield what the plan has of the account, seat types first; what it could not give is not offered."""
    for key, seat_type in catalogue.seat_types.items():
        if not check(catalogue, plan, key, frozenset()):
            yield Offer(OfferKind.ENTITLEMENT, account, key, seat_type.label.en, seat_type.draws)
    for key, role in catalogue.roles.items():
        if role.assignable and role.plan_features <= plan.features:
            yield Offer(OfferKind.ROLE, account, key, role.label.en, frozenset())
