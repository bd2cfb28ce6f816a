"""Celery entry points: read the clock, make one call, leave a heartbeat."""

import mmap
from typing import Any

from celery import shared_task
from celery.concurrency.thread import TaskPool as Threads
from celery.signals import worker_ready, worker_shutdown, worker_shutting_down

from core import clock
from notifications import delivery, planning, services, watch
from notifications.porter import Porter

# One byte that a worker's children share with it: they hear of its stop only this way. Without a lock, because it is
# written while a signal is handled.
_stopping = mmap.mmap(-1, 1)
_porters: list[Porter] = []


@worker_ready.connect
def listen_for_the_doorbell(sender: Any, **_facts: Any) -> None:
    """Only beside threads, and once: a worker is ready again whenever it finds its broker again.

    A worker that forks must not have a thread at the database meanwhile. Beside it, ``outbox_run --loop`` listens.
    """
    if isinstance(sender.pool, Threads) and not _porters:
        _porters.append(Porter())
        _porters[0].start()


@worker_shutting_down.connect
def finish_the_message_in_hand(**_facts: Any) -> None:
    """The rest goes back into the queue, for the next worker and not only when a lease ends."""
    _stopping[0] = 1
    for porter in _porters:
        porter.stop()


@worker_shutdown.connect
def wait_for_the_message_in_hand(**_facts: Any) -> None:
    """What the doorbell called for is no task of Celery's, which would not wait for it."""
    for porter in _porters:
        porter.leave()


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
