"""The bot with its chat page, and a browser that shows it. All share one loop, for the browser is started once."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from telegram import Bot

from bot.assistant import Assistant
from bot.local_telegram import LocalTelegram
from bot.settings import Limits
from bot.telegram.handlers import Conversation
from bot.telegram.preview import look_inside, on
from tests.e2e.browser import ChatPage, browser_path, chat_page, chromium

if TYPE_CHECKING:
    from playwright.async_api import Browser

UNHURRIED = Limits(messages_per_second=1000, chat_seconds=0)
"""Tests write faster than Telegram lets a bot answer."""

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}

Opens = Callable[..., AbstractAsyncContextManager[ChatPage]]
"""Opens the page as a new person, with options of the browser's context."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator["Browser"]:
    """The system's Chromium."""
    pytest.importorskip("playwright", reason="needs the extra `browser`: pip install -e '.[browser]'")
    path = browser_path()
    if path is None:
        pytest.skip("needs Chromium on the path, or its place in CHROMIUM: apt-get install chromium")
    async with chromium(path) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def telegram(assistant: Assistant) -> AsyncIterator[LocalTelegram]:
    """A Telegram with its page, and our bot on it with a look inside, as `preview` runs it."""
    async with running_bot(assistant) as local:
        yield local


@pytest_asyncio.fixture(loop_scope="session")
async def bare() -> AsyncIterator[LocalTelegram]:
    """A Telegram with its page, and no bot but the one that a test leads by the hand."""
    async with LocalTelegram(page=True) as local:
        yield local


@pytest_asyncio.fixture(loop_scope="session")
async def hand(bare: LocalTelegram) -> AsyncIterator[Bot]:
    """The bot that a test leads by the hand."""
    async with Bot(bare.token, base_url=f"{bare.url}/bot") as bot:
        yield bot


@pytest.fixture
def opens(browser: "Browser", telegram: LocalTelegram) -> Opens:
    return lambda **options: _checked(browser, telegram.url, **options)


@pytest_asyncio.fixture(loop_scope="session")
async def page(opens: Opens) -> AsyncIterator[ChatPage]:
    """The page of our bot on a desktop."""
    async with opens(viewport=DESKTOP) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def plain(browser: "Browser", bare: LocalTelegram) -> AsyncIterator[ChatPage]:
    """The page of the bot that a test leads by the hand."""
    async with _checked(browser, bare.url, viewport=DESKTOP) as opened:
        yield opened


@asynccontextmanager
async def running_bot(assistant: Assistant, **options: Any) -> AsyncIterator[LocalTelegram]:
    """Run our bot on a Telegram with these options, as `preview` does."""
    local = LocalTelegram(page=True, name=assistant.knowledge.wording.name, **options)
    async with local, on(local, Conversation(assistant, look_inside(local)), UNHURRIED):
        yield local


@asynccontextmanager
async def _checked(browser: "Browser", url: str, **options: Any) -> AsyncIterator[ChatPage]:
    """Open the page; in the end nothing may have gone wrong on it, and nothing been asked of other hosts."""
    async with chat_page(browser, url, **options) as opened:
        yield opened
        assert not opened.errors
        assert not opened.outside
