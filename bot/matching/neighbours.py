"""The examples that are nearest to a text, found through the features that they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bot.matching.features import Floats, Ints, Vector

LOOKED_AT = 20_000
"""Entries of the index that are looked at for one text, those of its rarest features first: however much the bot
knows and however long a message is, finding its neighbours takes no longer."""


@dataclass(frozen=True)
class Neighbours:
    """An inverted index: the examples that hold each feature.

    Attributes:
        size: How many examples there are.
        starts: Where the examples of a feature begin in `examples` and `weights`; one more at the end.
        examples: The examples that hold a feature.
        weights: The weight it has in them.
    """

    size: int
    starts: Ints
    examples: Ints
    weights: Floats

    @classmethod
    def of(cls, vectors: Sequence[Vector], features: int) -> Self:
        """Index the examples' vectors in a space of so many features."""
        held = np.concatenate([vector.features for vector in vectors])
        by_feature = np.argsort(held, kind="stable")
        examples = np.repeat(np.arange(len(vectors), dtype=np.int32), [len(vector.features) for vector in vectors])
        starts = np.concatenate([[0], np.cumsum(np.bincount(held, minlength=features))]).astype(np.int32)
        weights = np.concatenate([vector.weights for vector in vectors])
        return cls(len(vectors), starts, examples[by_feature], weights[by_feature])

    def similarities(self, vector: Vector, *, exact: bool = False) -> NDArray[np.float64]:
        """Return the product of a vector with each example's: over all its features, or over its rarest."""
        lengths = self.starts[vector.features + 1] - self.starts[vector.features]
        rarest = np.argsort(lengths, kind="stable")
        if not exact:
            rarest = rarest[: max(1, int(np.searchsorted(np.cumsum(lengths[rarest]), LOOKED_AT, side="right")))]
        lengths, starts = lengths[rarest], self.starts[vector.features[rarest]]
        ends = np.cumsum(lengths)
        if not len(ends):
            return np.zeros(self.size)
        places = np.arange(ends[-1]) + np.repeat(starts - ends + lengths, lengths)
        products = self.weights[places] * np.repeat(vector.weights[rarest], lengths)
        return np.bincount(self.examples[places], weights=products, minlength=self.size).astype(np.float64)


def nearest(similarities: NDArray[np.float64], wanted: int) -> NDArray[np.intp]:
    """Return the places of the largest similarities above 0, in no order."""
    alike = np.flatnonzero(similarities > 0)  # of truth values it is three times as fast as of numbers
    if len(alike) <= wanted:
        return alike
    return alike[np.argpartition(-similarities[alike], wanted)[:wanted]]
