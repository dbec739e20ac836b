"""What a database of ours holds before it is measured: run as `python -m bench.preparing STEP ...` with its settings.

People are filled in around HTTP, for speed, and through the same repositories and the same settlement as a POST: a
thousand of them in a unit of work, each with the row, the audit event, the membership, the promised seat, the
invitation and the letter in the outbox that a POST of hers would have left.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from bench import people
from connector.app import open_lifecycle
from connector.domain.attributes import USER
from connector.domain.events import Cause, CauseKind, Event, Kind
from connector.domain.identifiers import new_id
from connector.domain.people import Person, StatedPerson
from connector.domain.sessions import Identity
from connector.domain.tenancy import DirectoryAccess, Idp
from connector.lifecycle import Lifecycle, accounts, admission, directories, invitations, ruling
from connector.lifecycle.provisioning import cause_of
from connector.lifecycle.settling import rulebook, settle
from connector.mappers.people import stated_person
from connector.scim.dialects import canonical_resource
from connector.settings import load_settings
from connector.storage.work import Work

CAUSE = Cause(CauseKind.OPERATOR, "bench")
DIRECTORY, ACCOUNT = "bench", "crm"
ISSUER = "http://localhost:1"
"""Nobody listens there: no sign-in is measured, and sessions are begun without one."""
AT_ONCE = 1_000


def set_up(lifecycle: Lifecycle) -> None:
    """Make the directory, the account with seats for all, and the rule by attribute; print the directory's token."""
    lifecycle.database.migrate()
    _, token = lifecycle.write(directories.create_directory, DIRECTORY, Idp.OKTA, CAUSE)
    lifecycle.write(directories.set_sign_in, DIRECTORY, CAUSE, issuer=ISSUER, client_id="bench", client_secret="-")  # noqa: S106
    lifecycle.write(accounts.open_account, ACCOUNT, "plain", "standard", CAUSE, capacities={"seats": 1_000_000})
    lifecycle.write(
        ruling.add_rule,
        "everybody",
        ACCOUNT,
        CAUSE,
        where='userType eq "Employee"',
        seat_type="seat",
        role="member",
    )
    print(json.dumps({"directory": DIRECTORY, "token": token}))


def fill(lifecycle: Lifecycle, since: int, upto: int) -> None:
    """Let the directory have stated these people; print their ids."""
    access = DirectoryAccess(lifecycle.read(directories.directory_named, DIRECTORY), "bench")
    ids: list[str] = []
    for first in range(since, upto, AT_ONCE):
        ids += lifecycle.write(_state, access, range(first, min(first + AT_ONCE, upto)))
    print(json.dumps(ids))


def account(lifecycle: Lifecycle, name: str) -> None:
    """Open an account of which every member of the group of this name is due a seat."""
    lifecycle.write(accounts.open_account, name, "plain", "standard", CAUSE, capacities={"seats": 1_000_000})
    lifecycle.write(
        ruling.add_rule, name, name, CAUSE, directory_slug=DIRECTORY, group=name, seat_type="seat", role="member"
    )


def sign_in(lifecycle: Lifecycle, first: int, count: int) -> None:
    """Let people sign in and accept their invitations, as a browser would; print their ids and sessions."""
    signed_in = []
    for number in range(first, first + count):
        identity = Identity(ISSUER, people.external_id(number))
        session = lifecycle.write(admission.sign_in, DIRECTORY, identity).session_token
        link = lifecycle.read(invitations.pending_link, ACCOUNT, DIRECTORY, people.user_name(number))
        member = lifecycle.write(invitations.accept, link.rpartition("/")[2], session)
        signed_in.append({"id": member.person_id, "session": session})
    print(json.dumps(signed_in))


def _state(work: Work, access: DirectoryAccess, numbers: Sequence[int]) -> list[str]:
    directory = access.directory
    version = work.tenancy.lock_policy(directory.tenant_id)
    persons = [
        Person(new_id(), directory.tenant_id, directory.id, _stated(number), 1, work.now, work.now)
        for number in numbers
    ]
    for person in persons:
        work.people.add(person)
    work.trail.tell([_event(work, access, person) for person in persons])
    settle(work, directory.tenant_id, rulebook(work, directory.tenant_id, version), persons, cause_of(access))
    return [person.id for person in persons]


def _stated(number: int) -> StatedPerson:
    return stated_person(canonical_resource(people.person(number), USER))


def _event(work: Work, access: DirectoryAccess, person: Person) -> Event:
    stated = dict(person.stated.attributes)
    return Event(
        work.now,
        person.tenant_id,
        Kind.PERSON_STATED,
        person.id,
        cause_of(access),
        person.id,
        after={"active": person.active, "attributes": sorted(stated)},
        values_after=stated,
    )


def main() -> None:
    """Run one step."""
    step, *words = sys.argv[1:]
    lifecycle = open_lifecycle(load_settings())
    match step:
        case "set-up":
            set_up(lifecycle)
        case "fill":
            fill(lifecycle, int(words[0]), int(words[1]))
        case "account":
            account(lifecycle, words[0])
        case "sign-in":
            sign_in(lifecycle, int(words[0]), int(words[1]))
        case _:
            sys.exit(f"There is no step {step}.")


if __name__ == "__main__":
    main()
