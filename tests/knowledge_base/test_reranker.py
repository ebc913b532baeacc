"""The cross-encoder with a model made on the spot: random weights, a tokenizer of a few words."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.reranker import CrossEncoderReranker
from knowledge_base.retriever import HybridRetriever
from knowledge_base.types import Passage, Query

SECTIONS = {"Storage": "Keep it dry.", "Overdose": "Call for help.", "Pregnancy": "Ask a doctor first."}


def _save_cross_encoder(folder: Path, n_labels: int = 1) -> Path:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "keep", "it", "dry", "call", "for", "help", "doctor", "how"]
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))  # noqa: S106
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    marks = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **marks).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
        num_labels=n_labels,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _save_cross_encoder(tmp_path_factory.mktemp("cross-encoder"))


def test_every_pair_gets_a_score_that_depends_on_the_passage(cross_encoder: Path, make_document) -> None:
    _, passages = make_document("md:a@1", SECTIONS)
    reranker = CrossEncoderReranker(str(cross_encoder))
    scores = reranker.score("how to keep it", passages)
    assert all(0 <= score <= 1 for score in scores)
    assert len(set(scores)) == len(passages)
    assert reranker.score("how to keep it", passages[::-1]) == pytest.approx(scores[::-1], abs=1e-6)
    assert reranker.score("how to keep it", []) == []


def test_a_folder_without_a_model_is_said_in_one_line(tmp_path: Path, make_document) -> None:
    _, passages = make_document("md:a@1", SECTIONS)
    with pytest.raises(KnowledgeBaseError, match=r"cannot be loaded.*VADEMECUM_RERANKER") as error:
        CrossEncoderReranker(str(tmp_path / "none")).score("x", passages)
    assert "\n" not in str(error.value)


def test_a_classifier_is_refused(tmp_path: Path, make_document) -> None:
    _, passages = make_document("md:a@1", SECTIONS)
    with pytest.raises(KnowledgeBaseError, match="gives 3 scores a pair"):
        CrossEncoderReranker(str(_save_cross_encoder(tmp_path, n_labels=3))).score("x", passages)


class TheLast:
    """A reranker that likes one section title."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.asked: list[str] = []

    def score(self, question: str, passages: list[Passage]) -> list[float]:
        self.asked.append(question)
        return [float(passage.section_title == self.title) for passage in passages]


def test_retrieval_follows_a_reranker_where_sections_do_not_decide(
    tmp_path: Path, word_embedder, make_document
) -> None:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("a", "1", [make_document("md:a@1", SECTIONS)])
        builder.publish()
    kb = KnowledgeBase.open(tmp_path, word_embedder)
    query = Query(text="Tell me something of ibuprofen", aspects=())
    for title in SECTIONS:
        reranker = TheLast(title)
        found = HybridRetriever(kb, reranker).search(query).passages
        assert found[0].passage.section_title == title
        assert reranker.asked == [query.text]
    unranked = HybridRetriever(kb).search(dataclasses.replace(query, k=3)).passages
    assert {one.passage.section_title for one in unranked} == set(SECTIONS)
