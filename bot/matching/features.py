"""Sparse features of a text, and their cosine similarity to many texts at once."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

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


@dataclass(frozen=True)
class Vector:
    """The known features of one text, by number, with their weights: the whole text's length is 1."""

    features: Ints
    weights: Floats


@dataclass(frozen=True)
class Index:
    """TF-IDF vectors of many texts, held by feature so that one text is compared with all of them in one pass.

    A weight is 1 + log of the count, times the feature's inverse document frequency (Salton and Buckley, 1988).

    Attributes:
        size: How many texts there are.
        numbers: The number of each feature.
        idf: Inverse document frequency by feature.
        starts: Where the texts of a feature begin in `texts` and `weights`; one more at the end.
        texts: The texts that hold a feature.
        weights: The weight it has in them.
    """

    size: int
    numbers: dict[str, int]
    idf: Floats
    starts: Ints
    texts: Ints
    weights: Floats

    @classmethod
    def of(cls, texts: Iterable[Iterable[str]]) -> tuple[Self, list[Vector]]:
        """Index texts by their features. Returns the index, and the vector of each text."""
        counts = [Counter(text) for text in texts]
        frequency = Counter(feature for count in counts for feature in count)
        numbers = {feature: i for i, feature in enumerate(frequency)}
        found = np.fromiter(frequency.values(), dtype=np.float32, count=len(frequency))
        idf = np.log((1 + len(counts)) / (1 + found)).astype(np.float32) + 1
        vectors = [_vector(count, numbers, idf, len(counts)) for count in counts]
        features = np.concatenate([vector.features for vector in vectors])
        by_feature = np.argsort(features, kind="stable")
        texts = np.repeat(np.arange(len(vectors), dtype=np.int32), [len(vector.features) for vector in vectors])
        starts = np.concatenate([[0], np.cumsum(np.bincount(features, minlength=len(numbers)))]).astype(np.int32)
        weights = np.concatenate([vector.weights for vector in vectors])
        index = cls(len(vectors), numbers, idf, starts, texts[by_feature], weights[by_feature])
        return index, vectors

    def vector(self, features: Iterable[str]) -> Vector:
        """Return the vector of a text. What the index doesn't know counts towards its length and lowers similarity."""
        return _vector(Counter(features), self.numbers, self.idf, self.size)

    def similarities(self, vector: Vector) -> Floats:
        """Return the cosine similarity, from 0 to 1, of a vector with every text of the index."""
        starts = self.starts[vector.features]
        lengths = self.starts[vector.features + 1] - starts
        ends = np.cumsum(lengths)
        if not len(ends):
            return np.zeros(self.size, dtype=np.float32)
        places = np.arange(ends[-1]) + np.repeat(starts - ends + lengths, lengths)
        products = self.weights[places] * np.repeat(vector.weights, lengths)
        return np.bincount(self.texts[places], weights=products, minlength=self.size).astype(np.float32)


def _vector(count: Counter[str], numbers: dict[str, int], idf: Floats, size: int) -> Vector:
    known = [(numbers[feature], n) for feature, n in count.items() if feature in numbers]
    features = np.array([number for number, _ in known], dtype=np.int32)
    weights = (1 + np.log(np.array([n for _, n in known], dtype=np.float32))) * idf[features]
    unknown = sum(count.values()) - sum(n for _, n in known)
    length = np.sqrt((weights**2).sum() + unknown * (np.log(1 + size) + 1) ** 2)
    return Vector(features, (weights / length if length else weights).astype(np.float32))


def extractors(spotter: Spotter) -> Sequence[Extract]:
    """Return the kinds of features, in the order in which the matcher weighs them."""
    return character_ngrams, word_ngrams, concept_ngrams(spotter)
