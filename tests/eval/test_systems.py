from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import anyio
import pytest

from chatbot.models.types import ChatModelError, Message
from chatbot.privacy.masker import RuleFinder
from eval.answers import answer_output
from eval.benchmark import ANSWERING, Item
from eval.systems import Parts, open_systems
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.errors import VademecumError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.text_ranker import FreeText

SECTIONS = {
    "Side effects": "The most common side effects of ibuprofen are nausea and heartburn.",
    "Storage": "Store ibuprofen tablets at 20 to 25 C in a dry place.",
}
ITEM = Item(
    id="q1", question="what are the side effects of ibuprofen", context=("Ibuprofen can cause nausea.", "It is round.")
)


class ScriptedModel:
    """Says one sentence, or fails."""

    name = "scripted"

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails
        self.seen: list[str] = []

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[str, None]:
        self.seen.append("\n".join(one.content for one in messages))
        if self.fails:
            raise ChatModelError("the model can not be reached")
        yield "Nausea."


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory, embedder, make_document) -> KnowledgeBase:
    path = tmp_path_factory.mktemp("systems") / "kb"
    codes = {"Side effects": "34084-4", "Storage": "44425-7"}
    with KnowledgeBaseBuilder(path, embedder) as builder:
        builder.add_file("a", "1", [make_document("md:a@1", SECTIONS, codes=codes)])
        builder.publish()
    return KnowledgeBase.open(path, embedder)


def _parts(kb: KnowledgeBase, model: ScriptedModel | None = None) -> Parts:
    return Parts(knowledge_base=kb, data=Path(), cache=Path(), finder=RuleFinder(), chat_model=model)


def test_without_a_model_what_needs_one_is_left_out(kb: KnowledgeBase) -> None:
    assert set(open_systems(_parts(kb), ANSWERING)) == set(ANSWERING) - {"closed book", "extractive"}
    assert set(open_systems(_parts(kb, ScriptedModel()), ANSWERING)) == set(ANSWERING)


def test_each_system_without_a_model_answers_in_its_own_way(kb: KnowledgeBase) -> None:
    systems = open_systems(_parts(kb), ANSWERING)
    texts = {name: anyio.run(system.answer, ITEM)["text"] for name, system in systems.items()}
    assert texts["BM25"] == texts["RRF"] == SECTIONS["Side effects"]
    assert texts["oracle passages"] == "Ibuprofen can cause nausea."
    assert "nausea" in texts["vademecum"]
    assert all(system.model is None for system in systems.values())


def test_each_system_with_a_model_shows_it_its_own_evidence(kb: KnowledgeBase) -> None:
    model = ScriptedModel()
    systems = open_systems(_parts(kb, model), ("closed book", "BM25", "oracle passages", "extractive"))
    for name, shown in (("closed book", None), ("BM25", "heartburn"), ("oracle passages", "It is round.")):
        assert anyio.run(systems[name].answer, ITEM)["text"] == "Nausea."
        assert ("Passage 1" in model.seen[-1]) == (shown is not None)
        assert shown is None or shown in model.seen[-1]
    n_seen = len(model.seen)
    assert anyio.run(systems["extractive"].answer, ITEM)["model"] == "extractive"
    assert len(model.seen) == n_seen


def test_the_model_sees_no_identifier(kb: KnowledgeBase) -> None:
    model = ScriptedModel()
    systems = open_systems(_parts(kb, model), ("closed book",))
    anyio.run(systems["closed book"].answer, Item(id="q", question="mail jane.doe@example.org about ibuprofen"))
    assert "jane.doe" not in model.seen[0]


def test_quotes_in_place_of_a_model_that_failed_are_not_its_answer(kb: KnowledgeBase) -> None:
    systems = open_systems(_parts(kb, ScriptedModel(fails=True)), ("vademecum",))
    with pytest.raises(VademecumError, match="can not be reached"):
        anyio.run(systems["vademecum"].answer, ITEM)


def test_rankings(kb: KnowledgeBase) -> None:
    texts = [FreeText("", "It is round."), FreeText("", "Ibuprofen has side effects such as nausea.")]
    systems = open_systems(_parts(kb), ("vademecum", "BM25", "MiniLM", "RRF"))
    for system in systems.values():
        assert anyio.run(system.rank_texts, ITEM.question, texts) == [1, 0]
        first = anyio.run(system.rank, ITEM.question, 1)[0]
        assert first.section_title == "Side effects"


def test_an_output_is_small_and_its_quotes_are_checked(kb: KnowledgeBase) -> None:
    systems = open_systems(_parts(kb), ("vademecum",))
    output = anyio.run(answer_output, ITEM, systems["vademecum"])
    assert output.answer["quotes_exact"] == 1.0
    assert output.evidence[0].startswith("The most common side effects")
    assert 0 < output.confidence < 1
    assert "text" not in output.answer["passages"][0]
    assert not output.abstained
