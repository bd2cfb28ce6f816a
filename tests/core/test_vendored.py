import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LINES = (ROOT / "static/vendor/VERSIONS").read_text().splitlines()
CHECKED = [line.split() for line in LINES if re.search(r" [0-9a-f]{64}$", line)]


@pytest.mark.parametrize(("path", "checksum"), [(words[0], words[-1]) for words in CHECKED])
def test_vendored_file_is_the_one_that_was_read(path, checksum):
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == checksum


def test_every_vendored_file_is_listed():
    code = {path for path in (ROOT / "static/vendor").iterdir() if path.suffix in {".js", ".css"}}
    fonts = set((ROOT / "static/fonts").iterdir())

    assert {ROOT / words[0] for words in CHECKED} == code | fonts


def test_style_sheets_name_only_files_that_are_there():
    for sheet in (ROOT / "static/css").glob("*.css"):
        for name in re.findall(r"url\(([^)]+)\)", sheet.read_text()):
            assert (sheet.parent / name).resolve().is_file(), name
