from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.section_changes import section_changes

WORDS = st.lists(st.sampled_from(["take", "one", "two", "tablets", "with", "food", "mg", "\n"]), max_size=12)


@pytest.fixture
def changes(tmp_path: Path, word_embedder, make_document):
    """A function `(older sections, newer sections) -> the changes between them`."""

    def compare(older: dict[str, str], newer: dict[str, str]):
        with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
            for version, sections in enumerate((older, newer), start=1):
                document, passages = make_document(f"spl:s@{version}", sections, set_id="s", version=str(version))
                builder.add_file(f"{version}", "1", [(document, passages)])
            builder.publish()
        store = KnowledgeBase.open(tmp_path, word_embedder).store
        return section_changes(store, "spl:s@1", "spl:s@2")

    return compare


def shown(changes) -> list[tuple[str, str, list[tuple[str, str]]]]:
    return [(one.state, one.section.title, [tuple(run) for run in one.runs]) for one in changes]


def test_added_removed_changed_and_untouched(changes) -> None:
    older = {"Uses": "Pain and fever.", "Dose": "Take one tablet with food.", "Old": "Gone."}
    newer = {"Uses": "Pain\nand  fever.", "Dose": "Take two tablets with food.", "New": "Fresh."}
    assert shown(changes(older, newer)) == [
        (
            "changed",
            "Dose",
            [("same", "Take"), ("removed", "one tablet"), ("added", "two tablets"), ("same", "with food.")],
        ),
        ("added", "New", [("added", "Fresh.")]),
        ("removed", "Old", [("removed", "Gone.")]),
    ]


def test_a_version_that_is_not_kept_is_named(changes, tmp_path, word_embedder) -> None:
    changes({"Uses": "a"}, {"Uses": "b"})
    store = KnowledgeBase.open(tmp_path, word_embedder).store
    with pytest.raises(KnowledgeBaseError, match="spl:s@9"):
        section_changes(store, "spl:s@1", "spl:s@9")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORDS, WORDS)
def test_the_runs_give_back_both_texts(changes, older: list[str], newer: list[str]) -> None:
    before, after = "start " + " ".join(older), "start " + " ".join(newer)
    found = changes({"Dose": before}, {"Dose": after})
    if before.split() == after.split():
        assert found == []
        return
    runs = found[0].runs
    assert " ".join(one.text for one in runs if one.state != "added").split() == before.split()
    assert " ".join(one.text for one in runs if one.state != "removed").split() == after.split()
