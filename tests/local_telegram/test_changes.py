"""What the bot changes and deletes afterwards, and what Telegram doesn't let it."""

from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup
from telegram.error import BadRequest

from bot.local_telegram import LocalTelegram, Person
from tests.local_telegram.conftest import Clock, called

HOUR = 3600
BUTTONS = InlineKeyboardMarkup.from_button(InlineKeyboardButton("More", callback_data="more"))


def texts(person: Person) -> list[str]:
    return [message.formatted.text for message in person.messages]


# --- captions --------------------------------------------------------------------------------------------------------


async def test_a_caption_changes_and_loses_its_buttons(bot: Bot, anna: Person) -> None:
    photo = await bot.send_photo(anna.id, "id", caption="one", reply_markup=BUTTONS)
    changed = await bot.edit_message_caption(anna.id, photo.id, caption="<b>two</b>", parse_mode="HTML")
    assert not isinstance(changed, bool)
    assert (changed.caption_html, changed.reply_markup) == ("<b>two</b>", None)
    assert anna.messages[-1].formatted.html == "<b>two</b>"
    assert (await anna.hears()).buttons == ["More"]
    heard = await anna.hears()
    assert (heard.edited, heard.buttons) == (True, [])


async def test_a_caption_can_be_taken_away(bot: Bot, anna: Person) -> None:
    photo = await bot.send_photo(anna.id, "id", caption="one")
    await bot.edit_message_caption(anna.id, photo.id)
    assert texts(anna) == ["hello", ""]


@pytest.mark.parametrize(
    ("caption", "words"),
    [("x" * 1025, "Message caption is too long"), ("same", "Message is not modified"), ("<b>", "Can't parse entities")],
)
async def test_captions_that_are_refused(bot: Bot, anna: Person, caption: str, words: str) -> None:
    photo = await bot.send_photo(anna.id, "id", caption="same")
    with pytest.raises(BadRequest, match=words):
        await bot.edit_message_caption(anna.id, photo.id, caption=caption, parse_mode="HTML")


async def test_a_caption_holds_exactly_1024_characters(bot: Bot, anna: Person) -> None:
    photo = await bot.send_photo(anna.id, "id")
    changed = await bot.edit_message_caption(anna.id, photo.id, caption="🙂" * 512)
    assert not isinstance(changed, bool)
    assert changed.caption == "🙂" * 512


async def test_a_text_has_no_caption(bot: Bot, anna: Person) -> None:
    text = await bot.send_message(anna.id, "x")
    with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
        await bot.edit_message_caption(anna.id, text.id, caption="y")


@pytest.mark.parametrize("method", ["edit_message_caption", "edit_message_text", "edit_message_reply_markup"])
async def test_only_some_messages_can_be_changed(bot: Bot, anna: Person, method: str) -> None:
    new: dict[str, Any] = {"edit_message_caption": {"caption": "y"}, "edit_message_text": {"text": "y"}}.get(method, {})
    edit = getattr(bot, method)
    menu = await bot.send_message(anna.id, "x", reply_markup=ReplyKeyboardMarkup([["Causes"]]))
    for message_id in (anna.messages[0].id, menu.id):
        with pytest.raises(BadRequest, match="Message can't be edited"):
            await edit(chat_id=anna.id, message_id=message_id, **new)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await edit(chat_id=anna.id, message_id=999, **new)


async def test_the_bot_is_not_told_of_its_own_edits(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    sent = await bot.send_message(anna.id, "x")
    before = len(telegram.world.updates)
    await bot.edit_message_text("y", anna.id, sent.id)
    assert len(telegram.world.updates) == before


# --- deleting --------------------------------------------------------------------------------------------------------


async def test_several_messages_are_deleted_at_once(bot: Bot, anna: Person) -> None:
    ids = [(await bot.send_message(anna.id, str(i))).id for i in range(4)]
    assert await bot.delete_messages(anna.id, [ids[0], ids[2], ids[2], 999, anna.messages[0].id])
    assert texts(anna) == ["1", "3"]


async def test_what_cannot_be_deleted_is_passed_over(
    telegram: LocalTelegram, bot: Bot, anna: Person, clock: Clock
) -> None:
    family = telegram.group("Family", [anna])
    question = await anna.says("/ask", to=family)
    old = await bot.send_message(family.id, "old")
    clock.now += 48 * HOUR + 1
    new = await bot.send_message(family.id, "new")
    assert await bot.delete_messages(family.id, [question.id, old.id, new.id])
    assert [message.formatted.text for message in family.chat.messages.values()] == ["/ask", "old"]


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        (None, "message identifiers are not specified"),
        (list(range(1, 102)), "too many message identifiers specified"),
        ([0], "invalid message identifier specified"),
        (["one"], "invalid message identifier specified"),
        ({"id": 1}, "expected an Array of message identifiers"),
    ],
)
async def test_ids_that_are_refused(telegram: LocalTelegram, anna: Person, ids: Any, words: str) -> None:
    given = {} if ids is None else {"message_ids": ids}
    answer = await called(telegram, "deleteMessages", chat_id=anna.id, **given)
    assert answer == {"ok": False, "error_code": 400, "description": f"Bad Request: {words}"}
    assert texts(anna) == ["hello"]


async def test_a_hundred_ids_are_taken(telegram: LocalTelegram, anna: Person) -> None:
    answer = await called(telegram, "deleteMessages", chat_id=anna.id, message_ids=list(range(1, 101)))
    assert answer == {"ok": True, "result": True}
    assert texts(anna) == []


async def test_dice_stay_for_a_day(bot: Bot, anna: Person, clock: Clock) -> None:
    dice = await anna.sends("dice", {"emoji": "🎲", "value": 6})
    clock.now += 24 * HOUR - 1
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await bot.delete_message(anna.id, dice.id)
    clock.now += 1
    assert await bot.delete_message(anna.id, dice.id)


async def test_the_message_of_a_topics_creation_stays(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    forum = telegram.group("Forum", [anna], forum=True)
    topic = telegram.world.add_topic(forum.chat, "Backs", by=telegram.world.bot)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(forum.id, topic)
