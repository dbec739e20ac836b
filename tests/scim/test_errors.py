"""Every refusal of the rules has its SCIM answer."""

from __future__ import annotations

import pytest

from connector.domain.errors import AlreadyExists, DomainError, InvalidFilter, InvalidPath, InvalidValue, NotFound
from connector.scim.errors import ANSWERS, answer_to, error_body


def _all_kinds(kind: type[DomainError] = DomainError) -> list[type[DomainError]]:
    kinds = [each for sub in kind.__subclasses__() for each in (sub, *_all_kinds(sub))]
    return [each for each in kinds if each.__module__.startswith("connector.")]


def test_every_refusal_has_an_answer() -> None:
    """A refusal without a status would reach the client as an error of ours."""
    for kind in _all_kinds():
        answers = [ANSWERS[each] for each in kind.__mro__ if each in ANSWERS]
        assert answers, f"{kind.__name__} has no row in connector/scim/errors.py"
        assert 400 <= answers[0][0] < 500


def test_a_refusal_that_has_none_is_told_apart() -> None:
    """It is then answered like any failure of ours: with a number, not with what went on inside."""

    class Unheard(DomainError):
        code = "unheard"

    assert answer_to(Unheard("inner words")) is None


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (NotFound("user", "x"), (404, None)),
        (AlreadyExists("user", "userName", "x"), (409, "uniqueness")),
        (InvalidValue("userName", "is required."), (400, "invalidValue")),
        (InvalidFilter("no."), (400, "invalidFilter")),
        (InvalidPath("a b", "no."), (400, "invalidPath")),
    ],
)
def test_the_scim_types_are_those_of_the_rfc(error: DomainError, answer: tuple[int, str | None]) -> None:
    """RFC 7644 section 3.12, table 9."""
    assert answer_to(error) == answer


def test_the_status_in_an_error_is_a_string() -> None:
    """RFC 7644 section 3.12; Okta's specification test compares it with the text 404."""
    assert error_body(409, "Taken.", "uniqueness") == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "409",
        "scimType": "uniqueness",
        "detail": "Taken.",
    }
    assert "scimType" not in error_body(404, "Gone.")
