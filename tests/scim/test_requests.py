"""The shape of requests: types, what is required, and the sentence that names the attribute."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.attributes import ENTERPRISE_USER, GROUP, USER
from connector.domain.errors import InvalidValue
from connector.scim.dialects import canonical_operations, canonical_resource
from connector.scim.requests import check_operations, check_resource

FULL = {
    "userName": "bo@x",
    "externalId": "e",
    "name": {"givenName": "Bo"},
    "active": True,
    "emails": [{"value": "bo@x", "type": "work", "primary": True, "display": None}],
    "addresses": [{"formatted": "1 Street\nTown"}],
    "photos": [{"value": "https://x/1.png"}],
    "profileUrl": "rubbish, as Microsoft's validator sends",
    ENTERPRISE_USER: {"department": "D", "manager": {"value": "m"}},
    "nickName": None,
    "roles": [],
}


def test_a_full_person_passes() -> None:
    """URIs and locales are kept as texts: clients send what is none."""
    check_resource(FULL, USER)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"userName": None}, "userName: is required."),
        ({"userName": " "}, "userName: must not be empty."),
        ({"userName": 5}, "userName: must be a text."),
        ({"externalId": 1}, "externalId: must be a text."),
        ({"externalId": ["a", "b"]}, "externalId: must be a text."),
        ({"active": "maybe"}, "active: must be true or false."),
        ({"active": 1}, "active: must be true or false."),
        ({"name": "Bo"}, "name: must be an object."),
        ({"name": {"givenName": ["a", "b"]}}, "name.givenName: must be a text."),
        ({"emails": [5]}, r"emails\[0\]: must be an object."),
        ({"emails": [{"value": "a"}, {"value": {"x": 1}}]}, r"emails\[1\].value: must be a text."),
        ({"emails": [{"primary": "yes"}]}, r"emails\[0\].primary: must be true or false."),
        ({"displayName": "a\0b"}, "displayName: must not contain a NUL character."),
        ({"userName": "a" * 2001}, "userName: must not be longer than 2000 bytes."),
        ({"externalId": "\u00e9" * 1001}, "externalId: must not be longer than 2000 bytes."),
        ({"displayName": "\ufdfa" * 61}, "displayName: must not be longer than 2000 bytes."),
        ({"emails": [{"value": "a" * 2001}]}, r"emails\[0\].value: must not be longer than 2000 bytes."),
        ({ENTERPRISE_USER: {"department": 5}}, f"{ENTERPRISE_USER}:department: must be a text."),
        ({ENTERPRISE_USER: {"manager": 5}}, f"{ENTERPRISE_USER}:manager: must be an object."),
    ],
)
def test_a_wrong_value_is_refused_with_its_name(change: dict[str, Any], sentence: str) -> None:
    """400 invalidValue with a sentence that names the attribute."""
    document = canonical_resource({"schemas": ["x"], **FULL, **change}, USER)
    with pytest.raises(InvalidValue, match=f"^{sentence}$"):
        check_resource(document, USER)


def test_long_texts_that_nobody_looks_up_are_kept() -> None:
    """Photographs in their own address, certificates, addresses: only names have a length."""
    long = "a" * 100_000
    check_resource({**FULL, "photos": [{"value": long}], "x509Certificates": [{"value": long}], "title": long}, USER)


def test_a_missing_user_name_is_named() -> None:
    """RFC 7643 section 4.1: userName is required."""
    with pytest.raises(InvalidValue, match="userName: is required"):
        check_resource({"active": True}, USER)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({}, "displayName: is required."),
        ({"displayName": "G", "members": [{"display": "x"}]}, r"members\[0\].value: must be the id of a person."),
        ({"displayName": "G", "members": [{"value": "a"}, {"value": 7}]}, r"members\[1\].value: must be the id"),
        ({"displayName": "G", "members": [{"value": "a\0"}]}, r"members\[0\].value: must be the id"),
        ({"displayName": "G", "members": [7]}, r"members\[0\].value: must be the id"),
    ],
)
def test_a_wrong_group_is_refused_with_the_name_of_what_is_wrong(document: dict[str, Any], sentence: str) -> None:
    """RFC 7643 section 4.2: displayName is required; a member is the id of a person."""
    with pytest.raises(InvalidValue, match=sentence):
        check_resource(document, GROUP)


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        ({"op": "replace", "path": "active", "value": "perhaps"}, "active: must be true or false."),
        ({"op": "replace", "value": {"active": [1, 2]}}, "active: must be true or false."),
        ({"op": "add", "path": "userName", "value": ""}, "userName: must not be empty."),
        ({"op": "add", "path": "name", "value": "Bo"}, "name: must be an object."),
        ({"op": "add", "path": "name.givenName", "value": 5}, "name.givenName: must be a text."),
        ({"op": "add", "path": "emails", "value": [5]}, r"emails\[0\]: must be an object."),
        ({"op": "add", "path": 'emails[type eq "work"].value', "value": 5}, "emails.value: must be a text."),
        ({"op": "add", "path": 'emails[type eq "work"].primary', "value": 5}, "emails.primary: must be true or false."),
        ({"op": "replace", "path": 'emails[type eq "work"]', "value": 5}, "emails: must be an object."),
        ({"op": "add", "path": "emails.value", "value": "a\0"}, "emails.value: must not contain a NUL character."),
        ({"op": "remove", "path": "emails", "value": [5]}, r"emails\[0\]: must be an object."),
        ({"op": "add", "path": "manager", "value": 5}, f"{ENTERPRISE_USER}:manager: must be an object."),
        ({"op": "add", "path": "department", "value": 5}, f"{ENTERPRISE_USER}:department: must be a text."),
    ],
)
def test_a_wrong_value_in_an_operation_is_refused(operation: dict[str, Any], sentence: str) -> None:
    """Before any lock is taken, and before any operation is applied."""
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
    with pytest.raises(InvalidValue, match=f"^{sentence}"):
        check_operations(canonical_operations(body, USER))


def test_operations_with_fitting_values_pass() -> None:
    """Of each kind of target one."""
    operations = [
        {"op": "replace", "value": {"active": False, "name": {"givenName": "Bo"}, "emails": [{"value": "a@x"}]}},
        {"op": "add", "path": 'emails[type eq "work"]', "value": {"display": "W"}},
        {"op": "remove", "path": 'emails[type eq "work"]'},
        {"op": "add", "path": "manager", "value": "m"},
    ]
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}
    check_operations(canonical_operations(body, USER))
