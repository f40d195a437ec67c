"""The fitted matcher."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.fuzzy import FuzzyTexts
from bot.matching.matcher import OFF_TOPIC, ROWS, SHOWN, Example, Matcher, Ranking, Settings
from knowledge.load import Knowledge

SAID = {
    "heat": (
        "ice or heat",
        "should i use a heating pad",
        "cold pack or hot bath",
        "heat",
        "how long should i use heat",
    ),
    "sleep": ("how should i sleep", "best sleeping position", "which pillow", "mattress", "what mattress to sleep on"),
    "drive": ("can i drive", "is driving ok", "behind the wheel", "long drive in a car", "can i drive a car"),
    OFF_TOPIC: ("what is the weather", "tell me a joke", "order a pizza", "who won", "another joke about the weather"),
}
EXAMPLES = [Example(text, (label,)) for label, texts in SAID.items() for text in texts]
EVERYTHING = Settings(rarest=1)
"""So few examples need all their features."""

KINDS = [EVERYTHING, replace(EVERYTHING, curve=2)]
"""The ways in which the regression may take similarities."""


@pytest.fixture(scope="module")
def small() -> Matcher:
    return Matcher(EXAMPLES, settings=EVERYTHING)


def scores_of(ranking: Ranking) -> dict[str, float]:
    return dict(zip(ranking.labels, ranking.scores, strict=True))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("heat or ice??", "heat"),
        ("HEETING PAD", "heat"),
        ("what position to sleep in", "sleep"),
        ("driving with it", "drive"),
    ],
)
def test_the_closest_label_comes_first(small: Matcher, text: str, label: str) -> None:
    assert small.rank(text).labels[0] == label


def test_off_topic_is_a_probability_and_no_label(small: Matcher) -> None:
    joke, heat = small.rank("tell me another joke"), small.rank("use ice or heat")
    assert OFF_TOPIC not in joke.labels
    assert joke.off_topic > max(joke.probabilities)
    assert heat.off_topic < heat.probabilities[0]


def test_the_nearest_examples_explain_it(small: Matcher) -> None:
    nearest = small.rank("use ice or heat").nearest
    assert nearest[0][1] == Example("ice or heat", ("heat",))
    without_lexicon = (EVERYTHING.characters + EVERYTHING.words) / EVERYTHING.most
    assert small.rank("ice or heat").nearest[0][0] == pytest.approx(without_lexicon)
    assert [similarity for similarity, _ in nearest] == sorted((s for s, _ in nearest), reverse=True)
    assert 1 < len(nearest) <= SHOWN


def test_a_text_that_is_like_nothing_is_explained_by_nothing(small: Matcher) -> None:
    ranking = small.rank("xyzzy")
    assert ranking.nearest == ()
    assert set(ranking.scores) == {0}


@given(st.text(), st.sampled_from(["", "heat", "sleeping position"]))
@settings(max_examples=200)
def test_any_text_is_ranked(small: Matcher, text: str, after: str) -> None:
    ranking = small.rank(text, after)
    assert sorted(ranking.labels) == ["drive", "heat", "sleep"]
    assert list(ranking.scores) == sorted(ranking.scores, reverse=True)
    assert all(0 <= chance <= 1 for chance in (*ranking.probabilities, ranking.off_topic))


def test_a_better_score_is_a_better_chance(matcher: Matcher) -> None:
    for text in ("ice or heat", "can i take tramadol while pregnant", "who won", "and at night", ""):
        chances = matcher.rank(text).probabilities
        assert list(chances) == sorted(chances, reverse=True)


def test_a_text_may_be_read_after_a_subject(small: Matcher) -> None:
    text = "can i do it"
    assert small.rank(text).labels[0] == "drive"
    after = small.rank(text, after="ice or heat")
    assert after.labels[0] == "heat"
    assert scores_of(after)["drive"] > 0.3  # it still counts for itself
    assert after.nearest == small.rank(text).nearest


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_learned_is_known_by_heart_where_that_costs_nothing(kind: Settings) -> None:
    """More examples than the kernel is made of at a time; each with a label that serves it best, and one less."""
    labels = ["heat", "sleep", "drive", OFF_TOPIC]
    examples = [
        Example(
            f"thing{i} about matter{i % 7} which everybody everywhere knows already",
            (labels[i % 4], labels[(i + 1) % 4]),
        )
        for i in range(ROWS + 50)
    ]
    matcher = Matcher(examples, settings=replace(kind, ridge=1e-3, fuzzy=0))
    for i in (0, 1, ROWS - 1, ROWS, ROWS + 49):
        scores = scores_of(matcher.rank(examples[i].text))
        for label in labels[:3]:
            place = examples[i].labels.index(label) if label in examples[i].labels else 2
            assert scores[label] == pytest.approx((1, 0.5, 0)[place], abs=0.02), (i, label)


def test_on_a_curve_what_is_half_as_near_counts_less_than_half() -> None:
    straight, curved = (Matcher(EXAMPLES, settings=kind) for kind in KINDS)
    same = EVERYTHING.most
    near = np.array([same, same / 2, 0])
    assert straight._curved(near).tolist() == pytest.approx(near.tolist())
    assert curved._curved(near).tolist() == pytest.approx([1, np.exp(-1), np.exp(-2)])


def test_an_example_serves_both_of_its_labels() -> None:
    both = [Example("sleep in the car", ("sleep", "drive")), Example("nap at the wheel", ("drive", "sleep"))]
    scores = scores_of(Matcher([*EXAMPLES, *both], settings=EVERYTHING).rank("sleep in the car"))
    assert scores["sleep"] > scores["drive"] > scores["heat"] + 0.2


def test_a_likely_spelling_gains_by_its_neighbour() -> None:
    plain, fuzzy = (Matcher(EXAMPLES, settings=replace(EVERYTHING, fuzzy=weight)) for weight in (0.0, 0.3))
    gained = scores_of(fuzzy.rank("ice or heat"))["heat"] - scores_of(plain.rank("ice or heat"))["heat"]
    assert gained == pytest.approx(0.3, abs=1e-5)
    (likeness,) = FuzzyTexts.of([["ice", "or", "heat"]]).likeness(["ice", "or", "haet"], np.array([0]))
    near = scores_of(fuzzy.rank("ice or haet"))["heat"] - scores_of(plain.rank("ice or haet"))["heat"]
    assert near == pytest.approx(0.3 * likeness**2, abs=1e-5)


WRITTEN = [
    *EXAMPLES,
    *(Example(f"{text} xyzzy", ("heat",), group="ann") for text in ("my pillow", "the wheel", "a pizza")),
    *(Example(f"{text} plugh", ("sleep",), group="bob") for text in ("the heating", "my car", "the weather")),
]


def unseen(changed: set[int], label: str, kind: Settings = EVERYTHING) -> list[dict[str, float]]:
    """Return the scores of each example, unseen, where some have another label."""
    examples = [replace(one, labels=(label,)) if i in changed else one for i, one in enumerate(WRITTEN)]
    return [scores_of(ranking) for ranking in Matcher(examples, settings=kind).rank_unseen()]


def test_an_unseen_example_gains_by_its_neighbour_too() -> None:
    examples = [*EXAMPLES, Example("ice or heat??", ("drive",))]
    plain, fuzzy = (
        scores_of(list(Matcher(examples, settings=replace(EVERYTHING, fuzzy=weight)).rank_unseen())[-1])
        for weight in (0.0, 0.3)
    )
    assert fuzzy["heat"] - plain["heat"] == pytest.approx(0.3, abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", [0, 7, len(EXAMPLES) - 1])
def test_an_example_is_ranked_as_if_its_own_label_were_not_known(place: int, kind: Settings) -> None:
    """Whatever label it has."""
    first, second = unseen({place}, "heat", kind), unseen({place}, "drive", kind)
    assert first[place] == pytest.approx(second[place], abs=1e-4)
    others = [i for i in range(len(WRITTEN)) if first[i] != pytest.approx(second[i], abs=1e-4)]
    assert others


def test_an_example_of_a_group_is_ranked_as_if_no_label_of_its_group_were_known() -> None:
    ann = {i for i, one in enumerate(WRITTEN) if one.group == "ann"}
    first, second = unseen(ann, "heat"), unseen(ann, "drive")
    for place in ann:
        assert first[place] == pytest.approx(second[place], abs=1e-4)
    bob = next(i for i, one in enumerate(WRITTEN) if one.group == "bob")
    assert first[bob] != pytest.approx(second[bob], abs=1e-4)


def test_no_example_of_its_group_explains_an_unseen_one() -> None:
    matcher = Matcher(WRITTEN, settings=EVERYTHING)
    for example, ranking in zip(WRITTEN, matcher.rank_unseen(), strict=True):
        shown = [one for _, one in ranking.nearest]
        assert example not in shown
        assert not example.group or all(one.group != example.group for one in shown)
    assert matcher.rank("my pillow xyzzy").nearest[0][1].group == "ann"


def test_it_is_calibrated_on_the_examples_of_groups() -> None:
    """Each has a word that tells what it is about, in the hand of its own author alone."""
    assert Matcher(EXAMPLES, settings=EVERYTHING).fit.right > 0.5
    assert Matcher(WRITTEN, settings=EVERYTHING).fit.right == 0


def test_a_fit_is_the_same_each_time(small: Matcher) -> None:
    again = Matcher(EXAMPLES, settings=EVERYTHING)
    assert [again.rank(text) for text in ("ice", "car")] == [small.rank(text) for text in ("ice", "car")]


def test_every_phrasing_of_a_kind_is_close_to_its_entry(knowledge: Knowledge, matcher: Matcher) -> None:
    """What the matcher has learned it must know."""
    asked = [(text, entry.intent) for entry in knowledge.entries.values() for text in entry.phrasings[::9]]
    known = [matcher.rank(text).labels[0] == intent for text, intent in asked]
    assert np.mean(known) > 0.97


def test_a_medicine_is_not_taken_for_another(matcher: Matcher) -> None:
    for text, intent in [
        ("tramadol", "strong_pain_relievers"),
        ("tizanidine", "muscle_relaxants"),
        ("naproxen", "anti_inflammatory"),
        ("panadol", "paracetamol"),
        ("lidocaine patch", "creams_and_patches"),
        ("cbd oil", "cannabis_and_cbd"),
    ]:
        assert matcher.rank(text).labels[0] == intent


def test_without_meanings_it_says_so(matcher: Matcher) -> None:
    assert not matcher.finds_meanings
    assert matcher.fit.meanings is None
