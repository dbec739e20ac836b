"""Every shape that identity providers send comes out as the one canonical shape (docs: the table of dialects)."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.attributes import CORE_GROUP, CORE_USER, ENTERPRISE_USER, GROUP, USER
from connector.domain.errors import InvalidPath, InvalidValue
from connector.scim.dialects import MAX_OPERATIONS, canonical_operations, canonical_resource, canonical_text
from connector.scim.errors import InvalidSyntax, NoTarget, NotWritable
from connector.scim.operations import Op

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def _stated(resource: Any = USER, **body: Any) -> dict[str, Any]:
    return canonical_resource({"schemas": [CORE_USER], **body}, resource)


def _patch(*operations: Any, resource: Any = USER) -> list[tuple[str, str, Any]]:
    made = canonical_operations({"schemas": [PATCH], "Operations": list(operations)}, resource)
    return [(each.op.value, str(each), each.value) for each in made]


@pytest.mark.parametrize(
    ("body", "canonical"),
    [
        # Names in any case, and with the core URN (RFC 7643 section 2.1).
        ({"USERNAME": "bo", "Name": {"GIVENNAME": "Bo"}}, {"userName": "bo", "name": {"givenName": "Bo"}}),
        ({f"{CORE_USER}:userName": "bo"}, {"userName": "bo"}),
        ({CORE_USER: {"userName": "bo", "name.givenName": "Bo"}}, {"userName": "bo", "name": {"givenName": "Bo"}}),
        # What is not the client's to state, or not ours to keep.
        ({"id": "1", "meta": {"resourceType": "User"}, "groups": [{"value": "g"}]}, {}),
        ({"password": "1mz050nq"}, {}),
        ({"shoeSize": 43, "urn:example:2.0:User": {"x": 1}, "name": {"displayName": "x"}}, {"name": {}}),
        ({"urn:jumpseat:params:scim:schemas:extension:membership:1.0:User": {"memberships": [{}]}}, {}),
        # Booleans as text (Entra ID).
        ({"active": "False"}, {"active": False}),
        ({"active": "true"}, {"active": True}),
        ({"emails": [{"value": "a@x", "primary": "True"}]}, {"emails": [{"value": "a@x", "primary": True}]}),
        # One element where a list is due (OneLogin), bare texts, nulls and empty elements.
        ({"emails": {"value": "a@x"}}, {"emails": [{"value": "a@x"}]}),
        ({"emails": ["a@x"]}, {"emails": [{"value": "a@x"}]}),
        ({"emails": {}, "phoneNumbers": ""}, {"emails": [], "phoneNumbers": []}),
        ({"roles": [], "nickName": None}, {"roles": [], "nickName": None}),
        # The enterprise extension, by its URN, its short names (Entra ID), the URNs of OneLogin and a lost colon.
        ({ENTERPRISE_USER: {"Department": "D"}}, {ENTERPRISE_USER: {"department": "D"}}),
        ({"department": "D"}, {ENTERPRISE_USER: {"department": "D"}}),
        ({"urn:scim:schemas:extension:enterprise:2.0": {"department": "D"}}, {ENTERPRISE_USER: {"department": "D"}}),
        ({ENTERPRISE_USER.replace("0:U", "0U"): {"department": "D"}}, {ENTERPRISE_USER: {"department": "D"}}),
        ({f"{ENTERPRISE_USER}:department": "D"}, {ENTERPRISE_USER: {"department": "D"}}),
        # The manager in each of her forms.
        ({"manager": "m1"}, {ENTERPRISE_USER: {"manager": {"value": "m1"}}}),
        ({"manager": [{"$ref": None, "value": "m1"}]}, {ENTERPRISE_USER: {"manager": {"value": "m1"}}}),
        (
            {ENTERPRISE_USER: {"manager": {"managerId": "m1", "value": "m1"}}},
            {ENTERPRISE_USER: {"manager": {"value": "m1"}}},
        ),
        ({ENTERPRISE_USER: {"manager": None}}, {}),
        ({ENTERPRISE_USER: {"manager": {"displayName": "Boss"}}}, {}),
        ({"emails": [{"custom": 1}, {"value": ""}]}, {"emails": []}),
        ({"emails.value": "a@x"}, {"emails": [{"value": "a@x"}]}),
        ({"name": "Bo", "name.givenName": "Jo"}, {"name": {"givenName": "Jo"}}),
        ({"name.givenName": "J", "name.familyName": "B"}, {"name": {"givenName": "J", "familyName": "B"}}),
        ({"externalId": ""}, {"externalId": None}),
        ({"name.givenName": "Jo", "name.familyName": None}, {"name": {"givenName": "Jo"}}),
        # A role as JSON text within its value (Entra ID's AppRoleAssignmentsComplex).
        (
            {"roles": [{"value": '{"id":"06b0","value":"25","displayName":"Role1234"}', "primary": "True"}]},
            {"roles": [{"value": "25", "display": "Role1234", "primary": True}]},
        ),
        ({"roles": [{"value": "{not json"}]}, {"roles": [{"value": "{not json"}]}),
        # No value twice, one primary at most.
        (
            {"emails": [{"value": "a@x", "type": "work"}, {"value": "a@x", "type": "work", "display": "A"}]},
            {"emails": [{"value": "a@x", "type": "work", "display": "A"}]},
        ),
        (
            {"emails": [{"value": "a", "primary": True}, {"value": "b", "primary": True}]},
            {"emails": [{"value": "a", "primary": True}, {"value": "b", "primary": False}]},
        ),
    ],
)
def test_a_body_becomes_the_canonical_document(body: dict[str, Any], canonical: dict[str, Any]) -> None:
    """Reference idp-clients.md sections 2 and 3; what is wrong in type is left for validation to refuse."""
    assert _stated(**body) == canonical


def test_onelogins_schema_urns_are_accepted() -> None:
    """OneLogin replaces people under SCIM 1.1-style URNs."""
    body = {"schemas": ["urn:scim:schemas:core:2.0", "urn:scim:schemas:extension:enterprise:2.0"], "userName": "o"}
    assert canonical_resource(body, USER) == {"userName": "o"}


@pytest.mark.parametrize("body", [None, [], "x", 1, {}, {"schemas": []}, {"schemas": [1]}, {"schemas": None}])
def test_a_body_without_schemas_is_no_message(body: Any) -> None:
    """RFC 7643 section 3: every request names its schemas."""
    with pytest.raises(InvalidSyntax):
        canonical_resource(body, USER)


@pytest.mark.parametrize("nothing", [None, {}, [], ""])
@pytest.mark.parametrize(("resource", "name"), [(USER, "emails"), (USER, "addresses"), (GROUP, "members")])
def test_an_element_that_says_nothing_is_refused(resource: Any, name: str, nothing: Any) -> None:
    """It is a mistake, and not for us to drop in silence; in a body as in every operation."""
    with pytest.raises(InvalidValue, match=r"\[0\]: must not be empty"):
        _stated(resource, **{name: [nothing]})
    for op in ("add", "replace", "remove"):
        with pytest.raises(InvalidValue, match=r"\[0\]: must not be empty"):
            _patch({"op": op, "path": name, "value": [nothing]}, resource=resource)


def test_one_of_several_managers_is_not_chosen() -> None:
    """Entra ID states one in a list; of two we cannot keep both."""
    with pytest.raises(InvalidValue, match="one value"):
        _stated(manager=[{"value": "m1"}, {"value": "m2"}])


def test_an_extension_must_be_an_object() -> None:
    """A text where the enterprise extension is due is refused, not dropped."""
    with pytest.raises(InvalidValue, match="must be an object"):
        _stated(**{ENTERPRISE_USER: "x"})


@pytest.mark.parametrize(
    ("operation", "canonical"),
    [
        # Deactivation, in each of its shapes.
        ({"op": "Replace", "path": "active", "value": "False"}, [("replace", "active", False)]),
        ({"op": "replace", "value": {"active": False}}, [("replace", "active", False)]),
        ({"OP": "REPLACE", "Path": f"{CORE_USER}:active", "Value": "false"}, [("replace", "active", False)]),
        ({"op": "replace", "path": CORE_USER, "value": {"active": False}}, [("replace", "active", False)]),
        ({"op": "replace", "value": {CORE_USER: {"active": False}}}, [("replace", "active", False)]),
        # Without a path: read-only and unknown names are passed over, dotted and URN-qualified ones followed.
        ({"op": "replace", "value": {"id": "1", "schemas": [], "displayName": "B"}}, [("replace", "displayName", "B")]),
        ({"op": "add", "value": {"name.givenName": "K", "shoeSize": 1}}, [("add", "name.givenName", "K")]),
        (
            {"op": "replace", "value": {f"{ENTERPRISE_USER}:employeeNumber": "7"}},
            [("replace", f"{ENTERPRISE_USER}:employeeNumber", "7")],
        ),
        (
            {"op": "replace", "value": {ENTERPRISE_USER: {"department": "D"}}},
            [("replace", f"{ENTERPRISE_USER}:department", "D")],
        ),
        (
            {"op": "add", "value": {'emails[type eq "work"].value': "w@x"}},
            [("add", "emails.value", "w@x")],
        ),
        # The manager.
        ({"op": "Add", "path": "manager", "value": "m"}, [("add", f"{ENTERPRISE_USER}:manager", {"value": "m"})]),
        (
            {"op": "Add", "path": "manager", "value": [{"$ref": "http://x/m", "value": "m"}]},
            [("add", f"{ENTERPRISE_USER}:manager", {"$ref": "http://x/m", "value": "m"})],
        ),
        (
            {"op": "replace", "path": "manager", "value": {"value": ""}},
            [("remove", f"{ENTERPRISE_USER}:manager", None)],
        ),
        ({"op": "Replace", "path": "manager", "value": ""}, [("remove", f"{ENTERPRISE_USER}:manager", None)]),
        ({"op": "Remove", "path": "manager", "value": "m"}, [("remove", f"{ENTERPRISE_USER}:manager", None)]),
        # Nothing, in its shapes: a replacement by it removes, an addition of it does nothing.
        ({"op": "replace", "path": "nickName", "value": None}, [("remove", "nickName", None)]),
        ({"op": "replace", "path": "emails", "value": []}, [("remove", "emails", None)]),
        ({"op": "replace", "path": "emails", "value": None}, [("remove", "emails", None)]),
        ({"op": "replace", "value": {"emails": None}}, [("remove", "emails", None)]),
        ({"op": "add", "path": "emails", "value": []}, []),
        ({"op": "add", "path": "nickName", "value": None}, []),
        ({"op": "replace", "path": 'emails[type eq "work"].value', "value": ""}, [("remove", "emails.value", None)]),
        ({"op": "replace", "path": "emails", "value": [{"value": ""}]}, [("remove", "emails", None)]),
        # What says only things that we do not know changes nothing, and above all removes nothing.
        ({"op": "replace", "path": "emails", "value": [{"custom": 1}]}, []),
        ({"op": "replace", "path": "name", "value": {"custom": 1}}, []),
        ({"op": "replace", "value": {ENTERPRISE_USER: {"manager": {"displayName": "Boss"}}}}, []),
        ({"op": "remove", "path": "emails", "value": [{"custom": 1}]}, []),
        # One element in a list of its own.
        (
            {"op": "replace", "path": 'emails[type eq "work"]', "value": [{"value": "w@x"}]},
            [("replace", "emails", {"value": "w@x"})],
        ),
        # Simple values wrapped, as Entra ID has done.
        ({"op": "Replace", "path": "title", "value": [{"$ref": None, "value": "T"}]}, [("replace", "title", "T")]),
        # What we do not keep is passed over: passwords, schemas, paths into schemas that are not served.
        ({"op": "replace", "path": "password", "value": "x"}, []),
        ({"op": "add", "path": "schemas", "value": ["urn:x"]}, []),
        ({"op": "add", "path": "urn:ietf:params:scim:schemas:extension:Custom:2.0:User:x", "value": "1"}, []),
        # A removal by values takes out those; by an empty list nobody; by none everybody.
        ({"op": "Remove", "path": "emails", "value": [{"value": "a"}]}, [("remove", "emails", [{"value": "a"}])]),
        ({"op": "remove", "path": "emails", "value": []}, []),
        ({"op": "remove", "path": "emails"}, [("remove", "emails", None)]),
    ],
)
def test_an_operation_becomes_canonical_ones(operation: dict[str, Any], canonical: list[Any]) -> None:
    """Reference idp-clients.md section 3."""
    assert _patch(operation) == canonical


def test_a_removal_of_an_extension_removes_each_of_its_attributes() -> None:
    """RFC 7644 section 3.5.2: the path may be the URN of an extension."""
    removed = _patch({"op": "remove", "path": ENTERPRISE_USER})
    assert ("remove", f"{ENTERPRISE_USER}:department", None) in removed
    assert {op for op, _, _ in removed} == {"remove"}


def test_members_in_each_shape() -> None:
    """Entra ID sends `$ref: null`, Okta a display name, others the bare id."""
    value = [{"$ref": None, "value": "a"}, {"value": "b", "display": "B"}, "c"]
    assert _patch({"op": "Add", "path": "members", "value": value}, resource=GROUP) == [
        ("add", "members", [{"value": "a"}, {"value": "b"}, {"value": "c"}])
    ]


def test_members_replaced_by_null_are_replaced_by_none() -> None:
    """RFC 7643 section 2.5: null and an empty list are the same, in a PATCH as in a PUT."""
    for nothing in (None, []):
        assert _patch({"op": "replace", "path": "members", "value": nothing}, resource=GROUP) == [
            ("remove", "members", None)
        ]
        assert _patch({"op": "add", "path": "members", "value": nothing}, resource=GROUP) == []


def test_one_operation_may_stand_without_its_list() -> None:
    """A single operation is read as the list of one."""
    body = {"schemas": [PATCH.upper()], "operations": {"op": "replace", "path": "title", "value": "T"}}
    assert [each.op for each in canonical_operations(body, USER)] == [Op.REPLACE]


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        ("x", InvalidSyntax),
        ({"path": "title", "value": "T"}, InvalidSyntax),
        ({"op": "move", "path": "title", "value": "T"}, InvalidSyntax),
        ({"op": "remove"}, NoTarget),
        ({"op": "remove", "path": " "}, NoTarget),
        ({"op": "replace", "value": "x"}, InvalidValue),
        ({"op": "add", "path": "title"}, InvalidValue),
        ({"op": "add", "path": ENTERPRISE_USER, "value": "x"}, InvalidValue),
        ({"op": "add", "path": "a b c", "value": "x"}, InvalidPath),
        ({"op": "add", "path": "shoeSize", "value": "x"}, InvalidPath),
        ({"op": "add", "path": 7, "value": "x"}, InvalidPath),
        ({"op": "replace", "path": "id", "value": "x"}, NotWritable),
        ({"op": "add", "path": "groups", "value": [{"value": "g"}]}, NotWritable),
        ({"op": "remove", "path": "meta.version"}, NotWritable),
    ],
)
def test_what_cannot_be_honoured_is_refused(operation: Any, error: type[Exception]) -> None:
    """RFC 7644 section 3.5.2 and table 9; nothing that was asked for by name is dropped in silence."""
    with pytest.raises(error):
        _patch(operation)


def test_a_member_cannot_be_edited() -> None:
    """RFC 7643 section 4.2: the sub-attributes of a member are immutable."""
    with pytest.raises(NotWritable):
        _patch({"op": "replace", "path": 'members[value eq "a"].value', "value": "b"}, resource=GROUP)


def test_as_many_operations_as_are_allowed_are_taken() -> None:
    """The bound itself is within."""
    assert len(_patch(*[{"op": "remove", "path": "title"}] * MAX_OPERATIONS)) == MAX_OPERATIONS


@pytest.mark.parametrize(
    "body",
    [
        {"schemas": [CORE_USER], "Operations": [{"op": "remove", "path": "title"}]},
        {"schemas": [PATCH]},
        {"schemas": [PATCH], "Operations": []},
        {"schemas": [PATCH], "Operations": "x"},
        {"schemas": [PATCH], "Operations": [{"op": "remove", "path": "title"}] * (MAX_OPERATIONS + 1)},
    ],
)
def test_a_patch_has_its_schema_and_its_operations(body: dict[str, Any]) -> None:
    """RFC 7644 section 3.5.2; the number of operations is bounded."""
    with pytest.raises(InvalidSyntax):
        canonical_operations(body, USER)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ('userName eq "urn:scim:schemas:core:1.0"', 'userName eq "urn:scim:schemas:core:1.0"'),
        ('urn:scim:schemas:core:1.0:userName eq "a"', f'{CORE_USER}:userName eq "a"'),
        ("urn:scim:schemas:extension:enterprise:1.0:department pr", f"{ENTERPRISE_USER}:department pr"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0User:manager", f"{ENTERPRISE_USER}:manager"),
        ("urn:scim:schemas:core:2.0:User:title", f"{CORE_USER}:title"),
        ("URN:SCIM:SCHEMAS:CORE:2.0:GROUP:displayName", f"{CORE_GROUP}:displayName"),
        ("URN:SCIM:SCHEMAS:EXTENSION:ENTERPRISE:2.0:USER:division", f"{ENTERPRISE_USER}:division"),
        ("urn:example:core:2.0:User:title", "urn:example:core:2.0:User:title"),
    ],
)
def test_variants_of_urns_are_replaced_outside_quotes(text: str, canonical: str) -> None:
    """A value that looks like a URN stays a value."""
    assert canonical_text(text, USER) == canonical
