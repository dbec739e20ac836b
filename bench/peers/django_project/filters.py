"""The library's filters on users, and externalId, for which it has an index and no name."""

from __future__ import annotations

from django_scim.filters import UserFilterQuery


class UserFilter(UserFilterQuery):
    attr_map = UserFilterQuery.attr_map | {("externalId", None, None): "scim_external_id"}
