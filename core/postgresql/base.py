"""Django finds the engine's wrapper in a module of this name."""

import time
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base
from psycopg2.extensions import set_wait_callback

from core.patience import DatabaseSilent, answers_within, wait_for_answer

CHECK_SHARE = 0.25  # of the time to connect: what a connection that is kept may take to show that it still works
BREATH_SECONDS = 1.0  # after a silent server nobody else knocks for so long, so that requests do not queue behind it
_silent_until = 0.0

set_wait_callback(wait_for_answer)


class DatabaseWrapper(base.DatabaseWrapper):
    """A frozen server takes connections and keeps them: only a clock on our side ends that."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        global _silent_until  # noqa: PLW0603 -- one server for the whole process
        if time.monotonic() < _silent_until:
            raise DatabaseSilent
        try:
            with answers_within(settings.DATABASE_CONNECT_SECONDS):
                return super().get_new_connection(conn_params)
        except DatabaseSilent:
            _silent_until = time.monotonic() + BREATH_SECONDS
            raise

    def is_usable(self) -> bool:
        with answers_within(CHECK_SHARE * settings.DATABASE_CONNECT_SECONDS):
            return super().is_usable()
