"""A head a day over the whole audit trail; the database refuses to change one."""

from typing import Any

from django.db import migrations, models

_TABLE = "zohodocs_audithead"


def forbid(apps: Any, schema_editor: Any) -> None:
    """Put a trigger on the table for each verb."""
    for verb in ("UPDATE", "DELETE"):
        name = f"{_TABLE}_no_{verb.lower()}"
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {_TABLE} "
                "FOR EACH ROW EXECUTE FUNCTION zohodocs_append_only()"
            )
        else:
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {_TABLE} BEGIN SELECT "
                f"RAISE(ABORT, '{verb} on {_TABLE} is not allowed: rows are kept as written'); END"
            )


class Migration(migrations.Migration):
    dependencies = (("zohodocs", "0006_arrival_quarantined"),)
    operations = (
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("events", models.PositiveIntegerField()),
                ("previous_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={"verbose_name": "audit head", "verbose_name_plural": "audit heads"},
        ),
        # Dropping the table takes its triggers along.
        migrations.RunPython(forbid, migrations.RunPython.noop),
    )
