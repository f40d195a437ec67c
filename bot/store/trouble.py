"""What can be wrong with a database, in the operator's words."""

import errno
import sqlite3
from enum import StrEnum

from alembic.util.exc import CommandError
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

TROUBLE = (SQLAlchemyError, sqlite3.Error, OSError, CommandError)
"""What is raised where a database doesn't do what it was asked for. Time-outs and lost connections are OSErrors."""

UNFIT = (ValueError, TypeError, OverflowError)
"""What a driver raises for a value that its database can't hold."""


class Trouble(StrEnum):
    """Why the database doesn't do what it was asked for."""

    LOCKED = "locked"
    FULL = "full"
    READ_ONLY = "read_only"
    AWAY = "away"
    DAMAGED = "damaged"
    SCHEMA = "schema"
    REFUSED = "refused"
    OTHER = "other"

    @property
    def mend(self) -> str:
        """What is wrong, and what the operator can do."""
        return MENDS[self]


MENDS = {
    Trouble.LOCKED: "the database is locked: another program writes to it and doesn't finish; find it and stop it",
    Trouble.FULL: "the database's disk is full, or its limit is reached: make room",
    Trouble.READ_ONLY: "the database, its file or its folder can't be written to: give the bot's user the right to",
    Trouble.AWAY: "the database can't be reached: see whether it runs, and whether DATABASE_URL is right",
    Trouble.DAMAGED: "the file is damaged or is no SQLite database: put a copy in its place",
    Trouble.SCHEMA: "the database's tables are not those of this version of the bot: run the newest version",
    Trouble.REFUSED: "the database refused a record, which was dropped; please report this",
    Trouble.OTHER: "the database failed in a way that the bot doesn't know",
}

_SQLITE = {
    "SQLITE_BUSY": Trouble.LOCKED,
    "SQLITE_LOCKED": Trouble.LOCKED,
    "SQLITE_FULL": Trouble.FULL,
    "SQLITE_READONLY": Trouble.READ_ONLY,
    "SQLITE_PERM": Trouble.READ_ONLY,
    "SQLITE_CANTOPEN": Trouble.AWAY,
    "SQLITE_IOERR": Trouble.AWAY,
    "SQLITE_CORRUPT": Trouble.DAMAGED,
    "SQLITE_NOTADB": Trouble.DAMAGED,
    "SQLITE_ERROR": Trouble.SCHEMA,  # that there is no such table or column has no code of its own
}
"""By the first two words of SQLite's error name; what follows them only says more."""

_POSTGRES = {
    "08": Trouble.AWAY,  # connection
    "22": Trouble.REFUSED,  # data
    "23": Trouble.REFUSED,  # integrity
    "25006": Trouble.READ_ONLY,
    "28": Trouble.AWAY,  # authorization
    "3D": Trouble.AWAY,  # no such database
    "40": Trouble.LOCKED,  # deadlock
    "42": Trouble.SCHEMA,
    "53": Trouble.FULL,  # disk, memory, connections
    "55P03": Trouble.LOCKED,
    "57": Trouble.AWAY,  # shutting down, starting up
    "58": Trouble.AWAY,  # its disk fails
    "XX": Trouble.DAMAGED,
}
"""By the beginning of PostgreSQL's error code."""

_SYSTEM = {
    errno.ENOSPC: Trouble.FULL,
    errno.EDQUOT: Trouble.FULL,
    errno.EROFS: Trouble.READ_ONLY,
    errno.EACCES: Trouble.READ_ONLY,
    errno.EPERM: Trouble.READ_ONLY,
}


def trouble(error: BaseException) -> Trouble:
    """Return what an error means."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    if name := getattr(cause, "sqlite_errorname", ""):
        kind = _SQLITE.get("_".join(name.split("_")[:2]))
    elif code := getattr(cause, "sqlstate", "") or "":
        kind = next((kind for start, kind in _POSTGRES.items() if code.startswith(start)), None)
    elif isinstance(error, OSError):
        kind = _SYSTEM.get(error.errno or 0, Trouble.AWAY)
    elif isinstance(error, CommandError):
        kind = Trouble.SCHEMA
    else:
        kind = None
    if kind is None and (isinstance(error, IntegrityError) or isinstance(cause.__cause__ or cause, UNFIT)):
        kind = Trouble.REFUSED
    if kind is None and (isinstance(error, PoolTimeout) or getattr(error, "connection_invalidated", False)):
        kind = Trouble.AWAY
    return kind or Trouble.OTHER
