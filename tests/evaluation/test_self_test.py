"""The knowledge, tested on all that the matcher learned from."""

from dataclasses import replace

import pytest

from bot.evaluation.judging import Judged
from bot.evaluation.run import Run
from bot.evaluation.self_test import self_test
from bot.matching.fitted import examples_of
from bot.matching.matcher import Matcher
from knowledge.load import Knowledge
from knowledge.schema import OUT_OF_SCOPE_MEDICAL, OUT_OF_SCOPE_OTHER, LabelledMessage, Messages

ICE, SLEEP = "ice_or_heat", "sleeping_position"
STRANGER = "a heating pad to hatch duck eggs"


def by_author(*messages: tuple[str, tuple[tuple[str, ...], ...]]) -> Messages:
    return Messages(messages=tuple(LabelledMessage(text=text, intents=intents) for text, intents in messages))


ANN = by_author(
    ("frozen peas or the heating pad for my back", ((ICE, SLEEP),)),
    ("which position to sleep in, and is ice any good", ((SLEEP,), (ICE,))),
    ("xyzzy plugh", ((ICE,),)),
    ("xyzzy plugh again", ((ICE,),)),
)
BOB = by_author(("my tax return", ((OUT_OF_SCOPE_OTHER,),)))


@pytest.fixture(scope="module")
def little(knowledge: Knowledge) -> Knowledge:
    """Two entries, some off-topic messages, and messages by two authors."""
    theme = knowledge.themes[0].model_copy(update={"entries": tuple(knowledge.entries[one] for one in (ICE, SLEEP))})
    off_topic = knowledge.off_topic.model_copy(
        update={"medical": knowledge.off_topic.medical[:30], "other": (*knowledge.off_topic.other[:30], STRANGER)}
    )
    return replace(knowledge, themes=(theme,), off_topic=off_topic, messages={"ann.tsv": ANN, "bob.tsv": BOB})


def run_of(knowledge: Knowledge) -> Run:
    return self_test(knowledge, Matcher(examples_of(knowledge), knowledge.concepts))


@pytest.fixture(scope="module")
def run(little: Knowledge) -> Run:
    return run_of(little)


def by_text(run: Run) -> dict[str, Judged]:
    return {one.message.text: one for one in run.messages}


def test_each_kind_and_each_author_is_a_part(run: Run) -> None:
    parts = [(part.name, part.kind) for part in run.parts]
    assert parts == [("phrasings", ""), ("off-topic", ""), ("ann.tsv", "messages"), ("bob.tsv", "messages")]


def test_all_that_was_learned_from_is_judged_once(little: Knowledge, run: Run) -> None:
    assert [one.message.text for one in run.messages] == [example.text for example in examples_of(little)]


def test_each_text_has_the_labels_it_was_learned_with(little: Knowledge, run: Run) -> None:
    phrasings, off_topic, ann, bob = run.parts
    assert {one.message.first_wanted for one in phrasings.messages} == {ICE, SLEEP}
    assert phrasings.messages[0].message.text == little.entries[ICE].title
    assert len(off_topic.messages) == 61
    wanted = {one.message.text: one.message.first_wanted for one in off_topic.messages}
    assert wanted[little.off_topic.medical[0]] == OUT_OF_SCOPE_MEDICAL
    assert wanted[STRANGER] == OUT_OF_SCOPE_OTHER
    assert [one.message.wanted for one in (*ann.messages, *bob.messages)] == [
        one.intents for one in (*ANN.messages, *BOB.messages)
    ]


def test_it_knows_most_of_what_it_has_not_seen(run: Run) -> None:
    phrasings, off_topic, *_ = run.parts
    assert (phrasings.figures.right.percent or 0) > 60
    assert (off_topic.figures.right.percent or 0) > 80
    assert any(one.verdict.bin != "right" for one in phrasings.messages)
    assert by_text(run)[ANN.messages[0].text].verdict.bin == "right"


def test_an_answer_has_an_entry_and_anything_else_has_choices(run: Run) -> None:
    kinds = {one.reply.kind for one in run.messages}
    assert {"answer", "fallback"} <= kinds <= {"answer", "choices", "fallback"}
    for one in run.messages:
        answers = one.reply.kind == "answer"
        assert (len(one.reply.intents), bool(one.reply.choices)) == ((1, False) if answers else (0, True))
        assert 0 <= one.reply.confidence <= 1


def test_one_of_two_questions_is_half(run: Run) -> None:
    """No second question is looked for here."""
    assert by_text(run)[ANN.messages[1].text].verdict.bin == "half"


def test_a_phrasing_is_not_seen_before_it_is_ranked(little: Knowledge) -> None:
    """A word that stands in one phrasing alone can't be known."""
    entry = little.entries[ICE]
    lone = entry.model_copy(update={"phrasings": ("frobozz gnusto", *entry.phrasings)})
    theme = little.themes[0].model_copy(update={"entries": (lone, *little.themes[0].entries[1:])})
    one = by_text(run_of(replace(little, themes=(theme,))))["frobozz gnusto"]
    assert one.reply.kind != "answer"


def test_a_message_is_not_known_by_another_of_its_author(little: Knowledge, run: Run) -> None:
    assert by_text(run)["xyzzy plugh again"].reply.kind != "answer"
    # By another author's it is.
    ann, carol = ANN.messages[:3], ANN.messages[3:]
    parted = {"ann.tsv": Messages(messages=ann), "carol.tsv": Messages(messages=carol), "bob.tsv": BOB}
    known = by_text(run_of(replace(little, messages=parted)))["xyzzy plugh again"]
    assert known.reply.intents == (ICE,)
