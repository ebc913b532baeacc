"""How long the evaluation takes for many questions through the program without a model.

    python -m benchmarks.evaluate --kb DIR [--n 1000] [--parallel 2]

The questions are made from the sections of the knowledge base (`eval/section_finding.py`), under a seed.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import anyio

from benchmarks.machine import describe_machine
from chatbot.settings import load_settings
from chatbot.wiring import open_finder, open_kb
from eval.benchmark import Item
from eval.running import Question, ask_all
from eval.runs import Run, read_outputs
from eval.section_finding import medicines_of, section_kinds, section_questions
from eval.synthetic import Synthetic
from eval.systems import Parts, open_systems


def main() -> None:
    """Ask them and print the time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kb", type=Path, required=True)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--parallel", type=int, default=2)
    arguments = parser.parse_args()
    settings = load_settings()
    kb = open_kb(settings, arguments.kb)
    made = section_questions(medicines_of(kb.store), section_kinds())[: arguments.n]
    items = [
        Item(id=str(number), question=one.text, gold={"kind": "answer", "section_codes": sorted(one.codes)})
        for number, one in enumerate(made)
    ]
    benchmark = Synthetic(items)
    with tempfile.TemporaryDirectory() as folder, Run.open(Path(folder), {"benchmarks": {}}, {}) as run:
        parts = Parts(knowledge_base=kb, data=Path(folder), cache=Path(folder), finder=open_finder(settings))
        (system,) = open_systems(parts, ("vademecum",)).values()
        asked = [Question(benchmark=benchmark, item=one, system=system, key=one.id) for one in items]
        start = time.perf_counter()
        anyio.run(lambda: ask_all(asked, run, None, parallel=arguments.parallel, on_progress=lambda *_: None))
        seconds = time.perf_counter() - start
        answered = sum(one.output.answer["kind"] == "answer" for one in read_outputs(run.folder))
    print(f"{describe_machine()}; {kb.manifest.n_passages} passages")
    print(f"{len(items)} questions in {seconds:.0f} s ({arguments.parallel} at once), {answered} answered")


if __name__ == "__main__":
    main()
