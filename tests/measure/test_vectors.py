"""Published tables and the output of other packages, each at its own tolerance."""

import json
from datetime import date, timedelta
from fractions import Fraction
from math import sqrt
from statistics import NormalDist, mean, stdev

import pytest

from feedback.measure.beta import band_probabilities, ghost, likely_range, quantile
from feedback.measure.cells import CellSums, r_wg
from feedback.measure.disclosure import plan_rows, small_sets
from feedback.measure.form_quality import cronbach_alpha, r_wg_j
from feedback.measure.network import degree_centralization, density
from feedback.measure.params import Params
from feedback.measure.permutation import holm, sign_flip, two_sample
from feedback.measure.portfolio import shrink
from feedback.measure.scores import band_of, coverage, display_tenths, read_cell, wilson
from feedback.measure.trend import ewma, ewma_limits, mann_kendall_p
from feedback.measure.turns import corrected_gini, gini
from goals.measure.status import Status, assess, status_of_share
from goals.measure.theil_sen import kendall_s, kendall_variance, theil_sen
from tests.shared import SHARED, needs_shared

VECTORS = SHARED / "measurement" / "vectors"
PARAMS = Params()


def vector(name):
    content = json.loads((VECTORS / f"{name}.json").read_text())
    assert content["cases"]
    return content["cases"]


@needs_shared
def test_every_vector_has_a_test():
    listed = {entry["id"].split("_")[0].lower() for entry in json.loads((VECTORS / "INDEX.json").read_text())}

    tested = {name.split("_")[1] for name in globals() if name.startswith("test_v")}

    assert tested == listed


@needs_shared
def test_v01_wilson():
    for case in vector("V01_wilson"):
        interval = wilson(case["k"], case["n"], case["conf"])

        assert interval == pytest.approx(case["full"], abs=1e-9)
        if "published" in case:
            assert [round(x, 4) for x in interval] == case["published"]


def t_quantile(p, df):
    """Student's t through our Beta quantile: no t interval is shipped, but its tables prove the Beta."""
    x = quantile(2 * (1 - p), df / 2, 1 / 2)
    return sqrt(df * (1 - x) / x)


@needs_shared
def test_v02_beta_quantile_gives_the_t_table():
    for case in vector("V02_t_quantile"):
        assert t_quantile(case["p"], case["df"]) == pytest.approx(case["expected"], abs=1e-8)


@needs_shared
def test_v03_beta_quantile_gives_the_published_t_interval():
    for case in vector("V03_t_interval_sleep"):
        diffs = case["diffs"]
        half = t_quantile((1 + case["conf"]) / 2, len(diffs) - 1) * stdev(diffs) / sqrt(len(diffs))

        assert [mean(diffs) - half, mean(diffs) + half] == pytest.approx(case["ci"], abs=1e-7)


def assert_ghost(case):
    fit = ghost(case["n"], case["s1"], case["s2"])
    assert (fit.a, fit.b) == pytest.approx((case["a"], case["b"]), abs=1e-9)
    assert likely_range(fit, 0.90) == pytest.approx((case["lo"], case["hi"]), abs=1e-9)
    expected = (case["p_concern"], case["p_mixed"], case["p_strong"])
    assert band_probabilities(fit, 30, 40) == pytest.approx(expected, abs=1e-9)


@needs_shared
def test_v04_ghost_range_and_band_probabilities():
    for case in vector("V04_ghost_interval"):
        if case["answers"]:
            sums = CellSums.from_answers(case["answers"])
            assert (sums.n, sums.s1, sums.s2) == (case["n"], case["s1"], case["s2"])
        assert_ghost(case)


@needs_shared
def test_v05_agreement_of_one_item():
    for case in vector("V05_rwg"):
        value = r_wg(CellSums.from_counts(case["counts_1_to_5"]))

        assert value == (None if case["rwg"] is None else pytest.approx(case["rwg"], abs=1e-7))


@needs_shared
def test_v06_agreement_of_several_items():
    for case in vector("V06_rwgj_alpha"):
        assert r_wg_j(case["rows"]) == pytest.approx(case["rwg_j"], abs=1e-7)
        assert cronbach_alpha(case["rows"]) == pytest.approx(case["alpha"], abs=1e-7)


@needs_shared
def test_v07_alpha():
    for case in vector("V07_alpha"):
        assert cronbach_alpha(case["rows"]) == pytest.approx(case["alpha"], abs=1e-7)


@needs_shared
def test_v08_two_sample_permutation():
    for case in vector("V08_perm_two_sample"):
        p = two_sample(case["a"], case["b"])

        assert p.two_sided == Fraction(case["p_two"])
        assert float(p.greater) == pytest.approx(case["p_a_greater"], abs=1e-9)


@needs_shared
def test_v09_sign_flip():
    for case in vector("V09_signflip"):
        p = sign_flip(case["d"])

        assert (float(p.two_sided), float(p.greater)) == pytest.approx((case["p_two"], case["p_one"]), abs=1e-10)


@needs_shared
def test_v10_mann_kendall_table():
    for case in vector("V10_mk_table"):
        rising = order_with_s(case["n"], case["S"])

        assert mann_kendall_p(rising) == 2 * Fraction(case["exact"])


def order_with_s(n, s):
    """Numbers 1..n in an order with Mann-Kendall S = s: start rising, then swap neighbours, 2 less for each swap."""
    order = list(range(n))
    for _ in range((n * (n - 1) // 2 - s) // 2):
        i = next(i for i in range(n - 1) if order[i] < order[i + 1])
        order[i], order[i + 1] = order[i + 1], order[i]
    assert kendall_s(order) == s
    return order


@needs_shared
def test_v11_mann_kendall_variance_with_ties_and_sen_slope():
    for case in vector("V11_mk_normal_ties"):
        y = case["y"]
        s, variance = kendall_s(y), kendall_variance(y)
        z = (s - (s > 0) + (s < 0)) / sqrt(variance)
        line = theil_sen(list(enumerate(y)))

        assert (s, variance) == (case["S"], pytest.approx(case["var_S"], abs=1e-9))
        assert z == pytest.approx(case["z"], abs=1e-9)
        assert 2 * NormalDist().cdf(-abs(z)) == pytest.approx(case["p_two_normal"], abs=1e-9)
        assert line.slope == pytest.approx(case["sen_slope"], abs=1e-9)
        assert line.intercept == pytest.approx(case["intercept_median_residual"], abs=1e-9)


@needs_shared
def test_v12_mann_kendall_exact_with_ties():
    for case in vector("V12_mk_exact_ties"):
        assert (kendall_s(case["y"]), mann_kendall_p(case["y"])) == (case["S"], Fraction(case["p_two"]))


@needs_shared
def test_v13_theil_sen():
    for case in vector("V13_theil_sen"):
        line = theil_sen(list(zip(case["x"], case["y"], strict=True)))

        assert (line.slope, line.intercept) == pytest.approx((case["slope"], case["intercept"]), abs=1e-12)
        assert kendall_s(case["y"]) == case["S"]


@needs_shared
def test_v14_holm():
    for case in vector("V14_holm"):
        adjusted = holm(case["p"])

        assert adjusted == pytest.approx(case["adjusted"], abs=1e-12)
        if "rejected_at_05" in case:
            assert sum(p < 0.05 for p in adjusted) == case["rejected_at_05"]


@needs_shared
def test_v15_shrinkage():
    bcg, dyestuff, baseball, equal = vector("V15_shrinkage")

    result = shrink(bcg["yi"], bcg["vi"])
    assert (result.tau2, result.mu, result.se) == pytest.approx(
        (bcg["full"]["tau2"], bcg["full"]["mu"], bcg["full"]["se"]), abs=1e-9
    )
    assert result.shrunk == pytest.approx(bcg["shrunk"], abs=5e-5)

    groups = dyestuff["groups"]
    result = shrink([mean(g) for g in groups], [dyestuff["within_var"] / len(g) for g in groups])
    assert (result.tau2, result.mu) == pytest.approx((dyestuff["tau2"], dyestuff["mu"]), abs=5e-5)
    assert [x - result.mu for x in result.shrunk] == pytest.approx(dyestuff["ranef"], abs=5e-5)

    y, k = baseball["y"], len(baseball["y"])
    average = mean(y)
    result = shrink(y, [average * (1 - average) / baseball["n"]] * k)
    kept = (result.shrunk[0] - average) / (y[0] - average)
    assert 1 - (1 - kept) * (k - 3) / (k - 1) == pytest.approx(baseball["c"], abs=5e-5)  # James-Stein takes k - 3

    result = shrink(equal["yi"], equal["vi"])
    assert (result.tau2, list(result.shrunk)) == (equal["tau2"], pytest.approx(equal["shrunk"], abs=5e-5))


@needs_shared
def test_v16_ewma():
    """The third case is a CUSUM, which is not shipped: an EWMA finds the same shifts and is easier to read."""
    nist, montgomery, _cusum = vector("V16_control_charts")

    limits = ewma_limits(nist["start"], 2.0539, nist["lam"], reach=3)

    assert ewma(nist["x"], nist["start"], nist["lam"]) == pytest.approx(nist["ewma_2dp"], abs=0.006)
    assert (limits.low, limits.high) == pytest.approx((nist["lcl"], nist["ucl"]), abs=1e-4)
    assert ewma(montgomery["x"], montgomery["start"], montgomery["lam"]) == pytest.approx(montgomery["ewma"], abs=1e-9)


@needs_shared
def test_v17_gini():
    for case in vector("V17_gini"):
        value = gini(case["x"])

        assert value == (None if case["gini"] is None else pytest.approx(case["gini"], abs=1e-7))
        if "corrected" in case and len(case["x"]) >= 5:
            assert corrected_gini(case["x"]) == pytest.approx(case["corrected"], abs=1e-7)


@needs_shared
def test_v18_network():
    for case in vector("V18_network"):
        shape = (density(case["adj"]), degree_centralization(case["adj"]))

        assert shape == pytest.approx((case["density"], case["centralisation"]), abs=1e-7)


def day(month):
    """A date so many thirtieths of a year after the start that shares of time come out exact."""
    return date(2020, 1, 1) + timedelta(days=30 * month)


@needs_shared
def test_v19_pace_and_status():
    malaria, *others = vector("V19_on_track")
    (first_year, first), (last_year, goal) = malaria["base"], malaria["target"]
    series = [(day(year - first_year), y) for year, y in malaria["series"] if year >= first_year]
    today = series[-1][0]

    result = assess(
        observations=series,
        baseline=(day(0), first),
        target=(day(last_year - first_year), goal),
        direction="down",
        frequency_days=30,
        today=today,
    )

    assert result.achieved == pytest.approx(malaria["progress_fraction"], abs=1e-9)
    assert result.pace == pytest.approx(malaria["R_linear"], abs=1e-9)
    assert (result.status, malaria["status_linear"]) == (Status.WRONG_WAY, "going the wrong way")
    years = [(year, y) for year, y in malaria["series"] if year >= first_year]
    assert theil_sen(years).slope == pytest.approx(malaria["theil_sen_slope_2015_2019"], abs=1e-9)
    assert theil_sen(years).at(last_year) == pytest.approx(malaria["projection_2030"], abs=1e-9)
    assert result.projection == pytest.approx(malaria["projection_2030"], abs=1e-9)

    for case in others:
        (start, first), (now, latest), (end, goal) = case["base"], case["latest"], case["target"]
        result = assess(
            observations=[(day(now), latest)],
            baseline=(day(start), first),
            target=(day(end), goal),
            direction="up" if goal > first else "down",
            frequency_days=30,
            today=day(now),
        )
        if now == start:
            assert (result.pace, case["R_linear"]) == (None, None)
            continue
        assert result.achieved == pytest.approx(case["progress_fraction"], abs=1e-9)
        assert result.pace == pytest.approx(case["R_linear"], abs=1e-9)
        if "status" in case:
            assert (status_of_share(result.pace), case["status"]) == (Status.NEEDS_PUSH, "needs a push")


@needs_shared
def test_v20_suppression():
    for case in vector("V20_suppression"):
        if "atoms" in case:
            leaks = set(small_sets(case["atoms"], case["queries"], 5))
            assert leaks == {frozenset(case["leaks"])}
            continue
        plan = plan_rows(case["sizes"], k=case["k"], organizations=case["orgs"])

        shown = (list(plan.own_rows), list(plan.combined), plan.combined_shown)
        assert shown == (case["own_rows"], case["residual"], case["residual_shown"]), case
        assert plan.total_shown == (sum(case["sizes"].values()) >= case["k"])


@needs_shared
def test_v21_rounding_and_band():
    for case in vector("V21_rounding_band"):
        tenths = display_tenths(case["n"], case["sum"])

        assert (Fraction(tenths, 10), band_of(tenths, PARAMS)) == (Fraction(case["shown"]), case["band"])


@needs_shared
def test_v22_coverage():
    for case in vector("V22_nonresponse"):
        s1 = Fraction(str(case["mean"])) * case["n"]
        cover = coverage(CellSums(case["n"], s1, s1), case["n"], case["invited"], PARAMS)

        assert (cover.rate, cover.silent_mean, cover.worst, cover.best) == pytest.approx(
            (case["response_rate"], case["if_silent_1_lower"], case["worst"], case["best"]), abs=1e-12
        )


@needs_shared
def test_v23_end_to_end():
    for case in vector("V23_end_to_end_cohesion"):
        units = case["answers_by_unit"]
        everyone = [x for answers in units.values() for x in answers]
        for expected, answers in [(case["total"], everyone), *((case["units"][u], units[u]) for u in units)]:
            sums = CellSums.from_answers(answers)
            assert (sums.n, sums.s1, sums.s2) == (expected["n"], expected["s1"], expected["s2"])
            assert float(r_wg(sums)) == pytest.approx(expected["rwg"], abs=1e-9)
            assert_ghost(expected)

        reading = read_cell(CellSums.from_answers(everyone), len(everyone), len(everyone), PARAMS)
        assert Fraction(reading.tenths, 10) == Fraction(case["total"]["shown"])
        assert reading.band == case["total"]["band"]

        plan = plan_rows({u: len(answers) for u, answers in units.items()}, k=5)
        assert list(plan.own_rows) == case["plan"]["own_rows"]
        gap = two_sample(*units.values())
        assert float(gap.two_sided) == pytest.approx(case["gap_p_two"], abs=1e-9)
