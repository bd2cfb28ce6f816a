"""Files of earlier answers: what is read, what is left out and why, line by line."""

from datetime import date

import pytest

from exchange.survey.odd import Fate, FileRefused, Odd, Refused
from exchange.survey.rounds import read_rounds
from exchange.survey.words import PROBLEMS, REFUSALS, problem_sentence, refusal_sentence
from exchange.views.rounds import TEMPLATE
from feedback.choices import INDEX, ITEMS

TODAY = date(2026, 4, 20)
HEADER = "round date,round label,invited,respondent,question,value"


def lines(*rows, header=HEADER, people=6):
    """A file with a sound round of so many people, and ``rows`` behind it: they begin at line ``people + 2``."""
    sound = [f"2025-11-12,Autumn,9,p{number},voice,{number % 5 + 1}" for number in range(people)]
    return "\n".join([header, *sound, *rows]).encode()


def read(*rows, **more):
    return read_rounds(lines(*rows, **more), today=TODAY)


def odd(reading):
    return [(problem.odd, problem.line, problem.value) for problem in reading.problems]


def test_every_line_is_counted_once_in_a_sum():
    [one] = read().rounds

    assert (one.held_on, one.label, one.invited, one.answered) == (date(2025, 11, 12), "Autumn", 9, 6)
    cell = one.cells["voice"]
    assert (cell.n, cell.total, cell.squares, cell.counts) == (6, 16, 56, (2, 1, 1, 1, 1))
    assert list(one.cells) == ["voice"]


def test_person_index_needs_five_of_the_eight_and_is_kept_in_eighths():
    keys = ITEMS[:5]
    rows = [f"2025-12-01,,,p{person},{key},{4 if key != 'goals' else 3}" for person in range(6) for key in keys]
    [_, winter] = read(*rows).rounds

    index = winter.cells[INDEX]
    assert (index.n, index.total, index.squares) == (6, 6 * 30, 6 * 900)  # 3.8 is nearest to 30 eighths
    assert (index.eighths[30 - 8], sum(index.eighths)) == (6, 6)
    [_, fewer] = read(*[row for row in rows if "follow" not in row]).rounds
    assert INDEX not in fewer.cells


def test_alike_counts_who_gave_one_answer_to_all_eight():
    rows = [f"2025-12-01,,,p{person},{key},{4}" for person in range(6) for key in ITEMS]
    rows[0] = rows[0].replace(",4", ",5")

    assert read(*rows).rounds[1].alike == 5


@pytest.mark.parametrize(
    ("row", "what", "value"),
    [
        (",,,p9,voice,3", Odd.NO_DATE, ""),
        ("12th of May,,,p9,voice,3", Odd.UNREADABLE_DATE, "12th of May"),
        ("2025-02-30,,,p9,voice,3", Odd.UNREADABLE_DATE, "2025-02-30"),
        ("1925-02-03,,,p9,voice,3", Odd.UNREADABLE_DATE, "1925-02-03"),
        ("03/04/2025,,,p9,voice,3", Odd.TWO_DATES, "03/04/2025"),
        ("2026-04-21,,,p9,voice,3", Odd.FUTURE, "2026-04-21"),
        ("2025-11-12,,,,voice,3", Odd.NO_RESPONDENT, "3"),
        ("2025-11-12,,,p9,voice,three", Odd.NOT_A_NUMBER, "three"),
        ("2025-11-12,,,p9,voice", Odd.TOO_FEW_CELLS, "5"),
        ("2025-11-12,,,p9,voice,3,more", Odd.TOO_MANY_CELLS, "7"),
        ("2025-11-12,,,p3,voice,1", Odd.TWICE, "1"),
    ],
)
def test_line_that_cannot_be_counted_is_named_with_its_value_and_left_out(row, what, value):
    reading = read(row)

    assert odd(reading) == [(what, 8, value)]
    assert reading.fates == {Fate.COUNTED: 6, Fate.LEFT_OUT: 1}
    assert reading.rounds == read().rounds


def test_first_answer_of_a_person_counts_and_the_second_says_which():
    [problem] = read("2025-11-12,,,p3,voice,1").problems

    assert "on line 5" in problem_sentence(problem)


@pytest.mark.parametrize(
    ("value", "low_to_high"),
    [("0", "from 0 to 5"), ("7", "from 1 to 7"), ("3.5", "from 1 to 5"), ("-1", "from -1 to 5")],
)
def test_question_with_one_value_off_the_scale_stays_out_whole(value, low_to_high):
    reading = read(*(f"2025-11-12,,,p{n},trust,4" for n in range(6)), f"2025-11-12,,,p9,voice,{value}")

    [problem] = reading.problems
    assert (problem.odd, problem.line, problem.value) == (Odd.OFF_SCALE, 14, value)
    assert low_to_high in problem_sentence(problem)
    assert list(reading.rounds[0].cells) == ["trust"]
    assert reading.fates == {Fate.COUNTED: 6, Fate.LEFT_OUT: 7}


@pytest.mark.parametrize("value", ["4", "4.0", "4,0", " 4 ", "4.00", "\u00a04", "Mostly true", "en grande partie vrai"])
def test_spreadsheet_spellings_of_a_whole_number_and_our_own_words_are_understood(value):
    reading = read(f'2025-11-12,,,p9,voice,"{value}"')

    assert reading.problems == []
    assert reading.rounds[0].cells["voice"].counts == (2, 1, 1, 2, 1)


@pytest.mark.parametrize("value", ["", "  ", "Not sure or does not apply", "Je ne sais pas ou ne s’applique pas"])
def test_no_answer_is_no_answer(value):
    reading = read(f"2025-11-12,,,p9,voice,{value}")

    assert reading.problems == []
    assert reading.fates == {Fate.COUNTED: 6, Fate.EMPTY: 1}


def test_question_is_known_by_key_name_and_sentence_in_both_languages():
    names = [
        "VOICE",
        "A fair say",
        "every partner had a fair say, big or small.",
        "Chaque partenaire, petit ou grand, a eu son mot à dire.",
    ]
    rows = [f'2025-12-0{day},,,p{person},"{name}",3' for day, name in enumerate(names, start=1) for person in range(5)]

    assert [list(one.cells) for one in read(*rows).rounds] == [["voice"]] * 5


def test_question_in_own_words_waits_until_somebody_says_what_it_means():
    rows = [f"2025-12-01,,,p{person},We are heard,{3}" for person in range(5)]
    reading = read(*rows)
    told = read_rounds(lines(*rows), today=TODAY, meanings={"we are heard": "voice"})

    assert [(one.text, one.lines) for one in reading.unknown] == [("We are heard", 5)]
    assert odd(reading) == [(Odd.UNKNOWN_QUESTION, 8, "We are heard")]
    assert reading.fates[Fate.UNKNOWN] == 5
    assert [one.cells["voice"].n for one in told.rounds] == [6, 5]
    assert told.problems == []


# -- Fewer than five ---------------------------------------------------------------------------------------------------
def test_round_of_four_is_left_out_and_said():
    reading = read(*(f"2025-12-01,Winter,,p{person},voice,3" for person in range(4)))

    assert [one.label for one in reading.rounds] == ["Autumn"]
    assert odd(reading) == [(Odd.FEW_PEOPLE, 0, "Winter")]
    assert reading.fates == {Fate.COUNTED: 6, Fate.TOO_FEW: 4}


def test_question_of_four_is_left_out_and_said():
    reading = read(*(f"2025-11-12,,,p{person},trust,3" for person in range(4)))

    assert list(reading.rounds[0].cells) == ["voice"]
    assert odd(reading) == [(Odd.FEW_ANSWERS, 0, "trust")]
    assert reading.fates == {Fate.COUNTED: 6, Fate.TOO_FEW: 4}


def test_nothing_that_is_returned_names_a_respondent():
    rows = [f"2025-11-12,,,canary{person},trust,{9 if person == 3 else 3}" for person in range(7)]

    assert "canary" not in repr(read(*rows, "2025-11-12,,,canary3,voice,1", "2025-11-12,,,canary3,voice,2"))


# -- How many were asked -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("invited", "taken", "problems"),
    [
        ("", None, []),
        ("9", 9, []),
        ("9.0", 9, []),
        ("about ten", None, [Odd.UNREADABLE_INVITED]),
        ("5", None, [Odd.INVITED_TOO_FEW]),
    ],
)
def test_how_many_were_asked(invited, taken, problems):
    reading = read_rounds(lines().replace(b",9,", f",{invited},".encode()), today=TODAY)

    assert reading.rounds[0].invited == taken
    assert [problem.odd for problem in reading.problems] == problems


def test_second_number_and_second_name_of_a_round_are_pointed_out():
    reading = read("2025-11-12,Herbst,12,p9,voice,3")

    assert odd(reading) == [(Odd.OTHER_LABEL, 8, "Herbst"), (Odd.OTHER_INVITED, 8, "12")]
    assert (reading.rounds[0].label, reading.rounds[0].invited) == ("Autumn", 9)


# -- What spreadsheets make of a file ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode("utf-16"),
        lambda text: ("sep=;\n" + text.replace(",", ";")).encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\n\n").encode(),
        lambda text: text.replace("\n", ",,\n").encode() + b",,",
        lambda text: text.replace("2025-11-12", "12.11.2025").encode(),
        lambda text: text.replace("2025-11-12", "2025-11-12 00:00:00").encode(),
        lambda text: text.replace("2025-11-12", "30/11/2025", 1).replace("2025-11-12", "30/11/2025").encode(),
        lambda text: text.replace("round date", "Round  Date ").replace("value", "Answer").encode(),
    ],
)  # fmt: skip
def test_file_as_spreadsheets_write_it_is_read_all_the_same(spoil):
    reading = read_rounds(spoil(lines().decode()), today=TODAY)

    assert reading.problems == []
    assert [one.cells for one in reading.rounds] == [one.cells for one in read().rounds]


def test_days_as_excel_counts_them_are_read_and_said_once():
    reading = read_rounds(lines().replace(b"2025-11-12", b"45973"), today=TODAY)

    assert [one.held_on for one in reading.rounds] == [date(2025, 11, 12)]
    [problem] = reading.problems
    assert problem_sentence(problem) == "A number of days as Excel counts them. Read as 12 November 2025."


def test_windows_letters_are_read_and_pointed_out():
    reading = read_rounds(lines("2025-11-12,,,p9,voice,très").decode().encode("cp1252"), today=TODAY)

    assert odd(reading) == [(Odd.NOT_UTF8, 8, ""), (Odd.NOT_A_NUMBER, 8, "très")]


def test_line_numbers_count_the_lines_of_the_file():
    reading = read('2025-11-12,"two\nlines",,p8,voice,3', "", "2025-11-12,,,p9,voice,x")

    assert (Odd.NOT_A_NUMBER, 11, "x") in odd(reading)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", Refused.EMPTY),
        (b" \n\n", Refused.EMPTY),
        (HEADER.encode(), Refused.EMPTY),
        (b"PK\x03\x04" + b"x" * 50, Refused.SPREADSHEET),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, Refused.SPREADSHEET),
        (lines() + b"\n\0", Refused.NOT_TEXT),
        (b"\xff\xfe\x00\xd8\x00", Refused.NOT_TEXT),
        (b"a,b\n1,2", Refused.COLUMNS_MISSING),
        (lines(header=f"{HEADER},answer"), Refused.COLUMN_TWICE),
        (lines('2025-11-12,"open,,p9,voice,3'), Refused.BROKEN_QUOTES),
        (b"x" * 1_000_001, Refused.TOO_LARGE),
        (HEADER.encode() + b"\n,,,,,1" * 60_001, Refused.TOO_MANY_LINES),
    ],
)  # fmt: skip
def test_file_that_cannot_be_trusted_is_refused_with_a_sentence(content, why):
    with pytest.raises(FileRefused) as caught:
        read_rounds(content, today=TODAY)

    assert caught.value.why is why
    assert "%(" not in refusal_sentence(caught.value)


def test_too_many_rounds_are_refused():
    first = date(2015, 1, 1).toordinal()
    rows = [f"{date.fromordinal(first + number)},,,p1,voice,3" for number in range(121)]

    with pytest.raises(FileRefused) as caught:
        read(*rows)
    assert caught.value.why is Refused.TOO_MANY_ROUNDS


def test_every_reason_has_its_sentence():
    assert set(REFUSALS) == set(Refused)
    assert set(PROBLEMS) == set(Odd)


def test_template_shows_a_file_with_nothing_odd():
    reading = read_rounds(TEMPLATE.read_bytes(), today=TODAY)

    assert reading.problems == []
    assert [set(one.cells) for one in reading.rounds] == [{*ITEMS, INDEX}] * 2
