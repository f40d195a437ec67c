"""What stands around a sign in a message: a denial, a question, or that it is over."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.alerts.language import Language, Match, Spots, Symbol
from knowledge.schema import Reading

REACH = 3
"""How many words may stand between a denial and the sign it denies, or between two members of a list."""
_OR = frozenset({"or", "nor"})
_NEW_STATEMENT = frozenset({"and", "i", "im", "ive", "because", "since", "so", "when", "then", "he", "she", "now"})
_GREETINGS = frozenset(
    {"hi", "hello", "hey", "doctor", "doc", "sir", "so", "and", "or", "ok", "please", "well", "also", "question"}
)
_WRITER = frozenset({"i", "im", "ive", "id", "me"})
"""Not "my": what is said of the dead is often said of one's own."""
_OWN = frozenset({"my", "our"})
_ITS = frozenset({"his", "her", "hers", "their"})
_NEXT_CLAUSES = 2
"""How many clauses after a sign may say that it is over ("I had chest pain, however it went away")."""


@dataclass(frozen=True)
class SpottedClause:
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

    def quote(self, start: int, end: int) -> Sequence[str]:
        """Return all words from the word `start` of `words` up to the word before `end`."""
        return self.all_words[self.at[start] : self.at[end - 1] + 1]

    def covered(self, symbol: Symbol) -> set[int]:
        """Return the places that a symbol covers."""
        return {place for start, ends in self.spots.get(symbol, {}).items() for place in range(start, max(ends))}

    def parted(self, start: int, end: int) -> bool:
        """Return whether a comma stands after the word `start` and up to before the word `end`."""
        return any(start < comma <= end for comma in self.commas)


class Context:
    """Judges a sign by the words around it.

    Args:
        reading: Holds the words that deny, ask or say that a sign is over.
        language: Where they are known as groups.
    """

    def __init__(self, reading: Reading, language: Language) -> None:
        self._persons = frozenset(reading.persons)
        self._people = (self._persons | _OWN) - _ITS
        self._animals = language.group("animals")
        self._denials = language.group("denials")
        self._no_denials = language.group("no_denials")
        self._denials_after = language.group("denials_after")
        self._questions = language.group("questions")
        self._question_starts = language.group("question_starts")
        self._worries = language.group("worries")
        self._owned = language.group("owned")
        self._told = language.group("told")
        self._mourning = language.group("mourning")
        self._stories = language.group("stories")
        self._speakers = frozenset(reading.speakers)
        self._suppositions = language.group("suppositions")
        self._no_suppositions = language.group("no_suppositions")
        self._some_day = language.group("some_day")
        self._over = language.group("over")

    @staticmethod
    def groups(reading: Reading) -> dict[str, tuple[str, ...]]:
        """Return the groups that the language must know for this."""
        names = (
            *("animals", "denials", "no_denials", "denials_after", "questions", "question_starts", "worries", "told"),
            *("owned", "mourning", "stories", "suppositions", "no_suppositions", "some_day", "over"),
        )
        return {name: getattr(reading, name) for name in names}

    def counts(self, clause: SpottedClause, match: Match) -> bool:
        """Whether a sign is said of a person, and is neither denied nor imagined."""
        return not (
            self._of_animal(clause, match)
            or self.denied_before(clause, match)
            or self._denied_after(clause, match)
            or (self._some_day in clause.spots and self.supposed(clause, match))
        )

    def _of_animal(self, clause: SpottedClause, match: Match) -> bool:
        """Whether a clause opens with an animal ("my neighbour's dog fell") and speaks of no person up to the sign."""
        return any(
            start < match.start
            and (_GREETINGS.issuperset(clause.words[:start]) or (start == 1 and clause.words[0].endswith("s")))
            and self._people.isdisjoint(clause.quote(start, match.end)[1:])
            for start in clause.spots.get(self._animals, ())
        )

    def denied_before(self, clause: SpottedClause, match: Match) -> bool:
        """Whether words before or within a sign deny it.

        A denial reaches over a few words and on through a list ("no fever, chills or numbness"), but not to a new
        statement ("no fever and I feel faint"). A sign that itself opens with a denial ("no feeling", "can't pee") is
        not denied by another one.
        """
        excused = clause.covered(self._no_denials)
        denials = {start: ends for start, ends in clause.spots.get(self._denials, {}).items() if start not in excused}
        if match.start in denials or match.start in excused:
            return False
        last_words = {end - 1 for ends in denials.values() for end in ends}
        within = any(a <= last < b for last in last_words for a, b in match.gaps())
        return within or self._reached(clause, match.start, last_words)

    def _denied_after(self, clause: SpottedClause, match: Match) -> bool:
        """Whether words right after a sign deny it ("chest pain was ruled out")."""
        return any(match.end <= start <= match.end + 2 for start in clause.spots.get(self._denials_after, ()))

    @staticmethod
    def _reached(clause: SpottedClause, start: int, denials: set[int]) -> bool:
        """Whether one of the denials that end at the given words reaches the word `start`."""
        listed = False
        commas = 0
        left = REACH
        for i in range(start - 1, -1, -1):
            if i + 1 in clause.commas:
                commas += 1
                left = REACH
            word = clause.words[i]
            if i in denials:
                return listed or commas != 1  # "no fever, chest pain" is no list, "no fever, chills, chest pain" is one
            if word in _NEW_STATEMENT:
                return False
            if word in _OR:
                listed, left = True, REACH + 1
            left -= 1
            if left < 0:
                return False
        return False

    def supposed(self, clause: SpottedClause, match: Match) -> bool:
        """Whether words before a sign only suppose it ("if I can't pee"). A comma ends what is supposed."""
        excused = clause.covered(self._no_suppositions)
        return any(
            start < match.start and start not in excused and not clause.parted(start, match.start)
            for start in clause.spots.get(self._suppositions, ())
        )

    def told(self, message: Sequence[SpottedClause], i: int, match: Match) -> bool:
        """Whether a sign in the clause `i` is spoken of and is nobody's now.

        Others ask or warn of it, it was a dead person's, or it stands in a film, an exam, the news.
        """
        clause = message[i]
        before = clause.quote(0, match.end)
        stories = any(self._stories in other.spots for other in message if other.sentence == clause.sentence)
        return (
            any(start < match.start for start in clause.spots.get(self._told, ()))
            or (_WRITER.isdisjoint(before) and self._mourned(clause, match))
            or (self._speakers.isdisjoint(before) and stories)
        )

    def _mourned(self, clause: SpottedClause, match: Match) -> bool:
        """Whether a clause speaks of a dead person before a sign, or after it without a comma between."""
        return any(
            start < match.start or not clause.parted(match.start, start)
            for start in clause.spots.get(self._mourning, ())
        )

    def asked(self, message: Sequence[SpottedClause], i: int, match: Match) -> bool:
        """Whether the clause `i` asks about a sign in general.

        It does where it holds no worry, no person stands between the question and the sign, and nowhere the writer says
        that they have it.
        """
        clause = message[i]
        if any(self._owned in other.spots for other in message):
            return False
        openers = [
            end for start, ends in clause.spots.get(self._questions, {}).items() if start < match.start for end in ends
        ]
        for start, ends in clause.spots.get(self._question_starts, {}).items():
            if start < match.start and (start in clause.commas or _GREETINGS.issuperset(clause.words[:start])):
                openers += ends
        return self._worries not in clause.spots and any(
            self._persons.isdisjoint(clause.quote(end - 1, match.end)[1:]) for end in openers
        )

    def over(self, message: Sequence[SpottedClause], i: int) -> bool:
        """Whether the clause `i`, or one soon after it in its sentence, says that a sign is over."""
        return any(
            not clause.parted(start, end - 1)  # "I felt ok, now I can't …"
            for clause in message[i : i + 1 + _NEXT_CLAUSES]
            if clause.sentence == message[i].sentence
            for start, ends in clause.spots.get(self._over, {}).items()
            for end in ends
        )
