"""Mistyped words are mended where it is clear what was meant."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot.matching.repair import COMMON, RARE, Repairer

KNOWN = Counter(
    {"back": 900, "pain": 500, "bakc": 1, "spasm": 300, "tack": 250, "hip": 80, "tramadol": 40, "pack": 20}
    | {"lido": 2, "asda": 1, "naproxen": 1}
)
RIGHT = ("tizanidine", "pian", "naproxen")
USES = KNOWN + Counter(RIGHT)


@pytest.fixture(scope="module")
def repairer() -> Repairer:
    return Repairer(KNOWN, RIGHT)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bavk", "back"),  # a neighbouring key
        ("bcak", "back"),  # two letters swapped
        ("bck", "back"),  # one left out
        ("backk", "back"),  # one doubled
        ("bakc", "back"),  # a slip that somebody else has made before
        ("tramdol", "tramadol"),
        ("dack", "back"),  # pack would be as near, but is rarer
        ("tback", "tack"),  # back would be as near and is more frequent, but begins with another letter
        ("lidp", "lido"),  # used twice
        ("naproxn", "naproxen"),  # used once, and in the lexicon
    ],
)
def test_a_slip_is_mended(repairer: Repairer, typed: str, meant: str) -> None:
    assert repairer.meant(typed) == meant


@pytest.mark.parametrize(
    "word",
    [
        "back",
        "pack",  # near back, but a word in use
        "pian",  # right, since the lexicon has it
        "hpi",  # too short to tell
        "asdf",  # near a word that is rare itself
        "bxxk",  # two slips
        "2011",
        "",
    ],
)
def test_a_word_that_may_be_right_stays(repairer: Repairer, word: str) -> None:
    assert repairer.meant(word) == word


@given(st.text())
def test_what_is_meant_is_the_word_itself_or_one_slip_away(repairer: Repairer, word: str) -> None:
    meant = repairer.meant(word)
    assert meant == word or (OSA.distance(word, meant) == 1 and USES[meant] > max(COMMON - 1, RARE * USES[word]))
