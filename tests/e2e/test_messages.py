"""What a bot can send and do, as the page shows it."""

import asyncio
from typing import TYPE_CHECKING

import pytest
from telegram import (
    Bot,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest

from bot.local_telegram import Bulletin, LocalTelegram
from tests.e2e.browser import ChatPage, gone, seen

if TYPE_CHECKING:
    from playwright.async_api import Route

pytestmark = pytest.mark.asyncio(loop_scope="session")

ONE = InlineKeyboardButton("one", callback_data="one")
LINES = "\n".join(f"Line {number} of a long quote" for number in range(12))


async def fetched(bot: Bot) -> Update:
    """Return the next update, and confirm it."""
    [update] = await bot.get_updates(timeout=5, limit=1)
    await bot.get_updates(offset=update.update_id + 1)
    return update


def command(update: Update) -> str | None:
    """Return the text of a message that came."""
    return update.message.text if update.message else None


async def greeted(page: ChatPage, bot: Bot) -> int:
    """Let the person write to the bot, and return the chat."""
    await page.says("hello")
    chat = (await fetched(bot)).effective_chat
    assert chat
    return chat.id


async def test_formatting(plain: ChatPage, hand: Bot) -> None:
    chat = await greeted(plain, hand)
    html = (
        "<b>bold</b> <i>italic</i> <u>under</u> <s>struck</s> <code>code</code> "
        '<a href="https://example.org/">link</a> <tg-spoiler>secret</tg-spoiler>\n'
        f"<blockquote expandable>{LINES}</blockquote>"
    )
    await hand.send_message(chat, html, parse_mode=ParseMode.HTML)
    message = await plain.hears("bold")
    for tag, text in (("strong", "bold"), ("em", "italic"), ("u", "under"), ("s", "struck"), ("code", "code")):
        assert await message.locator(tag).inner_text() == text
    link = message.get_by_role("link", name="link")
    assert await link.get_attribute("href") == "https://example.org/"
    assert await link.get_attribute("rel") == "noopener noreferrer"

    spoiler = message.get_by_role("button", name="Hidden text: press to read")
    await spoiler.click()
    await seen(message.get_by_role("button", name="secret"))

    quote = message.locator("blockquote div")
    folded = await quote.bounding_box()
    await message.get_by_role("button", name="Show more").click()
    await seen(message.get_by_role("button", name="Show less"))
    unfolded = await quote.bounding_box()
    assert folded
    assert unfolded
    assert unfolded["height"] > 2 * folded["height"]


async def test_what_telegram_refuses_is_refused(plain: ChatPage, hand: Bot) -> None:
    chat = await greeted(plain, hand)
    with pytest.raises(BadRequest, match="Can't parse entities"):
        await hand.send_message(chat, "<b>never closed", parse_mode=ParseMode.HTML)
    await hand.send_message(chat, "next")
    await plain.hears("next")
    assert await plain.theirs.count() == 1


async def test_an_edit_and_a_deletion(plain: ChatPage, hand: Bot) -> None:
    chat = await greeted(plain, hand)
    message = await hand.send_message(chat, "first words")
    shown = await plain.hears("first words")
    await message.edit_text("second words")
    shown = await plain.hears("second words")
    assert (await shown.locator(".foot").inner_text()).startswith("edited")

    # That its buttons alone have changed Telegram doesn't mark.
    buttons = await hand.send_message(chat, "tap", reply_markup=InlineKeyboardMarkup.from_button(ONE))
    await buttons.edit_reply_markup(InlineKeyboardMarkup.from_button(InlineKeyboardButton("two", callback_data="two")))
    tap = plain.theirs.filter(has=plain.tab.get_by_role("button", name="two"))
    assert "edited" not in await tap.locator(".foot").inner_text()
    await message.delete()
    await gone(shown)


async def test_a_notice_and_an_alert(plain: ChatPage, hand: Bot) -> None:
    chat = await greeted(plain, hand)
    buttons = InlineKeyboardMarkup([[InlineKeyboardButton(text, callback_data=text) for text in ("one", "two")]])
    await hand.send_message(chat, "tap", reply_markup=buttons)
    await plain.hears("tap")
    await plain.taps("one")
    one = (await fetched(hand)).callback_query
    assert one
    await seen(plain.tab.locator("[aria-busy=true]", has_text="one"))
    await one.answer("Thank you")
    await seen(plain.tab.get_by_role("status").filter(has_text="Thank you"))
    await gone(plain.tab.locator("[aria-busy=true]"))
    await plain.taps("two")
    two = (await fetched(hand)).callback_query
    assert two
    await two.answer("Read this", show_alert=True)
    dialog = plain.tab.get_by_role("dialog").filter(has_text="Read this")
    await seen(dialog)
    await dialog.get_by_role("button", name="OK").click()
    await gone(dialog)


async def test_a_keyboard_comes_and_goes(plain: ChatPage, hand: Bot) -> None:
    chat = await greeted(plain, hand)
    keys = plain.tab.get_by_role("group", name="Quick replies")
    await hand.send_message(chat, "keys", reply_markup=ReplyKeyboardMarkup([["Ice", "Heat"]]))
    await (await seen(keys.get_by_role("button", name="Ice"))).click()
    update = await fetched(hand)
    assert update.message
    assert update.message.text == "Ice"
    await plain.tab.get_by_role("button", name="Quick replies").click()
    await gone(keys)
    await plain.tab.get_by_role("button", name="Quick replies").click()
    await seen(keys)
    await hand.send_message(chat, "none", reply_markup=ReplyKeyboardRemove())
    await gone(keys)


async def test_the_bot_is_typing(plain: ChatPage, hand: Bot) -> None:
    chat = await greeted(plain, hand)
    await hand.send_chat_action(chat, ChatAction.TYPING)
    typing = plain.tab.get_by_role("status").filter(has_text="typing")
    await seen(typing)
    await hand.send_message(chat, "here it is")
    await gone(typing)


async def test_news_of_the_knowledge(plain: ChatPage, bare: LocalTelegram) -> None:
    bare.announces(Bulletin("entries/ice.yaml:7: no title", "bad"))
    await seen(plain.inside.get_by_text("entries/ice.yaml:7: no title"))


async def test_a_message_that_is_too_long_is_not_sent_and_not_lost(plain: ChatPage, hand: Bot) -> None:
    await plain.says("x" * 4097)
    await seen(
        plain.tab.get_by_role("status").filter(has_text="A message holds at most 4096 characters; this has 4097.")
    )
    assert await plain.text.input_value() == "x" * 4097
    assert await plain.mine.count() == 0
    await plain.says("x" * 4096)
    update = await fetched(hand)
    assert update.message
    assert update.message.text == "x" * 4096


async def test_what_is_typed_while_a_message_is_sent_is_the_next_one(plain: ChatPage, hand: Bot) -> None:
    answered = asyncio.Event()

    async def slowly(route: "Route") -> None:
        await answered.wait()
        await route.continue_()

    await plain.tab.route("**/say", slowly)
    await plain.says("one")
    assert not await plain.text.input_value()
    await plain.text.fill("two")
    async with plain.tab.expect_response("**/say"):
        answered.set()
    await seen(plain.mine.filter(has_text="one"))
    assert await plain.text.input_value() == "two"


async def test_a_tap_that_is_never_answered_can_be_made_again(plain: ChatPage, hand: Bot) -> None:
    chat = await greeted(plain, hand)
    await hand.send_message(chat, "tap", reply_markup=InlineKeyboardMarkup.from_button(ONE))
    await plain.hears("tap")
    await plain.tab.clock.install()
    busy = plain.tab.locator("[aria-busy=true]")
    async with plain.tab.expect_response("**/tap"):
        await plain.taps("one")
    await seen(busy)
    await plain.tab.clock.run_for(16_000)
    await gone(busy)
    await fetched(hand)
    await plain.taps("one")
    assert (await fetched(hand)).callback_query


async def test_links_to_the_bot_are_followed_on_the_page(plain: ChatPage, hand: Bot) -> None:
    chat = await greeted(plain, hand)
    address = "https://t.me/local_bot?start="
    buttons = [InlineKeyboardButton("button", url=f"{address}two"), ONE]
    text = f'<a href="{address}one">text</a>'
    await hand.send_message(chat, text, parse_mode=ParseMode.HTML, reply_markup=InlineKeyboardMarkup.from_row(buttons))
    await plain.taps("text")
    assert command(await fetched(hand)) == "/start one"
    await plain.taps("button")
    assert command(await fetched(hand)) == "/start two"
    await plain.taps("one")
    tap = (await fetched(hand)).callback_query
    assert tap
    await tap.answer(url=f"{address}three")
    assert command(await fetched(hand)) == "/start three"


async def test_a_button_that_the_page_does_not_know_says_so(plain: ChatPage, hand: Bot) -> None:
    chat = await greeted(plain, hand)
    button = InlineKeyboardButton("Copy", copy_text=CopyTextButton("x"))
    await hand.send_message(chat, "tap", reply_markup=InlineKeyboardMarkup.from_button(button))
    await plain.taps("Copy")
    await seen(plain.tab.get_by_role("status").filter(has_text="buttons with a callback or an address only"))


async def test_a_double_click_replies_but_on_words_it_marks_them(plain: ChatPage, hand: Bot) -> None:
    await greeted(plain, hand)
    await plain.mine.locator(".body").dblclick()
    assert await plain.tab.evaluate("() => String(getSelection()).trim()") == "hello"
    await gone(plain.tab.get_by_text("Reply to You"))
    await plain.attaches("Voice message")
    await plain.mine.locator(".voice").dblclick(position={"x": 15, "y": 15})
    await seen(plain.tab.get_by_text("Reply to You"))


async def test_a_name_and_commands_that_come_late_are_shown(plain: ChatPage, hand: Bot) -> None:
    await hand.set_my_name("Late")
    await seen(plain.tab.get_by_role("heading", name="Late", exact=True))
    await hand.set_my_commands([("now", "At last")])
    await plain.text.fill("/")
    await seen(plain.tab.get_by_role("option", name="/now At last"))
