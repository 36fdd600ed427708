"""Backups: database and files of one moment, checked by hashes, and the way back.

Rows are written by Django, table by table, not by pg_dump: one format for PostgreSQL and SQLite, no
client program of the server's version in the image, and each row passes our hands, so a copy for
staging can be masked. The price is speed (README § Decisions has the figures).

In a place (a folder or a bucket) lie:

    NAME/manifest.json          written last: what has none is no backup
    NAME/rows/APP.MODEL.gz      one JSON list a row
    NAME/files.gz               one JSON list a file: its path, SHA-256 and size
    files/ab/abcd…              the files themselves, once for all backups
"""

from .aftermath import settle
from .creating import create, create_before_migrations, remove_old
from .manifest import BackupError, Manifest, names
from .masking import is_masked_copy
from .restoring import restore
from .verifying import verify

__all__ = [
    "BackupError",
    "Manifest",
    "create",
    "create_before_migrations",
    "is_masked_copy",
    "names",
    "remove_old",
    "restore",
    "settle",
    "verify",
]
