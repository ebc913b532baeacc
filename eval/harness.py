"""Multiple-choice results in the shape of lm-evaluation-harness 0.4: `results_*.json` and `samples_*.jsonl`.

Whatever reads the harness's own files reads these. A sample has the fields of its `SampleResult`: one generated reply,
filter "none", metric "acc". `acc_stderr` is the plain standard error of a share, as there.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from eval.benchmark import Benchmark, Item, Output, judge_safely

_METRIC: Final = "acc"


def is_choice(item: Item) -> bool:
    """Whether an item is a question with options of which one is right."""
    return bool(item.options) and item.gold in item.options


def write_harness(
    benchmark: Benchmark, pairs: Sequence[tuple[Item, Output]], facts: Mapping[str, Any], folder: Path
) -> list[Path]:
    """Write the files of one system.

    Args:
        benchmark: of multiple choice.
        pairs: its items and the outputs of one system.
        facts: what the run depends on.
        folder: gets a folder named by system and model, as the harness has one by model.
    """
    samples = [sample(benchmark, number, *pair) for number, pair in enumerate(pairs) if pair[1].error is None]
    name = _model_name(pairs[0][1].system, facts)
    place = folder / re.sub(r"[\"<>:/|\\?*\[\] ]+", "__", name)
    place.mkdir(parents=True, exist_ok=True)
    # The harness's readers part names at the last underscore and expect a date there.
    date = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%f")
    results, rows = place / f"results_{date}.json", place / f"samples_{benchmark.name}_{date}.jsonl"
    total = results_of(benchmark, samples, n_original=len(pairs), name=name, facts=facts)
    results.write_text(json.dumps(total, indent=2, ensure_ascii=False), encoding="utf-8")
    rows.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in samples), encoding="utf-8")
    return [results, rows]


def sample(benchmark: Benchmark, number: int, item: Item, output: Output) -> dict[str, Any]:
    """One row of the samples."""
    doc = {"id": item.id, "question": item.question, "options": dict(item.options), "answer": item.gold}
    prompt = "\n".join([item.question, *(f"{letter}. {text}" for letter, text in item.options.items())])
    reply = output.answer if isinstance(output.answer, str) else json.dumps(output.answer, ensure_ascii=False)
    return {
        "doc_id": number,
        "doc": doc,
        "target": str(item.gold),
        "arguments": {"gen_args_0": {"arg_0": prompt, "arg_1": {}}},
        "resps": [[reply]],
        "filtered_resps": [reply],
        "filter": "none",
        "metrics": [_METRIC],
        "doc_hash": _hash(json.dumps(doc, indent=2, ensure_ascii=False)),
        "prompt_hash": _hash(prompt),
        "target_hash": _hash(str(item.gold)),
        _METRIC: judge_safely(benchmark, item, output)[benchmark.main],
    }


def results_of(
    benchmark: Benchmark, samples: Sequence[Mapping[str, Any]], *, n_original: int, name: str, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The aggregated results."""
    task, n = benchmark.name, len(samples)
    share = sum(one[_METRIC] for one in samples) / n if n else None
    error = math.sqrt(share * (1 - share) / (n - 1)) if share is not None and n > 1 else None
    hashes = "".join(one["doc_hash"] + one["prompt_hash"] + one["target_hash"] for one in samples)
    return {
        "results": {
            task: {
                "name": task,
                "alias": benchmark.title,
                "sample_len": n,
                f"{_METRIC},none": share,
                f"{_METRIC}_stderr,none": "N/A" if error is None else error,
            }
        },
        "group_subtasks": {task: []},
        "configs": {task: {"task": task, "output_type": "generate_until", "num_fewshot": 0}},
        "versions": {task: None},
        "n-shot": {task: 0},
        "higher_is_better": {task: {_METRIC: True}},
        "n-samples": {task: {"original": n_original, "effective": n}},
        "config": {
            "model": "vademecum",
            "model_args": {"index": facts["identity"]["index"], "model": facts["identity"]["model"]},
            "batch_size": None,
            "limit": facts["identity"]["limit"],
            "random_seed": facts["seed"],
        },
        "git_hash": facts["identity"]["program"],
        "date": datetime.now(UTC).timestamp(),
        "model_source": "vademecum",
        "model_name": name,
        "model_name_sanitized": re.sub(r"[\"<>:/|\\?*\[\] ]+", "__", name),
        "task_hashes": {task: _hash(hashes)},
    }


def _model_name(system: str, facts: Mapping[str, Any]) -> str:
    return f"{system} {facts['identity']['model']}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
