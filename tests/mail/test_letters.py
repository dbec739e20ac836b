"""A letter of invitation says who offers what until when, in two languages, whatever the names in it try."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest

from connector.domain.errors import InvalidValue
from connector.domain.text import Text
from connector.mail import About, HandoverMail, InvitationMail, handover, invitation

NOW = datetime(2026, 11, 22, 17, 51, tzinfo=UTC)
LINK = "https://seats.example.com/invitations/jsi_secret"
FACTS = InvitationMail(
    letter_id="0199-abc",
    sender="Jumpseat <seats@example.com>",
    address="zoe.dupont@example.com",
    person="Zoé Dupont",
    organisation="Contoso Marine",
    account="Design studio",
    vendor="Figma",
    seat=Text(en="Full seat", fr="Licence complète"),
    expires_at=NOW + timedelta(days=7),
    written_at=NOW,
    link=LINK,
)


def received(facts: InvitationMail, language: str = "en") -> EmailMessage:
    """Give the letter as a mail program reads it, from its bytes."""
    message = message_from_bytes(invitation(facts, language).as_bytes(), policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content())


def with_name(field: str, name: str) -> InvitationMail:
    changed: dict[str, Any] = {field: name}
    return replace(FACTS, **changed)


@pytest.mark.parametrize("kind", ["plain", "html"])
@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            ["Zoé Dupont", "Contoso Marine", "Design studio", "Figma", "Full seat", "29 November 2026 at 17:51 UTC"],
        ),
        ("fr", ["Zoé Dupont", "Contoso Marine", "Figma", "Licence complète", "29 novembre 2026 à 17:51 UTC"]),
    ],
)
def test_the_letter_says_who_what_and_until_when(kind: str, language: str, expected: list[str]) -> None:
    """The text and the HTML form carry the same facts, and the link."""
    body = part(received(FACTS, language), kind)
    for fact in [*expected, LINK]:
        assert fact in body


@pytest.mark.parametrize(
    ("asked", "spoken"), [("fr-CA", "fr"), ("FR", "fr"), ("en-GB", "en"), ("de", "en"), ("", "en")]
)
def test_other_languages_get_english(asked: str, spoken: str) -> None:
    """French for every kind of French, English for everybody else, and the letter says which."""
    message = received(FACTS, asked)
    assert message["Content-Language"] == spoken
    assert f'<html lang="{spoken}">' in part(message, "html")


def test_a_product_of_ones_own_has_no_vendor() -> None:
    """Without a vendor the letter names none, in either form and language."""
    for language in ("en", "fr"):
        message = received(replace(FACTS, vendor=None), language)
        for kind in ("plain", "html"):
            assert not re.search("Vendor|Fournisseur|None|Figma| chez ", part(message, kind))


def test_the_moment_is_given_in_utc() -> None:
    """A moment in another zone is the same moment."""
    elsewhere = FACTS.expires_at.astimezone(timezone(timedelta(hours=14)))
    assert "29 November 2026 at 17:51 UTC" in part(received(replace(FACTS, expires_at=elsewhere)), "plain")


def test_machines_know_it_for_a_machine_s() -> None:
    """No out-of-office note answers it (RFC 3834), and a copy has the Message-ID of the first."""
    message = received(FACTS)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<invitation.0199-abc@seats.example.com>"
    assert message["Date"].datetime == NOW
    assert message["From"] == "Jumpseat <seats@example.com>"


def test_the_token_is_in_the_bodies_only() -> None:
    """Headers are logged by every server on the way."""
    message = received(FACTS)
    assert not [name for name, value in message.items() if "jsi_secret" in str(value)]


HOSTILE = [
    "<script>alert(1)</script><a href=https://evil.example>Accept</a>",
    '"><img src=x onerror=alert(1)>',
    "Zoé\r\nBcc: everybody@example.com\r\n\r\nHello",
    "Zoé\u2028Bcc: a@example.com\u2029\x85\x0b\x0c",
    "\u202ehcraM\u202c \u2066Zoé\u2069 \u200f\u061c",
    "{{ 7 * 7 }}{% raw %}",
    "Z\x00o\x1b[31mé\x7f",
    "x" * 10_000,
    "",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("field", ["person", "organisation", "account", "vendor"])
def test_hostile_names_are_harmless(field: str, name: str) -> None:
    """A name with HTML, line breaks or bidirectional controls is read, and does nothing."""
    for language in ("en", "fr"):
        message = received(with_name(field, name), language)
        html, plain = part(message, "html"), part(message, "plain")
        assert [name for name in message if name.lower() in ("bcc", "cc")] == []
        assert message["To"].addresses[0].addr_spec == "zoe.dupont@example.com"
        assert len(message["To"].addresses) == 1
        assert not re.search("<script|<img|<a href=https://evil", html)
        assert re.findall('href="([^"]*)"', html) == [LINK, LINK]
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u2028\u2029\x00\x1b\x7f\x85]", html + plain)
        assert "\nBcc" not in plain
        assert "49" not in plain.replace(FACTS.address, "")
        assert len(plain) < 2_500


def test_scripts_that_need_joiners_keep_them() -> None:
    """Names in Indic scripts and emoji of several people are written with zero-width joiners, which stay."""
    for name in ("क्\u200dष", "👩\u200d🚀"):
        assert name in part(received(replace(FACTS, person=name)), "plain")


def test_every_line_fits_in_a_mail() -> None:
    """RFC 5322 section 2.1.1: at most 998 characters a line, also when everything is as long as it may be."""
    long = "é" * 500
    message = invitation(replace(FACTS, person=long, organisation=long, account=long, vendor=long), "fr")
    assert max(len(line) for line in message.as_bytes().split(b"\r\n")) <= 998


@pytest.mark.parametrize(
    "address", ["", "zoe", "zoe@", "@example.com", "a@b, c@d", "a@b\r\nBcc: c@d", "a b@example.com", "<a@b>"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """A directory may state anything as an address; the refusal does not repeat it."""
    with pytest.raises(InvalidValue, match="no letter can be sent to this address"):
        invitation(replace(FACTS, address=address), "en")


@pytest.mark.parametrize(
    ("language", "offer"), [("en", "You are offered a seat"), ("fr", "Une place vous est proposée")]
)
def test_a_tenant_without_a_name_is_not_named(language: str, offer: str) -> None:
    """An installation's first tenant is made unasked, and `main` means nothing to anybody."""
    message = invitation(replace(FACTS, organisation=None), language)
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert offer in body.get_content()
        assert "None" not in body.get_content()


OTHERS: list[tuple[About, str, str, list[str], bool]] = [
    (
        About.REMINDER,
        "en",
        "Reminder: your seat in Design studio waits for your answer",
        ["Contoso Marine has offered you", "waits for your answer", "the only reminder", "29 November 2026", LINK],
        True,
    ),
    (
        About.REMINDER,
        "fr",
        "Rappel : votre place dans Design studio attend votre réponse",
        ["Contoso Marine vous a proposé", "attend votre réponse", "le seul rappel", "29 novembre 2026", LINK],
        True,
    ),
    (
        About.WITHDRAWAL,
        "en",
        "Your invitation to Design studio was withdrawn",
        ["offered no more", "opens nothing now", "Figma", "at Contoso Marine"],
        False,
    ),
    (
        About.WITHDRAWAL,
        "fr",
        "Votre invitation à Design studio a été retirée",
        ["est plus.", "ouvre plus rien", "Figma", "chez Contoso Marine"],
        False,
    ),
    (
        About.SEAT,
        "en",
        "You have a seat in Design studio now",
        ["every seat was taken", "it is yours", "Full seat", LINK, "your account of Contoso Marine"],
        True,
    ),
    (
        About.SEAT,
        "fr",
        "Vous avez maintenant une place dans Design studio",
        ["toutes les places étaient prises", "elle est à vous", "Licence complète", LINK, "votre compte de Contoso"],
        True,
    ),
]


@pytest.mark.parametrize(("about", "language", "subject", "expected", "links"), OTHERS)
def test_the_letters_after_the_invitation(
    about: About, language: str, subject: str, expected: list[str], links: bool
) -> None:
    """Each says what it is about, in text and HTML alike; what was withdrawn links nowhere."""
    message = received(replace(FACTS, about=about), language)
    assert message["Subject"] == subject
    assert message["Message-ID"] == f"<{about.value}.0199-abc@seats.example.com>"
    assert message["Content-Language"] == language
    html, plain = part(message, "html"), part(message, "plain")
    bare = re.sub(r"\s+", " ", re.sub("<[^>]*>", "", html.partition("<body")[2]))
    assert [fact for fact in expected if fact not in plain] == []
    assert [fact for fact in expected if fact not in bare and fact not in html] == []
    assert (LINK in html, LINK in plain) == (links, links)
    nobody = received(replace(FACTS, about=about, organisation=None, vendor=None), language)
    assert not re.search("None|Contoso|Figma", part(nobody, "plain") + part(nobody, "html"))


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("about", list(About))
def test_no_name_acts_in_any_letter(about: About, name: str) -> None:
    """Neither as a header, nor as markup, nor as a template, whichever name it is."""
    for language in ("en", "fr"):
        named: dict[str, Any] = dict.fromkeys(("person", "organisation", "account", "vendor"), name)
        message = received(replace(FACTS, about=about, seat=Text(name, name), **named), language)
        html, plain = part(message, "html"), part(message, "plain")
        assert not {"Bcc", "bcc", "Cc", "cc"} & set(message.keys())
        assert not re.search("<script|<img|<a href=https://evil", html)
        assert set(re.findall('href="([^"]*)"', html)) <= {LINK}
        assert "\u202e" not in plain + html + str(message["Subject"])
        assert "49" not in plain


HEIRS = HandoverMail(
    handover_id="0199-abc-12345678",
    sender="Jumpseat <seats@example.com>",
    address="mia@example.com",
    heir="Mia",
    leaver="Zoé Dupont",
    organisation="Contoso Marine",
    account="Design studio",
    vendor="Figma",
    assets=(("reassign", Text("Files", "Fichiers")), ("renew", Text("Keys", "Clés"))),
    steps=(Text("Open the files.", "Ouvrir les fichiers."),),
    named_by="manager",
    due_at=NOW + timedelta(days=14),
    written_at=NOW,
    host="seats.example.com",
)


def handed_over(facts: HandoverMail, language: str) -> EmailMessage:
    message = message_from_bytes(handover(facts, language).as_bytes(), policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize("kind", ["plain", "html"])
@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["Zoé Dupont", "Becomes yours", "Files", "to be renewed", "Keys", "Open the files.", "6 December 2026"]),
        ("fr-FR", ["Zoé Dupont", "À reprendre", "Fichiers", "à renouveler", "Clés", "Ouvrir", "6 décembre 2026"]),
    ],
)
def test_an_heir_reads_what_is_left_by_whom_and_until_when(kind: str, language: str, expected: list[str]) -> None:
    """Asset by asset under what is to be done with it, and with the number to name when it is done."""
    message = handed_over(HEIRS, language)
    body = part(message, kind)
    assert [fact for fact in [*expected, "Contoso Marine", "Figma", "12345678"] if fact not in body] == []
    assert message["Message-ID"] == "<handover.0199-abc-12345678@seats.example.com>"


@pytest.mark.parametrize("field", ["heir", "leaver", "organisation", "account", "vendor", "named_by"])
@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_acts_in_a_letter_to_an_heir(field: str, name: str) -> None:
    """Neither as a header, nor as markup, nor as a template, in either language."""
    changed: dict[str, Any] = {field: name}
    for language in ("en", "fr"):
        message = handed_over(replace(HEIRS, **changed), language)
        assert not {"Bcc", "bcc"} & set(message.keys())
        assert "<script" not in part(message, "html")
        assert "<img" not in part(message, "html")
        assert "\u202e" not in part(message, "plain") + str(message["Subject"])
