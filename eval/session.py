"""One run from the command to its reports: open the parts, load, ask what is pending, judge, write."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import anyio

from chatbot.models.types import ChatModelError
from chatbot.settings import Settings, load_settings
from chatbot.wiring import load_reranker, open_chat_model, open_finder, open_kb
from eval.benchmark import Benchmark
from eval.bootstrap import SEED
from eval.contract_files import write_contract_files
from eval.estimate import Prices, estimate
from eval.fingerprint import identity, surroundings
from eval.judging import trusted_judge
from eval.markdown import one_table, run_facts
from eval.registry import find
from eval.reports import write_reports
from eval.results import collect
from eval.running import Loaded, ask_all, load_all, questions, take_known
from eval.runs import OutputCache, Run
from eval.systems import Parts, open_systems
from eval.told import shown_progress
from knowledge_base.errors import VademecumError

_PARALLEL_WITH_MODEL: Final = 8
"""Requests at once: a server like vLLM answers many as fast as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the person asked for on the command line."""

    names: tuple[str, ...]
    data: Path | None = None
    kb_path: Path | None = None
    out: Path | None = None
    limit: int | None = None
    parallel: int | None = None
    prices: Prices | None = None
    use_cache: bool = True


def carry_out(order: Order) -> Iterator[str]:
    """Run it; what to print comes in parts.

    Raises:
        VademecumError: a name, a file or a folder cannot be used.
    """
    benchmarks = list({one.name: one for name in order.names for one in find(name)}.values())
    data = _data_folder(order, benchmarks)
    settings = _with_model_name(load_settings())
    parts = _parts(settings, order, data)
    trust = trusted_judge(settings)
    parts = replace(parts, judge=trust.judge)
    loaded = load_all(benchmarks, data, order.limit, no_judge=trust.refusal)
    if all(one.missing is not None for one in loaded):
        raise VademecumError(f"eval {' '.join(order.names)}: {loaded[0].missing}")
    facts = identity(parts, settings, {one.name: one for one in benchmarks}, order.limit)
    folder = order.out or settings.home / "eval" / "runs" / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{'-'.join(order.names)}"
    more = {"seed": SEED, "started_at": datetime.now(UTC).isoformat(timespec="seconds"), **surroundings()}
    more["judge_agreement"] = [str(one) for one in trust.agreements]
    with Run.open(folder, facts, more) as run:
        _ask(run, order, loaded, parts, settings)
        results = collect(run.facts, loaded, run.known.values(), data)
    write_reports(results, folder)
    write_contract_files(results, loaded, parts.knowledge_base.manifest, folder)
    yield "\n".join(run_facts(results))
    for one in results["benchmarks"]:
        yield f"\n{one['title']} ({one['name']})\n\n{one_table(one)}"
    sys.stderr.write(f"written: {folder} (report.html, results.md, results.json, results.csv)\n")


def _ask(run: Run, order: Order, loaded: Sequence[Loaded], parts: Parts, settings: Settings) -> None:
    names = dict.fromkeys(name for one in loaded for name in one.benchmark.systems)
    systems = open_systems(parts, tuple(names))
    cache = OutputCache(settings.home / "eval" / "outputs.sqlite") if order.use_cache else None
    asked = questions(loaded, systems, run)
    pending = take_known(asked, run, cache)
    has_model = parts.chat_model is not None
    parallel = order.parallel or (_PARALLEL_WITH_MODEL if has_model else os.cpu_count() or 1)
    known = [stored for stored in run.known.values() if stored.output.error is None]
    sys.stderr.write(f"{len(asked) - len(pending)} of {len(asked)} outputs at hand; ")
    sys.stderr.write(f"{estimate(pending, known, parallel=parallel, prices=order.prices)}\n")
    try:
        with shown_progress() as progress:
            anyio.run(lambda: ask_all(pending, run, cache, parallel=parallel, on_progress=progress))
    except KeyboardInterrupt:
        sys.stderr.write(f"the same command with --out {run.folder} goes on\n")
        raise


def _parts(settings: Settings, order: Order, data: Path) -> Parts:
    return Parts(
        knowledge_base=open_kb(settings, order.kb_path),
        data=data,
        cache=settings.home / "eval",
        finder=open_finder(settings),
        chat_model=open_chat_model(settings),
        country=settings.country,
        reranker=load_reranker(settings),
        helplines=settings.helplines,
    )


def _with_model_name(settings: Settings) -> Settings:
    """The settings with the name of the model that the server offers: outputs are kept by it.

    Raises:
        ChatModelError: the server cannot be reached.
    """
    model = open_chat_model(settings)
    if model is None or settings.llm_model is not None:
        return settings
    names = anyio.run(model.check)
    if not names:
        raise ChatModelError(f"the server at {settings.llm_base_url} offers no model; set VADEMECUM_LLM_MODEL")
    return settings.model_copy(update={"llm_model": names[0]})


def _data_folder(order: Order, benchmarks: Sequence[Benchmark]) -> Path:
    """What `--data` names; only the project's own questions need nothing.

    Raises:
        VademecumError: it is missing, or is a file where a folder is needed.
    """
    alone = [one.name for one in benchmarks] == ["questions"]
    if order.data is None:
        if alone:
            return Path(__file__).parent / "data"
        raise VademecumError(f"eval {' '.join(order.names)}: needs the folder of benchmarks; name it with --data")
    if not order.data.exists():
        raise VademecumError(f"--data {order.data}: there is no such file or folder")
    if alone and order.data.is_dir():
        raise VademecumError(
            f"--data {order.data}: is a folder; name your file of questions, or leave --data out for the project's own"
        )
    if not alone and not order.data.is_dir():
        raise VademecumError(f"eval {' '.join(order.names)}: {order.data} is no folder; name the folder of benchmarks")
    return order.data
