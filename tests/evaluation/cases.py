"""Labelled messages, replies and runs to judge."""

from collections.abc import Sequence

from bot.evaluation.judging import Bin, Given, Judged, Verdict
from bot.evaluation.labelled import Labelled
from bot.evaluation.run import Part, Run
from bot.reply import Kind


def judged(
    text: str,
    bin_: Bin,
    *,
    wanted: str = "ice_or_heat",
    got: str = "ice_or_heat",
    kind: Kind = "answer",
    confidence: float = 0.95,
) -> Judged:
    """Return a judged message: it wants one intent, and is given one intent (of an answer) or choice."""
    answers = kind == "answer"
    return Judged(
        message=Labelled(text=text, wanted=((wanted,),)),
        reply=Given(
            kind=kind, intents=(got,) if answers else (), choices=() if answers else (got,), confidence=confidence
        ),
        verdict=Verdict(bin=bin_, answered=(got,) if answers else (), calm=True),
    )


def run(messages: Sequence[Judged], name: str = "some.tsv") -> Run:
    return Run(parts=(Part(name=name, messages=tuple(messages)),))
