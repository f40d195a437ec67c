"""The chat page: its weight, and how long a message takes until its answer is on the screen.

Run: `python -m tests.bench.page`. Needs Chromium and the extra `browser`.
"""

import asyncio
import re
import statistics
import sys
from importlib import resources

from bot.alerts.fitted import fitted_reader
from bot.assistant import Assistant
from bot.matching.fitted import fitted_matcher
from knowledge.load import load
from tests.e2e.browser import browser_path, chat_page, chromium
from tests.e2e.conftest import running_bot

QUESTIONS = 40
MILLISECONDS = re.compile(r"on the page (\d+) ms")


async def measure() -> None:
    """Ask questions on the page, and print the times."""
    weight = sum(len(file.read_bytes()) for file in resources.files("bot.local_telegram").joinpath("page").iterdir())
    path = browser_path()
    if path is None:
        sys.exit("no Chromium on the path")
    known = load()
    assistant = Assistant(known, fitted_matcher(known), fitted_reader(known))
    phrasings = [entry.phrasings[0] for entry in known.entries.values()][:QUESTIONS]
    times = []
    async with chromium(path) as browser, running_bot(assistant) as telegram, chat_page(browser, telegram.url) as page:
        for phrasing in phrasings:
            await page.says(phrasing)
            thought = page.inside.locator("p", has_text=phrasing).locator("+ p", has_text="on the page")
            times.append(int(MILLISECONDS.findall(await thought.inner_text())[0]))
    median, longest = statistics.median(times), max(times)
    sys.stdout.write(
        f"The page weighs {weight / 1000:.0f} kB.\n"
        f"{len(times)} answers were on the page after {median:.0f} ms (median), {longest} ms at the longest.\n"
    )


if __name__ == "__main__":
    asyncio.run(measure())
