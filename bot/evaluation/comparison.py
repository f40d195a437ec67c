"""What changed between two runs, and whether chance could have done it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb

from bot.evaluation.figures import Calibration, Figures
from bot.evaluation.judging import Bin, Judged
from bot.evaluation.labelled import Labelled
from bot.evaluation.run import Run
from bot.evaluation.tables import Table
from bot.evaluation.text_report import got, heading, listed, table_lines

_WORTH: dict[Bin, int] = {
    "right": 4,
    "alert": 4,
    "quiet": 4,
    "half": 3,
    "offered": 2,
    "missed": 1,
    "wrong": 0,
    "alert missed": 0,
}


@dataclass(frozen=True)
class Pair:
    """A message with the same labels in two runs."""

    before: Judged
    now: Judged

    @property
    def gain(self) -> int:
        """Above 0 where its bin is better now, below 0 where it is worse."""
        return _WORTH[self.now.verdict.bin] - _WORTH[self.before.verdict.bin]

    @property
    def gained_right(self) -> int:
        """1 where it came right, -1 where it ceased to be, otherwise 0."""
        best = max(_WORTH.values())
        return (_WORTH[self.now.verdict.bin] == best) - (_WORTH[self.before.verdict.bin] == best)


@dataclass(frozen=True)
class Comparison:
    """Two runs, message by message.

    Attributes:
        pairs: The messages that stand in both with the same labels, by file.
        only_before: How many stand only in the first.
        only_now: How many stand only in the second.
    """

    pairs: dict[str, tuple[Pair, ...]]
    only_before: int
    only_now: int

    @classmethod
    def of(cls, before: Run, now: Run) -> "Comparison":
        """Find the messages that two runs share: same file name, same text, same labels."""
        waiting: defaultdict[tuple[str, Labelled], list[Judged]] = defaultdict(list)
        for part in before.parts:
            for one in part.messages:
                waiting[part.name, one.message].append(one)
        pairs: defaultdict[str, list[Pair]] = defaultdict(list)
        for part in now.parts:
            for one in part.messages:
                if waiting[part.name, one.message]:
                    pairs[part.name].append(Pair(waiting[part.name, one.message].pop(0), one))
        shared = sum(map(len, pairs.values()))
        return cls(
            {name: tuple(found) for name, found in pairs.items()},
            len(before.messages) - shared,
            len(now.messages) - shared,
        )

    @property
    def every(self) -> tuple[Pair, ...]:
        """The messages of all files."""
        return tuple(pair for pairs in self.pairs.values() for pair in pairs)


def sign_test(gains: int, losses: int) -> float:
    """Return the exact two-sided p-value of the sign test.

    On messages that came right or ceased to be, this is McNemar's exact test.

    Args:
        gains: How many changed for the better.
        losses: How many changed for the worse.

    Returns:
        The probability, from 0 to 1, of a split at least as uneven if either way were equally likely.
    """
    n = gains + losses
    tail = sum(comb(n, k) for k in range(min(gains, losses) + 1))
    return min(1.0, 2 * tail / (1 << n))


def report(comparison: Comparison) -> Iterator[str]:
    """Yield the lines that say what changed."""
    every = comparison.every
    yield from heading("Changes", f"Of the {len(every)} messages that both runs hold with the same labels.")
    if comparison.only_before or comparison.only_now:
        yield f"Left out: {comparison.only_before} only in the run before, {comparison.only_now} only in this one."
    if not every:
        return
    yield ""
    yield from table_lines(_figures(every))
    yield ""
    yield from table_lines(_files(comparison))
    yield ""
    yield _tested("Bin better or worse", [pair.gain for pair in every], "sign test")
    yield _tested("Came right or ceased to be", [pair.gained_right for pair in every], "McNemar's test")
    yield from _changed("Better", [pair for pair in every if pair.gain > 0])
    yield from _changed("Worse", [pair for pair in every if pair.gain < 0])


def _figures(pairs: Sequence[Pair]) -> Table:
    before, now = [pair.before for pair in pairs], [pair.now for pair in pairs]
    rows = [
        (name, str(was.n), str(was), str(is_), _difference(was.percent, is_.percent, 1))
        for (name, was), (_, is_) in zip(Figures.of(before).shares(), Figures.of(now).shares(), strict=True)
        if was.n or is_.n
    ]
    was_error, error = Calibration.of(before).error, Calibration.of(now).error
    rows.append(("calibration error", "", f"{was_error:.3f}", f"{error:.3f}", _difference(was_error, error, 3)))
    return Table("", "", ("figure", "n", "before", "now", "difference"), tuple(rows))


def _difference(before: float | None, now: float | None, digits: int) -> str:
    return "-" if before is None or now is None else f"{now - before:+.{digits}f}"


def _files(comparison: Comparison) -> Table:
    rows = []
    for name, pairs in comparison.pairs.items():
        before = Figures.of([pair.before for pair in pairs])
        now = Figures.of([pair.now for pair in pairs])
        better, worse = sum(pair.gain > 0 for pair in pairs), sum(pair.gain < 0 for pair in pairs)
        rows.append(
            (
                name,
                str(len(pairs)),
                f"{before.right} > {now.right}",
                f"{before.wrong} > {now.wrong}",
                str(better),
                str(worse),
            )
        )
    return Table("", "", ("file", "messages", "right", "wrong", "better", "worse"), tuple(rows))


def _tested(what: str, gains: Sequence[int], test: str) -> str:
    better, worse = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
    p = sign_test(better, worse)
    said = "less than 0.001" if p < 0.001 else f"{p:.3f}"
    return f"{what}: {better} up, {worse} down; by chance alone as uneven with p = {said} (exact {test})."


def _changed(title: str, pairs: Sequence[Pair]) -> Iterator[str]:
    if not pairs:
        return
    yield from heading(f"{title} ({len(pairs)})")
    for pair in pairs:
        yield from listed([pair.now])
        yield f"      {pair.before.verdict.bin} > {pair.now.verdict.bin}; before: {got(pair.before)}"
