"""The fitted matcher: from a text to the probability that each entry answers it.

The score of a label has two parts. A kernel ridge regression learns what each example is worth to each label, from the
cosines of character n-grams, of word n-grams and of the lexicon's concepts (and from meanings, where that extra is
installed). These cosines are products of sparse vectors, so what was learned is kept as one weight for each feature and
label, and a message costs no more when there are more examples (only its meaning is compared with each example's).
Then RapidFuzz compares the message with its nearest neighbours, and each label gains by the likest of its own.
Off-topic is a label too, so that the bot learns what it doesn't know. Scores become probabilities by a calibration on
messages that the regression has not seen.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.matching.calibration import Calibration, calibrate
from bot.matching.concepts import Spotter
from bot.matching.features import Floats, Space, Vector, Vocabulary, extractors, tokens
from bot.matching.fuzzy import FuzzyTexts
from bot.matching.meaning import Embedding, Meanings
from bot.matching.neighbours import Neighbours, nearest
from bot.matching.regression import Regression, regress
from bot.matching.repair import Repairer
from bot.reading import words
from knowledge.schema import Concept

OFF_TOPIC = ""
"""The label of the examples that no entry answers."""

SHOWN = 5
"""Neighbours that explain a ranking."""

IN_CONTEXT = 0.6
"""Part of either score where a text is read after a subject. More than a half: who follows up is rarely off topic."""

ROWS = 512
"""Rows of the kernel that are made at a time."""


@dataclass(frozen=True)
class Settings:
    """The matcher's weights, chosen on messages of authors whose messages were left out of the fit.

    Attributes:
        characters: Weight of the cosine of character n-grams.
        words: Weight of the cosine of word n-grams.
        concepts: Weight of the cosine of concepts.
        meaning: Weight of the similarity of meanings.
        sharpness: How fast that falls with distance.
        curve: How much more a near example counts than one half as near, in the regression on words: 0 for twice as
            much, which lets what was learned be kept by feature; more for a Gaussian of the distance, where each
            message is compared with all examples. Which is better depends on the texts; ours are well without.
        ridge: The regression's penalty.
        second: How well a message's second and further labels serve it, where the first serves it by 1.
        fuzzy: Weight of the square of RapidFuzz's likeness.
        candidates: How many neighbours RapidFuzz looks at.
        rarest: Examples that a feature must stand in to count. Among many examples, what stands in one only says next
            to nothing about another.
    """

    characters: float = 1.0
    words: float = 0.6
    concepts: float = 0.6
    meaning: float = 3.0
    sharpness: float = 3.0
    curve: float = 0.0
    ridge: float = 1.0
    second: float = 0.5
    fuzzy: float = 0.2
    candidates: int = 50
    rarest: int = 2

    @property
    def most(self) -> float:
        """The similarity of a text to itself."""
        return self.characters + self.words + self.concepts


@dataclass(frozen=True)
class Example:
    """A text that is learned from.

    Attributes:
        text: What somebody wrote, or may write.
        labels: The labels that serve it, best first.
        group: Of examples that are like each other beyond their labels, for instance by one author: they are held out
            together, and where any example has a group, probabilities are calibrated on those that have.
    """

    text: str
    labels: tuple[str, ...]
    group: str = ""


@dataclass(frozen=True)
class Fit:
    """What is learned from the examples, and kept between runs.

    Attributes:
        space: The features.
        neighbours: The examples by their features.
        weights: What each feature is worth to each label, (features, labels); on a curve what each example is.
        calibration: From scores to probabilities.
        meanings: Of the examples; None without the extra.
        worth: What nearness in meaning to each example is worth to each label: (examples, labels); empty without.
        right: Share of the examples that it was calibrated on whose best label, unseen, serves them.
    """

    space: Space
    neighbours: Neighbours
    weights: Floats
    calibration: Calibration
    meanings: Meanings | None
    worth: Floats
    right: float


@dataclass(frozen=True)
class Ranking:
    """The labels that a text may mean.

    Attributes:
        labels: All labels but off-topic, best first.
        scores: Theirs; comparable between texts.
        probabilities: That each serves the text, from 0 to 1. More than one may.
        off_topic: The probability that none does.
        nearest: The nearest examples with their similarity in words, from 0 to 1, nearest first.
    """

    labels: tuple[str, ...]
    scores: tuple[float, ...]
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
        embedding: Embedding | None = None,
        fit: Fit | None = None,
    ) -> None:
        """Prepare a matcher, and fit it unless a fit is given."""
        self.examples = tuple(examples)
        self.labels = tuple(sorted({label for example in examples for label in example.labels} | {OFF_TOPIC}))
        place = {label: i for i, label in enumerate(self.labels)}
        self._served = [[place[label] for label in example.labels] for example in self.examples]
        self._unknown = place[OFF_TOPIC]
        self._known = np.array([i for i in range(len(self.labels)) if i != self._unknown], dtype=np.intp)
        self._settings = settings or Settings()
        self._embedding = embedding
        self._extractors = extractors(Spotter(concepts))
        read = self._read()
        ways = [word for concept in concepts for way in concept.says for word in words(way)]
        self._repairer = Repairer(Counter(word for one in read for word in one), ways)
        self._fuzzy = FuzzyTexts.of(read)
        self.fit = fit or self._learn(read)

    @property
    def finds_meanings(self) -> bool:
        """Whether it finds what is meant where no word is shared: in another language, for instance."""
        return self._embedding is not None

    def rank(self, text: str, after: str = "") -> Ranking:
        """Return the labels that `text` may mean, best first.

        Args:
            text: What somebody wrote.
            after: The subject that they were just told about, where that may matter: the scores of the text alone, and
                of the text with the subject before it, then count for as much.
        """
        scores, similarities, near = self._score(text)
        if after:
            scores = IN_CONTEXT * (scores + self._score(f"{after} {text}")[0])
        return self._ranking(scores, similarities, near)

    def _score(self, text: str) -> tuple[Floats, NDArray[np.float64], NDArray[np.intp]]:
        """Return the score of each label, the similarity to each example, and the neighbours among them."""
        fit, read = self.fit, tokens(text)
        vector = fit.space.vector(self._counts(read))
        if self._settings.curve:
            scores = self._curved(fit.neighbours.similarities(vector, exact=True)) @ fit.weights
        else:
            scores = np.asarray(vector.weights @ fit.weights[vector.features])
        if self._embedding and fit.meanings:
            mended = self._repairer.mended(read)
            meant = fit.meanings.apart(self._embedding.embed([text if mended == read else " ".join(mended)]))
            scores += fit.meanings.near(meant, self._settings.sharpness)[0] @ fit.worth
        similarities = fit.neighbours.similarities(vector)
        near = nearest(similarities, self._settings.candidates)
        return scores + self._likest(read, near), similarities, near

    def rank_unseen(self) -> Iterator[Ranking]:
        """Yield the ranking of each example, had it and its group not been learned from. Takes as long as a fit."""
        read = self._read()
        vectors = [self.fit.space.vector(self._counts(one)) for one in read]
        unseen = self._regress(self.fit.space.matrix(vectors), self.fit.meanings).unseen
        for i, vector in enumerate(vectors):
            similarities, near = self._others(i, vector, self.fit.neighbours)
            yield self._ranking(unseen[i] + self._likest(read[i], near), similarities, near)

    def _ranking(self, scores: Floats, similarities: NDArray[np.float64], near: NDArray[np.intp]) -> Ranking:
        order = self._known[np.argsort(-scores[self._known], kind="stable")]
        ranked, off_topic = scores[order], float(scores[self._unknown])
        nearest_first = near[np.argsort(-similarities[near], kind="stable")][:SHOWN]
        return Ranking(
            labels=tuple(self.labels[i] for i in order),
            scores=tuple(ranked.tolist()),
            probabilities=tuple(self.fit.calibration.labels(ranked, off_topic).tolist()),
            off_topic=self.fit.calibration.none(ranked, off_topic),
            nearest=tuple((float(similarities[i] / self._settings.most), self.examples[i]) for i in nearest_first),
        )

    def _read(self) -> list[list[str]]:
        """Return the words of each example; they are not kept, since only a fit needs them again."""
        return [tokens(example.text) for example in self.examples]

    def _counts(self, read: list[str]) -> list[Counter[str]]:
        """Return how often a text has each feature of each kind."""
        mended = self._repairer.mended(read)
        return [Counter(extract(mended)) for extract in self._extractors]

    def _likest(self, read: list[str], near: NDArray[np.intp]) -> Floats:
        """Return what each label gains by the likest of its own among the neighbours."""
        best = [0.0] * len(self.labels)
        for place, likeness in zip(near.tolist(), self._fuzzy.likeness(read, near).tolist(), strict=True):
            for label in self._served[place]:
                best[label] = max(best[label], likeness)
        return self._settings.fuzzy * np.array(best, dtype=np.float32) ** 2

    def _others(self, i: int, vector: Vector, neighbours: Neighbours) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Return the similarities of an example to all others that are not of its group, and its neighbours."""
        similarities = neighbours.similarities(vector)
        similarities[i] = 0
        if self.examples[i].group:
            similarities[self._groups[self.examples[i].group]] = 0
        return similarities, nearest(similarities, self._settings.candidates)

    @cached_property
    def _groups(self) -> dict[str, NDArray[np.intp]]:
        groups = np.array([example.group for example in self.examples])
        return {group: np.flatnonzero(groups == group) for group in set(groups.tolist()) if group}

    def _learn(self, read: Sequence[list[str]]) -> Fit:
        """Fit the regression and the calibration to the examples."""
        settings = self._settings
        counts = [self._counts(one) for one in read]
        kinds = tuple(Vocabulary.of(kind, settings.rarest) for kind in zip(*counts, strict=True))
        weights = (settings.characters, settings.words, settings.concepts)
        space = Space(kinds, tuple(weight**0.5 for weight in weights))
        vectors = [space.vector(count) for count in counts]
        neighbours = Neighbours.of(vectors, space.size)
        meanings = None
        if self._embedding:
            meanings = Meanings.of(self._embedding.embed([example.text for example in self.examples]))
        products = space.matrix(vectors)
        regression = self._regress(products, meanings)
        rows = np.flatnonzero([bool(example.group) for example in self.examples])
        rows = rows if len(rows) else np.arange(len(self.examples))
        gains = [self._likest(read[i], self._others(i, vectors[i], neighbours)[1]) for i in rows.tolist()]
        unseen, serves = regression.unseen[rows] + np.array(gains), self._targets()[rows] > 0
        return Fit(
            space=space,
            neighbours=neighbours,
            weights=regression.worth if settings.curve else np.asarray(products.T @ regression.worth),
            calibration=calibrate(unseen, serves, self._unknown),
            meanings=meanings,
            worth=settings.meaning * regression.worth if meanings else np.zeros((0, 0), dtype=np.float32),
            right=float(serves[np.arange(len(rows)), unseen.argmax(axis=1)].mean()),
        )

    def _regress(self, products: Any, meanings: Meanings | None) -> Regression:
        settings, size = self._settings, len(self.examples)
        kernel = np.empty((size, size), dtype=np.float32)
        for start in range(0, size, ROWS):
            rows = slice(start, start + ROWS)
            kernel[rows] = self._curved((products[rows] @ products.T).toarray())
            if meanings:
                kernel[rows] += settings.meaning * meanings.near(meanings.vectors[rows], settings.sharpness)
        return regress(kernel, self._targets(), settings.ridge, [example.group for example in self.examples])

    def _curved(self, similarities: NDArray[Any]) -> Floats:
        """Return similarities as the regression takes them: as they are, or on a curve."""
        settings = self._settings
        if not settings.curve:
            return np.asarray(similarities, dtype=np.float32)
        return np.asarray(np.exp(settings.curve * (similarities / settings.most - 1)), dtype=np.float32)

    def _targets(self) -> Floats:
        """Return how well each label serves each example: (examples, labels)."""
        targets = np.zeros((len(self.examples), len(self.labels)), dtype=np.float32)
        for i, served in enumerate(self._served):
            targets[i, served] = self._settings.second
            targets[i, served[0]] = 1
        return targets
