"""Sparse features of a text: its character n-grams, its word n-grams, and the lexicon's concepts in it."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from bot.matching.concepts import Spotter
from bot.reading import words

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Extract = Callable[[list[str]], Iterable[str]]
"""From a text's words to its features, each as often as it occurs."""

LONGEST = 4096
"""Characters of a text that are read: as many as a Telegram message holds."""

NGRAMS = (3, 4)
"""Letters of the shortest and the longest character n-gram, the blanks at a word's ends counted."""


def tokens(text: str) -> list[str]:
    """Return the words of a text, and its pictures (emoji), which may be all that it holds."""
    text = text[:LONGEST]
    pictures = [] if text.isascii() else [c for c in text if unicodedata.category(c) == "So"]
    return words(text) + pictures


def character_ngrams(read: list[str]) -> Iterable[str]:
    """Yield the character n-grams of each word, with a blank at both its ends: they survive typing errors."""
    shortest, longest = NGRAMS
    for token in read:
        padded = f" {token} "
        for n in range(shortest, longest + 1):
            for start in range(len(padded) - n + 1):
                yield padded[start : start + n]


def word_ngrams(read: list[str]) -> Iterable[str]:
    """Yield the words, the pairs of neighbours, and the pairs with one word between them."""
    yield from read
    for first, second in pairwise(read):
        yield f"{first} {second}"
    for first, second in zip(read, read[2:], strict=False):
        yield f"{first} * {second}"


def concept_ngrams(spotter: Spotter) -> Extract:
    """Return an extractor of the concepts of a text, and of each pair of them."""

    def extract(read: list[str]) -> Iterable[str]:
        spotted = sorted(set(spotter.spot(read)))
        yield from spotted
        for i, first in enumerate(spotted):
            for second in spotted[i + 1 :]:
                yield f"{first}+{second}"

    return extract


def extractors(spotter: Spotter) -> Sequence[Extract]:
    """Return the kinds of features, in the order in which the matcher weighs them."""
    return character_ngrams, word_ngrams, concept_ngrams(spotter)


@dataclass(frozen=True)
class Vector:
    """The known features of a text, by number, with their weights."""

    features: Ints
    weights: Floats


@dataclass(frozen=True)
class Vocabulary:
    """The features of one kind that are known, and how telling each is.

    A weight is 1 + log of the count, times the feature's inverse document frequency (Salton and Buckley, 1988).

    Attributes:
        texts: How many texts it was made from.
        numbers: The number of each feature.
        idf: Inverse document frequency by feature.
    """

    texts: int
    numbers: dict[str, int]
    idf: Floats

    @classmethod
    def of(cls, counts: Sequence[Counter[str]], rarest: int) -> Self:
        """Return the features that stand in so many of the texts, or more."""
        frequency = Counter(feature for count in counts for feature in count)
        known = [(feature, n) for feature, n in frequency.items() if n >= rarest]
        found = np.array([n for _, n in known], dtype=np.float32)
        idf = np.log((1 + len(counts)) / (1 + found)).astype(np.float32) + 1
        return cls(len(counts), {feature: i for i, (feature, _) in enumerate(known)}, idf)

    def vector(self, count: Counter[str]) -> Vector:
        """Return the vector of a text, whose length is 1 if all its features are known, and less if they aren't."""
        known = {number: n for feature, n in count.items() if (number := self.numbers.get(feature)) is not None}
        features = np.array(list(known), dtype=np.int32)
        weights = (1 + np.log(np.array(list(known.values()), dtype=np.float32))) * self.idf[features]
        unknown = count.total() - sum(known.values())
        length = np.sqrt((weights**2).sum() + unknown * (np.log(1 + self.texts) + 1) ** 2)
        return Vector(features, (weights / length if length else weights).astype(np.float32))


@dataclass(frozen=True)
class Space:
    """The features of all kinds side by side, so that a product of two vectors is the weighted sum of their cosines.

    Attributes:
        kinds: The vocabulary of each kind.
        scales: By which the vectors of each kind are multiplied: the root of the kind's weight.
    """

    kinds: tuple[Vocabulary, ...]
    scales: tuple[float, ...]

    @property
    def size(self) -> int:
        """How many features there are."""
        return sum(len(kind.numbers) for kind in self.kinds)

    def vector(self, counts: Sequence[Counter[str]]) -> Vector:
        """Return the vector of a text from the counts of its features, one for each kind."""
        offset, features, weights = 0, [], []
        for kind, scale, count in zip(self.kinds, self.scales, counts, strict=True):
            vector = kind.vector(count)
            features.append(vector.features + np.int32(offset))
            weights.append(vector.weights * np.float32(scale))
            offset += len(kind.numbers)
        return Vector(np.concatenate(features), np.concatenate(weights))

    def matrix(self, vectors: Sequence[Vector]) -> Any:
        """Return vectors as the rows of a sparse matrix of scipy's: (vectors, features)."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import, and a fit is rare

        ends = np.cumsum([0] + [len(vector.features) for vector in vectors])
        weights = np.concatenate([vector.weights for vector in vectors])
        features = np.concatenate([vector.features for vector in vectors])
        return csr_array((weights, features, ends), shape=(len(vectors), self.size))
