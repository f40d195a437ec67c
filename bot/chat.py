"""What a face remembers of a chat between two messages."""

from dataclasses import dataclass, replace

from bot.reply import NOTHING, Memory, Message, Reply

LASTS = 3600.0
"""Seconds for which an alert, and who is at risk, are remembered."""

MOMENT = 6.0
"""Seconds within which another message may go on with one that had no answer."""

BREATH = 120.0
"""Seconds within which two messages in a row may report a warning sign together."""


@dataclass
class Chat:
    """The memory of one chat, with the times (in seconds of the face's clock) from which it fades.

    Attributes:
        joins: Whether the face can put a reply in the place of the one before, so that a question may come in pieces.
    """

    joins: bool = False
    _memory: Memory = NOTHING
    _alert_at: float = 0.0
    _at_risk_at: float = 0.0
    _said_at: float = 0.0

    def memory(self, now: float) -> Memory:
        """Return what is still remembered."""
        return Memory(
            last_intent=self._memory.last_intent,
            alert=self._memory.alert if now - self._alert_at <= LASTS else "",
            at_risk=self._memory.at_risk if now - self._at_risk_at <= LASTS else "",
            check=self._memory.check,
            pending=self._memory.pending if now - self._said_at <= MOMENT else "",
            country=self._memory.country,
            before=self._memory.before if now - self._said_at <= BREATH else "",
        )

    def message(self, text: str, now: float, about: str = "") -> Message:
        """Return what a person wrote, with what is remembered.

        Args:
            text: The person's words.
            now: The time, in seconds of the face's clock.
            about: The entry of the older answer that the words reply to, which takes the place of the last answer's;
                empty where they reply to none.
        """
        memory = self.memory(now)
        return Message(text, replace(memory, last_intent=about or memory.last_intent))

    def heard(self, reply: Reply, now: float, text: str = "") -> None:
        """Remember a reply that was given, and for a short while the words that it was given to."""
        alert = reply.flags[0].flag if reply.kind == "alert" else ""
        self._alert_at = now if alert else self._alert_at
        self._at_risk_at = now if reply.at_risk else self._at_risk_at
        before = f"{self.memory(now).pending}\n" if reply.joins else ""
        unanswered = reply.kind in ("choices", "fallback") or (reply.kind == "answer" and not reply.about)
        self._said_at = now
        self._memory = Memory(
            last_intent=reply.about or self._memory.last_intent,
            alert=alert or self._memory.alert,
            at_risk=reply.at_risk or self._memory.at_risk,
            check=reply.buttons[0][0].action.value if reply.kind == "check" else "",
            pending=before + text if self.joins and text and unanswered else "",
            before=text,
            country=reply.country or self._memory.country,
        )
