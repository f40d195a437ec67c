"""The driver with which conversation tests are written.

A test reads like the chat. `telegram` is a running `LocalTelegram` with a bot that polls it:

    async def test_an_answer_names_its_sources(telegram):
        anna = telegram.person("Anna")
        await anna.says("ice or heat?")
        answer = await anna.hears()
        assert "Sources" in answer.buttons
        notice = await anna.taps("Sources")

`polling` lets an application poll a local Telegram. The `assert_valid_…` functions hold what went over the wire against
aiogram's types, a description of the Bot API that neither this project nor python-telegram-bot has written.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiogram.methods
import aiogram.types
from pydantic import BaseModel, TypeAdapter, ValidationError
from telegram.ext import Application

from bot.local_telegram import Call, Fault, Group, Heard, LocalTelegram, Notice, Person

__all__ = [
    "Call",
    "Fault",
    "Group",
    "Heard",
    "LocalTelegram",
    "Notice",
    "Person",
    "assert_valid_answer",
    "assert_valid_call",
    "assert_valid_update",
    "assert_valid_wire",
    "greeted",
    "polling",
]

_METHODS: dict[str, Any] = {
    method.__api_method__: method
    for name in aiogram.methods.__all__
    if hasattr(method := getattr(aiogram.methods, name), "__api_method__") and name != "TelegramMethod"
}


@asynccontextmanager
async def polling(
    application: Application[Any, Any, Any, Any, Any, Any], telegram: LocalTelegram
) -> AsyncIterator[Application[Any, Any, Any, Any, Any, Any]]:
    """Let an application poll the local Telegram as `run_polling` does, and stop it at the end."""
    if application.updater is None:
        raise ValueError("This application has no updater: build it with one.")
    await application.initialize()
    try:
        if application.post_init:
            await application.post_init(application)
        await application.updater.start_polling(timeout=10)
        await application.start()
        telegram.bot_idle = application.update_queue.join
        try:
            yield application
        finally:
            telegram.bot_idle = None
            await application.updater.stop()
            await application.stop()
            if application.post_stop:
                await application.post_stop(application)
    finally:
        await application.shutdown()
        if application.post_shutdown:
            await application.post_shutdown(application)


async def greeted(telegram: LocalTelegram) -> Person:
    """Return someone who has written, so that the bot may too."""
    anna = telegram.person("Anna")
    await anna.says("hello")
    return anna


def assert_valid_call(method: str, parameters: Mapping[str, Any]) -> None:
    """Fail unless the Bot API has this method and it takes these parameters."""
    model = _METHODS.get(method)
    assert model, f"The Bot API has no method {method}."
    unknown = parameters.keys() - model.model_fields.keys()
    assert not unknown, f"{method} takes no {sorted(unknown)}."
    try:
        call = model.model_validate(dict(parameters))
    except ValidationError as error:
        raise AssertionError(f"{method} doesn't take {dict(parameters)}: {error}") from None
    _assert_known_fields(call, method)


def assert_valid_answer(method: str, answer: Mapping[str, Any] | None) -> None:
    """Fail unless this is the body of an answer that the Bot API gives to this method, or None, no answer at all."""
    if answer is None:
        return
    if not answer["ok"]:
        assert answer.keys() <= {"ok", "error_code", "description", "parameters"}
        assert isinstance(answer["error_code"], int)
        assert isinstance(answer["description"], str)
        aiogram.types.ResponseParameters.model_validate(answer.get("parameters", {}))
        return
    try:
        result = TypeAdapter(_METHODS[method].__returning__).validate_python(answer["result"])
    except ValidationError as error:
        raise AssertionError(f"{method} doesn't return {answer['result']}: {error}") from None
    _assert_known_fields(result, method)


def assert_valid_update(update: Mapping[str, Any]) -> None:
    """Fail unless the Bot API sends such an update."""
    _assert_known_fields(aiogram.types.Update.model_validate(dict(update)), "update")


def assert_valid_wire(calls: Iterable[Call]) -> None:
    """Fail unless every call and every answer is one of the Bot API's."""
    for call in calls:
        assert_valid_call(call.method, call.parameters)
        assert_valid_answer(call.method, call.answer)


def _assert_known_fields(value: Any, where: str) -> None:
    if isinstance(value, BaseModel):
        assert not value.model_extra, f"{where} has no {sorted(value.model_extra)}."
        for name in type(value).model_fields:
            _assert_known_fields(getattr(value, name), f"{where}.{name}")
    elif isinstance(value, list | tuple):
        for i, one in enumerate(value):
            _assert_known_fields(one, f"{where}[{i}]")
