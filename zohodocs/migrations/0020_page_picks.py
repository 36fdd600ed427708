"""What arranged pages were picked from, and where the words of a document are searched."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("zohodocs", "0019_rollout"),
    ]

    operations = [
        migrations.AlterField(
            model_name="reviewitem",
            name="verdict",
            field=models.CharField(
                blank=True,
                choices=[
                    ("approve", "approved"),
                    ("reject", "rejected"),
                    ("file", "not a posting document"),
                    ("duplicate", "a copy"),
                    ("accept", "what stands in Zoho accepted"),
                    ("split", "pages arranged anew"),
                    ("propose", "correction proposed"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="PagePick",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("turn", models.PositiveSmallIntegerField(default=0)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="picks",
                        to="zohodocs.document",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="given",
                        to="zohodocs.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "picked page",
                "verbose_name_plural": "picked pages",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("document", "position"), name="one_pick_per_place"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("turn__in", [0, 90, 180, 270])),
                        name="pages_turn_by_right_angles",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentText",
            fields=[
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="searched",
                        serialize=False,
                        to="zohodocs.document",
                    ),
                ),
                ("text", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "searched text",
                "verbose_name_plural": "searched texts",
            },
        ),
    ]
