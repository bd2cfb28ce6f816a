"""Run what every app registered: planners about every minute, housekeepers about every hour."""

import logging
from collections.abc import Iterable
from datetime import datetime

from notifications import registry, services

logger = logging.getLogger(__name__)


def plan_due(*, now: datetime) -> None:
    """Store what is owed. One planner that fails does not keep the others from theirs."""
    _run_each(registry.planners(), now)


def keep_house(*, now: datetime) -> None:
    """Purge what is kept no longer, then what every app registered."""
    _run_each(
        [registry.Planner("notifications.purge", lambda at: services.purge(now=at)), *registry.housekeepers()], now
    )


def _run_each(planners: Iterable[registry.Planner], now: datetime) -> None:
    for planner in planners:
        try:
            planner.run(now)
        except Exception:
            logger.exception("The planner %s failed.", planner.name)
