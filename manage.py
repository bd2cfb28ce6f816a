#!/usr/bin/env python
"""Run Django's command line for Common Thread."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerships.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 -- django not yet importable

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
