"""People and groups as a directory states them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from connector.domain.attributes import ENTERPRISE_USER

Json = Any
T = TypeVar("T")
Document = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class StatedPerson:
    """What a directory says of a person.

    `attributes` is the canonical SCIM document: names spelled as in RFC 7643, extensions under their URN, unknown
    attributes left out; without `id`, `meta`, `schemas`, `groups` and `password`, which a directory does not state.
    It contains `userName`, `externalId` and `active` too.
    """

    user_name: str
    external_id: str | None
    active: bool
    attributes: Document


@dataclass(frozen=True, slots=True)
class Person:
    """A human whom a directory states, with the state kept of her."""

    id: str
    tenant_id: str
    directory_id: str
    stated: StatedPerson
    version: int
    created_at: datetime
    modified_at: datetime

    @property
    def active(self) -> bool:
        """Whether the directory wants this person in; says nothing of invitations or seats."""
        return self.stated.active

    @property
    def work_email(self) -> str | None:
        """The address to write to: the primary one, else the work one, else the first."""
        return work_email(self.stated.attributes)

    @property
    def manager(self) -> str | None:
        """Whom her directory names as her manager (RFC 7643 section 4.3): most often by the id that we gave her."""
        manager = (self.stated.attributes.get(ENTERPRISE_USER) or {}).get("manager") or {}
        value = manager.get("value") if isinstance(manager, Mapping) else None
        return str(value) if value else None

    @property
    def language(self) -> str | None:
        """The language she wants to be written to in, as a BCP 47 tag: preferredLanguage, else locale."""
        attributes = self.stated.attributes
        stated = attributes.get("preferredLanguage") or attributes.get("locale")
        return str(stated) if stated else None

    @property
    def display_name(self) -> str:
        """The name to show: displayName, else the formatted name, else given and family name, else userName."""
        attributes = self.stated.attributes
        name = attributes.get("name") or {}
        joined = " ".join(part for part in (name.get("givenName"), name.get("familyName")) if part)
        return str(attributes.get("displayName") or name.get("formatted") or joined or self.stated.user_name)


def work_email(attributes: Document) -> str | None:
    """Return the address to write to: the primary one, else the work one, else the first, else None."""
    emails = [email for email in attributes.get("emails") or () if email.get("value")]
    for wanted in (lambda e: e.get("primary") is True, lambda e: e.get("type") == "work", lambda e: True):
        for email in emails:
            if wanted(email):
                return str(email["value"])
    return None


@dataclass(frozen=True, slots=True)
class StatedGroup:
    """What a directory says of a group, its members apart; `attributes` as in StatedPerson, without `members`."""

    display_name: str
    external_id: str | None
    attributes: Document


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a directory; its members are asked for separately, for they may be ten thousand."""

    id: str
    tenant_id: str
    directory_id: str
    stated: StatedGroup
    version: int
    created_at: datetime
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What a request does to the members of a group: replace them all (when not None), then remove, then add.

    All are ids of people. Removing somebody who is no member changes nothing.
    """

    replace: frozenset[str] | None = None
    remove: frozenset[str] = frozenset()
    add: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Tell whether anything is asked for at all."""
        return self.replace is not None or bool(self.remove) or bool(self.add)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a group as a group's representation shows it, and a group as a person's shows it."""

    id: str
    display: str


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a listing: `total` counts all that match, `items` are those of this page.

    `more` tells whether others follow, or precede where the page was asked for by what comes after it.
    """

    total: int
    items: list[T] = field(default_factory=list)
    more: bool = False
