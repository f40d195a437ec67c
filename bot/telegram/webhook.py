"""Takes the updates that Telegram posts. It answers 200 only when an update is taken: else Telegram posts it again."""

import hmac
import json
import logging
from typing import Any

from aiohttp import web
from telegram import Bot, Update

from bot.telegram.intake import FullError, Intake, NotAnsweredError

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name

LARGEST = 256 * 1024
"""Bytes of the largest update that is read. Telegram's own are far smaller."""

RETRY_AFTER = "1"
"""Seconds after which Telegram may try again."""


def webhook(path: str, secret: str, bot: Bot, intake: Intake) -> web.Application:
    """Return the web application that Telegram posts updates to.

    Args:
        path: Where, with a slash at the front.
        secret: What Telegram shows in `SECRET_HEADER`.
        bot: Whose updates they are.
        intake: Takes them.
    """

    async def post(request: web.Request) -> web.Response:
        shown = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), secret.encode()):
            return web.Response(status=403)
        if request.content_type != "application/json":
            return web.Response(status=415)
        try:
            update = _update(await request.read(), bot)
        except ValueError:
            return web.Response(status=400)
        try:
            await intake.take(update, comes_again=True)
        except FullError:
            return web.Response(status=503, headers={"Retry-After": RETRY_AFTER})
        except NotAnsweredError:
            return web.Response(status=502, headers={"Retry-After": RETRY_AFTER})
        return web.Response()

    app = web.Application(client_max_size=LARGEST)
    app.router.add_post(path, post)
    return app


def _update(body: bytes, bot: Bot) -> Update:
    """Read an update.

    Raises:
        ValueError: It is none.
    """
    try:
        parsed: Any = json.loads(body)
        if not isinstance(parsed, dict) or not isinstance(parsed.get("update_id"), int):
            raise ValueError("not an update")
        return Update.de_json(parsed, bot)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError("not an update") from error
