"""What the tests of the matcher share."""

from dataclasses import replace

import pytest

from knowledge.load import Knowledge
from knowledge.schema import Messages


@pytest.fixture
def little(knowledge: Knowledge) -> Knowledge:
    """A part of the knowledge, quick to fit, with a message by one author."""
    theme = knowledge.themes[0].model_copy(update={"entries": knowledge.themes[0].entries[:3]})
    off_topic = knowledge.off_topic.model_copy(update={"medical": ("my tooth hurts",), "other": ("a joke please",)})
    written = Messages.model_validate({"messages": [{"text": "wat is this spasm", "intents": "what_is_a_back_spasm"}]})
    return replace(knowledge, themes=(theme,), off_topic=off_topic, messages={"ann.tsv": written})
