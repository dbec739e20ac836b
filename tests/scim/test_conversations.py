"""What identity providers say, replayed word for word (tests/conversations)."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Directory
from .replaying import replay

FILES = sorted((Path(__file__).parent.parent / "conversations").glob("*.json"))
LATER = {"okta-16-entitlement-discovery": "entitlement resource types are not served"}


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(file, id=file.stem, marks=pytest.mark.xfail(reason=LATER[file.stem], strict=True))
        if file.stem in LATER
        else pytest.param(file, id=file.stem)
        for file in FILES
    ],
)
def test_a_recorded_conversation_passes_whole(file: Path, directory: Directory) -> None:
    """Every step is answered as the client expects, status and document."""
    replay(file, directory)
