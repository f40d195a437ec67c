"""Numbers in a message that mean something to a warning sign: ages, temperatures, durations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

KINDS = ("age", "temperature", "days", "number")

WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "dozen": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip
_DAYS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30, "months": 30, "year": 365, "years": 365}
_AFTER_AGE = {
    ("yo",),
    ("y", "o"),
    ("years", "old"),
    ("year", "old"),
    ("year", "olds"),
    ("years", "of", "age"),
    ("y", "old"),
}
_SEX = {"female", "male", "woman", "man", "girl", "boy", "lady", "guy", "gentleman"}
_SEX_LETTERS = {"f", "m"}
_BEFORE_OLD_AGE = {"at", "turning", "nearly", "almost", "over", "pushing", "past"}
"""Words before an age that stand before other numbers too ("at 5 o'clock"): they count from an age of fifty."""
_BEFORE_AGE = {"im", "am", "aged", "age", "hes", "shes", "turned", "being"}
_KIN = {"son", "daughter", "kid", "child", "boy", "girl", "lad", "toddler", "teen", "teenager", "grandson",
        "mum", "mom", "dad", "mother", "father", "grandma", "grandpa",
        "nan", "gran", "grandad", "granny", "nephew", "niece", "brother", "sister", "husband", "wife"}  # fmt: skip
_HEAT = {"temp", "temperature", "temps", "fever", "fevers", "feverish", "burning"}
_DEGREES = {"c", "celsius", "centigrade", "degrees", "degree", "deg", "f", "fahrenheit", "fever", "temp", "temperature"}
_NO_AGE = {
    *_DAYS, "kg", "kgs", "lb", "lbs", "pounds", "stone", "cm", "mm", "inch", "inches", "feet", "ft", "m", "miles", "km",
    "percent", "kmh", "kph", "bpm", "reps", "people",
    "hour", "hours", "hr", "hrs", "min", "mins", "minute", "minutes", "second", "seconds", "mg", "ml", "g",
    "pills", "tablets", "times", "mph", "degrees", "pm", "days", "points", "out", "of", "or", "on", "weeks", "per",
}  # fmt: skip
_MEASURES = {"bmi", "weigh", "weight", "size", "waist", "hip", "egfr", "psa", "level", "cost", "costs", "paid", "pay",
             "ran", "ratio", "version", "score", "by"}  # fmt: skip
_OLDEST = 115
_OLD = 50
_YOUNGEST_ADULT, _TWO_DIGITS = 18, 99
_CELSIUS = (37.5, 43.0)
_FAHRENHEIT = (99.5, 110.0)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a clause.

    Attributes:
        kind: `age` in years, `temperature` in degrees Celsius (only fever heat), `days` for a duration, or `number`.
        value: Its value in that unit.
        start: Its first word.
        end: The word after its last one.
    """

    kind: str
    value: float
    start: int
    end: int


def numbers(words: Sequence[str], *, opening: bool) -> Iterator[Number]:
    """Yield the numbers among the words of a clause, a number once for each kind that it may be.

    Args:
        words: The words of the clause.
        opening: Whether the clause opens the message, where people give their age alone ("65 with back pain").
    """
    for i, word in enumerate(words):
        value = _value(word)
        if value is None:
            continue
        after = words[i + 1 : i + 4]
        yield Number("number", value, i, i + 1)
        if after and after[0] in _DAYS:
            old = len(after) > 1 and after[1] in {"old", "olds"}
            yield Number("age" if old else "days", value * _DAYS[after[0]] / (365 if old else 1), i, i + 2 + old)
        if (heat := _temperature(value, words[max(0, i - 4) : i], after)) is not None:
            yield Number("temperature", heat, i, i + 1)
        elif 0 < value <= _OLDEST and (length := _age(value, words, i, opening=opening)):
            yield Number("age", value, i, i + length)


def _value(word: str) -> float | None:
    if word in WORDS:
        return float(WORDS[word])
    if not word[0].isdigit() or len(word) > 12:  # longer ones are telephone numbers and the like
        return None
    plain = word.replace(",", "") if len(word.rpartition(",")[2]) == 3 else word.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return None


def _temperature(value: float, before: Sequence[str], after: Sequence[str]) -> float | None:
    unit = after[0] if after else ""
    alone = value % 1 != 0 and unit not in _NO_AGE and _MEASURES.isdisjoint(before)  # "39.5 and back pain"
    if unit not in _DEGREES and _HEAT.isdisjoint(before) and not alone:
        return None
    if _CELSIUS[0] <= value <= _CELSIUS[1] and unit != "f":
        return value
    return (value - 32) / 1.8 if _FAHRENHEIT[0] <= value <= _FAHRENHEIT[1] else None


def _age(value: float, words: Sequence[str], i: int, *, opening: bool) -> int:
    """Return how many words say an age at `i`; 0 where none does."""
    before = words[i - 1] if i else ""
    after = words[i + 1] if i + 1 < len(words) else ""
    if words[i] == "one" and after not in _DAYS:  # "being the one"
        return 0
    for length in (1, 2, 3):
        if tuple(words[i + 1 : i + 1 + length]) in _AFTER_AGE:
            return 1 + length
    if after in _SEX or (after in _SEX_LETTERS and (i == 0 or before in _BEFORE_AGE)):
        return 2
    if after == "s" and value % 10 == 0:  # "in her 70s"
        return 2
    if after in _NO_AGE or after[:1].isdigit():
        return 0
    of_kin = before in _KIN or (before == "is" and bool(_KIN.intersection(words[max(0, i - 4) : i])))
    alone = opening and i == 0 and _YOUNGEST_ADULT <= value <= _TWO_DIGITS and after in {"and", "with", "never"}
    old = before in _BEFORE_OLD_AGE and _OLD <= value <= _OLDEST
    return int(before in _BEFORE_AGE or old or of_kin or (before in _SEX_LETTERS and i == 1) or alone)
