"""E-mail domains, as they are compared."""

from __future__ import annotations

import pytest

from connector.domain.errors import InvalidValue
from connector.domain.mail_domains import checked_domain, domain_of


@pytest.mark.parametrize(
    ("written", "meant"),
    [("ACME.Example", "acme.example"), ("acme.example.", "acme.example"), ("bücher.example", "xn--bcher-kva.example")],
)
def test_a_domain_is_compared_in_one_form(written: str, meant: str) -> None:
    """Lower case, ASCII, no dot at the end."""
    assert checked_domain(written) == meant


@pytest.mark.parametrize(
    "written",
    ["", "acme", "-a.example", "a b.example", "10.0.0.1", "ada@acme.example", "a..example", f"{64 * 'x'}.example"],
)
def test_what_is_no_domain_is_refused(written: str) -> None:
    """With what would be one."""
    with pytest.raises(InvalidValue):
        checked_domain(written)


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("Ada@ACME.example", "acme.example"),
        ("ada@bücher.example", "xn--bcher-kva.example"),
        ("ada@evil.example@acme.example", None),
        ("@acme.example", None),
        ("acme.example", None),
        ("ada@", None),
        ("", None),
    ],
)
def test_an_address_has_one_domain_or_is_none(address: str, domain: str | None) -> None:
    """What could be taken for an address of two domains is at neither."""
    assert domain_of(address) == domain
