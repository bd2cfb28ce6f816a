"""The likely range of a mean on a 1-5 scale, and how likely each band is: "one ghost response".

One more response is imagined, spread evenly over the five answers (a Dirichlet prior of total weight 1), and a Beta
distribution is fitted to the mean and variance that follow. The ghost keeps the range open when everybody agrees.

The special functions are scipy's, imported when called: only the worker that builds a report needs them, pages read
the frozen result, and scipy is better proven than a continued fraction of our own would be. Importing this module
costs nothing.
"""

from dataclasses import dataclass
from fractions import Fraction

LOWEST, WIDTH = 1, 4  # the scale runs from 1 over a width of 4
GHOST_S1, GHOST_S2 = 3, 11  # sum and sum of squares of one response spread over 1..5


@dataclass(frozen=True, slots=True)
class Ghost:
    """Beta distribution of the underlying mean, mapped to 0..1."""

    a: float
    b: float


def ghost(n: int, s1: Fraction | int, s2: Fraction | int) -> Ghost:
    """Fit the Beta to n answers with sum s1 and sum of squares s2 (n >= 1)."""
    mean = Fraction(s1 + GHOST_S1) / (n + 1)
    variance = (Fraction(s2 + GHOST_S2) / (n + 1) - mean**2) / (n + 2)
    p = (mean - LOWEST) / WIDTH
    weight = p * (1 - p) / (variance / WIDTH**2) - 1
    return Ghost(float(p * weight), float((1 - p) * weight))


def likely_range(fit: Ghost, conf: float) -> tuple[float, float]:
    """Equal-tailed range of the underlying mean, in points of the 1-5 scale."""
    tail = (1 - conf) / 2
    return LOWEST + WIDTH * quantile(tail, fit.a, fit.b), LOWEST + WIDTH * quantile(1 - tail, fit.a, fit.b)


def band_probabilities(fit: Ghost, mixed: int, strong: int) -> tuple[float, float, float]:
    """Probability that the underlying mean is below `mixed`, between, or at `strong` and above (both in tenths)."""
    below_mixed = cdf((mixed / 10 - LOWEST) / WIDTH, fit.a, fit.b)
    below_strong = cdf((strong / 10 - LOWEST) / WIDTH, fit.a, fit.b)
    return below_mixed, below_strong - below_mixed, 1 - below_strong


def cdf(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function."""
    from scipy.special import betainc  # noqa: PLC0415 -- see the module's docstring

    return float(betainc(a, b, x))


def quantile(p: float, a: float, b: float) -> float:
    """Inverse of the regularised incomplete beta function."""
    from scipy.special import betaincinv  # noqa: PLC0415 -- see the module's docstring

    return float(betaincinv(a, b, p))
