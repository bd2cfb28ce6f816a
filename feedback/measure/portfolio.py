"""Several partnerships side by side: means pulled towards the common mean, as far as chance explains their spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

MIN_PARTNERSHIPS = 8  # fewer, and the common mean says too little; the caller shows no portfolio


@dataclass(frozen=True, slots=True)
class Portfolio:
    """tau2: variance between partnerships; mu, se: common mean and its standard error; shrunk: in the order given."""

    tau2: float
    mu: float
    se: float
    shrunk: tuple[float, ...]


def shrink(means: Sequence[float], variances: Sequence[float]) -> Portfolio:
    """DerSimonian and Laird (1986) with empirical-Bayes means. `variances` are those of the means, all positive."""
    weights = [1 / v for v in variances]
    fixed = sum(w * y for w, y in zip(weights, means, strict=True)) / sum(weights)
    spread = sum(w * (y - fixed) ** 2 for w, y in zip(weights, means, strict=True))
    scale = sum(weights) - sum(w * w for w in weights) / sum(weights)
    tau2 = max(0.0, (spread - (len(means) - 1)) / scale) if scale else 0.0
    weights = [1 / (v + tau2) for v in variances]
    mu = sum(w * y for w, y in zip(weights, means, strict=True)) / sum(weights)
    shrunk = tuple(mu + tau2 / (tau2 + v) * (y - mu) for y, v in zip(means, variances, strict=True))
    return Portfolio(tau2, mu, sqrt(1 / sum(weights)), shrunk)
