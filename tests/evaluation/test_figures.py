"""The figures of judged messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.figures import (
    Calibration,
    Confusion,
    Figures,
    IntentFigures,
    Share,
    confusions,
    intent_figures,
    sure_mistakes,
)
from bot.evaluation.judging import Given, Judged, Verdict
from bot.evaluation.labelled import Labelled
from tests.evaluation.cases import judged

DOUBLE = Judged(
    message=Labelled(text="ice, and gym?", wanted=(("ice_or_heat",), ("sport_and_gym",))),
    reply=Given(kind="answer", intents=("sport_and_gym",), confidence=0.9),
    verdict=Verdict(bin="half", answered=("sport_and_gym",)),
)
ALARM = Judged(
    message=Labelled(text="hot?"),
    reply=Given(kind="alert", flags=("infection",), confidence=1),
    verdict=Verdict(bin="wrong", calm=True, false_alarm=True),
)
CAUGHT = Judged(
    message=Labelled(text="numb", sure=("saddle_numbness",)),
    reply=Given(kind="alert", flags=("saddle_numbness",), confidence=1),
    verdict=Verdict(bin="alert", sign="emergency", caught=True, named=True),
)
MISSED = CAUGHT.model_copy(update={"verdict": Verdict(bin="alert missed", sign="emergency", asked=True)})
NOTICED = judged("my son", "right").model_copy(
    update={"verdict": Verdict(bin="quiet", sign="soon", caught=True, calm=True)}
)


def test_a_share_of_nothing_is_no_number() -> None:
    assert str(Share(hits=1, n=3)) == "33.3%"
    assert str(Share(hits=0, n=0)) == "-"


def test_shares_are_of_what_they_are_about() -> None:
    figures = Figures.of([judged("a", "right"), judged("b", "wrong"), DOUBLE, ALARM, CAUGHT, MISSED, NOTICED])
    assert figures.right == Share(hits=1, n=4)
    assert figures.wrong == Share(hits=2, n=4)
    assert figures.emergency_recall == figures.emergency_asked == Share(hits=1, n=2)
    assert figures.rightly_named == figures.soon_recall == Share(hits=1, n=1)
    assert figures.urgent_recall == Share(hits=0, n=0)
    assert figures.false_alarms == Share(hits=1, n=4)


def test_each_intent_has_its_row() -> None:
    table = intent_figures(
        [
            judged("a", "right"),
            judged("b", "wrong", got="massage"),
            judged("c", "offered", kind="choices"),
            DOUBLE,
            ALARM,
            CAUGHT,
        ]
    )
    assert table == [
        IntentFigures("ice_or_heat", 4, 1, 1, 1, 1, Share(hits=1, n=1)),
        IntentFigures("massage", 0, 0, 0, 0, 0, Share(hits=0, n=1)),
        IntentFigures("sport_and_gym", 1, 1, 0, 0, 0, Share(hits=1, n=1)),
    ]


def test_confusions_are_counted() -> None:
    wrong = [judged(text, "wrong", got="massage") for text in "ab"]
    assert confusions([*wrong, ALARM, judged("c", "right")]) == [
        Confusion("ice_or_heat", "massage", 2),
        Confusion("-", "alert: infection", 1),
    ]


def test_calibration_compares_confidence_with_truth() -> None:
    calibration = Calibration.of(
        [
            judged("a", "right", confidence=1.0),
            judged("b", "wrong", got="massage", confidence=0.9),
            judged("c", "offered", kind="fallback", confidence=0.25),
            ALARM,
            CAUGHT,
        ]
    )
    assert calibration.n == 3
    assert [(band.low, band.right, band.wrong) for band in calibration.bands if band.n] == [(0.2, 1, 0), (0.9, 1, 1)]
    assert calibration.error == pytest.approx((1 * 0.75 + 2 * abs(0.95 - 0.5)) / 3)


def test_no_guess_has_no_error() -> None:
    assert Calibration.of([]).error == 0
    assert Calibration.of([]).bands[0].share_right == 0


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans())))
def test_any_guess_stands_in_its_band(guesses: list[tuple[float, bool]]) -> None:
    made = [
        judged("?", "right" if right else "wrong", got="ice_or_heat" if right else "massage", confidence=confidence)
        for confidence, right in guesses
    ]
    calibration = Calibration.of(made)
    assert calibration.n == len(guesses)
    assert sum(band.right for band in calibration.bands) == sum(right for _, right in guesses)
    assert 0 <= calibration.error <= 1
    for band in calibration.bands:
        assert band.n == 0 or band.low - 1e-9 <= band.confidence <= band.low + 0.1 + 1e-9


def test_the_surest_mistakes_come_first() -> None:
    made = [
        judged("a", "wrong", got="massage", confidence=0.8),
        judged("b", "missed", got="greeting", confidence=0.9),
        judged("c", "right"),
        judged("d", "missed", got="massage", kind="choices"),
    ]
    assert [one.message.text for one in sure_mistakes(made)] == ["b", "a"]
    assert [one.message.text for one in sure_mistakes(made, most=1)] == ["b"]
