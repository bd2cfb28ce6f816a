import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from exchange.iati import limits
from exchange.iati.guard import blank_spans, check_bytes
from exchange.iati.reader import read_document
from exchange.iati.refusals import FileRefused
from exchange.iati.sandbox import read_safely
from tests.exchange.files import (
    activity,
    actual,
    baseline,
    iati,
    indicator,
    org,
    period,
    result,
    target,
)

SAMPLE = Path(__file__).resolve().parents[2] / "exchange" / "samples" / "harbour-youth.xml"


def read(data, *, persons=False):
    return read_document(check_bytes(data), persons=persons)


def codes(document):
    return [problem.code for problem in document.problems]


def refusal(data):
    with pytest.raises(FileRefused) as caught:
        read_safely(data, persons=False)
    return caught.value.code, caught.value.line


def buckets(document):
    ledger = document.ledger
    return ledger.imported + ledger.merged + ledger.kept_as_text + ledger.ignored


def count_elements(data):
    root = ET.fromstring(data)  # noqa: S314
    return sum(1 for found in root.iter("iati-activity") for _ in found.iter())


LEDGER_CASES = [
    activity(),
    activity("<budget><value>3</value></budget>", "<x:thing xmlns:x='x'><x:part/></x:thing>"),
    activity(org("PAX", ref="NL-KVK-1"), org("PAX", ref="NL-KVK-1"), org("Pax!", ref="NL-KVK-1", role="2")),
    activity("<description><narrative>One</narrative><narrative xml:lang='fr'>Un</narrative></description>"),
    activity(
        result(
            indicator(baseline("3"), period(target("Yes"), actual("", "<comment><narrative>?</narrative></comment>")))
        )
    ),
    activity(result(indicator(period(target("3", "<dimension name='sex' value='f'/>"), actual(""), start="soon")))),
    activity(
        "<contact-info><person-name><narrative>A</narrative></person-name><email>a@b.example</email></contact-info>"
    ),
    activity("<title><narrative>Second title</narrative></title>", "<unknown><deep><deeper/></deep></unknown>"),
]


@pytest.mark.parametrize("persons", [False, True])
@pytest.mark.parametrize("content", LEDGER_CASES)
def test_every_element_is_in_exactly_one_bucket(content, persons):
    data = iati(content, activity(identifier="XX-REG-1-B"))

    document = read(data, persons=persons)

    assert document.ledger.source == count_elements(data)
    assert buckets(document) == document.ledger.source


def test_what_follows_its_parent_and_what_does_not():
    parts = [org("PAX", ref="NL-KVK-1"), org("PAX", ref="NL-KVK-1", role="2"), "<sector code='1'/>"]

    ledger = read(iati(activity(*parts, "<other-identifier ref='7' type='A1'/>"))).ledger

    # activity, identifier, title and its narrative, first participating-org and its narrative
    assert (ledger.imported, ledger.merged, ledger.kept_as_text, ledger.ignored) == (6, 2, 1, 1)


def test_repeated_identifier_is_left_out_whole_and_said():
    data = iati(activity(), activity(org("PAX")))

    document = read(data)

    assert [(a.number, a.repeats) for a in document.activities] == [(1, 0), (2, 1)]
    assert "repeated_identifier" in codes(document)
    assert document.ledger.ignored == 6


def test_values_keep_their_raw_text_and_place():
    values = period(target("198,412.00"), actual("Not established"))

    [found] = read(iati(activity(result(indicator(baseline("10"), values))))).activities

    [one] = found.results[0].indicators[0].periods
    assert (one.targets[0].value.raw, one.actuals[0].value.raw) == ("198,412.00", "Not established")
    assert (one.targets[0].value.kind, one.actuals[0].value.kind) == ("number", "text")


def test_problems_name_the_line_the_place_and_the_raw_value():
    document = read(iati(activity("\n", result(indicator(baseline("10"), period(target("72,0000")))))))

    [problem] = document.problems[1:]
    assert problem.line == 8
    assert problem.where == "iati-activity[1]/result[1]/indicator[1]/period[1]/target[1]"
    assert (problem.value, problem.code) == ("72,0000", "malformed_number")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (result(indicator(baseline("10"), period(target("20")), ascending="0")), "direction_contradicted"),
        (result(indicator(baseline("20"), period(target("10")))), "direction_contradicted"),
        (result(indicator(period(target("776"), actual("0")), ascending="0")), "direction_unchecked"),
        (result(indicator(period(target("1")))), "no_baseline"),
        (result(indicator(baseline("1"))), "no_period"),
        (result(), "no_indicator"),
        (result(indicator(baseline("1"), period(actual("3")))), "actual_without_target"),
        (result(indicator(baseline("1"), period(target("3"), start="2026-01-01"))), "period_backwards"),
        (result(indicator(baseline("1"), period(target("3"), start="soon"))), "unreadable_period"),
        (result(indicator(baseline("1"), period(target("3")), period(target("4")))), "periods_overlap"),
        (result(indicator(baseline("1", year="5"))), "unreadable_baseline_date"),
        (result(indicator(baseline("1"), title="A"), indicator(baseline("1"), title="a")), "joinable_indicators"),
        (result(indicator(baseline("1"))) + result(indicator(baseline("1"))), "repeated_titles"),
        (result(indicator(baseline("4"), measure="5")), "number_for_words"),
        (result(indicator(baseline("4"), measure="77")), "unknown_code"),
        ("<activity-date iso-date='yesterday' type='1'/>", "unreadable_date"),
        (org("PAX", ref="N/A"), "placeholder_ref"),
        (org("PAX"), "no_ref"),
        (org("PAX", ref="SV–1"), "odd_ref"),
        (org("PAX", ref="X-1", kind=""), "unknown_type"),
        (org("PAX", ref="X-1", role="9"), "unknown_role"),
        (org("", ref="X-1"), "no_name"),
        (org("PAX", ref="X-1") * 2, "repeated_mention"),
        (org("Partner A global"), "placeholder_name"),
        (org("Partner", ref="X-01") + org("Partner", ref="X-1"), "zero_lost_ref"),
        (org("Harbour", ref="X-1") + org("Harbour", ref="X-2"), "same_name_other_ref"),
        (org("Harbour", ref="X-1") + org("Slogan", ref="X-1"), "same_ref_other_name"),
        (org("Harbour", ref="X-1") + org("Harbour Trust", ref="X-1"), "same_ref_several_names"),
    ],
)
def test_each_oddity_is_said(content, code):
    assert code in codes(read(iati(activity(content))))


def test_a_percent_sign_is_no_oddity_where_a_percentage_is_meant():
    document = read(iati(activity(result(indicator(baseline("4"), period(target("45%")), measure="2")))))

    assert "percent_sign" not in codes(document)


def test_overlapping_and_outlying_periods_only_warn():
    dates = "<activity-date iso-date='2026-01-01' type='2'/>"

    document = read(iati(activity(dates, result(indicator(baseline("1"), period(target("3")))))))

    assert "period_outside_activity" in codes(document)
    assert len(document.activities[0].results[0].indicators[0].periods) == 1


def test_several_names_are_aliases_and_descriptions_are_remarks():
    names = (
        "<narrative>Harbour</narrative><narrative xml:lang='FR'>Le Port</narrative><narrative>We do good</narrative>"
    )

    [found] = read(iati(activity(f"<participating-org role='1' type='22'>{names}</participating-org>"))).activities

    [mention] = found.mentions
    assert [(name.text, name.language) for name in mention.names] == [("Harbour", "en"), ("Le Port", "fr")]
    assert [remark.text for remark in mention.remarks] == ["We do good"]


def test_persons_are_read_only_when_asked_for():
    contact = (
        "<contact-info><organisation><narrative>Harbour</narrative></organisation>"
        "<person-name><narrative>Ada Quay</narrative></person-name><email>ada@harbour.example</email></contact-info>"
    )
    data = iati(activity(contact))

    without, asked = read(data), read(data, persons=True)

    assert without.activities[0].contacts == ()
    assert [(c.name, c.email, c.organisation) for c in asked.activities[0].contacts] == [
        ("Ada Quay", "ada@harbour.example", "Harbour")
    ]
    assert (without.ledger.imported, asked.ledger.imported) == (4, 10)


def test_contact_info_is_blanked_and_lines_stay():
    data = iati(activity("<contact-info>\n<email>ada@harbour.example</email>\n</contact-info >", "<sector/>"))

    blanked = blank_spans(data, read(data).contact_spans)

    assert b"harbour.example" not in blanked
    assert b"contact-info" not in blanked
    assert blanked.count(b"\n") == data.count(b"\n")
    assert b"<sector/>" in blanked


@pytest.mark.parametrize("version", ["2.01", "2.02", "2.03"])
def test_the_second_generation_is_read(version):
    assert read(iati(activity(), version=version)).version == version


def test_a_byte_order_mark_and_windows_line_ends_are_no_trouble():
    data = b"\xef\xbb\xbf" + iati(activity()).replace(b"\n", b"\r\n")

    assert read(data).activities[0].title == "Safe crossings"


def test_a_declared_single_byte_encoding_is_read():
    data = iati(activity(org("Société")), declaration='<?xml version="1.0" encoding="ISO-8859-1"?>')

    document = read(data.decode().encode("latin-1"))

    assert document.activities[0].mentions[0].name == "Société"


BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>
<iati-activities version="2.03"><iati-activity>&b;</iati-activity></iati-activities>"""


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "empty_file", None),
        (b" \n ", "empty_file", None),
        (BILLION_LAUGHS, "doctype", 2),
        (b"<!doctype html><html></html>", "doctype", 1),
        (iati(activity())[:-40], "truncated", 5),
        (iati(activity())[:80], "truncated", 3),
        (iati(activity()).decode().encode("utf-16"), "wrong_encoding", 1),
        (iati(activity()).decode().encode("utf-16-le"), "wrong_encoding", 1),
        (iati(activity()).decode().encode("utf-32"), "wrong_encoding", 1),
        (iati(activity(), declaration='<?xml version="1.0" encoding="utf-7"?>'), "wrong_encoding", 1),
        (iati(activity(org("Société"))).decode().encode("latin-1"), "broken_encoding", 6),
        (iati(activity(org("a\0b"))), "nul_character", 6),
        (iati(activity("<a>" * 63 + "</a>" * 63)), "too_deep", 6),
        (iati("<a>" * 200_000), "too_deep", 3),
        (iati(activity(), version="1.05"), "old_version", 2),
        (iati(activity(title="<title>Old</title>"), version=""), "old_version", 5),
        (iati(activity(), version="3.00"), "unknown_version", 2),
        (iati(root="iati-organisations"), "organisation_file", 2),
        (b"<html>\n<body/></html>", "not_iati", 1),
        (b"name;value\nPAX;3", "not_xml", 1),
        (iati("<iati-activity>", "<b></a>"), "not_xml", 4),
        (iati(), "no_activities", 3),
        (iati(activity("x" * 100_001)), "text_too_long", 6),
        (iati(activity(f"<sector code='{'x' * 100_001}'/>")), "text_too_long", 6),
        (iati(activity("<a " + " ".join(f'b{n}="1"' for n in range(51)) + "/>")), "too_many_attributes", 6),
        (b"<" + b"x" * limits.MAX_BYTES, "too_large", None),
    ],
)
def test_unusable_files_are_refused_with_reason_and_line(data, code, line):
    assert refusal(data) == (code, line)


def test_too_many_elements_activities_and_rows_are_refused(monkeypatch):
    monkeypatch.setattr("exchange.iati.tree.MAX_ACTIVITIES", 1)
    monkeypatch.setattr("exchange.iati.tree.MAX_ROWS", 2)
    monkeypatch.setattr("exchange.iati.tree.MAX_ELEMENTS", 20)
    cases = {
        "too_many_activities": iati(activity(), activity(identifier="B")),
        "too_many_rows": iati(activity(org("A"), org("B"), org("C"))),
        "too_many_elements": iati(activity("<a/>" * 20)),
    }

    for code, data in cases.items():
        with pytest.raises(FileRefused) as caught:
            read(data)
        assert caught.value.code == code


def test_a_reader_that_needs_too_much_memory_is_stopped(monkeypatch):
    monkeypatch.setattr("exchange.iati.sandbox.ARGUMENTS", ("--memory", "40000000"))
    many = activity(*(org(f"Organisation {n}") for n in range(15_000)))

    with pytest.raises(FileRefused) as caught:
        read_safely(iati(many), persons=False)

    assert caught.value.code in {"too_much_memory", "reader_failed"}


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr("exchange.iati.sandbox.SECONDS", 0.001)

    assert refusal(iati(activity()))[0] == "too_slow"


def test_the_child_process_hands_over_exactly_what_was_read():
    data = iati(activity(org("Société – ٣", ref="SV–1"), result(indicator(baseline("1"), period(target("1,234"))))))

    document, checked = read_safely(data, persons=True)

    assert document == read_document(checked, persons=True)


def test_million_siblings_are_refused_in_bounded_time_and_memory():
    data = iati(activity("<a/>" * 1_200_000))

    assert refusal(data) == ("too_many_elements", 6)


def test_however_the_example_is_cut_or_damaged_it_is_refused_or_read_whole():
    """Every cut, and bytes overwritten at many places: never another error, never a ledger that does not add up."""
    whole = SAMPLE.read_bytes()
    damaged = [whole[:length] for length in range(0, len(whole), 97)]
    damaged += [
        whole[:at] + byte + whole[at + 1 :] for at in range(0, len(whole), 131) for byte in (b"<", b"&", b"\xff")
    ]

    outcomes = Counter()
    for data in damaged:
        try:
            document = read(data, persons=True)
        except FileRefused:
            outcomes["refused"] += 1
        else:
            outcomes["read"] += 1
            assert buckets(document) == document.ledger.source

    assert outcomes["refused"] > 100
