from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from knowledge_base.embedder import SentenceTransformerEmbedder
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.minilm import MINILM_MAX_TOKENS, MiniLm, verified_minilm_folder
from knowledge_base.sentence_model import SentenceModel

_ROOT = Path(__file__).resolve().parents[2]


def test_one_text_has_one_vector_alone_in_a_batch_and_on_one_core() -> None:
    model = MiniLm()
    texts = ["can I take ibuprofen with food", "Keep dry.", "word " * 300]
    alone = np.concatenate([model.embed([text], alone=True) for text in texts])
    for vectors in (model.embed(texts, alone=True), model.embed(texts, alone=False)):
        assert (vectors * alone).sum(axis=1).min() > 0.99999


def test_what_is_over_the_limit_is_cut_as_sentence_transformers_cuts_it() -> None:
    texts = ["dose " * (MINILM_MAX_TOKENS + n) for n in (-3, -2, -1, 0, 1)]
    vectors = MiniLm().embed(texts, alone=True)
    assert (vectors * SentenceModel(None).embed(texts, alone=True)).sum(axis=1).min() > 0.99999


def test_the_default_model_needs_no_torch() -> None:
    code = (
        "import sys; from knowledge_base.embedder import SentenceTransformerEmbedder as E; e = E();"
        "assert e.embed_queries(['take with food']).shape == e.embed_passages(['x']).shape == (1, 384);"
        "assert not {'torch', 'sentence_transformers', 'transformers', 'onnx'} & set(sys.modules), 'heavy imports'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_graphs_and_factors_are_what_their_script_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, _ROOT / "scripts" / "build_minilm_graph.py", tmp_path], check=True, timeout=60)
    shipped = _ROOT / "knowledge_base" / "data"
    for name in ("minilm.onnx", "minilm_bytes.onnx"):
        assert (tmp_path / name).read_bytes() == (shipped / name).read_bytes()
    name = "minilm_smoothing.safetensors"
    written, expected = load_file(tmp_path / name), load_file(shipped / name)
    assert written.keys() == expected.keys()
    for layer, factors in written.items():
        assert np.allclose(factors, expected[layer], rtol=1e-3)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(KnowledgeBaseError, match="checksum differs"):
        verified_minilm_folder(tmp_path)


def test_many_threads_embed_many_passages_in_order() -> None:
    texts = [f"passage {n} " + "about food " * (n % 50) for n in range(150)]
    embedder = SentenceTransformerEmbedder()
    together = embedder.embed_passages(texts)
    for place in (0, 49, 149):
        assert float(together[place] @ embedder.embed_passages([texts[place]])[0]) > 0.9999
