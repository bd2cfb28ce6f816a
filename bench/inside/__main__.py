"""``python -m bench.inside MODULE.FUNCTION OPTIONS``: prints what the function returns, as one line of JSON."""

import json
import sys
from importlib import import_module

import django

django.setup()
module, _, function = sys.argv[1].partition(".")
measured = getattr(import_module(f"bench.inside.{module}"), function)(**json.loads(sys.argv[2]))
print(json.dumps(measured))
