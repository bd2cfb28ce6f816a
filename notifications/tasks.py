"""Celery entry points: read the clock, make one call, leave a heartbeat."""

import mmap
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from core import clock
from notifications import delivery, planning, services, watch

# One byte that a worker's children share with it: they hear of its stop only this way. Without a lock, because it is
# written while a signal is handled.
_stopping = mmap.mmap(-1, 1)


@worker_shutting_down.connect
def finish_the_message_in_hand(**_facts: Any) -> None:
    """The rest goes back into the queue, for the next worker and not only when a lease ends."""
    _stopping[0] = 1


@shared_task(name="notifications.dispatch_due", ignore_result=True)
def dispatch_due() -> None:
    delivery.deliver_due(clock=clock.now, should_stop=lambda: _stopping[0] == 1)
    services.beat("dispatch", now=clock.now())


@shared_task(name="notifications.plan_due", ignore_result=True)
def plan_due() -> None:
    planning.plan_due(now=clock.now())
    services.beat("plan", now=clock.now())
    watch.look(now=clock.now())


@shared_task(name="notifications.keep_house", ignore_result=True)
def keep_house() -> None:
    planning.keep_house(now=clock.now())
    services.beat("housekeeping", now=clock.now())
