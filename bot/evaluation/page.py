"""A run's report as one HTML page that asks nothing of anybody: no script, no font, no address."""

from collections.abc import Iterator
from html import escape

from bot.evaluation.figures import Calibration, sure_mistakes
from bot.evaluation.plots import bins_plot, calibration_plot, confidence_plot
from bot.evaluation.run import Run
from bot.evaluation.tables import Table, tables
from bot.evaluation.text_report import told

CSS = """
:root { color-scheme: light }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif }
body { color: #222; background: #fff }
h1 { font-size: 1.5rem; margin: .5rem 0 }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .2rem }
p { margin: .2rem 0 .6rem; color: #555 }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1rem }
figure { margin: 0 }
svg { display: block; width: 100%; height: auto; max-width: 36rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums }
th, td { padding: .25rem .6rem; text-align: right; white-space: nowrap; border-bottom: 1px solid #e4e4e4 }
th { border-bottom-color: #999; font-weight: 600; vertical-align: bottom }
.name { text-align: left }
tbody tr:nth-child(even) { background: #f7f7f7 }
li { margin: .5rem 0; overflow-wrap: anywhere }
@media (max-width: 32rem) { table { font-size: .75rem } th, td { padding: .2rem .35rem } }
li small { display: block; color: #555 }
"""


def page(run: Run) -> str:
    """Return the page of a run."""
    messages = run.messages
    names = escape(", ".join(part.name for part in run.parts))
    body = "\n".join(
        [
            f"<h1>How the bot does</h1>\n<p>{len(messages)} messages of {names}.</p>",
            f'<div class="plots">{"".join(_figures(run))}</div>',
            *map(_table, tables(run)),
            *_mistakes(run),
        ]
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>How the bot does</title>\n<style>{CSS}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _figures(run: Run) -> Iterator[str]:
    calibration = Calibration.of(run.messages)
    if any(one.is_asked for one in run.messages):
        yield _figure("Shares of right, half, offered, missed and wrong by file", bins_plot(run))
    if calibration.n:
        yield _figure("Confidence of acceptable and other first guesses", confidence_plot(calibration))
        yield _figure("Share of acceptable first guesses against confidence", calibration_plot(calibration))


def _figure(says: str, svg: str) -> str:
    return f'<figure role="img" aria-label="{escape(says)}">{svg}</figure>'


def _table(table: Table) -> str:
    head = _row("th", table, table.columns)
    rows = "\n".join(_row("td", table, row) for row in table.rows)
    return (
        f"<h2>{escape(table.title)}</h2>\n<p>{escape(table.note)}</p>\n"
        f'<div class="wide"><table>\n<thead>{head}</thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>'
    )


def _row(tag: str, table: Table, cells: tuple[str, ...]) -> str:
    kinds = (' class="name"' if i < table.names else "" for i in range(len(cells)))
    return (
        f"<tr>{''.join(f'<{tag}{kind}>{escape(cell)}</{tag}>' for kind, cell in zip(kinds, cells, strict=True))}</tr>"
    )


def _mistakes(run: Run) -> Iterator[str]:
    mistakes = sure_mistakes(run.messages)
    if mistakes:
        yield f"<h2>The {len(mistakes)} surest mistakes</h2>"
        yield "<p>Answers that begin with an entry nobody wanted.</p>\n<ol>"
        for one in mistakes:
            yield f"<li>{escape(one.message.text)}<small>{escape(told(one))}</small></li>"
        yield "</ol>"
