"""What a bot can send and do, as the page shows it."""

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup, ReplyKeyboardRemove, Update
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest

from bot.local_telegram import Bulletin, LocalTelegram
from tests.e2e.browser import ChatPage, gone, seen

pytestmark = pytest.mark.asyncio(loop_scope="session")

LINES = "\n".join(f"Line {number} of a long quote" for number in range(12))


async def fetched(bot: Bot) -> Update:
    """Return the next update, and confirm it."""
    [update] = await bot.get_updates(timeout=5, limit=1)
    await bot.get_updates(offset=update.update_id + 1)
    return update


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


async def test_a_message_that_is_too_long_is_not_sent(plain: ChatPage, hand: Bot) -> None:
    await plain.text.fill("x" * 5000)
    await plain.text.press("Enter")
    update = await fetched(hand)
    assert update.message
    assert update.message.text == "x" * 4096
