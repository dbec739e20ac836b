"""Money: decimals with a currency, exact to the smallest coin. No float ever becomes an amount."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from connector.domain.errors import InvalidValue
from connector.domain.plans import Price

WRITTEN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
CURRENCY = re.compile(r"[A-Z]{3}")

OTHER_DIGITS = dict.fromkeys(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0
) | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)
"""Digits behind the point of the smallest coin, where they are not two (ISO 4217)."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount that can be paid; a negative one is owed to the customer."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        """Add; raises ValueError for another currency, for we exchange none."""
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added.")
        return Money(self.amount + other.amount, self.currency)

    def __neg__(self) -> Money:
        """Return what is owed the other way."""
        return Money(-self.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        """Subtract; raises ValueError for another currency."""
        return self + -other

    def __str__(self) -> str:
        """Write it as `12.00 EUR`."""
        return f"{self.amount:f} {self.currency}"


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of which parts may be unknown: `known` is the rest, `unknown` names the items without a price."""

    known: Money
    unknown: tuple[str, ...] = ()

    @property
    def amount(self) -> Money | None:
        """The sum; None when it is not known, which is never the same as nothing."""
        return None if self.unknown else self.known

    def __str__(self) -> str:
        """Write it as `12.00 EUR`, or as `unknown (12.00 EUR and plan/standard)`."""
        return f"unknown ({self.known} and {', '.join(self.unknown)})" if self.unknown else str(self.known)


def total(currency: str, parts: Iterable[tuple[str, Money | None]]) -> Total:
    """Add up items, each with what it costs, or None where that is unknown."""
    known, unknown = rounded(Fraction(0), currency), []
    for item, amount in parts:
        if amount is None:
            unknown.append(item)
        else:
            known += amount
    return Total(known, tuple(unknown))


def rounded(exact: Fraction, currency: str) -> Money:
    """Round half up to the currency's smallest coin."""
    digits = OTHER_DIGITS.get(currency, 2)
    coins = (exact * 10**digits + Fraction(1, 2)).__floor__()
    return Money(Decimal(coins).scaleb(-digits), currency)


def checked_currency(written: str) -> str:
    """Return an ISO 4217 code as it is; raises InvalidValue."""
    if not CURRENCY.fullmatch(written):
        raise InvalidValue("currency", f"{written!r} must be an ISO 4217 code, for example EUR.")
    return written


def read_amount(attribute: str, written: str) -> Decimal:
    """Read an amount such as `12.00`: not below zero, no exponent, up to 12 digits and 6 behind the point.

    Raises InvalidValue, for a float too: `0.1` as a float is another number than the one that was written.
    """
    if not isinstance(written, str) or not WRITTEN.fullmatch(written):
        raise InvalidValue(attribute, f"{written!r} must be an amount written as 12 or 12.00, not below zero.")
    return Decimal(written)


def read_price(attribute: str, written: str) -> Price:
    """Read a price such as `12.00 EUR`; raises InvalidValue for one without a currency."""
    amount, _, currency = written.strip().partition(" ")
    if not currency:
        raise InvalidValue(attribute, f"{written!r} lacks its currency; write it as 12.00 EUR.")
    return Price(read_amount(attribute, amount), checked_currency(currency.strip()))
