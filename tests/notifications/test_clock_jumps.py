"""The clocks of every process jump, forwards and back, and nobody gets a mail twice, or late, or not at all."""

import shutil
import struct
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.feedback.scripts import run_script
from tests.product import running_product
from tests.servers import needed, scratch_postgres, scratch_sqlite, smtp_sink

HOUR = 3600
TWO_LEASES = 240


@pytest.fixture
def jump(tmp_path, monkeypatch):
    """Move the wall clock of every process started from now on, while it runs, to so many seconds from the true one."""
    compiler = needed("C compiler", shutil.which("cc"))
    library, shift = tmp_path / "clock.so", tmp_path / "shift"
    source = Path(__file__).with_name("shifted_clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, source], check=True)

    def to(seconds):
        with shift.open("r+b") as file:  # in place: the processes have it mapped
            file.write(struct.pack("=q", seconds))

    shift.write_bytes(bytes(8))
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("CLOCK_SHIFT_FILE", str(shift))
    return to


@pytest.mark.chaos
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_clocks_that_jump_neither_double_nor_delay_nor_lose_a_mail(database, tmp_path, jump, tell):
    with (
        scratch_sqlite(tmp_path) if database == "sqlite" else scratch_postgres() as url,
        smtp_sink() as mail,
        running_product(folder=tmp_path, database_url=url, mail=mail) as product,
    ):

        def subjects():
            return Counter((str(one["To"]), str(one["Subject"])) for one in mail.mails)

        def everybody_was_asked(people):
            product.wait_until(
                lambda: all(any(person in to for to, _ in subjects()) for person in people),
                "the mails after a jump",
                seconds=TWO_LEASES,
            )

        began = run_script("clockwork", "begin", url=url, package="notifications")
        product.start()
        everybody_was_asked(began["asked"])
        jump(3 * 24 * HOUR)
        reminded = [*began["invited"], *began["asked"]]
        product.wait_until(
            lambda: sum(n for (to, _), n in subjects().items() if any(p in to for p in reminded)) >= 18,
            "the reminders that are due after three days",
        )
        figures = {}
        for name, offset in {"two hours back": 70 * HOUR, "an hour on": 71 * HOUR, "a day on": 95 * HOUR}.items():
            jump(offset)
            people = run_script("clockwork", "meet", url=url, package="notifications")["asked"]
            everybody_was_asked(people)
            figures[name] = len(people)
        seen = run_script("clockwork", "look", url=url, package="notifications")
        found = subjects()
    tell(mails=sum(found.values()), doubled=sum(n - 1 for n in found.values()), **figures)
    by_person = {person: [subject for to, subject in found if person in to] for person in reminded}

    assert max(found.values()) == 1
    assert [len(by_person[person]) for person in began["invited"]] == [1] * len(began["invited"])
    assert [len(by_person[person]) for person in began["asked"]] == [2] * len(began["asked"])
    assert not [key for key, state in seen["states"].items() if state == "failed"]
