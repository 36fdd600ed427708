"""The groups people are put in; what each may do in a company is its Membership's role."""

from typing import Any

from django.contrib.auth.management import create_permissions
from django.db import migrations

LOOK = ("view_document", "view_arrival", "view_posting", "view_auditevent")
GROUPS = {
    "reviewer": (),
    "approver": LOOK,
    "admin": (
        *LOOK,
        *(
            f"{verb}_{model}"
            for model in ("organization", "connection", "policy", "vendor", "tax", "rule")
            for verb in ("view", "add", "change")
        ),
        "view_account",
    ),
}


def make_groups(apps: Any, schema_editor: Any) -> None:
    """Three groups with their permissions in the admin."""
    config = apps.get_app_config("zohodocs")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    group_model = apps.get_model("auth", "Group")
    permission_model = apps.get_model("auth", "Permission")
    for name, codenames in GROUPS.items():
        group, _ = group_model.objects.get_or_create(name=name)
        group.permissions.set(
            permission_model.objects.filter(
                content_type__app_label="zohodocs", codename__in=codenames
            )
        )


class Migration(migrations.Migration):
    dependencies = (
        ("zohodocs", "0002_append_only"),
        ("auth", "0012_alter_user_first_name_max_length"),
    )
    operations = (migrations.RunPython(make_groups, migrations.RunPython.noop),)
