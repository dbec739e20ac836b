"""`/Groups`: the groups of a directory. Members are loaded only where an answer shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from flask import Response

from connector.domain.attributes import GROUP
from connector.domain.listing import Listing
from connector.domain.people import Group, MemberChange, Page, StatedGroup
from connector.domain.tenancy import DirectoryAccess
from connector.lifecycle import grouping
from connector.mappers.groups import member_ids, patched_group, stated_group
from connector.scim import members, patch, preconditions
from connector.scim.answers import base_url, resource_answer
from connector.scim.arguments import query_arguments
from connector.scim.auth import admit, read, write
from connector.scim.bodies import GROUP_LIMIT, answer, empty, read_json
from connector.scim.dialects import canonical_operations, canonical_resource
from connector.scim.listing import Query
from connector.scim.paging import Paging
from connector.scim.representation import Projection, group_document
from connector.scim.requests import check_operations, check_resource

if TYPE_CHECKING:
    from connector.storage.work import Work

Json = Any
P = ParamSpec("P")

SHOWN_MEMBERS = 200
"""A PATCH of a larger group is answered 204: Entra ID asks for it, and nobody reads ten thousand members back."""


def create() -> Response:
    """POST: a group with its first members (RFC 7644 section 3.3)."""
    access = admit()
    document = _stated_document()
    chosen = member_ids(document.get("members"))
    made = write(_shown, grouping.create_group, access, stated_group(document), chosen)
    return resource_answer(*made, GROUP, 201)


def index() -> Response:
    """GET: one page of groups (RFC 7644 section 3.4.2)."""
    return answer(read(page, query_arguments()))


def show(group_id: str) -> Response:
    """GET by id (RFC 7644 section 3.4.1)."""

    def found(work: Work, access: DirectoryAccess) -> tuple[Group, dict[str, Json]]:
        return _shown(work, _found, access, group_id)

    return resource_answer(*read(found), GROUP)


def replace(group_id: str) -> Response:
    """PUT: the whole group; a body without members leaves it without any (RFC 7644 section 3.5.1)."""
    access = admit()
    document = _stated_document()
    everybody = MemberChange(replace=member_ids(document.get("members")))

    def replaced(group: Group) -> tuple[StatedGroup, MemberChange]:
        preconditions.check(group)
        return stated_group(document, group.stated), everybody

    return resource_answer(*write(_shown, grouping.change_group, access, group_id, replaced), GROUP)


def change(group_id: str) -> Response:
    """PATCH: answered with the whole group while that is small, else with 204 (RFC 7644 section 3.5.2)."""
    access = admit()
    operations = canonical_operations(read_json(GROUP_LIMIT), GROUP)
    check_operations(operations)
    arrivals, others = members.apart(operations)

    def patched(group: Group) -> tuple[StatedGroup, MemberChange]:
        preconditions.check(group)
        return patched_group(patch.apply(group.stated.attributes, others)), arrivals

    shown = write(_shown_if_small, access, group_id, patched)
    return resource_answer(*shown, GROUP) if shown else empty()


def delete(group_id: str) -> Response:
    """DELETE: the group goes, its people stay (RFC 7644 section 3.6)."""
    write(grouping.delete_group, admit(), group_id, preconditions.check)
    return empty()


def page(work: Work, access: DirectoryAccess, arguments: Mapping[str, str]) -> dict[str, Json]:
    """Return the page of groups that a query asks for, as a message."""
    query = Query.of(arguments, GROUP)
    paging = Paging.of(query, arguments, GROUP, access.directory.id, work.now)
    listed, documents = matching(work, access, paging.listing, query.projection)
    return paging.message(listed, documents)


def matching(
    work: Work, access: DirectoryAccess, listing: Listing, projection: Projection
) -> tuple[Page[Group], list[dict[str, Json]]]:
    """Return a page of groups, and its documents as they are shown."""
    listed = grouping.list_groups(work, access, listing)
    return listed, _documents(work, listed.items, projection)


def _found(work: Work, access: DirectoryAccess, group_id: str) -> Group:
    group = grouping.find_group(work, access, group_id)
    preconditions.check(group)
    return group


def _stated_document() -> dict[str, Json]:
    document = canonical_resource(read_json(GROUP_LIMIT), GROUP)
    check_resource(document, GROUP)
    return document


def _shown(
    work: Work, use_case: Callable[Concatenate[Work, P], Group], *args: P.args, **kwargs: P.kwargs
) -> tuple[Group, dict[str, Json]]:
    """Run a use case about one group and represent it within the same unit of work."""
    projection = Projection.of(query_arguments(), GROUP)
    group = use_case(work, *args, **kwargs)
    return group, _documents(work, [group], projection)[0]


def _shown_if_small(
    work: Work,
    access: DirectoryAccess,
    group_id: str,
    patched: Callable[[Group], tuple[StatedGroup, MemberChange]],
) -> tuple[Group, dict[str, Json]] | None:
    projection = Projection.of(query_arguments(), GROUP)
    group = grouping.change_group(work, access, group_id, patched)
    asked = projection.only is not None or projection.without is not None
    if not asked and grouping.count_members(work, group.id) > SHOWN_MEMBERS:
        return None
    return group, _documents(work, [group], projection)[0]


def _documents(work: Work, groups: Sequence[Group], projection: Projection) -> list[dict[str, Json]]:
    ids, url = [group.id for group in groups], base_url()
    found = grouping.members_of(work, ids) if ids and projection.wants("members") else {}
    return [group_document(group, found.get(group.id), projection, url) for group in groups]
