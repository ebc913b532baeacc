from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.manifest import MANIFEST_NAME, IndexManifest, file_sha256

MANIFEST = IndexManifest(
    embedder="words",
    revision="1",
    dimension=32,
    n_documents=2,
    n_passages=3,
    generation=7,
    created_at="2026-01-02T03:04:05+00:00",
    vectors_file="vectors-7.faiss",
    vectors_sha256="ab" * 32,
    schema=1,
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    MANIFEST.save(tmp_path)
    assert IndexManifest.load(tmp_path) == MANIFEST
    assert [path.name for path in tmp_path.iterdir()] == [MANIFEST_NAME]


def test_saving_again_replaces(tmp_path: Path) -> None:
    MANIFEST.save(tmp_path)
    newer = replace(MANIFEST, generation=8)
    newer.save(tmp_path)
    assert IndexManifest.load(tmp_path) == newer


def test_a_missing_one_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeBaseError, match=r"manifest\.json is missing.*vademecum ingest"):
        IndexManifest.load(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        json.dumps({**MANIFEST.to_json(), "generation": "7"}),
        json.dumps({**MANIFEST.to_json(), "generation": True}),
        json.dumps({key: value for key, value in MANIFEST.to_json().items() if key != "vectors_file"}),
        json.dumps({**MANIFEST.to_json(), "vectors_file": "../elsewhere.faiss"}),
    ],
)
def test_a_damaged_one_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST_NAME).write_text(text)
    with pytest.raises(KnowledgeBaseError, match="damaged") as caught:
        IndexManifest.load(tmp_path)
    assert "\n" not in str(caught.value)


def test_unknown_fields_of_a_later_version_are_ignored(tmp_path: Path) -> None:
    (tmp_path / MANIFEST_NAME).write_text(json.dumps({**MANIFEST.to_json(), "shards": 4}))
    assert IndexManifest.load(tmp_path) == MANIFEST


def test_the_index_version_tells_contents_apart() -> None:
    assert MANIFEST.index_version != replace(MANIFEST, generation=8).index_version
    assert MANIFEST.index_version != replace(MANIFEST, vectors_sha256="cd" * 32).index_version


def test_file_sha256(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert file_sha256(tmp_path / "empty").startswith("e3b0c44298fc1c14")
