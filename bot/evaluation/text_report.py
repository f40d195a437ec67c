"""A run's report as plain text, at most 100 columns wide."""

import textwrap
from collections.abc import Iterable, Iterator

from bot.evaluation.figures import Calibration, sure_mistakes
from bot.evaluation.judging import Judged
from bot.evaluation.labelled import Labelled
from bot.evaluation.run import Run
from bot.evaluation.tables import Table, shortened, tables

WIDTH = 100
GAP = "  "
BAR = 60
"""Characters of the longest bar."""


def report(run: Run) -> Iterator[str]:
    """Yield the lines of a run's report."""
    for table in tables(run):
        yield from heading(table.title, table.note)
        yield from table_lines(table)
    yield from histogram(Calibration.of(run.messages))
    mistakes = sure_mistakes(run.messages)
    if mistakes:
        yield from heading(f"The {len(mistakes)} surest mistakes", "Answers that begin with an entry nobody wanted.")
        yield from listed(mistakes)


def shown(run: Run, kind: str) -> Iterator[str]:
    """Yield the lines that list the messages of one kind of `bot.evaluation.judging.SHOWN`, file by file."""
    for part in run.parts:
        if found := [one for one in part.messages if one.stands_in(kind)]:
            yield from heading(f"{part.name}: {kind} ({len(found)})")
            yield from listed(found)


def heading(title: str, note: str = "") -> Iterator[str]:
    """Yield an empty line, a title, and a note under it."""
    yield from ("", title, "=" * len(title))
    yield from textwrap.wrap(note, WIDTH)


def table_lines(table: Table) -> Iterator[str]:
    """Yield a table's lines, names to the left and numbers to the right; names share what the numbers leave free."""
    columns = list(zip(table.columns, *table.rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    free = WIDTH - sum(len(GAP) + width for width in widths[table.names :]) - len(GAP) * (table.names - 1)
    widths = [min(width, free // table.names) if i < table.names else width for i, width in enumerate(widths)]
    for row in (table.columns, *table.rows):
        padded = [
            shortened(cell, width).ljust(width) if i < table.names else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield GAP.join(padded).rstrip()


def histogram(calibration: Calibration) -> Iterator[str]:
    """Yield a bar for each band of confidence: "#" for right first guesses, "-" for wrong ones."""
    most = max(band.n for band in calibration.bands)
    if not most:
        return
    yield from heading("Confidence", "Of first intents or choices: '#' acceptable, '-' not.")
    for band in calibration.bands:
        right, all_ = round(BAR * band.right / most), round(BAR * band.n / most)
        bar = "#" * right + "-" * (all_ - right)
        yield f"{band.name}  {band.right:5} {band.wrong:5}  {bar}".rstrip()


def listed(judged: Iterable[Judged]) -> Iterator[str]:
    """Yield messages with what was wanted and what was given."""
    for one in judged:
        yield from quoted(one.message, told(one))


def quoted(message: Labelled, remark: str) -> Iterator[str]:
    """Yield a message, with a remark under it."""
    yield from textwrap.wrap(repr(message.text), WIDTH, initial_indent="  ", subsequent_indent="  ")
    yield from textwrap.wrap(remark, WIDTH, initial_indent="      ", subsequent_indent="      ")


def told(one: Judged) -> str:
    """Return what was wanted and what was given, for instance `wanted ice_or_heat; got answer 0.95: massage`."""
    return f"wanted {wanted(one.message)}; got {got(one)}"


def wanted(message: Labelled) -> str:
    """Return what a message asks and reports, for instance `ice_or_heat + massage, massage_risks; child?`."""
    questions = " + ".join(", ".join(question) for question in message.wanted)
    signs = ", ".join((*message.sure, *(f"{sign}?" for sign in message.borderline)))
    return "; ".join(filter(None, (questions, signs))) or "no alert"


def got(one: Judged) -> str:
    """Return what a reply gave, for instance `answer 0.83: ice_or_heat; flags child`."""
    reply = one.reply
    given = f"{reply.kind} {reply.confidence:.2f}: {', '.join(reply.intents or reply.choices or reply.asks) or '-'}"
    return f"{given}; flags {', '.join(reply.flags)}" if reply.flags else given
