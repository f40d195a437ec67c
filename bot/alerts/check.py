"""The lint of the patterns in `reports/`, which only their reader can judge."""

from collections.abc import Iterator

from bot.alerts.language import PatternError
from bot.alerts.reader import AlertReader
from knowledge.load import Finding, Knowledge


def pattern_findings(knowledge: Knowledge) -> Iterator[Finding]:
    """Yield a finding where a pattern or a group can't be read, and for each group that nothing names."""
    try:
        reader = AlertReader(knowledge.alerts.alerts, knowledge.reading, knowledge.reports)
    except PatternError as error:
        yield _where(knowledge, error)
        return
    files = [("reading.yaml", knowledge.reading.groups)]
    files += [(f"reports/{reports.flag}.yaml", reports.groups) for reports in knowledge.reports]
    for name, groups in files:
        for group in groups.keys() - reader.named_groups:
            what = f"No pattern names the group {group}."
            yield knowledge.documents[name].finding(("groups", group), what, "Take it out, or mend a spelling.")


def _where(knowledge: Knowledge, error: PatternError) -> Finding:
    for name in ("reading.yaml", *(f"reports/{reports.flag}.yaml" for reports in knowledge.reports)):
        file = knowledge.documents[name].file
        for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if error.text in text:
                return Finding(file, number, error.what, error.mend)
    return Finding(knowledge.folder / "reports", 1, error.what, error.mend)
