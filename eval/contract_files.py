"""`NAME.json` for each benchmark, in the form that `vademecum eval NAME --out DIR` has had from its first day."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.measures import OURS
from eval.running import Loaded
from knowledge_base.manifest import IndexManifest


def write_contract_files(
    results: Mapping[str, Any], loaded: Sequence[Loaded], index: IndexManifest, folder: Path
) -> None:
    """Write them; in that of `questions` the measures stand by name, and each question with its verdicts."""
    run = results["run"]["identity"]
    for one, at in zip(results["benchmarks"], loaded, strict=True):
        value = {
            "index": index.to_json(),
            "index_version": run["index"],
            "model": run["model"],
            "limit": run["limit"],
            "measures": one["measures"],
        }
        if one["name"] == "questions":
            value["measures"] = dict(_by_name(one))
            value["judgements"] = list(_judgements(one, {item.id: item.question for item in at.items}))
        (folder / f"{one['name']}.json").write_text(json.dumps(value, indent=2, ensure_ascii=False), encoding="utf-8")


def _by_name(benchmark: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in benchmark["measures"]:
        if row["system"] == OURS:
            yield row["name"], {name: row[name] for name in ("n", "value", "low", "high")}


def _judgements(benchmark: Mapping[str, Any], asked: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for system in benchmark["systems"]:
        for item in system["items"] if system["system"] == OURS else ():
            verdicts = {name: None if score is None else score == 1 for name, score in item["scores"].items()}
            yield {"question": asked[item["id"]], "verdicts": verdicts, "seconds": item["seconds"]}
