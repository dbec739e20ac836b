"""The words of members' pages, each in both languages, as `words/` has them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from connector.domain.text import Text


def words(name: str) -> dict[str, dict[str, Any]]:
    """Return one file of words as it is written."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        (Path(__file__).parent / "words" / f"{name}.yaml").read_text(encoding="utf-8")
    )
    return found


TEXTS: Mapping[str, Text] = {key: Text(**entry) for key, entry in words("pages").items()}
