"""The cystic fibrosis collection: 1,239 Medline records to be searched, each query judged by four people.

Shaw, Wood, Wood and Tibbo, Library and Information Science Research 13, 1991. Gain is the sum of the four judgements
(0 to 2 each); a record that any of them found relevant counts for MAP and P@10. All systems rank the same records:
title as heading, abstract and subjects as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eval.benchmark import RANKING, Benchmark, Item, Origin, Output, Published, System
from eval.benchmarks.published import read_xml, squeezed
from eval.benchmarks.ranked import judge_ranking, rank_ids
from knowledge_base.errors import VademecumError
from knowledge_base.text_ranker import FreeText

if TYPE_CHECKING:
    from lxml import etree

_FOLDER: Final = Path("cystic_fibrosis")
_QUERIES: Final = _FOLDER / "cfquery.xml"
_RECORDS: Final = {
    "cf74.xml.gz": "83f98440201fb013675c7a6b34a566511a786e177bbd706ed078fa65392db2a4",
    "cf75.xml.gz": "de7660c72efdf22497737a934ed1a762639e1ae5c5ffed50be062a99101f47c8",
    "cf76.xml.gz": "0b0e3e29634fed47bd5ebb9120d326467e840aa1eb3d1bb4ea8a8508b1fbd850",
    "cf77.xml.gz": "dc1c2c3c89eaa90aa8064ac06ce019a00e8d4e066b283bebb544306b57cfdee4",
    "cf78.xml.gz": "112788c39bfff91fe0f700a02b02fa9bef4a70e61e83889017d4e425d3070786",
    "cf79.xml.gz": "2e831baa97ede4bbe2c92cc97c46acea7d3a3014139e7d3c32fd63f4c02db3cd",
}


class CysticFibrosis(Benchmark):
    """Queries over their own pool of records."""

    name = "cystic-fibrosis"
    title = "Cystic fibrosis collection"
    origin = Origin(
        address="https://github.com/junluo1/invertedIndex",
        licence="none stated",
        paper="Shaw, Wood, Wood and Tibbo, The Cystic Fibrosis Database, Libr. Inf. Sci. Res. 13, 1991",
        files={
            str(_QUERIES): "11ad16008ea94c35937ebe150ec27fdfa30c6ce89a137cc7266a1b59fb8a1b57",
            **{str(_FOLDER / name): digest for name, digest in _RECORDS.items()},
        },
    )
    layers = ("retrieval",)
    systems = RANKING
    main = "nDCG@10"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The queries in the order of the file.

        Raises:
            MissingDataError: a file is not there.
            VademecumError: a file is not as published.
        """
        records(folder)
        return [_item(query) for query in read_xml(folder / _QUERIES).iter("QUERY")][:limit]

    async def ask(self, item: Item, system: System) -> Output:
        """The records in ranked order."""
        return await rank_ids(item, system, item.question, records(system.data))

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """nDCG@10, MRR, MAP@100, P@10 and recall@10."""
        return judge_ranking(output.answer, item.gold)

    def published(self, folder: Path) -> Sequence[Published]:
        """BM25 over the same records by whoever collected the data."""
        source = "plain BM25 (k1 1.2, b 0.75) by the collector of the data"
        figures = {"nDCG@10": 0.411, "MRR": 0.777, "P@10": 0.453, "MAP@100": 0.236}
        return [
            Published(system="BM25 elsewhere", measure=name, value=value, source=source)
            for name, value in figures.items()
        ]


@lru_cache(maxsize=1)
def records(folder: Path) -> Mapping[str, FreeText]:
    """The records by number.

    Raises:
        MissingDataError: a file is not there.
        VademecumError: a file is no XML.
    """
    return {
        str(int(record.findtext("RECORDNUM") or "0")): _text(record)
        for name in _RECORDS
        for record in read_xml(folder / _FOLDER / name).iter("RECORD")
    }


def _text(record: etree._Element) -> FreeText:
    subjects = " ".join((topic.text or "").replace("-", " ") for topic in record.iter("TOPIC"))
    body = record.findtext("ABSTRACT") or record.findtext("EXTRACT") or ""
    return FreeText(squeezed(record.findtext("TITLE")), squeezed(f"{body} {subjects}"))


def _item(query: etree._Element) -> Item:
    number = squeezed(query.findtext("QueryNumber"))
    try:
        gold = {
            str(int(one.text or "")): sum(int(grade) for grade in one.attrib["score"]) for one in query.iter("Item")
        }
    except (KeyError, ValueError) as error:
        raise VademecumError(f"{_QUERIES}, query {number}: not as published ({error}); get it again") from error
    return Item(id=number, question=squeezed(query.findtext("QueryText")), gold=gold)
