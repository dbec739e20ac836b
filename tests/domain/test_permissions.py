"""What may be wanted together at each vendor, and what several rules come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations

import pytest

from connector.domain.errors import NotFound
from connector.domain.permissions import Combined, Grant, Problem, Reason, check, check_role, combine, sentences
from connector.mappers.catalogues import load_catalogue


def checked(
    vendor: str, plan: str, seat_type: str | None, wanted: Iterable[str], addons: Iterable[str] = ()
) -> set[Problem]:
    """Check permissions on a plan with add-ons."""
    catalogue = load_catalogue(vendor)
    problems = check(catalogue, catalogue.plan(plan).with_addons(addons), seat_type, frozenset(wanted))
    assert len(set(problems)) == len(problems)
    return set(problems)


def combined(vendor: str, plan: str, *grants: Grant, addons: Iterable[str] = ()) -> Combined:
    """Combine grants in every order, and return the one outcome."""
    catalogue = load_catalogue(vendor)
    sold = catalogue.plan(plan).with_addons(addons)
    outcomes = [combine(catalogue, sold, order) for order in permutations(grants)]
    assert all(outcome == outcomes[0] for outcome in outcomes)
    return outcomes[0]


def grant(seat_type: str | None, *permissions: str) -> Grant:
    """Write a grant in one line."""
    return Grant(seat_type, frozenset(permissions))


PRO_SALES = ("brevo", "pro_sales", None)
VIEW_ONLY = ("hubspot", "marketing_enterprise", "view_only")
CORE = ("hubspot", "sales_or_service_pro", "core")
EDITORS = ("core", "sales_service", "partner")

# vendor, plan, seat type, wanted, what is said of it: (subject, reason, cures)
SENTENCES: list[tuple[str, str, str | None, set[str], set[tuple[str, Reason, tuple[str, ...]]]]] = [
    # Brevo, general features: never alone
    (*PRO_SALES, {"contacts.view"}, {("contacts.view", Reason.NEVER_ALONE, ("marketing", "sales"))}),
    (*PRO_SALES, {"contacts.view", "landing_pages"}, set()),
    (*PRO_SALES, {"contacts.view", "meetings"}, set()),
    (*PRO_SALES, set(), set()),
    # Brevo, companies: others' only with one's own
    (
        *PRO_SALES,
        {"companies.manage_others", "landing_pages"},
        {("companies.manage_others", Reason.REQUIRES, ("companies.manage_owned",))},
    ),
    (*PRO_SALES, {"companies.manage_others", "companies.manage_owned", "landing_pages"}, set()),
    # Brevo, deals: others' only with one's own
    (*PRO_SALES, {"deals.manage_others"}, {("deals.manage_others", Reason.REQUIRES, ("deals.create_edit",))}),
    (*PRO_SALES, {"deals.manage_others", "deals.create_edit"}, set()),
    # Brevo, sales features: only with a package
    ("brevo", "standard", None, {"deals.reports"}, {("deals.reports", Reason.PLAN, (
        "starter_sales_essentials", "standard_sales_essentials", "pro_sales", "enterprise"))}),
    ("brevo", "standard_sales_essentials", None, {"deals.reports"}, set()),
    # Brevo, sequences and phone: only with Sales Advanced
    (*PRO_SALES, {"sequences"}, {("sequences", Reason.PLAN, ("sales_advanced",))}),
    (*PRO_SALES, {"phone"}, {("phone", Reason.PLAN, ("sales_advanced",))}),
    ("brevo", "standard_sales_essentials", None, {"phone"}, {("phone", Reason.PLAN, ("pro_sales", "enterprise"))}),
    ("brevo", "enterprise", None, {"sequences", "phone"}, set()),
    # Brevo, the older model: transactional permissions neither
    ("brevo-classic", "business", None, {"transactional.logs"}, {(
        "transactional.logs", Reason.NEVER_ALONE, ("marketing", "conversations", "sales", "phone"))}),
    ("brevo-classic", "business", None, {"transactional.logs", "phone"}, set()),
    # Mailjet: publishing needs drafts, and sharing is the owner's
    ("mailjet", "premium", None, {"templates.publish"}, {
        ("templates.publish", Reason.REQUIRES, ("templates.edit_drafts",))}),
    ("mailjet", "premium", None, {"transactional_templates.publish"}, {
        ("transactional_templates.publish", Reason.REQUIRES, ("transactional_templates.suggest",))}),
    ("mailjet", "premium", "user", {"templates.publish", "templates.edit_drafts"}, set()),
    ("mailjet", "custom", None, {"account.share"}, {("account.share", Reason.OWNER_ONLY, ())}),
    # ActiveCampaign: deals come with the Pipelines add-on
    ("activecampaign", "plus", None, {"deals.view"}, {("deals.view", Reason.PLAN, ("pipelines_addon",))}),
    ("activecampaign", "starter", None, {"deals.view"}, {
        ("deals.view", Reason.PLAN, ("plus", "professional", "enterprise"))}),
    # HubSpot, view-only: no editing, no account access, no super admin
    (*VIEW_ONLY, {"contacts.view", "reports.access"}, set()),
    (*VIEW_ONLY, {"contacts.view", "contacts.edit"}, {("contacts.edit", Reason.SEAT_TYPE, EDITORS)}),
    (*VIEW_ONLY, {"account.access"}, {("account.access", Reason.SEAT_TYPE, EDITORS)}),
    (*VIEW_ONLY, {"super_admin"}, {("super_admin", Reason.SEAT_TYPE, EDITORS)}),
    # HubSpot: sales tools on a sales or service seat
    (*CORE, {"sales.access"}, {("sales.access", Reason.SEAT_TYPE, ("sales_service", "partner"))}),
    ("hubspot", "sales_or_service_pro", "sales_service", {"sales.access", "contacts.view"}, set()),
    ("hubspot", "sales_or_service_pro", "partner", {"sales.access"}, set()),
    ("hubspot", "marketing_pro", "sales_service", set(), {
        ("sales_service", Reason.PLAN, ("sales_or_service_pro_or_enterprise",))}),
    ("hubspot", "starter", "sales_service", set(), {("sales_service", Reason.PLAN, (
        "marketing_pro", "marketing_enterprise", "sales_or_service_pro", "sales_or_service_enterprise"))}),
    # HubSpot: a seat is named
    ("hubspot", "starter", None, {"contacts.view"}, {
        ("", Reason.SEAT_TYPE_MISSING, ("view_only", "core", "sales_service", "partner"))}),
    # HubSpot: the whole chain of what is needed is named
    (*CORE, {"contacts.delete"}, {("contacts.delete", Reason.REQUIRES, ("contacts.edit", "contacts.view"))}),
    # Klaviyo: closing the account is the owner's, sending needs creating
    ("klaviyo", "paid", None, {"account.close"}, {("account.close", Reason.OWNER_ONLY, ())}),
    ("klaviyo", "paid", None, {"ownership.transfer"}, {("ownership.transfer", Reason.OWNER_ONLY, ())}),
    ("klaviyo", "paid", None, {"campaigns.send"}, {("campaigns.send", Reason.REQUIRES, ("campaigns.create",))}),
    ("klaviyo", "paid", None, {"set.user_management"}, {("set.user_management", Reason.PLAN, ("custom_roles",))}),
    ("plain", "standard", "seat", {"use"}, set()),
]  # fmt: skip


@pytest.mark.parametrize(("vendor", "plan", "seat_type", "wanted", "said"), SENTENCES)
def test_what_a_vendor_forbids_is_named_with_its_cure(
    vendor: str,
    plan: str,
    seat_type: str | None,
    wanted: set[str],
    said: set[tuple[str, Reason, tuple[str, ...]]],
) -> None:
    """One row for each sentence of an article that forbids something, and for what it allows."""
    assert checked(vendor, plan, seat_type, wanted) == {Problem(*each) for each in said}


class TestCheck:
    """What is said when a rule is written."""

    def test_names_every_offence_at_once(self) -> None:
        """One permission may offend in two ways, and a name that does not exist hides nothing else."""
        problems = checked(
            "brevo", "standard", None, {"deals.manage_others", "companies.manage_others", "contacts.veiw"}
        )
        assert {(problem.subject, problem.reason) for problem in problems} == {
            ("contacts.veiw", Reason.UNKNOWN),
            ("companies.manage_others", Reason.REQUIRES),
            ("deals.manage_others", Reason.REQUIRES),
            ("deals.manage_others", Reason.PLAN),
        }

    def test_names_the_nearest_permissions_to_an_unknown_one(self) -> None:
        """The likeliest comes first, and no more than five are named."""
        (problem,) = checked("plain", "standard", None, {"us"})
        assert problem == Problem("us", Reason.UNKNOWN, ("use",))
        (problem,) = checked("hubspot", "starter", "core", {"contacts.veiw"})
        assert problem.cures[0] == "contacts.view"
        assert len(problem.cures) == 5

    def test_is_content_once_the_add_on_is_taken(self) -> None:
        """The cure that was named cures."""
        assert checked("brevo", "pro_sales", None, {"sequences"}, addons=["sales_advanced"]) == set()
        assert checked("activecampaign", "plus", None, {"deals.view"}, addons=["pipelines_addon"]) == set()

    def test_counts_what_permissions_bring_as_wanted(self) -> None:
        """Billing brings user management, and both are general: still not alone."""
        problems = checked("brevo", "pro_sales", None, {"billing.manage"})
        assert {problem.subject for problem in problems} == {"billing.manage", "users.manage"}

    def test_refuses_an_unknown_seat_type(self) -> None:
        """With the known ones, nearest first."""
        with pytest.raises(NotFound) as refusal:
            checked("hubspot", "starter", "cor", set())
        assert refusal.value.known[0] == "core"

    @pytest.mark.parametrize(
        ("problem", "sentence"),
        [
            (Problem("a", Reason.REQUIRES, ("b", "c")), "a also needs b, c."),
            (Problem("a", Reason.PLAN), "a is not part of the plan. It comes with: nothing on sale."),
            (Problem("a", Reason.OWNER_ONLY), "a belongs to the account's owner and cannot be given."),
        ],
    )
    def test_puts_each_problem_in_a_sentence(self, problem: Problem, sentence: str) -> None:
        """The sentence names subject and cure."""
        assert str(problem) == sentence

    @pytest.mark.parametrize("reason", Reason)
    def test_has_a_sentence_for_every_reason(self, reason: Reason) -> None:
        """No reason is left without words."""
        assert str(Problem("a", reason, ("b",)))


class TestCheckOfARole:
    """What is said when a rule names a role of the vendor's."""

    @pytest.mark.parametrize(
        ("vendor", "plan", "seat_type", "role", "said"),
        [
            ("mailjet", "premium", None, "marketer", {("marketer", Reason.PLAN, ("custom",))}),
            ("mailjet", "premium", None, "custom", set()),
            ("mailjet", "custom", None, "marketer", set()),
            ("mailjet", "custom", None, "owner", {
                ("owner", Reason.OWNER_ONLY, ()), ("account.share", Reason.OWNER_ONLY, ())}),
            ("hubspot", "marketing_enterprise", "view_only", "super_admin", {
                ("super_admin", Reason.SEAT_TYPE, EDITORS)}),
            ("hubspot", "marketing_enterprise", "core", "super_admin", set()),
            ("hubspot", "marketing_enterprise", "core", "partner_admin", {
                ("partner_admin", Reason.SEAT_TYPE, ("partner",))}),
            ("hubspot", "starter", "core", "permission_set", {
                ("permission_set", Reason.PLAN, ("marketing_enterprise", "sales_or_service_enterprise"))}),
            ("klaviyo", "paid", None, "support", set()),
            ("klaviyo", "paid", None, "custom", {("custom", Reason.PLAN, ("custom_roles",))}),
            ("brevo", "standard", None, "full_access", set()),
            ("brevo", "standard", None, "all_marketing", set()),
        ],
    )  # fmt: skip
    def test_names_what_speaks_against_it(
        self,
        vendor: str,
        plan: str,
        seat_type: str | None,
        role: str,
        said: set[tuple[str, Reason, tuple[str, ...]]],
    ) -> None:
        """Mailjet's fixed roles are for Custom plans, HubSpot's sets for Enterprise, the owner's role for nobody."""
        catalogue = load_catalogue(vendor)
        found = check_role(catalogue, catalogue.plan(plan), seat_type, role)
        assert set(found) == {Problem(*each) for each in said}

    def test_refuses_all_general_features_of_brevo(self) -> None:
        """Every one of its 19 boxes would stand alone."""
        catalogue = load_catalogue("brevo")
        problems = check_role(catalogue, catalogue.plan("pro_sales"), None, "all_general")
        assert [problem.reason for problem in problems] == [Reason.NEVER_ALONE] * 19

    def test_judges_the_role_together_with_the_permissions_beside_it(self) -> None:
        """All general features with a marketing box are no longer alone; a permission that offends is still named."""
        catalogue = load_catalogue("brevo")
        plan = catalogue.plan("pro_sales")
        assert check_role(catalogue, plan, None, "all_general", frozenset({"landing_pages"})) == []
        problems = check_role(catalogue, plan, None, "all_general", frozenset({"landing_pages", "phone"}))
        assert [(problem.subject, problem.reason) for problem in problems] == [("phone", Reason.PLAN)]


class TestDerivedSeats:
    """Brevo: the seat follows the permissions."""

    @pytest.mark.parametrize(
        ("grants", "seat_types"),
        [
            ([grant(None, "landing_pages")], {"marketing"}),
            ([grant(None, "deals.reports")], {"sales"}),
            ([grant(None, "landing_pages"), grant(None, "deals.reports")], {"marketing", "sales"}),
            ([grant(None, "landing_pages", "contacts.view")], {"marketing"}),
            ([grant("sales"), grant(None, "landing_pages")], {"marketing", "sales"}),
            ([grant("marketing")], {"marketing"}),
            ([grant("marketing", "contacts.view")], {"marketing"}),
            ([], set()),
        ],
    )
    def test_are_those_the_permissions_take_and_those_named(self, grants: list[Grant], seat_types: set[str]) -> None:
        """Marketing permissions take a marketing seat, sales ones a sales seat, general ones none."""
        assert combined("brevo", "pro_sales", *grants).seat_types == seat_types

    def test_come_with_what_the_permissions_bring(self) -> None:
        """Billing brings user management."""
        outcome = combined("brevo", "pro_sales", grant(None, "billing.manage"), grant(None, "landing_pages"))
        assert outcome == Combined(
            frozenset({"marketing"}), frozenset({"billing.manage", "users.manage", "landing_pages"})
        )

    def test_are_not_taken_for_what_the_plan_no_longer_includes(self) -> None:
        """After the Sales package is given up, the marketing seat stays and the sales seat goes, and it is said."""
        outcome = combined("brevo", "standard", grant("sales", "deals.reports"), grant(None, "landing_pages"))
        assert (outcome.seat_types, outcome.permissions) == ({"marketing"}, {"landing_pages"})
        assert {(problem.subject, problem.reason) for problem in outcome.withheld} == {
            ("sales", Reason.PLAN),
            ("deals.reports", Reason.PLAN),
        }

    def test_are_none_where_only_general_permissions_are_left(self) -> None:
        """General permissions alone are nothing: no seat, no permission."""
        outcome = combined("brevo", "pro_sales", grant(None, "contacts.view"), grant(None, "sequences"))
        assert (outcome.seat_types, outcome.permissions) == (set(), set())
        assert {problem.reason for problem in outcome.withheld} == {Reason.PLAN, Reason.NEVER_ALONE}

    def test_are_none_where_a_rule_says_nothing_at_all(self) -> None:
        """Neither a seat type nor a permission: it is said what is missing."""
        outcome = combined("brevo", "pro_sales", grant(None))
        assert outcome.seat_types == set()
        assert [problem.reason for problem in outcome.withheld] == [Reason.SEAT_TYPE_MISSING]


class TestWithholding:
    """What the account cannot give is left out, with all that hangs on it, and named."""

    def test_takes_along_what_required_it(self) -> None:
        """Others' deals go when one's own are not given, though another rule wants them."""
        outcome = combined("brevo", "pro_sales", grant(None, "deals.manage_others", "deals.reports"))
        assert outcome.permissions == {"deals.reports"}
        assert outcome.withheld == (Problem("deals.manage_others", Reason.REQUIRES, ("deals.create_edit",)),)

    def test_heals_when_another_rule_gives_what_was_missing(self) -> None:
        """Requirements are met by the union, not by each rule alone."""
        outcome = combined("brevo", "pro_sales", grant(None, "deals.manage_others"), grant(None, "deals.create_edit"))
        assert outcome == Combined(frozenset({"sales"}), frozenset({"deals.manage_others", "deals.create_edit"}))

    def test_does_not_leave_what_the_withheld_would_have_brought(self) -> None:
        """What only a withheld permission implies is not given either."""
        mailjet = load_catalogue("mailjet")
        share = replace(mailjet.permission("account.share"), implies=frozenset({"billing.view"}))
        catalogue = replace(mailjet, permissions={**mailjet.permissions, share.key: share})
        outcome = combine(catalogue, catalogue.plan("custom"), [grant(None, "account.share", "contacts.manage")])
        assert outcome.permissions == {"contacts.manage"}

    def test_leaves_out_a_permission_that_is_not_known_any_more(self) -> None:
        """A rule that names a permission which is gone from the catalogue keeps its others."""
        outcome = combined("brevo", "pro_sales", grant(None, "landing_pages", "facebook_ads"))
        assert outcome.permissions == {"landing_pages"}
        assert [problem.reason for problem in outcome.withheld] == [Reason.UNKNOWN]

    def test_follows_a_chain_to_its_end(self) -> None:
        """HubSpot on view-only: editing goes for the seat, and deleting, which needs editing, with it."""
        outcome = combined(
            "hubspot", "starter", grant("view_only", "contacts.view", "contacts.edit", "contacts.delete")
        )
        assert outcome.permissions == {"contacts.view"}
        assert {problem.subject for problem in outcome.withheld} == {"contacts.edit", "contacts.delete"}


class TestChosenSeats:
    """HubSpot: exactly one seat for each person."""

    @pytest.mark.parametrize(
        ("named", "given"),
        [
            (["core"], "core"),
            (["view_only", "core"], "core"),
            (["core", "sales_service"], "sales_service"),
            (["view_only", "core", "sales_service"], "sales_service"),
            (["sales_service", "partner"], "partner"),
        ],
    )
    def test_are_the_one_of_highest_rank(self, named: list[str], given: str) -> None:
        """Several rules may name several seats; one comes of it."""
        outcome = combined("hubspot", "sales_or_service_pro", *map(grant, named))
        assert outcome == Combined(frozenset({given}))

    def test_go_before_permissions(self) -> None:
        """Nobody is given a dearer seat for the sake of a permission: it is withheld, with the seats that allow it."""
        outcome = combined("hubspot", "starter", grant("view_only", "reports.access"), grant(None, "crm.import"))
        assert outcome.seat_types == {"view_only"}
        assert outcome.permissions == {"reports.access"}
        assert outcome.withheld == (Problem("crm.import", Reason.SEAT_TYPE, EDITORS),)

    def test_allow_what_a_lesser_rule_wants(self) -> None:
        """The permission of the view-only rule stays on the core seat."""
        outcome = combined("hubspot", "starter", grant("view_only", "reports.access"), grant("core", "crm.import"))
        assert outcome == Combined(frozenset({"core"}), frozenset({"reports.access", "crm.import"}))

    def test_fall_to_the_next_where_the_plan_does_not_sell_the_highest(self) -> None:
        """A sales seat without a Sales or Service hub: the core seat that another rule names is given."""
        outcome = combined("hubspot", "starter", grant("sales_service"), grant("core"))
        assert outcome.seat_types == {"core"}
        assert [(problem.subject, problem.reason) for problem in outcome.withheld] == [("sales_service", Reason.PLAN)]

    def test_are_none_where_no_rule_names_one(self) -> None:
        """Permissions alone make no seat due, and it is said why."""
        outcome = combined("hubspot", "starter", grant(None, "crm.import"))
        assert (outcome.seat_types, outcome.permissions) == (set(), set())
        assert [problem.reason for problem in outcome.withheld] == [Reason.SEAT_TYPE_MISSING]


class TestFlatSeats:
    """ActiveCampaign, Mailjet, Klaviyo and one's own product: being a member is the seat."""

    @pytest.mark.parametrize(
        ("vendor", "plan", "seat"),
        [
            ("activecampaign", "plus", "user"),
            ("mailjet", "premium", "user"),
            ("klaviyo", "paid", "user"),
            ("plain", "standard", "seat"),
        ],
    )
    def test_are_one_for_every_member(self, vendor: str, plan: str, seat: str) -> None:
        """Named or not, once or twice: one seat."""
        assert combined(vendor, plan, grant(None)).seat_types == {seat}
        assert combined(vendor, plan, grant(seat), grant(seat)).seat_types == {seat}
        assert combined(vendor, plan).seat_types == set()

    def test_of_an_add_on_are_held_on_top(self) -> None:
        """A user of ActiveCampaign's Pipelines draws on both caps, once each."""
        catalogue = load_catalogue("activecampaign")
        outcome = combined("activecampaign", "plus", grant("pipelines", "deals.view"), addons=["pipelines_addon"])
        assert outcome == Combined(frozenset({"user", "pipelines"}), frozenset({"deals.view"}))
        assert catalogue.pools_for(outcome.seat_types) == {"users", "pipelines"}

    def test_stay_without_the_add_on(self) -> None:
        """The user seat remains; the add-on's seat and permissions are withheld."""
        outcome = combined("activecampaign", "plus", grant("pipelines", "deals.view", "lists.add"))
        assert (outcome.seat_types, outcome.permissions) == ({"user"}, {"lists.add"})
        assert {problem.subject for problem in outcome.withheld} == {"pipelines", "deals.view"}

    def test_let_permissions_of_all_rules_add_up(self) -> None:
        """Union, and what is the owner's alone is withheld."""
        outcome = combined("mailjet", "custom", grant(None, "billing.view"), grant(None, "account.share"))
        assert outcome.permissions == {"billing.view"}
        assert outcome.withheld == (Problem("account.share", Reason.OWNER_ONLY),)


def test_permissions_that_lack_company_are_named_in_one_sentence() -> None:
    """Brevo's general features have one cure for all of them; what else is wrong keeps a sentence of its own."""
    catalogue = load_catalogue("brevo")
    plan = catalogue.plan("standard")
    assert sentences(check(catalogue, plan, None, frozenset({"smtp", "companies.manage_others"}))) == [
        "companies.manage_others also needs companies.manage_owned.",
        "companies.manage_others, smtp cannot be given without something of these areas: marketing, sales.",
    ]
    assert len(sentences(check_role(catalogue, plan, None, "all_general"))) == 1
    assert sentences([]) == []
