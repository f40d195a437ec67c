"""Which language a message is written in, if it is one of those in which the bot can say that it reads English only."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from bot.reading import words
from knowledge.schema import Language, Languages, Script

LONGEST = 1024
"""Characters of a message that are looked at: a language shows long before."""

ENOUGH = 6
"""Letters that the known words of a message in Latin letters must hold together. Names and abbreviations are full of
short ones ("de la Cruz", "Los Angeles")."""

SHARE = 0.2
"""Share of the different words of a message in Latin letters that must be known ones."""

MIXED = 2
"""A message with so many foreign words for each English one, or fewer, is taken for a mixed one in English."""

SCRIPTS: dict[Script, re.Pattern[str]] = {
    "cyrillic": re.compile(r"[\u0400-\u052f]{2,}"),
    "arabic": re.compile(r"[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f]{2,}"),
    "devanagari": re.compile(r"[\u0900-\u0963\u0971-\u097f]{2,}"),
}
"""A word in a script other than Latin: two letters or more of its Unicode blocks."""


@dataclass(frozen=True)
class _Reading:
    """A language as the reader needs it: its normalised words and its letters."""

    language: Language
    known: frozenset[str]
    letters: frozenset[str]

    def evidence(self, said: set[str]) -> int:
        """Return how many of the words say that a message is in this language, or in another one of its script."""
        script = SCRIPTS.get(self.language.script)
        if script:
            return sum(bool(script.match(word)) for word in said)
        found = self.known & said
        enough = sum(map(len, found)) >= ENOUGH and len(found) >= SHARE * len(said)
        return len(found) if enough else 0


class LanguageReader:
    """Tells the languages of `languages.yaml` from English and from each other.

    Args:
        languages: The languages, and the words that English messages are made of.
    """

    def __init__(self, languages: Languages) -> None:
        english = _normalised(languages.english)
        known = [_normalised(language.words) for language in languages.languages]
        shared = english.intersection(frozenset[str]().union(*known))
        self._english = english - shared
        self._readings = tuple(
            _Reading(language, words_ - shared, _letters(language.letters))
            for language, words_ in zip(languages.languages, known, strict=True)
        )

    def language(self, text: str) -> Language | None:
        """Return the language of a message.

        None stands for English, for a message that is mostly English, for too little evidence, and for all other
        languages.
        """
        text = text[:LONGEST]
        said = set(words(text))
        english = len(said & self._english)
        letters = frozenset[str]() if text.isascii() else _letters(text)
        best: Language | None = None
        most = -1
        for reading in self._readings:
            if reading.evidence(said) > MIXED * english:
                score = len(reading.known & said) - len(letters - reading.letters)
                if score > most:
                    best, most = reading.language, score
        return best


def _normalised(listed: Iterable[str]) -> frozenset[str]:
    return frozenset(words(" ".join(listed)))


def _letters(text: str) -> frozenset[str]:
    """Return the letters of a text, in lower case and without a to z."""
    return frozenset(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalpha() and not c.isascii())
