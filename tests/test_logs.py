"""The log."""

import json
import logging
from collections.abc import Iterator

import pytest

from bot import logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def fail() -> None:
    raise ZeroDivisionError("division by zero")


def test_a_machine_reads_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(as_json=True)
    logging.getLogger("bot.x").info("answering as @%s", "spasm_bot")
    try:
        fail()
    except ZeroDivisionError:
        logging.getLogger("bot.x").exception("error %s", "ab12")
    first, second = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (first["event"], first["level"], first["logger"]) == ("answering as @spasm_bot", "info", "bot.x")
    assert first["timestamp"].endswith("Z")
    assert second["event"] == "error ab12"
    assert second["exception"].endswith("ZeroDivisionError")
    assert "in fail" in second["exception"]


def test_what_was_at_hand_when_something_failed_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """The words of a message are a local variable of many functions, and stand in the texts of many errors."""
    words = "my private trouble"
    logs.set_up(as_json=True)

    def reply(words: str) -> float:
        return float(words)

    try:
        reply(words)
    except ValueError:
        logging.getLogger("bot.x").exception("error ab12")
    logged = capsys.readouterr().err
    assert "ValueError" in logged
    assert "private trouble" not in logged


def test_a_person_reads_lines(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(as_json=False)
    logging.getLogger("bot.x").warning("can't reach Telegram")
    assert "can't reach Telegram" in capsys.readouterr().err
