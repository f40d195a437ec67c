"""The fitted matcher: from a text to the probability of each entry.

Similarity serves as a kernel, and a ridge regression on it learns what each phrasing is worth to each entry (kernel
ridge regression, Saunders and others, 1998). The kernel is a weighted sum of cosines (of character n-grams, of word
n-grams, of the lexicon's concepts) and of RapidFuzz's scores to a power; RapidFuzz looks only at the candidates that
the cosines find nearest, which keeps a message at about a millisecond. Off-topic examples are a class of their own, so
that the bot learns what it doesn't know. Scores become probabilities by a softmax, whose scale is fitted to examples
that the regression has not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.matching.concepts import Spotter
from bot.matching.features import Floats, Index, extractors, tokens
from knowledge.schema import Concept

OFF_TOPIC = ""
"""The label of the examples that no entry answers."""

SHARPEST = 40.0
"""The largest scale of the softmax."""

STEEPEST = 3.0
"""The most that is added to the off-topic label's score, or taken from it."""

HELD_OUT = 5
"""Every fifth example is kept from the regression on which the probabilities are calibrated."""


@dataclass(frozen=True)
class Settings:
    """The matcher's weights, chosen on phrasings that were left out of the fit.

    Attributes:
        characters: Weight of the cosine of character n-grams.
        words: Weight of the cosine of word n-grams.
        concepts: Weight of the cosine of concepts.
        fuzzy: Weight of RapidFuzz's scores.
        power: To which the fuzzy scores (0 to 1) are raised: near matches count, middling ones hardly.
        candidates: How many phrasings RapidFuzz looks at.
        ridge: The regression's penalty.
    """

    characters: float = 1.0
    words: float = 0.6
    concepts: float = 0.6
    fuzzy: float = 0.8
    power: float = 8.0
    candidates: int = 50
    ridge: float = 2.0


@dataclass(frozen=True)
class Example:
    """A text and the label that it stands for."""

    text: str
    label: str


@dataclass(frozen=True)
class Fit:
    """What is learned from the examples, and kept between runs.

    Attributes:
        indexes: The examples' features, one index for each kind.
        weights: What each example is worth to each label: (examples, labels).
        scale: Sharpness of the softmax.
        off_topic: What is added to the off-topic label's score before it.
    """

    indexes: tuple[Index, ...]
    weights: Floats
    scale: float
    off_topic: float


@dataclass(frozen=True)
class Ranking:
    """The labels that a text may mean.

    Attributes:
        labels: All labels but off-topic, most probable first.
        probabilities: Theirs, from 0 to 1; together with `off_topic` they sum to 1.
        off_topic: The probability that no entry answers the text.
        nearest: The nearest examples with their kernel similarity, nearest first.
    """

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    off_topic: float
    nearest: tuple[tuple[float, Example], ...]


class Matcher:
    """Ranks labels for a text."""

    def __init__(
        self,
        examples: Sequence[Example],
        concepts: Sequence[Concept] = (),
        settings: Settings | None = None,
        fit: Fit | None = None,
    ) -> None:
        """Prepare a matcher, and fit it unless a fit is given."""
        self.examples = tuple(examples)
        self.labels = tuple(sorted({example.label for example in examples} | {OFF_TOPIC}))
        self._unknown = self.labels.index(OFF_TOPIC)
        self._settings = settings or Settings()
        self._weights = (self._settings.characters, self._settings.words, self._settings.concepts)
        self._extractors = extractors(Spotter(concepts))
        read = [tokens(example.text) for example in self.examples]
        self._as_written = [" ".join(one) for one in read]
        self._in_order = [" ".join(sorted(one)) for one in read]
        self.fit = fit or self._learn(read)

    def rank(self, text: str) -> Ranking:
        """Return the labels that `text` may mean, most probable first."""
        similarity = self._similarity(tokens(text))
        scores = similarity @ self.fit.weights
        probabilities = softmax(scores[None, :], self.fit.scale, self.fit.off_topic, self._unknown)[0]
        order = [i for i in np.argsort(-probabilities, kind="stable").tolist() if i != self._unknown]
        near = _largest(similarity, 5)
        return Ranking(
            labels=tuple(self.labels[i] for i in order),
            probabilities=tuple(probabilities[order].tolist()),
            off_topic=float(probabilities[self._unknown]),
            nearest=tuple((float(similarity[i]), self.examples[i]) for i in near[np.argsort(-similarity[near])]),
        )

    def _similarity(self, read: list[str]) -> Floats:
        """Return the kernel between a text and each example."""
        similarity = np.zeros(len(self.examples), dtype=np.float32)
        for weight, index, extract in zip(self._weights, self.fit.indexes, self._extractors, strict=True):
            similarity += weight * index.similarities(index.vector(extract(read)))
        candidates = _largest(similarity, self._settings.candidates)
        similarity[candidates] += self._settings.fuzzy * self._fuzzy(read, candidates)
        return similarity

    def _fuzzy(self, read: list[str], candidates: NDArray[np.intp]) -> Floats:
        """Return RapidFuzz's scores of a text and some examples, to a power: from 0 to 1."""
        as_written, in_order = [" ".join(read)], [" ".join(sorted(read))]
        theirs = [self._as_written[i] for i in candidates]
        total = process.cdist(as_written, theirs, scorer=fuzz.ratio)[0]
        total += process.cdist(as_written, theirs, scorer=fuzz.token_set_ratio)[0]
        total += process.cdist(in_order, [self._in_order[i] for i in candidates], scorer=fuzz.ratio)[0]
        return np.asarray((total / 300) ** self._settings.power, dtype=np.float32)

    def _learn(self, read: list[list[str]]) -> Fit:
        """Fit the regression and the softmax to the examples."""
        size = len(self.examples)
        kernel = np.zeros((size, size), dtype=np.float32)
        indexes = []
        for weight, extract in zip(self._weights, self._extractors, strict=True):
            index, vectors = Index.of(extract(one) for one in read)
            indexes.append(index)
            for row, vector in enumerate(vectors):
                kernel[row] += weight * index.similarities(vector)
        nearest = [_largest(row, self._settings.candidates) for row in kernel]
        for row, (one, candidates) in enumerate(zip(read, nearest, strict=True)):
            # Half from either side, since one may be near the other and not the other way round.
            half = self._settings.fuzzy / 2 * self._fuzzy(one, candidates)
            kernel[row, candidates] += half
            kernel[candidates, row] += half
        place = {label: i for i, label in enumerate(self.labels)}
        targets = np.array([place[example.label] for example in self.examples])
        truth = np.zeros((size, len(self.labels)), dtype=np.float32)
        truth[np.arange(size), targets] = 1
        held, seen = np.arange(0, size, HELD_OUT), np.flatnonzero(np.arange(size) % HELD_OUT)
        rest = self._solve(kernel[np.ix_(seen, seen)], truth[seen])
        scale, off_topic = _calibrate(kernel[np.ix_(held, seen)] @ rest, targets[held], self._unknown)
        return Fit(tuple(indexes), self._solve(kernel, truth), scale, off_topic)

    def _solve(self, kernel: Floats, truth: Floats) -> Floats:
        """Return the weights of the ridge regression. Changes the kernel's diagonal."""
        import scipy.linalg  # noqa: PLC0415 - slow to import, and a fit is rare

        kernel[np.diag_indices(len(kernel))] += self._settings.ridge
        # Unlike numpy's, this stays in single precision: half the memory, and a third of the time.
        return np.asarray(scipy.linalg.solve(kernel.T, truth, assume_a="sym", overwrite_a=True, check_finite=False))


def _largest(values: Floats, wanted: int) -> NDArray[np.intp]:
    """Return the places of the largest values, in no order."""
    return np.argpartition(-values, wanted)[:wanted] if wanted < len(values) else np.arange(len(values))


def softmax(scores: Floats, scale: float, off_topic: float, unknown: int) -> Floats:
    """Return probabilities for rows of scores; `off_topic` is added to column `unknown` first."""
    logits = scale * scores
    logits[:, unknown] += off_topic
    logits -= logits.max(axis=1, keepdims=True)
    raised = np.exp(logits)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def _calibrate(scores: Floats, targets: NDArray[np.intp], unknown: int) -> tuple[float, float]:
    """Return the softmax's scale and off-topic term that make the held-out examples most likely (by pattern search)."""
    rows = np.arange(len(targets))

    def surprise(point: tuple[float, float]) -> float:
        chance = softmax(scores, *point, unknown)[rows, targets]
        return float(-np.log(chance + 1e-9).mean())

    here, step = (8.0, 0.0), (4.0, 1.0)
    while step[0] > 0.1:
        around = [(here[0] + i * step[0], here[1] + j * step[1]) for i in (0, -1, 1) for j in (0, -1, 1)]
        # A few easy examples would have both without bounds.
        bounded = [point for point in around if 1 <= point[0] <= SHARPEST and abs(point[1]) <= STEEPEST]
        best = min(bounded, key=surprise)
        if best == here:
            step = (step[0] / 2, step[1] / 2)
        here = best
    return here
