"""The knowledge, tested on its own phrasings."""

from dataclasses import replace

import pytest

from bot.evaluation.judging import Judged
from bot.evaluation.self_test import folds_of, run_of
from bot.matching.fitted import examples_of
from knowledge.load import Knowledge

FOLDS = 3
STRANGER = "a heating pad to hatch duck eggs"


@pytest.fixture(scope="module")
def little(knowledge: Knowledge) -> Knowledge:
    """Two entries and some off-topic messages."""
    entries = tuple(knowledge.entries[intent] for intent in ("ice_or_heat", "sleeping_position"))
    off_topic = knowledge.off_topic.model_copy(
        update={"medical": knowledge.off_topic.medical[:30], "other": (*knowledge.off_topic.other[:30], STRANGER)}
    )
    theme = knowledge.themes[0].model_copy(update={"entries": entries})
    return replace(knowledge, themes=(theme,), off_topic=off_topic)


@pytest.fixture(scope="module")
def folds(little: Knowledge) -> list[list[Judged]]:
    return list(folds_of(little, FOLDS))


def test_each_phrasing_is_judged_once(little: Knowledge, folds: list[list[Judged]]) -> None:
    texts = [example.text for example in examples_of(little)]
    assert [one.message.text for one in folds[1]] == texts[1::FOLDS]
    assert sorted(one.message.text for fold in folds for one in fold) == sorted(texts)


def test_entries_and_off_topic_messages_stand_apart(little: Knowledge, folds: list[list[Judged]]) -> None:
    phrasings, off_topic = run_of(folds).parts
    assert {one.message.first_wanted for one in phrasings.messages} == {"ice_or_heat", "sleeping_position"}
    assert len(off_topic.messages) == 61
    wanted = {one.message.text: one.message.first_wanted for one in off_topic.messages}
    assert wanted[little.off_topic.medical[0]] == "out_of_scope_medical"
    assert wanted[STRANGER] == "out_of_scope_other"


def test_it_knows_most_of_what_it_has_not_seen(folds: list[list[Judged]]) -> None:
    phrasings, off_topic = run_of(folds).parts
    assert (phrasings.figures.right.percent or 0) > 60
    assert (off_topic.figures.right.percent or 0) > 80
    assert any(one.verdict.bin != "right" for one in phrasings.messages)


def test_a_phrasing_is_not_seen_before_it_is_ranked(little: Knowledge) -> None:
    """A word that stands in one phrasing alone can't be known."""
    entry = little.themes[0].entries[0]
    lone = entry.model_copy(update={"phrasings": ("xyzzy plugh", *entry.phrasings)})
    theme = little.themes[0].model_copy(update={"entries": (lone, *little.themes[0].entries[1:])})
    (one,) = (
        one
        for fold in folds_of(replace(little, themes=(theme,)), FOLDS)
        for one in fold
        if one.message.text == "xyzzy plugh"
    )
    assert one.verdict.bin != "right"
