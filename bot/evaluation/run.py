"""A run: labelled messages, asked and judged, in files that can be kept and compared."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError, computed_field

from bot.assistant import Assistant
from bot.evaluation import EvaluationError
from bot.evaluation.figures import Figures
from bot.evaluation.files import read, write_whole
from bot.evaluation.judging import Judge, Judged
from bot.evaluation.labelled import Frozen, read_labelled
from bot.reply import Message


class Part(Frozen):
    """One file of a run.

    Attributes:
        name: The file's name.
        messages: Its messages, judged.
        kind: What they have in common with those of other files, for figures of all of them together; empty where that
            is nothing.
    """

    name: str
    messages: tuple[Judged, ...]
    kind: str = ""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def figures(self) -> Figures:
        """The figures of its messages."""
        return Figures.of(self.messages)


class Run(Frozen):
    """What was asked in one go."""

    parts: tuple[Part, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def figures(self) -> Figures:
        """The figures of all messages together."""
        return Figures.of(self.messages)

    @property
    def messages(self) -> tuple[Judged, ...]:
        """The messages of all files."""
        return tuple(one for part in self.parts for one in part.messages)


def run_on(assistant: Assistant, files: Sequence[Path]) -> Run:
    """Ask the bot every message of some labelled files, each on its own.

    Raises:
        EvaluationError: With the file and row that can't be used. Nothing has been asked then.
    """
    labelled = [(file.name, read_labelled(file, assistant.knowledge)) for file in files]
    judge = Judge(assistant.knowledge)
    return Run(
        parts=tuple(
            Part(
                name=name,
                messages=tuple(judge.judge(message, assistant.reply(Message(message.text))) for message in messages),
            )
            for name, messages in labelled
        )
    )


def save_run(run: Run, file: Path) -> None:
    """Write a run.

    Raises:
        EvaluationError: It can't be written.
    """
    write_whole(file, run.model_dump_json(indent=1) + "\n")


def read_run(file: Path) -> Run:
    """Read a run that was written by `save_run`.

    Raises:
        EvaluationError: The file can't be read, or holds no run.
    """
    try:
        return Run.model_validate_json(read(file))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise EvaluationError(
            f"{file}: not a run written by evaluate --save: {place + ': ' if place else ''}{first['msg']}"
        ) from None
