"""What the queue is sorted by stands in the item itself: its document's total and vendor."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("zohodocs", "0022_metric_guardrail"),
    ]

    operations = [
        migrations.AddField(
            model_name="reviewitem",
            name="amount",
            field=models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=16),
        ),
        migrations.AddField(
            model_name="reviewitem",
            name="vendor_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
    ]
