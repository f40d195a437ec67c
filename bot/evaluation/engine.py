"""The matching engine alone, on any labelled texts."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bot.evaluation import EvaluationError
from bot.evaluation.files import rows, write_whole
from bot.matching.matcher import Example, Matcher, Settings
from bot.matching.meaning import Embedding, installed_embedding

BEST = 3
"""Labels that a row of the ranking holds."""

STRAIGHT = tuple(Settings(rarest=1, ridge=ridge) for ridge in (0.5, 1.0))
CURVED = tuple(Settings(rarest=1, ridge=0.1, curve=curve) for curve in (1.0, 2.0))
"""Two kinds of settings. The best of each, by how many training messages get their label unseen, rank together, since
they err on different messages."""

AS_GOOD = 0.02
"""By how much smaller that share may be for the one to be heard beside the other."""

ENOUGH_TO_CHOOSE = 2500
"""Training messages from which the settings are chosen, spread over all of them."""

MOST_EMBEDDED = 3000
"""Training messages up to which meanings are used, if they are installed: each takes some 10 ms."""


def evaluate_engine(train: Path, test: Path, out: Path) -> None:
    """Rank labels for texts. All three files are UTF-8 tables with tabs, without header and quoting.

    Args:
        train: Rows of a text and its label.
        test: Rows of a text.
        out: Written as a whole: for each row of `test` the three best labels, each with its score, best first.

    Raises:
        EvaluationError: A file can't be read or written, or there is nothing to learn from.
    """
    examples = []
    for number, (text, label) in rows(train, ("text", "label")):
        if not label:
            raise EvaluationError(f"{train}:{number}: the row has no label")
        examples.append(Example(text, (label,)))
    if not examples:
        raise EvaluationError(f"{train}: no row to learn from")
    texts = [text for _, (text,) in rows(test, ("text",))]
    embedding = installed_embedding() if len(examples) <= MOST_EMBEDDED else None
    matchers = [Matcher(examples, settings=settings, embedding=embedding) for settings in _chosen(examples, embedding)]
    write_whole(out, "".join(f"{_ranked(matchers, text)}\n" for text in texts))


def _chosen(examples: Sequence[Example], embedding: Embedding | None) -> list[Settings]:
    """Return the settings that suit the examples: the best of either kind, or of one where it is clearly better."""
    some = examples[:: 1 + len(examples) // ENOUGH_TO_CHOOSE]
    right = {
        settings: Matcher(some, settings=settings, embedding=embedding).fit.right for settings in (*STRAIGHT, *CURVED)
    }
    best = [max(kind, key=lambda settings: right[settings]) for kind in (STRAIGHT, CURVED)]
    return [settings for settings in best if right[settings] >= max(right.values()) - AS_GOOD]


def _ranked(matchers: Sequence[Matcher], text: str) -> str:
    total: Counter[str] = Counter()
    for ranking in (matcher.rank(text) for matcher in matchers):
        total.update(dict(zip(ranking.labels, ranking.scores, strict=True)))
    return "\t".join(f"{label}\t{score / len(matchers):.9g}" for label, score in total.most_common(BEST))
