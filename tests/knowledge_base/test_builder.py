from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.manifest import MANIFEST_NAME, IndexManifest
from knowledge_base.verify import verify


def _ids(path: Path, embedder) -> list[str]:
    return [info.id for info in KnowledgeBase.open(path, embedder).store.documents()]


def test_build_open_search(tmp_path: Path, word_embedder, make_document) -> None:
    stages = []
    with KnowledgeBaseBuilder(tmp_path / "kb", word_embedder) as builder:
        document = make_document("md:a@1", {"Side effects": "Nausea is common.", "Storage": "Keep it dry."})
        assert builder.add_file("a.md", "1", [document]) == (1, 2, 0)
        manifest = builder.publish(lambda stage, done, total: stages.append((stage, done, total)))
    assert (manifest.n_documents, manifest.n_passages, manifest.generation) == (1, 2, 1)
    assert stages[-1] == ("embedding", 2, 2)
    base = KnowledgeBase.open(tmp_path / "kb", word_embedder)
    [number] = base.dense.search(word_embedder.embed_question("ibuprofen storage keep it dry"), 1).numbers.tolist()
    assert base.store.passages([number])[number].text == "Keep it dry."
    assert verify(tmp_path / "kb") == []


def test_nothing_new_is_no_new_generation(tmp_path: Path, word_embedder, make_document) -> None:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("a.md", "1", [make_document("md:a@1", {"Uses": "Pain."})])
        first = builder.publish()
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        assert builder.known_file("a.md", "1")
        assert not builder.known_file("a.md", "2")
        assert builder.add_file("copy.md", "1", [make_document("md:a@1", {"Uses": "Pain."})]) == (0, 0, 1)
        assert builder.publish() == first
    assert word_embedder.n_embedded == 1


def test_identical_texts_are_embedded_once(tmp_path: Path, word_embedder, make_document) -> None:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        for name in "abc":
            builder.add_file(f"{name}.md", name, [make_document(f"md:{name}@1", {"Uses": "Pain.", "Dose": name})])
        builder.publish()
    assert word_embedder.n_embedded == 4
    assert len(KnowledgeBase.open(tmp_path, word_embedder).dense) == 6


def test_many_texts_are_embedded_in_even_parts(tmp_path: Path, word_embedder, make_document) -> None:
    stages = []
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        sections = {f"Section {n}": f"Text {n}." for n in range(513)}
        builder.add_file("a.md", "1", [make_document("md:a@1", sections)])
        builder.publish(lambda stage, done, total: stages.append((stage, done, total)))
    assert stages == [("embedding", 257, 513), ("embedding", 513, 513)]


def test_a_changed_file_retires_what_it_no_longer_holds(tmp_path: Path, word_embedder, make_document) -> None:
    a, b = (make_document(f"md:{name}@1", {"Uses": name}) for name in "ab")
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("both.md", "1", [a, b])
        builder.add_file("b.md", "1", [b])
        builder.publish()
        newer = make_document("md:a@2", {"Uses": "a, second version"})
        assert builder.add_file("both.md", "2", [newer]) == (1, 1, 0)
        builder.publish()
    assert _ids(tmp_path, word_embedder) == ["md:a@2", "md:b@1"], "b.md still holds b"
    assert verify(tmp_path) == []
    assert [path.name for path in tmp_path.glob("vectors-*")] == ["vectors-2.faiss"]


def test_the_same_id_with_another_text_replaces(tmp_path: Path, word_embedder, make_document) -> None:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("a.md", "1", [make_document("md:a@1", {"Uses": "Fever."})])
        builder.publish()
        builder.add_file("a.md", "2", [make_document("md:a@1", {"Uses": "Fever and pain."})])
        # Until it is published, readers see the old text.
        before = KnowledgeBase.open(tmp_path, word_embedder).store
        assert [p.text for p in before.passages_of("md:a@1")] == ["Fever."]
        assert len(before.numbers_with("pain", at_most=5)) == 0
        builder.publish()
    after = KnowledgeBase.open(tmp_path, word_embedder).store
    assert [p.text for p in after.passages_of("md:a@1")] == ["Fever and pain."]
    assert len(after.numbers_with("fever", at_most=5)) == 1
    assert verify(tmp_path) == []


def test_removed_documents_are_gone_and_can_come_back(tmp_path: Path, word_embedder, make_document) -> None:
    a, b = (make_document(f"md:{name}@1", {"Uses": f"text of {name}"}) for name in "ab")
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("both.md", "1", [a, b])
        builder.publish()
        with pytest.raises(KnowledgeBaseError, match="no document md:x@1"):
            builder.remove_documents(["md:a@1", "md:x@1"])
        builder.publish()
    store = KnowledgeBase.open(tmp_path, word_embedder).store
    assert [info.id for info in store.documents()] == ["md:b@1"]
    assert b"text of a" not in (tmp_path / "passages.sqlite").read_bytes(), "removed text must not stay on the disk"
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        assert not builder.known_file("both.md", "1")
        assert builder.add_file("both.md", "1", [a, b]) == (1, 1, 1)
        builder.publish()
    assert _ids(tmp_path, word_embedder) == ["md:a@1", "md:b@1"]


def test_an_empty_generation_after_everything_is_removed(tmp_path: Path, word_embedder, make_document) -> None:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("a.md", "1", [make_document("md:a@1", {"Uses": "Pain."})])
        builder.publish()
        builder.remove_documents(["md:a@1"])
        assert builder.publish().n_passages == 0
    base = KnowledgeBase.open(tmp_path, word_embedder)
    assert base.dense.search(np.ones(32, dtype=np.float32), 3).numbers.tolist() == []
    assert len(base.store.numbers_with("pain", at_most=3)) == 0
    assert verify(tmp_path) == []


def test_a_run_that_fails_publishes_nothing_and_the_next_goes_on(tmp_path: Path, word_embedder, make_document) -> None:
    def documents():
        yield make_document("md:b@1", {"Uses": "b"})
        raise RuntimeError("power cut")

    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("a.md", "1", [make_document("md:a@1", {"Uses": "a"})])
        builder.publish()
    with pytest.raises(RuntimeError), KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("c.md", "1", [make_document("md:c@1", {"Uses": "c"})])
        builder.add_file("b.md", "1", documents())
    assert _ids(tmp_path, word_embedder) == ["md:a@1"]
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        assert builder.known_file("c.md", "1")
        assert not builder.known_file("b.md", "1")
        builder.publish()
    assert _ids(tmp_path, word_embedder) == ["md:a@1", "md:c@1"]
    assert verify(tmp_path) == []


def test_one_writer_at_a_time(tmp_path: Path, word_embedder) -> None:
    with KnowledgeBaseBuilder(tmp_path, word_embedder), pytest.raises(KnowledgeBaseError, match="another ingest"):
        KnowledgeBaseBuilder(tmp_path, word_embedder).__enter__()
    with KnowledgeBaseBuilder(tmp_path, word_embedder):
        pass


def test_another_embedder_is_refused(tmp_path: Path, word_embedder, make_document) -> None:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("a.md", "1", [make_document("md:a@1", {"Uses": "Pain."})])
        builder.publish()
    word_embedder.revision = "2"
    for attempt in (
        lambda: KnowledgeBase.open(tmp_path, word_embedder),
        lambda: KnowledgeBaseBuilder(tmp_path, word_embedder).__enter__(),
    ):
        with pytest.raises(KnowledgeBaseError, match=r"words \(revision 1, .*VADEMECUM_EMBEDDER"):
            attempt()


def test_a_lost_manifest_is_mended_without_embedding_again(tmp_path: Path, word_embedder, make_document) -> None:
    for name in "abc":
        with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
            builder.add_file(f"{name}.md", "1", [make_document(f"md:{name}@1", {"Uses": name})])
            builder.publish()
    (tmp_path / MANIFEST_NAME).unlink()
    assert not KnowledgeBase.exists(tmp_path)
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        assert builder.known_file("a.md", "1")
        builder.publish()
    assert _ids(tmp_path, word_embedder) == ["md:a@1", "md:b@1", "md:c@1"]
    assert word_embedder.n_embedded == 3
    assert verify(tmp_path) == []


def test_lost_vectors_are_mended_without_embedding_again(tmp_path: Path, word_embedder, make_document) -> None:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("a.md", "1", [make_document("md:a@1", {"Uses": "Pain."})])
        manifest = builder.publish()
    (tmp_path / manifest.vectors_file).write_bytes(b"IxM2")
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.publish()
    assert verify(tmp_path) == []
    assert word_embedder.n_embedded == 1
    assert IndexManifest.load(tmp_path).generation == 2
