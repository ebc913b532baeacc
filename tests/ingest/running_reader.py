"""A reader that goes on asking while others write: run as `running_reader.py KB WORDS`.

Prints a JSON line for each answer: the generation, the documents' ids, and the texts found. Ends when its standard
input is closed. Not a test itself: `test_lifecycle.py` runs it.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import threading
from pathlib import Path

from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.retriever import HybridRetriever
from knowledge_base.types import Query


def main(kb: Path, words: str) -> None:
    spec = importlib.util.spec_from_file_location("fixtures", Path(__file__).parents[1] / "conftest.py")
    assert spec is not None and spec.loader is not None
    fixtures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fixtures)
    base = KnowledgeBase.open(kb, fixtures.WordEmbedder())
    retriever = HybridRetriever(base)
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    while not over.is_set():
        found = retriever.search(Query(text=words))
        documents = sorted(info.id for info in base.store.documents())
        texts = sorted(one.passage.text for one in found.passages)
        sys.stdout.write(json.dumps([base.manifest.generation, documents, texts]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
