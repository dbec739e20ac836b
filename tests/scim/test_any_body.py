"""Whatever JSON arrives, it is taken or refused in SCIM's words; it never makes an error of ours."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as some

from connector.domain.attributes import CORE_USER, ENTERPRISE_USER, GROUP, MEMBERSHIP_USER, USER
from connector.domain.errors import DomainError
from connector.mappers.groups import member_ids, patched_group, stated_group
from connector.mappers.people import stated_person
from connector.scim import members, patch
from connector.scim.dialects import PATCH_URN, canonical_operations, canonical_resource
from connector.scim.errors import ScimError
from connector.scim.representation import Projection
from connector.scim.requests import check_operations, check_resource

PERSON = {
    "userName": "bo",
    "active": True,
    "name": {"givenName": "Bo"},
    "emails": [{"value": "w@x", "type": "work", "primary": True}, {"value": "h@x", "type": "home"}],
    "roles": [{"value": "r"}],
    ENTERPRISE_USER: {"department": "D", "manager": {"value": "m"}},
}
NAMES = [
    *("userName", "active", "name", "name.givenName", "emails", "emails.value", "roles", "manager", "department", "id"),
    *(
        "members",
        "displayName",
        "externalId",
        "groups",
        "meta",
        "schemas",
        "password",
        "value",
        "type",
        "primary",
        "$ref",
    ),
    *(CORE_USER, ENTERPRISE_USER, MEMBERSHIP_USER, f"{ENTERPRISE_USER}:manager", "urn:scim:schemas:core:2.0", "x", ""),
    *('emails[type eq "work"]', 'emails[type eq "other"].value', 'members[value eq "a"]', "emails[", "a b", "urn:x:y"),
]
names = some.sampled_from(NAMES) | some.sampled_from(NAMES).map(str.upper)
scalars = some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=5)
texts = some.sampled_from(["True", "false", "", "a", '{"value":"25"}', "{}", "{", "a\0", "[]"])
values = some.recursive(
    scalars | texts,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(names | some.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)
bodies = some.dictionaries(names, values, max_size=5).map(lambda body: {"userName": "bo", "displayName": "G"} | body)
operations = some.fixed_dictionaries(
    {"op": some.sampled_from(["add", "Replace", "REMOVE", "remove"])}, optional={"path": names, "value": values}
)


@settings(max_examples=300, deadline=None)
@given(bodies)
def test_any_body_is_stated_or_refused(body: dict[str, Any]) -> None:
    """POST and PUT, for people and groups; what is taken can be written as JSON."""
    for resource in (USER, GROUP):
        try:
            document = canonical_resource({"schemas": ["x"]} | body, resource)
            check_resource(document, resource)
        except (ScimError, DomainError):
            continue
        if resource is USER:
            before = stated_person(PERSON)
            assert orjson.dumps(dict(stated_person(document, before).attributes))
        else:
            assert all(isinstance(each, str) for each in member_ids(document.get("members")))
            assert orjson.dumps(dict(stated_group(document).attributes))


@settings(max_examples=500, deadline=None)
@given(some.lists(operations, min_size=1, max_size=4))
def test_any_operation_is_applied_or_refused(stated: list[dict[str, Any]]) -> None:
    """PATCH; a person keeps her name, and one primary value at most, whatever is done to her."""
    message = {"schemas": [PATCH_URN], "Operations": stated}
    for resource in (USER, GROUP):
        try:
            canonical = canonical_operations(message, resource)
            check_operations(canonical)
            if resource is USER:
                after = patch.apply(PERSON, canonical)
                assert after["userName"]
                assert sum(each.get("primary") is True for each in after.get("emails", [])) <= 1
                check_resource(after, USER)
                assert orjson.dumps(after)
            else:
                _, others = members.apart(canonical)
                assert patched_group(patch.apply({"displayName": "G"}, others)).display_name
        except (ScimError, DomainError):
            continue


@settings(max_examples=200, deadline=None)
@given(some.lists(names, max_size=4), some.sampled_from(["attributes", "excludedAttributes"]))
def test_any_projection_leaves_the_id(asked: list[str], parameter: str) -> None:
    """RFC 7643 section 7: `id` and `schemas` are returned always."""
    document = Projection.of({parameter: ",".join(asked)}, USER).of_document({"id": "1", **PERSON})
    assert document["id"] == "1"
    assert document["schemas"][0] == CORE_USER
