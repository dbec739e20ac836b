"""What the demo claims, it checks: a claim that does not hold ends it with a sentence and exit status 1."""

from __future__ import annotations


class NotSo(Exception):
    """Something that the story says is not so, or what it needs is not there; the sentence says what."""


def hold(claim: bool, otherwise: str) -> None:
    """Raise NotSo with the sentence `otherwise` unless the claim is true."""
    if not claim:
        raise NotSo(otherwise)
