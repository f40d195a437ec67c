"""Finds the concepts of the lexicon in a text."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from bot.reading import words
from bot.spelling import Speller
from knowledge.schema import Concept

REMEMBERED_WORDS = 20_000
"""Words whose meant one is kept at hand, those of the latest messages."""


class Spotter:
    """Finds the words and phrases of concepts in a text, forgiving a slip in a long word."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self._phrases: defaultdict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for concept in concepts:
            for phrase in concept.says:
                if tokens := tuple(words(phrase)):
                    self._phrases[tokens[0]].append((tokens, concept.name))
        vocabulary = {word for phrases in self._phrases.values() for phrase, _ in phrases for word in phrase}
        self._meant = lru_cache(maxsize=REMEMBERED_WORDS)(Speller(vocabulary, ()).meant)

    def spot(self, tokens: Sequence[str]) -> Iterator[str]:
        """Yield the name of each concept that the words hold, in their order."""
        meant = [self._meant(token)[0] for token in tokens]
        for start, token in enumerate(meant):
            for phrase, name in self._phrases.get(token, ()):
                if tuple(meant[start : start + len(phrase)]) == phrase:
                    yield name
