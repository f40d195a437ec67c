"""What a face remembers of a chat between two messages."""

from dataclasses import dataclass, field, replace

from bot.reply import Memory, Message, Reply

LASTS = 3600.0
"""Seconds for which an alert, and who is at risk, are remembered."""

MOMENT = 6.0
"""Seconds within which another message may go on with one that had no answer."""

BREATH = 120.0
"""Seconds within which two messages in a row may report a warning sign together."""


@dataclass(frozen=True)
class Kept:
    """All of a chat that may be kept on a disk: ids and times, no words. Each part is empty where there is none.

    Attributes:
        last_intent: The entry that the last answer was about.
        alert: The flag of the last alert.
        alert_at: When it was raised, in seconds of the face's clock; since 1970 where it is kept on a disk.
        at_risk: The last flag whose bearer is given no medicine's entry.
        at_risk_at: When it was raised.
        check: What the check question that was just asked is about: the value of its buttons.
        country: The code of the country whose emergency numbers are named.
        latest: The id of our latest message; 0 before there is one. The face sets it.
        free_at: When the chat's budget of messages is whole again. The face sets it.
        waits: Messages in a row that had to wait for that budget. The face sets it.
    """

    last_intent: str = ""
    alert: str = ""
    alert_at: float = 0.0
    at_risk: str = ""
    at_risk_at: float = 0.0
    check: str = ""
    country: str = ""
    latest: int = 0
    free_at: float = 0.0
    waits: int = 0


@dataclass(frozen=True)
class _Words:
    """What was written just now; it never leaves the memory of this process."""

    pending: str = ""
    before: str = ""
    said_at: float = 0.0


@dataclass
class Chat:
    """The memory of one chat, with the times (in seconds of the face's clock) from which it fades.

    Attributes:
        joins: Whether the face can put a reply in the place of the one before, so that a question may come in pieces.
        kept: What may be kept on a disk; the words of the chat are not among it.
    """

    joins: bool = False
    kept: Kept = Kept()
    _words: _Words = field(default=_Words(), repr=False)

    def sent(self, message_id: int) -> None:
        """Take note of our latest message."""
        self.kept = replace(self.kept, latest=message_id)

    def memory(self, now: float, about: str = "") -> Memory:
        """Return what is still remembered.

        Args:
            now: The time, in seconds of the face's clock.
            about: The entry that takes the place of the last answer's; empty where none does.
        """
        kept, words = self.kept, self._words
        return Memory(
            last_intent=about or kept.last_intent,
            alert=kept.alert if now - kept.alert_at <= LASTS else "",
            at_risk=kept.at_risk if now - kept.at_risk_at <= LASTS else "",
            check=kept.check,
            pending=words.pending if now - words.said_at <= MOMENT else "",
            country=kept.country,
            before=words.before if now - words.said_at <= BREATH else "",
        )

    def message(self, text: str, now: float, about: str = "") -> Message:
        """Return what a person wrote, with what is remembered.

        Args:
            text: The person's words.
            now: The time, in seconds of the face's clock.
            about: The entry of the older answer that the words reply to, which takes the place of the last answer's;
                empty where they reply to none.
        """
        return Message(text, self.memory(now, about))

    def heard(self, reply: Reply, now: float, text: str = "") -> None:
        """Remember a reply that was given, and for a short while the words that it was given to."""
        alert = reply.flags[0].flag if reply.kind == "alert" else ""
        before = f"{self.memory(now).pending}\n" if reply.joins else ""
        unanswered = reply.kind in ("choices", "fallback") or (reply.kind == "answer" and not reply.about)
        self._words = _Words(
            pending=before + text if self.joins and text and unanswered else "", before=text, said_at=now
        )
        kept = self.kept
        self.kept = replace(
            kept,
            last_intent=reply.about or kept.last_intent,
            alert=alert or kept.alert,
            alert_at=now if alert else kept.alert_at,
            at_risk=reply.at_risk or kept.at_risk,
            at_risk_at=now if reply.at_risk else kept.at_risk_at,
            check=reply.buttons[0][0].action.value if reply.kind == "check" else "",
            country=reply.country or kept.country,
        )
