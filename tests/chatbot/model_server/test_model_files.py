"""A model's folder or name before anything is loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chatbot.model_server.errors import ModelServerError
from chatbot.model_server.model_files import find_model


def model_folder(path: Path, **config: object) -> Path:
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps(config))
    (path / "model-1.safetensors").write_bytes(b"0" * 600)
    (path / "model-2.safetensors").write_bytes(b"0" * 400)
    (path / "pytorch_model.bin").write_bytes(b"0" * 999)
    return path


def test_a_folder_tells_its_size_and_context(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "small", max_position_embeddings=2048, num_attention_heads=12, dtype="bfloat16")
    model = find_model(str(folder), offline=True)
    assert (model.name, model.served_name) == (str(folder), "small")
    assert (model.weights, model.float32_weights, model.context_tokens, model.n_heads) == (1000, 2000, 2048, 12)


def test_a_quantised_model_is_not_thought_to_grow(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "q", torch_dtype="float16", quantization_config={"bits": 4})
    assert find_model(str(folder), offline=True).float32_weights is None


def test_a_model_that_sees_keeps_the_writing_part_apart(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "sees", text_config={"max_position_embeddings": 32768, "dtype": "float32"})
    assert find_model(str(folder), offline=True).context_tokens == 32768


def test_a_name_of_the_hub_is_looked_up_in_its_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    snapshot = tmp_path / "models--maker--small" / "snapshots" / "abc"
    model_folder(snapshot, max_position_embeddings=1024)
    (tmp_path / "models--maker--small" / "refs").mkdir()
    (tmp_path / "models--maker--small" / "refs" / "main").write_text("abc")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    assert find_model("maker/small", offline=True).context_tokens == 1024
    assert find_model("maker/other", offline=False).weights is None


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("/no/such/folder", "is missing"),
        ("./here", "is missing"),
        ("a/b/c", "is missing"),
        ("", "is no folder"),
        (__file__, "is no folder"),
        ("maker/model-nobody-has", "HF_HUB_OFFLINE=0"),
        ("not a name!", "no name of a model"),
    ],
)
def test_what_is_not_there_is_one_line(name: str, complaint: str) -> None:
    with pytest.raises(ModelServerError, match=complaint) as caught:
        find_model(name, offline=True)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "complaint"), [(None, "no config.json"), ("{", "cannot be read"), ("[]", "object")]
)
def test_a_folder_without_a_model(tmp_path: Path, content: str | None, complaint: str) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(ModelServerError, match=complaint):
        find_model(str(tmp_path), offline=True)
