"""The product with the floor beside it in one process, so that both are timed under the same conditions."""

from partnerships.settings import *  # noqa: F403
from partnerships.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "bench.floor"]
