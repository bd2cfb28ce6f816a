"""The web server's settings. Its logs never show the token of a link, nor the page a visitor came from."""

import gc
import os
from importlib import import_module
from typing import Any

from gunicorn.glogging import Logger

from core.logs import HideTokens, OneLine, without_tokens

# Somebody waits in front of a page: with a kept connection checked first, it is a 503 in less than three seconds. The
# settings, loaded after this, read it.
os.environ.setdefault("DATABASE_CONNECT_SECONDS", "2")

worker_class = "gthread"
preload_app = True  # what the workers only read they hold together; new code needs a restart, a HUP is not enough
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 5_000
max_requests_jitter = 500
control_socket_disable = True  # nothing of ours talks to it, and it would lie in a home directory
accesslog = os.environ.get("ACCESS_LOG") or None
access_log_format = '%(h)s %(t)s "%(r)s" %(s)s %(b)s %(L)s'


class QuietAboutTokens(Logger):  # type: ignore[misc, unused-ignore]
    """Its error log names the address that failed, and quotes what a broken request said."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log, shape in ((self.error_log, self.error_fmt), (self.access_log, self.access_fmt)):
            for handler in log.handlers:
                handler.setFormatter(OneLine(shape, self.datefmt))
                handler.addFilter(HideTokens())

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        atoms["f"] = "-"
        return {key: without_tokens(value) if isinstance(value, str) else value for key, value in atoms.items()}


logger_class = QuietAboutTokens


def when_ready(_server: Any) -> None:
    """Before the workers are forked: load what the first request would, and keep all of it where it is shared."""
    from django.conf import settings  # noqa: PLC0415 -- the application is loaded only now

    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()


def post_worker_init(_worker: Any) -> None:
    """The application is loaded: somebody has to notice when every worker of the queue is gone."""
    from notifications import watch  # noqa: PLC0415 -- Django is ready only now

    watch.start()
