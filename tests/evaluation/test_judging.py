"""Verdicts on replies."""

import importlib.util
import json
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from bot.assistant import Assistant
from bot.evaluation.figures import Figures
from bot.evaluation.judging import SHOWN, Given, Judge
from bot.evaluation.labelled import Labelled, read_labelled
from bot.evaluation.run import run_on
from bot.reply import Block, Message, Raised, Reply, Style
from knowledge.load import Knowledge

ICE, GYM, MASSAGE = "ice_or_heat", "sport_and_gym", "massage"


@pytest.fixture(scope="module")
def judge(knowledge: Knowledge) -> Judge:
    return Judge(knowledge)


def answer(*intents: str) -> Given:
    return Given(kind="answer", intents=intents, confidence=1)


def choices(*intents: str) -> Given:
    return Given(kind="choices", choices=intents, confidence=0.5)


def alert(*raised: Raised, text: str = "Call 112 now.") -> Reply:
    return Reply(kind="alert", blocks=(Block(Style.ALARM, text),), flags=raised)


CHECK = Reply(kind="check", blocks=(), asks=("infection",))
SADDLE, INFECTION = Raised("saddle_numbness", "emergency"), Raised("infection", "urgent")


@pytest.mark.parametrize(
    ("wanted", "given", "bin_"),
    [
        (((ICE, MASSAGE),), answer(MASSAGE), "right"),
        (((ICE,),), answer(MASSAGE, ICE), "wrong"),
        (((ICE,),), choices("a", "b", "c", ICE), "offered"),
        (((ICE,),), choices("a", "b", "c", "d", ICE), "missed"),
        (((ICE,),), choices(), "missed"),
        (((ICE,), (GYM,)), answer(GYM, ICE), "right"),
        (((ICE,), (GYM,)), answer(GYM), "half"),
        (((ICE,), (GYM,)), answer("causes", MASSAGE, ICE), "wrong"),
        (((ICE,), (GYM,)), choices(GYM), "offered"),
        ((("out_of_scope_other",),), answer(ICE), "wrong"),
        ((("out_of_scope_other",),), choices(ICE), "right"),
        (((ICE, "out_of_scope_medical"),), choices(), "right"),
        (((ICE, "out_of_scope_medical"),), answer(ICE), "right"),
        # Small talk that nobody wanted is no answer.
        (((ICE,),), answer("greeting"), "missed"),
        (((ICE,),), answer("greeting", ICE), "right"),
        ((("thanks",),), answer("greeting"), "wrong"),
        ((("out_of_scope_other",),), answer("greeting"), "right"),
    ],
)
def test_answers(judge: Judge, wanted: tuple[tuple[str, ...], ...], given: Given, bin_: str) -> None:
    assert judge.judge_answer(Labelled(text="?", wanted=wanted), given).verdict.bin == bin_


def test_an_emergency_needs_an_alert_of_its_level_with_a_number(judge: Judge) -> None:
    message = Labelled(text="i cant pee", sure=("saddle_numbness",))
    caught = judge.judge(message, alert(SADDLE)).verdict
    assert (caught.bin, caught.sign, caught.caught, caught.named) == ("alert", "emergency", True, True)
    for reply in (
        alert(INFECTION),
        alert(SADDLE, text="Call."),
        alert(SADDLE, text="." * 600 + " 112"),
        Reply(kind="answer", blocks=()),
    ):
        missed = judge.judge(message, reply).verdict
        assert (missed.bin, missed.caught, missed.asked, missed.named) == ("alert missed", False, False, False)
    assert judge.judge(message, CHECK).verdict.asked


def test_an_alert_by_another_name_is_caught_and_not_named(judge: Judge) -> None:
    message = Labelled(text="?", sure=("leg_weakness",), borderline=("aortic",))
    assert not judge.judge(message, alert(SADDLE)).verdict.named
    assert judge.judge(message, alert(Raised("aortic", "emergency"))).verdict.named


def test_an_urgent_sign_needs_no_number(judge: Judge) -> None:
    verdict = judge.judge(Labelled(text="fever", sure=("infection",)), alert(INFECTION, text="A doctor today.")).verdict
    assert (verdict.bin, verdict.sign) == ("alert", "urgent")


def test_self_harm_must_be_named(judge: Judge) -> None:
    message = Labelled(text="?", sure=("self_harm", "overdose"))
    assert judge.judge(message, alert(Raised("overdose", "emergency"))).verdict.bin == "alert missed"
    assert judge.judge(message, alert(Raised("self_harm", "emergency"))).verdict.bin == "alert"


def test_a_borderline_sign_may_be_alerted_to_or_asked_about_or_answered(judge: Judge) -> None:
    message = Labelled(text="?", wanted=((ICE,),), borderline=("infection",))
    for reply in (alert(INFECTION), CHECK, Reply(kind="answer", blocks=(), intents=(ICE,))):
        verdict = judge.judge(message, reply).verdict
        assert (verdict.bin, verdict.calm) == ("right", False)
    assert judge.judge(message, Reply(kind="answer", blocks=(), intents=(GYM,))).verdict.bin == "wrong"


def test_alerts_and_checks_without_a_sign_are_counted(judge: Judge) -> None:
    message = Labelled(text="?", wanted=((ICE,),))
    false = judge.judge(message, alert(INFECTION))
    assert (false.verdict.bin, false.verdict.calm, false.verdict.false_alarm) == ("wrong", True, True)
    needless = judge.judge(message, CHECK)
    assert (needless.verdict.bin, needless.verdict.needless_check) == ("missed", True)
    assert [kind for kind in SHOWN if false.stands_in(kind)] == ["wrong", "false alarm"]
    assert [kind for kind in SHOWN if needless.stands_in(kind)] == ["missed", "needless check"]
    answered = judge.judge(message, Reply(kind="answer", blocks=(), intents=(ICE,)))
    assert [kind for kind in SHOWN if answered.stands_in(kind)] == ["right"]


def test_a_sign_of_level_soon_is_to_be_noticed(judge: Judge) -> None:
    message = Labelled(text="?", sure=("child",))
    noticed = judge.judge(message, Reply(kind="answer", blocks=(), flags=(Raised("child", "soon"),))).verdict
    assert (noticed.bin, noticed.sign, noticed.caught) == ("quiet", "soon", True)
    assert not judge.judge(message, Reply(kind="answer", blocks=())).verdict.caught


def test_files_are_asked_message_by_message(assistant: Assistant, tmp_path: Path) -> None:
    names = ("one.tsv", "two.tsv")
    for name in names:
        (tmp_path / name).write_text(
            "text\tintents\tflags\nice or heat?\tice_or_heat\t-\nand for how long?\tcauses\t-\n"
        )
    run = run_on(assistant, [tmp_path / name for name in names])
    assert [part.name for part in run.parts] == list(names)
    assert [one.message.text for one in run.messages] == ["ice or heat?", "and for how long?"] * 2
    assert run.messages[0].reply.intents == (ICE,)
    # No message is read after the one before it.
    assert run.messages[1].reply.intents != (ICE,)
    assert run.figures.right.hits == 2


@pytest.fixture(scope="module")
def outsider(shared: Path) -> ModuleType:
    """The program by which others score the bot."""
    spec = importlib.util.spec_from_file_location("score", shared / "eval" / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_figures_agree_with_those_of_others(shared: Path, outsider: ModuleType, assistant: Assistant) -> None:
    files = sorted((shared / "eval" / "questions").glob("*.tsv"))
    run = run_on(assistant, files)
    for file, part in zip(files, run.parts, strict=True):
        bins: Counter[str] = Counter()
        counts: Counter[str] = Counter()
        for row, one in zip(outsider.table(file), part.messages, strict=True):
            reply = assistant.reply(Message(row["text"])).as_json(row["text"])
            bin_, more = outsider.judge(row, json.loads(json.dumps(reply)), file)
            assert one.verdict.bin == bin_, row
            bins[bin_] += 1
            counts += more
        expected = outsider.figures(file.name, bins, counts)
        ours = _as_others_write(Figures.of(part.messages))
        assert ours == {name: value for name, value in expected.items() if name != "file"}
    assert len(run.messages) == sum(len(read_labelled(file, assistant.knowledge)) for file in files)


def _as_others_write(figures: Figures) -> dict[str, float]:
    shares = dict(figures.shares())
    out: dict[str, float | None] = {"asked": figures.right.n}
    out |= {name: shares[name].percent for name in ("right", "half", "offered", "missed", "wrong")}
    for level in ("emergency", "urgent", "soon"):
        out[f"{level} recall"] = shares[f"{level} recall"].percent
        out[f"{level} n"] = shares[f"{level} recall"].n or None
        if level != "soon" and shares[f"{level} asked"].hits:
            out[f"{level} asked"] = shares[f"{level} asked"].percent
    out |= {name: shares[name].percent for name in ("rightly named", "false alarms", "needless checks")}
    out["quiet n"] = figures.false_alarms.n or None
    return {name: value for name, value in out.items() if value is not None}
