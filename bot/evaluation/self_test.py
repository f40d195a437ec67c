"""Tests the knowledge on its own phrasings and messages: is each one, unseen, taken for the entry it stands for?"""

from collections.abc import Iterator

from bot.evaluation.judging import Given, Judge
from bot.evaluation.labelled import Labelled
from bot.evaluation.run import Part, Run
from bot.matching.decision import decide
from bot.matching.matcher import Matcher, Ranking
from knowledge.load import Knowledge
from knowledge.schema import OUT_OF_SCOPE_MEDICAL, OUT_OF_SCOPE_OTHER


def self_test(knowledge: Knowledge, matcher: Matcher) -> Run:
    """Return the run of all that a matcher of this knowledge learned from, the messages in one part for each author.

    A phrasing is ranked as if it had not been learned from (exact leave-one-out), a message as if none of its author's
    had been. The decision is made without the assistant: no warning sign, no second question, no memory.
    """
    judge = Judge(knowledge)
    rankings = matcher.rank_unseen()
    return Run(
        parts=tuple(
            Part(
                name=name,
                messages=tuple(judge.judge_answer(one, _given(next(rankings))) for one in labelled),
                kind="messages" if name in knowledge.messages else "",
            )
            for name, labelled in _parts(knowledge)
        )
    )


def _parts(knowledge: Knowledge) -> Iterator[tuple[str, list[Labelled]]]:
    """Yield the name and the labelled texts of each part, in the order of `examples_of`."""
    yield (
        "phrasings",
        [
            Labelled(text=text, wanted=((entry.intent,),))
            for entry in knowledge.entries.values()
            for text in (entry.title, *entry.phrasings)
        ],
    )
    off_topic = knowledge.off_topic
    medical = [Labelled(text=text, wanted=((OUT_OF_SCOPE_MEDICAL,),)) for text in off_topic.medical]
    yield "off-topic", medical + [Labelled(text=text, wanted=((OUT_OF_SCOPE_OTHER,),)) for text in off_topic.other]
    for name, table in knowledge.messages.items():
        yield name, [Labelled(text=message.text, wanted=message.intents) for message in table.messages]


def _given(ranking: Ranking) -> Given:
    decision = decide(ranking)
    answers = decision.kind == "answer"
    return Given(
        kind=decision.kind,
        intents=decision.intents if answers else (),
        choices=() if answers else decision.intents,
        confidence=round(decision.confidence, 4),
    )
