"""The statements that every request rests on find their rows by an index, on both databases, however full they are.

Each use case is run once while its statements are listened to; then the database is asked how it would run each of
them on tables of some size. No table that grows with the directory may be read from end to end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert

from connector.domain.attributes import USER
from connector.domain.events import Cause, CauseKind
from connector.domain.listing import Listing
from connector.domain.people import MemberChange, StatedGroup, StatedPerson
from connector.domain.sessions import Identity
from connector.domain.tenancy import DirectoryAccess, Idp
from connector.lifecycle import (
    Lifecycle,
    accounts,
    admission,
    directories,
    grouping,
    invitations,
    provisioning,
    ruling,
)
from connector.lifecycle.settling import settle_time
from connector.mappers.filters import parse_filter
from connector.settings import Settings
from connector.storage import prepared
from connector.storage.database import Database
from connector.storage.prepared import execute
from connector.storage.tables import group_member, identity, invitation, membership, person, session

from ..conftest import new_database

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
OPERATOR = Cause(CauseKind.OPERATOR, "test")
GROWS = ("person", "group_member", "membership", "invitation", "session", "event", "outbox", "work_order", "identity")
MANY = 3000

# A scan of an index that holds the pending invitations alone is as long as it has to be; a search says by which index.
WHOLE_ON_SQLITE = re.compile(r"SCAN (\w+)(?! USING (?:COVERING )?INDEX ix_invitation_)|SEARCH (\w+)$")


@dataclass
class Listener:
    """Keeps what was sent to the database, with its parameters."""

    heard: list[tuple[str, Any]] = field(default_factory=list)

    def listen(
        self, _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
    ) -> None:
        if statement.lstrip().split(None, 1)[0] in ("SELECT", "UPDATE", "DELETE"):
            given = parameters[0] if many else parameters
            self.heard.append((statement, tuple(given) if isinstance(given, list) else given))

    def execute(self, connection: Any, statement: str, parameters: Any, *, many: bool = False) -> Any:
        """Listen to what goes to the driver without passing by SQLAlchemy."""
        self.listen(None, None, statement, parameters, None, many)
        return execute(connection, statement, parameters, many=many)


@dataclass
class Place:
    """An installation with a few thousand people, most of whom wait for a seat."""

    lifecycle: Lifecycle
    token: str
    access: DirectoryAccess
    ada: str
    team: str

    def plans(self, use_case: Any, *arguments: Any) -> dict[str, list[str]]:
        """Run a use case, and return statement -> tables that it reads from end to end."""
        engine, listener = self.lifecycle.database.engine, Listener()
        event.listen(engine, "before_cursor_execute", listener.listen)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(prepared, "execute", listener.execute)
            self.lifecycle.write(use_case, *arguments)
        event.remove(engine, "before_cursor_execute", listener.listen)
        assert listener.heard, "nothing was asked of the database"
        with engine.connect() as connection:
            return {statement: scanned(connection, statement, given) for statement, given in listener.heard}


def scanned(connection: Connection, statement: str, parameters: Any) -> list[str]:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        found = [WHOLE_ON_SQLITE.match(row.detail) for row in rows]
        return sorted({match[1] or match[2] for match in found if match} & set(GROWS))
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar()
    return sorted(set(sequential(json.loads(plan) if isinstance(plan, str) else plan)))


def sequential(node: Any) -> Iterator[str]:
    """Yield the tables that a plan of PostgreSQL reads from end to end."""
    if isinstance(node, list):
        for one in node:
            yield from sequential(one)
    elif isinstance(node, dict):
        if node.get("Node Type") == "Seq Scan" and node["Relation Name"] in GROWS:
            yield node["Relation Name"]
        for value in node.values():
            yield from sequential(value)


def stated(name: str) -> StatedPerson:
    document = {"userName": f"{name}@acme.example", "externalId": f"ext-{name}", "active": True}
    return StatedPerson(document["userName"], document["externalId"], True, document)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give a database of each kind that is full of people, made once for all of these tests."""
    if request.param == "sqlite":
        yield from filled(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'jumpseat.db'}")
        return
    with new_database(
        request.getfixturevalue("postgresql_admin"),
        request.getfixturevalue("postgresql_server"),
        request.getfixturevalue("postgresql_template"),
    ) as url:
        yield from filled(url)


def filled(url: str) -> Iterator[Place]:
    database = Database(url)
    if database.engine.dialect.name == "sqlite":
        database.create_schema()
    lifecycle = Lifecycle(database, Settings(secret_key="k" * 40), lambda: NOON)
    write = lifecycle.write
    _, token = write(directories.create_directory, "okta", Idp.OKTA, OPERATOR)
    write(directories.set_sign_in, "okta", OPERATOR, issuer="https://idp", client_id="c", client_secret=None)
    write(accounts.open_account, "crm", "plain", "standard", OPERATOR, capacities={"seats": 2})
    write(ruling.add_rule, "team", "crm", OPERATOR, directory_slug="okta", group="Team", role="member")
    access = lifecycle.read(directories.authenticate, "okta", token)
    ada = write(provisioning.create_person, access, stated("ada"))
    team = write(grouping.create_group, access, StatedGroup("Team", None, {}), frozenset({ada.id}))
    with database.engine.begin() as connection:
        crowd(connection, ada, team.id)
        connection.exec_driver_sql("ANALYZE")
    yield Place(lifecycle, token, access, ada.id, team.id)
    database.dispose()


def crowd(connection: Connection, ada: Any, team_id: str) -> None:
    """Add thousands who wait, who were invited once, and who have signed in: rows like those of real life."""
    numbers = range(MANY)
    (own,) = connection.execute(membership.select()).mappings()
    (asked,) = connection.execute(invitation.select()).mappings()
    who = connection.execute(person.select()).mappings().one()
    ids = [f"{number:08}-0000-7000-8000-000000000000" for number in numbers]
    names = [f"p{number}@acme.example" for number in numbers]
    connection.execute(
        insert(person),
        [
            {
                **who,
                "id": id_,
                "user_name": name,
                "user_name_folded": name,
                "external_id": name,
                "external_id_key": name,
            }
            for id_, name in zip(ids, names, strict=True)
        ],
    )
    connection.execute(insert(group_member), [{"group_id": team_id, "person_id": id_} for id_ in ids])
    waiting = {**own, "state": "waiting", "seat_types": [], "pools": [], "permissions": []}
    connection.execute(
        insert(membership),
        [{**waiting, "id": id_, "person_id": id_, "waiting_number": n + 1} for n, id_ in enumerate(ids)],
    )
    connection.execute(
        insert(invitation),
        [
            {**asked, "id": id_, "person_id": id_, "membership_id": id_, "token_hash": id_, "state": "declined"}
            for id_ in ids
        ],
    )
    bound = {"tenant_id": ada.tenant_id, "directory_id": ada.directory_id, "issuer": "https://idp", "bound_at": NOON}
    connection.execute(insert(identity), [{**bound, "id": id_, "person_id": id_, "subject": id_} for id_ in ids])
    connection.execute(
        insert(session),
        [
            {
                "token_hash": id_,
                "tenant_id": ada.tenant_id,
                "directory_id": ada.directory_id,
                "person_id": id_,
                "issuer": "https://idp",
                "subject": id_,
                "claims": {},
                "created_at": NOON,
                "last_seen_at": NOON,
                "expires_at": NOON + timedelta(hours=8),
            }
            for id_ in ids
        ],
    )


def no_table_is_read_whole(plans: dict[str, list[str]]) -> None:
    offending = {statement: tables for statement, tables in plans.items() if tables}
    assert offending == {}


def test_a_token_is_found_by_its_hash(place: Place) -> None:
    """Every SCIM request begins with it."""
    no_table_is_read_whole(place.plans(directories.authenticate, "okta", place.token))


def test_a_person_is_found_by_name_and_by_id(place: Place) -> None:
    """By userName and externalId before each creation, by id for everything else."""
    no_table_is_read_whole(place.plans(lambda work: work.people.named(place.access.directory.id, "ada@acme.example")))
    no_table_is_read_whole(place.plans(lambda work: work.people.keyed(place.access.directory.id, "ext-ada")))
    no_table_is_read_whole(place.plans(provisioning.find_person, place.access, place.ada))


def test_creating_a_person_reads_no_table_whole(place: Place) -> None:
    """With all that follows."""
    no_table_is_read_whole(place.plans(provisioning.create_person, place.access, stated("zoe")))


def test_a_member_is_added_and_removed_without_reading_the_group(place: Place) -> None:
    """A group of thousands costs what a group of ten costs; so does a line of thousands."""
    zed = place.lifecycle.write(provisioning.create_person, place.access, stated("zed"))
    for change in (MemberChange(add=frozenset({zed.id})), MemberChange(remove=frozenset({zed.id}))):
        plans = place.plans(
            grouping.change_group, place.access, place.team, lambda group, change=change: (group.stated, change)
        )
        no_table_is_read_whole(plans)


def test_few_matches_are_not_looked_for_along_the_order_of_everybody(place: Place) -> None:
    """As when Entra ID looks somebody up by her work e-mail: with a limit, databases prefer the index of the order."""
    document = {"userName": "mail@acme.example", "emails": [{"type": "work", "value": "mail@acme.example"}]}
    place.lifecycle.write(
        provisioning.create_person, place.access, StatedPerson("mail@acme.example", None, True, document)
    )
    email = parse_filter('emails[type eq "work"].value eq "mail@acme.example"', USER)
    plans = place.plans(provisioning.list_people, place.access, Listing(email))
    assert len(plans) == 2
    assert not any("ORDER BY person.id" in statement for statement in plans)


@pytest.mark.parametrize("whence", ["after", "before"])
def test_a_page_by_cursor_costs_the_same_at_any_depth(place: Place, whence: str) -> None:
    """It begins at its id in the index, and counts nobody."""
    deep = place.lifecycle.write(
        lambda work: sorted(work.people.of_directories([place.access.directory.id]))[MANY // 2]
    )
    listing = Listing(count=100, total=MANY, **{whence: deep})
    plans = place.plans(provisioning.list_people, place.access, listing)
    assert len(plans) == 1
    no_table_is_read_whole(plans)


def test_the_gate_reads_one_row_of_each_table(place: Place) -> None:
    """At every request: session, person, membership, invitation."""
    token = place.lifecycle.write(admission.sign_in, "okta", Identity("https://idp", "ext-ada")).session_token
    no_table_is_read_whole(place.plans(admission.decide, token, "crm"))


def test_an_invitation_is_found_by_its_token_and_answered(place: Place) -> None:
    """From the click to the seat, and from the refusal to the next in line."""
    link = place.lifecycle.read(invitations.pending_link, "crm", "okta", "ada@acme.example")
    token = link.rpartition("/")[2]
    session_token = place.lifecycle.write(admission.sign_in, "okta", Identity("https://idp", "ext-ada")).session_token
    no_table_is_read_whole(place.plans(invitations.look, token))
    no_table_is_read_whole(place.plans(invitations.accept, token, session_token))


def test_a_leaver_is_cut_and_the_next_found_without_reading_the_line(place: Place) -> None:
    """The head of the line is enough."""
    leaver = place.lifecycle.write(provisioning.create_person, place.access, stated("leaver"))
    team = frozenset({leaver.id})
    place.lifecycle.write(
        grouping.change_group, place.access, place.team, lambda group: (group.stated, MemberChange(add=team))
    )
    no_table_is_read_whole(place.plans(provisioning.delete_person, place.access, leaver.id))


def test_time_passes_without_reading_all_invitations(place: Place) -> None:
    """The worker asks every minute what has expired."""
    account = place.lifecycle.read(lambda work: work.accounts.all())[-1]
    no_table_is_read_whole(place.plans(settle_time, account.tenant_id, account.id))
    no_table_is_read_whole(place.plans(lambda work: work.invitations.accounts_with_expired(NOON)))
    no_table_is_read_whole(place.plans(lambda work: work.invitations.take_reminders(NOON, 500)))
