"""The served schemas, and how a path names a place in them."""

from __future__ import annotations

import pytest

from connector.domain.attributes import (
    CORE_GROUP,
    CORE_USER,
    ENTERPRISE_USER,
    GROUP,
    MEMBERSHIP,
    MEMBERSHIP_USER,
    USER,
    Mutability,
    Returned,
    Type,
    Uniqueness,
)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("userName", "userName"),
        ("USERNAME", "userName"),
        (f"{CORE_USER}:username", "userName"),
        (f"{CORE_USER.upper()}:name.FAMILYNAME", "name.familyName"),
        ("emails.value", "emails.value"),
        ("id", "id"),
        ("externalid", "externalId"),
        ("meta.lastmodified", "meta.lastModified"),
        (f"{CORE_USER}:meta.created", "meta.created"),
        ("schemas", "schemas"),
        (f"{ENTERPRISE_USER}:employeeNumber", f"{ENTERPRISE_USER}:employeeNumber"),
        (f"{ENTERPRISE_USER.lower()}:manager.$REF", f"{ENTERPRISE_USER}:manager.$ref"),
        (f"{MEMBERSHIP_USER}:memberships.state", f"{MEMBERSHIP_USER}:memberships.state"),
    ],
)
def test_names_are_found_in_any_case_with_and_without_their_urn(text: str, canonical: str) -> None:
    """RFC 7644 section 3.10; attribute names are case-insensitive (RFC 7643 section 2.1)."""
    assert str(USER.find(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shoeSize",
        "name.shoeSize",
        "name.givenName.x",
        f"{CORE_USER}:department.x",
        CORE_USER,
        ENTERPRISE_USER,
        f"{CORE_GROUP}:displayName",
        "members",
        "urn:example:User:userName",
    ],
)
def test_what_no_schema_has_is_not_found(text: str) -> None:
    """An unknown name is None, never a guess: whoever filters on it must be refused."""
    assert USER.find(text) is None


def test_an_extensions_attribute_is_found_by_its_short_name() -> None:
    """Clients filter on `manager` and send `department` without the URN."""
    path = USER.find("manager")
    assert path is not None
    assert path.urn == ENTERPRISE_USER
    assert str(USER.find("Department")) == f"{ENTERPRISE_USER}:department"


def test_a_path_tells_its_innermost_attribute() -> None:
    """The type that a value must have is the sub-attribute's where there is one."""
    path = USER.find("emails.primary")
    assert path is not None
    assert path.attribute.name == "emails"
    assert path.target.type is Type.BOOLEAN
    plain = USER.find("active")
    assert plain is not None
    assert plain.target is plain.attribute


@pytest.mark.parametrize(
    ("text", "case_exact"),
    [("id", True), ("externalId", True), ("userName", False), ("emails.value", False), ("photos.value", True)],
)
def test_case_matters_for_identifiers_only(text: str, case_exact: bool) -> None:
    """RFC 7643 sections 3.1 and 4.1: id and externalId are compared exactly, userName is not."""
    path = USER.find(text)
    assert path is not None
    assert path.target.case_exact is case_exact


def test_the_core_user_has_every_attribute_of_the_rfc() -> None:
    """RFC 7643 section 4.1, all of it."""
    assert {attribute.name for attribute in USER.schema.attributes} == {
        *("userName", "name", "displayName", "nickName", "profileUrl", "title", "userType", "preferredLanguage"),
        *("locale", "timezone", "active", "password", "emails", "phoneNumbers", "ims", "photos", "addresses"),
        *("groups", "entitlements", "roles", "x509Certificates"),
    }


def test_characteristics_that_the_rest_relies_on() -> None:
    """RFC 7643 section 7 on userName, password, groups; the group's name is unique because clients match by it."""
    name, password = USER.schema.attribute("USERNAME"), USER.schema.attribute("password")
    assert name is not None
    assert (name.required, name.uniqueness) == (True, Uniqueness.SERVER)
    assert password is not None
    assert (password.mutability, password.returned) == (Mutability.WRITE_ONLY, Returned.NEVER)
    groups = USER.schema.attribute("groups")
    assert groups is not None
    assert groups.mutability is Mutability.READ_ONLY
    display = GROUP.schema.attribute("displayName")
    assert display is not None
    assert (display.required, display.uniqueness) == (True, Uniqueness.SERVER)


def test_the_membership_extension_is_read_only_throughout() -> None:
    """What we know of invitations and seats is shown, never taken from a directory."""
    attributes = [*MEMBERSHIP.attributes, *MEMBERSHIP.attributes[0].sub_attributes]
    assert {attribute.mutability for attribute in attributes} == {Mutability.READ_ONLY}


def test_every_attribute_is_complex_exactly_when_it_has_sub_attributes() -> None:
    """RFC 7643 section 2.3.8; complex attributes do not nest."""
    schemas = [USER.schema, *USER.extensions, GROUP.schema]
    for attribute in (attribute for schema in schemas for attribute in schema.attributes):
        assert (attribute.type is Type.COMPLEX) == bool(attribute.sub_attributes)
        assert all(sub.type is not Type.COMPLEX for sub in attribute.sub_attributes)


def test_extensions_are_found_by_urn_in_any_case() -> None:
    """URNs are case-insensitive (RFC 7643 section 10.2.1 writes them so)."""
    extension = USER.extension(ENTERPRISE_USER.upper())
    assert extension is not None
    assert extension.urn == ENTERPRISE_USER
    assert USER.extension("urn:example") is None
