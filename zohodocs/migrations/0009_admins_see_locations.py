"""Admins of a company may look at Zoho's locations in the admin."""

from typing import Any

from django.contrib.auth.management import create_permissions
from django.db import migrations


def let_them_look(apps: Any, schema_editor: Any) -> None:
    """One more permission for the group."""
    config = apps.get_app_config("zohodocs")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    group = apps.get_model("auth", "Group").objects.filter(name="admin").first()
    if group is not None:
        permissions = apps.get_model("auth", "Permission").objects
        group.permissions.add(
            *permissions.filter(content_type__app_label="zohodocs", codename="view_location")
        )


class Migration(migrations.Migration):
    dependencies = (("zohodocs", "0008_connection_page_and_cold_start"),)
    operations = (migrations.RunPython(let_them_look, migrations.RunPython.noop),)
