"""What the store asks of a database, whichever it is."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import Connection, Engine

from bot.pauses import Pause

if TYPE_CHECKING:
    from bot.store.shared_turns import SharedTurns

R = TypeVar("R")


class DatabaseUrlError(ValueError):
    """The operator's `DATABASE_URL` can't be used; the text says why, without repeating it."""


class Database(ABC):
    """A database that is connected to when it is asked for something.

    Attributes:
        engine: SQLAlchemy's; its events tell what is asked.
        insert: Makes an `INSERT` that may say what to do where the row is there already.
        where: Its place, in words that hold no secret.
    """

    engine: Engine
    insert: ClassVar[Callable[..., Any]]
    where: str

    @abstractmethod
    async def read(self, ask: Callable[[Connection], R]) -> R:
        """Return what is answered over a connection that is read from."""

    @abstractmethod
    async def write(self, tell: Callable[[Connection], R]) -> R:
        """Return what is answered in a transaction, which is committed when all of it is done."""

    @abstractmethod
    async def migrate(self) -> None:
        """Make the tables, or bring them up to date."""

    @abstractmethod
    async def close(self) -> None:
        """Close all connections."""

    @abstractmethod
    def turns(self, pause: Pause) -> "SharedTurns | None":
        """Return the turns among the replicas that share it; None where none can."""
