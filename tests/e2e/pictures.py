"""Takes the README's pictures: `python -m tests.e2e.pictures`. Each is made in light and in dark."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.alerts.fitted import fitted_reader
from bot.assistant import Assistant
from bot.matching.fitted import fitted_matcher
from knowledge.load import load
from tests.e2e.browser import ChatPage, browser_path, chat_page, chromium
from tests.e2e.conftest import running_bot

FOLDER = Path(__file__).parents[2] / ".github"
NOON = 1_800_014_400.0
"""The time that the pictures show, so that two runs differ in what has changed, and in the milliseconds measured."""

Scene = Callable[[ChatPage], Awaitable[object]]


async def conversation(page: ChatPage) -> None:
    """A question and its answer."""
    await page.says("My back just locked up. Ice or heat?")
    await page.hears("Choose the one that feels better")


async def emergency(page: ChatPage) -> None:
    """A warning sign between other words."""
    await page.says("pulled my back lifting a box, and since last night i cant feel when i need to pee")
    await page.hears("Call your emergency number now")


async def inside(page: ChatPage) -> None:
    """An answer, with the look inside beside it."""
    await page.says("is it ok to keep walking with a back spasm")
    await page.hears("General information")


SCENES: dict[str, tuple[Scene, dict[str, int]]] = {
    "conversation": (conversation, {"width": 390, "height": 1060}),
    "emergency": (emergency, {"width": 390, "height": 710}),
    "inside": (inside, {"width": 1280, "height": 760}),
}


async def take(folder: Path) -> None:
    """Take all pictures into a folder.

    Raises:
        SystemExit: There is no browser.
    """
    path = browser_path()
    if path is None:
        sys.exit("no Chromium on the path: install one (apt-get install chromium), or name it in CHROMIUM")
    known = load()
    assistant = Assistant(known, fitted_matcher(known), fitted_reader(known))
    async with chromium(path) as browser:
        for name, (scene, viewport) in SCENES.items():
            for scheme in ("light", "dark"):
                look: dict[str, Any] = {"viewport": viewport, "color_scheme": scheme, "device_scale_factor": 1.5}
                async with (
                    running_bot(assistant, clock=lambda: NOON) as telegram,
                    chat_page(browser, telegram.url, timezone_id="UTC", reduced_motion="reduce", **look) as page,
                ):
                    await scene(page)
                    await page.text.blur()
                    file = folder / f"{name}-{scheme}.png"
                    await page.tab.screenshot(path=file, animations="disabled", caret="hide")
                    sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    asyncio.run(take(FOLDER))
