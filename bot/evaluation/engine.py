"""The matching engine alone, on any labelled texts."""

from pathlib import Path

from bot.evaluation import EvaluationError
from bot.evaluation.files import rows, write_whole
from bot.matching.matcher import Example, Matcher

BEST = 3
"""Labels that a row of the ranking holds."""


def evaluate_engine(train: Path, test: Path, out: Path) -> None:
    """Rank labels for texts. All three files are UTF-8 tables with tabs, without header and quoting.

    Args:
        train: Rows of a text and its label.
        test: Rows of a text.
        out: Written as a whole: for each row of `test` the three best labels, each with its probability, best first.

    Raises:
        EvaluationError: A file can't be read or written, or there is nothing to learn from.
    """
    examples = []
    for number, (text, label) in rows(train, ("text", "label")):
        if not label:
            raise EvaluationError(f"{train}:{number}: the row has no label")
        examples.append(Example(text, label))
    if not examples:
        raise EvaluationError(f"{train}: no row to learn from")
    texts = [text for _, (text,) in rows(test, ("text",))]
    matcher = Matcher(examples)
    write_whole(out, "".join(f"{_ranked(matcher, text)}\n" for text in texts))


def _ranked(matcher: Matcher, text: str) -> str:
    ranking = matcher.rank(text)
    best = list(zip(ranking.labels, ranking.probabilities, strict=True))[:BEST]
    return "\t".join(f"{label}\t{probability:.9g}" for label, probability in best)
