"""Some of what no person saw is looked at afterwards: how many, and what it came to."""

from decimal import Decimal
from typing import Any

import django.core.validators
from django.db import migrations, models



def forbid_again(apps: Any, schema_editor: Any) -> None:
    """SQLite makes a table anew to add a column, and its triggers go with the old one."""
    if schema_editor.connection.vendor == "postgresql":
        return
    for verb in ("UPDATE", "DELETE"):
        schema_editor.execute(
            f"CREATE TRIGGER IF NOT EXISTS zohodocs_policy_no_{verb.lower()} "
            f"BEFORE {verb} ON zohodocs_policy BEGIN "
            f"SELECT RAISE(ABORT, '{verb} on zohodocs_policy is not allowed: "
            "rows are kept as written'); END"
        )


class Migration(migrations.Migration):

    dependencies = [
        ('zohodocs', '0024_queue_in_every_order'),
    ]

    operations = [
        migrations.AddField(
            model_name='policy',
            name='spot_check_percent',
            field=models.DecimalField(db_default=Decimal('2'), decimal_places=2, default=Decimal('2'), max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='spot checks (percent of what no person saw)'),
        ),
        migrations.RunPython(forbid_again, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='reviewitem',
            name='verdict',
            field=models.CharField(blank=True, choices=[('approve', 'approved'), ('reject', 'rejected'), ('file', 'not a posting document'), ('duplicate', 'a copy'), ('accept', 'what stands in Zoho accepted'), ('split', 'pages arranged anew'), ('propose', 'correction proposed'), ('wrong', 'found wrong')], max_length=10),
        ),
    ]
