"""The figures of judged messages: shares, a row for each intent, confusions, and how true the confidence is."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import computed_field

from bot.evaluation.judging import Judged
from bot.evaluation.labelled import Frozen

BANDS = 10
"""Bands of equal width into which confidence (0 to 1) is cut."""


class Share(Frozen):
    """So many of so many."""

    hits: int
    n: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def percent(self) -> float | None:
        """The share from 0 to 100, to one decimal; none of nothing."""
        return round(100 * self.hits / self.n, 1) if self.n else None

    def __str__(self) -> str:
        return "-" if self.percent is None else f"{self.percent:.1f}%"


class Figures(Frozen):
    """The shares of some judged messages.

    `right` to `wrong` are shares of the messages that count among the answers; see `bot.evaluation.judging.Verdict`.

    Attributes:
        right: Answered rightly.
        half: One of two questions answered rightly.
        offered: An acceptable intent was offered.
        missed: Neither answered nor offered.
        wrong: Answered with another entry, or a false alarm.
        emergency_recall: Emergencies that raised an alert of that level.
        emergency_asked: Emergencies that were asked about instead.
        urgent_recall: Urgent signs that raised an alert of at least that level.
        urgent_asked: Urgent signs that were asked about instead.
        soon_recall: Signs of level soon that were noticed.
        rightly_named: Alerts, of those that were due, that name the sign itself.
        false_alarms: Alerts to messages without an emergency or urgent sign.
        needless_checks: Check questions to such messages.
    """

    right: Share
    half: Share
    offered: Share
    missed: Share
    wrong: Share
    emergency_recall: Share
    emergency_asked: Share
    urgent_recall: Share
    urgent_asked: Share
    soon_recall: Share
    rightly_named: Share
    false_alarms: Share
    needless_checks: Share

    @classmethod
    def of(cls, judged: Sequence[Judged]) -> "Figures":
        """Count the shares of some messages."""
        asked = [one for one in judged if one.is_asked]
        emergency = [one for one in judged if one.verdict.sign == "emergency"]
        urgent = [one for one in judged if one.verdict.sign == "urgent"]
        soon = [one for one in judged if one.verdict.sign == "soon"]
        caught = [one for one in (*emergency, *urgent) if one.verdict.caught]
        calm = [one for one in judged if one.verdict.calm]
        return cls(
            right=_share(asked, lambda one: one.verdict.bin == "right"),
            half=_share(asked, lambda one: one.verdict.bin == "half"),
            offered=_share(asked, lambda one: one.verdict.bin == "offered"),
            missed=_share(asked, lambda one: one.verdict.bin == "missed"),
            wrong=_share(asked, lambda one: one.verdict.bin == "wrong"),
            emergency_recall=_share(emergency, lambda one: one.verdict.caught),
            emergency_asked=_share(emergency, lambda one: one.verdict.asked),
            urgent_recall=_share(urgent, lambda one: one.verdict.caught),
            urgent_asked=_share(urgent, lambda one: one.verdict.asked),
            soon_recall=_share(soon, lambda one: one.verdict.caught),
            rightly_named=_share(caught, lambda one: one.verdict.named),
            false_alarms=_share(calm, lambda one: one.verdict.false_alarm),
            needless_checks=_share(calm, lambda one: one.verdict.needless_check),
        )

    def shares(self) -> Iterator[tuple[str, Share]]:
        """Yield each share with its name in words."""
        for name in type(self).model_fields:
            yield name.replace("_", " "), getattr(self, name)


def _share(judged: Sequence[Judged], is_hit: Callable[[Judged], bool]) -> Share:
    return Share(hits=sum(map(is_hit, judged)), n=len(judged))


@dataclass(frozen=True)
class IntentFigures:
    """How one intent fares.

    Attributes:
        intent: The intent.
        asked: Questions for which it is the best answer.
        right: Of these, answered rightly (with it or another acceptable one).
        offered: Of these, answered by choices that hold an acceptable one.
        missed: Of these, neither.
        wrong: Of these, answered with another entry or a false alarm.
        precision: Messages answered with it to which it is acceptable.
    """

    intent: str
    asked: int
    right: int
    offered: int
    missed: int
    wrong: int
    precision: Share


def intent_figures(judged: Sequence[Judged]) -> list[IntentFigures]:
    """Return a row for each intent that was asked for or answered with, in the order of the alphabet.

    Of a message that is half right, the question that is answered counts as right and the other as missed.
    """
    asked: Counter[tuple[str, str]] = Counter()
    answered: Counter[str] = Counter()
    acceptable: Counter[str] = Counter()
    for one in judged:
        if not one.is_asked:
            continue
        for question in one.message.wanted:
            fate: str = one.verdict.bin
            if fate == "half":
                fate = "right" if set(question) & set(one.verdict.answered) else "missed"
            asked[question[0], fate] += 1
        answered.update(one.verdict.answered)
        acceptable.update(intent for intent in one.verdict.answered if intent in one.message.acceptable)
    return [
        IntentFigures(
            intent,
            sum(asked[intent, fate] for fate in ("right", "offered", "missed", "wrong")),
            asked[intent, "right"],
            asked[intent, "offered"],
            asked[intent, "missed"],
            asked[intent, "wrong"],
            Share(hits=acceptable[intent], n=answered[intent]),
        )
        for intent in sorted({intent for intent, _ in asked} | answered.keys())
    ]


@dataclass(frozen=True)
class Confusion:
    """What was wanted (two questions joined by "+"), what was given, and how often."""

    wanted: str
    got: str
    times: int


def confusions(judged: Sequence[Judged]) -> list[Confusion]:
    """Return the confusions of the wrong replies, most frequent first."""
    pairs = Counter((one.message.first_wanted, _got(one)) for one in judged if one.verdict.bin == "wrong")
    return sorted((Confusion(*pair, times) for pair, times in pairs.items()), key=lambda c: (-c.times, c.wanted, c.got))


def _got(one: Judged) -> str:
    return f"alert: {one.reply.flags[0]}" if one.verdict.false_alarm else one.verdict.answered[0]


@dataclass(frozen=True)
class Band:
    """The first guesses whose confidence lies within a band.

    Attributes:
        low: Where the band begins, from 0 to 1.
        right: Guesses that are acceptable.
        wrong: Guesses that are not.
        confidence: Their mean confidence; 0 where there is none.
    """

    low: float
    right: int
    wrong: int
    confidence: float

    @property
    def name(self) -> str:
        """From where to where it goes, for instance `0.9 to 1.0`."""
        return f"{self.low:.1f} to {self.low + 1 / BANDS:.1f}"

    @property
    def n(self) -> int:
        """How many guesses there are."""
        return self.right + self.wrong

    @property
    def share_right(self) -> float:
        """The share of acceptable guesses, from 0 to 1; 0 where there is none."""
        return self.right / self.n if self.n else 0.0


@dataclass(frozen=True)
class Calibration:
    """Whether confidence is what it claims to be: the share of first guesses that are acceptable.

    A first guess is the first intent of a reply or, where it has none, its first choice, be it in a fallback. Alerts,
    checks, and messages whose labels say nothing of intents have none.
    """

    bands: tuple[Band, ...]

    @classmethod
    def of(cls, judged: Sequence[Judged]) -> "Calibration":
        """Sort first guesses into bands."""
        guesses: list[list[tuple[float, bool]]] = [[] for _ in range(BANDS)]
        for one in judged:
            reply, acceptable = one.reply, one.message.acceptable
            if one.is_asked and acceptable and reply.first and reply.kind not in ("alert", "check"):
                band = min(int(reply.confidence * BANDS), BANDS - 1)
                guesses[band].append((reply.confidence, reply.first in acceptable))
        return cls(tuple(_band(i / BANDS, inside) for i, inside in enumerate(guesses)))

    @property
    def n(self) -> int:
        """How many first guesses there are."""
        return sum(band.n for band in self.bands)

    @property
    def error(self) -> float:
        """The expected calibration error, from 0 to 1: the mean gap of confidence and share, weighted by guesses."""
        gaps = sum(band.n * abs(band.confidence - band.share_right) for band in self.bands)
        return gaps / self.n if self.n else 0.0


def _band(low: float, guesses: Sequence[tuple[float, bool]]) -> Band:
    right = sum(is_right for _, is_right in guesses)
    mean = sum(confidence for confidence, _ in guesses) / len(guesses) if guesses else 0.0
    return Band(low, right, len(guesses) - right, mean)


def sure_mistakes(judged: Sequence[Judged], most: int = 30) -> list[Judged]:
    """Return the messages whose answer begins with an entry that nobody wanted, most sure first."""
    mistakes = [
        one
        for one in judged
        if one.reply.kind == "answer" and one.message.wanted and one.reply.first not in {"", *one.message.acceptable}
    ]
    return sorted(mistakes, key=lambda one: (-one.reply.confidence, one.message.text))[:most]
