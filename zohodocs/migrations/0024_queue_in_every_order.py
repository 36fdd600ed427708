"""Open items take their places; then an index for each order of the queue."""

from decimal import Decimal
from typing import Any

from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

_BATCH = 2000
_OPEN = Q(state="open")
_NEW = (
    models.Index(
        fields=["organization", "-attention", "id"],
        include=["reason", "postponed_until"],
        name="review_org_value",
        condition=_OPEN,
    ),
    models.Index(
        fields=["organization", "amount", "id"], name="review_org_amount", condition=_OPEN
    ),
    models.Index(
        fields=["organization", "vendor_name", "id"], name="review_org_vendor", condition=_OPEN
    ),
)
# The first of the new ones has all of it and more.
_OLD = "review_org_attention"


def fill(apps: Any, schema_editor: Any) -> None:
    """Take over what their documents say, in batches."""
    items = apps.get_model("zohodocs", "ReviewItem").objects.filter(state="open")
    documents = apps.get_model("zohodocs", "Document").objects.filter(pk=OuterRef("document_id"))
    seen = 0
    while True:
        batch = list(items.filter(pk__gt=seen).order_by("pk").values_list("pk", flat=True)[:_BATCH])
        if not batch:
            return
        items.filter(pk__in=batch).update(
            amount=Coalesce(Subquery(documents.values("gross_total")), Decimal(0)),
            vendor_name=Subquery(documents.values("vendor_name")),
        )
        seen = batch[-1]


def index(apps: Any, schema_editor: Any) -> None:
    """While the desk goes on, on PostgreSQL. One that broke off is there, but of no use."""
    model = apps.get_model("zohodocs", "ReviewItem")
    beside = {"concurrently": True} if schema_editor.connection.vendor == "postgresql" else {}
    drop = "DROP INDEX CONCURRENTLY IF EXISTS" if beside else "DROP INDEX IF EXISTS"
    for each in _NEW:
        schema_editor.execute(f"{drop} {each.name}")
        schema_editor.add_index(model, each, **beside)
    schema_editor.execute(f"{drop} {_OLD}")


class Migration(migrations.Migration):
    # Batch by batch while documents go on; a run that broke off is begun anew and ends the same.
    atomic = False

    dependencies = [
        ("zohodocs", "0023_places_in_the_queue"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(index, migrations.RunPython.noop)],
            state_operations=[
                *(migrations.AddIndex(model_name="reviewitem", index=each) for each in _NEW),
                migrations.RemoveIndex(model_name="reviewitem", name=_OLD),
            ],
        ),
    ]
