"""Which database the operator's `DATABASE_URL` names."""

from pathlib import Path

import platformdirs
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.store.database import Database, DatabaseUrlError
from bot.store.sqlite import Sqlite

UNUSABLE = (
    "DATABASE_URL names no database that can be used: write sqlite:///folder/file.db (four slashes for an absolute "
    "path) or postgresql://user:password@host:5432/name"
)


def database_at(url: str, patience: float) -> Database:
    """Return the database at an address.

    Args:
        url: `sqlite:///file`, `postgresql://…` or `postgres://…`; empty for a SQLite file in the user's data folder.
        patience: Seconds that it may take to connect, and to answer.

    Raises:
        DatabaseUrlError: There can be no such database.
    """
    if not url:
        return Sqlite(default_file(), patience)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise DatabaseUrlError(UNUSABLE) from None
    backend = parsed.drivername.partition("+")[0]
    if backend in ("postgresql", "postgres"):
        try:
            from bot.store.postgres import Postgres  # noqa: PLC0415 - an extra
        except ImportError:
            raise DatabaseUrlError(
                "DATABASE_URL names a PostgreSQL: install its driver with pip install 'back-spasm-bot[postgres]'"
            ) from None
        return Postgres(parsed.set(drivername="postgresql"), patience)
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
        return Sqlite(Path(parsed.database), patience)
    raise DatabaseUrlError(UNUSABLE)


def default_file() -> Path:
    """Return where the store is when the operator names no database."""
    return Path(platformdirs.user_data_dir("back-spasm-bot")) / "store.db"
