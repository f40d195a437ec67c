"""How Telegram says no.

The words are those of Telegram's Bot API server (tdlib/telegram-bot-api) and of the servers behind it. Bots match on
them, so they stand exactly as Telegram sends them, at the place that refuses.
"""

from typing import Any


class Refusal(Exception):  # noqa: N818 (it is no fault of the server)
    """A call that Telegram answers with an error.

    Attributes:
        code: The `error_code`, which is the HTTP status too.
        description: What the bot reads.
        parameters: `ResponseParameters` of the Bot API: `retry_after` in seconds, or `migrate_to_chat_id`.
    """

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def envelope(self) -> dict[str, Any]:
        """Return the answer's body."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(description: str, **parameters: int) -> Refusal:
    """Return a refusal of what was asked."""
    return Refusal(400, f"Bad Request: {description}", **parameters)


def forbidden(description: str) -> Refusal:
    """Return a refusal of whom it was asked for."""
    return Refusal(403, f"Forbidden: {description}")


def too_many_requests(retry_after: int) -> Refusal:
    """Return the refusal of a bot that sends too fast; `retry_after` in seconds."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


NOT_FOUND = "Not Found"
TOO_LARGE = "Request Entity Too Large"
UNAUTHORIZED = "Unauthorized"
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
WEBHOOK_SET = "Conflict: terminated by setWebhook request"
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
BLOCKED = "bot was blocked by the user"
