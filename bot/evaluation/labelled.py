"""Messages labelled by people: what each one asks, and which warning signs it reports."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bot.evaluation import EvaluationError
from bot.evaluation.files import rows
from knowledge.load import Knowledge
from knowledge.schema import OUT_OF_SCOPE, questions

COLUMNS = ("text", "intents", "flags")


class Frozen(BaseModel):
    """Base of the evaluation's models."""

    model_config = ConfigDict(frozen=True)


class Labelled(Frozen):
    """A message with its labels.

    Attributes:
        text: What a person wrote.
        wanted: For each question in it the intents that answer it, best first. Empty where only the signs count.
        sure: The warning signs that it reports.
        borderline: The warning signs that it may report.
    """

    text: str
    wanted: tuple[tuple[str, ...], ...] = ()
    sure: tuple[str, ...] = ()
    borderline: tuple[str, ...] = ()

    @property
    def acceptable(self) -> frozenset[str]:
        """The intents that answer one of its questions."""
        return frozenset(intent for question in self.wanted for intent in question)

    @property
    def first_wanted(self) -> str:
        """The best intent of each question, joined by "+"; "-" where there is none."""
        return "+".join(question[0] for question in self.wanted) or "-"


def read_labelled(file: Path, knowledge: Knowledge) -> tuple[Labelled, ...]:
    """Read a TSV with the header `text`, `intents`, `flags`.

    In `intents` a comma stands between the acceptable ones and "+" between two questions; in `flags` a "?" behind a
    sign marks a borderline one, and "-" stands for none.

    Raises:
        EvaluationError: With the file and row that can't be used.
    """
    table = list(rows(file, COLUMNS))
    if not table or table[0][1] != list(COLUMNS):
        raise EvaluationError(f"{file}:1: the first row must be the header: text, intents, flags, between tabs")
    if len(table) == 1:
        raise EvaluationError(f"{file}: no message under the header")
    return tuple(_labelled(file, number, cells, knowledge) for number, cells in table[1:])


def _labelled(file: Path, number: int, cells: list[str], knowledge: Knowledge) -> Labelled:
    text, intents, flags = cells
    signs = [sign for sign in flags.split(",") if sign not in ("", "-")]
    message = Labelled(
        text=text,
        wanted=tuple(filter(None, questions(intents))),
        sure=tuple(sign for sign in signs if not sign.endswith("?")),
        borderline=tuple(sign.removesuffix("?") for sign in signs if sign.endswith("?")),
    )
    strangers = sorted(message.acceptable - knowledge.entries.keys() - OUT_OF_SCOPE)
    strangers += sorted({*message.sure, *message.borderline} - knowledge.alert.keys())
    if strangers:
        raise EvaluationError(f"{file}:{number}: the knowledge has no entry or warning sign {', '.join(strangers)}")
    return message
