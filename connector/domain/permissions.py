"""What may be wanted together, and what several rules come to for one person.

`check` is strict and is asked when a rule is written: it names every offence and its cure. `combine` never refuses,
since rules were right when they were written and the plan may have changed since: what the account cannot give is
withheld, and said. Both read nothing but the catalogue and the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from connector.domain.catalogue import NONE, Catalogue, Nature
from connector.domain.errors import nearest_first
from connector.domain.plans import Plan


class Reason(StrEnum):
    """Why a permission, a role or a seat type cannot be given."""

    UNKNOWN = "unknown"
    REQUIRES = "requires"
    PLAN = "plan"
    SEAT_TYPE = "seat-type"
    OWNER_ONLY = "owner-only"
    NEVER_ALONE = "never-alone"
    SEAT_TYPE_MISSING = "seat-type-missing"
    MAY_NOT_GIVE = "may-not-give"
    NOT_HELD = "not-held"


_SENTENCES = {
    Reason.UNKNOWN: "There is no permission {subject!r}. Known, nearest first: {cures}.",
    Reason.REQUIRES: "{subject} also needs {cures}.",
    Reason.PLAN: "{subject} is not part of the plan. It comes with: {cures}.",
    Reason.SEAT_TYPE: "{subject} cannot be held on this seat. It can on: {cures}.",
    Reason.OWNER_ONLY: "{subject} belongs to the account's owner and cannot be given.",
    Reason.NEVER_ALONE: "{subject} cannot be given without something of these areas: {cures}.",
    Reason.SEAT_TYPE_MISSING: "A seat type must be named. Known: {cures}.",
    Reason.MAY_NOT_GIVE: "{subject} may not give this: to do so she needs {cures}.",
    Reason.NOT_HELD: "{subject} can only be given by who holds it: give it to her first, or let {cures} do it.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why `subject`, a permission, role or seat type, cannot be given, and what would cure it.

    `cures` are permissions to add (REQUIRES), add-ons and plans (PLAN), seat types (SEAT_TYPE, SEAT_TYPE_MISSING),
    areas (NEVER_ALONE), the nearest names (UNKNOWN), or what the giver lacks (MAY_NOT_GIVE).
    """

    subject: str
    reason: Reason
    cures: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Compose the sentence; pages render reason, subject and cures in the reader's language."""
        return _SENTENCES[self.reason].format(subject=self.subject, cures=", ".join(self.cures) or "nothing on sale")


def sentences(problems: Iterable[Problem]) -> list[str]:
    """Compose the sentences of a refusal; all permissions of one account that only lack company share the last."""
    problems = tuple(problems)
    lonely = [one for one in problems if one.reason is Reason.NEVER_ALONE]
    told = [one for one in problems if one.reason is not Reason.NEVER_ALONE]
    if lonely:
        told.append(replace(lonely[0], subject=", ".join(one.subject for one in lonely)))
    return [str(one) for one in told]


@dataclass(frozen=True, slots=True)
class Grant:
    """What one rule makes due in one account; without a seat type it adds permissions to what other rules grant."""

    seat_type: str | None = None
    permissions: frozenset[str] = NONE


@dataclass(frozen=True, slots=True)
class Combined:
    """What several grants come to: nothing is due where `seat_types` is empty. `withheld` says what was not given."""

    seat_types: frozenset[str] = NONE
    permissions: frozenset[str] = NONE
    withheld: tuple[Problem, ...] = ()


def combine(catalogue: Catalogue, plan: Plan, grants: Iterable[Grant]) -> Combined:
    """Combine what several rules grant one person; the order of the grants makes no difference.

    Permissions are the union, with what they imply. Seats are those that the permissions take and those named
    (derived), the one of highest rank (chosen), or the first and those named (flat). The seat goes before the
    permission: what the seat or the plan does not allow, or lacks what it requires, is withheld, and nobody is given a
    dearer seat for the sake of a permission where seats are chosen. The outcome depends on the arguments alone, so
    callers may remember it for each set of grants.
    """
    grants = tuple(grants)
    if not grants:
        return Combined()
    named = frozenset(grant.seat_type for grant in grants if grant.seat_type is not None)
    absent = [problem for key in sorted(named) if (problem := _seat_not_sold(catalogue, plan, key))]
    seats = _seats(catalogue, named - {problem.subject for problem in absent})
    if catalogue.nature is Nature.CHOSEN and not seats:
        return Combined(withheld=tuple(absent) or (_no_seat_named(catalogue),))
    wanted = NONE.union(*(grant.permissions for grant in grants))
    given, barred = _allowed(catalogue, plan, seats, wanted)
    if catalogue.nature is Nature.DERIVED:
        seats |= catalogue.seats_taken_by(given)
    if not seats and not absent and not barred:
        return Combined(withheld=(_no_seat_named(catalogue),))
    return Combined(seats, given, (*absent, *barred))


def check(catalogue: Catalogue, plan: Plan, seat_type: str | None, wanted: frozenset[str]) -> list[Problem]:
    """Return everything that speaks against giving these permissions on this seat type, at once.

    What permissions imply counts as wanted; to want none is no offence. Raises NotFound for an unknown seat type.
    """
    unknown = [_unknown(catalogue, key) for key in sorted(wanted - catalogue.permissions.keys())]
    seats = _seats(catalogue, NONE if seat_type is None else frozenset({catalogue.seat_type(seat_type).key}))
    problems = unknown + ([] if seats or catalogue.nature is not Nature.CHOSEN else [_no_seat_named(catalogue)])
    problems += [problem for key in sorted(seats) if (problem := _seat_not_sold(catalogue, plan, key))]
    known = catalogue.with_implied(wanted & catalogue.permissions.keys())
    return problems + _offences(catalogue, plan, seats, known)


def check_role(
    catalogue: Catalogue, plan: Plan, seat_type: str | None, role_key: str, wanted: frozenset[str] = NONE
) -> list[Problem]:
    """Return everything that speaks against giving a role, with permissions `wanted` beside it, on this seat type.

    Role and permissions are judged together: what one of them lacks the other may have. Raises NotFound for an unknown
    role or seat type.
    """
    role = catalogue.role(role_key)
    problems = [] if role.assignable else [Problem(role.key, Reason.OWNER_ONLY)]
    if not role.plan_features <= plan.features:
        problems.append(Problem(role.key, Reason.PLAN, _sellers(catalogue, plan, role.plan_features)))
    if seat_type is not None and role.seat_types and not role.seat_types & catalogue.covered_by(frozenset({seat_type})):
        problems.append(Problem(role.key, Reason.SEAT_TYPE, _wider(catalogue, role.seat_types)))
    return problems + check(catalogue, plan, seat_type, wanted | role.expand(catalogue, plan, seat_type))


def check_giver(
    catalogue: Catalogue, giver: str, held: frozenset[str], wanted: frozenset[str], *, paid: bool
) -> list[Problem]:
    """Return everything that speaks against a member giving these permissions who holds `held` herself.

    `paid` tells that a seat is paid for it. The account's owner may give everything, and is not asked about.
    """
    giving = catalogue.giving
    lacking = (giving.needs | (giving.needs_for_paid if paid else NONE)) - held
    problems = [Problem(giver, Reason.MAY_NOT_GIVE, tuple(sorted(lacking)))] if lacking else []
    if giving.only_own:
        foreign = catalogue.with_implied(wanted & catalogue.permissions.keys()) - held
        problems += [Problem(key, Reason.NOT_HELD, ("the account's owner",)) for key in sorted(foreign)]
    return problems


def lesser(
    catalogue: Catalogue, plan: Plan, seats: frozenset[str], wanted: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return what is left of seat types and permissions that are wanted, when only these seats can be had.

    Where seats are derived, what takes another seat is withheld, and a seat that nothing takes is none.
    """
    if catalogue.nature is not Nature.DERIVED:
        return seats, _allowed(catalogue, plan, seats, wanted)[0]
    allowed = frozenset(key for key in wanted if catalogue.seats_taken_by(frozenset({key})) <= seats)
    given = _allowed(catalogue, plan, seats, allowed)[0]
    return catalogue.seats_taken_by(given) & seats, given


def _seats(catalogue: Catalogue, named: frozenset[str]) -> frozenset[str]:
    if catalogue.nature is Nature.FLAT:
        return named | {catalogue.first_seat_type.key}
    if catalogue.nature is Nature.CHOSEN and named:
        return frozenset({max(named, key=lambda key: catalogue.seat_type(key).rank)})
    return named


def _allowed(
    catalogue: Catalogue, plan: Plan, seats: frozenset[str], wanted: frozenset[str]
) -> tuple[frozenset[str], list[Problem]]:
    """Withhold until nothing offends: what is withheld brings nothing with it, and may be what another requires."""
    withheld = [_unknown(catalogue, key) for key in sorted(wanted - catalogue.permissions.keys())]
    while True:
        barred = {problem.subject for problem in withheld}
        held = catalogue.with_implied(wanted - barred) - barred
        offences = _offences(catalogue, plan, seats, held)
        if not offences:
            return held, withheld
        withheld += offences


def _offences(catalogue: Catalogue, plan: Plan, seats: frozenset[str], held: frozenset[str]) -> list[Problem]:
    found = [problem for key in sorted(held) for problem in _offences_of(catalogue, plan, seats, held, key)]
    if not catalogue.needs_one_of or not catalogue.needs_one_of.isdisjoint(catalogue.areas_of(held)):
        return found
    cures = tuple(area for area in catalogue.areas if area in catalogue.needs_one_of)
    return found + [Problem(key, Reason.NEVER_ALONE, cures) for key in sorted(held)]


def _offences_of(
    catalogue: Catalogue, plan: Plan, seats: frozenset[str], held: frozenset[str], key: str
) -> Iterator[Problem]:
    permission, features = catalogue.permission(key), catalogue.features_for(key)
    if not permission.grantable:
        yield Problem(key, Reason.OWNER_ONLY)
    if not features <= plan.features:
        yield Problem(key, Reason.PLAN, _sellers(catalogue, plan, features))
    if seats and not any(catalogue.may_hold(seat, key) for seat in seats):
        yield Problem(key, Reason.SEAT_TYPE, _wider(catalogue, permission.seat_types))
    if not permission.requires <= held:
        yield Problem(key, Reason.REQUIRES, tuple(sorted(catalogue.requirements(key) - held)))


def _seat_not_sold(catalogue: Catalogue, plan: Plan, key: str) -> Problem | None:
    features = catalogue.seat_type(key).plan_features
    return None if features <= plan.features else Problem(key, Reason.PLAN, _sellers(catalogue, plan, features))


def _sellers(catalogue: Catalogue, plan: Plan, features: frozenset[str]) -> tuple[str, ...]:
    """Name what would bring the features: add-ons of this plan first, else the plans that have or sell them."""
    missing = features - plan.features
    if missing <= plan.addons.keys():
        return tuple(sorted(missing))
    return tuple(other.key for other in catalogue.plans.values() if features <= other.features | other.addons.keys())


def _wider(catalogue: Catalogue, least: frozenset[str]) -> tuple[str, ...]:
    return tuple(key for key in catalogue.seat_types if least & catalogue.covered_by(frozenset({key})))


def _unknown(catalogue: Catalogue, key: str) -> Problem:
    return Problem(key, Reason.UNKNOWN, tuple(nearest_first(key, catalogue.permissions)[:5]))


def _no_seat_named(catalogue: Catalogue) -> Problem:
    return Problem("", Reason.SEAT_TYPE_MISSING, tuple(catalogue.seat_types))
