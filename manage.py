#!/usr/bin/env python3
"""The door to every command: `manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zohodocs.settings")
    # Taken away, so that no process started from here claims the same place.
    place = os.environ.pop("PROCESS_NAME", None)
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit(
            "Django is not installed here. Run `make install`, then .venv/bin/python manage.py"
        )
    if place:
        from zohodocs.operations import metric_files

        metric_files.take_place(place)
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as exc:
        sys.exit(f"ZohoDocs cannot start: {exc}")


if __name__ == "__main__":
    main()
