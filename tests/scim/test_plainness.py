"""What is plain at first sight is valid to the validator: it is never asked, so that nothing may slip by it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.attributes import ENTERPRISE_USER, GROUP, USER, Attribute, ResourceType, Type
from connector.scim import requests
from connector.scim.plainness import LONGEST, LONGEST_BEYOND_ASCII, is_plain

ADA = {
    "userName": "ada@acme.example",
    "externalId": "e-1",
    "active": True,
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [{"value": "ada@acme.example", "type": "work", "primary": True}],
    ENTERPRISE_USER: {"department": "Sales", "manager": {"value": "x"}},
}
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["", " ", "a\0b", "\ufdfa" * 29, "\ufdfa" * 400, "a" * 500, "a" * 2001, "ΐ" * 30]),
)
ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), TEXTS, st.just([]), st.just({}), st.just([None]))


def values(attribute: Attribute) -> st.SearchStrategy[Any]:
    """Give values that fit an attribute, and now and then one that does not."""
    if attribute.type is Type.COMPLEX:
        parts = {sub.name: values(sub) for sub in attribute.sub_attributes} | {"unknown": ANYTHING}
        fitting: st.SearchStrategy[Any] = st.fixed_dictionaries({}, optional=parts)
    else:
        fitting = st.booleans() if attribute.type is Type.BOOLEAN else TEXTS
    one = st.one_of(fitting, fitting, fitting, ANYTHING)
    return st.one_of(st.lists(one, max_size=2), ANYTHING) if attribute.multi_valued else one


def documents(resource: ResourceType) -> st.SearchStrategy[dict[str, Any]]:
    parts = {each.name: values(each) for each in resource.schema.attributes} | {"externalId": TEXTS}
    for extension in resource.extensions:
        parts[extension.urn] = st.fixed_dictionaries(
            {}, optional={each.name: values(each) for each in extension.attributes}
        )
    usual = {"userName": st.one_of(TEXTS, st.just("ada"))} if resource is USER else {"displayName": st.just("Sales")}
    return st.fixed_dictionaries(usual, optional={name: one for name, one in parts.items() if name not in usual})


@pytest.mark.parametrize("resource", [USER, GROUP], ids=["User", "Group"])
@given(data=st.data())
def test_what_is_plain_is_valid(resource: ResourceType, data: st.DataObject) -> None:
    """Whatever is stated."""
    document = data.draw(documents(resource))
    if is_plain(document, resource):
        assert requests._shape(resource).validate(document) == {}


def test_people_as_directories_state_them_are_plain() -> None:
    """Else nothing would be gained."""
    assert is_plain(ADA, USER)
    assert is_plain(ADA | {"displayName": "Zoë Müller-Lüdenscheidt"}, USER)


@pytest.mark.parametrize(
    "change",
    [
        {"userName": ""},
        {"userName": " "},
        {"userName": 1},
        {"userName": "a" * (LONGEST + 1)},
        {"userName": "é" * (LONGEST_BEYOND_ASCII + 1)},
        {"nickName": "a\0b"},
        {"active": "True"},
        {"active": 1},
        {"name": "Ada"},
        {"name": {"unknown": "x"}},
        {"emails": {"value": "x"}},
        {"emails": ["x"]},
        {"emails": [None]},
        {"id": "mine"},
        {"members": []},
        {ENTERPRISE_USER: {"manager": "x"}},
    ],
)
def test_what_needs_a_closer_look_is_not_plain(change: dict[str, Any]) -> None:
    """The validator says what is wrong with it, if anything is."""
    assert not is_plain(ADA | change, USER)


def test_a_required_attribute_that_is_missing_is_not_plain() -> None:
    """A person without userName."""
    assert not is_plain({"active": True}, USER)
