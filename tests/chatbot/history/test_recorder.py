"""What reaches the disk: placeholders, and nothing at all when masking breaks."""

from __future__ import annotations

import pytest

pytest.importorskip("sqlcipher3", reason="the extra `privacy` is not installed")

from pydantic import SecretStr

from chatbot.history.recorder import Recorder
from chatbot.history.store import ConversationStore
from chatbot.history.store_key import StoreKey
from chatbot.messages import Exchange
from chatbot.privacy.identifiers import MaskingError
from chatbot.privacy.masker import NoFinder, RuleFinder
from chatbot.types import Abstention


class Breaks:
    def find(self, text):
        raise MaskingError("broken")


@pytest.fixture
def store(tmp_path) -> ConversationStore:
    return ConversationStore(tmp_path / "c.db", StoreKey(SecretStr("ab" * 32), "the test"))


def exchange(question: str, answer: str, number: int = 1) -> Exchange:
    response = Abstention(id=f"r{number}", question=question, text=answer)
    return Exchange(question=question, audience="patient", response=response)


def texts(store: ConversationStore) -> list[str]:
    return [one.text for one in store.conversation("anna", "r1").messages]


def test_a_question_is_masked_and_the_answer_shows_the_same_placeholder(store):
    recorder = Recorder(lambda: store, RuleFinder())
    first = exchange("My name is Keisha Barnes, born on 4/17/1951", "Hello Keisha Barnes, call 1-800-222-1222.")
    assert recorder.record("anna", [first]) == ("PERSON", "DOB")
    second = exchange("Keisha Barnes takes Eliquis 5 mg", "Eliquis it is.", 2)
    assert recorder.record("anna", [first, second]) == ("PERSON",)
    assert texts(store) == [
        "My name is [PERSON_1], born on [DOB_1]",
        "Hello [PERSON_1], call 1-800-222-1222.",
        "[PERSON_1] takes Eliquis 5 mg",
        "Eliquis it is.",
    ]
    assert store.conversations("anna")[0].title == "My name is [PERSON_1], born on [DOB_1]"
    assert recorder.record("anna", [first, second]) == ()
    assert len(texts(store)) == 4


def test_as_typed_for_those_who_choose_so(store):
    Recorder(lambda: store, NoFinder()).record("anna", [exchange("I am Keisha Barnes", "Yes.")])
    assert texts(store) == ["I am Keisha Barnes", "Yes."]


def test_nothing_is_written_when_masking_breaks(store):
    with pytest.raises(MaskingError):
        Recorder(lambda: store, Breaks()).record("anna", [exchange("I am Keisha Barnes", "Yes.")])
    assert store.conversations("anna") == ()


def test_nothing_to_keep_opens_no_file():
    def refuse() -> ConversationStore:
        raise AssertionError

    assert Recorder(refuse, RuleFinder()).record("anna", []) == ()
