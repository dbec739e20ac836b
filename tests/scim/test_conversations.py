"""What identity providers say, replayed word for word (tests/conversations)."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.lifecycle import Lifecycle, accounts

from .conftest import CAUSE, Directory
from .replaying import replay

FILES = sorted((Path(__file__).parent.parent / "conversations").glob("*.json"))


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in FILES])
def test_a_recorded_conversation_passes_whole(file: Path, directory: Directory, lifecycle: Lifecycle) -> None:
    """Every step is answered as the client expects, status and document; there is an account, and no rule about it."""
    lifecycle.write(accounts.open_account, "app", "plain", "standard", CAUSE)
    replay(file, directory)
