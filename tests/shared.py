"""Real input files live beside the repository, not in it: some are not ours to publish."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("COMMON_THREAD_SHARED") or ROOT.parent / "shared")
WITHOUT_SHARED = f"no folder {SHARED}: set COMMON_THREAD_SHARED to the folder of real input files"


def needs_shared(test):
    """Mark a test that reads SHARED; it is skipped, and says so, where the folder is absent."""
    return pytest.mark.shared(pytest.mark.skipif(not SHARED.is_dir(), reason=WITHOUT_SHARED)(test))
