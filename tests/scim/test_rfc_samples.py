"""The samples of RFC 7643 and RFC 7644, sent as they are printed (tests/rfc_samples, named by section)."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Directory
from .replaying import replay

FILES = sorted((Path(__file__).parent.parent / "rfc_samples").glob("*.json"))


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in FILES])
def test_a_sample_of_the_standard_is_answered_as_it_says(file: Path, directory: Directory) -> None:
    """Each file holds the requests of one section and what the section says of their outcome."""
    replay(file, directory)
