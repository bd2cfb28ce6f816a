from collections import Counter
from dataclasses import asdict
from fractions import Fraction
from itertools import combinations_with_replacement, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from feedback.measure.beta import band_probabilities, ghost, likely_range
from feedback.measure.cells import CellSums, people_in, person_index, r_wg, scaled
from feedback.measure.form_quality import cronbach_alpha, r_wg_j
from feedback.measure.params import Params, params_version
from feedback.measure.quality import energy_watch, low_energy, window_quality
from feedback.measure.scores import (
    HIDDEN,
    Agreement,
    Answered,
    Band,
    Bound,
    CellReading,
    Confidence,
    ReportConfidence,
    Share,
    agreement,
    band_of,
    coarse_range,
    confidence_label,
    coverage,
    display_tenths,
    index_is_publishable,
    outlook,
    read_cell,
    round_outward,
    share,
    wilson,
)

PARAMS = Params()
ANSWERS = st.lists(st.integers(1, 5), min_size=5, max_size=40)
FEW = settings(deadline=None, max_examples=40)


def read(answers, *, invited=None, **options):
    return read_cell(CellSums.from_answers(answers), len(answers), invited or len(answers), PARAMS, **options)


def fit(answers):
    sums = CellSums.from_answers(answers)
    return ghost(sums.n, sums.s1, sums.s2)


# -- What each size of group may show ---------------------------------------------------------------------------------


@pytest.mark.parametrize("answers", [[], [5], [5] * 4])
def test_fewer_than_five_people_leave_no_number_at_all(answers):
    reading = read_cell(CellSums.from_answers(answers), len(answers), 40, PARAMS)

    assert reading == HIDDEN
    assert [value for name, value in asdict(reading).items() if name != "visible"] == [None] * 13


def test_four_people_who_answered_twice_stay_hidden():
    assert read_cell(CellSums.from_answers([4] * 8), 4, 10, PARAMS) == HIDDEN


@pytest.mark.parametrize("n", [5, 9])
def test_five_to_nine_people_show_a_band_and_a_range_in_halves(n):
    assert read([5] * n) == CellReading(
        visible=True,
        n_people=n,
        band=Band.STRONG,
        confidence_label=Confidence.CLEAR,
        low=3.5,
        high=5.0,
        answered=Answered.MOST,
        report_confidence=ReportConfidence.HIGH,
    )


def test_ten_people_show_the_number_and_what_goes_with_it():
    reading = read([5, 5, 5, 4, 4, 4, 4, 4, 2, 2], invited=12)

    assert reading == CellReading(
        visible=True,
        n_people=10,
        band=Band.MIXED,
        confidence_label=Confidence.LEANING,
        tenths=39,
        low=3.2,
        high=4.4,
        agreement=Agreement.VARY,
        favourable=Share(80, Bound.ABOUT),
        histogram=(
            Share(10, Bound.AT_MOST),
            Share(20, Bound.ABOUT),
            Share(10, Bound.AT_MOST),
            Share(50, Bound.ABOUT),
            Share(30, Bound.ABOUT),
        ),
        answered=Answered.MOST,
        fragile=False,
        report_confidence=ReportConfidence.MEDIUM,
    )


def test_an_uncertain_reading_names_the_two_likeliest_bands():
    reading = read([1, 4, 5, 5, 5])

    assert (reading.confidence_label, reading.band, reading.second_band) == (
        Confidence.UNCERTAIN,
        Band.MIXED,
        Band.STRONG,
    )


def test_ten_people_get_the_band_of_the_number_shown_even_where_another_is_likelier():
    reading = read([1] * 5 + [5] * 5)

    assert (reading.tenths, reading.band, reading.second_band) == (30, Band.MIXED, Band.CONCERN)


def test_one_half_is_one_half_on_every_machine():
    """Twelve threes: both bands are exactly as likely, whatever the last digit of the computed probability."""
    assert read([3] * 12).confidence_label is Confidence.LEANING


def test_people_heard_in_two_meetings_count_once_for_the_range():
    twice = CellSums.from_answers([5, 4, 4, 3, 2, 4] * 2)

    reading = read_cell(twice, 6, 6, PARAMS)

    assert reading == read([5, 4, 4, 3, 2, 4])
    assert people_in([6, 6]) == 6
    assert people_in([]) == 0


@pytest.mark.parametrize(("people", "invited"), [(11, 20), (10, 9)])
def test_impossible_counts_are_refused(people, invited):
    with pytest.raises(ValueError, match="more people"):
        read_cell(CellSums.from_answers([3] * 10), people, invited, PARAMS)


@pytest.mark.parametrize("counts", [(1, 2, 3, 4), (1, 2, 3, 4, -1)])
def test_counts_that_cannot_be_are_refused(counts):
    with pytest.raises(ValueError, match="1 to 5"):
        CellSums.from_counts(counts)


@pytest.mark.parametrize("answers", [[0], [6], [1, 2, 7]])
def test_answers_off_the_scale_are_refused(answers):
    with pytest.raises(ValueError, match="1 to 5"):
        CellSums.from_answers(answers)


@given(st.lists(st.integers(1, 5), max_size=40), st.integers(0, 40))
@FEW
def test_no_reading_shows_more_than_its_size_allows(answers, silent):
    reading = read_cell(CellSums.from_answers(answers), len(answers), len(answers) + silent, PARAMS)

    numbers = (reading.tenths, reading.agreement, reading.favourable, reading.histogram, reading.fragile)
    if len(answers) < 5:
        assert reading == HIDDEN
    elif len(answers) < 10:
        assert numbers == (None,) * 5
        assert (reading.low * 2) % 1 == (reading.high * 2) % 1 == 0
    else:
        assert None not in numbers
        assert reading.band is band_of(reading.tenths, PARAMS)
        assert all(10 <= bar.percent <= 90 for bar in reading.histogram)
    if reading.visible:
        assert 1 <= reading.low <= reading.high <= 5


def test_parameters_cannot_go_below_the_smallest_safe_groups():
    for wrong in ({"k": 4}, {"k_comments": 4}, {"show_from": 9}):
        with pytest.raises(ValueError, match="fewer than"):
            Params(**wrong)


def test_the_version_of_the_parameters_changes_with_any_of_them():
    versions = {params_version(p) for p in (Params(), Params(delta=0.4), Params(on=0.9), Params(k=6))}

    assert len(versions) == 4
    assert params_version(Params()) == params_version(PARAMS)
    assert Params(on=0.9).indicator_thresholds.on == 0.9


@pytest.mark.parametrize("silent", [0, 9])
@pytest.mark.parametrize("n", [5, 6, 7, 8, 9])
def test_no_reading_of_five_to_nine_people_tells_that_all_said_the_same(n, silent):
    """Every reading a unanimous group gets is one that several other sets of answers get too."""
    everything = list(combinations_with_replacement(range(1, 6), n))
    alike = Counter(read(answers, invited=n + silent) for answers in everything)

    assert [x for x in range(1, 6) if alike[read([x] * n, invited=n + silent)] < 3] == []


# -- Rounding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "s1", "tenths"), [(20, 87, 44), (20, 45, 23), (20, 79, 40), (15, 59, 39), (20, 59, 30), (16, 47, 29)]
)
def test_means_round_half_up_by_whole_numbers(n, s1, tenths):
    assert display_tenths(n, s1) == tenths


def test_ranges_round_outward():
    assert round_outward((2.43, 3.24), steps=10) == (2.4, 3.3)
    assert round_outward((2.6, 3.51), steps=2) == (2.5, 4.0)


@pytest.mark.parametrize(
    ("limits", "expected"),
    [((2.6, 3.51), (2.5, 4.0)), ((2.6, 3.4), (2.0, 4.0)), ((4.3, 4.99), (3.5, 5.0)), ((1.0, 1.4), (1.0, 2.5))],
)
def test_ranges_of_small_groups_span_a_point_and_a_half(limits, expected):
    assert coarse_range(limits) == expected


@pytest.mark.parametrize(
    ("count", "n", "expected"),
    [
        (0, 10, Share(10, Bound.AT_MOST)),
        (1, 10, Share(10, Bound.AT_MOST)),
        (1, 8, Share(15, Bound.ABOUT)),
        (12, 20, Share(60, Bound.ABOUT)),
        (9, 10, Share(90, Bound.AT_LEAST)),
        (10, 10, Share(90, Bound.AT_LEAST)),
    ],
)
def test_shares_are_rounded_and_never_exact_at_the_ends(count, n, expected):
    assert share(count, n) == expected


@given(st.integers(0, 60), st.integers(1, 60), st.sampled_from([0.90, 0.95]))
@FEW
def test_wilson_agrees_with_scipy(count, extra, conf):
    interval = binomtest(count, count + extra).proportion_ci(conf, method="wilson")

    assert wilson(count, count + extra, conf) == pytest.approx((interval.low, interval.high), abs=1e-9)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=30), st.lists(st.integers(1, 5), min_size=1, max_size=30))
@FEW
def test_sums_of_two_windows_add_up(first, second):
    together = CellSums.from_answers(first) + CellSums.from_answers(second)

    assert together == CellSums.from_answers(first + second)
    assert (together.s1, together.s2) == (sum(first + second), sum(x * x for x in first + second))


# -- The ghost --------------------------------------------------------------------------------------------------------


def test_ghost_by_hand():
    """Five fives: m = 28/6, v = (136/6 - m²)/7, and so on."""
    result = fit([5] * 5)

    assert (result.a, result.b) == pytest.approx((7.90625, 0.71875), abs=1e-12)
    assert likely_range(result, 0.90) == pytest.approx((3.9285252354901745, 4.992932803163639), abs=1e-9)
    assert band_probabilities(result, 30, 40)[2] == pytest.approx(0.9386432428384209, abs=1e-9)


@given(ANSWERS)
@FEW
def test_likely_range_lies_on_the_scale_and_the_bands_share_all_chances(answers):
    low, high = likely_range(fit(answers), 0.90)

    assert 1 < low < high < 5
    assert sum(band_probabilities(fit(answers), 30, 40)) == pytest.approx(1, abs=1e-12)


@given(st.lists(st.integers(1, 4), min_size=5, max_size=40))
@FEW
def test_likely_range_rises_when_everybody_says_one_more(answers):
    lower, higher = (likely_range(fit(a), 0.90) for a in (answers, [x + 1 for x in answers]))

    assert lower[0] < higher[0]
    assert lower[1] < higher[1]


@given(ANSWERS)
@FEW
def test_likely_range_narrows_with_more_of_the_same_answers(answers):
    widths = [high - low for low, high in (likely_range(fit(answers * times), 0.90) for times in (1, 2, 4))]

    assert all(wide > narrow for wide, narrow in pairwise(widths))


# -- Index, agreement, coverage, confidence ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "eighths"),
    [
        ([5] * 8, 40),
        ([4, 4, 4, 4, 5, None, None, None], 34),  # 4.2 is 33.6 eighths
        ([4, 4, 4, 5, None, None, None, None], None),
        ([1, 2, 3, 4, 5, 1, 2, 3], 21),
    ],
)
def test_a_persons_index_is_the_nearest_eighth_of_at_least_five_answers(answers, eighths):
    assert person_index(answers) == eighths


def test_the_index_is_read_like_a_question_without_shares():
    cell = CellSums.from_eighths([34] * 6 + [30] * 6)

    reading = read_cell(cell, 12, 12, PARAMS)

    assert (cell.s1, cell.s2) == (48, Fraction(6 * 34**2 + 6 * 30**2, 64))
    assert (reading.tenths, reading.band, reading.favourable, reading.agreement) == (40, Band.STRONG, None, None)


def test_the_index_stands_on_six_publishable_questions():
    shown = read([4] * 5)

    assert index_is_publishable([shown] * 6 + [HIDDEN] * 2)
    assert not index_is_publishable([shown] * 5 + [HIDDEN] * 3)


@pytest.mark.parametrize(
    ("counts", "value", "word"),
    [
        ((0, 0, 0, 10, 0), 1, Agreement.AGREE),
        ((3, 0, 0, 0, 3), 0, Agreement.SPLIT),
        ((0, 1, 3, 4, 2), Fraction(11, 20), Agreement.VARY),
        ((0, 0, 1, 0, 0), None, None),
    ],
)
def test_agreement(counts, value, word):
    sums = CellSums.from_counts(counts)

    assert (r_wg(sums), agreement(sums)) == (value, word)


def test_agreement_and_alpha_of_a_whole_form():
    """Two statements, by hand: variances 1 and 1, sum variance 4; and with one varying row less alike."""
    assert cronbach_alpha([[1, 1], [2, 2], [3, 3]]) == 1
    assert cronbach_alpha([[1, 2], [2, 1], [3, 3]]) == pytest.approx(2 / 3)
    assert r_wg_j([[1, 1], [2, 2], [3, 3]]) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("n", "invited", "answered", "fragile"),
    [(20, 25, Answered.MOST, True), (10, 40, Answered.FEW, True), (30, 30, Answered.MOST, False)],
)
def test_coverage_says_how_many_answered_and_whether_the_silent_could_change_the_band(n, invited, answered, fragile):
    cell = CellSums(n, Fraction(41 * n, 10), Fraction(n * 17))

    cover = coverage(cell, n, invited, PARAMS)

    assert (cover.answered, cover.fragile) == (answered, fragile)


def test_coverage_bounds_by_hand():
    """Ten of forty answered, mean 4.1: the silent could pull it to 71/40 or push it to 191/40."""
    cover = coverage(CellSums(10, Fraction(41), Fraction(170)), 10, 40, PARAMS)

    assert (cover.rate, cover.silent_mean, cover.worst, cover.best) == (0.25, 3.35, 1.775, 4.775)


@pytest.mark.parametrize(
    ("answers", "invited", "flagged", "expected"),
    [
        ([5] * 10, 10, False, ReportConfidence.HIGH),
        ([5] * 10, 10, True, ReportConfidence.MEDIUM),
        ([5] * 10, 20, False, ReportConfidence.HIGH),
        ([5] * 10, 21, False, ReportConfidence.MEDIUM),
        ([5] * 10, 21, True, ReportConfidence.LOW),
        ([5] * 12, 40, False, ReportConfidence.MEDIUM),
        ([5] * 12, 41, False, ReportConfidence.LOW),
        ([1] * 5 + [5] * 5, 10, False, ReportConfidence.LOW),
    ],
)
def test_report_confidence(answers, invited, flagged, expected):
    assert read(answers, invited=invited, flagged=flagged).report_confidence is expected


@pytest.mark.parametrize(
    ("chance", "label"),
    [(0.8, Confidence.CLEAR), (0.79, Confidence.LEANING), (0.5, Confidence.LEANING), (0.49, Confidence.UNCERTAIN)],
)
def test_confidence_labels(chance, label):
    assert confidence_label(chance, PARAMS) is label


@pytest.mark.parametrize(
    ("n", "answered"),
    [(70, Answered.MOST), (69, Answered.SOME), (40, Answered.SOME), (39, Answered.FEW)],
)
def test_words_for_how_many_answered(n, answered):
    assert coverage(CellSums.from_answers([4] * n), n, 100, PARAMS).answered is answered


@pytest.mark.parametrize(
    ("variance", "word"), [(60, Agreement.AGREE), (62, Agreement.VARY), (138, Agreement.VARY), (140, Agreement.SPLIT)]
)
def test_agreement_changes_its_word_at_the_hundredths_shown(variance, word):
    """Two answers of mean 3 whose sample variance is so many hundredths."""
    assert agreement(CellSums(2, Fraction(6), 18 + Fraction(variance, 100))) is word


def test_questions_and_index_do_not_add_up_to_counts():
    mixed = CellSums.from_answers([4]) + CellSums.from_eighths([32])

    assert (mixed.n, mixed.s1, mixed.counts) == (2, 8, None)
    assert (CellSums.from_eighths([32]) + CellSums.from_answers([4])).counts is None


# -- Quality and energy -----------------------------------------------------------------------------------------------


def test_window_quality_names_reasons_to_read_with_care():
    quality = window_quality(invited=30, answered=10, blanks={"voice": 4, "trust": 3}, alike=6, params=PARAMS)

    assert (quality.low_response, quality.hard_questions, quality.rushed) == (True, ("voice",), True)
    assert quality.flags("trust")


def test_a_sound_window_flags_only_the_question_people_could_not_answer():
    quality = window_quality(invited=10, answered=9, blanks={"voice": 3}, alike=9, params=PARAMS)

    assert (quality.flags("voice"), quality.flags("trust")) == (True, False)
    assert window_quality(invited=10, answered=4, blanks={}, alike=0, params=PARAMS) is None


@pytest.mark.parametrize(
    ("low", "n", "before", "expected"),
    [(3, 10, None, True), (2, 10, None, False), (3, 12, 3, True), (3, 12, 2, False), (5, 9, None, False)],
)
def test_energy_watch(low, n, before, expected):
    def cell(tired, of):
        return CellSums.from_counts([tired, 0, 0, of - tired, 0])

    previous = cell(before, 12) if before is not None else None

    assert energy_watch(cell(low, n), n, previous, 12, PARAMS) is expected
    assert (low_energy(cell(low, n), n, PARAMS) is None) == (n < 10)


# -- People and answers -----------------------------------------------------------------------------------------------
@given(st.lists(st.integers(0, 9), min_size=5, max_size=33), st.integers(1, 60))
@FEW
def test_scaled_counts_keep_their_shape_and_add_up_to_the_people(counts, people):
    if not sum(counts):
        return
    found = scaled(counts, people)

    assert sum(found) == min(people, sum(counts))
    for count, each in zip(counts, found, strict=True):
        assert abs(each - Fraction(count * min(people, sum(counts)), sum(counts))) < 1


def test_answers_of_three_equal_meetings_scale_down_to_those_of_one():
    assert scaled((3, 6, 0, 9, 0), 6) == (1, 2, 0, 3, 0)
    assert scaled((1, 1, 1), 2) == (1, 1, 0)


def test_outlook_falls_with_the_answers_and_stays_between_the_bands():
    found = [outlook(CellSums.from_answers([value] * 8), 8, PARAMS) for value in (5, 4, 3, 2, 1)]

    assert found == sorted(found, reverse=True)
    assert (found[0], found[-1]) == (1.98, 0.0)
