"""What each vendor's catalogue says of seats, owners, roles, invitations and departures."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.domain.catalogue import Nature
from connector.domain.errors import NotFound
from connector.domain.permissions import check_role
from connector.domain.text import Text
from connector.mappers.catalogues import known_catalogues, load_catalogue

# vendor, nature, seats of the owner by pool, lifetime in hours, whether a pending invitation counts, batch
VENDORS = [
    ("brevo", Nature.DERIVED, {"users": 1, "marketing": 1, "sales": 1}, 72, True, None),
    ("brevo-classic", Nature.DERIVED, {"users": 1, "marketing": 1, "conversations": 1}, 72, True, None),
    ("mailjet", Nature.FLAT, {}, None, True, None),
    ("activecampaign", Nature.FLAT, {"users": 1}, None, True, None),
    ("hubspot", Nature.CHOSEN, {}, None, True, 100),
    ("klaviyo", Nature.FLAT, {}, None, False, None),
    ("plain", Nature.FLAT, {}, None, True, None),
]


@pytest.mark.parametrize(("vendor", "nature", "owner_seats", "hours", "counts", "batch"), VENDORS)
def test_a_catalogue_says_how_its_vendor_gives_seats_and_invites(
    vendor: str, nature: Nature, owner_seats: dict[str, int], hours: int | None, counts: bool, batch: int | None
) -> None:
    """Nature of the seat, what the owner holds of each pool, and what the vendor says of its invitations."""
    catalogue = load_catalogue(vendor)
    assert catalogue.nature is nature
    assert catalogue.owner_seats == owner_seats
    assert catalogue.invitation.lifetime == (None if hours is None else timedelta(hours=hours))
    assert catalogue.invitation.counts_in_quota is counts
    assert catalogue.invitation.batch == batch


# vendor, seat types held, pools drawn from
DRAWS = [
    ("brevo", {"marketing"}, {"users", "marketing"}),
    ("brevo", {"sales"}, {"users", "sales"}),
    ("brevo", {"marketing", "sales"}, {"users", "marketing", "sales"}),
    ("brevo", set(), set()),
    ("brevo-classic", {"sales"}, {"users"}),
    ("brevo-classic", {"marketing", "conversations"}, {"users", "marketing", "conversations"}),
    ("mailjet", {"user"}, {"users"}),
    ("activecampaign", {"user"}, {"users"}),
    ("activecampaign", {"user", "pipelines"}, {"users", "pipelines"}),
    ("hubspot", {"core"}, {"core"}),
    ("hubspot", {"sales_service"}, {"sales_service"}),
    ("hubspot", {"view_only"}, {"view_only"}),
    ("hubspot", {"partner"}, {"partner"}),
    ("klaviyo", {"user"}, {"users"}),
    ("plain", {"seat"}, {"seats"}),
]


@pytest.mark.parametrize(("vendor", "seat_types", "pools"), DRAWS)
def test_a_holder_draws_one_seat_from_each_pool_of_her_seat_types(
    vendor: str, seat_types: set[str], pools: set[str]
) -> None:
    """A Brevo user counts once among the users, whatever she holds besides."""
    assert load_catalogue(vendor).pools_for(frozenset(seat_types)) == pools


# seat type, what a holder of it could hold instead without gaining anything
COVERED = [
    ("view_only", {"view_only"}),
    ("core", {"core", "view_only"}),
    ("sales_service", {"sales_service", "core", "view_only"}),
    ("partner", {"partner", "sales_service", "core", "view_only"}),
]


@pytest.mark.parametrize(("seat_type", "covered"), COVERED)
def test_a_hubspot_seat_covers_the_lesser_ones(seat_type: str, covered: set[str]) -> None:
    """Whoever waits for a sales seat keeps her core seat meanwhile, and not the other way round."""
    assert load_catalogue("hubspot").covered_by(frozenset({seat_type})) == covered


def test_brevo_seats_cover_nothing_but_themselves() -> None:
    """A sales seat allows no marketing."""
    assert load_catalogue("brevo").covered_by(frozenset({"sales"})) == {"sales"}


@pytest.mark.parametrize(
    ("kind", "wrong", "nearest"),
    [
        ("plan", "standart", "standard"),
        ("seat_type", "sale", "sales"),
        ("role", "all_sale", "all_sales"),
        ("permission", "contacts.veiw", "contacts.view"),
    ],
)
def test_an_unknown_name_is_answered_with_the_known_ones_nearest_first(kind: str, wrong: str, nearest: str) -> None:
    """For every kind of name that a catalogue knows."""
    with pytest.raises(NotFound) as refusal:
        getattr(load_catalogue("brevo"), kind)(wrong)
    assert refusal.value.known[0] == nearest
    assert nearest in str(refusal.value)


@pytest.mark.parametrize(("area", "number"), [("general", 19), ("marketing", 15), ("sales", 10)])
def test_brevo_has_44_boxes_in_three_areas(area: str, number: int) -> None:
    """19 general, 15 marketing and 10 sales boxes."""
    found = [permission for permission in load_catalogue("brevo").permissions.values() if permission.area == area]
    assert len(found) == number


@pytest.mark.parametrize(
    ("vendor", "roles"),
    [
        ("mailjet", {"owner", "administrator", "marketer", "developer", "designer", "accountant", "custom"}),
        (
            "klaviyo",
            {
                "owner",
                "admin",
                "manager",
                "analyst",
                "support",
                "campaign_coordinator",
                "content_creator",
                "custom",
            },
        ),
        ("plain", {"member"}),
    ],
)
def test_a_vendor_has_the_roles_that_it_names(vendor: str, roles: set[str]) -> None:
    """Mailjet's seven and Klaviyo's seven with its custom one."""
    assert load_catalogue(vendor).roles.keys() == roles


@pytest.mark.parametrize(
    ("vendor", "role", "held", "not_held"),
    [
        ("mailjet", "administrator", "billing.view", "account.share"),
        ("mailjet", "marketer", "transactional_templates.suggest", "transactional_templates.publish"),
        ("mailjet", "developer", "api_credentials.manage", "campaigns.send"),
        ("mailjet", "designer", "templates.edit_drafts", "templates.publish"),
        ("mailjet", "accountant", "billing.view", "contacts.manage"),
        ("klaviyo", "admin", "users.manage", "ownership.transfer"),
        ("klaviyo", "manager", "campaigns.send", "users.manage"),
        ("klaviyo", "content_creator", "campaigns.create", "campaigns.send"),
        ("klaviyo", "owner", "ownership.transfer", "none"),
        ("activecampaign", "admin", "users.delete", "campaigns.require_approval"),
        ("brevo", "all_marketing", "push.segments", "contacts.view"),
        ("plain", "member", "use", "none"),
    ],
)
def test_a_role_holds_what_its_vendor_says(vendor: str, role: str, held: str, not_held: str) -> None:
    """One thing that each role holds, and one that it does not."""
    catalogue = load_catalogue(vendor)
    permissions = catalogue.role(role).expand(catalogue)
    assert held in permissions
    assert not_held not in permissions


def test_a_role_whose_contents_are_not_published_expands_to_nothing() -> None:
    """The role itself is still given by name."""
    catalogue = load_catalogue("klaviyo")
    assert catalogue.role("support").permissions is None
    assert catalogue.role("support").expand(catalogue) == frozenset()


def test_full_access_means_everything_that_the_plan_includes() -> None:
    """Brevo's full access on Standard is general and marketing; with Sales Essentials all but sequences and phone."""
    catalogue = load_catalogue("brevo")
    full = catalogue.role("full_access")
    everything = full.expand(catalogue)
    assert everything == catalogue.permissions.keys()
    assert catalogue.areas_of(full.expand(catalogue, catalogue.plan("standard"))) == {"general", "marketing"}
    essentials = full.expand(catalogue, catalogue.plan("standard_sales_essentials"))
    assert everything - essentials == {"sequences", "phone"}
    assert full.expand(catalogue, catalogue.plan("pro_sales").with_addons(["sales_advanced"])) == everything


def test_a_super_admin_on_a_core_seat_holds_no_sales_tools() -> None:
    """HubSpot: the seat limits what "everything" is."""
    catalogue = load_catalogue("hubspot")
    role, plan = catalogue.role("super_admin"), catalogue.plan("sales_or_service_pro")
    assert "sales.access" not in role.expand(catalogue, plan, "core")
    assert "sales.access" in role.expand(catalogue, plan, "sales_service")
    assert "super_admin" in role.expand(catalogue, plan, "core")


def widest_seat(vendor: str) -> str | None:
    """Return the seat type on which most is allowed, None where it need not be named."""
    return "partner" if vendor == "hubspot" else None


@pytest.mark.parametrize(
    ("vendor", "role"),
    [
        (key, role.key)
        for key in known_catalogues()
        for role in load_catalogue(key).roles.values()
        if role.assignable and role.key != "all_general"
    ],
)
def test_every_role_of_a_vendor_can_be_given_on_some_plan(vendor: str, role: str) -> None:
    """No role breaks the vendor's own rules, with all that the vendor sells (all_general is refused on purpose)."""
    catalogue = load_catalogue(vendor)
    plans = [plan.with_addons(plan.addons) for plan in catalogue.plans.values()]
    assert any(not check_role(catalogue, plan, widest_seat(vendor), role) for plan in plans)


@pytest.mark.parametrize("key", known_catalogues())
def test_every_catalogue_but_the_plain_one_tells_what_to_do_by_hand(key: str) -> None:
    """Inviting, changing and revoking have steps in both languages."""
    orders = load_catalogue(key).work_orders
    assert key == "plain" or {"invite", "change", "revoke"} <= orders.keys()
    assert all(step.en != step.fr for steps in orders.values() for step in steps)


@pytest.mark.parametrize(
    ("vendor", "action", "reassign", "outlives"),
    [
        ("brevo", "revoke", "deals", "api_keys"),
        ("mailjet", "remove-access", None, "api_keys"),
        ("activecampaign", "delete", "lists", None),
        ("activecampaign", "delete", "accounts", None),
        ("activecampaign", "delete", "deals", None),
        ("activecampaign", "delete", "tasks", None),
        ("activecampaign", "delete", "integrations", None),
        ("hubspot", "deactivate", "workflows", None),
        ("klaviyo", "delete", None, "api_keys"),
        ("plain", "revoke", None, None),
    ],
)
def test_a_departure_tells_what_to_hand_over_and_what_outlives_the_person(
    vendor: str, action: str, reassign: str | None, outlives: str | None
) -> None:
    """What has to be given to an heir first, and the keys that go on working."""
    departure = load_catalogue(vendor).departure
    assert departure.action == action
    assert reassign in [asset.key for asset in departure.reassign] or (reassign is None and not departure.reassign)
    assert outlives in [asset.key for asset in departure.outlives] or (outlives is None and not departure.outlives)


def test_an_activecampaign_key_dies_with_its_user() -> None:
    """A deletion is final, and integrations on the leaver's key stop."""
    departure = load_catalogue("activecampaign").departure
    assert departure.reversible is False
    assert [asset.key for asset in departure.breaks] == ["integrations"]


def test_klaviyo_invites_in_english_or_french() -> None:
    """The vendor's mail knows two languages; a member's role can be changed before she has answered."""
    invitation = load_catalogue("klaviyo").invitation
    assert invitation.languages == ("en-US", "fr")
    assert invitation.states == ("invited", "active", "declined")
    assert invitation.changes_while_pending is True


def test_a_hubspot_mail_can_be_suppressed_and_its_link_copied() -> None:
    """No other vendor offers either."""
    able = {key for key in known_catalogues() if load_catalogue(key).invitation.suppress_mail}
    assert able == {"hubspot"}
    assert {key for key in known_catalogues() if load_catalogue(key).invitation.copy_link} == {"hubspot"}


def test_brevo_reminds_a_day_before_the_end() -> None:
    """Where a vendor states no lifetime there is no reminder of its own either."""
    assert load_catalogue("brevo").invitation.reminder == timedelta(hours=24)
    assert load_catalogue("mailjet").invitation.reminder is None


def test_the_two_models_of_brevo_are_one_vendor() -> None:
    """An account chooses its model by the catalogue's key."""
    assert load_catalogue("brevo-classic").vendor == load_catalogue("brevo").vendor == "brevo"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Seat"), ("fr", "Place"), ("fr-CA", "Place"), ("FR", "Place"), ("de", "Seat")]
)
def test_a_text_is_read_in_english_where_it_is_not_french(language: str, words: str) -> None:
    """Language tags may have a region, and any case."""
    assert Text("Seat", "Place").in_language(language) == words
