"""Celery entry points: read the clock, make one call, leave a heartbeat."""

from celery import shared_task

from core import clock
from notifications import delivery, planning, services, watch


@shared_task(name="notifications.dispatch_due", ignore_result=True)
def dispatch_due() -> None:
    delivery.deliver_due(clock=clock.now)
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
