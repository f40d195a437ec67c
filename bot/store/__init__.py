"""What the bot keeps between messages: in SQLite, or in PostgreSQL where several replicas share it."""

from bot.chat import Kept
from bot.store.address import default_file
from bot.store.database import DatabaseUrlError
from bot.store.records import Answer, Count, Done, Missed, MyData, State, Vote
from bot.store.redact import Redacted, redact
from bot.store.store import Store, StoreAwayError
from bot.store.trouble import Trouble

__all__ = [
    "Answer",
    "Count",
    "DatabaseUrlError",
    "Done",
    "Kept",
    "Missed",
    "MyData",
    "Redacted",
    "State",
    "Store",
    "StoreAwayError",
    "Trouble",
    "Vote",
    "default_file",
    "redact",
]
