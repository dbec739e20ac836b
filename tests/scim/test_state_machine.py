"""The server beside a model: whatever two directories say, in any order, both come to the same.

After every step all people and groups agree, and the invariants of the reference (security-reliability.md, C2) hold:
the gate lets in exactly those who hold a seat (1); pools count their holders, are never oversold, and nobody holds
twice (2); who left has no live session, no pending invitation and no seat (3); nothing but a directory brings anybody
back (4); the other directory is not there (5); the trail tells of everybody once, and no secret (6); what is said again
changes nothing (8); seats follow from the final state alone, whatever the order of the messages (9). Operators, of whom
one is to remain (7), do not speak SCIM.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from werkzeug.test import TestResponse

from connector.domain.access import Admission
from connector.domain.sessions import Identity
from connector.domain.tenancy import Bind, Idp
from connector.lifecycle import Lifecycle, accounts, admission, directories, invitations, ruling
from connector.lifecycle.tokens import invitation_token
from connector.storage import tables
from connector.storage.work import Work

from . import spoken
from .conftest import CAUSE, PATCH_URN, USER_URN, Directory
from .modelled import ENTERPRISE, ModelDirectory, ModelGroup, ModelPerson, Refused
from .spoken import Spoken

Json = Any
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
MEMBERSHIPS = "urn:jumpseat:params:scim:schemas:extension:membership:1.0:User"
CAPACITY = {"crm": 2, "vpn": 1}
"""Seats: of `crm` one is due to everybody active, of `vpn` to the members of the first directory's group Admins."""

numbers = count(1)
first = some.booleans().map(lambda second: int(second))


class Machine(RuleBasedStateMachine):
    """One tenant with two directories, spoken to over HTTP; `server` and `model` are walked in step."""

    def __init__(self, app: Flask, lifecycle: Lifecycle) -> None:
        super().__init__()
        self.lifecycle = lifecycle
        self.number = next(numbers)
        write = lifecycle.write
        self.tenant = write(directories.create_tenant, f"tenant-{self.number}", CAUSE)
        self.directories = [self._directory(app, name) for name in ("one", "two")]
        self.models = [ModelDirectory(), ModelDirectory()]
        for name, seats in CAPACITY.items():
            facts = {"capacities": {"seats": seats}, "tenant_slug": self.tenant.slug}
            write(accounts.open_account, self._slug(name), "plain", "standard", CAUSE, **facts)  # type: ignore[arg-type]
        grant = {"seat_type": "seat", "role": "member"}
        write(ruling.add_rule, "all", self._slug("crm"), CAUSE, where="active eq true", **grant)  # type: ignore[arg-type]
        named = {"directory_slug": self._slug("one"), "group": "Admins"}
        write(ruling.add_rule, "admins", self._slug("vpn"), CAUSE, **named, **grant)  # type: ignore[arg-type]
        self.bound: str | None = None
        self.seen: set[str] = set()
        self.versions: dict[tuple[str, str], Json] = {}
        self.signed_in: dict[str, str] = {}
        self.signed_out: list[str] = []

    def _slug(self, name: str) -> str:
        return f"{name}-{self.number}"

    def _directory(self, app: Flask, name: str) -> Directory:
        slug = self._slug(name)
        _, token = self.lifecycle.write(directories.create_directory, slug, Idp.GENERIC, CAUSE, self.tenant.slug)
        facts = {"issuer": f"https://idp.example/{slug}", "client_id": "jumpseat", "client_secret": "secret"}
        self.lifecycle.write(directories.set_sign_in, slug, CAUSE, bind=Bind.FIRST_ACCEPTANCE, **facts)  # type: ignore[arg-type]
        return Directory(slug, token, app.test_client())

    @initialize(which=first)
    def begin(self, which: int) -> None:
        """Begin with a few people and a group, so that most of what is said is about somebody."""
        for name, key in zip(spoken.NAMES, spoken.KEYS, strict=True):
            stated = {"active": True, "userName": name, "externalId": key}
            made = self.directories[which].person(name, externalId=key)
            self.models[which].state(made["id"], stated)
        members = set(self.models[which].people)
        made = self.directories[which].group("Admins", *members)
        self.models[which].state_group(made["id"], {"displayName": "Admins"}, members)
        self._bind(which)

    # What directories say of people.

    @rule(which=first, document=spoken.people())
    def post_person(self, which: int, document: dict[str, Json]) -> None:
        model, stated = self.models[which], {"active": True, **document}
        answer = self.directories[which].call("POST", "/Users", spoken.person_body(document))
        with self._expected(answer, 201):
            returning = model.returner(stated)
            scim_id = answer.json["id"]
            assert scim_id == returning.id if returning else scim_id not in self.seen
            model.state(scim_id, stated)
            self._sign_out_leavers(model)

    @rule(data=some.data(), which=first, document=spoken.people())
    def put_person(self, data: Any, which: int, document: dict[str, Json]) -> None:
        person = self._some_person(data, which)
        if person is None:
            return
        model = self.models[which]
        stated = model.replaced(person.id, document)

        def put() -> TestResponse:
            return self.directories[which].call("PUT", f"/Users/{person.id}", spoken.person_body(document))

        with self._expected(put(), 200):
            model.change(person.id, stated)
            self._sign_out_leavers(model)
            self._changes_nothing(put)

    @rule(data=some.data(), which=first, change=spoken.person_changes)
    def patch_person(self, data: Any, which: int, change: Spoken) -> None:
        person = self._some_person(data, which)
        if person is None:
            return
        model, document = self.models[which], deepcopy(person.attributes)

        def patch() -> TestResponse:
            return self.directories[which].patch(f"/Users/{person.id}", *change.operations)

        with self._expected(patch(), 200):
            change.meaning(document)
            model.change(person.id, document)
            self._sign_out_leavers(model)
            if _is_idempotent(change, document):
                self._changes_nothing(patch)

    @rule(data=some.data(), which=first)
    def delete_person(self, data: Any, which: int) -> None:
        person = self._some_person(data, which)
        if person is None:
            return
        assert self.directories[which].call("DELETE", f"/Users/{person.id}").status_code == 204
        self.models[which].delete_person(person.id)
        self._sign_out_leavers(self.models[which])
        for method in ("DELETE", "GET"):
            assert self.directories[which].call(method, f"/Users/{person.id}").status_code == 404

    # What they say of groups.

    @rule(
        data=some.data(), which=first, name=some.sampled_from(["Admins", "Staff"]), key=some.sampled_from([None, "g1"])
    )
    def post_group(self, data: Any, which: int, name: str, key: str | None) -> None:
        model, attributes = self.models[which], {"displayName": name} | ({"externalId": key} if key else {})
        members = self._some_ids(data, which)
        answer = self.directories[which].call("POST", "/Groups", spoken.group_body(attributes, members))
        with self._expected(answer, 201):
            model.check_group(attributes, members)
            assert answer.json["id"] not in self.seen
            model.state_group(answer.json["id"], attributes, members)
            self._bind(which)

    @rule(data=some.data(), which=first, name=some.sampled_from(["Admins", "Staff"]))
    def put_group(self, data: Any, which: int, name: str) -> None:
        group = self._some_group(data, which)
        if group is None:
            return
        model, members = self.models[which], self._some_ids(data, which)
        kept = {key: value for key, value in group.attributes.items() if key == "externalId"}
        attributes = kept | {"displayName": name}

        def put() -> TestResponse:
            body = spoken.group_body({"displayName": name}, members)
            return self.directories[which].call("PUT", f"/Groups/{group.id}", body)

        with self._expected(put(), 200):
            model.check_group(attributes, members, group.id)
            model.state_group(group.id, attributes, members)
            self._bind(which)
            self._changes_nothing(put)

    @rule(data=some.data(), which=first)
    def patch_group(self, data: Any, which: int) -> None:
        group = self._some_group(data, which)
        if group is None:
            return
        model, changed = self.models[which], deepcopy(group)
        change = data.draw(spoken.group_changes(self._ids(which)))

        def patch() -> TestResponse:
            return self.directories[which].patch(f"/Groups/{group.id}", *change.operations)

        with self._expected(patch(), 200):
            change.meaning(changed)
            model.check_group(changed.attributes, changed.members, group.id)
            model.state_group(group.id, changed.attributes, changed.members)
            self._bind(which)
            self._changes_nothing(patch)

    @rule(data=some.data(), which=first)
    def delete_group(self, data: Any, which: int) -> None:
        group = self._some_group(data, which)
        if group is None:
            return
        assert self.directories[which].call("DELETE", f"/Groups/{group.id}").status_code == 204
        del self.models[which].groups[group.id]
        self._bind(which)
        for method in ("DELETE", "GET"):
            assert self.directories[which].call(method, f"/Groups/{group.id}").status_code == 404

    # What they ask.

    @rule(
        which=first,
        question=spoken.questions(),
        start=some.integers(-1, 4),
        size=some.integers(0, 3),
        order=spoken.orders,
        by_post=some.booleans(),
    )
    def search(
        self, which: int, question: spoken.Question, start: int, size: int, order: spoken.Order, by_post: bool
    ) -> None:
        """One page in its order, and the number of all that match (RFC 7644 sections 3.4.2.3, 3.4.2.4, 3.4.3)."""
        text, meaning = question
        query = {"filter": text, "startIndex": start, "count": size, "attributes": "userName", **order.query}
        found = self._list(which, query, by_post)
        matching = [one.id for one in order.sorted([one for one in self.models[which].people.values() if meaning(one)])]
        begin = max(start, 1) - 1
        assert found["totalResults"] == len(matching), text
        assert [one["id"] for one in found["Resources"]] == matching[begin : begin + size], (text, order)

    @rule(
        which=first, question=spoken.questions(), size=some.integers(1, 3), order=spoken.orders, by_post=some.booleans()
    )
    def walk(self, which: int, question: spoken.Question, size: int, order: spoken.Order, by_post: bool) -> None:
        """All pages by cursor, one after the other: everybody once, and then no more (RFC 9865)."""
        text, meaning = question
        query: dict[str, Json] = {"filter": text, "count": size, "cursor": "", **order.query}
        ids: list[str] = []
        while query["cursor"] is not None:
            found = self._list(which, query, by_post)
            assert len(found["Resources"]) <= size
            ids += [one["id"] for one in found["Resources"]]
            query["cursor"] = found.get("nextCursor")
        matching = order.sorted([one for one in self.models[which].people.values() if meaning(one)])
        assert ids == [one.id for one in matching], (text, order)

    @rule(which=first, size=some.integers(1, 4))
    def search_everything(self, which: int, size: int) -> None:
        """People and then groups, page after page, by POST to the root (RFC 7644 section 3.4.2.1)."""
        model, ids = self.models[which], list[str]()
        total = len(model.people) + len(model.groups)
        while len(ids) < total:
            body = {"schemas": [SEARCH], "startIndex": len(ids) + 1, "count": size, "attributes": ["id"]}
            found = self.directories[which].call("POST", "/.search", body).json or {}
            assert found["totalResults"] == total
            assert found["Resources"], "the list ends before its total"
            ids += [one["id"] for one in found["Resources"]]
        assert ids == [*sorted(model.people), *sorted(model.groups)]

    @rule(data=some.data(), which=first, change=spoken.person_changes)
    def patch_on_condition(self, data: Any, which: int, change: Spoken) -> None:
        """Of a version that has passed nothing is changed, of the present one what is said (RFC 7644 section 3.14)."""
        person = self._some_person(data, which)
        if person is None:
            return
        model, speaker, path = self.models[which], self.directories[which], f"/Users/{person.id}"
        version = speaker.call("GET", path).headers["ETag"]
        assert speaker.call("GET", path, headers={"If-None-Match": version}).status_code == 304
        for passed in ({"If-Match": 'W/"999999"'}, {"If-None-Match": version}):
            answer = speaker.patch(path, *change.operations, headers=passed)
            # What is no operation is told before anything is looked up.
            assert answer.status_code in ((412,) if _is_possible(change, person) else (412, 400)), answer.json
        document = deepcopy(person.attributes)
        with self._expected(speaker.patch(path, *change.operations, headers={"If-Match": version}), 200):
            change.meaning(document)
            model.change(person.id, document)
            self._sign_out_leavers(model)

    @rule(
        which=first,
        documents=some.lists(spoken.people(), min_size=1, max_size=2),
        name=some.sampled_from(["Admins", "Staff"]),
    )
    def post_in_bulk(self, which: int, documents: list[dict[str, Json]], name: str) -> None:
        """State a group before the people whom it names: each is done as it would be alone (RFC 7644 section 3.7)."""
        model, made = self.models[which], dict[str, str]()
        group = spoken.group_body({"displayName": name}, {f"bulkId:{number}" for number in range(len(documents))})
        bodies = {"group": group, **{str(n): spoken.person_body(each) for n, each in enumerate(documents)}}
        operations = [
            {"method": "POST", "path": "/Groups" if key == "group" else "/Users", "bulkId": key, "data": body}
            for key, body in bodies.items()
        ]
        answer = self.directories[which].call("POST", "/Bulk", {"schemas": [BULK], "Operations": operations})
        assert answer.status_code == 200, answer.json
        for result in answer.json["Operations"]:
            key, scim_id = result["bulkId"], result.get("location", "").rpartition("/")[2]
            told = SimpleNamespace(status_code=int(result["status"]), json=result.get("response"))
            with self._expected(told, 201):
                if key == "group":
                    if len(made) < len(documents):
                        raise Refused(409)
                    model.check_group({"displayName": name}, set(made.values()))
                    model.state_group(scim_id, {"displayName": name}, set(made.values()))
                    self._bind(which)
                else:
                    stated = {"active": True, **documents[int(key)]}
                    returning = model.returner(stated)
                    assert scim_id == returning.id if returning else scim_id not in self.seen
                    model.state(scim_id, stated)
                    made[key] = scim_id
                    self._sign_out_leavers(model)

    @rule(data=some.data(), which=first)
    def meddle(self, data: Any, which: int) -> None:
        """Try what belongs to the other directory: it is not there to read, change, delete, nor as a member."""
        other = self.models[1 - which]
        speaker, ids = self.directories[which], [*other.people, *other.groups]
        if not ids:
            return
        foreign = data.draw(some.sampled_from(ids))
        path = f"/{'Users' if foreign in other.people else 'Groups'}/{foreign}"
        body = {"schemas": [USER_URN], "userName": "mallory", "displayName": "Mallory"}
        operation = {"op": "replace", "path": "displayName", "value": "Mallory"}
        answers = [
            speaker.call("GET", path),
            speaker.call("PUT", path, body),
            speaker.call("PATCH", path, {"schemas": [PATCH_URN], "Operations": [operation]}),
            speaker.call("DELETE", path),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
        if own := self._some_group(data, which):
            answer = speaker.patch(f"/Groups/{own.id}", {"op": "add", "path": "members", "value": [{"value": foreign}]})
            assert (answer.status_code, answer.json["scimType"]) == (400, "invalidValue")

    # What people do.

    @precondition(lambda self: any(each["state"] == "invited" for each in self._memberships()))
    @rule(data=some.data())
    def accept(self, data: Any) -> None:
        """Somebody invited signs in at her directory and accepts; the seat is hers."""
        invited = [each for each in self._memberships() if each["state"] == "invited"]
        chosen = data.draw(some.sampled_from(range(len(invited))))
        person, session = self._sign_in(invited[chosen]["person_id"])
        pending = self.lifecycle.read(lambda work: work.invitations.pending_of([invited[chosen]["id"]]))
        token = invitation_token(self.lifecycle.settings.secret_key, pending[invited[chosen]["id"]].id)
        self.lifecycle.write(invitations.accept, token, session)
        self.signed_in[session] = person.id

    @rule(data=some.data(), which=first)
    def sign_in_as_anybody(self, data: Any, which: int) -> None:
        """Signing in brings nobody back: who left is refused at every gate."""
        person = self._some_person(data, which)
        if person is None or person.released:
            return
        _, session = self._sign_in(person.id)
        if not person.active:
            assert not any(self._is_admitted(session, account) for account in CAPACITY)

    # What holds after every step.

    @invariant()
    def the_server_agrees_with_the_model(self) -> None:
        for speaker, model in zip(self.directories, self.models, strict=True):
            people = _all(speaker, "/Users")
            assert {each["id"]: _stated(each) for each in people} == {
                one.id: one.attributes for one in model.people.values()
            }
            for each in people:
                groups = {group.id for group in model.groups.values() if each["id"] in group.members}
                assert {group["value"] for group in each.get("groups", ())} == groups
                assert set(each["schemas"]) == {USER_URN} | {urn for urn in (ENTERPRISE, MEMBERSHIPS) if urn in each}
            groups = _all(speaker, "/Groups")
            assert {each["id"]: (_stated(each), _members(each)) for each in groups} == {
                one.id: (one.attributes, one.members) for one in model.groups.values()
            }
            self.seen.update(each["id"] for each in (*people, *groups))
            for each in (*people, *groups):
                # A client that holds this version is told that nothing has changed (RFC 7644 section 3.14).
                stated = (_stated(each), _members(each))
                assert self.versions.setdefault((each["id"], each["meta"]["version"]), stated) == stated

    @invariant()
    def seats_are_exactly_those_of_whom_one_is_due(self) -> None:
        """Pools count what the memberships hold, are never oversold, and nobody waits while a seat is free."""
        places = self._memberships()
        for account, capacity in CAPACITY.items():
            mine = [each for each in places if each["slug"] == self._slug(account)]
            here = {each["person_id"]: each["state"] for each in mine}
            assert len(here) == len(mine)
            states = Counter(here.values())
            assert {person for person, state in here.items() if state != "ended"} == self._due(account)
            pool = self.lifecycle.read(_pool, self._slug(account))
            assert (pool.held, pool.promised) == (states["active"], states["invited"])
            assert pool.held + pool.promised <= capacity
            assert not states["waiting"] or pool.held + pool.promised == capacity

    @invariant()
    def invitations_are_pending_for_those_who_are_invited_alone(self) -> None:
        pending = self.lifecycle.read(_pending_memberships, self.tenant.id)
        assert sorted(pending) == sorted(each["id"] for each in self._memberships() if each["state"] == "invited")

    @invariant()
    def the_trail_tells_of_everybody_once_and_no_secret(self) -> None:
        """Who is there was stated once and never deleted; who was deleted is gone; no token stands in it (INV-6)."""
        told = self.lifecycle.read(_told, self.tenant.id)
        present = {one for model in self.models for one in model.people}
        stated, deleted = (
            Counter(who for kind, who, _ in told if kind == f"person:{verb}") for verb in ("stated", "deleted")
        )
        assert set(stated.values()) | set(deleted.values()) <= {1}
        assert set(stated) - set(deleted) == present
        values = " ".join(each for _, _, each in told)
        assert not any(speaker.token in values for speaker in self.directories)

    @invariant()
    def the_gate_admits_exactly_those_signed_in_who_hold_a_seat(self) -> None:
        holders = {(each["person_id"], each["slug"]) for each in self._memberships() if each["state"] == "active"}
        for session, person_id in self.signed_in.items():
            for account in CAPACITY:
                assert self._is_admitted(session, account) == ((person_id, self._slug(account)) in holders)
        for session in self.signed_out:
            assert not any(self._is_admitted(session, account) for account in CAPACITY)

    # Helpers.

    def _list(self, which: int, query: dict[str, Json], by_post: bool) -> dict[str, Json]:
        if by_post:
            answer = self.directories[which].call("POST", "/Users/.search", {"schemas": [SEARCH], **query})
        else:
            answer = self.directories[which].call("GET", "/Users", query_string=query)
        assert answer.status_code == 200, answer.json
        return dict(answer.json)

    def _expected(self, answer: Any, status: int) -> Any:
        return _Expected(answer, status)

    def _changes_nothing(self, replay: Callable[[], TestResponse]) -> None:
        """Send the request again: it is answered alike, no event is told, and the version stays."""
        before = self.lifecycle.read(_events, self.tenant.id)
        once, twice = replay(), replay()
        assert (once.status_code, once.json) == (200, twice.json)
        assert self.lifecycle.read(_events, self.tenant.id) == before

    def _some_person(self, data: Any, which: int) -> ModelPerson | None:
        people = list(self.models[which].people.values())
        return data.draw(some.sampled_from(people)) if people else None

    def _some_group(self, data: Any, which: int) -> ModelGroup | None:
        groups = list(self.models[which].groups.values())
        return data.draw(some.sampled_from(groups)) if groups else None

    def _ids(self, which: int) -> list[str]:
        """Return ids to name as members: of this directory's people, and now and then nobody's."""
        return [*self.models[which].people, "nobody"]

    def _some_ids(self, data: Any, which: int) -> set[str]:
        return set(data.draw(some.lists(some.sampled_from(self._ids(which)), max_size=3)))

    def _bind(self, which: int) -> None:
        """Let the rule follow the group it is bound to; unbound, it takes the next one of that name."""
        if which == 0:
            groups = self.models[0].groups
            bound = self.bound if self.bound in groups else None
            self.bound = bound or next((one.id for one in groups.values() if one.name == "admins"), None)

    def _due(self, account: str) -> set[str]:
        active = {one.id for model in self.models for one in model.people.values() if one.active}
        if account == "crm":
            return active
        return active & self.models[0].groups[self.bound].members if self.bound else set()

    def _sign_in(self, person_id: str) -> tuple[ModelPerson, str]:
        which = 0 if person_id in self.models[0].people else 1
        person, slug = self.models[which].people[person_id], self.directories[which].slug
        claims = {"preferred_username": person.user_name}
        identity = Identity(f"https://idp.example/{slug}", f"subject-of-{person_id}", claims)
        return person, self.lifecycle.write(admission.sign_in, slug, identity).session_token

    def _sign_out_leavers(self, model: ModelDirectory) -> None:
        """Whoever her directory wants out is out, and a session that has ended never lives again."""
        inside = {one.id for each in self.models for one in each.people.values() if one.active}
        for session in [session for session, person_id in self.signed_in.items() if person_id not in inside]:
            del self.signed_in[session]
            self.signed_out.append(session)
            assert self.lifecycle.read(admission.live_session, session) is None

    def _is_admitted(self, session: str, account: str) -> bool:
        decision = self.lifecycle.read(admission.decide, session, self._slug(account))
        return isinstance(decision.outcome, Admission)

    def _memberships(self) -> list[dict[str, Any]]:
        return self.lifecycle.read(_memberships, self.tenant.id)


class _Expected:
    """The model's view of one answer: inside the block it may refuse, which the server then must have done too."""

    def __init__(self, answer: Any, status: int) -> None:
        self.answer, self.status = answer, status

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, _trace: Any) -> bool:
        if isinstance(error, Refused):
            told = (self.answer.status_code, (self.answer.json or {}).get("scimType"))
            assert told == (error.status, error.scim_type), self.answer.json
            return True
        assert self.answer.status_code == self.status, self.answer.json
        return False


def _is_possible(change: Spoken, person: ModelPerson) -> bool:
    try:
        change.meaning(deepcopy(person.attributes))
    except Refused:
        return False
    return True


def _is_idempotent(change: Spoken, document: dict[str, Json]) -> bool:
    again = deepcopy(document)
    try:
        change.meaning(again)
    except Refused:
        return False
    return again == document


def _all(speaker: Directory, path: str) -> list[dict[str, Json]]:
    answer = speaker.call("GET", path, query_string={"count": 1000})
    assert answer.status_code == 200
    assert answer.json["totalResults"] == len(answer.json["Resources"])
    return list(answer.json["Resources"])


def _stated(resource: dict[str, Json]) -> dict[str, Json]:
    ours = {"id", "schemas", "meta", "groups", "members", MEMBERSHIPS}
    return {name: value for name, value in resource.items() if name not in ours}


def _members(resource: dict[str, Json]) -> set[str]:
    return {member["value"] for member in resource.get("members", ())}


def _memberships(work: Work, tenant_id: str) -> list[dict[str, Any]]:
    ours, account = tables.membership.c, tables.account.c
    query = select(ours.id, ours.person_id, ours.state, account.slug).join(
        tables.account, account.id == ours.account_id
    )
    rows = work.connection.execute(query.where(ours.tenant_id == tenant_id).order_by(ours.id))
    return [dict(row) for row in rows.mappings()]


def _pool(work: Work, account: str) -> Any:
    ours = tables.seat_pool.c
    query = select(ours.held, ours.promised).join(tables.account, tables.account.c.id == ours.account_id)
    return work.connection.execute(query.where(tables.account.c.slug == account)).one()


def _pending_memberships(work: Work, tenant_id: str) -> list[str]:
    ours = tables.invitation.c
    query = select(ours.membership_id).where(ours.tenant_id == tenant_id, ours.state == "pending")
    return list(work.connection.execute(query).scalars())


def _told(work: Work, tenant_id: str) -> list[tuple[str, str, str]]:
    event = tables.event.c
    query = select(event.kind, event.subject_id, event.before, event.after).where(event.tenant_id == tenant_id)
    return [(row.kind, row.subject_id, f"{row.before} {row.after}") for row in work.connection.execute(query)]


def _events(work: Work, tenant_id: str) -> int:
    query = select(tables.event.c.seq).where(tables.event.c.tenant_id == tenant_id)
    return len(work.connection.execute(query).all())


EXAMPLES = {"sqlite": (20, 25), "postgresql": (10, 20)}
"""Examples, and steps in each; a long run, by raising them, belongs on a machine of its own."""


@pytest.fixture
def examples(app: Flask, lifecycle: Lifecycle) -> settings:
    number, steps = EXAMPLES[lifecycle.database.url.get_backend_name()]
    return settings(
        max_examples=number,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


def test_server_and_model_agree_whatever_is_said(app: Flask, lifecycle: Lifecycle, examples: settings) -> None:
    """Design section 4, "returning people"; RFC 7644 section 3; security-reliability.md section C2."""
    run_state_machine_as_test(lambda: Machine(app, lifecycle), settings=examples)  # type: ignore[no-untyped-call]
