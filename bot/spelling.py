"""Mistyped words: which word of a vocabulary was meant."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rapidfuzz.distance import OSA

FUZZY = 6
"""Words of so many letters or more are known with one wrong, missing, added or swapped letter. In shorter ones a letter
makes another word (pee, see)."""
_LONGEST = 24
_DOUBLED = re.compile(r"(.)\1+")


class Spellings:
    """Slips and short forms that are known as such ("couldn t", "preggo"), of one word or several.

    Args:
        spellings: What is written, and what it stands for.
    """

    def __init__(self, spellings: Mapping[str, str]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for written, meant in spellings.items():
            first, *rest = written.split()
            self._by_first.setdefault(first, []).append((tuple(rest), tuple(meant.split())))
        for choices in self._by_first.values():
            choices.sort(key=lambda choice: -len(choice[0]))

    def at(self, words: Sequence[str], i: int) -> tuple[tuple[str, ...], int]:
        """Return what the words at `i` stand for, and how many of them that takes: 0 where no spelling is known."""
        for rest, meant in self._by_first.get(words[i], ()):
            if tuple(words[i + 1 : i + 1 + len(rest)]) == rest:
                return meant, 1 + len(rest)
        return (), 0

    def rewrite(self, words: Sequence[str]) -> list[str]:
        """Return the words with all known spellings put right."""
        meant: list[str] = []
        i = 0
        while i < len(words):
            right, length = self.at(words, i)
            meant += right if length else words[i : i + 1]
            i += length or 1
        return meant


class Speller:
    """Finds the word of a vocabulary that a word of a message stands for.

    Args:
        vocabulary: The words that matter.
        ordinary: Ordinary words that are no slip for a word of the vocabulary, near as they look.
    """

    def __init__(self, vocabulary: Iterable[str], ordinary: Iterable[str]) -> None:
        self._vocabulary = frozenset(vocabulary)
        self._ordinary = frozenset(ordinary)
        self._by_deletion: dict[str, list[str]] = {}
        self._undoubled: dict[str, str] = {}
        for word in sorted(self._vocabulary):
            if not word.isalpha():
                continue
            self._undoubled.setdefault(_DOUBLED.sub(r"\1", word), word)
            if len(word) >= FUZZY:
                for key in {word, *_deletions(word)}:
                    self._by_deletion.setdefault(key, []).append(word)

    def meant(self, word: str) -> tuple[str, ...]:
        """Return the words of the vocabulary that may be meant, the likeliest first; the word itself where none is."""
        if word in self._vocabulary or word in self._ordinary or not word.isalpha():
            return (word,)
        undoubled = self._undoubled.get(_DOUBLED.sub(r"\1", word), word)
        meant = [undoubled] if len(undoubled) < len(word) else []
        if FUZZY - 1 <= len(word) <= _LONGEST:
            candidates = {
                candidate
                for key in (word, *_deletions(word))
                for candidate in self._by_deletion.get(key, ())
                if OSA.distance(word, candidate, score_cutoff=1) <= 1
            }
            meant += sorted(candidates.difference(meant), key=lambda candidate: (_slip(word, candidate), candidate))
        return tuple(meant) or (word,)


def _slip(written: str, meant: str) -> tuple[int, int]:
    """Return how unlikely a slip is: swapped and missing letters are likely, a wrong one at either end is not."""
    swapped = sorted(written) == sorted(meant)
    kind = 0 if swapped else 1 if len(written) < len(meant) else 2
    return kind, (written[0] != meant[0]) + (written[-1] != meant[-1])


def _deletions(word: str) -> Iterator[str]:
    return (word[:i] + word[i + 1 :] for i in range(len(word)))
