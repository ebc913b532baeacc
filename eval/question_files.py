"""Files of questions with their known outcome: JSON lines, CSV or YAML, by the ending of the name.

A question has `question` and any of `id`, `kind` ("answer", "abstention", "emergency"), `ingredient` (of the first
citation), `section_codes` (one of them must be the first citation's), `contains` (words that some quote must hold),
`reference` (a model answer, for word overlap) and `topic`. In CSV several codes stand with a space between them, and an
empty cell states nothing.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from chatbot.json_lines import numbered_lines
from eval.benchmark import Item
from knowledge_base.errors import VademecumError

_KINDS: Final = ("answer", "abstention", "emergency")
_FIELDS: Final = ("id", "question", "kind", "ingredient", "section_codes", "contains", "reference", "topic")
_TEXTS: Final = ("kind", "ingredient", "contains", "reference")


def load_items(path: Path) -> list[Item]:
    """The questions of a file in its order.

    Raises:
        VademecumError: the file or a question of it cannot be used; names the line or the entry.
    """
    readers: dict[str, Callable[[Path], Iterable[tuple[str, Any]]]] = {
        ".jsonl": _json_lines,
        ".csv": _csv_rows,
        ".yaml": _yaml_entries,
        ".yml": _yaml_entries,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise VademecumError(f"{path}: not a file of questions; the name must end in {', '.join(readers)}")
    items = [_item(row, where, number) for number, (where, row) in enumerate(reader(path), start=1)]
    if not items:
        raise VademecumError(f"{path}: holds no question")
    return items


def _item(row: Any, where: str, number: int) -> Item:  # noqa: ANN401 - whatever a file holds
    if not isinstance(row, dict) or not isinstance(row.get("question"), str) or not row["question"].strip():
        raise VademecumError(f"{where}: needs a JSON object (or row) with `question`")
    if unknown := [str(name) for name in row if name not in _FIELDS]:
        raise VademecumError(f"{where}: {unknown[0]} is no field of a question; there is: {', '.join(_FIELDS)}")
    gold = {name: row[name] for name in _TEXTS if row.get(name) is not None}
    if bad := [name for name, value in gold.items() if not isinstance(value, str)]:
        raise VademecumError(f"{where}: {bad[0]} must be text")
    if gold.get("kind", _KINDS[0]) not in _KINDS:
        raise VademecumError(f"{where}: kind must be one of {', '.join(_KINDS)}")
    codes = row.get("section_codes") or []
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise VademecumError(f"{where}: section_codes must be a list of codes in quotes")
    return Item(
        id=str(row.get("id") or number),
        question=row["question"],
        gold={**gold, "section_codes": codes},
        topic=str(row.get("topic") or gold.get("kind", "")),
        cluster=gold.get("ingredient", ""),
    )


def _json_lines(path: Path) -> Iterator[tuple[str, Any]]:
    for where, line in numbered_lines(path, str(path)):
        try:
            yield where, json.loads(line)
        except ValueError as error:
            raise VademecumError(f"{where}: needs a JSON object with `question`") from error


def _csv_rows(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="a cell beyond the header")
            for row in reader:
                stated: dict[str, Any] = {name: value for name, value in row.items() if value}
                if "section_codes" in stated:
                    stated["section_codes"] = stated["section_codes"].split()
                yield f"{path} line {reader.line_num}", stated
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise VademecumError(f"{path}: cannot be read as CSV in UTF-8 ({type(error).__name__})") from error


def _yaml_entries(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise VademecumError(f"{path}: cannot be read as YAML in UTF-8 ({type(error).__name__})") from error
    if not isinstance(entries, list):
        raise VademecumError(f"{path}: needs a list of questions")
    for number, entry in enumerate(entries, start=1):
        yield f"{path} entry {number}", entry
