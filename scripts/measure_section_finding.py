"""Section finding on a knowledge base, with the query adapter and without.

python scripts/measure_section_finding.py --kb DIR [--wordings unseen_wordings.toml]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from eval.section_finding import measure_section_finding, medicines_of, section_kinds, section_questions
from knowledge_base.embedder import SentenceTransformerEmbedder
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.retriever import HybridRetriever
from knowledge_base.types import Passage, Query


def main() -> None:
    """Print one table for both."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--kb", type=Path, required=True, help="folder of the knowledge base")
    parser.add_argument("--wordings", default="unseen_wordings.toml", help="a file in eval/data")
    given = parser.parse_args()
    kb = KnowledgeBase.open(given.kb, SentenceTransformerEmbedder())
    medicines = medicines_of(kb.store)
    questions = section_questions(medicines, section_kinds(given.wordings))
    cues = measure_section_finding(questions, _ranking(HybridRetriever(kb, adapt=False)), "cues")
    ours = measure_section_finding(questions, _ranking(HybridRetriever(kb)), "adapter")
    sys.stdout.write("| measure | n | cues alone | with the adapter | 95 % interval |\n|---|---|---|---|---|\n")
    for before, after in zip(cues, ours, strict=True):
        interval = f"{after.low:.3f} to {after.high:.3f}" if after.low is not None else ""
        sys.stdout.write(f"| {after.name} | {after.n} | {before.value:.3f} | {after.value:.3f} | {interval} |\n")


def _ranking(retriever: HybridRetriever) -> Callable[[str], Sequence[Passage]]:
    return lambda question: [one.passage for one in retriever.search(Query(text=question)).passages]


if __name__ == "__main__":
    main()
