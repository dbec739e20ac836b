"""Catalogue files to catalogues: what `connector/catalogues/*.yaml` may say, and what it must.

This is the schema of those files. A key that is not known, one that is missing, a value of another type and a name that
stands nowhere are refused with file, line and key.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from connector.domain.catalogue import (
    Asset,
    Catalogue,
    Departure,
    Giving,
    Invitation,
    Nature,
    Permission,
    Pool,
    Role,
    SeatType,
)
from connector.domain.errors import NotFound, nearest_first
from connector.domain.own_catalogue import ON
from connector.domain.plans import NOT_OFFERED, Addon, Plan, PoolOffer, Price
from connector.domain.text import Text
from connector.domain.work_orders import PLACEHOLDERS, placeholders
from connector.mappers.strict_yaml import Value, names_in, read_document

REQUIRED = (
    "key",
    "name",
    "nature",
    "pools",
    "seat_types",
    "plans",
    "areas",
    "permissions",
    "roles",
    "invitation",
    "departure",
)
OPTIONAL = ("vendor", "owner", "needs_one_of", "giving", "sub_accounts", "work_orders")
LABEL = ("label_en", "label_fr")
WORK_ORDERS = ("invite", "change", "resend", "cancel", "revoke", "reassign", "buy", "release")


@dataclass(frozen=True, slots=True)
class Names:
    """What the rest of a file may refer to."""

    pools: tuple[str, ...]
    seat_types: tuple[str, ...]
    areas: tuple[str, ...]
    features: tuple[str, ...]


def known_catalogues() -> list[str]:
    """Return the keys of the catalogues that come with the product, in alphabetical order."""
    return sorted(file.name.removesuffix(".yaml") for file in _folder().iterdir() if file.name.endswith(".yaml"))


@cache
def load_catalogue(key: str) -> Catalogue:
    """Return a catalogue that comes with the product; raises NotFound with the known ones, nearest first."""
    if key not in known_catalogues():
        raise NotFound("catalogue", key, known_catalogues())
    filename = f"{key}.yaml"
    return read_catalogue((_folder() / filename).read_text(encoding="utf-8"), filename)


def read_catalogue(text: str, filename: str) -> Catalogue:
    """Read one catalogue; raises FileInvalid, naming file, line and key, at the first thing that is wrong."""
    top = read_document(text, filename).record(REQUIRED, OPTIONAL)
    if f"{(key := top['key'].text())}.yaml" != filename:
        top["key"].refuse(f"must be the file's name without its ending, not {key!r}.")
    pools, plans = _labels(top["pools"]), _plans(top["plans"], tuple(top["pools"].entries()))
    areas, features = (
        _labels(top["areas"]),
        {name for plan in plans.values() for name in (*plan.features, *plan.addons)},
    )
    names = Names(tuple(pools), tuple(top["seat_types"].some_entries()), tuple(areas), tuple(features))
    permissions = _permissions(top["permissions"], names)
    owner = top["owner"].record(("seats", "leaves")) if "owner" in top else {}
    nature = Nature(top["nature"].name(tuple(Nature), "nature"))
    return Catalogue(
        key=key,
        name=top["name"].text(),
        vendor=top["vendor"].text() if "vendor" in top else key,
        nature=nature,
        pools={name: Pool(name, label) for name, label in pools.items()},
        seat_types=_seat_types(top["seat_types"], nature, permissions, names),
        plans=plans,
        areas=areas,
        permissions=permissions,
        roles=_roles(top["roles"], permissions, names),
        invitation=_invitation(top["invitation"]),
        departure=_departure(top["departure"], permissions),
        owner_seats=_owner_seats(owner["seats"], names) if owner else {},
        owner_leaves=_text(owner["leaves"]) if owner else None,
        needs_one_of=names_in(top, "needs_one_of", names.areas, "area"),
        work_orders=_work_orders(top["work_orders"]) if "work_orders" in top else {},
        giving=_giving(top["giving"], permissions) if "giving" in top else Giving(),
        sub_accounts=_sub_accounts(top["sub_accounts"], names) if "sub_accounts" in top else None,
    )


def _folder() -> Traversable:
    return files("connector") / "catalogues"


def _label(record: Mapping[str, Value]) -> Text:
    return Text(record["label_en"].text(), record["label_fr"].text())


def _labels(value: Value) -> dict[str, Text]:
    return {key: _label(entry.record(LABEL)) for key, entry in value.entries().items()}


def _text(value: Value) -> Text:
    record = value.record(("en", "fr"))
    return Text(record["en"].text(), record["fr"].text())


def _plans(value: Value, pools: Sequence[str]) -> dict[str, Plan]:
    found = {}
    for key, entry in value.some_entries().items():
        record = entry.record((*LABEL, "pools"), ("features", "addons"))
        addons = record["addons"].entries() if "addons" in record else {}
        found[key] = Plan(
            key=key,
            label=_label(record),
            pools=dict.fromkeys(pools, NOT_OFFERED) | _offers(record["pools"], pools),
            features=names_in(record, "features"),
            addons={name: Addon(name, _offers(addon, pools)) for name, addon in addons.items()},
        )
    return found


def _offers(value: Value, pools: Sequence[str]) -> dict[str, PoolOffer]:
    return {key: _offer(entry) for key, entry in value.entries(pools, "pool").items()}


def _offer(value: Value) -> PoolOffer:
    """Read a number (that many, none more sold), a word, or a map of what is included and sold, at what price."""
    if not value.is_map():
        included, by_contract = _limit(value)
        return PoolOffer(included, included, by_contract=by_contract)
    record = value.record(("included", "most"), ("prices",))
    included, by_contract = _limit(record["included"])
    most, _ = _limit(record["most"])
    if most is not None and not by_contract and (included is None or included > most):
        record["most"].refuse("must not be below what is included.")
    prices = record["prices"].entries() if "prices" in record else {}
    return PoolOffer(included, most, tuple(_price(key, price) for key, price in prices.items()), by_contract)


def _limit(value: Value) -> tuple[int | None, bool]:
    """Read a number of seats; "unlimited" and "by-contract" are none, and the second says so."""
    if value.is_text("unlimited", "by-contract"):
        return None, value.is_text("by-contract")
    return value.number(), False


def _price(currency: str, value: Value) -> Price:
    if not re.fullmatch("[A-Z]{3}", currency):
        value.refuse(f"the currency {currency!r} is no ISO 4217 code.")
    return Price(value.decimal(), currency)


def _owner_seats(value: Value, names: Names) -> dict[str, int]:
    return {key: entry.number() for key, entry in value.entries(names.pools, "pool").items()}


def _permissions(value: Value, names: Names) -> dict[str, Permission]:
    optional = ("requires", "implies", "seat_types", "plan_features", "grantable", "restricts", "note")
    entries = _placeless(value)
    found = {}
    for key, entry in entries.items():
        record = entry.record(("area", *LABEL), optional)
        found[key] = Permission(
            key=key,
            area=record["area"].name(names.areas, "area"),
            label=_label(record),
            requires=names_in(record, "requires", entries, "permission"),
            implies=names_in(record, "implies", entries, "permission"),
            seat_types=names_in(record, "seat_types", names.seat_types, "seat type"),
            plan_features=names_in(record, "plan_features", names.features, "feature or add-on of a plan"),
            grantable=record["grantable"].flag() if "grantable" in record else True,
            restricts=record["restricts"].flag() if "restricts" in record else False,
            note=_text(record["note"]) if "note" in record else None,
        )
    return found


def _seat_types(
    value: Value, nature: Nature, permissions: Mapping[str, Permission], names: Names
) -> dict[str, SeatType]:
    found = {}
    for key, entry in value.entries().items():
        record = entry.record((*LABEL, "draws"), ("rank", "includes", "taken_by", "plan_features"))
        found[key] = SeatType(
            key=key,
            label=_label(record),
            draws=names_in(record, "draws", names.pools, "pool"),
            rank=record["rank"].number() if "rank" in record else 0,
            includes=names_in(record, "includes", names.seat_types, "seat type"),
            taken_by=_in_areas(permissions, names_in(record, "taken_by", names.areas, "area")),
            plan_features=names_in(record, "plan_features", names.features, "feature or add-on of a plan"),
        )
    if nature is Nature.CHOSEN and len({seat.rank for seat in found.values()}) < len(found):
        value.refuse("each seat type needs a rank of its own where one of them is chosen.")
    return found


def _placeless(value: Value) -> dict[str, Value]:
    """Read a map of which no key says where something is held: that is for sub-accounts to add."""
    entries = value.entries()
    for key, entry in entries.items():
        if ON in key:
            entry.refuse(f"a key has no {ON!r}, which stands before the name of a sub-account.")
    return entries


def _giving(value: Value, permissions: Collection[str]) -> Giving:
    record = value.record((), ("needs", "needs_for_paid", "only_own"))
    return Giving(
        names_in(record, "needs", permissions, "permission"),
        names_in(record, "needs_for_paid", permissions, "permission"),
        record["only_own"].flag() if "only_own" in record else False,
    )


def _sub_accounts(value: Value, names: Names) -> frozenset[str]:
    return names_in(value.record(("plan_features",)), "plan_features", names.features, "feature or add-on of a plan")


def _in_areas(permissions: Mapping[str, Permission], areas: Collection[str]) -> frozenset[str]:
    return frozenset(key for key, permission in permissions.items() if permission.area in areas)


def _roles(value: Value, permissions: Mapping[str, Permission], names: Names) -> dict[str, Role]:
    found = {}
    for key, entry in _placeless(value).items():
        record = entry.record((*LABEL, "permissions"), ("excludes", "assignable", "seat_types", "plan_features"))
        assignable = record["assignable"].flag() if "assignable" in record else True
        held, whole = _held(record["permissions"], permissions, names, assignable)
        excluded = names_in(record, "excludes", permissions, "permission")
        found[key] = Role(
            key=key,
            label=_label(record),
            permissions=None if held is None else held - excluded,
            whole=whole,
            assignable=assignable,
            seat_types=names_in(record, "seat_types", names.seat_types, "seat type"),
            plan_features=names_in(record, "plan_features", names.features, "feature or add-on of a plan"),
        )
    return found


def _held(
    value: Value, permissions: Mapping[str, Permission], names: Names, assignable: bool
) -> tuple[frozenset[str] | None, bool]:
    """Read what a role holds, and whether it is whole: "all", "unknown", areas in full, or a list of permissions.

    A role that nobody can be given is the owner's, and its "all" has also what is the owner's alone.
    """
    if value.is_text("unknown"):
        return None, False
    if not value.is_map() and not value.is_text("all"):
        return frozenset(value.names(permissions, "permission")), False
    areas = names.areas if value.is_text("all") else value.record(("areas",))["areas"].names(names.areas, "area")
    found = [permissions[key] for key in _in_areas(permissions, areas)]
    return frozenset(each.key for each in found if not each.restricts and (each.grantable or not assignable)), True


def _invitation(value: Value) -> Invitation:
    optional = (
        "ttl_hours",
        "reminder_hours",
        "languages",
        "states",
        "batch",
        "changes_while_pending",
        "copy_link",
        "suppress_mail",
        "same_for_batch",
    )
    record = value.record(("counts_in_quota",), optional)
    ttl = record["ttl_hours"].number(1) if "ttl_hours" in record else None
    reminder = record["reminder_hours"].number(1) if "reminder_hours" in record else None
    if reminder is not None and (ttl is None or reminder >= ttl):
        record["reminder_hours"].refuse("must be less than ttl_hours.")
    return Invitation(
        counts_in_quota=record["counts_in_quota"].flag(),
        ttl_hours=ttl,
        reminder_hours=reminder,
        languages=record["languages"].names() if "languages" in record else (),
        states=record["states"].names() if "states" in record else (),
        batch=record["batch"].number(1) if "batch" in record else None,
        changes_while_pending=record["changes_while_pending"].flag() if "changes_while_pending" in record else None,
        copy_link=record["copy_link"].flag() if "copy_link" in record else False,
        suppress_mail=record["suppress_mail"].flag() if "suppress_mail" in record else False,
        same_for_batch=record["same_for_batch"].flag() if "same_for_batch" in record else False,
    )


def _departure(value: Value, permissions: Collection[str]) -> Departure:
    flags = ("suspends_first", "suspended_keep_seats")
    record = value.record(("action",), ("reversible", *flags, "reassign", "breaks", "outlives"))
    return Departure(
        action=record["action"].text(),
        reversible=record["reversible"].flag() if "reversible" in record else None,
        suspends_first=record["suspends_first"].flag() if "suspends_first" in record else False,
        suspended_keep_seats=record["suspended_keep_seats"].flag() if "suspended_keep_seats" in record else True,
        reassign=_assets(record, "reassign", permissions),
        breaks=_assets(record, "breaks", permissions),
        outlives=_assets(record, "outlives", permissions),
    )


def _assets(record: Mapping[str, Value], key: str, permissions: Collection[str]) -> tuple[Asset, ...]:
    if key not in record:
        return ()
    found = []
    for name, value in record[key].entries().items():
        facts = value.record(LABEL, ("permissions",))
        found.append(Asset(name, _label(facts), names_in(facts, "permissions", permissions, "permission")))
    return tuple(found)


def _work_orders(value: Value) -> dict[str, tuple[Text, ...]]:
    return {key: tuple(map(_step, entry.items())) for key, entry in value.entries(WORK_ORDERS, "work order").items()}


def _step(value: Value) -> Text:
    for words in value.record(("en", "fr")).values():
        for name in placeholders(words.text()):
            if name not in PLACEHOLDERS:
                hint = ", ".join(nearest_first(name, PLACEHOLDERS))
                words.refuse(f"there is nothing to put for {{{name}}}. Known, nearest first: {hint}.")
    return _text(value)
