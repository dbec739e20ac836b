"""How `jumpseat person explain` says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from connector.cli.output import cell, count
from connector.cli.rule import what
from connector.domain.access import Reason
from connector.domain.events import CauseKind
from connector.domain.grants import By
from connector.domain.memberships import Answer, Membership, Obstacle, State
from connector.domain.seats import LineOrder
from connector.lifecycle.departures import Unfinished
from connector.lifecycle.explaining import Explanation, Place, RuleVerdict, Verdict

STATES = {
    State.WAITING: "waits for a seat",
    State.INVITED: "is invited, a seat is promised",
    State.ACTIVE: "holds a seat",
    State.SUSPENDED: "holds a seat and is kept out by an operator",
    State.ENDED: "holds nothing",
}
ANSWERS = {
    Answer.DECLINED: "declined",
    Answer.CANCELLED: "an operator took the invitation back",
    Answer.EXPIRED: "let the invitation expire",
    Answer.REVOKED: "an operator ended the access",
}
KINDS = {By.RULE: "rule ", By.HAND: "", By.SCIM: "stated: "}
GATE = {
    Reason.LEFT: "her directory wants her out",
    Reason.DIRECTORY_OFF: "her directory is switched off",
    Reason.ACCOUNT_CLOSED: "the account is closed",
    Reason.ACCOUNT_FROZEN: "the account is frozen",
    Reason.NOT_INVITED: "nothing is due to her",
    Reason.NO_SIGN_IN: "her directory has no sign-in settings",
    Reason.WAITING: "no seat is free yet",
    Reason.INVITATION_PENDING: "she has not answered yet",
    Reason.INVITATION_EXPIRED: "the invitation has expired",
    Reason.INVITATION_DECLINED: "she declined",
    Reason.INVITATION_CANCELLED: "the invitation was taken back",
    Reason.REVOKED: "an operator ended her access",
    Reason.SUSPENDED: "an operator keeps her out",
}


def as_document(found: Explanation) -> dict[str, Any]:
    """Return the explanation for programs."""
    return {
        "user_name": found.person.stated.user_name,
        "directory": found.directory,
        "active": found.person.active,
        "signs_in": found.signs_in,
        "identity": dict(zip(("issuer", "subject"), found.identity, strict=True)) if found.identity else None,
        "groups": [one.display for one in found.groups],
        "accounts": [_place_document(one) for one in found.places],
        "events": [_event_document(one) for one in found.events],
    }


def tell(found: Explanation) -> None:
    """Print the explanation for people."""
    person = found.person
    wanted = "active" if person.active else "not active: her directory wants her out"
    click.secho(f"{person.display_name} ({person.stated.user_name}) of {found.directory}, {wanted}", bold=True)
    click.echo(f"  groups: {cell(one.display for one in found.groups) or 'none'}")
    if found.identity:
        click.echo(f"  signs in as {found.identity[1]} at {found.identity[0]}")
    elif not found.signs_in:
        click.echo(f"  cannot sign in: {found.directory} has no sign-in settings (jumpseat directory oidc)")
    else:
        click.echo("  has not signed in with an invitation yet")
    for place in found.places:
        click.echo()
        for line in _place_lines(place):
            click.echo(line)
    if not found.places:
        click.echo(f"\nNo rule is about the people of {found.directory}, so nothing can be due to them.")
    if found.events:
        click.echo("\nLatest events:")
    accounts = {place.account.id: place.account.slug for place in found.places}
    for event in found.events:
        where = f" in {accounts[event['account_id']]}" if event["account_id"] in accounts else ""
        click.echo(f"  {cell(event['at'])}  {event['kind']}{where}{_outcome(event)}, by {_actor(event)}")


def _place_lines(place: Place) -> Iterator[str]:
    member = place.membership
    yield click.style(f"{place.account.slug}: {_state(member)}", bold=True)
    if member is not None and member.seat_types:
        yield f"  seats: {cell(sorted(member.seat_types))}"
    if member is not None and member.permissions:
        yield f"  permissions: {cell(sorted(member.permissions))}"
    order = place.account.line_order
    if member is not None and member.waiting_number and not member.seat_types:
        yield f"  {_waits(member, place.place, order)}"
    elif place.place:
        meanwhile = "has this seat meanwhile" if member and _fell_back(member) else "waits for another seat"
        yield f"  {meanwhile}: {_waits(member, place.place, order)}"
    if member is not None and member.suspended and member.state is not State.SUSPENDED:
        yield "  suspended by an operator: has no access with the next seat either, until: jumpseat member reactivate"
    if place.invitation is not None:
        yield f"  invitation: pending until {cell(place.invitation.expires_at)}"
    if member is not None and member.answer in ANSWERS:
        yield f"  answer remembered: {ANSWERS[member.answer]}; not invited again until: jumpseat invitation resend"
    yield f"  gate: refuses, {GATE.get(place.gate, place.gate.value)}" if place.gate else "  gate: admits"
    for verdict in place.verdicts:
        yield f"  {KINDS[verdict.by]}{_verdict(verdict)}"
    for problem in place.withheld:
        yield f"  withheld: {problem}"
    for one in place.orders:
        if not one.gate_cut:
            yield f"  {count(len(one.steps), 'vendor step')} open: jumpseat workorder list --account {one.account}"
    if place.unfinished is not None:
        yield f"  {still_open(place.unfinished)}: jumpseat workorder list, jumpseat handover list"


def still_open(one: Unfinished) -> str:
    """Say what a departure still waits for."""
    said = f"gate cut, {count(one.open_steps, 'vendor step')} open"
    if one.open_assets:
        said += f", {count(one.open_assets, 'asset')} to hand over to {one.heir or 'nobody yet'}"
    return said


def _state(member: Membership | None) -> str:
    return "nothing is or was due" if member is None else STATES[member.state]


def _fell_back(member: Membership) -> bool:
    return member.due is not None and member.due.meanwhile(member.seat_types) is not None


def _waits(member: Membership | None, place: int | None, order: LineOrder) -> str:
    if member is not None and member.obstacle is Obstacle.NO_SIGN_IN:
        return "not in line, for her directory has no sign-in settings (jumpseat directory oidc)"
    pools = sorted(member.due.pools - member.pools) if member and member.due else []
    by_priority = ", which is served by priority" if order is LineOrder.PRIORITY else ""
    return f"no. {place} in line for {cell(pools)}{by_priority}"


def _verdict(one: RuleVerdict) -> str:
    report, rule = one.report, one.report.rule
    group, directory = f"the group {report.group}", report.directory
    match one.verdict:
        case Verdict.BY_GROUP:
            return f"{rule.name} grants {what(report)}: she is in {group}"
        case Verdict.BY_FILTER:
            return f"{rule.name} grants {what(report)}: she matches {rule.filter}"
        case Verdict.BY_HAND:
            return f"{rule.name} grants {what(report)}, whatever the rules say"
        case Verdict.NOT_IN_GROUP:
            return f"{rule.name} does not apply: she is not in {group}"
        case Verdict.GROUP_UNSEEN:
            return f"{rule.name} does not apply: {directory} has not stated {group}"
        case Verdict.FILTER_DIFFERS:
            return f"{rule.name} does not apply: she does not match {rule.filter}"
        case Verdict.OTHER_DIRECTORY:
            return f"{rule.name} does not apply: it is about {directory}"
        case Verdict.ACCOUNT_CLOSED:
            return f"{rule.name} does not apply: the account is closed"
        case Verdict.INACTIVE:
            return f"{rule.name} does not apply: her directory wants her out"


def _actor(event: Mapping[str, Any]) -> str:
    if event["cause"] == CauseKind.SCIM:
        return "the directory"
    return "the person" if event["actor"] == f"person:{event['person_id']}" else str(event["actor"])


def _outcome(event: Mapping[str, Any]) -> str:
    after = event["after"] or {}
    told = [str(after[key]) for key in ("state", "why", "task") if key in after]
    return f" ({', '.join(told)})" if told else ""


def _place_document(one: Place) -> dict[str, Any]:
    member = one.membership
    return {
        "account": one.account.slug,
        "state": member.state.value if member else None,
        "seats": sorted(member.seat_types) if member else [],
        "permissions": sorted(member.permissions) if member else [],
        "answer": member.answer.value if member and member.answer else None,
        "obstacle": member.obstacle.value if member and member.obstacle else None,
        "place_in_line": one.place,
        "line_order": one.account.line_order.value,
        "suspended": member.suspended if member else False,
        "invitation_expires_at": one.invitation.expires_at if one.invitation else None,
        "gate": one.gate.value if one.gate else "admitted",
        "rules": [
            {
                "rule": verdict.report.rule.name,
                "fires": verdict.verdict.fires,
                "why": verdict.verdict.value,
                "by": verdict.by.value,
                "group": verdict.report.group,
                "filter": verdict.report.rule.filter,
            }
            for verdict in one.verdicts
        ],
        "withheld": [str(problem) for problem in one.withheld],
        "open_work_orders": [order.order.id for order in one.orders],
        "departure": unfinished_document(one.unfinished),
    }


def unfinished_document(one: Unfinished | None) -> dict[str, Any] | None:
    """Return what a departure still waits for; None when nothing."""
    if one is None:
        return None
    return {"gate_cut": True, "open_steps": one.open_steps, "open_assets": one.open_assets, "heir": one.heir}


def _event_document(event: Mapping[str, Any]) -> dict[str, Any]:
    return {key: event[key] for key in ("seq", "at", "kind", "account_id", "cause", "actor", "before", "after")}
