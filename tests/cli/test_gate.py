"""`jumpseat gate`: the keys of what back ends verify."""

from __future__ import annotations

from .conftest import Terminal


def test_the_keys_are_listed_and_replaced_after_a_leak(terminal: Terminal) -> None:
    """One key at first; rotating leaves exactly one, another, which signs at once."""
    assert "no key yet" in terminal.read("gate", "keys")
    terminal.read("gate", "rotate")
    (old,) = terminal.json("gate", "keys")
    assert "within a minute" in terminal.read("gate", "rotate")
    (new,) = terminal.json("gate", "keys")
    assert new["kid"] != old["kid"]
    assert new["signs"] is True
