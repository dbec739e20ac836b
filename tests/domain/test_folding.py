from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.folding import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("John@Example.COM", "john@example.com"),
        ("ＪＯＨＮ", "john"),  # noqa: RUF001 - full width is the point
        ("e\u0301mile", "Émile"),
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("\ufb01nn", "FINN"),
    ],
)
def test_forms_of_one_name_fold_to_the_same_text(one: str, other: str) -> None:
    """Case, width, ligatures and composition do not tell two names apart."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("jose", "josé"), ("a b", "ab"), ("i", "\u0131"), ("l", "1")])
def test_different_names_stay_different(one: str, other: str) -> None:
    """Accents, spaces and look-alikes count."""
    assert fold(one) != fold(other)


def test_folding_a_folded_character_changes_nothing() -> None:
    """Every code point folds to a fixed point, so that a stored folded name can be folded again."""
    unstable = [c for c in map(chr, range(sys.maxunicode + 1)) if fold(fold(c)) != fold(c)]
    assert unstable == []


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    """The same holds for any text."""
    assert fold(fold(text)) == fold(text)
