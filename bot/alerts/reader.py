"""Reads a message for warning signs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.alerts.language import Language, Match, Part, Pattern, Spots, Symbol, matches
from bot.alerts.numbers import numbers
from bot.alerts.spelling import Speller, Spellings
from bot.reading import clauses, words
from knowledge.schema import Alert, Alerts, Level

RANK: dict[Level, int] = {"soon": 1, "urgent": 2, "emergency": 3}
REACH = 3
"""How many words may stand between a denial and the sign it denies, or between two members of a list."""
_LIST = frozenset({"or", "nor"})
_NEW_SUBJECT = frozenset({"and", "i", "im", "ive", "because", "since", "so", "when", "then", "he", "she", "now"})
_GREETINGS = frozenset(
    {"hi", "hello", "hey", "doctor", "doc", "sir", "so", "and", "or", "ok", "please", "well", "also", "question"}
)
_REMEMBERED_WORDS = 50_000


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
class _Clause:
    """A clause as the patterns see it.

    Attributes:
        words: Its words in their right spelling, without little words.
        all_words: The same with them.
        at: The place of each of `words` in `all_words`.
        commas: The places in `words` before which a comma stands.
        sentence: The number of its sentence.
        spots: Where the symbols of the patterns stand in `words`.
    """

    words: Sequence[str]
    all_words: Sequence[str]
    at: Sequence[int]
    commas: frozenset[int]
    sentence: int
    spots: Spots


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: Pattern
    level: Level
    sure: bool


@dataclass(frozen=True, slots=True)
class _Sign:
    """A compiled alert: its rules from the strongest to the weakest, and what only looks like it."""

    alert: Alert
    rules: tuple[_Rule, ...]
    softened: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]


Covered = dict[int, set[int]]
"""The words of each clause that can't report a sign."""


class AlertReader:
    """Finds warning signs in messages.

    Args:
        alerts: The signs.

    Raises:
        PatternError: A pattern or group can't be read.
    """

    def __init__(self, alerts: Alerts) -> None:
        reading = {
            "denials": alerts.denials,
            "no_denials": alerts.no_denials,
            "denials_after": alerts.denials_after,
            "questions": alerts.questions,
            "question_starts": alerts.question_starts,
            "worries": alerts.worries,
            "over": alerts.over,
        }
        self._little_words = frozenset(alerts.little_words)
        self._spellings = Spellings(alerts.spellings)
        language = Language({**alerts.groups, **reading}, self._content)
        self._language = language
        self._denials, self._no_denials, self._denials_after, self._questions, self._question_starts, self._worries, self._over = (
            language.group(name) for name in reading
        )
        self._signs = tuple(_compile(alert, language) for alert in alerts.alerts)
        self._persons = frozenset(alerts.persons)
        vocabulary = language.vocabulary | self._persons
        speller = Speller(vocabulary, (*alerts.ordinary_words, *alerts.little_words))
        self._meant = lru_cache(maxsize=_REMEMBERED_WORDS)(speller.meant)

    def read(self, text: str) -> list[Finding]:
        """Return the signs in a message, the highest level first; of each sign the strongest finding."""
        message = [self._clause(c.words, c.commas, c.sentence, i == 0) for i, c in enumerate(clauses(text))]
        present: set[Symbol] = set()
        for clause in message:
            present.update(clause.spots)
        found = [finding for sign in self._signs if (finding := self._finding(sign, message, present))]
        return sorted(found, key=lambda finding: (-RANK[finding.level], not finding.sure))

    def _clause(self, said: Sequence[str], commas: frozenset[int], sentence: int, opening: bool) -> _Clause:  # noqa: FBT001
        all_words: list[str] = []
        kept: list[str] = []
        at: list[int] = []
        breaks: set[int] = set()
        i = 0
        while i < len(said):
            if i in commas:
                breaks.add(len(kept))
            meant, length = self._spellings.at(said, i)
            for word in meant or (self._meant(said[i]),):
                if word not in self._little_words:
                    at.append(len(all_words))
                    kept.append(word)
                all_words.append(word)
            i += length or 1
        spots = self._language.spot(kept, tuple(numbers(kept, opening=opening)))
        return _Clause(kept, all_words, at, frozenset(breaks), sentence, spots)

    def _content(self, text: str) -> list[str]:
        return [word for word in self._spellings.rewrite(words(text)) if word not in self._little_words]

    def _finding(self, sign: _Sign, message: Sequence[_Clause], present: set[Symbol]) -> Finding | None:
        covered: Covered | None = None
        softened: Covered = {}
        weaker: Finding | None = None
        for rule in sign.rules:
            if not rule.pattern.needs <= present or (weaker and not rule.sure):
                continue
            if covered is None:
                covered = self._cover(sign.unless, message, present)
                softened = self._cover(sign.softened, message, present)
            met = self._meets(rule.pattern, message, covered, softened, sign.alert)
            if not met:
                continue
            said, doubtful = met
            sure = rule.sure and not doubtful
            if not sure and RANK[sign.alert.level] == 1:
                continue
            finding = Finding(sign.alert.flag, rule.level, sure, said, rule.pattern.text)
            if sure:
                return finding
            weaker = weaker or finding
        return weaker

    def _meets(
        self, pattern: Pattern, message: Sequence[_Clause], covered: Covered, softened: Covered, alert: Alert
    ) -> tuple[str, bool] | None:
        """Return the words that meet a pattern and whether they leave doubt; None where nothing meets it."""
        quoted: list[str] = []
        asked, doubtful = True, False
        for part in pattern.parts:
            best: tuple[bool, bool, str] | None = None
            for i, match in self._reports(part, message, covered):
                clause = message[i]
                said = " ".join(clause.all_words[clause.at[match.start] : clause.at[match.end - 1] + 1])
                doubt = _touches(match, softened.get(i, set())) or (not alert.lasting and self._is_over(message, i))
                state = self._asked(clause, match), doubt, said
                best = min(best or state, state)
                if not (best[0] or best[1]):
                    break
            if best is None:
                return None
            asked, doubtful = asked and best[0], doubtful or best[1]
            quoted.append(best[2])
        if asked and alert.level != "soon":
            return None
        return " … ".join(dict.fromkeys(quoted)), doubtful

    def _reports(self, part: Part, message: Sequence[_Clause], covered: Covered) -> Iterator[tuple[int, Match]]:
        needs = {symbol for run in part for chain in run for symbol in chain}
        for i, clause in enumerate(message):
            if needs <= clause.spots.keys():
                barred = covered.get(i, set())
                for match in matches(part, clause.spots):
                    if not _touches(match, barred) and not self._denied(clause, match):
                        yield i, match

    def _cover(self, patterns: Sequence[Pattern], message: Sequence[_Clause], present: set[Symbol]) -> Covered:
        covered: Covered = {}
        for pattern in patterns:
            if not pattern.needs <= present:
                continue
            places = [list(self._reports(part, message, {})) for part in pattern.parts]
            if all(places):
                for i, match in (place for part in places for place in part):
                    for start, end in match.places:
                        covered.setdefault(i, set()).update(range(start, end))
        return covered

    def _denied(self, clause: _Clause, match: Match) -> bool:
        """Whether the words before or after a sign deny it."""
        if any(match.end <= start <= match.end + 2 for start in clause.spots.get(self._denials_after, ())):
            return True
        denials = self._denying(clause)
        if any(a <= denial < b for denial in denials for a, b in match.gaps()):
            return True
        if not denials or match.start in denials.values():
            return False  # a sign that holds a denial itself ("no feeling") isn't denied by another
        listed = False
        commas = 0
        left = REACH
        for i in range(match.start - 1, -1, -1):
            if i + 1 in clause.commas:
                commas += 1
                left = REACH
            word = clause.words[i]
            if i in denials:
                return listed or commas != 1
            if word in _LIST:
                listed, left = True, REACH + 1
            elif word in _NEW_SUBJECT:
                return False
            left -= 1
            if left < 0:
                return False
        return False

    def _denying(self, clause: _Clause) -> dict[int, int]:
        """Return the last word of each denial of a clause, with its first."""
        excused = {
            place
            for start, ends in clause.spots.get(self._no_denials, {}).items()
            for place in range(start, max(ends))
        }
        return {
            end - 1: start
            for start, ends in clause.spots.get(self._denials, {}).items()
            if start not in excused
            for end in ends
        }

    def _asked(self, clause: _Clause, match: Match) -> bool:
        """Whether a clause asks about a sign in general.

        It does where it holds no worry, and no person stands between the question and the sign.
        """
        openers = [
            end for start, ends in clause.spots.get(self._questions, {}).items() if start < match.start for end in ends
        ]
        for start, ends in clause.spots.get(self._question_starts, {}).items():
            if start < match.start and self._opens(clause, start):
                openers += ends
        return self._worries not in clause.spots and any(
            self._persons.isdisjoint(clause.all_words[clause.at[end - 1] + 1 : clause.at[match.end - 1] + 1])
            for end in openers
        )

    @staticmethod
    def _opens(clause: _Clause, start: int) -> bool:
        return start in clause.commas or all(word in _GREETINGS for word in clause.words[:start])

    def _is_over(self, message: Sequence[_Clause], i: int) -> bool:
        """Whether the clause of a sign, or a later one of the same sentence, says that it is over."""
        here = message[i]
        if self._over in here.spots:
            return True
        for later in message[i + 1 : i + 3]:
            if later.sentence == here.sentence and self._over in later.spots:
                return True
        return False


def _compile(alert: Alert, language: Language) -> _Sign:
    def compiled(texts: Sequence[str]) -> tuple[Pattern, ...]:
        return tuple(language.compile(text) for text in texts)

    rules = [
        *(_Rule(pattern, "emergency", True) for pattern in compiled(alert.emergency)),
        *(_Rule(pattern, alert.level, True) for pattern in compiled(alert.report)),
        *(_Rule(pattern, alert.level, False) for pattern in compiled(alert.borderline)),
    ]
    return _Sign(alert, tuple(rules), compiled(alert.softened), compiled(alert.unless))


def _touches(match: Match, barred: set[int]) -> bool:
    return bool(barred) and any(place in barred for start, end in match.places for place in range(start, end))
