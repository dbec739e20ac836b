"""Amounts and their rounding."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from connector.domain.errors import InvalidValue
from connector.domain.money import Money, checked_currency, read_amount, read_price, rounded, total
from connector.domain.plans import Price


@pytest.mark.parametrize(
    ("exact", "currency", "says"),
    [
        (Fraction(1, 200), "EUR", "0.01 EUR"),
        (Fraction(499, 100_000), "EUR", "0.00 EUR"),
        (Fraction(1, 3), "EUR", "0.33 EUR"),
        (Fraction(1005, 1000), "EUR", "1.01 EUR"),
        (Fraction(12), "USD", "12.00 USD"),
        (Fraction(1, 2), "JPY", "1 JPY"),
        (Fraction(1, 3), "KWD", "0.333 KWD"),
        (Fraction(10**12), "EUR", "1000000000000.00 EUR"),
    ],
)
def test_halves_go_up_to_the_smallest_coin(exact: Fraction, currency: str, says: str) -> None:
    """Which is a hundredth for most, one for the yen, a thousandth for the Kuwaiti dinar."""
    assert str(rounded(exact, currency)) == says


def test_currencies_do_not_mix() -> None:
    """Nothing here knows an exchange rate."""
    with pytest.raises(ValueError, match="EUR and USD"):
        Money(Decimal(1), "EUR") + Money(Decimal(1), "USD")
    with pytest.raises(ValueError, match="EUR and USD"):
        Money(Decimal(1), "EUR") - Money(Decimal(1), "USD")


def test_a_credit_is_written_with_its_sign() -> None:
    """Sums and differences are exact."""
    assert str(Money(Decimal("0.10"), "EUR") + Money(Decimal("0.20"), "EUR")) == "0.30 EUR"
    assert str(Money(Decimal("0.10"), "EUR") - Money(Decimal("0.30"), "EUR")) == "-0.20 EUR"


def test_a_sum_with_an_unknown_part_is_unknown_and_says_what_is_known() -> None:
    """Never as if the unknown part were free."""
    one = total("EUR", [("seats/users", Money(Decimal("24.00"), "EUR")), ("plan/pro", None)])
    assert one.amount is None
    assert str(one) == "unknown (24.00 EUR and plan/pro)"
    assert str(total("EUR", []).amount) == "0.00 EUR"


@pytest.mark.parametrize(
    "written", ["-1", "1e3", "NaN", "Infinity", "1,50", "", " 1", "1.", "1.1234567", "\u0661", 0.1, 12]
)
def test_what_is_no_amount_is_refused(written: Any) -> None:
    """Floats too, which are not the number that was written."""
    with pytest.raises(InvalidValue, match=r"price: .* must be an amount"):
        read_amount("price", written)


def test_a_price_has_a_currency() -> None:
    """Written behind the amount."""
    assert read_price("price", "12.50 EUR") == Price(Decimal("12.50"), "EUR")
    with pytest.raises(InvalidValue, match="lacks its currency"):
        read_price("price", "12.50")
    with pytest.raises(InvalidValue, match="ISO 4217"):
        read_price("price", "12.50 euro")


@pytest.mark.parametrize("written", ["eur", "EURO", "€", "", "EU"])
def test_a_currency_is_a_code_of_three_letters(written: str) -> None:
    """As ISO 4217 has them."""
    with pytest.raises(InvalidValue, match="ISO 4217"):
        checked_currency(written)
