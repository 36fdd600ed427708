"""The database itself refuses to change what a posting called; old reads may go."""

from typing import Any

from django.db import migrations

_TABLE = "zohodocs_postingcall"
_NAME = f"{_TABLE}_no_update"


def forbid(apps: Any, schema_editor: Any) -> None:
    """Put the trigger on the table."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE TRIGGER {_NAME} BEFORE UPDATE ON {_TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION zohodocs_append_only()"
        )
    else:
        schema_editor.execute(
            f"CREATE TRIGGER {_NAME} BEFORE UPDATE ON {_TABLE} BEGIN "
            f"SELECT RAISE(ABORT, 'UPDATE on {_TABLE} is not allowed: rows are kept as written'); END"
        )


def allow(apps: Any, schema_editor: Any) -> None:
    """Take the trigger off again."""
    on = f" ON {_TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER {_NAME}{on}")


class Migration(migrations.Migration):
    dependencies = (("zohodocs", "0011_posting_life"),)
    operations = (migrations.RunPython(forbid, allow),)
