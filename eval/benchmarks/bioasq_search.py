"""BioASQ task b, phase A: finding the snippets and PubMed documents that answer, over a pool of all snippets of 11b.

The challenge searches all of PubMed; here the pool is the snippets of the eleventh edition alone, so the figures are
higher than any of the challenge and compare only with each other. A document ranks where its first snippet does. MAP as
in the challenge since its eighth edition: divided by at most ten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from eval.benchmark import RANKING, Benchmark, Item, Origin, Output, System
from eval.benchmarks.bioasq import FILES, BioAsq
from eval.benchmarks.published import each, read_json, squeezed
from eval.benchmarks.ranked import DEPTH, KEPT, average_precision, judge_ranking
from knowledge_base.text_ranker import FreeText

_EDITION: Final = "11b"


class _Pool(NamedTuple):
    """Distinct snippets, their documents in the same order, and the snippets and documents of each question."""

    texts: tuple[FreeText, ...]
    documents: tuple[str, ...]
    questions: Mapping[str, tuple[str, frozenset[str], frozenset[str]]]


class BioAsqSearch(Benchmark):
    """Questions over the pool of snippets."""

    name = "bioasq-search"
    title = "BioASQ 11b, documents and snippets of its own pool"
    origin = Origin(
        address=BioAsq.origin.address,
        licence=BioAsq.origin.licence,
        paper=BioAsq.origin.paper,
        files={f"bioasq/{_EDITION}_golden.json.gz": FILES[_EDITION]},
    )
    layers = ("retrieval",)
    systems = RANKING
    main = "documents MAP@10"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The questions in the order of the file.

        Raises:
            MissingDataError: the file is not there.
            VademecumError: it is not as published.
        """
        return [
            Item(
                id=question_id,
                question=question,
                gold={"snippets": sorted(snippets), "documents": sorted(documents)},
            )
            for question_id, (question, snippets, documents) in _pool(folder).questions.items()
        ][:limit]

    async def ask(self, item: Item, system: System) -> Output:
        """Snippets and documents in ranked order."""
        pool = _pool(system.data)
        places = await system.rank_texts(item.question, pool.texts)
        answer = {
            "snippets": [str(place) for place in places[:KEPT]],
            "documents": list(dict.fromkeys(pool.documents[place] for place in places[:KEPT])),
        }
        return Output(item=item.id, system=system.name, answer=answer)

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """MAP@10, MRR, nDCG@10 and recall@10 of documents and of snippets."""
        found = {}
        for kind in ("documents", "snippets"):
            wanted = frozenset(item.gold[kind])
            ranking = output.answer[kind]
            scores = judge_ranking(ranking, dict.fromkeys(wanted, 1))
            found[f"{kind} MAP@10"] = average_precision(ranking[:DEPTH], wanted, DEPTH)
            found |= {f"{kind} {name}": scores[name] for name in ("nDCG@10", "MRR", "recall@10")}
        return found


@lru_cache(maxsize=1)
def _pool(folder: Path) -> _Pool:
    path = folder / "bioasq" / f"{_EDITION}_golden.json.gz"
    places: dict[str, int] = {}
    documents: list[str] = []

    def read(row: Mapping[str, Any]) -> tuple[str, tuple[str, frozenset[str], frozenset[str]]]:
        held = set()
        for snippet in row["snippets"]:
            text = squeezed(snippet["text"])
            if text not in places:
                places[text] = len(places)
                documents.append(str(snippet["document"]).rsplit("/", maxsplit=1)[-1])
            held.add(places[text])
        wanted = frozenset(documents[place] for place in held)
        return str(row["id"]), (str(row["body"]), frozenset(map(str, held)), wanted)

    content = read_json(path)
    questions = dict(each(path, content["questions"] if isinstance(content, dict) else content, read))
    return _Pool(tuple(FreeText("", text) for text in places), tuple(documents), questions)
