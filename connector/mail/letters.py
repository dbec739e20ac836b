"""The letters that people get, each from a value that holds its facts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date, format_time
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from connector.domain.errors import InvalidValue
from connector.domain.text import Text
from connector.mail.harmless import harmless

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
LONGEST_STEP = 500
TIME_AND_DATE = Text(en="{date} at {time} UTC", fr="{date} à {time} UTC")


class About(StrEnum):
    """What a letter about an invitation says: that there is one, still is one, is none any more, that a seat is had."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    WITHDRAWAL = "withdrawal"
    SEAT = "seat"


@dataclass(frozen=True, slots=True)
class InvitationMail:
    """What a letter about an invitation says, as the directory, the operator and the catalogue state it.

    `organisation` is the tenant's name, if it has one; `vendor` is None for one's own product. `letter_id` makes the
    Message-ID: a letter that had to be sent twice is one letter to the mailbox. `link` leads to the page on which the
    invitation is answered, and is the only place of the token; where a seat is had, to one's own accounts.
    """

    letter_id: str
    sender: str
    address: str
    person: str
    organisation: str | None
    account: str
    vendor: str | None
    seat: Text
    expires_at: datetime
    written_at: datetime
    link: str
    about: About = About.INVITATION


def invitation(facts: InvitationMail, language: str) -> EmailMessage:
    """Write a letter about an invitation; it is accepted or declined on the page that it leads to, never by the link.

    `language` is a BCP 47 tag; it is French for French, else English. Raises InvalidValue for an address to which no
    letter can be sent.
    """
    spoken = Text(en="en", fr="fr").in_language(language)
    shown: dict[str, Any] = {field.name: getattr(facts, field.name) for field in fields(facts)}
    for name in ("person", "organisation", "account", "vendor"):
        shown[name] = harmless(shown[name]) if shown[name] is not None else None
    shown["seat"] = harmless(facts.seat.in_language(spoken))
    shown["expires_at"] = _moment(facts.expires_at, spoken)

    message_id = f"<{facts.about.value}.{facts.letter_id}@{urlsplit(facts.link).hostname}>"
    whom = (facts.sender, facts.address, shown["person"], facts.written_at, message_id)
    return _rendered(facts.about.value, shown, spoken, *whom)


@dataclass(frozen=True, slots=True)
class HandoverMail:
    """What a letter to an heir says. `assets` are pairs of a duty (reassign, replace, renew) and what it is about.

    `heir` is None where only an address is known; `vendor` for one's own product. `named_by` is manager, owner, or
    whoever named the heir. `handover_id` makes the Message-ID: each heir of a handover gets one letter.
    """

    handover_id: str
    sender: str
    address: str
    heir: str | None
    leaver: str
    organisation: str | None
    account: str
    vendor: str | None
    assets: tuple[tuple[str, Text], ...]
    steps: tuple[Text, ...]
    named_by: str
    due_at: datetime
    written_at: datetime
    host: str


def handover(facts: HandoverMail, language: str) -> EmailMessage:
    """Write the letter that tells an heir what a leaver left behind, and what to do about it.

    `language` is a BCP 47 tag; it is French for French, else English. Raises InvalidValue for an address to which no
    letter can be sent.
    """
    spoken = Text(en="en", fr="fr").in_language(language)
    shown: dict[str, Any] = {
        name: harmless(value) if (value := getattr(facts, name)) is not None else None
        for name in ("heir", "leaver", "organisation", "account", "vendor", "named_by")
    }
    labels: dict[str, list[str]] = {}
    for duty, label in facts.assets:
        labels.setdefault(duty, []).append(harmless(label.in_language(spoken)))
    shown |= {
        "duties": list(labels.items()),
        "steps": [harmless(step.in_language(spoken), LONGEST_STEP) for step in facts.steps],
        "due_at": _moment(facts.due_at, spoken),
        "number": facts.handover_id[-8:],
    }
    message_id = f"<handover.{facts.handover_id}@{facts.host}>"
    whom = (facts.sender, facts.address, shown["heir"] or "", facts.written_at, message_id)
    return _rendered("handover", shown, spoken, *whom)


@dataclass(frozen=True, slots=True)
class GlassMail:
    """What a letter says about somebody who was let in past her provider; `glass_id` makes the Message-ID."""

    glass_id: str
    sender: str
    address: str
    person: str
    account: str
    opened_by: str
    reason: str
    ends_at: datetime
    written_at: datetime
    host: str


def broken_glass(facts: GlassMail, language: str) -> EmailMessage:
    """Write the letter that alarms an account's owner.

    `language` is a BCP 47 tag; it is French for French, else English. Raises InvalidValue for an address to which no
    letter can be sent.
    """
    spoken = Text(en="en", fr="fr").in_language(language)
    shown: dict[str, Any] = {name: harmless(getattr(facts, name)) for name in ("person", "account", "opened_by")}
    shown |= {
        "reason": harmless(facts.reason, LONGEST_STEP),
        "ends_at": _moment(facts.ends_at, spoken),
        "number": facts.glass_id[-8:],
    }
    message_id = f"<break-glass.{facts.glass_id}@{facts.host}>"
    return _rendered("break-glass", shown, spoken, facts.sender, facts.address, "", facts.written_at, message_id)


def _rendered(
    kind: str,
    shown: dict[str, Any],
    spoken: str,
    sender: str,
    address: str,
    name: str,
    written_at: datetime,
    message_id: str,
) -> EmailMessage:
    subject, _, text = TEMPLATES.get_template(f"{kind}.{spoken}.txt").render(shown).partition("\n\n")
    message = _letter(sender, address, name, subject, written_at)
    message["Message-ID"] = message_id
    message.set_content(text)
    html = TEMPLATES.get_template(f"{kind}.{spoken}.html").render(shown, subject=subject)
    message.add_alternative(html, subtype="html")
    message["Content-Language"] = spoken  # last: a multipart takes headers of that name into its parts
    return message


def _letter(sender: str, address: str, name: str, subject: str, written_at: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = _mailbox(name, address)
    message["Subject"] = subject
    message["Date"] = written_at
    # No out-of-office note shall answer a machine (RFC 3834 section 5; the other header is Exchange's word for it).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    return message


def _mailbox(name: str, address: str) -> Address:
    try:
        mailbox = Address(name, addr_spec=address)
    except (MessageError, ValueError, IndexError) as error:
        raise InvalidValue("emails", "no letter can be sent to this address") from error
    if not mailbox.username or not mailbox.domain:
        raise InvalidValue("emails", "no letter can be sent to this address")
    return mailbox


def _moment(moment: datetime, language: str) -> str:
    date = format_date(moment.astimezone(UTC), "long", locale="fr" if language == "fr" else "en_GB")
    time = format_time(moment, "HH:mm", tzinfo=UTC, locale=language)
    return TIME_AND_DATE.in_language(language).format(date=date, time=time)
