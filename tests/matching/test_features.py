"""Features of a text: its n-grams and concepts, and how telling each is."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.concepts import Spotter
from bot.matching.features import (
    LONGEST,
    Space,
    Vector,
    Vocabulary,
    character_ngrams,
    concept_ngrams,
    extractors,
    tokens,
    word_ngrams,
)
from knowledge.schema import Concept

HEAT = Concept(name="heat", says=("heat", "heating pad", "hot water bottle"))
NIGHT = Concept(name="night", says=("night", "nite", "3am"))

TEXTS = ["ice or heat", "heat at night", "acupuncture needles"]


def test_words_and_pictures_are_tokens() -> None:
    assert tokens("Can't sleep 👍") == ["cant", "sleep", "👍"]
    assert tokens("🍕") == ["🍕"]


def test_only_as_much_as_a_telegram_message_holds_is_read() -> None:
    assert tokens("a " * LONGEST) == ["a"] * (LONGEST // 2)


def test_character_ngrams_know_where_a_word_begins_and_ends() -> None:
    assert list(character_ngrams(["ice"])) == [" ic", "ice", "ce ", " ice", "ice "]


def test_a_word_of_one_letter_has_its_ngram() -> None:
    assert list(character_ngrams(["i"])) == [" i "]


def test_word_ngrams_are_words_neighbours_and_skips() -> None:
    assert list(word_ngrams(["ice", "or", "heat"])) == ["ice", "or", "heat", "ice or", "or heat", "ice * heat"]


def test_concepts_come_once_each_with_their_pairs() -> None:
    extract = concept_ngrams(Spotter([HEAT, NIGHT]))
    assert list(extract(tokens("heating pad at nite, or any heat?"))) == ["heat", "night", "heat+night"]


def test_a_text_is_seen_in_three_ways() -> None:
    seen = [list(extract(["night"])) for extract in extractors(Spotter([HEAT, NIGHT]))]
    assert seen[0][0] == " ni"
    assert seen[1:] == [["night"], ["night"]]


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


def test_what_is_said_without_words_is_no_phrase() -> None:
    assert list(Spotter([Concept(name="fine", says=("👍", "fine"))]).spot(tokens("👍 fine"))) == ["fine"]


def words_of(*texts: str) -> list[Counter[str]]:
    return [Counter(text.split()) for text in texts]


def length(vector: Vector) -> float:
    return float(np.linalg.norm(vector.weights))


def weights(vocabulary: Vocabulary, text: str) -> dict[str, float]:
    """Return the weight of each known word of a text."""
    vector = vocabulary.vector(Counter(text.split()))
    names = list(vocabulary.numbers)
    return {names[i]: float(weight) for i, weight in zip(vector.features, vector.weights, strict=True)}


def test_a_feature_of_too_few_texts_does_not_count() -> None:
    counts = words_of("heat heat", "heat ice", "ice needles")
    assert set(Vocabulary.of(counts, rarest=1).numbers) == {"heat", "ice", "needles"}
    assert set(Vocabulary.of(counts, rarest=2).numbers) == {"heat", "ice"}
    assert Vocabulary.of(counts, rarest=3).numbers == {}


def test_what_is_rare_tells_more() -> None:
    vocabulary = Vocabulary.of(words_of("the heat", "the ice", "the"), rarest=1)
    of_each = weights(vocabulary, "the heat")
    assert of_each["heat"] > of_each["the"]


def test_what_is_said_twice_tells_more_but_not_twice_as_much() -> None:
    vocabulary = Vocabulary.of(words_of("heat ice", "heat ice"), rarest=1)
    of_each = weights(vocabulary, "heat heat ice")
    assert 1 < of_each["heat"] / of_each["ice"] < 2


def test_a_weight_is_the_logarithm_of_the_count_times_that_of_the_rarity() -> None:
    vocabulary = Vocabulary.of(words_of("the heat", "the ice", "the"), rarest=1)
    the, heat, unknown = 1 + np.log(2), 1 + np.log(4 / 2), 1 + np.log(4 / 1)
    length = (the**2 + heat**2 + unknown**2) ** 0.5
    of_each = weights(vocabulary, "the heat the magic")
    assert of_each == {"the": pytest.approx(the / length), "heat": pytest.approx(heat / length)}


def test_a_text_that_is_known_has_length_1() -> None:
    vocabulary = Vocabulary.of(words_of(*TEXTS), rarest=1)
    assert [length(vocabulary.vector(one)) for one in words_of(*TEXTS)] == pytest.approx([1, 1, 1], abs=1e-6)


def test_what_is_unknown_makes_a_text_shorter() -> None:
    vocabulary = Vocabulary.of(words_of(*TEXTS), rarest=1)
    known, half, less = (length(vocabulary.vector(one)) for one in words_of("heat", "heat magic", "heat magic wand"))
    assert known > half > less > 0


@pytest.mark.parametrize("text", ["", "wizardry"])
def test_a_text_without_known_features_has_no_weights(text: str) -> None:
    vector = Vocabulary.of(words_of(*TEXTS), rarest=1).vector(Counter(text.split()))
    assert (len(vector.features), len(vector.weights)) == (0, 0)


@pytest.fixture(scope="module")
def space() -> Space:
    """Words that count for 4, and letters that count for 1."""
    return Space((Vocabulary.of(words_of(*TEXTS), 1), Vocabulary.of(letters_of(*TEXTS), 1)), (2.0, 1.0))


def letters_of(*texts: str) -> list[Counter[str]]:
    return [Counter(character_ngrams(tokens(text))) for text in texts]


def vectors_of(space: Space, texts: Sequence[str]) -> list[Vector]:
    return [space.vector(kinds) for kinds in zip(words_of(*texts), letters_of(*texts), strict=True)]


def test_a_product_is_the_weighted_sum_of_the_cosines(space: Space) -> None:
    rows = space.matrix(vectors_of(space, TEXTS)).toarray()
    products = rows @ rows.T
    assert rows.shape == (3, space.size)
    assert np.diag(products) == pytest.approx([5, 5, 5], abs=1e-5)
    words, letters = (
        np.dot(dense(kind, one), dense(kind, other))
        for kind, (one, other, _) in zip(space.kinds, (words_of(*TEXTS), letters_of(*TEXTS)), strict=True)
    )
    assert products[0, 1] == pytest.approx(4 * words + letters, abs=1e-5)
    assert 0 < products[0, 1] < 5
    assert products[0, 2] == 0


def dense(vocabulary: Vocabulary, count: Counter[str]) -> list[float]:
    vector = vocabulary.vector(count)
    out = np.zeros(len(vocabulary.numbers))
    out[vector.features] = vector.weights
    return out.tolist()


def test_a_row_for_each_text_even_one_that_is_unknown(space: Space) -> None:
    rows = space.matrix(vectors_of(space, ["zzz", "ice or heat"])).toarray()
    assert not rows[0].any()
    assert np.linalg.norm(rows[1]) == pytest.approx(5**0.5, abs=1e-5)


@given(st.text(max_size=200))
def test_any_text_has_a_vector_of_length_1_at_the_most(text: str) -> None:
    vocabulary = Vocabulary.of(letters_of(*TEXTS), rarest=1)
    vector = vocabulary.vector(letters_of(text)[0])
    assert length(vector) <= 1 + 1e-5
    assert len(set(vector.features.tolist())) == len(vector.features)
    assert (vector.weights > 0).all()


@given(st.text(max_size=200))
def test_any_text_has_features_that_can_be_parted_by_line_breaks(text: str) -> None:
    """The cache writes them so."""
    assert not any("\n" in feature for extract in extractors(Spotter([HEAT])) for feature in extract(tokens(text)))
