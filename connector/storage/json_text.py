"""JSON columns as text: by the fast library, and by Python's own where that one refuses."""

from __future__ import annotations

import json
from typing import Any

import orjson


def write(value: Any) -> str:
    """Return the JSON text of a value, half a surrogate pair in a claim and numbers beyond 64 bits included."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value)


def read(text: str | bytes) -> Any:
    """Return what a JSON text says."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


BOTH_WAYS = {"json_serializer": write, "json_deserializer": read}
"""For `create_engine`."""
