"""What the vendors' models of seats come to at their edges; a whole scenario of each is in `tests/vendors`."""

from __future__ import annotations

from connector.domain.memberships import State

from .company import Company


def test_hubspots_view_only_seats_are_without_limit(company: Company) -> None:
    """Whoever only looks is invited at once, although others wait for a core seat before her."""
    company.account("hub", "hubspot", "sales_or_service_pro", core=0, sales_service=0)
    company.rule(account="hub", name="core", where='title eq "Doer"', seat_type="core")
    company.rule(account="hub", name="view", where='title eq "Watcher"', seat_type="view_only")
    people = [company.person(f"p{n}", title=title) for n, title in enumerate(["Doer", "Doer", "Watcher", "Watcher"])]
    assert company.states(*people, account="hub") == [State.WAITING, State.WAITING, State.INVITED, State.INVITED]


def test_klaviyo_invites_without_limit_and_seats_who_accepts(company: Company) -> None:
    """Invitations take no seat; the one who accepts too late is accepted and waiting."""
    company.account("klav", "klaviyo", "paid", users=1)
    company.rule(account="klav", where="active eq true", role="admin")
    ada, ben = company.people("ada", "ben")
    assert company.states(ada, ben, account="klav") == [State.INVITED, State.INVITED]
    company.accept(ben, "klav")
    company.accept(ada, "klav")
    assert company.states(ada, ben, account="klav") == [State.WAITING, State.ACTIVE]
