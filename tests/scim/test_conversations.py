"""What identity providers say, replayed word for word (tests/conversations)."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Directory
from .replaying import replay

FILES = sorted((Path(__file__).parent.parent / "conversations").glob("*.json"))


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in FILES])
def test_a_recorded_conversation_passes_whole(file: Path, directory: Directory) -> None:
    """Every step is answered as the client expects, status and document; no rule makes anything due."""
    replay(file, directory)
