from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.numbers import read_number

EXACT = st.decimals(min_value=Decimal("-1e15"), max_value=Decimal("1e15"), places=6, allow_nan=False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("23.6", "23.6"),
        (" 45 % ", "45"),
        ("198,412.00", "198412"),
        ("1 234", "1234"),
        ("1\u00a0234\u00a0567.5", "1234567.5"),
        ("12'000", "12000"),
        ("\u22123", "-3"),
        (".5", "0.5"),
        ("102.01", "102.01"),
    ],
)
def test_read_number_understands_what_people_write(text, value):
    assert read_number(text).value == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"), [("3,5", "3.5"), ("3.5", "3.5"), ("1 234,5", "1234.5"), ("8,386413", "8.386413")]
)
def test_read_number_with_a_decimal_comma(text, value):
    assert read_number(text, decimal_comma=True).value == Decimal(value)


@pytest.mark.parametrize(
    "text", ["72,0000", "8,386413", "1,23,4", "1.2.3", "12 34", "1,234 567", "9" * 19, "0.1234567", "1.", "-", "%", "٣"]
)
def test_read_number_never_guesses(text):
    assert read_number(text).value is None


@pytest.mark.parametrize("text", ["Yes", "17 women owned organizations", "about 30", "n/a", "", "12 March"])
def test_words_are_words_and_not_malformed_numbers(text):
    assert read_number(text).malformed is False


@pytest.mark.parametrize("text", ["1,234.5", "1,2,3", "12,"])
def test_thousands_commas_are_malformed_where_commas_are_decimal(text):
    assert read_number(text, decimal_comma=True).malformed is True


@given(EXACT)
def test_every_number_we_can_keep_is_read_back_exactly(value):
    assert read_number(f"{value:f}").value == value
    assert read_number(f"{value:,f}").value == value
    assert read_number(f"{value:f}".replace(".", ","), decimal_comma=True).value == value


@given(st.text(alphabet="0123456789.,' %-+eE\u00a0", max_size=12), st.booleans())
def test_reading_never_fails_and_a_value_always_fits_the_column(text, comma):
    number = read_number(text, decimal_comma=comma)

    assert number.value is None or (number.value == number.value.quantize(Decimal("0.000001")) and not number.malformed)
