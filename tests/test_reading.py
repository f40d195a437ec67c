"""How messages are read: one spelling, words, clauses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading import LONGEST_CLAUSE, clauses, normalise, unbroken, words


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("I CAN'T pee", "i cant pee"),
        ("I can’t pee", "i cant pee"),
        ("сhest pаin", "chest pain"),  # Cyrillic letters
        ("chεst", "chest"),  # a Greek one
        ("paiiiiin", "paiin"),
        ("ch\u200best\u00ad pain", "chest pain"),
        ("\u202echest pain\u202c", "chest pain"),
        ("chest\x00 pain", "chest pain"),
        ("ｃｈｅｓｔ", "chest"),
        ("naïve café", "naive cafe"),
        ("chest\tpain", "chest pain"),
        ("Ağrım var, łóżko", "agrim var, lozko"),
        ("لا أَستطيع", "لا استطيع"),  # with and without the signs that may be left out
        ("half a \ud83d surrogate", "half a  surrogate"),
    ],
)
def test_one_spelling(text: str, same_as: str) -> None:
    assert normalise(text) == same_as


@pytest.mark.parametrize("text", ["боль в спине", "πόνος", "पीठ दर्द", "허리 통증"])
def test_other_alphabets_stay(text: str) -> None:
    assert words(text)
    assert not normalise(text).isascii()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Back pain, 38.5C!", ["back", "pain", "38.5", "c"]),
        ("15yo 102F 4000mg", ["15", "yo", "102", "f", "4000", "mg"]),
        ("l4-l5 & b12", ["l4", "l5", "b12"]),
        ("6'4 195lbs", ["6", "4", "195", "lbs"]),
        ("snake_case 😀", ["snake", "case"]),
        ("पेशाब नहीं हो रहा।", ["पेशाब", "नहीं", "हो", "रहा"]),
        ("", []),
    ],
)
def test_words(text: str, said: list[str]) -> None:
    assert words(text) == said


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("no fever but I can't pee", ["no fever", "but i cant pee"]),
        ("it hurts - a lot; really: yes", ["it hurts", "a lot", "really", "yes"]),
        ("sore back and now my legs are numb", ["sore back and", "now my legs are numb"]),
        ("one.\ntwo? (three)", ["one", "two", "three"]),
        ("i cant... pee", ["i cant pee"]),
        ("no fever, chills or numbness", ["no fever chills or numbness"]),
        ("well-known pins-and-needles", ["well known pins and needles"]),
    ],
)
def test_clauses(text: str, cut: list[str]) -> None:
    assert [" ".join(clause.words) for clause in clauses(text)] == cut


@pytest.mark.parametrize(
    ("text", "joined"),
    [("i cant\npee", "i cant pee"), ("i cant\r\npee", "i cant pee"), ("one\n\ntwo", "one\n\ntwo"), ("one", "one")],
)
def test_single_line_breaks_are_joined(text: str, joined: str) -> None:
    assert next(unbroken(text)) == joined


def test_each_two_lines_in_a_row_are_joined_too() -> None:
    assert list(unbroken("my legs\nare numb\nis it bad")) == [
        "my legs are numb is it bad",
        "my legs are numb",
        "are numb is it bad",
    ]


def test_commas_and_sentences_are_kept() -> None:
    first, second, third = clauses("no fever, cough, but pain. Help")
    assert first.commas == {2}
    assert [clause.sentence for clause in (first, second, third)] == [0, 0, 1]


@given(st.text())
def test_any_text_gives_a_result(text: str) -> None:
    assert [word for clause in clauses(text) for word in clause.words] == words(text)
    assert normalise(normalise(text)).split() == normalise(text).split()


@pytest.mark.parametrize("text", ["a" * 100_000, "a b " * 25_000, "," * 100_000, "й" * 100_000, "1." * 50_000])
def test_any_length_gives_a_result(text: str) -> None:
    assert all(0 < len(clause.words) <= LONGEST_CLAUSE + 1 for clause in clauses(text))
