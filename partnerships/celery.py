"""The Celery application; tasks live in each app's tasks.py."""

import logging
import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["safefs"] = "partnerships.broker:Transport"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerships.settings")

app = Celery("partnerships")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_everywhere_else(loglevel: int, **_facts: Any) -> None:
    """Left to itself, Celery puts handlers of its own in place of ours: tokens and control characters pass them."""
    dictConfig(settings.LOGGING)
    logging.getLogger().setLevel(loglevel)
