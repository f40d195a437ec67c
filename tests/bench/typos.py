"""What typing errors cost: the share of right answers to labelled messages, as they are and with errors put in.

    python -m tests.bench.typos written.tsv

Every second word of four letters or more gets one error of a thumb: a neighbouring key, two letters swapped, one left
out, or one doubled. Five seeds; the median counts.
"""

import random
import re
import statistics
import sys
from pathlib import Path

import click

from bot.alerts.fitted import fitted_reader
from bot.assistant import Assistant
from bot.evaluation.figures import Figures
from bot.evaluation.judging import Judge
from bot.evaluation.labelled import Labelled, read_labelled
from bot.matching.fitted import fitted_matcher
from bot.matching.meaning import installed_embedding
from bot.reply import Message
from knowledge.load import load

SEEDS = 5
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
WORD = re.compile(r"[^\W\d_]{4,}")


def neighbour(letter: str, random_: random.Random) -> str:
    """Return a letter whose key is beside this one's."""
    for row in KEYS:
        if (place := row.find(letter.lower())) >= 0:
            return random_.choice(row[max(0, place - 1) : place] + row[place + 1 : place + 2])
    return letter


def slip(word: str, random_: random.Random) -> str:
    """Return a word with one error in it."""
    i = random_.randrange(len(word) - 1)
    match random_.choice(("key", "swap", "drop", "double")):
        case "key":
            return word[:i] + neighbour(word[i], random_) + word[i + 1 :]
        case "swap":
            return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        case "drop":
            return word[:i] + word[i + 1 :]
        case _:
            return word[: i + 1] + word[i:]


def mistyped(text: str, random_: random.Random) -> str:
    """Return a text with an error in every second word of four letters or more."""
    turn = iter(range(len(text)))
    return WORD.sub(lambda match: slip(match[0], random_) if next(turn) % 2 == 0 else match[0], text)


def right(assistant: Assistant, messages: list[Labelled]) -> float:
    """Return the share of right answers, in percent."""
    judge = Judge(assistant.knowledge)
    judged = [judge.judge(message, assistant.reply(Message(message.text))) for message in messages]
    return Figures.of(judged).right.percent or 0.0


def main() -> None:
    """Print the shares and the cost."""
    knowledge = load()
    assistant = Assistant(knowledge, fitted_matcher(knowledge, installed_embedding()), fitted_reader(knowledge))
    for name in sys.argv[1:]:
        messages = list(read_labelled(Path(name), knowledge))
        clean = right(assistant, messages)
        seeds = []
        for seed in range(SEEDS):
            random_ = random.Random(seed)  # noqa: S311 - the same errors in every run
            typed = [one.model_copy(update={"text": mistyped(one.text, random_)}) for one in messages]
            seeds.append(right(assistant, typed))
        median = statistics.median(seeds)
        click.echo(f"{Path(name).name}: right {clean}; mistyped {seeds}, median {median}, cost {clean - median:.1f}")


if __name__ == "__main__":
    main()
