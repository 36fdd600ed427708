"""Rules about which differences in shadow matter."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('zohodocs', '0025_spot_checks'),
    ]

    operations = [
        migrations.CreateModel(
            name='DifferenceRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('flag', models.CharField(max_length=60)),
                ('field', models.CharField(blank=True, max_length=40)),
                ('amount_from', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('tolerance', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('why', models.CharField(max_length=200)),
                ('by', models.CharField(max_length=150)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'rule about differences',
                'verbose_name_plural': 'rules about differences',
                'constraints': [models.UniqueConstraint(fields=('flag', 'field'), name='one_difference_rule')],
            },
        ),
    ]
