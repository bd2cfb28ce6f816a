"""The whole product as real processes: web server, worker and beat, a mail server, a database of its own."""

import os
import re
import shelve
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.servers import ROOT, free_port, manage

LINK = re.compile(r"https?://\S+")
NAMES = ("web", "worker", "beat")
SECONDS_TO_START = 60
SECONDS_TO_STOP = 30


class Product:
    """Started and stopped as often as the story needs; the clock of every process can be moved between."""

    def __init__(self, *, folder, database_url="", redis_url="", mail=None):
        self.port = free_port()
        self.folder = Path(folder)
        self.mail = mail
        self.url = f"http://127.0.0.1:{self.port}"
        self.offset = timedelta(0)
        self.env = {
            "DATABASE_URL": database_url or f"sqlite:///{self.folder / 'common-thread.sqlite3'}",
            "REDIS_URL": redis_url,
            "EMAIL_URL": mail.url if mail else "mailbox://",
            "VAR_DIR": str(self.folder),
            "SITE_URL": self.url,
            "WEB_WORKERS": "1",
            "PYTHONWARNINGS": "ignore",
        }
        self.processes = {}

    @property
    def now(self):
        """What time it is for the product."""
        return datetime.now(UTC) + self.offset

    def start(self, *, at=None, only=NAMES):
        """Web server, worker and beat, each a process of its own, and wait until a page answers."""
        if at:
            self._let_time_pass(at - self.now)
        self.env["CLOCK_OFFSET_SECONDS"] = str(round(self.offset.total_seconds()))
        gunicorn, celery = ["gunicorn", "--config", "python:partnerships.gunicorn"], ["celery", "-A", "partnerships"]
        worker = ["worker", "--pool", "prefork", "--concurrency", "1", "--loglevel", "INFO"]
        commands = {
            "web": [*gunicorn, "--bind", f"127.0.0.1:{self.port}", "partnerships.wsgi"],
            "worker": [*celery, *worker],
            "second worker": [*celery, *worker, "--hostname", "second@%h"],
            "beat": [*celery, "beat", "--loglevel", "INFO"],
        }
        for name in only:
            self._spawn(name, commands[name])
        self.wait_until(self._answers, "the web server to start", seconds=SECONDS_TO_START)
        return self

    def stop(self):
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(timeout=SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def go_to(self, moment):
        """Everything stops, and starts again when the clocks show ``moment``."""
        self.stop()
        return self.start(at=moment)

    def manage(self, *args, **options):
        return manage(*args, env={**self.env, **options.pop("env", {})}, **options)

    def log(self, name):
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace")[-6000:] if path.exists() else ""

    def mails_to(self, address, *, subject):
        """Those that arrived, oldest first."""
        mails = [mail for mail in self.mail.mails if address in str(mail["To"])]
        return [mail for mail in mails if subject.lower() in str(mail["Subject"]).lower()]

    def wait_for_mail(self, *, to, subject, seconds=90):
        """The newest mail to this address whose subject holds these words, once it has arrived over SMTP."""
        self.wait_until(lambda: self.mails_to(to, subject=subject), f"a mail “{subject}” to {to}", seconds=seconds)
        return self.mails_to(to, subject=subject)[-1]

    def wait_until(self, condition, what, *, seconds=120):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return
            time.sleep(0.25)
        seen = [(str(mail["To"]), str(mail["Subject"])) for mail in self.mail.mails] if self.mail else []
        logs = "\n".join(f"-- {name}\n{self.log(name)}" for name in NAMES)
        raise AssertionError(f"waited {seconds} s in vain for {what}; mails: {seen}\n{logs}")

    def _let_time_pass(self, passed):
        """Beat remembers in real time when it last did what: for it, too, the days have passed."""
        self.offset += passed
        if any(self.folder.glob("celerybeat-schedule*")):  # one file or several, as the system keeps them
            with shelve.open(str(self.folder / "celerybeat-schedule"), writeback=True) as memory:  # noqa: S301
                for entry in memory["entries"].values():
                    entry.last_run_at -= passed

    def _spawn(self, name, command):
        environment = {**os.environ, **self.env, "DJANGO_SETTINGS_MODULE": "partnerships.settings"}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )

    def _answers(self):
        try:
            with urlopen(f"{self.url}/healthz/live", timeout=2) as response:  # noqa: S310 -- our own address
                return response.status == 200
        except (URLError, OSError):
            return False


def text_of(mail):
    return mail.get_body(preferencelist=("plain",)).get_content()


def link_in(mail, *, path):
    """The first link in the plain text that leads below ``path``."""
    found = [link.rstrip(".,)>") for link in LINK.findall(text_of(mail))]
    return next(link for link in found if path in link)


@contextmanager
def running_product(**options):
    product = Product(**options)
    try:
        yield product
    finally:
        product.stop()
