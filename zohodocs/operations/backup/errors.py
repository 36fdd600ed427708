"""What can go wrong with a backup, in a sentence that says what to do."""


class BackupError(Exception):
    """It cannot be made, read or restored; nothing was changed unless the message says so."""
