"""What an account adds to its vendor's catalogue: named sets of permissions, and accounts below it.

A set is a role of the account's own. A permission or a role in a sub-account is written `campaigns.send@shop`, and
everywhere at once `campaigns.send@all`; alone, it is held in the account itself. So rules, grants, previews, work
orders and explanations say where something is held without knowing of sub-accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from connector.domain.catalogue import Catalogue, Permission, Role, SeatType
from connector.domain.text import Text

ON = "@"
"""Stands between what is held and where; no key of a catalogue has it."""

EVERYWHERE = "all"
"""In the account itself and in every account below it, those to come included."""


def with_sets(catalogue: Catalogue, sets: Mapping[str, frozenset[str]]) -> Catalogue:
    """Return the catalogue with sets among its roles; one that the vendor has a role of the same name for is not."""
    own = {name: Role(name, Text(name, name), held) for name, held in sets.items() if name not in catalogue.roles}
    return replace(catalogue, roles={**catalogue.roles, **own})


def with_sub_accounts(catalogue: Catalogue, names: Iterable[str]) -> Catalogue:
    """Return the catalogue with every permission and role that can be given, in each sub-account and everywhere.

    A vendor that has none leaves it as it is; in an account without any, everywhere is the account itself.
    """
    places = tuple(names)
    features = catalogue.sub_accounts
    if features is None:
        return catalogue
    given = [one for one in catalogue.permissions.values() if one.grantable]
    roles = [one for one in catalogue.roles.values() if one.assignable]
    below = [_permission_in(one, place, features) for place in places for one in given]
    below += [_permission_everywhere(one, places, features) for one in given]
    held = [_role_in(one, place, features) for place in places for one in roles]
    held += [_role_everywhere(one, places, features) for one in roles]
    return replace(
        catalogue,
        permissions={**catalogue.permissions, **{one.key: one for one in below}},
        roles={**catalogue.roles, **{one.key: one for one in held}},
        seat_types={key: _taken_in(one, places) for key, one in catalogue.seat_types.items()},
    )


def _in(key: str, place: str) -> str:
    return f"{key}{ON}{place}"


def _all_in(keys: Iterable[str], place: str) -> frozenset[str]:
    return frozenset(_in(key, place) for key in keys)


def _labelled(label: Text, place: str) -> Text:
    if place == EVERYWHERE:
        return Text(f"{label.en} (everywhere)", f"{label.fr} (partout)")
    return Text(f"{label.en} ({place})", f"{label.fr} ({place})")


def _permission_in(one: Permission, place: str, features: frozenset[str]) -> Permission:
    return replace(
        one,
        key=_in(one.key, place),
        label=_labelled(one.label, place),
        requires=_all_in(one.requires, place),
        implies=_all_in(one.implies, place),
        plan_features=one.plan_features | features,
    )


def _permission_everywhere(one: Permission, places: Iterable[str], features: frozenset[str]) -> Permission:
    return replace(
        one,
        key=_in(one.key, EVERYWHERE),
        label=_labelled(one.label, EVERYWHERE),
        requires=_all_in(one.requires, EVERYWHERE),
        implies=frozenset({one.key, *(_in(one.key, place) for place in places)}),
        plan_features=one.plan_features | features,
    )


def _role_in(one: Role, place: str, features: frozenset[str]) -> Role:
    held = None if one.permissions is None else _all_in(one.permissions, place)
    return replace(
        one,
        key=_in(one.key, place),
        label=_labelled(one.label, place),
        permissions=held,
        plan_features=one.plan_features | features,
    )


def _role_everywhere(one: Role, places: Iterable[str], features: frozenset[str]) -> Role:
    whole = _role_in(one, EVERYWHERE, features)
    if one.permissions is None:
        return whole
    return replace(whole, permissions=one.permissions.union(*(_all_in(one.permissions, place) for place in places)))


def _taken_in(one: SeatType, places: Iterable[str]) -> SeatType:
    return replace(one, taken_by=one.taken_by.union(*(_all_in(one.taken_by, place) for place in places)))
