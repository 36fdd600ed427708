"""The database itself refuses to change the audit trail and what an engine read."""

from typing import Any

from django.db import migrations

# Extractions go with their document when retention deletes it; the audit trail never goes.
FORBIDDEN = {
    "zohodocs_auditevent": ("UPDATE", "DELETE"),
    "zohodocs_extraction": ("UPDATE",),
    "zohodocs_policy": ("UPDATE", "DELETE"),
}


def forbid(apps: Any, schema_editor: Any) -> None:
    """Put a trigger on each table that may only grow."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE OR REPLACE FUNCTION zohodocs_append_only() RETURNS trigger AS $$ "
            "BEGIN RAISE EXCEPTION '% on % is not allowed: rows are kept as written', "
            "TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$ "
            "LANGUAGE plpgsql",
            params=None,  # so that its percent signs are no placeholders
        )
    for table, verbs in FORBIDDEN.items():
        for verb in verbs:
            name = f"{table}_no_{verb.lower()}"
            if schema_editor.connection.vendor == "postgresql":
                schema_editor.execute(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION zohodocs_append_only()"
                )
            else:
                schema_editor.execute(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN "
                    f"SELECT RAISE(ABORT, '{verb} on {table} is not allowed: "
                    "rows are kept as written'); END"
                )


def allow(apps: Any, schema_editor: Any) -> None:
    """Take the triggers off again."""
    for table, verbs in FORBIDDEN.items():
        for verb in verbs:
            name = f"{table}_no_{verb.lower()}"
            on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER {name}{on}")


class Migration(migrations.Migration):
    dependencies = (("zohodocs", "0001_initial"),)
    operations = (migrations.RunPython(forbid, allow),)
