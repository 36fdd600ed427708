"""Weights of an experiment's arms, and of a flag's while one runs."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('zohodocs', '0026_difference_rule'),
    ]

    operations = [
        migrations.AddField(
            model_name='experiment',
            name='arms',
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name='flag',
            name='arms',
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]
