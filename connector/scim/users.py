"""`/Users`: the people of a directory. Every view parses, calls the lifecycle and represents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from flask import Response

from connector.domain.attributes import MEMBERSHIP_USER, USER
from connector.domain.listing import Listing
from connector.domain.people import Page, Person, StatedPerson
from connector.domain.tenancy import DirectoryAccess
from connector.lifecycle import provisioning
from connector.mappers.people import patched_person, stated_person
from connector.scim import patch, preconditions
from connector.scim.answers import base_url, resource_answer
from connector.scim.arguments import query_arguments
from connector.scim.auth import admit, read, write
from connector.scim.bodies import PERSON_LIMIT, answer, empty, read_json
from connector.scim.dialects import canonical_operations, canonical_resource
from connector.scim.listing import Query
from connector.scim.paging import Paging
from connector.scim.representation import Projection, person_document
from connector.scim.requests import check_operations, check_resource

if TYPE_CHECKING:
    from connector.storage.work import Work

Json = Any
P = ParamSpec("P")


def create() -> Response:
    """POST: a joiner, or somebody who returns and keeps her id (RFC 7644 section 3.3)."""
    access = admit()
    stated = stated_person(_stated_document())
    person, document = write(_shown, provisioning.create_person, access, stated)
    return resource_answer(person, document, USER, 201)


def index() -> Response:
    """GET: one page of people (RFC 7644 section 3.4.2)."""
    return answer(read(page, query_arguments()))


def show(person_id: str) -> Response:
    """GET by id (RFC 7644 section 3.4.1)."""

    def found(work: Work, access: DirectoryAccess) -> tuple[Person, dict[str, Json]]:
        return _shown(work, _found, access, person_id)

    return resource_answer(*read(found), USER)


def replace(person_id: str) -> Response:
    """PUT: the whole of what the directory states (RFC 7644 section 3.5.1)."""
    access = admit()
    document = _stated_document()

    def replaced(person: Person) -> StatedPerson:
        preconditions.check(person)
        return stated_person(document, person.stated)

    return resource_answer(*write(_shown, provisioning.change_person, access, person_id, replaced), USER)


def change(person_id: str) -> Response:
    """PATCH: some of it; answered with the whole (RFC 7644 section 3.5.2)."""
    access = admit()
    operations = canonical_operations(read_json(PERSON_LIMIT), USER)
    check_operations(operations)

    def patched(person: Person) -> StatedPerson:
        preconditions.check(person)
        return patched_person(patch.apply(person.stated.attributes, operations), person)

    return resource_answer(*write(_shown, provisioning.change_person, access, person_id, patched), USER)


def delete(person_id: str) -> Response:
    """DELETE: gone for the directory, with everything that was due to her (RFC 7644 section 3.6)."""
    write(provisioning.delete_person, admit(), person_id, preconditions.check)
    return empty()


def page(work: Work, access: DirectoryAccess, arguments: Mapping[str, str]) -> dict[str, Json]:
    """Return the page of people that a query asks for, as a message."""
    query = Query.of(arguments, USER)
    paging = Paging.of(query, arguments, USER, access.directory.id, work.now)
    listed, documents = matching(work, access, paging.listing, query.projection)
    return paging.message(listed, documents)


def matching(
    work: Work, access: DirectoryAccess, listing: Listing, projection: Projection
) -> tuple[Page[Person], list[dict[str, Json]]]:
    """Return a page of people, and its documents as they are shown."""
    listed = provisioning.list_people(work, access, listing)
    return listed, _documents(work, listed.items, projection)


def _found(work: Work, access: DirectoryAccess, person_id: str) -> Person:
    person = provisioning.find_person(work, access, person_id)
    preconditions.check(person)
    return person


def _stated_document() -> dict[str, Json]:
    document = canonical_resource(read_json(PERSON_LIMIT), USER)
    check_resource(document, USER)
    return document


def _shown(
    work: Work, use_case: Callable[Concatenate[Work, P], Person], *args: P.args, **kwargs: P.kwargs
) -> tuple[Person, dict[str, Json]]:
    """Run a use case about one person and represent her within the same unit of work."""
    projection = Projection.of(query_arguments(), USER)
    person = use_case(work, *args, **kwargs)
    return person, _documents(work, [person], projection)[0]


def _documents(work: Work, people: Sequence[Person], projection: Projection) -> list[dict[str, Json]]:
    """Represent people, loading of their groups and memberships only what is wanted."""
    ids, url = [person.id for person in people], base_url()
    groups = provisioning.groups_of(work, ids) if ids and projection.wants("groups") else {}
    wanted = ids and projection.wants("memberships", MEMBERSHIP_USER)
    memberships = provisioning.memberships_of(work, ids) if wanted else {}
    return [
        person_document(person, groups.get(person.id, ()), memberships.get(person.id, ()), projection, url)
        for person in people
    ]
