"""Inline queries: what a person types behind the bot's name, what the bot offers, and what becomes of it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResult,
    InlineQueryResultArticle,
    InlineQueryResultGif,
    InlineQueryResultPhoto,
    InlineQueryResultsButton,
    InputTextMessageContent,
)
from telegram.error import BadRequest, NetworkError

from bot.local_telegram import InlineQuery as Asked
from bot.local_telegram import LocalTelegram, Person
from tests.conversation import assert_valid_update, assert_valid_wire
from tests.local_telegram.conftest import Clock, called

BUTTONS = InlineKeyboardMarkup.from_button(InlineKeyboardButton("More", callback_data="more"))


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram(clock=clock, inline=True, inline_feedback=True) as running:
        yield running
        for update in running.world.updates.first(100):
            assert_valid_update(update)
        assert_valid_wire(call for call in running.calls() if call.status == 200)


@pytest.fixture
def anna(telegram: LocalTelegram) -> Person:
    return telegram.person("Anna")


def article(number: int, **more: Any) -> InlineQueryResultArticle:
    content = InputTextMessageContent(f"<b>Answer {number}</b>", parse_mode="HTML")
    return InlineQueryResultArticle(str(number), f"Title {number}", content, **more)


async def asked(bot: Bot, typing: Coroutine[Any, Any, Asked]) -> tuple[InlineQuery, "asyncio.Task[Asked]"]:
    """Let a person type, and return what the bot is asked and what the person waits for."""
    waits = asyncio.create_task(typing)
    update = (await bot.get_updates(offset=-1, timeout=10))[0]
    assert update.inline_query
    return update.inline_query, waits


async def test_a_query_is_answered_and_a_result_is_sent(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    query, waits = await asked(bot, anna.asks_inline("ice or heat", offset="next"))
    assert (query.query, query.offset, query.chat_type, query.from_user.first_name) == (
        "ice or heat",
        "next",
        "sender",
        "Anna",
    )
    start = InlineQueryResultsButton("Ask in private", start_parameter="inline")
    assert await query.answer([article(1), article(2)], next_offset="2", button=start)
    offered = await waits
    assert offered.answer
    assert offered.answer.titles == ["Title 1", "Title 2"]
    assert offered.answer.next_offset == "2"
    assert offered.answer.button == {"text": "Ask in private", "start_parameter": "inline"}
    sent = await anna.chooses("Title 2", of=offered)
    assert sent.formatted.html == "<b>Answer 2</b>"
    message, chosen = (await bot.get_updates(offset=-2))[-2:]
    assert message.message
    assert message.message.via_bot == bot.bot
    assert chosen.chosen_inline_result
    assert chosen.chosen_inline_result.result_id == "2"
    assert chosen.chosen_inline_result.query == "ice or heat"
    assert chosen.chosen_inline_result.inline_message_id is None


async def test_a_result_with_buttons_is_known_by_an_id(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    query, waits = await asked(bot, anna.asks_inline("ice"))
    await query.answer([article(1, reply_markup=BUTTONS)])
    sent = await anna.chooses("Title 1", of=await waits)
    chosen = (await bot.get_updates(offset=-1))[0].chosen_inline_result
    assert chosen
    known_as = chosen.inline_message_id
    assert known_as

    tap = asyncio.ensure_future(anna.taps("More", on=sent))
    tapped = (await bot.get_updates(offset=-1, timeout=10))[0].callback_query
    assert tapped
    assert (tapped.message, tapped.inline_message_id) == (None, known_as)
    await tapped.answer("Here it is")
    assert (await tap).text == "Here it is"

    waiting = len(telegram.world.updates)
    assert await bot.edit_message_text("Changed", inline_message_id=known_as) is True
    assert anna.messages[-1].formatted.text == "Changed"
    assert anna.messages[-1].sender == anna.user
    assert len(telegram.world.updates) == waiting
    with pytest.raises(BadRequest, match="Message_id_invalid"):
        await bot.edit_message_text("Changed", inline_message_id="unknown")


async def test_a_result_reaches_a_group_that_keeps_its_privacy(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    family = telegram.group("Family", [anna])
    query, waits = await asked(bot, anna.asks_inline("ice", where=family))
    assert query.chat_type == "supergroup"
    await query.answer([article(1)])
    await anna.chooses("Title 1", of=await waits, where=family)
    message = (await bot.get_updates(offset=-2))[0].message
    assert message
    assert message.chat.title == "Family"


async def test_a_picture_is_a_result_too(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    query, waits = await asked(bot, anna.asks_inline(""))
    url = "https://nhs.uk/x.jpg"
    await query.answer(
        [
            InlineQueryResultPhoto("1", url, url, title="Picture", caption="<i>x</i>", parse_mode="HTML"),
            InlineQueryResultPhoto("2", url, url, title="Text", input_message_content=InputTextMessageContent("x")),
        ]
    )
    offered = await waits
    sent = await anna.chooses("Picture", of=offered)
    assert (sent.kind, sent.formatted.html) == ("photo", "<i>x</i>")
    assert (await anna.chooses("Text", of=offered)).kind == "text"


async def test_choices_are_told_only_when_asked_for(clock: Clock) -> None:
    async with (
        LocalTelegram(clock=clock, inline=True) as telegram,
        Bot(telegram.token, base_url=telegram.base_url) as bot,
    ):
        anna = telegram.person("Anna")
        query, waits = await asked(bot, anna.asks_inline("ice"))
        await query.answer([article(1)])
        await anna.chooses("Title 1", of=await waits)
        assert [update.chosen_inline_result for update in await bot.get_updates()] == [None, None]


async def test_a_bot_says_whether_it_takes_inline_queries(telegram: LocalTelegram, bot: Bot) -> None:
    assert (await bot.get_me()).supports_inline_queries
    async with LocalTelegram() as other, Bot(other.token, base_url=other.base_url) as plain:
        assert not (await plain.get_me()).supports_inline_queries
        with pytest.raises(AssertionError, match="inline=True"):
            await other.person("Anna").asks_inline("ice")


async def test_people_cannot_type_too_much_or_choose_what_is_not_there(
    telegram: LocalTelegram, bot: Bot, anna: Person
) -> None:
    with pytest.raises(AssertionError, match="256"):
        await anna.asks_inline("x" * 257)
    query, waits = await asked(bot, anna.asks_inline("x" * 256))
    unanswered = telegram.world.inline_queries.get(query.id)
    assert unanswered
    with pytest.raises(AssertionError, match="hasn't answered"):
        await anna.chooses("Title 1", of=unanswered)
    await query.answer([])
    with pytest.raises(AssertionError, match="No result 'Title 1'"):
        await anna.chooses("Title 1", of=await waits)


async def test_people_choose_where_they_may_write(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    query, waits = await asked(bot, anna.asks_inline("ice"))
    await query.answer([article(1)])
    offered = await waits
    strangers = telegram.group("Strangers", [telegram.person("Bert")])
    with pytest.raises(AssertionError, match="isn't in Strangers"):
        await anna.chooses("Title 1", of=offered, where=strangers)
    await anna.blocks()
    with pytest.raises(AssertionError, match="has blocked the bot"):
        await anna.chooses("Title 1", of=offered)


CONTENT = InputTextMessageContent("x")
URL = "https://nhs.uk/x.gif"
REFUSED: list[tuple[list[InlineQueryResult], str]] = [
    ([article(number) for number in range(51)], "RESULTS_TOO_MUCH"),
    ([article(1), article(1)], "RESULT_ID_DUPLICATE"),
    ([InlineQueryResultArticle("", "x", CONTENT)], "can't parse inline query result: Can't find field \"id\""),
    ([InlineQueryResultArticle("é" * 33, "x", CONTENT)], "RESULT_ID_INVALID"),
    ([InlineQueryResultArticle("1", "", CONTENT)], "ARTICLE_TITLE_EMPTY"),
    ([InlineQueryResultArticle("1", "x", InputTextMessageContent(""))], "message text is empty"),
    ([InlineQueryResultArticle("1", "x", InputTextMessageContent("x" * 4097))], "MESSAGE_TOO_LONG"),
    ([InlineQueryResultPhoto("1", URL, URL, caption="x" * 1025)], "message caption is too long"),
    (
        [article(1, reply_markup=InlineKeyboardMarkup.from_button(InlineKeyboardButton("x")))],
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
]


@pytest.mark.parametrize(("results", "words"), REFUSED, ids=[words for _, words in REFUSED])
async def test_results_that_are_refused(
    telegram: LocalTelegram, bot: Bot, anna: Person, results: list[InlineQueryResult], words: str
) -> None:
    query, waits = await asked(bot, anna.asks_inline("ice"))
    shown = [result.to_dict() for result in results]
    answer = await called(telegram, "answerInlineQuery", inline_query_id=query.id, results=shown)
    assert answer == {"ok": False, "error_code": 400, "description": f"Bad Request: {words}"}
    await query.answer([])
    assert (await waits).answer


ODD: list[tuple[Any, int, str]] = [
    ("article", 400, "can't parse inline query result: expected an Object"),
    ({"type": "article", "id": "1", "title": "x"}, 400, 'Can\'t find field "input_message_content"'),
    ({"type": "photo", "id": "1"}, 400, 'Can\'t find field "photo_url"'),
    (
        {"type": "article", "id": "1", "title": "x", "input_message_content": {"latitude": 1, "longitude": 1}},
        501,
        "as text only",
    ),
]


@pytest.mark.parametrize(("result", "code", "words"), ODD, ids=[words for _, _, words in ODD])
async def test_odd_results_are_refused(
    telegram: LocalTelegram, anna: Person, result: Any, code: int, words: str
) -> None:
    answer = await called(telegram, "answerInlineQuery", inline_query_id="1", results=[result])
    assert answer["error_code"] == code
    assert words in answer["description"]


async def test_fifty_results_are_taken(bot: Bot, anna: Person) -> None:
    query, waits = await asked(bot, anna.asks_inline("ice"))
    await query.answer([article(number) for number in range(50)])
    offered = (await waits).answer
    assert offered
    assert len(offered.results) == 50


async def test_what_is_not_known_here_says_so(bot: Bot, anna: Person) -> None:
    query, waits = await asked(bot, anna.asks_inline("ice"))
    with pytest.raises(NetworkError, match="article and photo only"):
        await query.answer([InlineQueryResultGif("1", URL, URL)])
    await query.answer([])
    await waits


async def test_long_offsets_and_odd_start_parameters_are_refused(bot: Bot, anna: Person) -> None:
    query, waits = await asked(bot, anna.asks_inline("ice"))
    with pytest.raises(BadRequest, match="Next_offset_invalid"):
        await query.answer([], next_offset="x" * 65)
    with pytest.raises(BadRequest, match="Start_param_invalid"):
        await query.answer([], button=InlineQueryResultsButton("x", start_parameter="a b"))
    await query.answer([])
    await waits


async def test_a_query_is_answered_once_and_in_time(bot: Bot, anna: Person, clock: Clock) -> None:
    first, waits = await asked(bot, anna.asks_inline("ice"))
    await first.answer([])
    await waits
    with pytest.raises(BadRequest, match="Query is too old"):
        await first.answer([])
    late, waits = await asked(bot, anna.asks_inline("heat"))
    clock.now += 16
    with pytest.raises(BadRequest, match="Query is too old"):
        await late.answer([])
    with pytest.raises(BadRequest, match="query id is invalid"):
        await bot.answer_inline_query("unknown", [])
    waits.cancel()
