"""What is on offer: the accounts, how many seats each has, and which people are due them.

Only the numbers are made up; vendors, plans, seats and permissions are those of the catalogues.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DEPARTMENT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"


@dataclass(frozen=True, slots=True)
class AccountOffer:
    """An account to open; `seats` are those bought, the owner's included."""

    key: str
    name: str
    vendor: str
    plan: str
    seats: Mapping[str, int] = field(default_factory=dict)
    addons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seat:
    """The seats of one pool of an account, with how many people it has room for; None is without limit."""

    account: str
    pool: str
    room: int | None

    @property
    def place(self) -> str:
        """The account's name, as the story tells it."""
        return name_of(self.account)


@dataclass(frozen=True, slots=True)
class SeatRule:
    """Members of a group, or people of a department, are due a seat."""

    seat: Seat
    group: str | None = None
    department: str | None = None
    seat_type: str | None = None
    role: str | None = None
    permissions: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return (self.group or self.department or "").lower()

    @property
    def where(self) -> str | None:
        """The SCIM filter, for a department."""
        return f'{DEPARTMENT} eq "{self.department}"' if self.department else None


ACCOUNTS = (
    AccountOffer("studio", "Lumen Studio", "plain", "standard", {"seats": 12}),
    AccountOffer("brevo", "Brevo", "brevo", "standard_sales_essentials", {"marketing": 3, "sales": 5}),
    AccountOffer(
        "hubspot",
        "HubSpot",
        "hubspot",
        "marketing_pro",
        {"core": 13, "sales_service": 9},
        ("sales_or_service_pro_or_enterprise",),
    ),
    AccountOffer("mailjet", "Mailjet", "mailjet", "premium"),
    AccountOffer("active", "ActiveCampaign", "activecampaign", "plus", {"users": 6}),
    AccountOffer("klaviyo", "Klaviyo", "klaviyo", "paid"),
)


def name_of(account: str) -> str:
    """Return an account's name by its key."""
    return next(offer.name for offer in ACCOUNTS if offer.key == account)


STUDIO = Seat("studio", "seats", 12)
# The owner's own seat is one of those bought, so two and four are left.
BREVO_MARKETING, BREVO_SALES = Seat("brevo", "marketing", 2), Seat("brevo", "sales", 4)
HUBSPOT_CORE, HUBSPOT_SALES = Seat("hubspot", "core", 13), Seat("hubspot", "sales_service", 9)
MAILJET = Seat("mailjet", "users", 15)
ACTIVE = Seat("active", "users", 5)
KLAVIYO = Seat("klaviyo", "users", None)

RULES = (
    SeatRule(STUDIO, department="Engineering", seat_type="seat", role="member"),
    SeatRule(
        HUBSPOT_CORE,
        department="Marketing",
        seat_type="core",
        permissions=("contacts.view", "contacts.edit", "marketing.access"),
    ),
    SeatRule(
        HUBSPOT_SALES,
        department="Sales",
        seat_type="sales_service",
        permissions=("contacts.view", "deals.view", "deals.edit", "sales.access"),
    ),
    SeatRule(MAILJET, department="Support", permissions=("campaigns.access", "transactional_templates.suggest")),
    SeatRule(MAILJET, group="Templates", permissions=("templates.edit_drafts", "templates.publish")),
    SeatRule(
        BREVO_MARKETING,
        group="Newsletter",
        permissions=("contacts.view", "email_campaigns.create_edit_delete", "email_campaigns.send"),
    ),
    SeatRule(BREVO_SALES, group="Deals", permissions=("contacts.view", "deals.create_edit")),
    SeatRule(ACTIVE, group="Automation", permissions=("automations.manage", "lists.edit")),
    SeatRule(KLAVIYO, group="Shop", role="manager"),
)
