"""Errors that end a backup or a restore."""


class BackupFailed(Exception):
    """The backup or the restore cannot go on; the message says what to change."""
