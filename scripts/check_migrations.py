"""Refuse migrations that branch: each app's are one line, reached in one order.

python -m scripts.check_migrations
"""

import os
import sys

import django
from django.apps import apps
from django.db.migrations.loader import MigrationLoader

OURS = ("zohodocs", "review")


def branches() -> list[str]:
    """One sentence for each place where an app's migrations do not follow one another."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    faults = []
    for app in OURS:
        apps.get_app_config(app)  # a name that is no longer an app must not pass for a clean one
        ours = {
            name: node for (label, name), node in loader.disk_migrations.items() if label == app
        }
        followers: dict[str, list[str]] = {}
        for name, migration in sorted(ours.items()):
            before = [parent for label, parent in migration.dependencies if label == app]
            if len(before) > 1:
                faults.append(f"{app}.{name} follows {len(before)} migrations: {', '.join(before)}")
            followers.setdefault(before[0] if before else "the start", []).append(name)
        faults += [
            f"{app}: {' and '.join(names)} both follow {parent}"
            for parent, names in followers.items()
            if len(names) > 1
        ]
    return faults


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zohodocs.settings")
    django.setup()
    faults = branches()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
