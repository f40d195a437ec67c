"""A local Telegram with a small bot of its own."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup, ReplyKeyboardRemove, Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from tests.conversation import LocalTelegram, Person, assert_valid_update, greeted, polling

Context = ContextTypes.DEFAULT_TYPE


@dataclass
class Clock:
    """A clock that a test sets forward."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


async def called(telegram: LocalTelegram, method: str, **parameters: Any) -> dict[str, Any]:
    """Call a method as it stands, without what a library adds, leaves out or refuses, and return the answer's body."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{telegram.base_url}{telegram.token}/{method}", json=parameters) as response,
    ):
        body: dict[str, Any] = await response.json()
        return body


async def sends_every_kind(person: Person) -> None:
    """Send one message of each kind that the bot's people have a word for, beside text."""
    await person.sends_photo(caption="my back")
    await person.sends_voice()
    await person.sends_video()
    await person.sends_document()
    await person.sends_sticker()
    await person.sends_location()
    await person.sends_contact()


@dataclass
class Received:
    """The updates that the echo bot got."""

    updates: list[Update] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)


@pytest.fixture(autouse=True)
def _retry_after_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it python-telegram-bot warns whenever it reads `retry_after`."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[LocalTelegram]:
    """A local Telegram with no bot; what it let wait is checked against the Bot API's types."""
    async with LocalTelegram(clock=clock) as running:
        yield running
        for update in running.world.updates.first(100):
            assert_valid_update(update)


@pytest.fixture
async def bot(telegram: LocalTelegram) -> AsyncIterator[Bot]:
    """A bot that a test calls by hand."""
    async with Bot(telegram.token, base_url=telegram.base_url, base_file_url=telegram.base_file_url) as running:
        yield running


@pytest.fixture
async def anna(telegram: LocalTelegram) -> Person:
    return await greeted(telegram)


@pytest.fixture
def received() -> Iterator[Received]:
    got = Received()
    yield got
    assert got.errors == []


async def _echo(update: Update, _context: Context) -> None:
    message = update.effective_message
    assert message
    buttons = [[InlineKeyboardButton("Sources", callback_data="sources"), InlineKeyboardButton("NHS", url="nhs.uk")]]
    text = f"<b>{message.text_html or 'no text'}</b>"
    await message.reply_html(text, reply_markup=InlineKeyboardMarkup(buttons))


async def _menu(update: Update, _context: Context) -> None:
    assert update.message
    await update.message.reply_text(
        "Choose", reply_markup=ReplyKeyboardMarkup([["Ice or heat"], ["Rest", "Stretches"]])
    )


async def _no_menu(update: Update, _context: Context) -> None:
    assert update.message
    await update.message.reply_text("Write", reply_markup=ReplyKeyboardRemove())


async def _notice(update: Update, _context: Context) -> None:
    assert update.callback_query
    await update.callback_query.answer(f"You tapped {update.callback_query.data}")
    await update.callback_query.edit_message_reply_markup(None)


@pytest.fixture
async def echo(telegram: LocalTelegram, received: Received) -> AsyncIterator[LocalTelegram]:
    """A local Telegram polled by a bot that says everything again."""

    async def note(update: Update, _context: Context) -> None:
        received.updates.append(update)

    async def fail(_update: object, context: Context) -> None:
        assert context.error
        received.errors.append(context.error)

    application: Application[Any, Any, Any, Any, Any, Any] = (
        ApplicationBuilder()
        .token(telegram.token)
        .base_url(telegram.base_url)
        .base_file_url(telegram.base_file_url)
        .build()
    )
    application.add_handler(TypeHandler(Update, note), group=-1)
    application.add_handler(CommandHandler("menu", _menu))
    application.add_handler(CommandHandler("nomenu", _no_menu))
    application.add_handler(CallbackQueryHandler(_notice))
    application.add_handler(MessageHandler(filters.UpdateType.MESSAGES & ~filters.StatusUpdate.ALL, _echo))
    application.add_error_handler(fail)
    async with polling(application, telegram):
        yield telegram
