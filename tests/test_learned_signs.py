"""Warning signs in words that no pattern foresaw, learned from labelled messages."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts import AlertReader
from bot.alerts.fitted import examples_of, fitted_reader
from bot.alerts.learned import ASKS, RAISES, Example, Learned, learn
from knowledge.load import Knowledge
from knowledge.schema import Alert, Reading, Reports

EXAMPLES = [
    *[Example(f"the goblin sits on my chest {word}", ("chest",)) for word in ("today", "again", "now", "still", "bad")],
    *[Example(f"an elf pulls my leg {word}", ("leg",)) for word in ("today", "again", "now", "still", "bad")],
    *[Example(f"does a warm bath help {word}") for word in ("today", "again", "now", "still", "my back", "or ice")],
]
LEARNED = learn(EXAMPLES)


def reader(*patterns: str, flag: str = "chest") -> AlertReader:
    """Return a reader that knows two signs, one of them by the patterns given."""
    signs = [Alert(flag=one, level="emergency", name=one, advice="x", card="emergency") for one in ("chest", "leg")]
    reports = [Reports(flag=one.flag, report=patterns if one.flag == flag else ("wizardry",)) for one in signs]
    reading = Reading(groups={}, denials=("no",))
    return AlertReader(signs, reading, reports).with_learned(LEARNED)


def found(by: AlertReader, text: str) -> list[tuple[str, bool]]:
    return [(finding.flag, finding.sure) for finding in by.read(text)]


def test_what_is_like_the_reports_of_a_sign_is_taken_for_one() -> None:
    like = LEARNED.likeness("a goblin sits on my chest")
    assert like.flag == "chest"
    assert like.probability >= RAISES
    assert "goblin" in like.words
    assert LEARNED.likeness("an elf pulls my leg").flag == "leg"


def test_what_is_like_ordinary_messages_is_not() -> None:
    assert LEARNED.likeness("does a warm bath help me").probability < ASKS


@given(st.text())
def test_any_text_has_a_probability(text: str) -> None:
    assert 0 <= LEARNED.likeness(text).probability <= 1


def test_it_speaks_where_the_patterns_are_silent() -> None:
    (finding,) = reader("wizardry").read("the goblin sits on my chest")
    assert (finding.flag, finding.level, finding.sure) == ("chest", "emergency", True)
    assert finding.rule.startswith("likeness 0.")
    assert "goblin" in finding.words


def test_it_is_silent_where_a_pattern_reports_a_sign() -> None:
    assert found(reader("goblin", flag="leg"), "the goblin sits on my chest") == [("leg", True)]


def test_it_is_silent_where_a_pattern_saw_the_sign_denied() -> None:
    denied = "no goblin sits on my chest"
    assert LEARNED.likeness(denied).probability >= ASKS
    assert found(reader("wizardry"), denied)
    assert not found(reader("goblin"), denied)


def test_messages_that_neither_report_a_sign_nor_don_t_are_not_learned_from(knowledge: Knowledge) -> None:
    patterns = AlertReader(knowledge.alerts.alerts, knowledge.reading, knowledge.reports)
    examples = {example.text: example.flags for example in examples_of(knowledge, patterns)}
    for table in knowledge.warnings.values():
        for message in table.messages:
            levels = {knowledge.alert[flag.removesuffix("?")].level for flag in message.flags if flag != "-"}
            if not message.sure and levels & {"emergency", "urgent"}:
                assert message.text not in examples
            elif levels <= {"soon"}:
                assert examples[message.text] == ()


@pytest.fixture(scope="module")
def small(knowledge: Knowledge) -> Knowledge:
    """A knowledge with little to learn from."""
    name, table = next(iter(knowledge.warnings.items()))
    return replace(knowledge, warnings={name: table}, messages={}, themes=knowledge.themes[:1])


def test_what_was_learned_is_kept(small: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = fitted_reader(small, tmp_path).learned
    monkeypatch.setattr("bot.alerts.fitted.learn", None)
    kept = fitted_reader(small, tmp_path).learned
    assert isinstance(first, Learned)
    assert isinstance(kept, Learned)
    text = "my chest feels tight when i walk"
    assert kept.likeness(text) == first.likeness(text)
    assert kept.flags == first.flags


def test_a_word_added_to_the_knowledge_is_learned(small: Knowledge, tmp_path: Path) -> None:
    fitted_reader(small, tmp_path)
    little_words = (*small.reading.little_words, "erm")
    changed = small.reading.model_copy(update={"little_words": little_words})
    fitted_reader(replace(small, reading=changed), tmp_path)
    assert len(list(tmp_path.glob("signs-*.npz"))) == 2
