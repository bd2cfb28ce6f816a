"""Run ``main`` of a module of tests in a process of its own, on a database of its own."""

import json
import os
import subprocess
import sys

from tests.servers import ROOT

CODE = "import django; django.setup(); from tests.{package}.{module} import main; main{arguments!r}"


def run_script(module, *arguments, url, package="feedback"):
    """What the module printed last, read as JSON."""
    code = CODE.format(package=package, module=module, arguments=arguments)
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "partnerships.settings", "LOG_LEVEL": "ERROR"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])
