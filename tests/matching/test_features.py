"""Features of a text, and similarity on them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.concepts import Spotter
from bot.matching.features import Index, character_ngrams, concept_ngrams, tokens, word_ngrams
from knowledge.schema import Concept

HEAT = Concept(name="heat", says=("heat", "heating pad", "hot water bottle"))
NIGHT = Concept(name="night", says=("night", "nite", "3am"))


def test_words_and_pictures_are_tokens() -> None:
    assert tokens("Can't sleep 👍") == ["cant", "sleep", "👍"]
    assert tokens("🍕") == ["🍕"]


def test_character_ngrams_know_where_a_word_begins_and_ends() -> None:
    assert list(character_ngrams(["ice"])) == [" ic", "ice", "ce ", " ice", "ice "]


def test_word_ngrams_are_words_neighbours_and_skips() -> None:
    assert list(word_ngrams(["ice", "or", "heat"])) == ["ice", "or", "heat", "ice or", "or heat", "ice * heat"]


def test_concepts_come_with_their_pairs() -> None:
    extract = concept_ngrams(Spotter([HEAT, NIGHT]))
    assert list(extract(tokens("heating pad at nite?"))) == ["heat", "night", "heat+night"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a hot water bottle", ["heat"]),
        ("a heatng pad", ["heat"]),  # one slip in a long word
        ("a hot botle of water", []),  # a phrase is words side by side
        ("nihgt", []),  # a short word must be spelt right
    ],
)
def test_a_long_word_may_hold_one_slip(text: str, found: list[str]) -> None:
    assert list(Spotter([HEAT, NIGHT]).spot(tokens(text))) == found


TEXTS = ["ice or heat", "heat at night", "acupuncture needles"]


@pytest.fixture
def index() -> Index:
    return Index.of(word_ngrams(tokens(text)) for text in TEXTS)[0]


def test_a_text_is_most_like_itself(index: Index) -> None:
    for i, text in enumerate(TEXTS):
        similarities = index.similarities(index.vector(word_ngrams(tokens(text))))
        assert similarities[i] == pytest.approx(1, abs=1e-6)
        assert similarities.argmax() == i


def test_what_the_index_does_not_know_makes_a_text_less_alike(index: Index) -> None:
    known = index.similarities(index.vector(["heat"]))
    half_known = index.similarities(index.vector(["heat", "wizardry"]))
    assert (half_known < known)[:2].all()


def test_a_text_without_known_features_is_like_nothing(index: Index) -> None:
    assert index.similarities(index.vector(["wizardry"])).tolist() == [0, 0, 0]
    assert index.similarities(index.vector([])).tolist() == [0, 0, 0]


def test_the_vectors_of_the_texts_are_those_of_a_new_text() -> None:
    index, vectors = Index.of(character_ngrams(tokens(text)) for text in TEXTS)
    again = index.vector(character_ngrams(tokens(TEXTS[0])))
    np.testing.assert_allclose(np.sort(again.weights), np.sort(vectors[0].weights), rtol=1e-5)


@given(st.text(max_size=200))
def test_similarity_is_from_0_to_1(text: str) -> None:
    index, _ = Index.of(character_ngrams(tokens(one)) for one in TEXTS)
    similarities = index.similarities(index.vector(character_ngrams(tokens(text))))
    assert ((similarities >= 0) & (similarities <= 1 + 1e-5)).all()
