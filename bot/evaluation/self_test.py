"""Tests the knowledge on its own phrasings: is each one, unseen, taken for the entry it stands for?"""

from collections.abc import Iterator, Sequence

from bot.evaluation.judging import Given, Judge, Judged
from bot.evaluation.labelled import OUT_OF_SCOPE_MEDICAL, OUT_OF_SCOPE_OTHER, Labelled
from bot.evaluation.run import Part, Run
from bot.matching.decision import decide
from bot.matching.fitted import examples_of
from bot.matching.matcher import OFF_TOPIC, Example, Matcher
from knowledge.load import Knowledge

FOLDS = 10


def folds_of(knowledge: Knowledge, folds: int = FOLDS) -> Iterator[list[Judged]]:
    """Yield the phrasings of each fold (titles and off-topic messages too), judged.

    A phrasing is ranked by a matcher that has seen none of its fold, and belongs to the fold of its number modulo
    `folds`, so that a fold holds a part of every entry. This is not exact leave-one-out, which would need an inverse of
    the kernel from within the matcher: it learns from a tenth less than the bot does, and its figures are a little
    lower. The decision is made without the assistant: no warning sign, no second question, no memory.
    """
    examples = examples_of(knowledge)
    judge = Judge(knowledge)
    medical = frozenset(knowledge.off_topic.medical)
    for fold in range(folds):
        matcher = Matcher([one for i, one in enumerate(examples) if i % folds != fold], knowledge.concepts)
        yield [judge.judge_answer(_labelled(one, medical), _given(matcher, one.text)) for one in examples[fold::folds]]


def run_of(folds: Sequence[Sequence[Judged]]) -> Run:
    """Return the run of some folds: one part for the entries' phrasings, one for the off-topic messages."""
    judged = [one for fold in folds for one in fold]
    off_topic = {OUT_OF_SCOPE_MEDICAL, OUT_OF_SCOPE_OTHER}
    return Run(
        parts=(
            Part(name="phrasings", messages=tuple(one for one in judged if not one.message.acceptable & off_topic)),
            Part(name="off-topic", messages=tuple(one for one in judged if one.message.acceptable & off_topic)),
        )
    )


def _labelled(example: Example, medical: frozenset[str]) -> Labelled:
    if example.label != OFF_TOPIC:
        return Labelled(text=example.text, wanted=((example.label,),))
    return Labelled(
        text=example.text, wanted=((OUT_OF_SCOPE_MEDICAL if example.text in medical else OUT_OF_SCOPE_OTHER,),)
    )


def _given(matcher: Matcher, text: str) -> Given:
    decision = decide(matcher.rank(text))
    answers = decision.kind == "answer"
    return Given(
        kind=decision.kind,
        intents=decision.intents if answers else (),
        choices=() if answers else decision.intents,
        confidence=round(decision.confidence, 4),
    )
