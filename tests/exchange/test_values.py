from datetime import date
from decimal import Decimal

import pytest

from exchange.iati.texts import (
    is_placeholder_name,
    language_tag,
    name_key,
    names_differ_wholly,
    ref_key,
    tidy_ref,
    without_leading_zeros,
)
from exchange.iati.values import read_date, read_value, read_year


@pytest.mark.parametrize(
    ("raw", "number", "note"),
    [
        ("0", "0", None),
        ("11.6  ", "11.6", None),
        ("-3", "-3", None),
        ("102.01", "102.01", None),
        ("1E+3", "1000", None),
        ("198,412.00", "198412", "thousands"),
        ("1,234", "1234", "thousands"),
        ("198 412", "198412", "thousands"),
        ("45%", "45", "percent_sign"),
        ("45 %", "45", "percent_sign"),
        ("0.12345678", "0.123457", "rounded"),
    ],
)
def test_numbers_are_read_as_people_write_them(raw, number, note):
    value, what = read_value(raw)

    assert (value.raw, value.kind, value.number, what) == (raw, "number", Decimal(number), note)


@pytest.mark.parametrize(
    ("raw", "kind", "note"),
    [
        ("72,0000", "text", "malformed_number"),
        ("8,386413", "text", "malformed_number"),
        ("3,5", "text", "malformed_number"),
        ("1.2.3", "text", "malformed_number"),
        ("10 - 12", "text", "malformed_number"),
        ("Yes", "text", "text_value"),
        ("17 women owned organizations", "text", "text_value"),
        ("٣", "text", "text_value"),
        ("NaN", "text", "text_value"),
        ("1e999", "text", "text_value"),
        ("9" * 19, "text", "number_too_long"),
        ("1e99", "text", "number_too_long"),
        ("", "empty", "empty_value"),
        ("  ", "empty", "empty_value"),
    ],
)
def test_what_is_no_number_is_never_read_as_one(raw, kind, note):
    value, what = read_value(raw)

    assert (value.raw, value.kind, value.number, what) == (raw, kind, None, note)


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2025-02-28", date(2025, 2, 28)),
        ("2025-02-28Z", date(2025, 2, 28)),
        ("2025-02-28T10:00:00+01:00", date(2025, 2, 28)),
        ("2025-02-30", None),
        ("28/02/2025", None),
        ("2025", None),
        ("", None),
    ],
)
def test_dates_are_iso_or_nothing(raw, day):
    assert read_date(raw) == day


@pytest.mark.parametrize(
    ("raw", "span"),
    [
        ("2012", (date(2012, 1, 1), date(2012, 12, 31))),
        ("2009/10", (date(2009, 1, 1), date(2010, 12, 31))),
        ("2009-2011", (date(2009, 1, 1), date(2011, 12, 31))),
        ("2003-05", (date(2003, 5, 1), date(2003, 5, 31))),
        ("1", None),
        ("0000", None),
        ("2012/08/09", None),
    ],
)
def test_years_may_be_a_month_or_two_years(raw, span):
    assert read_year(raw) == span


def test_names_are_compared_without_case_accents_and_blanks():
    assert name_key("MINISTERIO DE ECONOMíA") == name_key("Ministerio  de\nEconomía")
    assert name_key("Save – Them") == name_key("save - them")
    assert name_key("PAX") != name_key("PAX2")


def test_identifiers_are_never_numbers():
    assert ref_key("SV–ORP0003320") == ref_key("sv-ORP0003320")
    assert tidy_ref(" SV–ORP 0003320") == "SV-ORP0003320"
    assert ref_key("XI-DUNS-048407589") != ref_key("XI-DUNS-48407589")
    assert without_leading_zeros("xi-duns-048407589") == without_leading_zeros("xi-duns-48407589")


@pytest.mark.parametrize("ref", ["N/A", "-", " ", "none", "n.a.", ""])
def test_placeholders_are_no_identifiers(ref):
    assert ref_key(ref) == ""


@pytest.mark.parametrize(
    ("first", "second", "wholly"),
    [
        ("Enterprise - United States Other", "NEW YORK SLOGAN COMPANY LLC", True),
        ("Development Initiatives", "Development Initiatives Poverty Research Ltd", False),
        ("United Nations Population Fund", "UNPF", False),
        ("Ministry of Health", "Ministry of Finance", True),
        ("British Humanist Association", "Humanists UK", False),
    ],
)
def test_names_differ_wholly_without_a_telling_word_in_common(first, second, wholly):
    assert names_differ_wholly(first, second) is wholly


@pytest.mark.parametrize(("raw", "tag"), [("EN", "en"), ("ENG", "en"), ("en_GB", "en-gb"), ("tlh", "tlh"), ("", "")])
def test_languages_are_casefolded_and_unknown_ones_kept(raw, tag):
    assert language_tag(raw) == tag


def test_placeholder_partners_are_recognised():
    assert is_placeholder_name("Partner A global")
    assert is_placeholder_name("Enterprise - United States Other")
    assert not is_placeholder_name("Partners in Health")
