"""What each vendor's plans sell, one row for each line of its price table."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connector.domain.errors import CapacityByContract, InvalidValue, NotFound
from connector.domain.plans import NOT_OFFERED, PoolOffer, Price
from connector.mappers.catalogues import known_catalogues, load_catalogue

UNLIMITED = None
CONTRACT = "by contract"

# vendor, plan, pool, included, the most, price of one more
SEATS = [
    # Brevo, summary table: marketing seats, sales seats, users at most
    ("brevo", "free", "users", 1, 1, None),
    ("brevo", "free", "marketing", 1, 1, None),
    ("brevo", "free", "sales", 1, 1, None),
    ("brevo", "starter", "users", 1, 1, None),
    ("brevo", "starter", "marketing", 1, 1, None),
    ("brevo", "starter", "sales", 1, 1, None),
    ("brevo", "starter_sales_essentials", "users", 1, 1, None),
    ("brevo", "starter_sales_essentials", "marketing", 1, 1, None),
    ("brevo", "starter_sales_essentials", "sales", 1, 1, None),
    ("brevo", "standard", "users", 3, 3, None),
    ("brevo", "standard", "marketing", 1, 3, "12.00 EUR"),
    ("brevo", "standard", "marketing", 1, 3, "12.00 USD"),
    ("brevo", "standard", "sales", 1, 1, None),
    ("brevo", "standard_sales_essentials", "users", 7, 7, None),
    ("brevo", "standard_sales_essentials", "marketing", 1, 3, "12.00 USD"),
    ("brevo", "standard_sales_essentials", "sales", 1, 5, "31.00 USD"),
    ("brevo", "pro", "users", 10, 10, None),
    ("brevo", "pro", "marketing", 10, 10, None),
    ("brevo", "pro", "sales", 1, 1, None),
    ("brevo", "pro_sales", "users", 50, 50, None),
    ("brevo", "pro_sales", "marketing", 10, 10, None),
    ("brevo", "pro_sales", "sales", 1, 50, None),
    ("brevo", "enterprise", "users", UNLIMITED, UNLIMITED, None),
    ("brevo", "enterprise", "marketing", UNLIMITED, UNLIMITED, None),
    ("brevo", "enterprise", "sales", UNLIMITED, UNLIMITED, None),
    # Brevo, the older model: up to ten users, one marketing user but on Business
    ("brevo-classic", "free", "users", 10, 10, None),
    ("brevo-classic", "free", "marketing", 1, 1, None),
    ("brevo-classic", "free", "conversations", 1, 1, None),
    ("brevo-classic", "starter", "users", 10, 10, None),
    ("brevo-classic", "starter", "marketing", 1, 1, None),
    ("brevo-classic", "business", "users", 10, 10, None),
    ("brevo-classic", "business", "marketing", 1, 10, "12.00 USD"),
    ("brevo-classic", "enterprise", "users", CONTRACT, UNLIMITED, None),
    # Mailjet, number of shared users
    ("mailjet", "free", "users", 0, 0, None),
    ("mailjet", "essential", "users", 0, 0, None),
    ("mailjet", "premium", "users", 15, 15, None),
    ("mailjet", "custom", "users", CONTRACT, UNLIMITED, None),
    # ActiveCampaign, users included by plan
    ("activecampaign", "starter", "users", 1, 2, None),
    ("activecampaign", "plus", "users", 1, UNLIMITED, None),
    ("activecampaign", "professional", "users", 3, UNLIMITED, None),
    ("activecampaign", "enterprise", "users", 5, UNLIMITED, None),
    ("activecampaign", "starter", "pipelines", 0, 0, None),
    ("activecampaign", "plus", "pipelines", 0, 0, None),
    ("activecampaign", "plus", "sales_engagement", 0, 0, None),
    # HubSpot, seats by subscription
    ("hubspot", "free", "core", 5, 5, None),
    ("hubspot", "free", "view_only", UNLIMITED, UNLIMITED, None),
    ("hubspot", "free", "sales_service", 0, 0, None),
    ("hubspot", "starter", "core", CONTRACT, UNLIMITED, "15.00 USD"),
    ("hubspot", "starter", "sales_service", 0, 0, None),
    ("hubspot", "marketing_pro", "core", 3, UNLIMITED, "45.00 USD"),
    ("hubspot", "marketing_pro", "sales_service", 0, 0, None),
    ("hubspot", "marketing_enterprise", "core", 5, UNLIMITED, "75.00 USD"),
    ("hubspot", "sales_or_service_pro", "core", CONTRACT, UNLIMITED, "45.00 USD"),
    ("hubspot", "sales_or_service_pro", "sales_service", CONTRACT, UNLIMITED, None),
    ("hubspot", "sales_or_service_enterprise", "core", CONTRACT, UNLIMITED, "75.00 USD"),
    ("hubspot", "sales_or_service_enterprise", "partner", UNLIMITED, UNLIMITED, None),
    # Klaviyo: users are neither sold nor capped
    ("klaviyo", "free", "users", UNLIMITED, UNLIMITED, None),
    ("klaviyo", "paid", "users", UNLIMITED, UNLIMITED, None),
    # One's own product
    ("plain", "standard", "seats", 10, UNLIMITED, None),
]


@pytest.mark.parametrize(("vendor", "plan", "pool", "included", "most", "price"), SEATS)
def test_a_plan_sells_what_its_vendor_says(
    vendor: str, plan: str, pool: str, included: int | str | None, most: int | None, price: str | None
) -> None:
    """Included seats, the number at which buying ends, and the price of one more, as the vendor's table has them."""
    offer = load_catalogue(vendor).plan(plan).offer(pool)
    assert (CONTRACT if offer.by_contract else offer.included) == included
    assert offer.most == most
    if price is None:
        assert offer.prices == ()
    else:
        amount, currency = price.split()
        assert offer.price_in(currency) == Price(Decimal(amount), currency)


# vendor, plan, add-on, pool, included, the most
ADDONS = [
    ("activecampaign", "plus", "pipelines_addon", "pipelines", 1, UNLIMITED),
    ("activecampaign", "professional", "pipelines_addon", "pipelines", 3, UNLIMITED),
    ("activecampaign", "enterprise", "pipelines_addon", "pipelines", 5, UNLIMITED),
    ("activecampaign", "plus", "sales_engagement_addon", "sales_engagement", 1, UNLIMITED),
    ("activecampaign", "professional", "sales_engagement_addon", "sales_engagement", 3, UNLIMITED),
    ("activecampaign", "enterprise", "sales_engagement_addon", "sales_engagement", 5, UNLIMITED),
    ("brevo-classic", "business", "conversations_pro", "conversations", 1, 10),
    ("brevo-classic", "free", "conversations_pro", "conversations", 1, 10),
    ("hubspot", "marketing_pro", "sales_or_service_pro_or_enterprise", "sales_service", CONTRACT, UNLIMITED),
]


@pytest.mark.parametrize(("vendor", "plan", "addon", "pool", "included", "most"), ADDONS)
def test_an_add_on_brings_its_seats_and_its_feature(
    vendor: str, plan: str, addon: str, pool: str, included: int | str | None, most: int | None
) -> None:
    """With the add-on the plan has its seats and its feature; the plan of the catalogue stays as it was."""
    bare = load_catalogue(vendor).plan(plan)
    taken = bare.with_addons([addon])
    offer = taken.offer(pool)
    assert (CONTRACT if offer.by_contract else offer.included, offer.most) == (included, most)
    assert addon in taken.features
    assert addon not in bare.features


@pytest.mark.parametrize("key", known_catalogues())
def test_every_plan_has_an_offer_for_every_pool(key: str) -> None:
    """Nobody who asks for a pool of the catalogue is told that it does not exist."""
    catalogue = load_catalogue(key)
    for plan in catalogue.plans.values():
        assert plan.pools.keys() == catalogue.pools.keys()


def test_an_add_on_that_the_plan_does_not_sell_is_refused_with_those_it_does() -> None:
    """ActiveCampaign's Starter has none; on Plus the nearest name comes first."""
    catalogue = load_catalogue("activecampaign")
    with pytest.raises(NotFound):
        catalogue.plan("starter").with_addons(["pipelines_addon"])
    with pytest.raises(NotFound) as refusal:
        catalogue.plan("plus").with_addons(["pipeline"])
    assert refusal.value.known[0] == "pipelines_addon"


def test_a_pool_that_the_plan_does_not_have_is_not_offered() -> None:
    """Zero seats, none for sale, and no price."""
    offer = load_catalogue("hubspot").plan("starter").offer("sales_service")
    assert offer == NOT_OFFERED
    assert not offer.offered
    assert PoolOffer(included=1, most=None).offered


def test_a_price_in_another_currency_is_unknown() -> None:
    """An unknown price is None, never zero."""
    offer = load_catalogue("brevo").plan("standard_sales_essentials").offer("sales")
    assert offer.price_in("EUR") is None


class TestCapacitiesOfANewAccount:
    """What an account opens with."""

    def test_are_what_the_plan_includes(self) -> None:
        """Without a word of the account's own, each pool has what comes with the plan."""
        plan = load_catalogue("brevo").plan("standard_sales_essentials")
        assert plan.capacities({}) == {"users": 7, "marketing": 1, "sales": 1}

    def test_are_what_the_account_states(self) -> None:
        """Bought seats are stated, up to the most that the plan sells, and nothing at all can be stated too."""
        plan = load_catalogue("brevo").plan("standard_sales_essentials")
        stated = plan.capacities({"marketing": 3, "sales": 5})
        assert stated == {"users": 7, "marketing": 3, "sales": 5}
        assert plan.capacities({"marketing": 0})["marketing"] == 0

    def test_may_be_anything_where_the_plan_has_no_limit(self) -> None:
        """Own product: ten unless said otherwise."""
        plan = load_catalogue("plain").plan("standard")
        assert plan.capacities({}) == {"seats": 10}
        assert plan.capacities({"seats": 4000}) == {"seats": 4000}

    @pytest.mark.parametrize(
        ("stated", "said"),
        [({"marketing": 4}, "at most 3, not 4"), ({"sales": -1}, "never below zero")],
    )
    def test_beyond_what_is_sold_or_below_zero_are_refused(self, stated: dict[str, int], said: str) -> None:
        """The refusal names the pool."""
        plan = load_catalogue("brevo").plan("standard_sales_essentials")
        with pytest.raises(InvalidValue, match=said) as refusal:
            plan.capacities(stated)
        assert refusal.value.attribute == f"seats.{next(iter(stated))}"

    def test_of_an_unknown_pool_are_refused_with_the_known_ones(self) -> None:
        """The nearest name comes first."""
        with pytest.raises(NotFound) as refusal:
            load_catalogue("brevo").plan("standard").capacities({"sale": 1})
        assert refusal.value.known[0] == "sales"

    def test_must_be_stated_where_only_the_contract_knows(self) -> None:
        """Mailjet's Custom plan has no number: neither none nor unlimited is assumed."""
        plan = load_catalogue("mailjet").plan("custom")
        assert plan.by_contract == {"users"}
        with pytest.raises(CapacityByContract) as refusal:
            plan.capacities({})
        assert (refusal.value.plan, refusal.value.pool) == ("custom", "users")
        assert plan.capacities({"users": 40}) == {"users": 40}
