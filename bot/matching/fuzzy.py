"""RapidFuzz's view of how alike texts are."""

from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.matching.features import Floats


class FuzzyTexts:
    """Texts, ready to be compared: as they are written, and with their words in order.

    Their words are split and sorted once, not once for each comparison.
    """

    def __init__(self, as_written: Sequence[str], in_order: Sequence[str]) -> None:
        self._as_written = as_written
        self._in_order = in_order

    @classmethod
    def of(cls, texts: Iterable[Sequence[str]]) -> Self:
        """Prepare texts, given as their words."""
        read = list(texts)
        return cls([" ".join(one) for one in read], [" ".join(sorted(one)) for one in read])

    def likeness(self, words: Sequence[str], places: NDArray[np.intp]) -> Floats:
        """Return how like some of the texts are to a text, from 0 to 1.

        It is the mean of `ratio`, of `ratio` with the words of both in order, and of `token_set_ratio`, which forgives
        a text that says more.
        """
        if not len(places):
            return np.zeros(0, dtype=np.float32)
        theirs = [self._as_written[i] for i in places]
        written = [" ".join(words)]
        total = process.cdist(written, theirs, scorer=fuzz.ratio)[0]
        total += process.cdist(written, theirs, scorer=fuzz.token_set_ratio)[0]
        ordered = [" ".join(sorted(words))]
        total += process.cdist(ordered, [self._in_order[i] for i in places], scorer=fuzz.ratio)[0]
        return np.asarray(total / 300, dtype=np.float32)
