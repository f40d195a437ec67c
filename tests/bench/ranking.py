"""How long ranking a message takes, beside other ways to find the closest phrasing, as the knowledge grows.

    python -m tests.bench.ranking

Needs the extra `bench`. All rank the same messages against the same phrasings, in turn, in one process. The knowledge
is made 10 and 100 times as large by repeating its phrasings: every feature stands in so many times more of them.
"""

import itertools
import random
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import bm25s
import click
import numpy as np
import thefuzz.process
from rapidfuzz import fuzz, process, utils

from bot.matching.fitted import fitted_matcher
from bot.matching.matcher import Matcher
from bot.matching.neighbours import Neighbours
from knowledge.load import load
from tests.bench.typos import mistyped

TIMES = (1, 10, 100)

OURS = "ours"
WRATIO = "RapidFuzz extractOne, WRatio"

PATIENCE = 8.0
"""Seconds for one way at one size: a slow one ranks fewer messages, three at the least."""

Rank = Callable[[str], object]


def grown(matcher: Matcher, times: int) -> Matcher:
    """Return a matcher of so many times the examples, as if fitted to them."""
    small = matcher.fit.neighbours
    spans = [slice(start, end) for start, end in itertools.pairwise(small.starts.tolist())]
    copies = np.arange(times, dtype=np.int32)[:, None] * small.size
    neighbours = Neighbours(
        size=small.size * times,
        starts=(small.starts.astype(np.int64) * times).astype(np.int32),
        examples=np.concatenate([(small.examples[span] + copies).ravel() for span in spans]),
        weights=np.concatenate([np.tile(small.weights[span], times) for span in spans]),
    )
    concepts = load().concepts
    return Matcher(matcher.examples * times, concepts, fit=replace(matcher.fit, neighbours=neighbours))


def ways(matcher: Matcher) -> Iterable[tuple[str, Rank]]:
    """Yield each way to rank, by its name. The others are given their texts ready, as far as they allow it."""
    texts = [example.text for example in matcher.examples]
    processed = [utils.default_process(text) for text in texts]
    yield OURS, matcher.rank
    yield WRATIO, lambda text: process.extractOne(utils.default_process(text), processed, scorer=fuzz.WRatio)
    yield (
        "RapidFuzz extractOne, token_set_ratio",
        lambda text: process.extractOne(utils.default_process(text), processed, scorer=fuzz.token_set_ratio),
    )
    yield "thefuzz extractOne", lambda text: thefuzz.process.extractOne(text, texts)
    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, show_progress=False, stopwords=None), show_progress=False)
    yield (
        "BM25 (bm25s), best 5",
        lambda text: index.retrieve(
            bm25s.tokenize(text, show_progress=False, stopwords=None), k=5, show_progress=False
        ),
    )


def median_ms(rank: Rank, messages: Iterable[str]) -> float:
    """Return the median time of a message, in milliseconds."""
    taken: list[float] = []
    rank("warm up")
    for message in messages:
        start = time.perf_counter()
        rank(message)
        taken.append(1000 * (time.perf_counter() - start))
        if len(taken) >= 3 and sum(taken) > 1000 * PATIENCE:
            break
    return statistics.median(taken)


def main() -> None:
    """Print medians, ratios and growth."""
    knowledge = load()
    matcher = fitted_matcher(knowledge)
    written = [
        message.text for table in knowledge.messages.values() for message in table.messages if len(message.text) > 4
    ]
    # They stand among the phrasings: as they are, extractOne would stop at each at once.
    messages = [mistyped(text, random.Random(0)) for text in written[::17]]  # noqa: S311 - the same in every run
    medians: dict[tuple[str, int], float] = {}
    for times in TIMES:
        click.echo(f"{times} x {len(matcher.examples)} phrasings", err=True)
        for name, rank in ways(grown(matcher, times) if times > 1 else matcher):
            medians[name, times] = median_ms(rank, messages)
    names = list(dict.fromkeys(name for name, _ in medians))
    click.echo(
        f"{len(messages)} messages, {len(matcher.examples)} phrasings: median of a message in ms (multiple of ours)"
    )
    click.echo(f"{'':40}" + "".join(f"{f'x{times}':>18}" for times in TIMES) + f"{'growth to x100':>18}")
    for name in names:
        cells = [f"{medians[name, t]:.2f} ({medians[name, t] / medians[OURS, t]:.1f})" for t in TIMES]
        growth = medians[name, TIMES[-1]] / medians[name, TIMES[0]]
        click.echo(f"{name:40}" + "".join(f"{cell:>18}" for cell in cells) + f"{growth:>18.1f}")


if __name__ == "__main__":
    main()
