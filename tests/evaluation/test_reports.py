"""Reports as text and as a page; a run that is kept; what changed between two."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation import EvaluationError, text_report
from bot.evaluation.comparison import Comparison, report, sign_test
from bot.evaluation.judging import Given, Judged, Verdict
from bot.evaluation.labelled import Labelled
from bot.evaluation.page import page
from bot.evaluation.plots import check_installed
from bot.evaluation.run import Part, Run, read_run, save_run
from bot.evaluation.tables import Table, tables
from tests.evaluation.cases import judged, run

LONG = "x$y$" * 17
SIGN = Judged(
    message=Labelled(text="numb <b>&", sure=("saddle_numbness",), borderline=("child",)),
    reply=Given(kind="alert", flags=("saddle_numbness",), confidence=1),
    verdict=Verdict(bin="alert missed", sign="emergency"),
)
QUIET = Judged(
    message=Labelled(text="fine"), reply=Given(kind="fallback", confidence=0), verdict=Verdict(bin="quiet", calm=True)
)
MIXED = Run(
    parts=(
        Part(name="a.tsv", messages=(judged("<i>", "right"), SIGN, judged("cold", "wrong", got="massage"))),
        Part(name=f"{LONG}.tsv", messages=(judged("hot", "wrong", wanted=LONG, got=LONG[1:]),)),
    )
)
NO_ANSWERS = run([QUIET])


def lines_of(made: Run) -> list[str]:
    return list(text_report.report(made))


@pytest.mark.parametrize("made", [MIXED, NO_ANSWERS, run([])])
def test_text_fits_100_columns(made: Run) -> None:
    assert max(map(len, lines_of(made)), default=0) <= 100


def test_a_report_holds_every_part() -> None:
    text = "\n".join(lines_of(MIXED))
    for title in ("Answers", "Warning signs caught", "Alarms", "Intents", "Confusions", "Calibration", "Confidence"):
        assert f"\n{title}" in text
    assert re.search(r"^all +3 +33.3% +0.0% +0.0% +0.0% +66.7%$", text, re.MULTILINE)
    assert re.search(r"^a.tsv +0.0% of 1 +0.0% +- +- +- +-$", text, re.MULTILINE)
    assert re.search(r"^ice_or_heat +massage +1$", text, re.MULTILINE)
    assert re.search(r"^0.9 to 1.0 +1 +2  #{20}-{40}$", text, re.MULTILINE)
    assert "The 2 surest mistakes" in text
    assert "wanted ice_or_heat; got answer 0.95: massage" in text


def table(made: Run, title: str) -> Table:
    """Return the table of that title."""
    (found,) = (one for one in tables(made) if one.title == title)
    return found


def test_files_of_a_kind_stand_together_before_all() -> None:
    right, wrong = judged("a", "right", confidence=0.9), judged("b", "wrong", got="massage", confidence=0.7)
    made = Run(
        parts=(
            Part(name="one", messages=(right, right)),
            Part(name="ann.tsv", messages=(right,), kind="messages"),
            Part(name="bob.tsv", messages=(wrong,), kind="messages"),
        )
    )
    rows = [("one", "2"), ("ann.tsv", "1"), ("bob.tsv", "1"), ("messages", "2"), ("all", "4")]
    assert [row[:2] for row in table(made, "Answers").rows] == rows
    errors = ("0.100", "0.100", "0.700", "0.400", "0.250")
    assert table(made, "Expected calibration error").rows == tuple(
        (*row, error) for row, error in zip(rows, errors, strict=True)
    )


def test_a_single_file_stands_alone() -> None:
    for title in ("Answers", "Expected calibration error"):
        assert [row[0] for row in table(run([judged("a", "right")]), title).rows] == ["some.tsv"]


def test_what_there_is_nothing_of_is_left_out() -> None:
    text = "\n".join(lines_of(NO_ANSWERS))
    assert "Alarms" in text
    assert not re.search("Answers|Warning signs|Confusions|[Cc]alibration|Confidence|mistakes", text)


def test_many_confusions_are_cut() -> None:
    many = run([judged("?", "wrong", wanted=f"wanted{i}", got="massage") for i in range(21)])
    confusions = table(many, "Confusions")
    assert len(confusions.rows) == 20
    assert "first 20 of 21 pairs" in confusions.note
    assert "pairs" not in table(MIXED, "Confusions").note


def test_a_kind_of_message_is_listed_by_file() -> None:
    text = "\n".join(text_report.shown(MIXED, "alert missed"))
    assert "a.tsv: alert missed (1)" in text
    assert "wanted saddle_numbness, child?; got alert 1.00: -; flags saddle_numbness" in text
    assert "x$y" not in text
    assert "wanted no alert" in "\n".join(text_report.shown(NO_ANSWERS, "quiet"))


class Outside(HTMLParser):
    """Collects what a page would ask of others, and whether its tags are closed."""

    VOID = frozenset({"meta", "path", "use", "rect", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.asked += [tag] if tag in {"script", "link", "img", "iframe"} else []
        self.asked += [value or "" for name, value in attrs if name.endswith(("src", "href")) and value[:1] != "#"]  # type: ignore[index]
        self.open += [] if tag in self.VOID else [tag]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open = self.open if tag in self.VOID else self.open[:-1]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_stands_alone() -> None:
    made = page(MIXED)
    read = Outside()
    read.feed(made)
    assert (read.asked, read.open) == ([], [])
    assert made.count("<svg") == 3
    assert "@import" not in made
    assert "url(http" not in made
    # A text from a message is text.
    assert "<i>" not in made
    assert "numb <b>" not in made
    for words in (
        "Confusions",
        "confidence (probability, 0 to 1)",
        "messages (number)",
        "share of messages (%)",
        "cold",
    ):
        assert words in read.text


def test_a_page_is_the_same_each_time() -> None:
    assert page(MIXED) == page(MIXED)


def test_a_page_without_answers_has_no_plot() -> None:
    assert "<svg" not in page(NO_ANSWERS)


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    check_installed()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(EvaluationError, match=re.escape("pip install 'matplotlib>=3.10'")):
        check_installed()


def test_a_run_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    save_run(MIXED, file)
    assert read_run(file) == MIXED
    assert '"percent": 33.3' in file.read_text()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"parts": [{"name": "a", "messages": [{}]}]}'])
def test_what_is_no_run_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "run.json"
    file.write_text(text)
    with pytest.raises(EvaluationError, match=r"run\.json: not a run") as error:
        read_run(file)
    assert "\n" not in str(error.value)


def test_the_sign_test_is_exact() -> None:
    assert sign_test(0, 0) == 1
    assert sign_test(3, 3) == 1
    assert sign_test(0, 5) == 2 / 32
    assert sign_test(9, 1) == sign_test(1, 9) == 2 * (1 + 10) / 1024


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_sign_test_gives_a_probability(gains: int, losses: int) -> None:
    assert 0 <= sign_test(gains, losses) == sign_test(losses, gains) <= 1


def test_changes_are_told() -> None:
    before = run(
        [judged("a", "right"), judged("b", "missed", kind="choices"), judged("c", "right"), judged("gone", "right")]
    )
    now = run([judged("b", "right"), judged("a", "right"), judged("c", "wrong", got="massage"), judged("new", "right")])
    comparison = Comparison.of(before, now)
    assert [pair.gain for pair in comparison.every] == [3, 0, -4]
    text = "\n".join(report(comparison))
    assert [pair.gained_right for pair in comparison.every] == [1, 0, -1]
    assert "Of the 3 messages" in text
    assert "1 only in the run before, 1 only in this one" in text
    assert re.search(r"^missed +3 +33.3% +0.0% +-33.3$", text, re.MULTILINE)
    assert re.search(r"^some.tsv +3 +66.7% > 66.7% +0.0% > 33.3% +1 +1$", text, re.MULTILINE)
    for what, test in (("Bin better or worse", "sign test"), ("Came right or ceased to be", "McNemar's test")):
        assert f"{what}: 1 up, 1 down; by chance alone as uneven with p = 1.000 (exact {test})" in text
    better, worse = text[text.index("\nBetter (1)") :].split("\nWorse (1)")
    assert "missed > right; before: choices" in better
    assert "right > wrong; before: answer" in worse


def test_a_great_change_is_no_chance() -> None:
    before = run([judged(str(i), "missed", kind="choices") for i in range(20)])
    text = "\n".join(report(Comparison.of(before, run([judged(str(i), "right") for i in range(20)]))))
    assert "20 up, 0 down; by chance alone as uneven with p = less than 0.001" in text
    assert "Worse" not in text


def test_a_message_with_other_labels_is_another_message() -> None:
    comparison = Comparison.of(run([judged("a", "right")]), run([judged("a", "right", wanted="massage")]))
    assert (comparison.every, comparison.only_before, comparison.only_now) == ((), 1, 1)
    assert "Left out" in list(report(comparison))[-1]


def test_a_message_that_stands_twice_is_compared_twice() -> None:
    twice = run([judged("a", "right"), judged("a", "right")])
    assert len(Comparison.of(twice, twice).every) == 2


def test_figures_of_nothing_have_no_difference() -> None:
    rows = list(report(Comparison.of(NO_ANSWERS, NO_ANSWERS)))
    assert any(row.startswith("false alarms") for row in rows)
    assert not any(row.startswith("right ") for row in rows)
