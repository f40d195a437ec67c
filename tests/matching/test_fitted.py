"""The matcher of the knowledge: what it learns from, and the cache of its fits."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.cache import KEPT, cache_folder
from bot.matching.fitted import examples_of, fitted_matcher
from bot.matching.matcher import OFF_TOPIC, Example
from knowledge.load import Knowledge
from knowledge.schema import LabelledMessage, Messages, Words


def message(text: str, *intents: tuple[str, ...]) -> LabelledMessage:
    return LabelledMessage(text=text, intents=intents)


def kept(folder: Path) -> Iterator[str]:
    return (file.name for file in sorted(folder.iterdir()))


def test_a_fit_from_the_cache_ranks_the_same(little: Knowledge, tmp_path: Path) -> None:
    fitted = fitted_matcher(little, folder=tmp_path)
    assert len(list(kept(tmp_path))) == 1
    again = fitted_matcher(little, folder=tmp_path)
    assert again.fit is not fitted.fit
    assert again.fit.right == fitted.fit.right
    for text in ("what is a back spasm", "how long", "joke", "", "xyzzy"):
        assert again.rank(text) == fitted.rank(text)
        assert again.rank(text, after="What a back spasm is") == fitted.rank(text, after="What a back spasm is")


def test_a_lexicon_that_is_empty_comes_back(little: Knowledge, tmp_path: Path) -> None:
    bare = replace(little, words=Words(concepts=()))
    fitted = fitted_matcher(bare, folder=tmp_path)
    assert fitted_matcher(bare, folder=tmp_path).rank("how long") == fitted.rank("how long")


Change = Callable[[Knowledge], Knowledge]


def changed_off_topic(little: Knowledge) -> Knowledge:
    return replace(little, off_topic=little.off_topic.model_copy(update={"other": ("another joke please",)}))


def changed_words(little: Knowledge) -> Knowledge:
    return replace(little, words=Words(concepts=little.concepts[1:]))


def changed_label(little: Knowledge) -> Knowledge:
    changed = Messages(messages=(message("wat is this spasm", ("symptoms",)),))
    return replace(little, messages={"ann.tsv": changed})


def changed_author(little: Knowledge) -> Knowledge:
    return replace(little, messages={"bob.tsv": little.messages["ann.tsv"]})


@pytest.mark.parametrize("change", [changed_off_topic, changed_words, changed_label, changed_author])
def test_changed_knowledge_is_fitted_anew(little: Knowledge, tmp_path: Path, change: Change) -> None:
    fitted_matcher(little, folder=tmp_path)
    fitted_matcher(change(little), folder=tmp_path)
    assert len(list(kept(tmp_path))) == 2


def test_a_broken_cache_is_fitted_anew(little: Knowledge, tmp_path: Path) -> None:
    fitted_matcher(little, folder=tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for broken in (b"", b"nonsense", whole[: len(whole) // 2]):
        file.write_bytes(broken)
        assert fitted_matcher(little, folder=tmp_path).rank("what is a back spasm").labels
        assert file.read_bytes() == whole


def test_a_cache_that_lacks_a_part_is_fitted_anew(little: Knowledge, tmp_path: Path) -> None:
    fitted = fitted_matcher(little, folder=tmp_path)
    (file,) = tmp_path.iterdir()
    with np.load(file) as whole:
        np.savez(file, **{name: whole[name] for name in whole.files if name != "weights"})
    assert fitted_matcher(little, folder=tmp_path).rank("how long") == fitted.rank("how long")


def test_the_cache_keeps_a_few_fits(little: Knowledge, tmp_path: Path) -> None:
    for i in range(KEPT + 2):
        off_topic = little.off_topic.model_copy(update={"other": (f"joke {i}",)})
        fitted_matcher(replace(little, off_topic=off_topic), folder=tmp_path)
    assert len(list(kept(tmp_path))) == KEPT


def test_a_cache_that_can_t_be_written_is_done_without(little: Knowledge, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert fitted_matcher(little, folder=blocked).rank("what is a back spasm").labels


def test_a_fit_is_kept_in_the_user_s_own_cache(
    little: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # on Linux
    monkeypatch.setenv("HOME", str(tmp_path))  # on macOS
    fitted_matcher(little)
    assert cache_folder().is_relative_to(tmp_path)
    assert len(list(kept(cache_folder()))) == 1


def test_titles_and_off_topic_messages_and_messages_by_their_authors_are_examples(knowledge: Knowledge) -> None:
    examples = examples_of(knowledge)
    assert Example("Ice or heat", ("ice_or_heat",)) in examples
    assert sum(example.labels == (OFF_TOPIC,) and not example.group for example in examples) > 800
    assert {example.group for example in examples} == {"", *knowledge.messages}
    assert len([one for one in examples if one.group]) == sum(len(one.messages) for one in knowledge.messages.values())


@pytest.mark.parametrize(
    ("intents", "labels"),
    [
        ([("a", "b", "c")], ("a", "b", "c")),
        ([("a", "b", "c"), ("d", "e")], ("a", "d", "b", "e", "c")),
        ([("a",), ("d", "a")], ("a", "d")),
        ([("out_of_scope_medical",)], (OFF_TOPIC,)),
        ([("out_of_scope_other", "a", "out_of_scope_medical")], (OFF_TOPIC, "a")),
    ],
)
def test_what_serves_a_message_best_comes_first(
    little: Knowledge, intents: list[tuple[str, ...]], labels: tuple[str, ...]
) -> None:
    written = Messages(messages=(message("hi", *intents),))
    assert examples_of(replace(little, messages={"ann.tsv": written}))[-1] == Example("hi", labels, "ann.tsv")
