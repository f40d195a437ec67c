"""A bot in a process of its own: the whole service, with shorter waits between its attempts."""

import asyncio

from bot import logs
from bot.alerts.fitted import fitted_reader
from bot.assistant import Assistant
from bot.matching.fitted import fitted_matcher
from bot.settings import read_settings
from bot.telegram.service import run_service
from knowledge.load import load

LONGEST_WAIT = 0.05
"""Seconds: a call that fails again and again would else make the test last for minutes."""


async def hurried(seconds: float) -> None:
    """Wait, but not for long."""
    await asyncio.sleep(min(seconds, LONGEST_WAIT))


if __name__ == "__main__":
    logs.set_up(as_json=True)
    known = load()
    asyncio.run(run_service(Assistant(known, fitted_matcher(known), fitted_reader(known)), read_settings(), hurried))
