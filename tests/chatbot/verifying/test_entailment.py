"""A cross-encoder of three labels, made on the spot: its label order is read, and others are refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chatbot.verifying.entailment import CrossEncoderEntailment, EntailmentError, Odds, label_order
from chatbot.verifying.reply import WrittenSentence
from chatbot.verifying.verifier import Verifier

TEXTS = "take it with food do not metformin causes nausea"


def make_model(folder: Path, labels: Sequence[str]) -> Path:
    """A random two-layer BERT with these labels and a tokenizer of a few words."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import TemplateProcessing
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    words = [*special.values(), *TEXTS.split()]
    tokenizer = Tokenizer(WordLevel({word: n for n, word in enumerate(words)}, **{"unk_token": "[UNK]"}))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={label: n for n, label in enumerate(labels)},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_odds_come_in_our_order_whatever_the_model_s(tmp_path: Path) -> None:
    folder = make_model(tmp_path, ["contradiction", "entailment", "neutral"])
    model = CrossEncoderEntailment(str(folder))
    pairs = [("take it with food", "do not take it"), ("metformin causes nausea", "nausea")]
    odds = model.judge(pairs)
    from sentence_transformers import CrossEncoder

    raw = CrossEncoder(str(folder)).predict(pairs, apply_softmax=True)
    assert [one.contradiction for one in odds] == pytest.approx([row[0] for row in raw], abs=1e-5)
    assert [one.entailment for one in odds] == pytest.approx([row[1] for row in raw], abs=1e-5)
    assert [sum(one) for one in odds] == pytest.approx([1.0, 1.0], abs=1e-5)
    assert model.judge([]) == []


def test_other_labels_and_missing_folders_are_told(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "scores", ["good", "bad"])
    with pytest.raises(EntailmentError, match="its labels are bad, good"):
        CrossEncoderEntailment(str(folder)).judge([("a", "b")])
    with pytest.raises(EntailmentError, match="VADEMECUM_NLI_MODEL"):
        CrossEncoderEntailment(str(tmp_path / "none")).judge([("a", "b")])


def test_labels_are_read_whatever_their_case() -> None:
    assert label_order({0: "CONTRADICTION", 1: "ENTAILMENT", 2: "NEUTRAL"}) == (1, 2, 0)


class Says:
    """A model of entailment that says what it is told."""

    def __init__(self, *odds: float) -> None:
        self.odds = Odds(*odds)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[Odds]:
        return [self.odds for _ in pairs]


@pytest.mark.parametrize(
    ("odds", "support"),
    [((0.8, 0.1, 0.1), "supported"), ((0.2, 0.7, 0.1), "partial"), ((0.1, 0.2, 0.7), "unsupported")],
)
def test_entailment_has_the_last_word(odds: tuple[float, float, float], support: str, make_citation) -> None:
    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.ones((len(texts), 1), dtype=np.float32)

    evidence = [make_citation(1, "Take the tablets with food and water.")]
    verifier = Verifier(evidence, frozenset(), embed, Says(*odds))
    assert verifier.check(WrittenSentence(text="Take tablets with water and food.", cited=(1,))).support == support
