"""The sentences of refusals: they name what is wrong, and what would be right."""

from __future__ import annotations

from connector.domain.errors import MOST_NAMED, NotFound, NothingToAnswer


def test_of_many_known_names_a_sentence_lists_the_likeliest() -> None:
    """All stay facts of the refusal; a mistyped time zone is not answered with six hundred."""
    refusal = NotFound("account", "crm-77x", [f"crm-{number}" for number in range(100)])
    assert len(refusal.known) == 100
    said = str(refusal)
    assert said.startswith("There is no account 'crm-77x'. Known: crm-77, ")
    assert said.endswith(f" and {100 - MOST_NAMED} more.")
    assert said.count("crm-") == MOST_NAMED + 1
    assert str(NotFound("plan", "fre", ["free", "paid"])) == "There is no plan 'fre'. Known: free, paid."


def test_what_cannot_be_done_to_somebody_says_to_whom_it_can() -> None:
    """Whoever suspends somebody invited learns that it is for members and for those in line."""
    said = str(NothingToAnswer("ada", "crm", "invited", {"waiting", "active"}))
    assert said == "ada is invited in crm, so there is nothing to do. That is for somebody who is active or waiting."
    assert str(NothingToAnswer("ada", "crm", "active")) == "ada is active in crm, so there is nothing to do."
