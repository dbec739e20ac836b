"""What the accounts of a directory's tenant offer: for discovery, and who states it already."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from connector.domain.accounts import Account
from connector.domain.billing import BillingTerms, seat_item
from connector.domain.folding import fold
from connector.domain.money import Money, rounded
from connector.domain.plans import Plan
from connector.domain.seats import SeatPool
from connector.domain.tenancy import DirectoryAccess
from connector.mappers.offers import Offer, OfferKind, offers_of
from connector.mappers.rulebook import terms_of
from connector.storage.work import Work


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer, with how many seats of it are free, and what one more costs in a month.

    Without limit `free` is None, and for a role, of which there are none to count. `costs` has an amount for each
    currency in which the prices are known; it is empty where nothing is to be paid, and None where that is unknown.
    """

    offer: Offer
    free: int | None
    costs: tuple[Money, ...] | None


def list_offers(work: Work, access: DirectoryAccess, kind: OfferKind) -> list[Offered]:
    """Return what the open accounts of the tenant offer, account by account in order of opening."""
    accounts = [one for one in work.accounts.all(access.directory.tenant_id) if one.active]
    pools = work.accounts.pools(one.id for one in accounts)
    found = []
    for each in map(terms_of, accounts):
        mine, billing = pools[each.account.id], work.billing.terms(each.account.id)
        for offer in offers_of(each.account, each.catalogue, each.plan):
            if offer.kind is kind:
                found.append(Offered(offer, _free(offer, mine), _costs(offer, each.plan, mine, billing)))
    return found


def _free(offer: Offer, pools: dict[str, SeatPool]) -> int | None:
    """Return the least of its pools, since a seat draws from each of them."""
    free = [pools[key].free for key in offer.pools if key in pools]
    return min((number for number in free if number is not None), default=None)


def _costs(
    offer: Offer, plan: Plan, pools: dict[str, SeatPool], billing: BillingTerms | None
) -> tuple[Money, ...] | None:
    """Return what one more seat costs in a month, by the rule of the invoice: what comes with the plan costs nothing.

    In the account's own currency, if it is known how the account is billed; else in each of the vendor's list.
    """
    paid = {
        key: plan.offer(key) for key in offer.pools if key in pools and plan.offer(key).is_paid(pools[key].capacity)
    }
    if not paid:
        return ()
    listed = {price.currency for one in paid.values() for price in one.prices}
    found = []
    for currency in sorted({billing.currency} if billing else listed):
        prices = {key: one.price_in(currency) for key, one in paid.items()}
        known = {seat_item(key): price.amount for key, price in prices.items() if price}
        known.update(billing.prices if billing else {})
        if all(seat_item(key) in known for key in paid):
            found.append(rounded(Fraction(sum(known[seat_item(key)] for key in paid)), currency))
    return tuple(found) or None


def people_stating(work: Work, account: Account) -> set[str]:
    """Return the ids of those of whom a directory states an entitlement or a role that the account offers."""
    terms = terms_of(account)
    offered = {(offer.kind, fold(offer.name)) for offer in offers_of(account, terms.catalogue, terms.plan)}
    directories = [one.id for one in work.tenancy.directories(account.tenant_id)]
    return {
        person_id
        for kind in OfferKind
        for person_id, entries in work.people.stating(directories, kind)
        if any((kind, fold(str(entry.get("value") or ""))) in offered for entry in entries)
    }
