"""What a directory must look like after each request: plain dictionaries, written from the RFCs and the design.

Nothing of the product is imported, so that a mistake of ours is not made twice. Where a text is cited, that text holds.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

Json = Any
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class Refused(Exception):
    """The request is refused with this status and, where the RFC names one, scimType."""

    def __init__(self, status: int, scim_type: str | None = None) -> None:
        super().__init__(status, scim_type)
        self.status, self.scim_type = status, scim_type


@dataclass
class ModelPerson:
    """A person as stated. A released one has given her names to somebody new.

    One whose `active` was removed stays as active as she was, though her document does not say so any more.
    """

    id: str
    attributes: dict[str, Json]
    active: bool = True
    released: bool = False

    @property
    def user_name(self) -> str:
        return str(self.attributes["userName"]).lower()

    @property
    def external_id(self) -> str | None:
        return self.attributes.get("externalId")


@dataclass
class ModelGroup:
    """A group as stated, its members apart."""

    id: str
    attributes: dict[str, Json]
    members: set[str]

    @property
    def name(self) -> str:
        return str(self.attributes["displayName"]).lower()


@dataclass
class ModelDirectory:
    """One directory's people and groups, in order of arrival."""

    people: dict[str, ModelPerson] = field(default_factory=dict)
    groups: dict[str, ModelGroup] = field(default_factory=dict)

    # People (RFC 7644 section 3; the design's row "returning people").

    def returner(self, stated: dict[str, Json]) -> ModelPerson | None:
        """Say whom a POST restores; None for somebody new, for whom other inactive bearers give their names free."""
        named = self._named(stated["userName"])
        keyed = self._keyed(stated.get("externalId"))
        if (named and named.active) or (keyed and keyed.active):
            raise Refused(409, "uniqueness")
        if named and named is keyed:
            return named
        for bearer in (named, keyed):
            if bearer:
                bearer.released = True
                self._leave_groups(bearer.id)
        return None

    def state(self, person_id: str, stated: dict[str, Json]) -> None:
        """Write what is stated of a person whose id is known."""
        before = self.people.get(person_id)
        self.people[person_id] = before or ModelPerson(person_id, {})
        self.people[person_id].attributes = deepcopy(stated)
        self.people[person_id].active = stated.get("active", self.people[person_id].active)
        self.people[person_id].released = False

    def change(self, person_id: str, stated: dict[str, Json]) -> None:
        """Restate an existing person, unless a name of hers is somebody else's by now (409 uniqueness)."""
        person = self.people[person_id]
        if stated == person.attributes:
            return
        for bearer in (self._named(stated["userName"]), self._keyed(stated.get("externalId"))):
            if bearer and bearer is not person:
                raise Refused(409, "uniqueness")
        self.state(person_id, stated)

    def replaced(self, person_id: str, document: dict[str, Json]) -> dict[str, Json]:
        """Say what a PUT states: silence about `active` and `externalId` keeps them (the issue; idp-clients.md)."""
        person = self.people[person_id]
        key = {"externalId": person.external_id} if person.external_id else {}
        return {"active": person.active, **key, **document}

    def delete_person(self, person_id: str) -> None:
        del self.people[person_id]
        self._leave_groups(person_id)

    def _named(self, user_name: str) -> ModelPerson | None:
        return next((one for one in self.bearers() if one.user_name == user_name.lower()), None)

    def _keyed(self, external_id: str | None) -> ModelPerson | None:
        return next((one for one in self.bearers() if external_id and one.external_id == external_id), None)

    def bearers(self) -> list[ModelPerson]:
        return [one for one in self.people.values() if not one.released]

    def _leave_groups(self, person_id: str) -> None:
        for group in self.groups.values():
            group.members.discard(person_id)

    # Groups.

    def check_group(self, attributes: dict[str, Json], members: set[str], group_id: str = "") -> None:
        """Refuse a name that another group bears, and members who are nobody of this directory."""
        for other in self.groups.values():
            same_key = other.attributes.get("externalId") == attributes.get("externalId") is not None
            if other.id != group_id and (other.name == attributes["displayName"].lower() or same_key):
                raise Refused(409, "uniqueness")
        before = self.groups[group_id].members if group_id else set()
        if not members - before <= self.people.keys():
            raise Refused(400, "invalidValue")

    def state_group(self, group_id: str, attributes: dict[str, Json], members: set[str]) -> None:
        self.groups[group_id] = ModelGroup(group_id, deepcopy(attributes), set(members))


# PATCH on a person's document (RFC 7644 section 3.5.2).


def set_simple(document: dict[str, Json], name: str, value: Json) -> None:
    document[name] = value


def remove(document: dict[str, Json], name: str) -> None:
    if name == "userName":
        raise Refused(400, "mutability")
    document.pop(name, None)


def set_within(document: dict[str, Json], outer: str, name: str, value: Json) -> None:
    document[outer] = {**document.get(outer, {}), name: value}


def remove_within(document: dict[str, Json], outer: str, name: str) -> None:
    inner = {key: value for key, value in document.get(outer, {}).items() if key != name}
    document.pop(outer, None)
    if inner:
        document[outer] = inner


def set_email_of_type(document: dict[str, Json], kind: str, value: str) -> None:
    """`emails[type eq "work"].value`: of every such element, or of a new one (idp-clients.md, Entra ID)."""
    emails = document.setdefault("emails", [])
    chosen = [email for email in emails if email.get("type") == kind]
    if not chosen:
        chosen = [{"type": kind}]
        emails.append(chosen[0])
    for email in chosen:
        email["value"] = value
    document["emails"] = without_repetition(emails)


def remove_email_of_type(document: dict[str, Json], kind: str) -> None:
    """Remove every such element; a value filter that matches nothing is refused (section 3.5.2.2)."""
    emails = document.get("emails", [])
    kept = [email for email in emails if email.get("type") != kind]
    if kept == emails:
        raise Refused(400, "noTarget")
    document.pop("emails")
    if kept:
        document["emails"] = kept


def add_emails(document: dict[str, Json], emails: list[dict[str, Json]]) -> None:
    """Add what is not there already; a new primary value displaces the old (section 3.5.2)."""
    present = document.get("emails", [])
    if any(email.get("primary") for email in emails):
        for email in present:
            if email.get("primary"):
                email["primary"] = False
    document["emails"] = without_repetition([*present, *deepcopy(emails)])


def replace_emails(document: dict[str, Json], emails: list[dict[str, Json]]) -> None:
    document.pop("emails", None)
    if emails:
        document["emails"] = deepcopy(emails)


def without_repetition(emails: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """Return each (type, value) once, with all that is said of it (RFC 7643 section 2.4)."""
    found: dict[tuple[str, str], dict[str, Json]] = {}
    for email in emails:
        key = (email.get("type", ""), email["value"])
        found[key] = found.get(key, {}) | email
    return list(found.values())
