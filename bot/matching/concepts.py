"""Finds the concepts of the lexicon in a text."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.reading import words
from knowledge.schema import Concept

FUZZY_LETTERS = 6
"""Words from this length on may hold one typing error: shorter ones turn into other words too easily."""


class Spotter:
    """Finds the words and phrases of concepts in a text, forgiving one typing error in a long word."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self._phrases: defaultdict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        vocabulary: set[str] = set()
        for concept in concepts:
            for phrase in concept.says:
                tokens = tuple(words(phrase))
                if tokens:
                    self._phrases[tokens[0]].append((tokens, concept.name))
                    vocabulary.update(tokens)
        self._vocabulary = vocabulary
        self._long = sorted(word for word in vocabulary if len(word) >= FUZZY_LETTERS)
        self._mended: dict[str, str] = {}

    def _mend(self, word: str) -> str:
        """Return the word of the lexicon that `word` is, or most likely was meant to be."""
        if word in self._vocabulary or len(word) < FUZZY_LETTERS:
            return word
        if word not in self._mended:
            near = process.extractOne(word, self._long, scorer=OSA.distance, score_cutoff=1)
            if len(self._mended) > 10_000:
                self._mended.clear()
            self._mended[word] = near[0] if near else word
        return self._mended[word]

    def spot(self, tokens: Sequence[str]) -> Iterator[str]:
        """Yield the name of each concept that the words hold, in their order."""
        mended = [self._mend(token) for token in tokens]
        for start, token in enumerate(mended):
            for phrase, name in self._phrases.get(token, ()):
                if tuple(mended[start : start + len(phrase)]) == phrase:
                    yield name
