"""What is refused before a realm is spoken to, and how differences are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connector.keycloak.changes import why_differs
from connector.keycloak.server import Administrator, KeycloakFailure
from connector.keycloak.setup import RealmSetup

from .test_wishes import WISHES

NOWHERE = "http://127.0.0.1:1"


@pytest.mark.parametrize(("realm", "administrators_realm"), [("master", "master"), ("master", "it"), ("it", "it")])
def test_no_administrator_locks_herself_out(realm: str, administrators_realm: str) -> None:
    """Behind the gate she could not sign in to take it back, nor could the next `check`."""
    administrator = Administrator("admin", "password", administrators_realm)
    with pytest.raises(KeycloakFailure, match="lock them out"):
        RealmSetup(NOWHERE, administrator, replace(WISHES, realm=realm))


@pytest.mark.parametrize("act", ["check", "apply", "issuer", "client_secret"])
def test_a_server_that_is_not_there_is_told_in_a_sentence(act: str) -> None:
    """Whatever was asked for."""
    setup = RealmSetup(NOWHERE, Administrator("admin", "password"), WISHES)
    with pytest.raises(KeycloakFailure, match="cannot be reached"):
        getattr(setup, act)()


@pytest.mark.parametrize(
    ("wanted", "held", "why"),
    [
        ({"a": 1}, None, "is missing"),
        ({"a": 1}, {"a": 1, "b": 2}, ""),
        ({"a": 1, "b": 2}, {"a": 2}, "differs in a, b"),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 2, "d": 3}}}, "differs in a.b.c"),
        ({"a": {"b": 1}}, {"a": None}, "differs in a.b"),
        ({"a": ["x", "y"]}, {"a": ["y", "x"]}, ""),
        ({"a": ["x"]}, {"a": ["x", "*"]}, "differs in a"),
        ({"a": []}, {}, ""),
        ({"a": False}, {}, "differs in a"),
    ],
)
def test_only_what_we_wish_of_a_thing_is_compared(wanted: Any, held: Any, why: str) -> None:
    """What else the realm's owner set stands; of a list, one entry too many is a difference, its order is none."""
    assert why_differs(wanted, held) == why
