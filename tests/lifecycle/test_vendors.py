"""A scenario per vendor's model of seats: SCIM in, ledger out."""

from __future__ import annotations

from connector.domain.memberships import State
from connector.domain.people import Person
from connector.domain.work_orders import Task

from .company import Company


def test_brevo_takes_seats_of_three_caps_all_or_none(company: Company) -> None:
    """Standard with Sales Essentials: the owner and eight people due seats; who gets in, who waits, and why.

    Caps: 3 marketing, 5 sales, 7 users, of each of which the owner holds one.
    """
    company.account("brevo", "brevo", "standard_sales_essentials", marketing=3, sales=5)
    company.rule(account="brevo", name="marketing", where='title eq "Marketer"', role="all_marketing")
    company.rule(account="brevo", name="sales", where='title eq "Seller"', role="all_sales")
    company.rule(
        account="brevo", name="both", where='title eq "Lead"', permissions=["email_campaigns.send", "meetings"]
    )
    titles = ["Marketer", "Lead", "Marketer", "Seller", "Seller", "Seller", "Seller", "Lead"]
    people = [company.person(f"p{number}", title=title) for number, title in enumerate(titles)]
    invited, waiting = State.INVITED, State.WAITING
    # The third marketer lacks a marketing seat, the fourth seller a sales seat; the last lead lacks either.
    assert company.states(*people, account="brevo") == [
        invited,
        invited,
        waiting,
        invited,
        invited,
        invited,
        waiting,
        waiting,
    ]
    promised = {key: company.pool(key, "brevo").promised for key in ("users", "marketing", "sales")}
    assert promised == {"users": 5, "marketing": 2, "sales": 4}
    # The first lead's departure frees one of each: the marketer and the seller who waited get them, not the last lead.
    company.deactivate(people[1])
    assert company.states(people[2], people[6], people[7], account="brevo") == [invited, invited, waiting]
    assert company.pool("users", "brevo").free == 0


def test_hubspot_moves_a_person_from_a_core_seat_to_a_sales_seat_within_the_pool(company: Company) -> None:
    """The group Sales raises the seat; while none is free she keeps the core seat that it includes."""
    company.account("hub", "hubspot", "sales_or_service_pro", core=2, sales_service=1)
    company.rule(account="hub", name="all", where="active eq true", seat_type="core")
    ada, ben, cy = company.people("ada", "ben", "cy")
    assert company.state(cy, "hub") is State.WAITING
    for person in (ada, ben):
        company.accept(person, "hub")
        company.finish_orders(person)
    sales = company.group("Sales", ada)
    company.rule("Sales", "hub", name="sales", seat_type="sales_service")
    assert _seats(company, ada) == {"sales_service"}
    assert company.state(cy, "hub") is State.INVITED
    company.regroup(sales, add=[ben])
    assert (_seats(company, ben), company.state(ben, "hub")) == ({"core"}, State.ACTIVE)
    # Out of Sales again, she takes the core seat that the next in line for a sales seat gives up for hers.
    company.regroup(sales, remove=[ada])
    assert (_seats(company, ada), _seats(company, ben)) == ({"core"}, {"sales_service"})
    assert company.state(ada, "hub") is State.ACTIVE
    assert [order.task for order in company.orders(ben)] == [Task.CHANGE]


def test_hubspots_view_only_seats_are_without_limit(company: Company) -> None:
    """Whoever only looks is invited at once, although others wait for a core seat before her."""
    company.account("hub", "hubspot", "sales_or_service_pro", core=0, sales_service=0)
    company.rule(account="hub", name="core", where='title eq "Doer"', seat_type="core")
    company.rule(account="hub", name="view", where='title eq "Watcher"', seat_type="view_only")
    people = [company.person(f"p{n}", title=title) for n, title in enumerate(["Doer", "Doer", "Watcher", "Watcher"])]
    assert company.states(*people, account="hub") == [State.WAITING, State.WAITING, State.INVITED, State.INVITED]


def test_mailjets_sixteenth_waits_while_one_is_pending_and_gets_in_when_it_is_cancelled(company: Company) -> None:
    """Pending invitations count towards the fifteen shared users."""
    company.account("mj", "mailjet", "premium")
    company.rule(account="mj", where="active eq true", permissions=["campaigns.access"])
    people = company.people(*[f"p{number:02}" for number in range(16)])
    for person in people[:14]:
        company.accept(person, "mj")
    assert company.states(*people[14:], account="mj") == [State.INVITED, State.WAITING]
    company.act("cancel", people[14], "mj")
    assert company.states(*people[14:], account="mj") == [State.ENDED, State.INVITED]


def test_klaviyo_invites_without_limit_and_seats_who_accepts(company: Company) -> None:
    """Invitations take no seat; the one who accepts too late is accepted and waiting."""
    company.account("klav", "klaviyo", "paid", users=1)
    company.rule(account="klav", where="active eq true", role="admin")
    ada, ben = company.people("ada", "ben")
    assert company.states(ada, ben, account="klav") == [State.INVITED, State.INVITED]
    company.accept(ben, "klav")
    company.accept(ada, "klav")
    assert company.states(ada, ben, account="klav") == [State.WAITING, State.ACTIVE]


def _seats(company: Company, person: Person) -> frozenset[str]:
    member = company.member(person, "hub")
    assert member is not None
    return member.seat_types
