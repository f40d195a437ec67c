"""What most tests share: the project's own knowledge, the assistant on it, and a PostgreSQL."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import pytest
from hypothesis import settings

from bot.alerts import AlertReader
from bot.alerts.fitted import fitted_reader
from bot.assistant import Assistant
from bot.matching.fitted import fitted_matcher
from bot.matching.matcher import Matcher
from knowledge.load import Knowledge, load
from tests.postgres import NoPostgresError, Postgres

NUMBERS = itertools.count()

# A run says the same today and tomorrow. To look for more: pytest --hypothesis-profile=search
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=2000, deadline=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load()


@pytest.fixture(scope="session")
def matcher(knowledge: Knowledge) -> Matcher:
    return fitted_matcher(knowledge)


@pytest.fixture(scope="session")
def reader(knowledge: Knowledge) -> AlertReader:
    return fitted_reader(knowledge)


@pytest.fixture(scope="session")
def assistant(knowledge: Knowledge, matcher: Matcher, reader: AlertReader) -> Assistant:
    return Assistant(knowledge, matcher, reader)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the project's labelled messages, for those who have it."""
    folder = Path(__file__).parents[2] / "shared"
    if not (folder / "intents.tsv").exists():
        pytest.skip("needs the labelled messages, which are not part of the project")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(Postgres())
        except NoPostgresError as error:
            pytest.skip(str(error))
        yield server


@pytest.fixture
async def postgres_url(postgres: Postgres) -> str:
    name = f"test_{next(NUMBERS)}"
    connection = await asyncpg.connect(postgres.url())
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return postgres.url(name)
