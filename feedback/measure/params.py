"""Every threshold of the health report in one place, and a name for each set of them."""

import json
from dataclasses import asdict, dataclass
from hashlib import sha256

from goals.measure.status import DEFAULT, Thresholds

ENGINE_VERSION = "1"  # raise it when the same answers and parameters would give another report

SMALLEST_K = 5


@dataclass(frozen=True)
class Params:
    """Thresholds a report is built with; copied to it by `params_version`.

    k, k_comments, min_orgs, show_from: people, people, organisations, people. conf: nominal cover of likely ranges.
    strong, mixed: lowest mean of the band, in tenths. clear, lean: lowest probability of the label. delta, gap: points
    on the 1-5 scale. alpha_*: significance. trend_min, base_periods: periods. energy: share of low answers.
    on, push, early_tau, early_obs: the rules for indicators, owned by goals.measure.
    """

    k: int = SMALLEST_K
    k_comments: int = 10
    min_orgs: int = 2
    show_from: int = 10
    conf: float = 0.90
    strong: int = 40
    mixed: int = 30
    clear: float = 0.80
    lean: float = 0.50
    delta: float = 0.3
    gap: float = 0.5
    alpha_change: float = 0.10
    alpha_look: float = 0.05
    alpha_trend: float = 0.02
    trend_min: int = 6
    base_periods: int = 3
    energy: float = 0.30
    on: float = DEFAULT.on
    push: float = DEFAULT.push
    early_tau: float = DEFAULT.early_tau
    early_obs: int = DEFAULT.early_obs

    def __post_init__(self) -> None:
        if self.k < SMALLEST_K or self.k_comments < SMALLEST_K:
            raise ValueError("Nothing is shown for fewer than five people.")
        if self.show_from < 2 * SMALLEST_K:
            raise ValueError("A number shown for fewer than ten people lets a reader work out the answers.")

    @property
    def indicator_thresholds(self) -> Thresholds:
        return Thresholds(on=self.on, push=self.push, early_tau=self.early_tau, early_obs=self.early_obs)


def params_version(params: Params) -> str:
    """Twelve hex digits that change with any threshold and with nothing else."""
    return sha256(json.dumps(asdict(params), sort_keys=True).encode()).hexdigest()[:12]
