"""A person talks to the bot on the page."""

import re

import pytest

from tests.e2e.browser import ChatPage, gone, seen
from tests.e2e.conftest import Opens

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_whole_conversation(page: ChatPage) -> None:
    await seen(page.tab.get_by_text("What can this bot do?"))
    await page.taps("Start")
    await page.hears("Hello. I answer questions about back spasms.")
    await gone(page.tab.get_by_text("What can this bot do?"))

    await page.says("my back locked up, ice or heat?")
    answer = await page.hears("Choose the one that feels better")
    assert await answer.locator("strong").first.inner_text() == "Ice or heat"
    assert "Newer guidance" in await answer.locator("blockquote").inner_text()
    assert "I'm an automated bot, not a doctor" in await answer.locator("em").last.inner_text()

    await page.taps("Sources")
    sources = await page.hears("Where this answer comes from")
    assert (await sources.locator("a").first.get_attribute("href") or "").startswith("https://")

    await page.says("and for how long?")
    assert await page.hears("about 10 to 20 minutes")


async def test_a_quick_reply_and_a_choice(page: ChatPage) -> None:
    await page.taps("Start")
    await page.tab.get_by_role("group", name="Quick replies").get_by_role("button", name="Causes").click()
    await seen(page.mine.filter(has_text="Causes"))
    await page.hears("From the article of 4 March 2011")
    await page.says("spine")
    choices = await page.hears("Did you mean one of these?")
    label = await choices.get_by_role("button").nth(1).inner_text()
    await page.taps(label)
    await page.hears(label)


async def test_a_vote(page: ChatPage) -> None:
    await page.says("ice or heat for my back?")
    await page.hears("Choose the one that feels better")
    await page.taps("👍")
    await seen(page.tab.get_by_role("status").filter(has_text="Thank you. You can change it any time."))
    await page.taps("👎")
    await page.hears("Try a different result?")


async def test_an_emergency(page: ChatPage) -> None:
    await page.says("I can't pee since this morning and my legs are weak")
    alert = await page.hears("Call your emergency number now")
    # The numbers are the first thing that is read, in bold.
    assert (await alert.locator(".body").inner_text()).startswith("Call your emergency number now: 112")
    assert "112" in await alert.locator("strong").first.inner_text()
    sign = page.inside.get_by_role("listitem").filter(has_text="bladder_bowel, emergency")
    assert "by the rule" in await (await seen(sign)).inner_text()


async def test_a_check_and_yes(page: ChatPage) -> None:
    await page.says("slipped on ice and landed on my bum")
    await page.taps("Yes")
    await page.hears("Call your emergency number now")


async def test_a_question_is_edited_and_its_answer_is_mended(page: ChatPage) -> None:
    await page.says("does massage help")
    answer = await page.hears("Massage")
    await page.chooses("Edit", of=page.mine.last)
    assert await page.text.input_value() == "does massage help"
    await page.says("ice or heat")
    await page.hears("Choose the one that feels better")
    assert "edited" in await answer.locator(".foot").inner_text()
    assert "edited" in await page.mine.locator(".foot").inner_text()
    assert await page.theirs.count() == 1


async def test_an_answer_is_replied_to(page: ChatPage) -> None:
    await page.says("ice or heat")
    answer = await page.hears("Choose the one that feels better")
    await page.chooses("Reply", of=answer)
    await page.says("and for how long?")
    quote = await seen(page.mine.last.locator(".quoted"))
    assert "Ice or heat" in await quote.inner_text()
    await seen(page.theirs.nth(1))
    assert "10 to 20 minutes" in await page.theirs.nth(1).inner_text()


async def test_a_picture_a_voice_message_and_a_sticker(page: ChatPage) -> None:
    await page.attaches("Picture …")
    await page.tab.get_by_label("Caption").fill("ice or heat?")
    await page.tab.get_by_role("dialog").get_by_role("button", name="Send").click()
    await seen(page.mine.get_by_role("img", name="Picture"))
    await page.hears("Choose the one that feels better")
    await page.attaches("Voice message")
    await page.hears("I can't listen to voice messages")
    await page.attaches("Sticker 🙏")
    await seen(page.mine.get_by_role("img", name="Sticker 🙏"))
    await page.hears("not stickers")


async def test_two_people_don_t_see_each_other_s_messages(opens: Opens) -> None:
    async with opens() as anna, opens() as bert:
        await anna.says("does massage help")
        await bert.says("ice or heat")
        await anna.hears("Massage")
        await bert.hears("Choose the one that feels better")
        assert await anna.tab.locator(".message").count() == await bert.tab.locator(".message").count() == 2
        assert not await anna.tab.get_by_text("Choose the one that feels better").count()
        assert not await bert.tab.get_by_text("does massage help").count()


async def test_two_people_in_a_group(page: ChatPage) -> None:
    await page.tab.get_by_role("button", name="New group with a friend").click()
    await page.says("good morning")
    await page.tab.get_by_label("Write as").select_option(label="A friend")
    await page.says("/ask ice or heat")
    answer = await page.hears("Choose the one that feels better")
    # In a group the bot shows whom it answers, and says nothing to what isn't meant for it.
    assert "A friend" in await answer.locator(".quoted").inner_text()
    assert await page.theirs.count() == 2
    await page.tab.get_by_role("navigation", name="Chats").get_by_role("button").first.click()
    await gone(answer)


async def test_a_chat_is_cleared(page: ChatPage) -> None:
    await page.says("ice or heat")
    await page.hears("Choose the one that feels better")
    await page.tab.get_by_role("button", name="Clear this chat").click()
    await page.tab.get_by_role("menuitem", name="Delete all messages").click()
    await seen(page.tab.get_by_role("button", name="Start", exact=True))
    assert await page.tab.locator(".message").count() == 0


async def test_the_look_inside_shows_how_the_answer_came_about(page: ChatPage) -> None:
    await page.says("ice or heat for my back?")
    await page.hears("Choose the one that feels better")
    inside = page.inside
    await seen(inside.get_by_text(re.compile(r"Thought for \d+\.\d ms, on the page \d+ ms after it was sent\.")))
    for title in ("Reply", "Warning signs", "Most probable", "Nearest phrasings"):
        await seen(inside.get_by_role("heading", name=title, exact=True))
    sent = inside.get_by_role("listitem").filter(has_text="sendMessage").first
    await sent.locator("summary").click()
    assert '"parse_mode": "HTML"' in await (await seen(sent.locator("pre").first)).inner_text()


async def test_a_reload_keeps_the_chat(page: ChatPage) -> None:
    await page.says("ice or heat")
    await page.hears("Choose the one that feels better")
    await page.tab.reload()
    await page.hears("Choose the one that feels better")
    await seen(page.mine.filter(has_text="ice or heat"))


async def test_a_reload_keeps_the_chat_that_was_open(page: ChatPage) -> None:
    await page.tab.get_by_role("button", name="New group with a friend").click()
    await seen(page.tab.get_by_role("heading", name="A group", exact=True))
    await page.tab.reload()
    await seen(page.tab.get_by_role("heading", name="A group", exact=True))


async def test_words_are_never_read_as_html(page: ChatPage) -> None:
    await page.says("<img src=x onerror=alert(1)> <b>ice</b> or heat")
    await seen(page.mine.get_by_text("<img src=x onerror=alert(1)> <b>ice</b> or heat"))
    await page.hears("Choose the one that feels better")
    assert not await page.mine.locator("img, b:not(.sender)").count()
