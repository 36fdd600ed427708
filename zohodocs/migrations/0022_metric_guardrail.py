"""Guardrails that ask Prometheus."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('zohodocs', '0021_document_text'),
    ]

    operations = [
        migrations.CreateModel(
            name='MetricGuardrail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('flag', models.CharField(max_length=60, verbose_name='flag')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('expression', models.TextField(max_length=2000, verbose_name='expression')),
                ('worse_when', models.CharField(choices=[('above', 'above the threshold'), ('below', 'below the threshold')], default='above', max_length=5, verbose_name='worse when')),
                ('threshold', models.FloatField(verbose_name='threshold')),
                ('kind', models.CharField(choices=[('guardrail', 'guardrail: turns the flag back'), ('signal', 'signal: pauses the ramp')], default='signal', max_length=9, verbose_name='kind')),
                ('asked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='asked at')),
                ('value', models.FloatField(blank=True, editable=False, null=True, verbose_name='value')),
                ('problem', models.CharField(blank=True, editable=False, max_length=300, verbose_name='problem')),
            ],
            options={
                'verbose_name': 'guardrail from Prometheus',
                'verbose_name_plural': 'guardrails from Prometheus',
                'constraints': [models.UniqueConstraint(fields=('flag', 'name'), name='one_guardrail_of_a_name')],
            },
        ),
    ]
