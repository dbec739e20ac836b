"""The operations of a PATCH request in their one canonical form (RFC 7644 section 3.5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from connector.domain.attributes import Type
from connector.mappers.filters import PatchPath

Json = Any


class Op(StrEnum):
    """What an operation does to its target."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Operation:
    """One change to one attribute; every canonical operation has a path.

    Of `add` and `replace`, `value` is what the target holds: a scalar, a dictionary, or for a whole multi-valued
    attribute a list. Of `remove` it is None, or the list of the elements to take out.
    """

    op: Op
    path: PatchPath
    value: Json = None

    @property
    def on_elements(self) -> bool:
        """Whether the path selects elements of a multi-valued attribute, or all of them, to work within."""
        return self.path.path.attribute.multi_valued and (
            self.path.value_filter is not None or self.path.sub_attribute is not None
        )

    @property
    def on_complex(self) -> bool:
        """Whether the target as a whole is a single complex value, such as `name`."""
        path = self.path.path
        return path.target.type is Type.COMPLEX and not path.attribute.multi_valued

    def __str__(self) -> str:
        """Return the path for use in a sentence."""
        return str(self.path.path)
