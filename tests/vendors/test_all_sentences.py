"""Every sentence of the five articles that states a rule, a number or a state has its row or its play, once."""

from __future__ import annotations

from types import ModuleType

import pytest

from . import test_activecampaign, test_brevo, test_hubspot, test_klaviyo, test_mailjet
from .articles import held_by

ARTICLES = {test_brevo: 91, test_mailjet: 25, test_activecampaign: 26, test_hubspot: 38, test_klaviyo: 17}
"""How many such sentences each has, as counted when it was read."""


@pytest.mark.parametrize("article", ARTICLES, ids=lambda one: one.__name__.rpartition("_")[2])
def test_each_sentence_is_held_once(article: ModuleType) -> None:
    """Section by section, from the first to the last, as recorded beside the table."""
    assert held_by(article) == {section: list(range(1, most + 1)) for section, most in article.RULED.items()}
    assert sum(article.RULED.values()) == ARTICLES[article]
