"""Reads a message for warning signs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Self

from bot.alerts.context import Context, SpottedClause
from bot.alerts.language import Language, Match, Part, Pattern, Symbol, matches
from bot.alerts.learned import ASKS, RAISES, Learned
from bot.alerts.numbers import WORDS, numbers
from bot.reading import Clause, clauses, unbroken, words
from bot.spelling import Speller, Spellings
from knowledge.schema import Alert, Level, Reading, Reports

RANK: dict[Level, int] = {"soon": 1, "urgent": 2, "emergency": 3}
_REMEMBERED_WORDS = 50_000
MOST_READINGS = 12
"""Other meanings of mistyped words that are tried, one after the other."""

Covered = dict[int, set[int]]
"""Words by clause: the number of a clause → the places of the words."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A warning sign in a message.

    Attributes:
        flag: The sign's id.
        level: How urgent it is.
        sure: Whether the message reports it; a sign that isn't sure is asked about.
        words: The words of the message that raised it.
        rule: The pattern that they met.
    """

    flag: str
    level: Level
    sure: bool
    words: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: Pattern
    level: Level
    sure: bool


@dataclass(frozen=True, slots=True)
class _Sign:
    """A compiled alert: its rules from the strongest to the weakest, and what makes them doubtful or void."""

    alert: Alert
    rules: tuple[_Rule, ...]
    softened: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class _Report:
    """How a clause meets a part of a pattern: does it only ask, does it leave doubt, and in which words."""

    asked: bool
    doubtful: bool
    words: str


class AlertReader:
    """Finds warning signs in messages.

    Attributes:
        learned: What is looked at beside the patterns; None for the patterns alone.

    Args:
        alerts: The signs.
        reading: How messages are read, whichever sign it is.
        reports: What reports each of the signs, in the same order.

    Raises:
        PatternError: A pattern or group can't be read.
    """

    def __init__(self, alerts: Iterable[Alert], reading: Reading, reports: Sequence[Reports]) -> None:
        self._little_words = frozenset(reading.little_words)
        self._spellings = Spellings(reading.spellings)
        groups = dict(item for named in (reading.groups, *(one.groups for one in reports)) for item in named.items())
        self._language = Language({**groups, **Context.groups(reading)}, self._content)
        self._context = Context(reading, self._language)
        self._signs = tuple(_compile(*sign, self._language) for sign in zip(alerts, reports, strict=True))
        self._by_symbol = _by_rarest_symbol(self._signs)
        written = (key.split() for key in reading.spellings)
        vocabulary = self._language.vocabulary.union(reading.persons, WORDS, *written)
        speller = Speller(vocabulary, (*reading.ordinary_words, *reading.little_words))
        self._meant = lru_cache(maxsize=_REMEMBERED_WORDS)(speller.meant)
        self._levels = {sign.alert.flag: sign.alert.level for sign in self._signs}
        self.learned: Learned | None = None

    def with_learned(self, learned: Learned | None) -> Self:
        """Return this reader with what was learned beside its patterns, or with its patterns alone."""
        other = copy(self)
        other.learned = learned
        return other

    @property
    def named_groups(self) -> frozenset[str]:
        """The groups that a pattern names, itself or through another group."""
        return self._language.named

    @property
    def vocabulary(self) -> frozenset[str]:
        """The words that the patterns know."""
        return frozenset(self._language.vocabulary)

    def read(self, text: str, before: str = "") -> list[Finding]:
        """Return the signs in a message, the highest level first; of each sign the strongest finding.

        A line break may end a sentence or stand within one, and a mistyped word may stand for several: a message is
        read in each way.

        Args:
            text: The message.
            before: The message before it: what only both together report counts too.
        """
        findings = self._strongest(text)
        if before:
            more = _stronger(self._strongest(f"{before}\n{text}"), findings)
            findings = findings | (_stronger(more, self._strongest(before)) if more else {})
        if not any(finding.sure and finding.level != "soon" for finding in findings.values()):
            findings |= self._like(text, findings)
        return sorted(findings.values(), key=lambda finding: (-RANK[finding.level], not finding.sure))

    def _like(self, text: str, known: Mapping[str, Finding]) -> dict[str, Finding]:
        """Return the sign that a message looks like the reports of, if it does and the patterns don't know better."""
        like = self.learned.likeness(text) if self.learned else None
        if not like or like.probability < ASKS:
            return {}
        sure = like.probability >= RAISES
        if (like.flag in known and not sure) or self._dismissed(text) - known.keys():
            return {}
        rule = f"likeness {like.probability:.2f}"
        return {like.flag: Finding(like.flag, self._levels[like.flag], sure, like.words, rule)}

    def _dismissed(self, text: str) -> set[str]:
        """Return the signs that patterns saw in a message, be they denied there, asked about or excused."""
        message, present = self._spots(clauses(text), {})
        return {
            self._signs[i].alert.flag
            for i, rules in self._possible(present).items()
            if any(all(any(_met(part, message)) for part in self._signs[i].rules[rule].pattern.parts) for rule in rules)
        }

    def _strongest(self, text: str) -> dict[str, Finding]:
        strongest: dict[str, Finding] = {}
        for finding in chain.from_iterable(self._readings(text)):
            known = strongest.get(finding.flag)
            if known is None or _strength(finding) > _strength(known):
                strongest[finding.flag] = finding
        return strongest

    def _readings(self, text: str) -> Iterator[list[Finding]]:
        for reading in dict.fromkeys((text, *unbroken(text))):
            cut = clauses(reading)
            yield self._read(cut, {})
            doubtful = {word: meant for clause in cut for word in clause.words if len(meant := self._meant(word)) > 1}
            others = [(word, other) for word, meant in doubtful.items() for other in meant[1:]]
            for word, other in others[:MOST_READINGS]:
                yield self._read(cut, {word: other})

    def _read(self, cut: Sequence[Clause], instead: Mapping[str, str]) -> list[Finding]:
        message, present = self._spots(cut, instead)
        possible = sorted(self._possible(present).items())
        findings = (self._finding(self._signs[i], sorted(rules), message, present) for i, rules in possible)
        return [finding for finding in findings if finding]

    def _spots(
        self, cut: Sequence[Clause], instead: Mapping[str, str]
    ) -> tuple[Sequence[SpottedClause], frozenset[Symbol]]:
        """Return clauses as the patterns see them, and all symbols that stand in them."""
        message = [self._spotted(clause, instead, opening=i == 0) for i, clause in enumerate(cut)]
        return message, frozenset().union(*(clause.spots for clause in message))

    def _possible(self, present: frozenset[Symbol]) -> dict[int, list[int]]:
        """Return the rules that may be met where these symbols stand, by the numbers of sign and rule."""
        possible: dict[int, list[int]] = {}
        for symbol in present:
            for sign, rule in self._by_symbol.get(symbol, ()):
                if self._signs[sign].rules[rule].pattern.needs <= present:
                    possible.setdefault(sign, []).append(rule)
        return possible

    def _content(self, text: str) -> list[str]:
        return [word for word in self._spellings.rewrite(words(text)) if word not in self._little_words]

    def _spotted(self, clause: Clause, instead: Mapping[str, str], *, opening: bool) -> SpottedClause:
        said = [instead.get(word) or self._meant(word)[0] for word in clause.words]
        all_words: list[str] = []
        kept: list[str] = []
        at: list[int] = []
        commas: set[int] = set()
        i = 0
        while i < len(said):
            if i in clause.commas:
                commas.add(len(kept))
            meant, length = self._spellings.at(said, i)
            for word in meant or (said[i],):
                if word not in self._little_words:
                    at.append(len(all_words))
                    kept.append(word)
                all_words.append(word)
            i += length or 1
        spots = self._language.spot(kept, tuple(numbers(kept, opening=opening)))
        return SpottedClause(kept, all_words, at, frozenset(commas), clause.sentence, spots)

    def _finding(
        self, sign: _Sign, rules: Sequence[int], message: Sequence[SpottedClause], present: frozenset[int]
    ) -> Finding | None:
        """Return what a message makes of a sign by those of its rules, from the strongest, that it may meet."""
        void = self._covered(sign.unless, message, present)
        soft = self._covered(sign.softened, message, present)
        weaker: Finding | None = None
        for rule in (sign.rules[i] for i in rules):
            if weaker and not rule.sure:
                break
            report = self._met(rule.pattern, message, void, soft, sign.alert)
            if report is None:
                continue
            finding = Finding(
                sign.alert.flag, rule.level, rule.sure and not report.doubtful, report.words, rule.pattern.text
            )
            if finding.sure:
                return finding
            weaker = weaker or finding
        return weaker if sign.alert.level != "soon" else None

    def _met(
        self, pattern: Pattern, message: Sequence[SpottedClause], void: Covered, soft: Covered, alert: Alert
    ) -> _Report | None:
        """Return how a message meets a pattern; None where it doesn't, or only asks about the sign."""
        reports: list[_Report] = []
        for part in pattern.parts:
            best: _Report | None = None
            for i, match in self._places(part, message, void):
                report = self._report(message, i, match, soft, alert)
                if best is None or (report.asked, report.doubtful) < (best.asked, best.doubtful):
                    best = report
                if not (best.asked or best.doubtful):
                    break
            if best is None:
                return None
            reports.append(best)
        asked = all(report.asked for report in reports)
        if asked and alert.level != "soon":  # "is ibuprofen safe in pregnancy" is a question, and says who asks
            return None
        quoted = dict.fromkeys(report.words for report in reports)
        return _Report(asked, any(report.doubtful for report in reports), " … ".join(quoted))

    def _report(self, message: Sequence[SpottedClause], i: int, match: Match, soft: Covered, alert: Alert) -> _Report:
        clause = message[i]
        over = not alert.lasting and self._context.over(message, i)
        return _Report(
            self._context.asked(message, i, match) or self._context.told(message, i, match),
            over or self._context.supposed(clause, match) or match.touches(soft.get(i, set())),
            " ".join(clause.quote(match.start, match.end)),
        )

    def _places(self, part: Part, message: Sequence[SpottedClause], void: Covered) -> Iterator[tuple[int, Match]]:
        """Yield where a part of a pattern reports something of a person, with the number of the clause."""
        for i, match in _met(part, message):
            if not match.touches(void.get(i, set())) and self._context.counts(message[i], match):
                yield i, match

    def _covered(
        self, patterns: Sequence[Pattern], message: Sequence[SpottedClause], present: frozenset[int]
    ) -> Covered:
        """Return the words that patterns cover, by clause."""
        covered: Covered = {}
        for pattern in patterns:
            if pattern.needs <= present:
                parts = [
                    [
                        (i, match)
                        for i, match in _met(part, message)
                        if not self._context.denied_before(message[i], match)
                    ]
                    for part in pattern.parts
                ]
                if all(parts):
                    for i, match in (place for part in parts for place in part):
                        covered.setdefault(i, set()).update(match.words())
        return covered


def _met(part: Part, message: Sequence[SpottedClause]) -> Iterator[tuple[int, Match]]:
    """Yield where a part of a pattern is met, with the number of the clause."""
    needs = {symbol for run in part for chain in run for symbol in chain}
    for i, clause in enumerate(message):
        if needs <= clause.spots.keys():
            for match in matches(part, clause.spots):
                yield i, match


def _by_rarest_symbol(signs: Sequence[_Sign]) -> dict[Symbol, list[tuple[int, int]]]:
    """Return the rules (the numbers of sign and rule) by that symbol of theirs which the fewest rules need."""
    needed = Counter(symbol for sign in signs for rule in sign.rules for symbol in rule.pattern.needs)
    rules: dict[Symbol, list[tuple[int, int]]] = {}
    for i, sign in enumerate(signs):
        for j, rule in enumerate(sign.rules):
            rules.setdefault(min(rule.pattern.needs, key=lambda one: (needed[one], one)), []).append((i, j))
    return rules


def _stronger(findings: Mapping[str, Finding], known: Mapping[str, Finding]) -> dict[str, Finding]:
    """Return the findings that are not known, or not as strong."""
    return {
        flag: finding
        for flag, finding in findings.items()
        if flag not in known or _strength(finding) > _strength(known[flag])
    }


def _strength(finding: Finding) -> tuple[bool, int]:
    return finding.sure, RANK[finding.level]


def _compile(alert: Alert, reports: Reports, language: Language) -> _Sign:
    def compiled(texts: Sequence[str]) -> tuple[Pattern, ...]:
        return tuple(language.compile(text) for text in texts)

    rules = (
        *(_Rule(pattern, "emergency", True) for pattern in compiled(reports.emergency)),
        *(_Rule(pattern, alert.level, True) for pattern in compiled(reports.report)),
        *(_Rule(pattern, alert.level, False) for pattern in compiled(reports.borderline)),
    )
    return _Sign(alert, rules, compiled(reports.softened), compiled(reports.unless))
