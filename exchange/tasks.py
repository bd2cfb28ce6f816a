"""Alarm clocks of the importer. What is to be done is read from the rows."""

from celery import shared_task

from core import clock
from exchange.services import purge_files, work_on_batches
from notifications.services import beat


@shared_task(name="exchange.work_on_batches", ignore_result=True, soft_time_limit=240, time_limit=270)
def work_on_waiting_batches() -> None:
    work_on_batches(now=clock.now())
    beat("imports", now=clock.now())


@shared_task(name="exchange.purge_files", ignore_result=True)
def purge_old_files() -> None:
    purge_files(now=clock.now())
