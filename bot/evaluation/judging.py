"""Judges a reply by the labels of its message."""

import re
from collections.abc import Sequence
from typing import Literal, get_args

from bot.alerts import RANK
from bot.evaluation.labelled import Frozen, Labelled
from bot.reply import Kind, Reply
from knowledge.load import Knowledge
from knowledge.schema import OUT_OF_SCOPE, Level

AnswerBin = Literal["right", "half", "offered", "missed", "wrong"]
Bin = Literal["right", "half", "offered", "missed", "wrong", "alert", "alert missed", "quiet"]

ANSWER_BINS: tuple[AnswerBin, ...] = ("right", "half", "offered", "missed", "wrong")
"""How a reply serves what was asked, best first."""

SHOWN: tuple[str, ...] = (*get_args(Bin), "false alarm", "needless check")
"""What messages can be picked by."""

ANSWERED = 2
"""Only so many intents of a reply count."""
OFFERED = 4
"""Only so many choices of a reply count."""
FIRST_LINES = 600
"""Characters of an alert to an emergency among which a number must stand."""

SELF_HARM = "self_harm"

_NUMBER = re.compile(r"\b(112|911|999|988|116 ?123)\b")
_URGENT = RANK["urgent"]
_EMERGENCY = RANK["emergency"]


class Given(Frozen):
    """What of a reply is judged; see `bot.reply.Reply`."""

    kind: Kind
    intents: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    confidence: float

    @classmethod
    def of(cls, reply: Reply) -> "Given":
        """Return what of a reply is judged."""
        return cls(
            kind=reply.kind,
            intents=reply.intents,
            choices=reply.choices,
            flags=tuple(raised.flag for raised in reply.flags),
            asks=reply.asks,
            confidence=round(reply.confidence, 4),
        )

    @property
    def first(self) -> str:
        """The first intent or choice; empty where there is none."""
        return next(iter((*self.intents, *self.choices)), "")


class Verdict(Frozen):
    """How a reply serves its message.

    Attributes:
        bin: `right`: the first intent is acceptable, and both are for two questions; out of scope: no entry is given; a
            borderline sign: alerted to or asked about, or answered rightly. `half`: one of two questions. `offered`: an
            acceptable intent among the choices. `missed`: none of these. `wrong`: another entry, or a false alarm.
            `alert`, `alert missed`: of a message with a sure emergency or urgent sign. `quiet`: nothing to answer, and
            no alert.
        answered: The intents that count as answered: two at the most, without small talk that nobody wanted.
        sign: The level of the sure sign that had to be caught; none where no sign counts.
        caught: It was: alerted to at its level, or, for `soon`, among the flags.
        asked: It was not, but asked about.
        named: It was, by its own name.
        calm: The message reports no emergency or urgent sign, not even a borderline one.
        false_alarm: It was alerted to nevertheless.
        needless_check: It was asked about one nevertheless.
    """

    bin: Bin
    answered: tuple[str, ...] = ()
    sign: Level | None = None
    caught: bool = False
    asked: bool = False
    named: bool = False
    calm: bool = False
    false_alarm: bool = False
    needless_check: bool = False


class Judged(Frozen):
    """A labelled message, what the bot made of it, and how that is judged."""

    message: Labelled
    reply: Given
    verdict: Verdict

    @property
    def is_asked(self) -> bool:
        """Whether it counts among the answers."""
        return self.verdict.bin in ANSWER_BINS

    def stands_in(self, shown: str) -> bool:
        """Return whether it is of one kind of `SHOWN`."""
        verdict = self.verdict
        if shown == "false alarm":
            return verdict.false_alarm
        return verdict.needless_check if shown == "needless check" else verdict.bin == shown


class Judge:
    """Judges by the warning signs' levels and by which entries are small talk."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._rank = {flag: RANK[alert.level] for flag, alert in knowledge.alert.items()}
        self._small_talk = {name for name, entry in knowledge.entries.items() if entry.origin == "conversation"}

    def judge(self, message: Labelled, reply: Reply) -> Judged:
        """Return the verdict on a reply."""
        return Judged(message=message, reply=Given.of(reply), verdict=self._verdict(message, reply))

    def judge_answer(self, message: Labelled, given: Given) -> Judged:
        """Return the verdict on an answer alone, whatever signs there are."""
        answered = self._answered(message, given.intents)
        verdict = Verdict(bin=_answer_bin(message, answered, given.choices), answered=answered)
        return Judged(message=message, reply=given, verdict=verdict)

    def _verdict(self, message: Labelled, reply: Reply) -> Verdict:
        answered = self._answered(message, reply.intents)
        top, borderline = self._highest(message.sure), self._highest(message.borderline)
        loud = max((RANK[raised.level] for raised in reply.flags), default=0) if reply.kind == "alert" else 0
        if top >= _URGENT:
            return _alert_verdict(message, reply, top, loud)
        calm = borderline < _URGENT
        if calm and loud >= _URGENT:
            return Verdict(bin="wrong", answered=answered, calm=True, false_alarm=True)
        if not calm and (loud >= _URGENT or reply.kind == "check"):
            return Verdict(bin="right", answered=answered)
        return Verdict(
            bin=_answer_bin(message, answered, reply.choices) if message.wanted else "quiet",
            answered=answered,
            sign="soon" if top else None,
            caught=any(raised.flag in message.sure for raised in reply.flags),
            calm=calm,
            needless_check=calm and reply.kind == "check",
        )

    def _highest(self, flags: Sequence[str]) -> int:
        return max((self._rank[flag] for flag in flags), default=0)

    def _answered(self, message: Labelled, intents: Sequence[str]) -> tuple[str, ...]:
        if not message.acceptable & self._small_talk:
            intents = [intent for intent in intents if intent not in self._small_talk]
        return tuple(intents[:ANSWERED])


def _alert_verdict(message: Labelled, reply: Reply, top: int, loud: int) -> Verdict:
    flags = {raised.flag for raised in reply.flags}
    caught = loud >= top
    if top == _EMERGENCY and not _NUMBER.search(reply.text[:FIRST_LINES]):
        caught = False
    if SELF_HARM in message.sure and SELF_HARM not in flags:
        caught = False
    return Verdict(
        bin="alert" if caught else "alert missed",
        sign="emergency" if top == _EMERGENCY else "urgent",
        caught=caught,
        asked=not caught and reply.kind == "check",
        named=caught and bool(flags & {*message.sure, *message.borderline}),
    )


def _answer_bin(message: Labelled, answered: Sequence[str], choices: Sequence[str]) -> AnswerBin:
    if not answered and message.acceptable & OUT_OF_SCOPE:
        return "right"
    questions = [question for question in (set(one) - OUT_OF_SCOPE for one in message.wanted) if question]
    if not answered:
        return "offered" if any(question & set(choices[:OFFERED]) for question in questions) else "missed"
    if len(questions) < 2:
        return "right" if questions and answered[0] in questions[0] else "wrong"
    hits = [bool(question & set(answered)) for question in questions]
    return "right" if all(hits) else "half" if any(hits) else "wrong"
