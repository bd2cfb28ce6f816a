"""The whole product as real processes: web server, worker and beat, a mail server, a database of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.servers import ROOT, free_port, manage

LINK = re.compile(r"https?://\S+")
SECONDS_TO_START = 60


class Product:
    """Started and stopped as often as the story needs; ``offset_days`` moves the clock of every process."""

    def __init__(self, *, database_url, redis_url, mail, folder):
        self.port = free_port()
        self.folder = Path(folder)
        self.mail = mail
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "EMAIL_URL": mail.url,
            "VAR_DIR": str(self.folder),
            "SITE_URL": self.url,
            "CLOCK_OFFSET_SECONDS": "0",
            "WEB_WORKERS": "1",
            "PYTHONWARNINGS": "ignore",
        }
        self.processes = {}

    def start(self, *, offset_days=0):
        """Web server, worker and beat, each a process of its own, and wait until a page answers."""
        self.env["CLOCK_OFFSET_SECONDS"] = str(round(offset_days * 86_400))
        web = ["gunicorn", "--config", "python:partnerships.gunicorn", "--bind", f"127.0.0.1:{self.port}"]
        celery = ["celery", "-A", "partnerships"]
        self._spawn("web", [*web, "partnerships.wsgi"])
        self._spawn("worker", [*celery, "worker", "--pool", "prefork", "--concurrency", "1", "--loglevel", "INFO"])
        self._spawn("beat", [*celery, "beat", "--loglevel", "INFO"])
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            if self._answers():
                return self
            time.sleep(0.2)
        raise AssertionError(f"the web server did not start:\n{self.log('web')}")

    def stop(self):
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def restart(self, *, offset_days):
        self.stop()
        return self.start(offset_days=offset_days)

    def manage(self, *args, **options):
        return manage(*args, env={**self.env, **options.pop("env", {})}, **options)

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")[-8000:]

    def wait_for_mail(self, *, to, subject, seconds=90):
        """The newest mail to this address whose subject holds these words, once it has arrived over SMTP."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for mail in reversed(self.mail.mails):
                if to in str(mail["To"]) and subject.lower() in str(mail["Subject"]).lower():
                    return mail
            time.sleep(0.3)
        seen = [(str(mail["To"]), str(mail["Subject"])) for mail in self.mail.mails]
        raise AssertionError(f"no mail about {subject!r} to {to}; seen: {seen}\n{self.log('worker')}")

    def wait_until(self, condition, what, *, seconds=120):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return
            time.sleep(0.5)
        raise AssertionError(f"waited in vain for {what}\n{self.log('worker')}\n{self.log('beat')}")

    def _spawn(self, name, command):
        log = (self.folder / f"{name}.log").open("ab")
        environment = {**os.environ, **self.env, "DJANGO_SETTINGS_MODULE": "partnerships.settings"}
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        log.close()

    def _answers(self):
        try:
            return urlopen(f"{self.url}/healthz/live", timeout=2).status == 200  # noqa: S310 -- our own address
        except (URLError, HTTPError, OSError):
            return False


def text_of(mail):
    return mail.get_body(preferencelist=("plain",)).get_content()


def link_in(mail, *, path):
    """The first link in the plain text that leads below ``path``."""
    found = [link.rstrip(".,)>") for link in LINK.findall(text_of(mail))]
    return next(link for link in found if path in link)


@contextmanager
def running_product(*, database_url, redis_url, mail, folder):
    product = Product(database_url=database_url, redis_url=redis_url, mail=mail, folder=folder)
    try:
        yield product
    finally:
        product.stop()
