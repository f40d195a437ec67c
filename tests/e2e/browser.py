"""Chromium, and the chat page in it as a person uses it."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page, Request

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# Without these the browser asks its maker's servers for updates and the like; a root's browser has no sandbox.
_ARGUMENTS = ["--disable-background-networking", "--disable-gpu", "--no-sandbox"]


def browser_path() -> str | None:
    """Return where the system's Chromium is; the environment's CHROMIUM says it for certain."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


@asynccontextmanager
async def chromium(path: str) -> AsyncIterator["Browser"]:
    """Run the browser for the length of the block."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - an extra

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class ChatPage:
    """The chat page in a browser tab.

    Attributes:
        tab: The tab.
        url: Where the page is.
        errors: What the console called an error, and what the page let fall.
        outside: What was asked of anyone else than the page's own server.
    """

    tab: "Page"
    url: str
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    async def open(self) -> None:
        """Open the page, and wait until it shows a chat."""
        self.tab.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))
        self.tab.on("request", self._asked)
        await self.tab.goto(self.url)
        await self.tab.locator("#chat-list button").first.wait_for(state="attached")

    def _asked(self, request: "Request") -> None:
        if not request.url.startswith((f"{self.url}/", "data:")):
            self.outside.append(request.url)

    # --- what the person does ----------------------------------------------------------------------------------------

    @property
    def text(self) -> "Locator":
        """The field to write in."""
        return self.tab.get_by_role("textbox", name="Message")

    async def says(self, text: str) -> None:
        """Write and send a message."""
        await self.text.fill(text)
        await self.text.press("Enter")

    async def taps(self, label: str) -> None:
        """Tap the latest button with this label."""
        await self.tab.get_by_role("button", name=label, exact=True).last.click()

    async def chooses(self, item: str, of: "Locator") -> None:
        """Open the menu of a message, and choose an item of it."""
        await of.hover()
        await of.locator(".more").click()
        await self.tab.get_by_role("menuitem", name=item, exact=True).click()

    async def attaches(self, item: str) -> None:
        """Choose an item of the attachments' menu."""
        await self.tab.get_by_role("button", name="Attach", exact=True).click()
        await self.tab.get_by_role("menuitem", name=item, exact=True).click()

    # --- what the person sees ----------------------------------------------------------------------------------------

    @property
    def theirs(self) -> "Locator":
        """All that others have written."""
        return self.tab.locator(".message:not(.mine)")

    @property
    def mine(self) -> "Locator":
        """All that this person has written."""
        return self.tab.locator(".message.mine")

    async def hears(self, text: str) -> "Locator":
        """Wait for a message of others with this text, and return it."""
        return await seen(self.theirs.filter(has_text=text).last)

    @property
    def inside(self) -> "Locator":
        """The look inside."""
        return self.tab.get_by_role("complementary", name="Look inside")


async def seen(place: "Locator") -> "Locator":
    """Wait until a place of the page can be seen, and return it."""
    await place.wait_for(state="visible")
    return place


async def gone(place: "Locator") -> None:
    """Wait until a place of the page can't be seen any more."""
    await place.wait_for(state="hidden")


@asynccontextmanager
async def chat_page(browser: "Browser", url: str, **options: Any) -> AsyncIterator[ChatPage]:
    """Open the chat page as a new person, for the length of the block.

    Args:
        browser: The browser.
        url: Where the page is.
        options: Of the browser's context: `viewport`, `color_scheme` and the like.
    """
    context = await browser.new_context(locale="en-GB", **options)
    context.set_default_timeout(10_000)
    try:
        page = ChatPage(await context.new_page(), url)
        await page.open()
        yield page
    finally:
        await context.close()
