"""What a face remembers of a chat between two messages."""

from dataclasses import dataclass

from bot.reply import Message, Reply

ALERT_LASTS = 3600.0
"""Seconds for which the answers after an alert carry its reminder."""


@dataclass
class Chat:
    """The memory of one chat.

    Attributes:
        last_intent: The entry that the last answer was about; empty before the first.
        alert: The warning sign last raised; empty where there is none.
        alert_at: When that was, in seconds of the face's clock.
    """

    last_intent: str = ""
    alert: str = ""
    alert_at: float = 0.0

    def message(self, text: str, now: float) -> Message:
        """Return what a person wrote, with what is remembered."""
        recent = self.alert if now - self.alert_at <= ALERT_LASTS else ""
        return Message(text, last_intent=self.last_intent, recent_alert=recent)

    def heard(self, reply: Reply, now: float) -> None:
        """Remember a reply that was given."""
        if reply.intents:
            self.last_intent = reply.intents[0]
        if reply.kind == "alert":
            self.alert, self.alert_at = reply.flags[0].flag, now
