"""The plots of a report, drawn by matplotlib as SVG to stand within a page."""

import importlib.util
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.evaluation import EvaluationError
from bot.evaluation.figures import Calibration
from bot.evaluation.judging import ANSWER_BINS
from bot.evaluation.run import Run
from bot.evaluation.tables import named_figures, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 5.2
"""Inches: on a phone the letters stay readable."""

LONGEST_NAME = 24

COLOURS = {"right": "#2f5d8a", "half": "#8fb1d1", "offered": "#dcc88a", "missed": "#b9b9b9", "wrong": "#c2562f"}
"""They differ for colour-blind readers too."""
INK = "#333333"

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # letters stay letters: small, sharp, and readable for a screen reader
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a file's name is one
    "axes.labelcolor": INK,
    "axes.edgecolor": "#999999",
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 9,
}


def check_installed() -> None:
    """Look for matplotlib, before any long work.

    Raises:
        EvaluationError: It isn't installed.
    """
    if not importlib.util.find_spec("matplotlib"):
        raise EvaluationError("the HTML report needs matplotlib, which isn't installed: pip install 'matplotlib>=3.10'")


def bins_plot(run: Run) -> str:
    """Draw the shares of right to wrong for each file."""
    named = [(name, figures) for name, figures in named_figures(run) if figures.right.n][::-1]

    def draw(axes: "Axes") -> None:
        names = [f"{shortened(name, LONGEST_NAME)} ({figures.right.n})" for name, figures in named]
        left = [0.0] * len(named)
        for one in ANSWER_BINS:
            widths = [getattr(figures, one).percent for _, figures in named]
            axes.barh(names, widths, left=left, color=COLOURS[one], label=one, height=0.7)
            left = [start + width for start, width in zip(left, widths, strict=True)]
        axes.set(title="Answers, by file", xlabel="share of messages (%)", xlim=(0, 100))
        axes.figure.legend(ncols=len(ANSWER_BINS), loc="outside lower center")

    return _svg(draw, "answers", height=1.1 + 0.32 * len(named))


def confidence_plot(calibration: Calibration) -> str:
    """Draw how sure the right and the wrong first guesses are."""

    def draw(axes: "Axes") -> None:
        middles = [band.low + 0.05 for band in calibration.bands]
        right, wrong = [band.right for band in calibration.bands], [band.wrong for band in calibration.bands]
        axes.bar(middles, right, width=0.09, color=COLOURS["right"], label="acceptable")
        axes.bar(middles, wrong, width=0.09, bottom=right, color=COLOURS["wrong"], label="not acceptable")
        axes.set(
            title="Confidence of first intents and choices",
            xlabel="confidence (probability, 0 to 1)",
            ylabel="messages (number)",
            xlim=(0, 1),
        )
        axes.legend(loc="upper left")

    return _svg(draw, "confidence")


def calibration_plot(calibration: Calibration) -> str:
    """Draw the share of acceptable first guesses against their confidence."""
    filled = [band for band in calibration.bands if band.n]

    def draw(axes: "Axes") -> None:
        axes.plot([0, 1], [0, 1], color="#999999", linestyle="--", linewidth=1, label="perfectly calibrated")
        confidence, share = [band.confidence for band in filled], [band.share_right for band in filled]
        most = max(band.n for band in filled)
        axes.plot(confidence, share, color=COLOURS["right"], linewidth=1.2)
        sizes = [20 + 120 * band.n / most for band in filled]
        axes.scatter(confidence, share, s=sizes, color=COLOURS["right"], label="band of 0.1 (larger: more messages)")
        axes.set(
            title=f"Calibration: expected error {calibration.error:.3f}",
            xlabel="mean confidence (probability, 0 to 1)",
            ylabel="share acceptable (0 to 1)",
            xlim=(0, 1.03),
            ylim=(0, 1.03),
        )
        axes.legend(loc="upper left")

    return _svg(draw, "calibration", height=4.2)


def _svg(draw: Callable[["Axes"], None], name: str, height: float = 3.2) -> str:
    """Draw with matplotlib; return an SVG element."""
    from matplotlib import rc_context  # noqa: PLC0415 - an extra
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra

    drawn = io.StringIO()
    with rc_context({**STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        draw(figure.subplots())
        # Without the facts about itself, which name addresses and the time.
        figure.savefig(drawn, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    svg = drawn.getvalue()
    return svg[svg.index("<svg") :]
