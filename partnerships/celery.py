"""The Celery application; tasks live in each app's tasks.py."""

import logging
import os
import signal
import threading
import time
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import beat_embedded_init, setup_logging
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["safefs"] = "partnerships.broker:Transport"
LOOK_FOR_WORKER_EVERY_SECONDS = 2.0
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerships.settings")

app = Celery("partnerships")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_everywhere_else(loglevel: int, **_facts: Any) -> None:
    """Left to itself, Celery puts handlers of its own in place of ours: tokens and control characters pass them."""
    dictConfig(settings.LOGGING)
    logging.getLogger().setLevel(loglevel)


@beat_embedded_init.connect
def leave_with_the_worker(**_facts: Any) -> None:
    """End the embedded beat when its worker is gone.

    A worker that is killed cannot stop it, and the worker that follows brings its own: one more clock each time.
    """
    worker = os.getppid()

    def watch() -> None:
        while os.getppid() == worker:
            time.sleep(LOOK_FOR_WORKER_EVERY_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="worker", daemon=True).start()
