"""Authentication flows as values: read from a realm, compared, built.

A flow that somebody changed is not mended in place: a half-built flow that is in use would let people pass. It is
renamed, built anew beside, and deleted once nothing uses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from keycloak import KeycloakAdmin

from connector.keycloak.server import KeycloakFailure

REPLACED = "-replaced-"


@dataclass(frozen=True, slots=True)
class Step:
    """One authenticator or condition."""

    provider: str
    requirement: str = "REQUIRED"
    config: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubFlow:
    """Steps that succeed or fail together. Its name is unique in the realm."""

    alias: str
    requirement: str
    steps: tuple[Step | SubFlow, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """What a person passes through to sign in. At one level, ALTERNATIVE beside REQUIRED or CONDITIONAL is ignored."""

    alias: str
    description: str
    steps: tuple[Step | SubFlow, ...]


def aliases(admin: KeycloakAdmin) -> set[str]:
    """Return the names of the realm's flows."""
    return {str(one["alias"]) for one in admin.get_authentication_flows()}


def steps_held(admin: KeycloakAdmin, alias: str) -> tuple[Step | SubFlow, ...]:
    """Return what a flow of the realm consists of."""
    executions = [_with_config(admin, one) for one in admin.get_authentication_flow_executions(alias)]
    return _tree(executions, 0)


def build(admin: KeycloakAdmin, flow: Flow) -> None:
    """Make a flow. One of this name that is there already is kept under another, so that what uses it goes on."""
    if flow.alias in aliases(admin):
        _rename(admin, flow.alias)
    payload = {"alias": flow.alias, "description": flow.description, "providerId": "basic-flow"}
    admin.create_authentication_flow({**payload, "topLevel": True, "builtIn": False})
    _add(admin, flow.alias, flow.steps)
    built = admin.get_authentication_flow_executions(flow.alias)
    wanted = list(_flat(flow.steps))
    if len(built) != len(wanted):
        raise KeycloakFailure(f"Keycloak built the flow {flow.alias} otherwise than asked.")
    for execution, one in zip(built, wanted, strict=True):
        admin.update_authentication_flow_executions({**execution, "requirement": one.requirement}, flow.alias)
        if isinstance(one, Step) and one.config:
            config = {"alias": f"{flow.alias}-{one.provider}", "config": dict(one.config)}
            admin.create_execution_config(execution["id"], config)


def replaced(admin: KeycloakAdmin) -> dict[str, str]:
    """Return name -> id of the flows that were built anew since."""
    return {one["alias"]: one["id"] for one in admin.get_authentication_flows() if REPLACED in one["alias"]}


def _add(admin: KeycloakAdmin, parent: str, steps: tuple[Step | SubFlow, ...]) -> None:
    for one in steps:
        if isinstance(one, Step):
            admin.create_authentication_flow_execution({"provider": one.provider}, parent)
        else:
            # The provider is for registration forms; the API asks for one all the same.
            named = {"alias": one.alias, "type": "basic-flow", "provider": "registration-page-form", "description": ""}
            admin.create_authentication_flow_subflow(named, parent)
            _add(admin, one.alias, one.steps)


def _rename(admin: KeycloakAdmin, alias: str) -> None:
    taken = aliases(admin)
    # The names of flows, of the flows within and of configurations are each unique in a realm.
    suffix = next(mark for mark in (f"{REPLACED}{n}" for n in count(1)) if alias + mark not in taken)
    executions = admin.get_authentication_flow_executions(alias)
    top = [one["id"] for one in admin.get_authentication_flows() if one["alias"] == alias]
    for flow_id in top + [one["flowId"] for one in executions if one.get("authenticationFlow")]:
        held = admin.get_authentication_flow_for_id(flow_id)
        admin.update_authentication_flow(flow_id, {**held, "alias": held["alias"] + suffix})
    for config_id in [one["authenticationConfig"] for one in executions if one.get("authenticationConfig")]:
        held = admin.get_authenticator_config(config_id)
        admin.update_authenticator_config({**held, "alias": held["alias"] + suffix}, config_id)


def _flat(steps: tuple[Step | SubFlow, ...]) -> Iterator[Step | SubFlow]:
    for one in steps:
        yield one
        if isinstance(one, SubFlow):
            yield from _flat(one.steps)


def _with_config(admin: KeycloakAdmin, execution: dict[str, Any]) -> dict[str, Any]:
    config_id = execution.get("authenticationConfig")
    config = admin.get_authenticator_config(config_id).get("config", {}) if config_id else {}
    return {**execution, "config": config}


def _tree(executions: list[dict[str, Any]], level: int) -> tuple[Step | SubFlow, ...]:
    """Return the steps of one level; the list is depth first, each entry with its level."""
    starts = [index for index, one in enumerate(executions) if one["level"] == level]
    ends = [*starts[1:], len(executions)]
    return tuple(
        _node(executions[start], executions[start + 1 : end], level) for start, end in zip(starts, ends, strict=True)
    )


def _node(execution: dict[str, Any], below: list[dict[str, Any]], level: int) -> Step | SubFlow:
    if execution.get("authenticationFlow"):
        return SubFlow(execution["displayName"], execution["requirement"], _tree(below, level + 1))
    return Step(execution["providerId"], execution["requirement"], execution["config"])
