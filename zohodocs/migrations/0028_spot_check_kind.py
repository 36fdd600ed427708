"""Spot checks are a kind of their own, and are counted out of an index."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q

_INDEX = models.Index(
    fields=["organization", "opened_at"],
    include=["state", "verdict"],
    name="review_spot_checks",
    condition=Q(kind="spot_check"),
)


def index(apps: Any, schema_editor: Any) -> None:
    """While the desk goes on, on PostgreSQL. One that broke off is there, but of no use."""
    model = apps.get_model("zohodocs", "ReviewItem")
    beside = {"concurrently": True} if schema_editor.connection.vendor == "postgresql" else {}
    drop = "DROP INDEX CONCURRENTLY IF EXISTS" if beside else "DROP INDEX IF EXISTS"
    schema_editor.execute(f"{drop} {_INDEX.name}")
    schema_editor.add_index(model, _INDEX, **beside)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("zohodocs", "0027_experiment_arms"),
    ]

    operations = [
        migrations.AlterField(
            model_name="reviewitem",
            name="kind",
            field=models.CharField(
                choices=[
                    ("decide", "decide"),
                    ("difference", "two ways differ"),
                    ("duplicate", "duplicate?"),
                    ("drift", "changed in Zoho"),
                    ("audit", "entry to be looked at"),
                    ("spot_check", "spot check"),
                    ("vendor", "vendor data"),
                ],
                default="decide",
                max_length=12,
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(index, migrations.RunPython.noop)],
            state_operations=[migrations.AddIndex(model_name="reviewitem", index=_INDEX)],
        ),
    ]
