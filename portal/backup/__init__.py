"""A consistent copy of database and files, and the way back (`manage.py sauvegarde`, `manage.py restauration`)."""


class BackupError(Exception):
    """Neither the copy nor the site may be relied upon; the text says why, and what to do."""
