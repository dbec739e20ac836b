"""What the accounts of a directory's tenant offer, for discovery."""

from __future__ import annotations

from dataclasses import dataclass

from connector.domain.seats import SeatPool
from connector.domain.tenancy import DirectoryAccess
from connector.mappers.offers import Offer, OfferKind, offers_of
from connector.mappers.rulebook import terms_of
from connector.storage.work import Work


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer, with how many seats of it are free; None is without limit, and for a role there are none to count."""

    offer: Offer
    free: int | None


def list_offers(work: Work, access: DirectoryAccess, kind: OfferKind) -> list[Offered]:
    """Return what the open accounts of the tenant offer, account by account in order of opening."""
    accounts = [one for one in work.accounts.all(access.directory.tenant_id) if one.active]
    pools = work.accounts.pools(one.id for one in accounts)
    terms = [terms_of(one) for one in accounts]
    return [
        Offered(offer, _free(offer, pools[offer.account.id]))
        for each in terms
        for offer in offers_of(each.account, each.catalogue, each.plan)
        if offer.kind is kind
    ]


def _free(offer: Offer, pools: dict[str, SeatPool]) -> int | None:
    """Return the least of its pools, since a seat draws from each of them."""
    free = [pools[key].free for key in offer.pools if key in pools]
    return min((number for number in free if number is not None), default=None)
