"""A process that contends for the same database as another: it reads jobs from its standard input, a line at a time.

A line names a database, or lists jobs in JSON, each `[verb, ...]`, which are run at the same time by several threads.
The answer is one line: "ready", or for each job "done" or the code of its refusal. Started by
`tests/lifecycle/test_concurrency.py`.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.domain.errors import DomainError
from connector.domain.identities import LogoutNotice
from connector.domain.people import MemberChange, StatedGroup, StatedPerson
from connector.domain.tenancy import DirectoryAccess
from connector.lifecycle import Lifecycle, cutting, directories, grouping, invitations, provisioning
from connector.settings import Settings
from connector.storage.database import Database

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Contender:
    """The use cases that tests let contend."""

    def __init__(self, url: str, secret_key: str, directory: str) -> None:
        self.lifecycle = Lifecycle(Database(url), Settings(secret_key=secret_key), lambda: NOON)
        self.access = DirectoryAccess(self.lifecycle.read(directories.directory_named, directory), "token-id")

    def run(self, job: list[Any]) -> str:
        verb, *facts = job
        try:
            getattr(self, verb)(*facts)
        except DomainError as refused:
            return refused.code
        return "done"

    def create(self, name: str) -> None:
        document = {"userName": f"{name}@acme.example", "externalId": f"ext-{name}", "active": True}
        stated = StatedPerson(document["userName"], document["externalId"], True, document)
        self.lifecycle.write(provisioning.create_person, self.access, stated)

    def deactivate(self, person_id: str) -> None:
        self.lifecycle.write(provisioning.change_person, self.access, person_id, _inactive)

    def add(self, group_id: str, person_id: str) -> None:
        self._regroup(group_id, MemberChange(add=frozenset({person_id})))

    def remove(self, group_id: str, person_id: str) -> None:
        self._regroup(group_id, MemberChange(remove=frozenset({person_id})))

    def _regroup(self, group_id: str, change: MemberChange) -> None:
        self.lifecycle.write(grouping.change_group, self.access, group_id, lambda group: (group.stated, change))

    def create_group(self, name: str, person_id: str) -> None:
        stated = StatedGroup(name, None, {"displayName": name})
        self.lifecycle.write(grouping.create_group, self.access, stated, frozenset({person_id}))

    def delete_group(self, group_id: str) -> None:
        self.lifecycle.write(grouping.delete_group, self.access, group_id)

    def accept(self, token: str, session: str) -> None:
        self.lifecycle.write(invitations.accept, token, session)

    def log_out(self, subject: str) -> None:
        notice = LogoutNotice("https://idp.example", subject, None, "one-notice", NOON + timedelta(minutes=2))
        self.lifecycle.write(cutting.end_sessions_of, "okta", notice)


def _inactive(person: provisioning.Person) -> StatedPerson:
    stated = person.stated
    return StatedPerson(stated.user_name, stated.external_id, False, {**stated.attributes, "active": False})


def main(secret_key: str, directory: str, threads: str) -> None:
    contender: Contender | None = None
    with ThreadPoolExecutor(int(threads)) as pool:
        for line in sys.stdin:
            given = json.loads(line)
            if isinstance(given, str):
                if contender is not None:
                    contender.lifecycle.database.dispose()
                contender, answer = Contender(given, secret_key, directory), "ready"
            else:
                assert contender is not None
                answer = list(pool.map(contender.run, given))
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
