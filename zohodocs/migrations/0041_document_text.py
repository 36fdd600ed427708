"""The words of each document in one row, indexed; what is there already is taken over."""

import re
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_WORD = re.compile(r"[^\W_]+")
_MOST_CHARACTERS = 200_000
_BATCH = 200
_INDEX = (
    "CREATE INDEX document_text_words ON zohodocs_documenttext "
    "USING gin (to_tsvector('simple', text))"
)


def fill(apps: Any, schema_editor: Any) -> None:
    """Take over what was read before, in batches."""
    documents = apps.get_model("zohodocs", "Document").objects
    texts = apps.get_model("zohodocs", "DocumentText").objects
    seen = 0
    while True:
        rows = documents.filter(pk__gt=seen).order_by("pk")
        rows = rows.prefetch_related("pages", "field_values")
        batch = list(rows.defer("line_items", "tax_lines")[:_BATCH])
        if not batch:
            return
        texts.bulk_create(
            [texts.model(document_id=each.pk, text=_text(each)) for each in batch],
            ignore_conflicts=True,
        )
        seen = batch[-1].pk


def _text(document: Any) -> str:
    known = [document.vendor_name, document.invoice_number, document.filename]
    known += [each.value for each in document.field_values.all()]
    pages = sorted(document.pages.all(), key=lambda page: page.number)
    known += [str(word[0]) for page in pages for word in page.words]
    return " ".join(_WORD.findall(" ".join(known).lower()))[:_MOST_CHARACTERS]


def index(apps: Any, schema_editor: Any) -> None:
    """PostgreSQL finds words by an index; SQLite reads the texts."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_INDEX, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("zohodocs", "0040_page_picks"),
    ]

    operations = [
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
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(index, migrations.RunPython.noop),
    ]
