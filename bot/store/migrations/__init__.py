"""Brings the tables of a database up to date. Each change of `tables.py` has a file of its own in `versions`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

KEY = 5_283_410_771_906_634_517
"""The advisory lock that a replica holds while it migrates."""


def migrate(connection: Connection) -> None:
    """Bring the tables up to date, within the connection's transaction, one replica at a time.

    Raises:
        CommandError: The tables are newer than this version of the bot.
        SQLAlchemyError: The database doesn't take it.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({KEY})")
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
