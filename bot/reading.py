"""How a message is read before anything looks for meaning in it: one spelling, words, clauses.

All functions are total: any string, of any length, gives a result, in time linear in its length.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

LOOK_ALIKES = str.maketrans(
    "авекмнорстухіјѕԁһӏԛԝαεικνορτυχ",
    "abekmhopctyxijsdhlqwaeikvoptux",
)
"""Cyrillic and Greek letters that look like Latin ones."""

_LATIN = re.compile(r"[a-z]")
_FOREIGN_LOOK_ALIKE = re.compile(r"[α-ωа-ӿԀ-ԯ]")
_WORD_CHARACTERS = re.compile(r"[^\W_]+")
_ACCENTS = re.compile(r"[\u0300-\u036f\u0640\u064b-\u0655]")  # and the signs that Arabic may leave out
_STROKED = str.maketrans("ıłøđ", "ilod")
_APOSTROPHES = re.compile(r"['’‘ʼ`´′](?<=[^\W\d_].)(?=[^\W\d_])")
_REPEATS = re.compile(r"([^\W\d_])\1{2,}")
_NOT_TEXT = {"Cc", "Cf", "Cs", "Co", "Cn"}

_TOKEN = re.compile(
    r"(\d+(?:[.,]\d+)+|(?:[^\W_]|[\u0900-\u0963])+)"  # a word (Devanagari vowels are marks), or a decimal number
    r"|(,|\.{2,})"  # a comma
    r"|([?.!\n;:()\[\]{}|•*–—]|(?<=\s)-(?=\s)|--+)"  # a stop
)
_LINE_BREAK = re.compile(r"(?<![\r\n])(?:\r\n|[\r\n\v\f\u2028\u2029])(?![\r\n])")
_NUMBER_WITH_UNIT = re.compile(r"(\d+)([^\W\d_]+)")

LONGEST_CLAUSE = 120
"""A clause of more words is cut here, so that the work on a message without a stop stays linear in its length."""

TURNS = frozenset({"but", "though", "however", "yet", "except", "only", "although", "whereas", "nevertheless", "tho"})
"""Words at which a sentence takes a turn: what was denied before them isn't denied after them."""


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that belong together, with no turn or stop among them.

    Attributes:
        words: The words as `words` gives them; never empty.
        commas: The places in `words` before which a comma stands.
        sentence: The number of its sentence within the message, from 0.
    """

    words: tuple[str, ...]
    commas: frozenset[int]
    sentence: int


def normalise(text: str) -> str:
    """Return the text in one spelling.

    Compatibility forms, case, accents, apostrophes within words, invisible characters and look-alike letters of other
    alphabets within Latin words no longer make a difference, and a letter stands at most twice in a row. Line breaks
    and punctuation stay.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", text)).translate(_STROKED)
    else:
        text = text.casefold()
    if not text.isprintable():
        text = "".join(c if c.isprintable() else _unprintable(c) for c in text)
    text = _APOSTROPHES.sub("", text)
    if not text.isascii() and _FOREIGN_LOOK_ALIKE.search(text):
        text = _WORD_CHARACTERS.sub(lambda match: _in_latin(match[0]), text)
    return _REPEATS.sub(r"\1\1", text)


def _unprintable(character: str) -> str:
    if character in "\n\r\u2028\u2029\v\f":
        return "\n"
    if character == "\t" or unicodedata.category(character) not in _NOT_TEXT:
        return " "
    return ""


def _in_latin(word: str) -> str:
    return word.translate(LOOK_ALIKES) if _LATIN.search(word) else word


def words(text: str) -> list[str]:
    """Return the normalised words of a text, without punctuation.

    Numbers keep their decimals and lose their units: "38.5C" is "38.5", "c"; "15yo" is "15", "yo".
    """
    return [piece for word, _, _ in _TOKEN.findall(normalise(text)) if word for piece in _pieces(word)]


def _pieces(word: str) -> tuple[str, ...]:
    if word[0].isdigit() and not word[-1].isdigit() and (match := _NUMBER_WITH_UNIT.fullmatch(word)):
        return match[1], match[2]
    return (word,)


def unbroken(text: str) -> Iterator[str]:
    """Yield the ways to read a text of one who breaks lines within sentences.

    All its single line breaks as blanks, and each two lines in a row with the break between them as a blank.
    """
    yield _LINE_BREAK.sub(" ", text)
    for first, second in pairwise(_LINE_BREAK.split(text)):
        yield f"{first} {second}"


def clauses(text: str) -> list[Clause]:
    """Cut a text into clauses: at stops, line breaks, dashes, brackets, and words at which a sentence takes a turn.

    A comma doesn't cut, since it may stand in a list ("no fever, chills or numbness"), nor does an ellipsis, which
    reads like one; the clause says where they are.
    """
    found: list[Clause] = []
    now: list[str] = []
    commas: set[int] = set()
    sentence = 0

    def cut() -> None:
        if now:
            found.append(Clause(tuple(now), frozenset(c for c in commas if c < len(now)), sentence))
            now.clear()
        commas.clear()

    for word, comma, stop in _TOKEN.findall(normalise(text)):
        if word:
            if word in TURNS or (word == "now" and now and now[-1] == "and") or len(now) >= LONGEST_CLAUSE:
                cut()
            if word[0].isdigit():
                now.extend(_pieces(word))
            else:
                now.append(word)
        elif comma:
            if now:
                commas.add(len(now))
        else:
            cut()
            sentence += stop in "?.!\n"
    cut()
    return found
