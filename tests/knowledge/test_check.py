"""The lint: each finding, on a small change to the project's own knowledge."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.check import check, reading_grade
from knowledge.load import Knowledge, load
from tests.knowledge.test_load import folder

__all__ = ["folder"]

Change = Callable[[str], str]


def swap(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return change


def findings(folder: Path, file: str, change: Change) -> list[str]:
    path = folder / file
    path.write_text(change(path.read_text()))
    return [str(finding) for finding in check(load(folder))]


def test_the_knowledge_has_no_findings(knowledge: Knowledge) -> None:
    assert check(knowledge) == []


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("entries/causes.yaml", swap("intent: cause_wrong_move", "intent: causes"), "The intent causes stands in"),
        ("entries/causes.yaml", swap("related: [", "related: [nowhere, "), "nowhere is not"),
        ("entries/causes.yaml", swap("sources: [", "sources: [gossip, "), "gossip is not in"),
        ("entries/causes.yaml", swap("C07", "C99"), "the article has no claim C99"),
        ("sources.yaml", swap("id: C08", "id: C88"), "No entry reaches C88"),
        ("wording.yaml", swap("entry: first_step", "entry: first_stop"), "opens neither an entry nor a theme"),
        ("wording.yaml", swap("themes: [treatments", "themes: [treats"), "treats stands here and has no file"),
        ("wording.yaml", swap("[first_step,", "[first_stop,"), "first_stop is not an entry"),
        ("wording.yaml", swap("number {error_id}", "number {errorid}"), "the placeholder 'errorid' is not filled in"),
        ("wording.yaml", swap("number {error_id}", "number {"), "the placeholder '{' is not filled in"),
        ("wording.yaml", swap("empty: I", f"empty: {'I ' * 2100}"), "Telegram takes 4096"),
        ("alerts.yaml", swap("redirect: pregnancy", "redirect: nobody"), "nobody is not an entry"),
        ("entries/causes.yaml", swap("title: What causes it", "title: blood FLOW and oxygen"), "is causes's too"),
        ("entries/causes.yaml", swap("sources: [article, ", "sources: ["), "has no claim or no article source"),
        ("entries/daily_life.yaml", swap("sources: [cochrane_bed_rest, nhs_back_pain, commonspirit]", ""), "no source"),
        (
            "entries/daily_life.yaml",
            swap(", work_and_daily_life, how_long_does_it_last, sleeping_position", ""),
            "1 rel",
        ),
        ("alerts.yaml", swap("flag: bladder_bowel", "flag: saddle_numbness"), "The flag saddle_numbness stands twice"),
        ("alerts.yaml", swap("sources: [nhs_back", "sources: [gossip, nhs_back"), "sources: gossip is not in"),
        (
            "alerts.yaml",
            swap("    check: Is there numb", "    # Is there numb"),
            "saddle_numbness can be borderline, and",
        ),
        (
            "alerts.yaml",
            lambda text: re.sub(r"    emergency_advice: >-\n(?: {6}.*\n)+", "", text, count=1),
            "internal_bleeding can be an emergency, and has no emergency_advice",
        ),
        ("alerts.yaml", swap("Call now, or go", f"{'Call now. ' * 200} or go"), "saddle_numbness: an alert of 2"),
        ("reports/aortic.yaml", swap("report:\n", "report:\n  - wizardry\n  - wizardry\n"), "'wizardry' stands twice"),
        (
            "reports/aortic.yaml",
            swap("borderline:\n", "borderline:\n  - something {tore} .. {back}\n"),
            "is borderline or void",
        ),
        ("warnings/plain.tsv", lambda text: text + "ouch\t\ttoothache?\n", "toothache is not a warning sign"),
        ("warnings/plain.tsv", lambda text: text + "ouch\t\t-\nouch\t\t-\n", "The message stands in plain.tsv too"),
        ("reports/aortic.yaml", swap("flag: aortic", "flag: child"), "child in the file of aortic"),
        (
            "reports/aortic.yaml",
            swap("groups:\n", "groups:\n  back: [back]\n"),
            "The group back stands in reading.yaml",
        ),
        ("words.yaml", lambda text: text + "\n  - {name: twice, says: [a]}\n  - {name: twice, says: [b]}\n", "twice"),
    ],
)
def test_a_finding_names_what_is_wrong(folder: Path, file: str, change: Change, said: str) -> None:
    found = findings(folder, file, change)
    assert any(said in finding for finding in found), found
    assert all(Path(finding.split(":")[0]).exists() for finding in found)


def test_what_is_wrong_with_languages_is_found(folder: Path) -> None:
    """All at once, since a run of the lint takes its time."""
    changes = {
        swap("id: uk", "id: ru"): "The language ru stands twice",
        swap("112, 911 или 999", "911 или 999"): "ru: the notice's first paragraph doesn't name 112",
        swap("First step: Primer paso", "First stop: Primer paso"): "es: there is no topic 'First stop'",
        swap("    letters: абвгдеёж", "    # абвгдеёж"): "ru has no letters",
        swap("मैं एक बॉट", "मैं एक बॉट" * 300): "hi: a notice of",
    }

    def all_of_them(text: str) -> str:
        for change in changes:
            text = change(text)
        return text

    found = [finding for finding in findings(folder, "languages.yaml", all_of_them) if "languages.yaml:" in finding]
    assert len(found) == len(changes), found
    for said in changes.values():
        assert any(said in finding for finding in found), found


def test_what_is_wrong_with_messages_is_found_with_its_file_and_line(folder: Path) -> None:
    """All at once, as above."""
    ann, bob = folder / "messages" / "ann.tsv", folder / "messages" / "bob.tsv"
    shutil.rmtree(folder / "messages")
    ann.parent.mkdir()
    ann.write_text(
        "text\tintents\n"
        "wat is this spasm\tsymptoms,what_is_this\n"
        "is it ice and how do i sit\tice_or_heat+posture_and_seating,symptoms\n"
        "my car\tout_of_scope_other\n"
        "Wat is this spasm\tsymptoms\n"
    )
    bob.write_text("text\tintents\nits fine\tout_of_scope_medical,symptoms\nmy car\tsymptoms\nits fine\tsymptoms\n")
    found = [str(finding) for finding in check(load(folder)) if finding.file.parent.name == "messages"]
    mend = "Name an entry's intent, or an out_of_scope id."
    assert found == [
        f"{ann}:2: intents: what_is_this is not an entry. {mend}",
        f"{ann}:3: intents: posture_and_seating is not an entry. {mend}",
        f"{bob}:3: The message stands in ann.tsv too. Keep one.",
        f"{bob}:4: The message stands in bob.tsv too. Keep one.",
    ]


def entry_change(old: str, new: str) -> Change:
    """Change a line within the entry on anti-inflammatory medicine."""

    def change(text: str) -> str:
        head, mark, tail = text.partition("intent: anti_inflammatory\n")
        assert mark
        assert old in tail
        return head + mark + tail.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("answer: >-\n", f"answer: >-\n      {'word ' * 91}\n", "Keep it to 90"),
        ("note: >-\n", f"note: >-\n      {'word ' * 61}\n", "Keep it to 60"),
        ("answer: >-\n", "answer: >-\n      Take 400 mg with food.\n", "'400 mg' reads like a dose"),
        ("answer: >-\n", "answer: >-\n      Take two tablets with food.\n", "'two tablets' reads like a dose"),
        ("note: >-\n", "note: >-\n      Wait 6 hours.\n", "'6 hours' reads like a dose"),
        ("origin: article", "origin: guidance", "has claims"),
        ("phrasings:\n", "phrasings:\n      - ice or heat\n      - Ice or heat!\n", "or nearly so"),
        (
            "answer: >-\n",
            "answer: >-\n      Pharmacological interventions necessitate multidisciplinary considerations.\n",
            "reading grade",
        ),
    ],
)
def test_an_entry_that_breaks_a_rule_is_found(folder: Path, old: str, new: str, said: str) -> None:
    found = findings(folder, "entries/medicines.yaml", entry_change(old, new))
    assert any(said in finding for finding in found), found


def test_a_claim_that_is_qualified_needs_its_note(folder: Path) -> None:
    file = folder / "entries/causes.yaml"
    text = file.read_text()
    start = text.index("    note:", text.index("intent: cause_blood_flow"))
    end = text.index("    claims:", start)
    file.write_text(text[:start] + text[end:])
    assert any("and the entry has no note" in str(finding) for finding in check(load(folder)))


def test_the_reading_grade_tells_plain_from_hard() -> None:
    assert reading_grade("Heat can help. Keep it in a cloth. Stop if it burns.") < 4
    assert reading_grade("Nonpharmacological interventions necessitate multidisciplinary consideration.") > 12


def test_the_intents_and_flags_are_the_agreed_ones(knowledge: Knowledge, shared: Path) -> None:
    def table(name: str) -> list[list[str]]:
        return [line.split("\t") for line in (shared / name).read_text().splitlines()[1:]]

    intents = {row[0]: row[1] for row in table("intents.tsv") if row[1] != "out_of_scope"}
    assert {entry.intent: entry.origin for entry in knowledge.entries.values()} == intents
    assert {alert.flag: alert.level for alert in knowledge.alerts.alerts} == {r[0]: r[1] for r in table("flags.tsv")}
