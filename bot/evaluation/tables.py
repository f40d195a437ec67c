"""The tables of a report, for a terminal or a page to show."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bot.evaluation.figures import Calibration, Figures, Share, confusions, intent_figures
from bot.evaluation.judging import ANSWER_BINS, Judged
from bot.evaluation.run import Run

MOST_CONFUSIONS = 20


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        title: What it is about.
        note: What its figures mean.
        columns: The names of the columns.
        rows: The cells.
        names: How many columns at the left hold names; the others hold numbers.
    """

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1


def tables(run: Run) -> list[Table]:
    """Return the tables of a run that have a row."""
    judged = run.messages
    every = [
        _answers(run),
        _signs(run),
        _alarms(run),
        _intents(judged),
        _confusions(judged),
        _calibration_errors(run),
        _calibration(Calibration.of(judged)),
    ]
    return [table for table in every if table.rows]


def named_messages(run: Run) -> list[tuple[str, tuple[Judged, ...]]]:
    """Return the messages of each file and, where there are several, of each kind of files and of all together."""
    files = [(part.name, part.messages) for part in run.parts]
    if len(files) < 2:
        return files
    kinds: defaultdict[str, tuple[Judged, ...]] = defaultdict(tuple)
    for part in run.parts:
        if part.kind:
            kinds[part.kind] += part.messages
    return [*files, *kinds.items(), ("all", run.messages)]


def named_figures(run: Run) -> list[tuple[str, Figures]]:
    """Return the figures of `named_messages`."""
    return [(name, Figures.of(judged)) for name, judged in named_messages(run)]


def shortened(name: str, width: int) -> str:
    """Return a name in so many characters."""
    return name if len(name) <= width else name[: width - 3] + "..."


def _answers(run: Run) -> Table:
    return Table(
        "Answers",
        "Of the n messages without a sure emergency or urgent sign, in percent.",
        ("file", "n", *ANSWER_BINS),
        tuple(
            (name, str(figures.right.n), *(str(getattr(figures, one)) for one in ANSWER_BINS))
            for name, figures in named_figures(run)
            if figures.right.n
        ),
    )


def _signs(run: Run) -> Table:
    return Table(
        "Warning signs caught",
        "Alerts of at least the sign's level (soon: noticed). Asked: a check question instead. Named: the alert names"
        " the very sign.",
        ("file", "emergency", "asked", "urgent", "asked", "soon", "named"),
        tuple(
            (
                name,
                _of(figures.emergency_recall),
                str(figures.emergency_asked),
                _of(figures.urgent_recall),
                str(figures.urgent_asked),
                _of(figures.soon_recall),
                str(figures.rightly_named),
            )
            for name, figures in named_figures(run)
            if figures.emergency_recall.n or figures.urgent_recall.n or figures.soon_recall.n
        ),
    )


def _alarms(run: Run) -> Table:
    return Table(
        "Alarms without cause",
        "Emergency or urgent alerts, and check questions, of n messages without any such sign.",
        ("file", "n", "false alarms", "needless checks"),
        tuple(
            (
                name,
                str(figures.false_alarms.n),
                _counted(figures.false_alarms),
                _counted(figures.needless_checks),
            )
            for name, figures in named_figures(run)
            if figures.false_alarms.n
        ),
    )


def _of(share: Share) -> str:
    return f"{share} of {share.n}" if share.n else "-"


def _counted(share: Share) -> str:
    return f"{share} ({share.hits})"


def _intents(judged: Sequence[Judged]) -> Table:
    return Table(
        "Intents",
        "Questions by their best intent. Precision: of the messages answered with it, those that accept it.",
        ("intent", "asked", "right", "offered", "missed", "wrong", "precision"),
        tuple(
            (row.intent, *map(str, (row.asked, row.right, row.offered, row.missed, row.wrong)), _of(row.precision))
            for row in intent_figures(judged)
        ),
    )


def _confusions(judged: Sequence[Judged]) -> Table:
    found = confusions(judged)
    more = f" The first {MOST_CONFUSIONS} of {len(found)} pairs." if len(found) > MOST_CONFUSIONS else ""
    return Table(
        "Confusions",
        f"What wrong replies gave in place of what was wanted.{more}",
        ("wanted", "got", "times"),
        tuple((one.wanted, one.got, str(one.times)) for one in found[:MOST_CONFUSIONS]),
        names=2,
    )


def _calibration_errors(run: Run) -> Table:
    calibrations = [(name, Calibration.of(judged)) for name, judged in named_messages(run)]
    return Table(
        "Expected calibration error",
        "The mean gap, from 0 to 1, between the confidence and the share right of n first intents or choices, in bands"
        " of 0.1.",
        ("file", "n", "error"),
        tuple((name, str(one.n), f"{one.error:.3f}") for name, one in calibrations if one.n),
    )


def _calibration(calibration: Calibration) -> Table:
    return Table(
        "Calibration",
        "Of all first intents or choices, by confidence.",
        ("confidence", "right", "wrong", "mean confidence", "share right"),
        tuple(
            (
                band.name,
                str(band.right),
                str(band.wrong),
                f"{band.confidence:.3f}",
                f"{band.share_right:.3f}",
            )
            for band in calibration.bands
            if band.n
        ),
    )
