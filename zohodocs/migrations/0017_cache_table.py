"""The table of the cache: how often somebody tried to log in is known to every web process."""

from typing import Any

from django.core.management import call_command
from django.db import migrations


def make(apps: Any, schema_editor: Any) -> None:
    """Nothing where it is there already."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def take_away(apps: Any, schema_editor: Any) -> None:
    """What is in it is worth nothing."""
    schema_editor.execute("DROP TABLE zohodocs_cache")


class Migration(migrations.Migration):
    dependencies = (("zohodocs", "0016_heartbeat"),)
    operations = (migrations.RunPython(make, take_away),)
