"""That every numbered requirement has a test of its name, and no test a number of its own."""

from __future__ import annotations

import ast
from pathlib import Path

from .requirements import REQUIREMENTS


def _tests() -> dict[str, list[str]]:
    """Return the docstrings of the tests of each number."""
    found: dict[str, list[str]] = {}
    for file in Path(__file__).parent.glob("test_b*.py"):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                group, number = node.name.split("_")[1:3]
                found.setdefault(f"{group.upper()}-{number}", []).append(ast.get_docstring(node) or "")
    return found


def test_every_requirement_has_its_test() -> None:
    """One at least, which says what is required; numbers as in the list, none left out."""
    tests = _tests()
    assert tests.keys() == REQUIREMENTS.keys()
    assert all(all(docstrings) for docstrings in tests.values())
    assert [int(name.partition("-")[2]) for name in REQUIREMENTS] == list(range(1, 67))
