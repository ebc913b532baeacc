"""The model judge of the settings: held against people once, and asked only where that is known."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import anyio

from chatbot.settings import Settings, load_settings
from chatbot.wiring import open_finder, open_judge_model
from eval.agreement import LABELLED, Agreement, JudgeError, keep, measure_agreement, require
from eval.judges import Judge, ModelJudge
from eval.registry import find
from eval.told import shown_progress


class Trust(NamedTuple):
    """The judge with its agreement with people, or why it may not judge."""

    judge: Judge | None
    refusal: str | None
    agreements: tuple[Agreement, ...] = ()


def measure_judge(data: Path, limit: int | None, parallel: int) -> Iterator[str]:
    """Hold the judge against people and keep what comes out; what to print comes in parts.

    Raises:
        VademecumError: there is no judge, a set is missing, or the judge cannot be reached.
    """
    settings = load_settings()
    judge = _open(settings)
    agreements = []
    for name in LABELLED:
        (benchmark,) = find(name)
        benchmark.origin.check(data)
        items = benchmark.load(data, limit)
        with shown_progress() as progress:
            ask = partial(measure_agreement, judge, name, items, parallel=parallel, on_progress=progress)
            agreements.append(anyio.run(ask))
        yield str(agreements[-1])
    keep(_file(settings), judge.name, agreements)


def trusted_judge(settings: Settings) -> Trust:
    """The judge if it may judge."""
    try:
        judge = _open(settings)
        return Trust(judge, None, tuple(require(_file(settings), judge.name)))
    except JudgeError as error:
        return Trust(None, str(error))


def _open(settings: Settings) -> ModelJudge:
    model = open_judge_model(settings)
    # A judge is known by its model's name: at an address alone another model may stand tomorrow.
    if model is None or settings.judge_model is None:
        raise JudgeError("there is no model judge; set VADEMECUM_JUDGE_BASE_URL and VADEMECUM_JUDGE_MODEL")
    return ModelJudge(model, open_finder(settings))


def _file(settings: Settings) -> Path:
    return settings.home / "eval" / "judges.json"
