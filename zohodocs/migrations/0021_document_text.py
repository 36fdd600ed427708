"""The words of each document in one row; words, numbers and vendors are found by an index."""

import re
from typing import Any

from django.db import migrations

_WORD = re.compile(r"[^\W_]+")
_MOST_CHARACTERS = 200_000
_BATCH = 200
_INDEXES = {
    "document_text_words": "zohodocs_documenttext USING gin (to_tsvector('simple', text))",
    # What Django's icontains compares.
    "document_vendor_parts": "zohodocs_document USING gin (upper(vendor_name) gin_trgm_ops)",
    "document_number_parts": "zohodocs_document USING gin (upper(invoice_number) gin_trgm_ops)",
}


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


def extend(apps: Any, schema_editor: Any) -> None:
    """Parts of words; whoever may create in the database may have it."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm", params=None)


def index(apps: Any, schema_editor: Any) -> None:
    """PostgreSQL finds by indexes; SQLite reads. One that broke off is there, but of no use."""
    if schema_editor.connection.vendor == "postgresql":
        for name, where in _INDEXES.items():
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", params=None)
            schema_editor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {where}", params=None)


class Migration(migrations.Migration):
    # Batch by batch while documents go on; a run that broke off is begun anew and ends the same.
    atomic = False

    dependencies = [
        ("zohodocs", "0020_page_picks"),
    ]

    operations = [
        migrations.RunPython(extend, migrations.RunPython.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(index, migrations.RunPython.noop),
    ]
