"""What Telegram refuses, in its own words, as python-telegram-bot reads them."""

import json
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken

from bot.local_telegram import LocalTelegram, Person
from bot.local_telegram.methods import METHODS
from bot.local_telegram.parameters import Parameters, decoded
from bot.local_telegram.refusals import Refusal
from bot.local_telegram.world import User, World
from tests.conversation import assert_valid_wire
from tests.local_telegram.conftest import Clock


async def refused(call: Any) -> str:
    with pytest.raises((BadRequest, Forbidden)) as refusal:
        await call
    return refusal.value.message


# --- text ------------------------------------------------------------------------------------------------------------


async def test_empty_text(bot: Bot, anna: Person) -> None:
    assert await refused(bot.send_message(anna.id, "")) == "Message text is empty"


@pytest.mark.parametrize("text", [" \n ", "<b></b>", "<i> </i>"])
async def test_text_that_shows_nothing(bot: Bot, anna: Person, text: str) -> None:
    assert await refused(bot.send_message(anna.id, text, parse_mode="HTML")) == "Text must be non-empty"


async def test_text_is_measured_after_its_entities_are_parsed(bot: Bot, anna: Person) -> None:
    longest = f"<b>{'&amp;' * 4096}</b>"
    assert len((await bot.send_message(anna.id, longest, parse_mode="HTML")).text or "") == 4096
    assert await refused(bot.send_message(anna.id, longest + "x", parse_mode="HTML")) == "Message is too long"


async def test_an_emoji_weighs_two(bot: Bot, anna: Person) -> None:
    await bot.send_message(anna.id, "😀" * 2048)
    assert await refused(bot.send_message(anna.id, "😀" * 2049)) == "Message is too long"


async def test_an_edit_that_is_too_long_is_refused_in_other_words(bot: Bot, anna: Person) -> None:
    message = await bot.send_message(anna.id, "short")
    assert await refused(bot.edit_message_text("x" * 4097, anna.id, message.id)) == "Message_too_long"


async def test_bad_html(bot: Bot, anna: Person) -> None:
    reason = await refused(bot.send_message(anna.id, "12345<x>", parse_mode="HTML"))
    assert reason == 'Can\'t parse entities: unsupported start tag "x" at byte offset 5'


async def test_a_parse_mode_that_is_none(bot: Bot, anna: Person) -> None:
    assert await refused(bot.send_message(anna.id, "x", parse_mode="BBCode")) == "Unsupported parse_mode"


async def test_entities_instead_of_html(bot: Bot, anna: Person) -> None:
    sent = await bot.send_message(anna.id, "😀 bold", entities=[MessageEntity("bold", 3, 4)])
    assert sent.parse_entities() == {MessageEntity("bold", 3, 4): "bold"}
    middle = bot.send_message(anna.id, "😀 bold", entities=[MessageEntity("bold", 1, 3)])
    assert await refused(middle) == "Entity begins in a middle of a utf-16 symbol at utf-16 offset 1"
    beyond = bot.send_message(anna.id, "bold", entities=[MessageEntity("bold", 0, 9)])
    assert (await refused(beyond)).startswith("Entity beginning at utf-16 offset 0 ends after the end of the text")


async def test_more_than_a_hundred_entities_are_dropped_without_a_word(bot: Bot, anna: Person) -> None:
    message = await bot.send_message(anna.id, "<b>x</b> " * 101, parse_mode=ParseMode.HTML)
    assert len(message.entities) == 100


# --- keyboards -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("data", "fits"), [("x" * 64, True), ("x" * 65, False), ("é" * 32, True), ("é" * 33, False)])
async def test_callback_data_holds_64_bytes(bot: Bot, anna: Person, data: str, fits: bool) -> None:
    markup = InlineKeyboardMarkup.from_button(InlineKeyboardButton("x", callback_data=data))
    call = bot.send_message(anna.id, "x", reply_markup=markup)
    if fits:
        await call
    else:
        assert await refused(call) == "Button_data_invalid"


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("no JSON", "can't parse reply keyboard markup JSON object"),
        ("[]", "object expected as reply markup"),
        ('{"keyboard": ["x"]}', 'field "keyboard" must be an Array of Arrays'),
        (
            '{"inline_keyboard": ["x"]}',
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        ('{"keyboard": [[1]]}', "can't parse keyboard button: KeyboardButton must be a String or an Object"),
        ('{"keyboard": [[{}]]}', "can't parse keyboard button: Can't find field \"text\""),
        ('{"keyboard": [[" "]]}', "keyboard button text must be non-empty"),
        ('{"inline_keyboard": [["x"]]}', "can't parse inline keyboard button: InlineKeyboardButton must be an Object"),
        (
            '{"inline_keyboard": [[{"text": 1}]]}',
            'can\'t parse inline keyboard button: Field "text" must be of type String',
        ),
        (
            '{"inline_keyboard": [[{"text": "x"}]]}',
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            '{"inline_keyboard": [[{"text": "x", "url": "localhost"}]]}',
            "inline keyboard button URL 'localhost' is invalid: Wrong HTTP URL",
        ),
        (json.dumps({"inline_keyboard": [[{"text": "x", "callback_data": "x"}]] * 101}), "reply markup is too long"),
    ],
)
async def test_a_keyboard_of_the_wrong_shape(telegram: LocalTelegram, anna: Person, markup: str, reason: str) -> None:
    form = {"chat_id": str(anna.id), "text": "x", "reply_markup": markup}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{telegram.base_url}1:local/sendMessage", data=form) as r,
    ):
        assert (r.status, (await r.json())["description"]) == (400, f"Bad Request: {reason}")


async def test_a_keyboard_without_buttons_is_none(bot: Bot, anna: Person) -> None:
    assert (await bot.send_message(anna.id, "x", reply_markup=InlineKeyboardMarkup([[]]))).reply_markup is None


# --- chats, replies and threads --------------------------------------------------------------------------------------


async def test_a_chat_that_is_not_there(bot: Bot) -> None:
    assert await refused(bot.send_message(7, "x")) == "Chat not found"
    assert await refused(bot.send_message("@nobody", "x")) == "Chat not found"
    assert await refused(bot.send_chat_action(7, "typing")) == "Chat not found"
    assert await refused(bot.get_chat(7)) == "Chat not found"


async def test_a_person_who_never_wrote(telegram: LocalTelegram, bot: Bot) -> None:
    bert = telegram.person("Bert")
    assert await refused(bot.send_message(bert.id, "x")) == "Chat not found"
    telegram.group("Back pals", members=[bert])
    assert await refused(bot.send_message(bert.id, "x")) == "Forbidden: bot can't initiate conversation with a user"


async def test_a_person_who_blocked_the_bot(bot: Bot, anna: Person) -> None:
    await anna.blocks()
    assert await refused(bot.send_message(anna.id, "x")) == "Forbidden: bot was blocked by the user"


async def test_a_group_that_became_a_supergroup(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    group = telegram.group("Back pals", members=[anna], kind="group")
    old = group.id
    await group.becomes_supergroup()
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(old, "x")
    assert moved.value.new_chat_id == group.id
    assert telegram.calls("sendMessage")[-1].answer == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": group.id},
    }
    await bot.send_message(group.id, "x")


async def test_a_group_that_threw_the_bot_out(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    group = telegram.group("Back pals", members=[anna])
    await group.removes_bot()
    assert await refused(bot.send_message(group.id, "x")) == "Forbidden: bot was kicked from the supergroup chat"


async def test_a_group_that_the_bot_left(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    group = telegram.group("Back pals", members=[anna], kind="group")
    await bot.leave_chat(group.id)
    assert await refused(bot.send_message(group.id, "x")) == "Forbidden: bot is not a member of the group chat"


async def test_a_reply_to_a_missing_message(bot: Bot, anna: Person) -> None:
    missing = ReplyParameters(999)
    assert await refused(bot.send_message(anna.id, "x", reply_parameters=missing)) == "Message to be replied not found"
    anyway = ReplyParameters(999, allow_sending_without_reply=True)
    assert (await bot.send_message(anna.id, "x", reply_parameters=anyway)).reply_to_message is None


async def test_a_thread_that_is_not_there(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    forum = telegram.group("Back pals", members=[anna], forum=True)
    for chat_id in (anna.id, forum.id):
        assert await refused(bot.send_message(chat_id, "x", message_thread_id=1)) == "Message thread not found"


async def test_a_chat_action_that_is_none(bot: Bot, anna: Person) -> None:
    assert await refused(bot.send_chat_action(anna.id, "dancing")) == "Wrong parameter action in request"
    assert await bot.send_chat_action(anna.id, "typing")


# --- edits and deletions ---------------------------------------------------------------------------------------------


async def test_an_edit_that_changes_nothing(bot: Bot, anna: Person) -> None:
    message = await bot.send_message(anna.id, "<b>x</b>", parse_mode="HTML")
    assert await refused(bot.edit_message_text("<strong>x</strong>", anna.id, message.id, parse_mode="HTML")) == (
        "Message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )


async def test_an_edit_without_buttons_takes_them_away(bot: Bot, anna: Person) -> None:
    markup = InlineKeyboardMarkup.from_button(InlineKeyboardButton("x", callback_data="x"))
    message = await bot.send_message(anna.id, "x", reply_markup=markup)
    edited = await bot.edit_message_text("x", anna.id, message.id)
    assert isinstance(edited, Message)
    assert edited.reply_markup is None


async def test_an_edit_of_what_is_not_there(bot: Bot, anna: Person) -> None:
    assert await refused(bot.edit_message_text("x", anna.id, 999)) == "Message to edit not found"
    assert await refused(bot.edit_message_text("x", anna.id)) == "Message identifier is not specified"


async def test_an_edit_of_what_is_not_the_bots_own(bot: Bot, anna: Person) -> None:
    message = await anna.says("mine")
    assert await refused(bot.edit_message_text("x", anna.id, message.id)) == "Message can't be edited"


async def test_a_message_with_a_reply_keyboard_can_not_be_edited(bot: Bot, anna: Person) -> None:
    message = await bot.send_message(anna.id, "x", reply_markup=ReplyKeyboardMarkup([["x"]]))
    assert await refused(bot.edit_message_text("y", anna.id, message.id)) == "Message can't be edited"


async def test_an_edit_takes_inline_keyboards_only(bot: Bot, anna: Person) -> None:
    message = await bot.send_message(anna.id, "x")
    markup: Any = ReplyKeyboardMarkup([["x"]])
    assert await refused(bot.edit_message_text("y", anna.id, message.id, reply_markup=markup)) == (
        "Inline keyboard expected"
    )


async def test_a_picture_has_no_text_to_edit(bot: Bot, anna: Person) -> None:
    photo = await bot.send_photo(anna.id, "some-file-id", caption="back")
    assert (photo.caption, photo.photo[0].file_id) == ("back", "some-file-id")
    assert await refused(bot.edit_message_text("x", anna.id, photo.id)) == "There is no text in the message to edit"
    assert await refused(bot.send_photo(anna.id, "id", caption="x" * 1025)) == "Message caption is too long"


async def test_a_picture_is_uploaded(bot: Bot, anna: Person) -> None:
    photo = await bot.send_photo(anna.id, InputFile(b"a picture", filename="back.jpg"))
    assert photo.photo[0].file_id == "back.jpg"


async def test_deleting(bot: Bot, anna: Person, clock: Clock) -> None:
    old = await bot.send_message(anna.id, "old")
    clock.now += 48 * 3600 + 1
    new = await anna.says("new")
    assert await refused(bot.delete_message(anna.id, old.id)) == "Message can't be deleted for everyone"
    assert await bot.delete_message(anna.id, new.id)
    assert await refused(bot.delete_message(anna.id, new.id)) == "Message to delete not found"


# --- taps ------------------------------------------------------------------------------------------------------------

TOO_OLD = "Query is too old and response timeout expired or query id is invalid"


async def tap(telegram: LocalTelegram, bot: Bot, anna: Person) -> str:
    markup = InlineKeyboardMarkup.from_button(InlineKeyboardButton("x", callback_data="x"))
    message = await bot.send_message(anna.id, "x", reply_markup=markup)
    return telegram.world.tap(anna.chat.messages[message.id], anna.user, "x").id


async def test_a_tap_that_is_answered_twice(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    query = await tap(telegram, bot, anna)
    await bot.answer_callback_query(query)
    assert await refused(bot.answer_callback_query(query)) == TOO_OLD


async def test_a_tap_that_is_answered_late(telegram: LocalTelegram, bot: Bot, anna: Person, clock: Clock) -> None:
    query = await tap(telegram, bot, anna)
    clock.now += 16
    assert await refused(bot.answer_callback_query(query)) == TOO_OLD


async def test_a_tap_that_never_was(bot: Bot) -> None:
    assert await refused(bot.answer_callback_query("7")) == TOO_OLD


async def test_a_notice_holds_200_characters(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    query = await tap(telegram, bot, anna)
    assert await refused(bot.answer_callback_query(query, "x" * 201)) == "Message_too_long"
    assert await bot.answer_callback_query(query, "x" * 200)


# --- the profile -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Ask", "a-b", "", "a" * 33, "ü"])
async def test_a_command_with_a_wrong_name(bot: Bot, name: str) -> None:
    assert await refused(bot.set_my_commands([BotCommand(name, "x")])) == "Bot_command_invalid"


async def test_the_other_limits_of_commands(bot: Bot) -> None:
    assert await refused(bot.set_my_commands([("a", " ")])) == "Command description must be non-empty"
    assert await refused(bot.set_my_commands([("a", "x" * 257)])) == "Command description length must not exceed 256"
    assert await refused(bot.set_my_commands([("a", "x")] * 101)) == "Bot_commands_too_much"
    assert await bot.set_my_commands([("a" * 32, "x" * 256)])
    assert await bot.get_my_commands() == (BotCommand("a" * 32, "x" * 256),)


async def test_the_limits_of_descriptions(bot: Bot) -> None:
    assert await refused(bot.set_my_description("x" * 513)) == "Description length must not exceed 512"
    assert await refused(bot.set_my_short_description("x" * 121)) == "Short description length must not exceed 120"
    assert await refused(bot.set_my_name("x" * 65)) == "Name length must not exceed 64"
    assert await bot.set_my_description("x" * 512)
    assert await bot.set_my_short_description("x" * 120)
    assert await bot.set_my_name("Back")
    assert (await bot.get_my_description()).description == "x" * 512
    assert (await bot.get_me()).first_name == "Back"


# --- the call itself -------------------------------------------------------------------------------------------------


async def test_a_wrong_token(telegram: LocalTelegram) -> None:
    stranger = Bot("2:other", base_url=telegram.base_url)
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()
    assert telegram.calls("getMe")[-1].status == 401


async def test_a_method_that_is_none(telegram: LocalTelegram) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{telegram.base_url}1:local/sendLove") as response:
        assert (response.status, (await response.json())["description"]) == (404, "Not Found")


async def test_get_form_and_json_mean_the_same(telegram: LocalTelegram, anna: Person) -> None:
    url = f"{telegram.base_url}1:local/sendmessage"
    words = {"chat_id": str(anna.id), "text": "5", "disable_notification": "true"}
    values = {"chat_id": anna.id, "text": "5", "disable_notification": True}
    async with aiohttp.ClientSession() as session:
        for call in (session.get(url, params=words), session.post(url, data=words), session.post(url, json=values)):
            async with call as response:
                assert response.status == 200
    assert [call.parameters for call in telegram.calls("sendMessage")] == [values] * 3


async def test_json_that_is_none(telegram: LocalTelegram) -> None:
    headers = {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{telegram.base_url}1:local/getMe", data=b"{", headers=headers) as response,
    ):
        assert (await response.json())["description"] == "Bad Request: can't parse JSON object"


async def test_all_of_this_is_the_bot_apis(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    await bot.delete_webhook(drop_pending_updates=True)
    await bot.set_my_commands([("ask", "Ask")], language_code="en")
    await bot.set_chat_menu_button()
    await bot.get_chat_menu_button()
    await bot.get_chat(anna.id)
    preview = LinkPreviewOptions(is_disabled=True)
    await bot.send_message(anna.id, "<a href='https://nhs.uk'>x</a>", parse_mode="HTML", link_preview_options=preview)
    photo = await bot.send_photo(anna.id, "id", caption="<pre>x</pre>", parse_mode="HTML", protect_content=True)
    await bot.edit_message_reply_markup(
        anna.id, photo.id, reply_markup=InlineKeyboardMarkup.from_button(InlineKeyboardButton("x", url="nhs.uk"))
    )
    await bot.delete_my_commands()
    await bot.close()
    await bot.log_out()
    assert all(call.status == 200 for call in telegram.calls())
    assert_valid_wire(telegram.calls())


# --- whatever comes --------------------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=9), values, max_size=3),
    max_leaves=4,
)


def shaped(likely: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects that have the right fields, some of them with the wrong content."""
    return st.fixed_dictionaries({}, optional={name: strategy | json_values for name, strategy in likely.items()})


buttons = shaped({"text": st.text(), "url": st.text() | st.just("https://nhs.uk"), "callback_data": st.text()})
rows = st.lists(st.lists(buttons | st.text() | json_values))
entity_types = st.sampled_from(["bold", "text_link", "text_mention", "pre", "url", "custom_emoji"])
entities = shaped(
    {
        "type": entity_types,
        "offset": st.integers(0, 9),
        "length": st.integers(0, 9),
        "url": st.text(),
        "user": shaped({"id": st.integers()}),
        "language": st.text(),
    }
)


@pytest.fixture(scope="module")
def world() -> World:
    quiet = World(User(1, "Bot", is_bot=True), lambda _topic: None)
    quiet.private_chat("Anna").started = True
    return quiet


def call(world: World, method: str, **values: Any) -> None:
    with suppress(Refusal):
        METHODS[method](world, Parameters(decoded({"chat_id": next(iter(world.chats)), "text": "x", **values})))


@given(keyboard=rows | json_values, inline=rows | json_values)
def test_no_keyboard_brings_the_server_down(world: World, keyboard: Any, inline: Any) -> None:
    call(world, "sendmessage", reply_markup={"keyboard": keyboard})
    call(world, "sendmessage", reply_markup={"inline_keyboard": inline})


@given(text=st.text(), entities=st.lists(entities | json_values))
def test_no_entity_brings_the_server_down(world: World, text: str, entities: Any) -> None:
    call(world, "sendmessage", text=text, entities=entities)


@given(text=st.text(), parse_mode=st.sampled_from(["HTML", "html", "MarkdownV2", ""]) | st.text())
def test_no_text_brings_the_server_down(world: World, text: str, parse_mode: str) -> None:
    call(world, "sendmessage", text=text, parse_mode=parse_mode)


NAMES = st.sampled_from(["chat_id", "text", "message_id", "message_thread_id", "reply_markup", "reply_parameters"])
MORE_NAMES = st.sampled_from(
    ["commands", "scope", "menu_button", "description", "language_code", "link_preview_options", "message_ids"]
)
NEWER_NAMES = st.sampled_from(
    ["url", "secret_token", "max_connections", "inline_message_id", "inline_query_id", "button", "photo", "caption"]
)
RESULTS = st.lists(
    shaped(
        {
            "type": st.sampled_from(["article", "photo", "gif"]),
            "id": st.text(),
            "title": st.text(),
            "photo_url": st.text(),
            "input_message_content": shaped({"message_text": st.text(), "parse_mode": st.just("HTML")}),
            "reply_markup": shaped({"inline_keyboard": rows}),
        }
    )
    | json_values
)


@given(results=RESULTS | json_values)
def test_no_inline_result_brings_the_server_down(world: World, results: Any) -> None:
    call(world, "answerinlinequery", results=results)


@given(method=st.sampled_from(sorted(METHODS)), values=st.dictionaries(NAMES | MORE_NAMES | NEWER_NAMES, json_values))
def test_no_call_brings_the_server_down(world: World, method: str, values: dict[str, Any]) -> None:
    call(world, method, **values)
