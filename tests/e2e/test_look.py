"""How the page looks and is used: on a phone, in the dark, by keyboard, with a screen reader."""

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from bot.local_telegram import LocalTelegram
from tests.e2e.browser import ChatPage, chat_page, gone, seen
from tests.e2e.conftest import DESKTOP, PHONE, Opens

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")

BACKGROUND = "() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"


async def brightness(page: ChatPage) -> float:
    """Return how bright the page's background is, from 0 to 1."""
    red, green, blue = await page.tab.evaluate(BACKGROUND)
    return float(red + green + blue) / (3 * 255)


async def overflow(page: ChatPage) -> int:
    """Return by how many pixels the page is wider than the screen."""
    return int(await page.tab.evaluate("() => document.documentElement.scrollWidth - innerWidth"))


async def test_light_and_dark(opens: Opens) -> None:
    async with opens(color_scheme="light") as light, opens(color_scheme="dark") as dark:
        assert await brightness(light) > 0.7
        assert await brightness(dark) < 0.3
        await light.tab.get_by_role("button", name="Dark colours").click()
        assert await brightness(light) < 0.3
        await light.tab.reload()
        await light.tab.locator("#chat-list button").first.wait_for(state="attached")
        assert await brightness(light) < 0.3


async def test_on_a_phone_of_360_pixels(opens: Opens) -> None:
    async with opens(viewport=PHONE, has_touch=True, is_mobile=True) as page:
        await page.taps("Start")
        await page.says("ice or heat, and a-very-long-word-" + "x" * 80)
        await page.hears("Choose the one that feels better")
        assert await overflow(page) == 0
        small = []
        for button in await page.tab.locator("button:visible:not(.more, .link)").all():
            box = await button.bounding_box()
            if box and min(box["width"], box["height"]) < 24:
                small.append(await button.inner_text())
        assert not small, "too small for a thumb"

        # The chats and the look inside are sheets over the chat.
        await page.tab.get_by_role("button", name="Look inside", exact=True).click()
        await seen(page.inside.get_by_role("heading", name="Nearest phrasings"))
        assert await overflow(page) == 0
        await page.tab.get_by_role("button", name="Close the look inside").click()
        await gone(page.inside)
        await page.tab.get_by_role("button", name="Chats", exact=True).click()
        await page.tab.get_by_role("button", name="New group with a friend").click()
        await gone(page.tab.get_by_role("navigation", name="Chats"))
        await seen(page.tab.get_by_role("heading", name="A group", exact=True))


async def test_by_keyboard_alone(page: ChatPage) -> None:
    keyboard = page.tab.keyboard
    await page.text.focus()
    await keyboard.type("ice or heat")
    await keyboard.press("Enter")
    await page.hears("Choose the one that feels better")

    # The way back from the field leads to the answer's buttons.
    for _ in range(20):
        await keyboard.press("Shift+Tab")
        if await page.tab.evaluate("() => document.activeElement.textContent") == "Sources":
            break
    await keyboard.press("Enter")
    await page.hears("Where this answer comes from")

    # A slash lists the commands; arrows choose, Enter sends.
    await page.text.focus()
    await keyboard.type("/")
    await seen(page.tab.get_by_role("listbox", name="Commands"))
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await page.hears("All I know, by topic")

    # Arrow up edits the last question, and Escape lets it be.
    await page.says("does massage help")
    await page.hears("Massage")
    await keyboard.press("ArrowUp")
    await seen(page.tab.get_by_text("Edit message"))
    assert await page.text.input_value() == "does massage help"
    await keyboard.press("Escape")
    await gone(page.tab.get_by_text("Edit message"))

    # A menu takes the focus, and gives it back.
    attach = page.tab.get_by_role("button", name="Attach", exact=True)
    await attach.focus()
    await keyboard.press("Enter")
    await seen(page.tab.get_by_role("menuitem", name="Picture …"))
    await keyboard.press("Escape")
    assert await attach.evaluate("(button) => button === document.activeElement")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_no_serious_accessibility_finding(opens: Opens, size: dict[str, int], scheme: str) -> None:
    from axe_playwright_python.async_playwright import Axe  # noqa: PLC0415 - an extra

    findings: list[str] = []

    async def audit(where: str) -> None:
        violations = (await Axe().run(page.tab)).response["violations"]
        findings.extend(
            f"{where}: {finding['help']}: {[node['html'] for node in finding['nodes']]}"
            for finding in violations
            if finding["impact"] in ("serious", "critical")
        )

    async with opens(viewport=size, color_scheme=scheme, reduced_motion="reduce") as page:
        await audit("an empty chat")
        await page.taps("Start")
        await page.says("I can't pee, what now?")
        await page.hears("Call your emergency number now")
        await page.says("ice or heat")
        await page.hears("Choose the one that feels better")
        await audit("a chat")
        await page.text.fill("/")
        await audit("commands")
        await page.text.fill("")
        await page.tab.get_by_role("button", name="Attach", exact=True).click()
        await audit("a menu")
        await page.tab.get_by_role("menuitem", name="Picture …").click()
        await audit("a dialog")
        await page.tab.get_by_role("button", name="Cancel").last.click()
        if size == PHONE:
            await page.tab.get_by_role("button", name="Chats", exact=True).click()
            await audit("the chats")
            await page.tab.keyboard.press("Escape")
            await page.tab.get_by_role("button", name="Look inside", exact=True).click()
        await page.inside.locator("summary").first.click()
        await audit("the look inside")
    assert not findings


async def test_what_comes_is_read_out(page: ChatPage) -> None:
    """A screen reader is told of messages as they come, each with its sender's name."""
    log = page.tab.get_by_role("log", name="Messages")
    await page.says("ice or heat")
    answer = await page.hears("Choose the one that feels better")
    assert await log.get_attribute("aria-live") == "polite"
    name = await page.tab.get_by_role("heading", level=1).inner_text()
    assert name == "Back Spasm Answers"
    assert (await answer.inner_text()).startswith(f"{name}:")


async def test_a_preview_that_was_started_anew_says_so_and_keeps_what_was_being_written(browser: "Browser") -> None:
    async with AsyncExitStack() as stack:
        async with LocalTelegram(page=True) as first:
            page = await stack.enter_async_context(chat_page(browser, first.url))
            await page.says("hello")
            await seen(page.mine)
            await page.text.fill("half a quest")
        await seen(page.tab.get_by_text("connecting …"))
        async with LocalTelegram(page=True, port=int(first.url.rpartition(":")[2])):
            await seen(page.tab.get_by_text("The preview was started anew"))
            assert await page.text.input_value() == "half a quest"
