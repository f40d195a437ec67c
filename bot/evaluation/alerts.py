"""Measures the reader of warning signs alone, on labelled messages: no matcher and no assistant."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from bot.alerts import RANK, AlertReader, Finding
from bot.alerts.fitted import examples_of, fitted_reader
from bot.alerts.learned import learn
from bot.evaluation.figures import Share
from bot.evaluation.judging import SELF_HARM
from bot.evaluation.labelled import Labelled, read_labelled
from bot.evaluation.tables import Table
from bot.evaluation.text_report import heading, quoted, table_lines, wanted
from knowledge.load import Knowledge
from knowledge.schema import Alert, Level

Shown = Literal["missed", "false alarm", "needless check"]

SHOWN: tuple[Shown, ...] = get_args(Shown)
"""What messages can be picked by."""

MOST_RULES = 30
"""Rules that are listed for their false alarms."""


@dataclass(frozen=True)
class Read:
    """A labelled message as the reader sees it.

    Attributes:
        file: The name of its file.
        message: The message with its labels.
        level: The highest level of the signs that it surely reports; none where it reports none.
        calm: Whether it reports no emergency or urgent sign, not even a borderline one.
        findings: What the reader found.
    """

    file: str
    message: Labelled
    level: Level | None
    calm: bool
    findings: tuple[Finding, ...]

    @property
    def raised(self) -> dict[str, Finding]:
        """The signs that the reader is sure of."""
        return {finding.flag: finding for finding in self.findings if finding.sure}

    @property
    def loud(self) -> int:
        """The rank of the alert: 0 where there is none."""
        return max((RANK[finding.level] for finding in self.raised.values() if finding.level != "soon"), default=0)

    @property
    def asked(self) -> bool:
        """Whether a check question is asked in place of an alert."""
        return not self.loud and any(not finding.sure and finding.level != "soon" for finding in self.findings)

    @property
    def caught(self) -> bool:
        """Whether there is an alert of at least the level reported; thoughts of suicide must be named as such."""
        if SELF_HARM in self.message.sure and SELF_HARM not in self.raised:
            return False
        return self.level is not None and self.loud >= RANK[self.level]

    def is_shown(self, shown: Shown) -> bool:
        """Return whether it is one of a kind."""
        if shown == "missed":
            return self.level in ("emergency", "urgent") and not self.caught
        return self.calm and (bool(self.loud) if shown == "false alarm" else self.asked)


def read_all(knowledge: Knowledge, files: Sequence[Path]) -> list[Read]:
    """Read the messages of labelled files. What is learned beside the patterns has seen none of its file's messages.

    Raises:
        EvaluationError: With the file and row that can't be used.
    """
    labelled = [(file.name, read_labelled(file, knowledge)) for file in files]
    every = fitted_reader(knowledge)
    patterns = every.with_learned(None)
    examples = examples_of(knowledge, patterns)
    known = {example.text for example in examples}
    read: list[Read] = []
    for name, messages in labelled:
        own = {message.text for message in messages}
        reader = every
        if own & known:
            reader = patterns.with_learned(learn([example for example in examples if example.text not in own]))
        read += [_read(name, message, reader, knowledge.alert) for message in messages]
    return read


def _read(file: str, message: Labelled, reader: AlertReader, alerts: dict[str, Alert]) -> Read:
    sure: list[Level] = sorted((alerts[flag].level for flag in message.sure), key=lambda level: -RANK[level])
    every = [alerts[flag].level for flag in (*message.sure, *message.borderline)]
    return Read(file, message, next(iter(sure), None), set(every) <= {"soon"}, tuple(reader.read(message.text)))


def report(knowledge: Knowledge, read: Sequence[Read], shown: Shown | None = None) -> Iterator[str]:
    """Yield the lines of a report.

    Args:
        knowledge: That the messages were read with.
        read: The messages.
        shown: The kind of message that is listed at the end.
    """
    for table in (_levels(read), _signs(knowledge.alerts.alerts, read), _rules(read)):
        if table.rows:
            yield from heading(table.title, table.note)
            yield from table_lines(table)
    picked = [one for one in read if shown and one.is_shown(shown)]
    if picked:
        yield from heading(f"{shown} ({len(picked)})")
        for one in picked:
            found = "; ".join(f"{f.flag}{'' if f.sure else '?'} by {f.rule}" for f in one.findings) or "nothing"
            yield from quoted(one.message, f"wanted {wanted(one.message)}; found {found}")


def _levels(read: Sequence[Read]) -> Table:
    names = dict.fromkeys(one.file for one in read)
    parts = [(name, [one for one in read if one.file == name]) for name in names]
    return Table(
        "By file",
        "Of the messages that surely report an emergency, or an urgent sign at the most, the share that raises an alert"
        " of at least that level. Of the calm ones, which report neither nor may do so: false alarms, needless checks.",
        ("file", "n", "emergency", "n", "urgent", "n", "false alarms", "checks"),
        tuple(_level_row(name, part) for name, part in (*parts, *([("all", list(read))] if len(parts) > 1 else []))),
    )


def _level_row(name: str, read: Sequence[Read]) -> tuple[str, ...]:
    calm = [one for one in read if one.calm]
    cells: list[str] = [name]
    for level in ("emergency", "urgent"):
        reported = [one for one in read if one.level == level]
        cells += [str(len(reported)), _share(reported, lambda one: one.caught)]
    alarms = _share(calm, lambda one: one.is_shown("false alarm"))
    return (*cells, str(len(calm)), alarms, _share(calm, lambda one: one.is_shown("needless check")))


def _signs(alerts: Sequence[Alert], read: Sequence[Read]) -> Table:
    return Table(
        "By sign",
        "Of n messages that surely report the sign: an alert of its level or above, and one that names it, or a check."
        " Of the borderline ones: asked about or alerted to. Elsewhere: calm messages in which it was raised, or"
        " asked about.",
        ("sign", "n", "caught", "named", "asked", "borderline n", "seen", "raised elsewhere", "asked"),
        tuple(_sign_row(alert, read) for alert in alerts),
    )


def _sign_row(alert: Alert, read: Sequence[Read]) -> tuple[str, ...]:
    sure = [one for one in read if alert.flag in one.message.sure]
    borderline = [one for one in read if alert.flag in one.message.borderline]
    calm = [one for one in read if one.calm and alert.flag not in (*one.message.sure, *one.message.borderline)]
    quiet = alert.level == "soon"
    return (
        alert.flag,
        str(len(sure)),
        _share(sure, lambda one: alert.flag in one.raised if quiet else one.loud >= RANK[alert.level]),
        _share(sure, lambda one: alert.flag in one.raised),
        _share(sure, lambda one: one.asked),
        str(len(borderline)),
        _share(borderline, lambda one: bool(one.loud) or one.asked or alert.flag in one.raised),
        str(sum(alert.flag in one.raised for one in calm)),
        str(sum(one.asked and any(f.flag == alert.flag for f in one.findings) for one in calm)),
    )


def _rules(read: Sequence[Read]) -> Table:
    alarms = Counter(
        (finding.flag, finding.rule)
        for one in read
        if one.is_shown("false alarm")
        for finding in one.raised.values()
        if finding.level != "soon"
    )
    return Table(
        "What raised false alarms",
        "By sign and rule, the most frequent first.",
        ("sign", "rule", "times"),
        tuple((flag, rule, str(times)) for (flag, rule), times in alarms.most_common(MOST_RULES)),
        names=2,
    )


def _share(read: Sequence[Read], is_hit: Callable[[Read], bool]) -> str:
    return str(Share(hits=sum(map(is_hit, read)), n=len(read)))
