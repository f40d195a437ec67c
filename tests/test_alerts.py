"""Warning signs: what raises them, what must not, what the bot asks about, and that nothing ordinary hides one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts import AlertReader, Finding, PatternError
from knowledge.load import load, read_document
from knowledge.schema import Alert, Reading, Reports

MESSAGES: dict[str, dict[str, list[str]]] = read_document(Path(__file__).parent / "warning_signs.yaml").data
KNOWLEDGE = load()
ALERTS = KNOWLEDGE.alerts.alerts
READER = AlertReader(ALERTS, KNOWLEDGE.reading, KNOWLEDGE.reports)
LEVELS = {alert.flag: alert.level for alert in ALERTS}
ORDINARY = [text for entry in KNOWLEDGE.entries.values() for text in entry.phrasings if not READER.read(text)]
EMERGENCIES = [
    message for flag, messages in MESSAGES.items() if LEVELS[flag] == "emergency" for message in messages["raises"]
]


def raised(message: str) -> dict[str, str]:
    """Return the signs that a message surely reports, with their levels."""
    return {finding.flag: finding.level for finding in READER.read(message) if finding.sure}


def asked(message: str) -> set[str]:
    """Return the signs that the bot would ask about."""
    return {finding.flag for finding in READER.read(message) if not finding.sure}


def is_emergency(message: str) -> bool:
    return "emergency" in raised(message).values()


def slips(word: str) -> Iterator[str]:
    """Yield a long word with two inner letters swapped, with one of them lost, and with one doubled."""
    for i in range(1, len(word) - 2):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        yield word[:i] + word[i + 1 :]
        yield word[:i] + word[i] + word[i:]


def cases(kind: str) -> list[tuple[str, str]]:
    return [(flag, message) for flag, messages in MESSAGES.items() for message in messages.get(kind, [])]


class TestTheTable:
    def test_every_sign_stands_in_it(self) -> None:
        assert set(MESSAGES) == set(LEVELS)

    @pytest.mark.parametrize("flag", LEVELS)
    def test_every_sign_has_enough_messages(self, flag: str) -> None:
        assert len(MESSAGES[flag]["raises"]) >= 6
        assert len(MESSAGES[flag]["not"]) >= 6

    @pytest.mark.parametrize(("flag", "message"), cases("raises"))
    def test_raises(self, flag: str, message: str) -> None:
        assert flag in raised(message)

    @pytest.mark.parametrize(("flag", "message"), cases("not"))
    def test_does_not_raise(self, flag: str, message: str) -> None:
        assert flag not in raised(message)
        assert flag not in asked(message)

    @pytest.mark.parametrize(("flag", "message"), cases("asks"))
    def test_asks(self, flag: str, message: str) -> None:
        assert flag in asked(message)


class TestDenials:
    @pytest.mark.parametrize(
        ("message", "flags"),
        [
            ("no numbness in my groin, but I can't pee", {"bladder_bowel"}),
            ("no fever cant pee", {"bladder_bowel"}),
            ("no, I can't feel my legs", {"leg_weakness"}),
            ("no fever and I have chest pain", {"chest_or_breathing"}),
            ("i dont know why my chest hurts", {"chest_or_breathing"}),
            ("no idea what it is, my legs are numb", {"leg_weakness"}),
            ("cant feel my legs, no chest pain", {"leg_weakness"}),
            ("not worse at night, yet I keep losing weight", {"weight_loss"}),
        ],
    )
    def test_a_denial_ends(self, message: str, flags: set[str]) -> None:
        assert set(raised(message)) == flags

    @pytest.mark.parametrize(
        "message",
        [
            "no fever, chills or numbness in my legs",
            "I have never had any chest pain",
            "no chest pain, no trouble breathing, no weakness in my legs",
            "I don't have any numbness or tingling or weakness in my legs",
            "without fever or chest pain",
            "my legs are not numb",
            "he denies chest pain",
            "the doctor ruled out a tumour on my spine",
            "chest pain was ruled out",
        ],
    )
    def test_a_denial_holds(self, message: str) -> None:
        assert raised(message) == {}


class TestDenialsOfEachSign:
    SIGNS = (
        *("numbness in my groin", "loss of bladder control", "weakness in both legs", "car accident", "chest pain"),
        *("shortness of breath", "tearing pain in my back", "overdose", "swollen lips after the pill"),
        *(
            "blood in my stool",
            "suicidal thoughts",
            "bleeding in pregnancy",
            "seizure after the pills",
            "slurred speech",
        ),
        *("fever", "cancer", "unexplained weight loss", "osteoporosis", "blood in my urine", "swelling in one calf"),
        *("lump on my spine", "pain between the shoulder blades"),
    )

    @pytest.mark.parametrize("sign", SIGNS)
    @pytest.mark.parametrize(
        "frame",
        [
            "no {}",
            "I have no {}",
            "i dont have any {}",
            "there is no {}",
            "I've never had {}",
            "back spasm without {}",
            "no rash, no {}",
            "{} was ruled out",
            "my doctor has ruled out {}",
            "She denies {}.",
            "no numb toes or {}",
        ],
    )
    def test_is_silent(self, frame: str, sign: str) -> None:
        message = frame.format(sign)
        assert raised(message) == {}
        assert asked(message) == set()

    @pytest.mark.parametrize("sign", SIGNS)
    def test_reports_it_where_the_denial_is_gone(self, sign: str) -> None:
        assert raised(f"I have {sign}").keys() | asked(f"I have {sign}")

    PASSING = tuple(sign for sign in SIGNS if sign not in ("car accident", "cancer", "osteoporosis", "overdose"))

    @pytest.mark.parametrize("sign", PASSING)
    @pytest.mark.parametrize("frame", ["I had {} last week, it went away", "there was {} on Monday but its gone now"])
    def test_of_what_is_over_asks(self, frame: str, sign: str) -> None:
        assert asked(frame.format(sign))
        assert raised(frame.format(sign)) == {}


class TestQuestions:
    @pytest.mark.parametrize(
        "message",
        [
            "what is cauda equina?",
            "can a back spasm cause chest pain?",
            "does naproxen cause black stools",
            "What are the signs of a stroke?",
            "what if a spasm makes legs numb",
            "hello doctor, can stress cause chest pain",
        ],
    )
    def test_about_a_sign_in_general_is_no_report(self, message: str) -> None:
        assert raised(message) == {}

    @pytest.mark.parametrize(
        ("message", "flag"),
        [
            ("is it bad that i cant pee", "bladder_bowel"),
            ("why do I have chest pain?", "chest_or_breathing"),
            ("can my wife's numb groin come from her back?", "saddle_numbness"),
            ("is foot drop serious?", "leg_weakness"),
            ("can anyone help, I took too many pills", "overdose"),
            ("what is cauda equina, I can't feel it when I wipe", "saddle_numbness"),
            ("can gas cause chest pain? i have had it since last night", "chest_or_breathing"),
        ],
    )
    def test_about_ones_own_is_one(self, message: str, flag: str) -> None:
        assert flag in raised(message)


class TestWhatIsOnlySpokenOf:
    @pytest.mark.parametrize(
        "message",
        [
            "the physio asked me about numbness in the groin",
            "they told me to come back if I ever lose control of my bladder",
            "he warned us about chest pain",
            "grandad died of a heart attack in spring",
            "she passed away, lung cancer",
            "song about a girl who wants to die",
            "exam question: man with chest pain and a swollen calf",
            "poster on signs of a stroke, face drooping",
            "if I ever can't feel my legs I'd call 999",
            "in case my groin goes numb one day, whom do I ring",
        ],
    )
    def test_is_no_report(self, message: str) -> None:
        assert raised(message) == {}

    @pytest.mark.parametrize(
        ("message", "flag"),
        [
            ("my wife died and i want to die", "self_harm"),
            ("during the film my chest hurts", "chest_or_breathing"),
            ("the nurse told me to rest but I can't feel my legs", "leg_weakness"),
            ("not sure if it matters, I can't pee", "bladder_bowel"),
            ("is it bad if i cant pee", "bladder_bowel"),
            ("if it helps, my groin is numb", "saddle_numbness"),
            ("should I be worried about chest tightness", "chest_or_breathing"),
            ("syncopal episode while straining", "chest_or_breathing"),
            ("felt ok, now I can't feel my legs", "leg_weakness"),
            ("PET scan shows metastasis in my spine", "cancer_history"),
            ("a band tight round my chest, short of breath", "chest_or_breathing"),
        ],
    )
    def test_does_not_hide_a_report(self, message: str, flag: str) -> None:
        assert flag in raised(message)

    def test_what_is_supposed_is_asked_about(self) -> None:
        assert asked("if i cant feel my legs do i ring the gp") == {"leg_weakness"}


class TestLineBreaks:
    """People break a line within a sentence as well as after one."""

    @pytest.mark.parametrize(
        ("message", "flag"),
        [
            ("I can not\nfeel my legs", "leg_weakness"),
            ("my privates\nare numb", "saddle_numbness"),
            ("i cant\nhold my\nbladder", "bladder_bowel"),
            ("bad back since monday\nI can't pee", "bladder_bowel"),
            ("pain in my\r\nchest", "chest_or_breathing"),
        ],
    )
    def test_hide_no_sign(self, message: str, flag: str) -> None:
        assert flag in raised(message)

    def test_a_blank_line_ends_a_sentence(self) -> None:
        assert raised("my back is numb from the ice\n\nlegs are fine") == {}


class TestAnimals:
    @pytest.mark.parametrize(
        "message",
        [
            "my dog's back legs are weak",
            "our cat fell off the roof",
            "my dog can't pee",
            "my neighbour's dog has seizures",
        ],
    )
    def test_are_no_patients(self, message: str) -> None:
        assert raised(message) == {}

    @pytest.mark.parametrize(
        "message",
        ["my dog knocked me off the ladder", "the horse threw me off", "my dog pulled and I fell off the wall"],
    )
    def test_hurt_people(self, message: str) -> None:
        assert "major_trauma" in raised(message)


class TestOtherTraps:
    @pytest.mark.parametrize("who", ["my mum", "my husband", "our kid", "a friend", "my neighbour"])
    def test_other_people_count(self, who: str) -> None:
        assert "chest_or_breathing" in raised(f"{who} has chest pain")

    @pytest.mark.parametrize(
        "message",
        [
            "my back is killing me",
            "this spasm is murder",
            "scared me to death",
            "keystrokes hurt my back",
            "dead tired",
        ],
    )
    def test_figures_of_speech_and_parts_of_words(self, message: str) -> None:
        assert raised(message) == {}

    @pytest.mark.parametrize("message", ["i can see fine", "my number is up", "ham and eggs", "i feel a bit down"])
    def test_short_words_are_not_guessed(self, message: str) -> None:
        assert raised(message) == {}

    def test_history_counts_in_the_past(self) -> None:
        assert raised("I had breast cancer years ago")["cancer_history"] == "urgent"

    def test_what_is_over_is_asked_about(self) -> None:
        assert asked("my groin was numb yesterday, fine now") == {"saddle_numbness"}
        assert asked("I had chest pain, but it went away") == {"chest_or_breathing"}

    def test_lethal_amounts_are_a_cry_for_help(self) -> None:
        findings = READER.read("how many flexeril does it take to overdose")
        assert next((finding.flag, finding.sure) for finding in findings) == ("self_harm", True)
        assert "overdose" not in raised("how many flexeril does it take to overdose")

    @pytest.mark.parametrize(
        ("message", "flag"),
        [
            ("vomiting blood", "internal_bleeding"),
            ("breast cancer and now my legs are weak", "cancer_history"),
            ("fever, back pain and both legs feel weak", "infection"),
        ],
    )
    def test_levels_rise(self, message: str, flag: str) -> None:
        assert raised(message)[flag] == "emergency"

    def test_two_signs_are_two_findings_the_higher_first(self) -> None:
        findings = READER.read("my calf is swollen and I have chest pain")
        assert [finding.flag for finding in findings] == ["chest_or_breathing", "leg_clot"]

    @pytest.mark.parametrize(
        ("message", "flag"),
        [
            ("back pain, temp 38.5", "infection"),
            ("102 F fever, my back hurts", "infection"),
            ("my back hurts, i'm 15yo", "child"),
            ("74F, my back hurts for the first time", "first_at_older_age"),
            ("took eleven pills", "overdose"),
            ("30 weeks with contractions", "pregnancy_warning"),
        ],
    )
    def test_numbers(self, message: str, flag: str) -> None:
        assert flag in raised(message)

    @pytest.mark.parametrize(
        "message",
        [
            "room at 38.5 percent",
            "15 minutes of pain",
            "15 years of back problems are behind me",
            "back pain is 9 out of 10",
            "I am 5'4 and my back aches",
            "I weigh 74",
            "took 2 pills",
        ],
    )
    def test_other_numbers(self, message: str) -> None:
        assert not raised(message).keys() - {"not_improving"}

    def test_a_finding_says_why(self) -> None:
        assert READER.read("Hi, I really can't pee!") == [
            Finding("bladder_bowel", "emergency", True, "cant pee", "cant .. {pee}")
        ]


class TestNothingOrdinaryHidesAnEmergency:
    @pytest.mark.parametrize("message", EMERGENCIES)
    def test_sentences_around_it(self, message: str) -> None:
        assert is_emergency(f"The weather is nice. {message}")
        assert is_emergency(f"{message}. The weather is nice.")
        assert is_emergency(f"Hello doctor, I am 35. {message}\nThank you for your help")
        assert is_emergency(f"no fever but {message}")

    @given(
        st.sampled_from(EMERGENCIES),
        st.sampled_from(ORDINARY),
        st.sampled_from(["{0}. {1}", "{1}. {0}", "{0}\n{1}", "{1}\n{0}"]),
    )
    def test_questions_beside_it(self, message: str, question: str, way: str) -> None:
        assert is_emergency(way.format(message.rstrip("."), question.rstrip(".")))

    @pytest.mark.parametrize("message", EMERGENCIES)
    def test_case_and_punctuation(self, message: str) -> None:
        assert is_emergency(message.upper())
        assert is_emergency(f"{message}!!!")
        assert is_emergency(f"...{message}???")
        assert is_emergency(message.replace("'", "’"))
        assert is_emergency(message.replace(" ", "  "))
        assert is_emergency("\u200b".join(message))

    @pytest.mark.parametrize("message", EMERGENCIES)
    def test_a_letter_held_down(self, message: str) -> None:
        assert is_emergency(re.sub(r"[aeiou](?=[a-z]*$)", lambda match: match[0] * 5, message))

    @pytest.mark.parametrize("message", [message for message in EMERGENCIES if message.isascii()])
    def test_one_slip_in_any_long_word(self, message: str) -> None:
        """A slip that makes another word that the patterns know, or an ordinary one, is none that anyone could see."""
        known = READER.vocabulary.union(KNOWLEDGE.reading.ordinary_words)
        for word in re.findall(r"[A-Za-z]{6,}", message):
            for slip in slips(word):
                if slip.casefold() not in known:
                    assert is_emergency(re.sub(rf"\b{word}\b", slip, message)), slip

    @pytest.mark.parametrize(
        "slip",
        ["numbnes in my groin", "nubmness in my groin", "numbnezs in my groin", "nummbness in my groin"],
    )
    def test_one_slip_in_a_long_word(self, slip: str) -> None:
        assert raised(slip) == {"saddle_numbness": "emergency"}


class TestAnyText:
    @given(st.text())
    def test_gives_a_result(self, text: str) -> None:
        assert all(finding.flag in LEVELS for finding in READER.read(text))

    @given(st.lists(st.sampled_from(sorted(READER.vocabulary)), max_size=60).map(" ".join))
    def test_made_of_the_words_of_signs(self, text: str) -> None:
        findings = READER.read(text)
        assert len({finding.flag for finding in findings}) == len(findings)

    @pytest.mark.parametrize(
        "text", ["", "\ud800", "?" * 5000, "no or " * 20_000, "numb groin " * 9_000, "a" * 100_000]
    )
    def test_of_any_length(self, text: str) -> None:
        READER.read(text)

    def test_twice_is_the_same(self) -> None:
        assert all(READER.read(message) == READER.read(message) for message in EMERGENCIES)


class TestTheData:
    @pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.flag)
    def test_is_complete(self, alert: Alert) -> None:
        assert alert.sources
        assert set(alert.sources) <= KNOWLEDGE.source.keys()
        words = len(alert.advice.split())
        if alert.level == "soon":
            assert alert.card == "none"
            assert words <= 25
        else:
            assert alert.card != "none"
            assert alert.check.endswith("?")
            assert words <= 45
        reports = KNOWLEDGE.reports[ALERTS.index(alert)]
        assert bool(alert.emergency_advice) == bool(reports.emergency)

    @pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.flag)
    def test_never_reassures_nor_names_a_bare_number(self, alert: Alert) -> None:
        said = f"{alert.name} {alert.advice} {alert.emergency_advice} {alert.check}"
        assert not re.search(r"you.?re fine|nothing serious|don.?t worry", said, re.IGNORECASE)
        assert "111" not in said.replace("NHS 111 (UK)", "")
        assert not re.search(r"\b(112|999|911|988|000)\b", said)


class TestTheLanguage:
    def reader(self, *report: str, unless: tuple[str, ...] = (), **groups: tuple[str, ...]) -> AlertReader:
        alert = Alert(flag="sign", level="urgent", name="a sign", advice="x", card="doctor")
        reports = Reports(flag="sign", report=report, unless=unless)
        return AlertReader([alert], Reading(groups=groups, little_words=("the", "my")), [reports])

    @pytest.mark.parametrize(
        ("pattern", "message", "met"),
        [
            ("lost control", "I lost the control", True),
            ("lost control", "control lost", False),
            ("lost control", "lost it, no control", False),
            ("cant .. pee", "cant even start to pee", True),
            ("cant .. pee", "pee cant", False),
            ("cant .. pee", "cant a b c d e pee", False),
            ("numb + groin", "groin is very numb", True),
            ("numb + groin", "numb. groin", False),
            ("fever & back", "back. One two. fever", True),
            ("{age<18} & back", "im 15, back", True),
            ("{age<18} & back", "im 18, back", False),
            ("{sore} back", "aching back", True),
        ],
    )
    def test_joins(self, pattern: str, message: str, met: bool) -> None:
        reader = self.reader(pattern, sore=("sore", "{aches}"), aches=("aching",))
        assert bool(reader.read(message)) == met

    def test_unless_covers_words(self) -> None:
        reader = self.reader("fell", unless=("fell asleep",))
        assert not reader.read("I fell asleep")
        assert reader.read("I fell asleep and then I fell")

    @pytest.mark.parametrize(
        ("pattern", "says"),
        [
            ("{nothing}", "There is no group 'nothing'"),
            ("{age~3}", "There is no group 'age~3'"),
            ("{height>3}", "Write one of age"),
            ("pain +", "has an empty place"),
            ("my + pain", "little words only"),
        ],
    )
    def test_a_slip_is_named(self, pattern: str, says: str) -> None:
        with pytest.raises(PatternError, match=re.escape(says)):
            self.reader(pattern)

    def test_a_group_within_itself_is_named(self) -> None:
        with pytest.raises(PatternError, match="holds itself"):
            self.reader("{one}", one=("{two}",), two=("{one}",))
