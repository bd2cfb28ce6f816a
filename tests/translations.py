"""Every text of the product speaks French as well: ``python -m tests.translations`` checks it, ``--write`` collects.

Collecting needs GNU gettext. Without it the check still compares the compiled file with its source, and says what it
left out; under ``CI=true`` leaving it out is a failure.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "fr"
CATALOG = ROOT / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
IGNORED = [".venv", "var", "tests", "bench", "docs", "node_modules", "static"]


def collect(root: Path) -> None:
    """Run makemessages over the sources below ``root``; the catalog in ``root/locale`` is brought up to date."""
    ignored = [part for name in IGNORED for part in ("--ignore", f"{name}/*")]
    command = [sys.executable, "manage.py", "makemessages", "--locale", LANGUAGE, "--no-location", "--no-obsolete"]
    subprocess.run([*command, *ignored], cwd=root, check=True, stdout=subprocess.DEVNULL)


def compile_catalog() -> None:
    polib.pofile(str(CATALOG)).save_as_mofile(str(CATALOG.with_suffix(".mo")))


def texts(catalog: polib.POFile | polib.MOFile) -> dict[tuple[str, str], object]:
    return {
        (entry.msgctxt or "", entry.msgid): entry.msgstr_plural or entry.msgstr
        for entry in catalog
        if not entry.obsolete
    }


def missing_texts() -> set[str]:
    """Texts in the sources that the catalog does not know, found by collecting into a copy."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        tracked = subprocess.run(
            ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.split("\n")
        for name in filter(None, tracked):
            if (ROOT / name).exists():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, copy / name)
        collect(copy)
        wanted = texts(polib.pofile(str(copy / CATALOG.relative_to(ROOT))))
    known = texts(polib.pofile(str(CATALOG)))
    return {msgid for key, msgid in ((key, key[1]) for key in wanted) if key not in known}


def problems() -> list[str]:
    catalog = polib.pofile(str(CATALOG))
    found = [f"not translated: {entry.msgid}" for entry in catalog.untranslated_entries()]
    found += [f"only guessed (fuzzy): {entry.msgid}" for entry in catalog.fuzzy_entries()]
    compiled = texts(polib.mofile(str(CATALOG.with_suffix(".mo"))))
    source = {key: text for key, text in texts(catalog).items() if key[1]}
    if source != {key: text for key, text in compiled.items() if key[1]}:
        found.append("django.mo is not compiled from django.po: run make messages")
    if shutil.which("xgettext"):
        found += [f"not collected: {text}" for text in sorted(missing_texts())]
    elif os.environ.get("CI") == "true":
        found.append("GNU gettext is missing, so new texts could not be looked for")
    else:
        print("translations: GNU gettext is not installed, so new texts were not looked for")  # noqa: T201
    return found


def main() -> int:
    if "--write" in sys.argv:
        collect(ROOT)
        compile_catalog()
    found = problems()
    for line in found:
        print(line)  # noqa: T201
    print(f"translations: {len(found)} problems")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
