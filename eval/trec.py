"""Rankings of a run as TREC files: a run file for each system and the qrels, as trec_eval and ir-measures read them.

Lines `topic Q0 document rank score tag` and `topic 0 document grade`. The formats part fields by spaces, so what is a
space in an id is written `_`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from eval.benchmark import Item, Output
from knowledge_base.errors import VademecumError


def is_ranking(item: Item, output: Output) -> bool:
    """Whether an item has graded ids and its output ranked ones."""
    grades, ranked = item.gold, output.answer
    return (
        isinstance(grades, Mapping)
        and bool(grades)
        and all(isinstance(grade, int) for grade in grades.values())
        and isinstance(ranked, Sequence)
        and not isinstance(ranked, str)
        and all(isinstance(one, str) for one in ranked)
    )


def write_trec(benchmark: str, pairs: Sequence[tuple[Item, Output]], folder: Path) -> list[Path]:
    """Write the qrels and a run for each system.

    Raises:
        VademecumError: two ids become the same.
    """
    by_system: dict[str, list[tuple[Item, Output]]] = {}
    for item, output in pairs:
        by_system.setdefault(output.system, []).append((item, output))
    folder.mkdir(parents=True, exist_ok=True)
    items = {item.id: item for item, _ in pairs}
    written = [_write(folder / f"{benchmark}.qrels", qrels(items.values()))]
    for system, some in by_system.items():
        written.append(_write(folder / f"{benchmark}.{_id(system)}.run", run_lines(some)))
    return written


def qrels(items: Iterable[Item]) -> Iterator[str]:
    """The judgements, a line each."""
    for item in items:
        _check(item.gold)
        for document, grade in item.gold.items():
            yield f"{_id(item.id)} 0 {_id(document)} {grade}"


def run_lines(pairs: Iterable[tuple[Item, Output]]) -> Iterator[str]:
    """The ranked documents, a line each; scores fall by one, as tools sort by score and not by rank."""
    for item, output in pairs:
        n = len(output.answer)
        for rank, document in enumerate(output.answer, start=1):
            yield f"{_id(item.id)} Q0 {_id(document)} {rank} {n - rank + 1} {_id(output.system)}"


def _check(grades: Mapping[str, int]) -> None:
    if len({_id(one) for one in grades}) != len(grades):
        raise VademecumError("two documents would have the same id in TREC files, where a space is written _")


def _id(text: str) -> str:
    return "_".join(text.split()) or "_"


def _write(path: Path, lines: Iterable[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
