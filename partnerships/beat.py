"""Celery's clock work, made safe against a wall clock that is set back.

Celery compares when a task last ran with the time of day. Set back by two hours, it would wait two hours for what is
due every ten seconds.
"""

from typing import Any

from celery.beat import PersistentScheduler


class SteadyScheduler(PersistentScheduler):  # type: ignore[misc, unused-ignore]
    """A run that lies in the future counts as one of this moment."""

    def tick(self, *args: Any, **options: Any) -> float:
        ran = [entry for entry in self.schedule.values() if entry.last_run_at]
        ahead = [entry for entry in ran if entry.last_run_at > entry.default_now()]  # type: ignore[operator, unused-ignore]
        for entry in ahead:
            entry.last_run_at = entry.default_now()
        if ahead:
            self._heap = None  # its times lie in the future as well: let it be built anew
        return float(super().tick(*args, **options))
