"""Mistyped words of a message: which known word was meant."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4
"""Letters of the shortest word that is meant: among shorter ones nearly every slip is another word."""

COMMON = 2
"""Uses of a word from which it may be meant: a stranger is no slip for a word that is rare itself."""

RARE = 100
"""A word is a slip for another, known as it is, if that one is used so many times as often ("bakc")."""

REMEMBERED_WORDS = 20_000
"""Words whose meant one is kept at hand, those of the latest messages."""

SAME_START = 5
"""So many times likelier than a word with another first letter is one with the same: thumbs err later in a word."""


class Repairer:
    """Finds the known word that is one slip away: a letter wrong, missing, added, or swapped with its neighbour.

    A mended word costs little where the guess is wrong, since the letters as they were typed count beside it; warning
    signs are read by rules of their own (`bot.spelling`).

    Args:
        known: The words that are in use, with how often each is.
        right: Words that are right, however rare they are.
    """

    def __init__(self, known: Counter[str], right: Iterable[str]) -> None:
        self._right = frozenset(right)
        self._known = known + Counter(self._right)
        self._by_length: defaultdict[int, list[str]] = defaultdict(list)
        for word in sorted(self._known):
            if len(word) >= SHORTEST and word.isalpha() and self._known[word] >= COMMON:
                self._by_length[len(word)].append(word)
        self.meant = lru_cache(maxsize=REMEMBERED_WORDS)(self._meant)

    def mended(self, words: Iterable[str]) -> list[str]:
        """Return the words that were meant."""
        return [self.meant(word) for word in words]

    def _meant(self, word: str) -> str:
        """Return the known word that was meant, the likeliest of several; the word itself where there is none."""
        if word in self._right or len(word) < SHORTEST - 1 or not word.isalpha():
            return word
        near = [known for length in (-1, 0, 1) for known in self._by_length.get(len(word) + length, ())]
        found = process.extract(word, near, scorer=OSA.distance, score_cutoff=1, limit=None)
        meant = max((known for known, _, _ in found), key=lambda known: self._likely(word, known), default=word)
        return meant if self._known[meant] > RARE * self._known[word] else word

    def _likely(self, written: str, known: str) -> tuple[int, str]:
        return self._known[known] * (SAME_START if written[0] == known[0] else 1), known
