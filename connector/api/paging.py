"""Pages of lists: so many at once, in an order that stays, and a cursor for what comes after."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

from marshmallow import Schema
from marshmallow.fields import Field

from connector.api import fields
from connector.api.problems import Refused

T = TypeVar("T")

MOST_AT_ONCE = 500


class Paged(Schema):
    """Of every list."""

    limit = fields.number("How many at once.", least=1, most=MOST_AT_ONCE, load_default=100, strict=False)
    cursor = fields.text("What `next` of the page before says; without it the list begins.", longest=500)


@cache
def page_of(item: type[Schema]) -> type[Schema]:
    """Return the schema of a page."""
    following = fields.text("The cursor of the next page; null when there is none.", allow_none=True)
    listed: dict[str, Field[Any]] = {"items": fields.many("In an order that stays.", item), "next": following}
    return Schema.from_dict(listed, name=f"{item.__name__.removesuffix('Schema')}PageSchema")


def page(
    items: Iterable[T], place: Callable[[T], str], asked: dict[str, Any], *, latest_first: bool = False
) -> dict[str, Any]:
    """Return the page of what is at hand whole, in the order of `place`, which tells any two apart."""
    ordered = sorted(items, key=place, reverse=latest_first)
    after = read_cursor(asked)
    if after is None:
        return cut(ordered, place, asked["limit"])
    left = [one for one in ordered if (place(one) < after if latest_first else place(one) > after)]
    return cut(left, place, asked["limit"])


def cut(left: list[T], place: Callable[[T], str], limit: int) -> dict[str, Any]:
    """Return the page that begins what is left of a list, of which at least one more than the limit was read."""
    shown = left[:limit]
    return {"items": shown, "next": cursor(place(shown[-1])) if len(left) > limit else None}


def cursor(place: str) -> str:
    """Return a place as text of which nobody makes anything but a cursor."""
    return base64.urlsafe_b64encode(place.encode()).rstrip(b"=").decode()


def read_cursor(asked: dict[str, Any]) -> str | None:
    """Return the place after which the page begins; raises Refused for a cursor that nobody was given."""
    given = asked.get("cursor")
    if given is None:
        return None
    try:
        return base64.b64decode(given.encode() + b"=" * (-len(given) % 4), b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        raise Refused(422, "invalid-cursor", "The cursor is none of this list; begin again without one.") from None


def read_number(asked: dict[str, Any]) -> int:
    """Return the number after which the page begins, 0 for the first page; raises Refused."""
    place = read_cursor(asked) or "0"
    if not place.isascii() or not place.isdigit() or len(place) > 15:
        raise Refused(422, "invalid-cursor", "The cursor is none of this list; begin again without one.")
    return int(place)
