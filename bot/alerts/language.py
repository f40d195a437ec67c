"""The language in which the files of `reports/` say what reports a warning sign.

A pattern is made of:

    lost control            words, side by side. Little words (a, my, really …) don't count, here or in the message
    {bladder}               any word or phrase of the group of that name
    {age<18}                a number: age (years), temperature (°C), days (a duration) or number; < <= > >= =
    cant .. {pee}           in this order, in one clause, at most four words between
    {numb} + {groin}        in one clause, in any order, at most four words between
    {fever} & {back_pain}   anywhere in the message

from the tightest to the loosest. A phrase of a group is words and other groups side by side.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product

from bot.alerts.numbers import KINDS, Number

Symbol = int
"""A group, a run of words or a number of the patterns."""

Spots = dict[Symbol, dict[int, list[int]]]
"""Where the symbols stand in a clause: symbol → first word → the ends (exclusive) of the places that start there."""

AFTER = 4
"""How many words may stand at `..`."""
NEAR = 4
"""How many words may stand at `+`."""
MOST_PHRASES = 20_000
"""A group of more phrases than this is a slip: groups within groups multiply."""

_ITEM = re.compile(r"\{([^{}]*)\}|([^{}]+)")
_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}
_NUMBER = re.compile(r"([a-z]+)(<=|>=|<|>|=)(\d+(?:\.\d+)?)")


class PatternError(ValueError):
    """A pattern or group that can't be read.

    Attributes:
        text: As it stands in the file: the pattern, the phrase or the group's name.
        what: What is wrong.
        mend: What to do about it.
    """

    def __init__(self, text: str, what: str, mend: str) -> None:
        super().__init__(f"{what} {mend}")
        self.text, self.what, self.mend = text, what, mend


@dataclass(frozen=True, slots=True)
class Match:
    """A part of a pattern that was found in a clause: the places it covers, from left to right."""

    places: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        """The first word."""
        return self.places[0][0]

    @property
    def end(self) -> int:
        """The word after the last one."""
        return max(end for _, end in self.places)

    def gaps(self) -> Iterator[tuple[int, int]]:
        """Yield the places between those it covers."""
        return ((a, b) for (_, a), (b, _) in pairwise(self.places) if a < b)

    def words(self) -> Iterator[int]:
        """Yield the words it covers."""
        return (place for start, end in self.places for place in range(start, end))

    def touches(self, places: set[int]) -> bool:
        """Whether it covers one of the words given."""
        return bool(places) and not places.isdisjoint(self.words())


Chain = tuple[Symbol, ...]
"""Symbols side by side."""
Run = tuple[Chain, ...]
"""Chains joined by `..`."""
Part = tuple[Run, ...]
"""Runs joined by `+`."""
Place = tuple[tuple[int, int], ...]
"""Where a run stands: the places of its chains."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern: its text, its parts (joined by `&`), and the symbols without which it can't be met."""

    text: str
    parts: tuple[Part, ...]
    needs: frozenset[Symbol]


@dataclass(slots=True)
class _Node:
    next: dict[str, "_Node"] = field(default_factory=dict)
    symbols: list[Symbol] = field(default_factory=list)


class Language:
    """Compiles patterns over named groups, and spots their words in clauses.

    Args:
        groups: The phrases of each group.
        content: Gives those words of a text that count, in their right spelling.

    Raises:
        PatternError: A group names one that doesn't exist, or itself.
    """

    def __init__(self, groups: Mapping[str, Sequence[str]], content: Callable[[str], list[str]]) -> None:
        self._groups = groups
        self._content = content
        self._symbols: dict[str, Symbol] = {}
        self._numbers: dict[Symbol, tuple[str, str, float]] = {}
        self._root = _Node()
        self._expanded: dict[str, list[tuple[str, ...]]] = {}
        self.vocabulary: set[str] = set()

    def compile(self, text: str) -> Pattern:
        """Compile a pattern.

        Raises:
            PatternError: It can't be read.
        """
        parts = tuple(
            tuple(tuple(self._chain(chain, text) for chain in run.split("..")) for run in part.split("+"))
            for part in text.split("&")
        )
        return Pattern(text, parts, frozenset(s for part in parts for run in part for chain in run for s in chain))

    @property
    def named(self) -> frozenset[str]:
        """The groups that a pattern names, itself or through another group."""
        return frozenset(self._expanded)

    def group(self, name: str) -> Symbol:
        """Return the symbol of a group.

        Raises:
            PatternError: There is no such group.
        """
        if name not in self._symbols:
            self._symbols[name] = len(self._symbols)
            for phrase in self._phrases(name, ()):
                self._plant(phrase, self._symbols[name])
        return self._symbols[name]

    def _chain(self, text: str, pattern: str) -> Chain:
        symbols: list[Symbol] = []
        for match in _ITEM.finditer(text):
            if match[1] is None:
                if match[2].strip():
                    symbols.append(self._literal(self._words(match[2], f"pattern '{pattern}'")))
            else:
                symbols.append(self._number(match[1], pattern) if _NUMBER.match(match[1]) else self.group(match[1]))
        if not symbols:
            what = f"The pattern '{pattern}' has an empty place."
            raise PatternError(pattern, what, "Write words or a {group} on each side of a join.")
        return tuple(symbols)

    def _words(self, text: str, where: str) -> tuple[str, ...]:
        content = tuple(self._content(text))
        if not content:
            what = f"In the {where}, '{text.strip()}' holds little words only."
            raise PatternError(text.strip(), what, "Take it out, or add a word that counts.")
        return content

    def _literal(self, phrase: tuple[str, ...]) -> Symbol:
        name = f'"{" ".join(phrase)}"'  # quoted, for a group may have the same name
        if name not in self._symbols:
            self._symbols[name] = len(self._symbols)
            self._plant(phrase, self._symbols[name])
        return self._symbols[name]

    def _number(self, text: str, pattern: str) -> Symbol:
        match = _NUMBER.fullmatch(text)
        if not match or match[1] not in KINDS:
            known = ", ".join(KINDS)
            what = f"The pattern '{pattern}' holds the number '{text}'."
            raise PatternError(pattern, what, f"Write one of {known}, as in {{age<18}}.")
        if text not in self._symbols:
            self._symbols[text] = len(self._symbols)
            self._numbers[self._symbols[text]] = match[1], match[2], float(match[3])
        return self._symbols[text]

    def _phrases(self, name: str, within: tuple[str, ...]) -> list[tuple[str, ...]]:
        if name in within:
            raise PatternError(
                name, f"The group '{name}' holds itself.", f"Take it out of one of: {', '.join(within)}."
            )
        if name not in self._groups:
            raise PatternError(f"{{{name}}}", f"There is no group '{name}'.", "Add it to groups, or mend its spelling.")
        if name not in self._expanded:
            self._expanded[name] = [
                phrase for text in self._groups[name] for phrase in self._expand(text, (*within, name))
            ]
        if len(self._expanded[name]) > MOST_PHRASES:
            what = f"The group '{name}' has more than {MOST_PHRASES} phrases."
            raise PatternError(name, what, "Name fewer groups within its phrases.")
        return self._expanded[name]

    def _expand(self, text: str, within: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        choices = [
            self._phrases(match[1], within)
            if match[1] is not None
            else [self._words(match[2], f"group '{within[-1]}'")]
            for match in _ITEM.finditer(text)
            if match[0].strip()
        ]
        for choice in product(*choices):
            yield tuple(word for phrase in choice for word in phrase)

    def _plant(self, phrase: tuple[str, ...], symbol: Symbol) -> None:
        node = self._root
        for word in phrase:
            node = node.next.setdefault(word, _Node())
        if symbol not in node.symbols:
            node.symbols.append(symbol)
        self.vocabulary.update(phrase)

    def spot(self, clause: Sequence[str], numbers: Sequence[Number]) -> Spots:
        """Find all symbols in the words of a clause, its little words left out."""
        spots: Spots = {}
        first = self._root.next
        for start, word in enumerate(clause):
            node = first.get(word)
            end = start
            while node:
                end += 1
                for symbol in node.symbols:
                    spots.setdefault(symbol, {}).setdefault(start, []).append(end)
                node = node.next.get(clause[end]) if end < len(clause) else None
        for number in numbers:
            for symbol, (kind, comparison, limit) in self._numbers.items():
                if number.kind == kind and _COMPARE[comparison](number.value, limit):
                    spots.setdefault(symbol, {}).setdefault(number.start, []).append(number.end)
        return spots


def matches(part: Part, spots: Spots) -> Iterator[Match]:
    """Yield all places of a clause that meet a part of a pattern."""
    first, *others = [_run(run, spots) for run in part]
    if all(others):
        for places in first.values():
            for place in places:
                yield from _near((place,), others)


def _near(found: tuple[Place, ...], others: list[dict[int, list[Place]]]) -> Iterator[Match]:
    """Yield the matches that join the runs found with one of each other run near them."""
    if not others:
        yield Match(tuple(sorted(span for place in found for span in place)))
        return
    low, high = min(place[0][0] for place in found), max(place[-1][1] for place in found)
    for start, places in others[0].items():
        for place in places:
            if high <= start <= high + NEAR or low - NEAR <= place[-1][1] <= low:
                yield from _near((*found, place), others[1:])


def _run(run: Run, spots: Spots) -> dict[int, list[Place]]:
    places: dict[int, list[Place]] = {
        start: [((start, end),) for end in ends] for start, ends in _chains(run[0], spots).items()
    }
    for chain in run[1:]:
        following = _chains(chain, spots)
        places = {
            start: longer
            for start, shorter in places.items()
            if (
                longer := [
                    (*place, (s, end))
                    for place in shorter
                    for s in range(place[-1][1], place[-1][1] + AFTER + 1)
                    for end in following.get(s, ())
                ]
            )
        }
    return places


def _chains(chain: Chain, spots: Spots) -> dict[int, list[int]]:
    found = spots.get(chain[0], {})
    for symbol in chain[1:]:
        following = spots.get(symbol, {})
        found = {
            start: longer
            for start, ends in found.items()
            if (longer := [later for end in ends for later in following.get(end, ())])
        }
    return found
