"""The letters of invitations: which leave, to whom, in which language, when, and how often."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest

from connector.domain.errors import InvitationUnusable, NotFound, NothingToAnswer, OfferChanged
from connector.domain.events import Kind
from connector.domain.grants import Given
from connector.domain.invitations import InvitationState
from connector.domain.memberships import State
from connector.domain.people import Person
from connector.domain.text import first_spoken
from connector.lifecycle import delivery, granting, importing, invitation_settings, invitations, outstanding
from connector.lifecycle.invitations import Offer
from connector.mail import MailNotSent
from connector.worker import Worker

from .company import OPERATOR, Company
from .test_importing import listed

ADDRESS = "@acme.example"


class Letterbox:
    """Keeps what is sent, as (reader, what it is about, language); or is down."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str, str]] = []
        self.links: list[str] = []
        self.numbers: list[str] = []
        self.down = False

    def send(self, letter: EmailMessage) -> None:
        if self.down:
            raise MailNotSent("the server did not answer")
        kind = str(letter["Message-ID"])[1:].partition(".")[0]
        self.numbers.append(str(letter["Message-ID"]))
        reader = letter["To"].addresses[0].username
        self.letters.append((reader, kind, str(letter["Content-Language"])))
        body = letter.get_body(("plain",))
        assert body is not None
        self.links += [word for word in body.get_content().split() if word.startswith("https://")]


class Post:
    """The worker of a company, its clock moved by hand."""

    def __init__(self, company: Company) -> None:
        self.company, self.box = company, Letterbox()
        self.worker = Worker(company.lifecycle, self.box)

    def after(self, **amount: float) -> list[tuple[str, str]]:
        """Move the clock, let the worker run until it finds nothing, and return the letters that left by now."""
        self.company.clock.forward(**amount)
        self.worker.clock_due = None
        while self.worker.turn():
            pass
        found, self.box.letters = self.box.letters, []
        return [(reader, kind) for reader, kind, _ in found]


@pytest.fixture
def company(company: Company) -> Company:
    """Give a company in which everybody is due the only seat."""
    company.account(seats=1)
    company.everybody()
    return company


@pytest.fixture
def post(company: Company) -> Post:
    """Give the company's post office."""
    return Post(company)


def mailed(company: Company, name: str, **attributes: object) -> Person:
    return company.person(name, emails=[{"value": f"{name}{ADDRESS}"}], **attributes)


# The reminder.


def test_whoever_has_not_answered_is_reminded_once(company: Company, post: Post) -> None:
    """Of seven days three quarters are over after five and a quarter; the link is the same, and it is the only one."""
    mailed(company, "ada")
    assert post.after() == [("ada", "invitation")]
    assert post.after(days=5, hours=5, minutes=59) == []
    assert post.after(minutes=1) == [("ada", "reminder")]
    assert len(set(post.box.links)) == 1
    assert post.after(hours=20) == []
    assert post.after(days=2) == []


@pytest.mark.parametrize("answer", ["accept", "decline", "cancel", "leave"])
def test_nobody_is_reminded_after_an_answer(company: Company, post: Post, answer: str) -> None:
    """Nor when the answer comes between the clock and the post."""
    ada = mailed(company, "ada")
    post.after()
    company.clock.forward(days=5, hours=6)
    company.write(delivery.tick)
    if answer == "cancel":
        company.act("cancel", ada)
    elif answer == "leave":
        company.deactivate(ada)
    else:
        getattr(company, answer)(ada)
    assert ("ada", "reminder") not in post.after() + post.after(days=7)


def test_two_workers_remind_once(company: Company, post: Post) -> None:
    """The clock of each strikes at the same time."""
    mailed(company, "ada")
    post.after()
    company.clock.forward(days=6)
    for _ in range(2):
        company.write(delivery.tick)
    assert post.after() == [("ada", "reminder")]


def test_whom_the_invitation_reached_late_is_not_reminded(company: Company, post: Post) -> None:
    """A mail server that was down for six days: one letter, not two at once."""
    mailed(company, "ada")
    post.box.down = True
    post.after(days=6)
    post.box.down = False
    assert post.after(hours=12) == [("ada", "invitation")]
    assert post.after(hours=6) == []


REMINDED: list[tuple[str, str, int | None, float | None]] = [
    ("plain", "standard", None, 126),
    ("plain", "standard", 24, 144),
    ("plain", "standard", 100, 68),
    ("plain", "standard", 0, None),
    ("plain", "standard", 24 * 30, 126),
    ("brevo", "standard", None, 48),
    ("brevo", "standard", 12, 60),
]


@pytest.mark.parametrize(("vendor", "plan", "hours", "expected"), REMINDED)
def test_account_vendor_and_installation_say_when(
    company: Company, vendor: str, plan: str, hours: int | None, expected: float | None
) -> None:
    """In hours after the invitation: the account's word first, then the vendor's, then the installation's."""
    company.account("shop", vendor, plan, **({"marketing": 3} if vendor == "brevo" else {}))
    company.write(invitation_settings.set_reminder, "shop", hours, OPERATOR)
    company.rule(account="shop", where="active eq true", role="all_marketing" if vendor == "brevo" else "member")
    company.person("ada")
    [told] = company.read(outstanding.invitations, None, "shop", 9)
    reminded = told.invitation.remind_at
    assert (reminded and reminded - told.invitation.created_at) == (expected and timedelta(hours=expected))


# The withdrawal.


def test_what_a_letter_offered_a_letter_takes_back(company: Company, post: Post) -> None:
    """When an operator cancels, or the seat is due no more; once."""
    company.capacity(2)
    ada, _ = mailed(company, "ada"), mailed(company, "ben")
    post.after()
    company.act("cancel", ada)
    company.remove_rule("everybody-crm")
    assert sorted(post.after()) == [("ada", "withdrawal"), ("ben", "withdrawal")]
    assert post.after(days=8) == []


def test_an_invitation_that_never_left_is_not_taken_back(company: Company, post: Post) -> None:
    """Cancelled before the post went: she hears nothing at all."""
    company.act("cancel", mailed(company, "ada"))
    assert post.after() == []


def test_an_invitation_cancelled_while_it_leaves_is_taken_back(company: Company, post: Post) -> None:
    """The letter is on its way when the operator cancels: it is told as soon as it is known to have left."""
    ada = mailed(company, "ada")
    [on_its_way] = company.write(delivery.claim)
    assert company.read(delivery.letter, on_its_way) is not None
    company.act("cancel", ada)
    for _ in range(2):
        company.write(delivery.delivered, on_its_way, sent=True)
    assert post.after() == [("ada", "withdrawal")]


def test_nobody_is_told_of_a_withdrawal_that_is_none_to_her(company: Company, post: Post) -> None:
    """A new link takes the old one's place, who declines knows, time ran out by itself, and a leaver is not written."""
    company.capacity(4)
    ada, ben, _, dan = (mailed(company, name) for name in ("ada", "ben", "cy", "dan"))
    post.after()
    company.act("resend", ada)
    company.decline(ben)
    company.deactivate(dan)
    assert post.after() == [("ada", "invitation")]
    assert post.after(days=7) == []


# A seat after waiting.


def test_who_accepted_and_waited_is_told_of_her_seat(company: Company, post: Post) -> None:
    """Where promises do not count, the seat may be gone at acceptance; once one frees, a letter says so."""
    company.sql("UPDATE seat_pool SET pending_counts = :no", no=False)
    ada, ben = mailed(company, "ada"), mailed(company, "ben")
    post.after()
    company.accept(ada)
    company.accept(ben)
    assert company.states(ada, ben) == [State.ACTIVE, State.WAITING]
    assert post.after() == []
    company.deactivate(ada)
    assert post.after() == [("ben", "seat")]
    assert post.box.links[-1] == "https://seats.example/me"
    assert post.after(days=1) == []


# Without letters.


def test_an_account_may_leave_it_to_operators(company: Company, post: Post) -> None:
    """No letter of any kind leaves; the link works as any other."""
    company.write(invitation_settings.set_mails, "crm", OPERATOR, mails=False)
    ada = mailed(company, "ada")
    assert post.after() + post.after(days=6) == []
    [told] = company.read(outstanding.invitations, None, "crm", 9, links=True)
    assert told.link == f"https://seats.example/invitations/{company.invitation(ada)}"
    company.act("cancel", ada)
    assert post.after() == []
    company.act("resend", ada)
    company.accept(ada)
    assert company.state(ada) is State.ACTIVE


def test_a_seat_may_be_given_without_a_letter(company: Company, post: Post) -> None:
    """Also when she has to wait for it first; sending the invitation again by letter is an operator's word."""
    company.remove_rule("everybody-crm")
    ada, ben = mailed(company, "ada"), mailed(company, "ben")
    for name in ("ada", "ben"):
        whom = ("crm", "okta", f"{name}{ADDRESS}", Given(role="member"), OPERATOR)
        company.write(granting.grant, *whom, mails=False)
    company.decline(ada)
    assert company.states(ada, ben) == [State.ENDED, State.INVITED]
    assert post.after() == []
    company.write(invitations.resend, "crm", "okta", f"ben{ADDRESS}", OPERATOR, mails=True)
    assert post.after() == [("ben", "invitation")]
    assert post.after(days=6) == [("ben", "reminder")]
    company.write(invitations.resend, "crm", "okta", f"ben{ADDRESS}", OPERATOR)
    assert post.after() + post.after(days=6) == []


def test_a_letter_can_be_held_back_when_asking_again(company: Company, post: Post) -> None:
    """After a refusal too, when the settlement makes the new invitation."""
    ada = mailed(company, "ada")
    post.after()
    for answer in ("none", "decline"):
        if answer == "decline":
            company.decline(ada)
        renewed = company.write(invitations.resend, "crm", "okta", f"ada{ADDRESS}", OPERATOR, mails=False)
        assert renewed is not None
        assert not renewed.mails
        assert post.after() == []
    assert post.after(days=6) == []


def test_a_list_is_invited_without_letters(company: Company, post: Post) -> None:
    """Those whom it states anew, and those who were known."""
    company.remove_rule("everybody-crm")
    company.capacity(2)
    company.sign_in_at("main-local")
    mailed(company, "ada")
    rows = list(listed(company, f"email\nada{ADDRESS}\nzoe{ADDRESS}\n").reader.read())
    done = company.write(importing.invite_listed, "crm", rows, OPERATOR, mails=False)
    assert [one.outcome.value for one in done] == ["invited", "invited"]
    assert post.after() + post.after(days=6) == []


# The language.

SPOKEN: list[tuple[str | None, str, str]] = [
    ("fr-CA", "en", "fr"),
    ("en", "fr", "en"),
    (None, "fr", "fr"),
    ("de", "fr", "fr"),
    (None, "", "en"),
    ("de", "", "en"),
]


@pytest.mark.parametrize(("of_directory", "lists", "expected"), SPOKEN)
def test_the_directory_says_the_language_else_the_list_else_we(
    company: Company, post: Post, of_directory: str | None, lists: str, expected: str
) -> None:
    """The first of them that we speak; the reminder and the page speak it too."""
    company.remove_rule("everybody-crm")
    ada = mailed(company, "ada", preferredLanguage=of_directory)
    people = listed(company, f"email,language\nada{ADDRESS},{lists}\n")
    company.write(importing.invite_listed, "crm", list(people.reader.read()), OPERATOR)
    post.worker.turn()
    company.clock.forward(days=6)
    post.worker.clock_due = None
    while post.worker.turn():
        pass
    assert [language for _, _, language in post.box.letters] == [expected, expected]
    offer: Offer = company.read(invitations.look, company.invitation(ada))
    assert (first_spoken(offer.languages) or "en") == expected


# What is offered while pending, what is deleted, what the vendor says.

MORE = frozenset({"contacts.view", "email_campaigns.create_edit_delete"})


def test_what_is_accepted_is_what_is_offered_then(company: Company) -> None:
    """Permissions that change while it is pending change the offer; the link stays good, and no letter leaves.

    Who has the page of the old offer open accepts nothing by it.
    """
    company.account("shop", "brevo", "standard", marketing=3)
    shop = company.rule(account="shop", where="active eq true", permissions=["email_campaigns.send"], name="shop")
    ada = company.person("ada")
    token, mails = company.invitation(ada, "shop"), company.mails()
    seen = company.read(invitations.look, token)
    company.write(granting.grant, "shop", "okta", f"ada{ADDRESS}", Given(permissions=MORE), OPERATOR)
    offered, session = company.read(invitations.look, token), company.sign_in(ada)
    assert set(seen.permissions) < set(offered.permissions)
    with pytest.raises(OfferChanged, match="shop"):
        company.write(invitations.accept, token, session, seen.key)
    assert company.state(ada, "shop") is State.INVITED
    company.write(invitations.accept, token, session, offered.key)
    member = company.member(ada, "shop")
    assert member is not None
    assert member.permissions == shop.permissions | MORE
    assert company.mails() == mails


def test_a_declined_invitation_is_deleted_and_the_answer_remembered(company: Company) -> None:
    """It leaves the list, its link opens nothing, nobody is asked again by it; a pending one cannot be deleted."""
    ada = company.person("ada")
    token, whom = company.invitation(ada), ("crm", "okta", f"ada{ADDRESS}", OPERATOR)
    with pytest.raises(NothingToAnswer):
        company.write(invitations.delete_declined, *whom)
    company.decline(ada)
    company.write(invitations.delete_declined, *whom)
    assert company.read(outstanding.invitations, None, "crm", 9) == []
    with pytest.raises(InvitationUnusable):
        company.read(invitations.look, token)
    with pytest.raises(NothingToAnswer):
        company.write(invitations.delete_declined, *whom)
    company.change(ada, displayName="Ada")
    assert company.state(ada) is State.ENDED
    assert [one["after"] for one in company.events(Kind.INVITATION_DELETED, ada)] == [None]


def test_what_the_vendor_says_is_shown_and_opens_nothing(company: Company) -> None:
    """A vendor's `active` beside our pending invitation: shown, and the gate refuses as before; ours alone counts."""
    company.account("shop", "brevo", "standard", marketing=3)
    company.rule(account="shop", where="active eq true", role="all_marketing", name="shop")
    ada = company.person("ada")
    session, whom = company.accept(ada), ("shop", "okta", f"ada{ADDRESS}")
    company.write(invitations.note_vendor_state, *whom, "active", OPERATOR)
    [told] = company.read(outstanding.invitations, None, "shop", 9)
    assert (told.vendor_state, told.state) == ("active", InvitationState.PENDING)
    assert company.gate(session, "shop") == "invitation-pending"
    company.write(invitations.note_vendor_state, *whom, "rejected", OPERATOR)
    assert company.admits(company.accept(ada, "shop"), "shop")
    company.write(invitations.note_vendor_state, *whom, None, OPERATOR)
    assert company.read(outstanding.invitations, None, "shop", 9)[0].vendor_state is None
    assert [one["after"]["state"] for one in company.events(Kind.VENDOR_STATE_NOTED, ada)] == [
        "active",
        "rejected",
        None,
    ]


def test_a_word_that_the_vendor_does_not_use_is_refused(company: Company) -> None:
    """With the words of its catalogue; a vendor of whom none are known has none."""
    company.account("shop", "brevo", "standard", marketing=3)
    company.rule(account="shop", where="active eq true", role="all_marketing", name="shop")
    company.person("ada")
    for account, told in (("shop", "Known: pending"), ("crm", "no [^:]* invitation state 'pendin'")):
        with pytest.raises(NotFound, match=told):
            company.write(invitations.note_vendor_state, account, "okta", f"ada{ADDRESS}", "pendin", OPERATOR)
