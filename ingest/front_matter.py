"""The YAML between two lines of `---` at the top of a Markdown file: what the text is about.

Fields: `title`, `kind` (label, guideline, patient or other), `set_id`, `version`, `effective_date`
(YYYY-MM-DD), `issuer`, and the lists `ingredients`, `salts`, `brands`, `synonyms`, `classes`. Others
(`sources`) are for the people who keep the file. Read as a tree of strings, never as objects, so that
every complaint can name its line and nothing in it can grow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final, get_args

import yaml

from knowledge_base.errors import IngestError
from knowledge_base.types import Kind

LISTS: Final = ("ingredients", "salts", "brands", "synonyms", "classes")
_TEXTS: Final = ("title", "kind", "set_id", "version", "effective_date", "issuer")
_BLOCK = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_OPENED = re.compile(r"\A---[ \t]*\n[A-Za-z_]\w*[ \t]*:")
_TOO_DEEP = re.compile(r"(?:[\[{]\s*|-\s+|\?\s+){20}")
_MAX_CHARS: Final = 20_000
_NULL: Final = "tag:yaml.org,2002:null"
_FIRST_LINE: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The fields as strings; `body` is where the text after it begins."""

    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    kind: Kind = "other"
    body: int = 0


def read_front_matter(text: str) -> FrontMatter:
    """The front matter of a text, empty if it has none.

    Raises:
        IngestError: it is not closed, not YAML, or a field is not what it should be; names the line.
    """
    match = _BLOCK.match(text)
    if match is None:
        if _OPENED.match(text):
            raise IngestError("front matter that begins in line 1 is not closed: a line of --- is missing")
        return FrontMatter()
    texts: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}
    for key, value in _fields(match[1]).items():
        where = f"front matter line {value.start_mark.line + _FIRST_LINE}: {key}"
        if value.tag == _NULL:
            continue
        if key in LISTS:
            lists[key] = _list(value, where)
        elif key in _TEXTS:
            if not isinstance(value, yaml.ScalarNode):
                raise IngestError(f"{where} must be one value")
            texts[key] = value.value.strip()
            _check(key, texts[key], where)
    kinds: tuple[Kind, ...] = get_args(Kind)
    kind = next((kind for kind in kinds if kind == texts.get("kind")), None)
    return FrontMatter(texts=texts, lists=lists, kind=kind or "other", body=match.end())


def _fields(raw: str) -> dict[str, yaml.Node]:
    if len(raw) > _MAX_CHARS:
        raise IngestError(f"front matter is longer than {_MAX_CHARS} characters")
    if _TOO_DEEP.search(raw):
        raise IngestError("front matter is nested too deep")
    try:
        root = yaml.compose(raw, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + _FIRST_LINE}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "unreadable"
        raise IngestError(f"front matter is not YAML{where}: {problem}") from error
    except RecursionError as error:
        raise IngestError("front matter is nested too deep") from error
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise IngestError("front matter must be a list of `name: value` lines")
    found: dict[str, yaml.Node] = {}
    for key, value in root.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if name in found:
            raise IngestError(f"front matter line {key.start_mark.line + _FIRST_LINE}: {name} is given twice")
        found[name] = value
    return found


def _list(value: yaml.Node, where: str) -> tuple[str, ...]:
    if not isinstance(value, yaml.SequenceNode):
        raise IngestError(f"{where} must be a list, like [ibuprofen]")
    if not all(isinstance(item, yaml.ScalarNode) for item in value.value):
        raise IngestError(f"{where} must be a list of names")
    names = (" ".join(item.value.split()) for item in value.value if item.tag != _NULL)
    return tuple(dict.fromkeys(name for name in names if name))


def _check(key: str, value: str, where: str) -> None:
    if key == "kind" and value not in get_args(Kind):
        raise IngestError(f"{where} must be one of {', '.join(get_args(Kind))}, not {value[:40]}")
    if key == "effective_date":
        try:
            valid = date.fromisoformat(value).isoformat() == value
        except ValueError:
            valid = False
        if not valid:
            raise IngestError(f"{where} must be YYYY-MM-DD, not {value[:40]}")
