"""What this project adds to a model server's time and takes from its throughput, with the prompts it really sends.

A vLLM server is started as `vademecum model start` does it. Questions about the medicines of a knowledge base go
through the answerer until the model would be asked: those prompts, and the time from the end of retrieval until then,
are what is measured with. Each prompt is then sent through this project's client and plainly over HTTP, the two by
turns, so that whatever else the machine does meets both. Each request is marked, so that only the instructions and
what vLLM shares by itself are found in its prefix cache.

Without `--model` the model is a small one of random weights; `--shape 8b` measures the size and shape of Llama 3 8B
with weights that are made up while it is loaded.

    python -m benchmarks.generate [--kb DIR] [--model NAME | --shape tiny|8b] [--users N ...] [--rounds N] [-- OPTIONS]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from itertools import count, cycle, islice
from pathlib import Path
from statistics import median

import anyio

from benchmarks.asking import Load, Metrics, Send, load, plainly, through_client
from benchmarks.machine import describe_machine
from benchmarks.tiny_model import SHAPES, build_tiny_model
from chatbot.model_server.machine import find_machine
from chatbot.model_server.record import Record, ServerFolder
from chatbot.models.types import ChatModelError, Message
from chatbot.opened import OpenedAnswerer
from chatbot.settings import load_settings
from chatbot.stages import Progress
from chatbot.wiring import open_chat_model, open_kb

_QUESTIONS = (
    "What are the common side effects of {}?",
    "How much {} may an adult take in a day?",
    "Who should not take {}?",
    "Which medicines interact with {}?",
    "Can I take {} while pregnant?",
    "What should I do if I miss a dose of {}?",
)
_N_PROMPTS = 24
_PORT = 8765


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The messages for one question; seconds from the end of retrieval until then, and those of the processor."""

    messages: Sequence[Message]
    seconds: float
    own_seconds: float


class Listener:
    """Stands where the model does, takes down what it is asked and when, and fails."""

    name = "listener"

    def __init__(self) -> None:
        self.asked: list[tuple[float, float, Sequence[Message]]] = []

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncIterator[str]:
        """Take down; never a piece."""
        self.asked.append((time.perf_counter(), time.process_time(), messages))
        if max_tokens > 0:
            raise ChatModelError("the listener writes nothing")
        yield ""


def main() -> None:
    """Measure and print Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kb", type=Path, help="a knowledge base; default: the one of the settings, or the starter's")
    parser.add_argument("--model", help="a model's folder or name, as `vademecum model start` takes it")
    parser.add_argument("--shape", choices=sorted(SHAPES), default="tiny")
    parser.add_argument("--users", type=int, nargs="*", default=[1, 16, 32, 64])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--max-tokens", type=int, default=64, help="tokens of each reply")
    parser.add_argument("options", nargs="*", help="options of vLLM itself, after --")
    arguments = parser.parse_args()
    answerer = OpenedAnswerer(open_kb(load_settings(), arguments.kb), listener := Listener(), country="US")
    answerer.warm_up()
    prepared = anyio.run(_prepare, answerer, listener)
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder), arguments) as record:
        cards = ", ".join(card.name for card in find_machine().cards)
        machine = f"{cards}; {describe_machine()}" if cards else describe_machine()
        print(f"{machine}; load {os.getloadavg()[0]:.1f}; model {record.model}; {len(prepared)} prompts")
        anyio.run(_measure, record, Path(folder), prepared, arguments)


async def _prepare(answerer: OpenedAnswerer, listener: Listener) -> list[Prepared]:
    names = sorted({one for info in answerer.knowledge_base.store.documents() for one in info.ingredients})
    questions = (template.format(name) for name, template in zip(cycle(names), cycle(_QUESTIONS), strict=False))
    prepared: list[Prepared] = []
    for question in islice(questions, 10 * _N_PROMPTS):
        listener.asked.clear()
        retrieved: list[tuple[float, float]] = []

        def hear(progress: Progress, retrieved: list[tuple[float, float]] = retrieved) -> None:
            if progress == Progress("stage", "answer"):
                retrieved.append((time.perf_counter(), time.process_time()))

        await answerer.answer(question, on_progress=hear)
        if listener.asked and retrieved:
            (at, own_at, messages), (since, own_since) = listener.asked[-1], retrieved[-1]
            prepared.append(Prepared(messages=messages, seconds=at - since, own_seconds=own_at - own_since))
        if len(prepared) == _N_PROMPTS:
            break
    return prepared


@contextmanager
def _server(folder: Path, arguments: argparse.Namespace) -> Iterator[Record]:
    model, options = arguments.model, list(arguments.options)
    if model is None:
        starter = Path(str(files("knowledge_base") / "data" / "starter" / "monographs"))
        lines = (line for file in sorted(starter.glob("*.md")) for line in file.read_text("utf-8").splitlines())
        model = str(build_tiny_model(folder / arguments.shape, shape=SHAPES[arguments.shape], sentences=lines))
        options += [] if SHAPES[arguments.shape].has_weights else ["--load-format", "dummy"]
    command = [sys.executable, "-m", "chatbot.cli", "model"]
    environment = os.environ | {"VADEMECUM_HOME": str(folder)}
    start = [*command, "start", "--model", model, "--port", str(_PORT), "--", *options]
    subprocess.run(start, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        record = ServerFolder(folder / "model-server").running()
        assert record is not None
        yield record
    finally:
        subprocess.run([*command, "stop"], env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


async def _measure(record: Record, home: Path, prepared: Sequence[Prepared], arguments: argparse.Namespace) -> None:
    settings = load_settings().model_copy(update={"home": home, "llm_base_url": None})
    model = open_chat_model(settings)
    assert model is not None
    metrics, marks = Metrics(record), count()
    prompts = cycle(one.messages for one in prepared)
    async with plainly(record, arguments.max_tokens) as plain:
        ways: dict[str, Send] = {"ours": through_client(model, arguments.max_tokens), "plain": plain}
        for send in ways.values():
            await load(send, [_marked(next(prompts), next(marks))], metrics)
        print("| users | way | first token ms, median | p95 | tokens/s | prefix cache hits | own CPU ms a reply |")
        print("|---|---|---|---|---|---|---|")
        loads: dict[tuple[int, str], list[Load]] = {}
        for users in arguments.users:
            for number in range(arguments.rounds):
                chosen = list(islice(prompts, users))
                # Who is first in a round is last in the next.
                for way in sorted(ways, reverse=number % 2 == 1):
                    wave = [_marked(messages, next(marks)) for messages in chosen]
                    loads.setdefault((users, way), []).append(await load(ways[way], wave, metrics))
            for way in ways:
                print(_row(users, way, loads[users, way]))
    _print_shares(prepared, loads, arguments.users)


def _marked(messages: Sequence[Message], mark: int) -> list[Message]:
    """The same prompt, with a number before the evidence, which no earlier one had."""
    *first, last = messages
    return [*first, Message(role=last.role, content=f"({mark:06d})\n{last.content}")]


def _row(users: int, way: str, loads: Sequence[Load]) -> str:
    firsts = sorted(1000 * second for one in loads for second in one.first_seconds)
    rate = median(one.n_tokens / one.seconds for one in loads)
    hits = sum(one.n_cached for one in loads) / max(1.0, sum(one.n_prompt for one in loads))
    p95 = firsts[min(len(firsts) - 1, int(0.95 * len(firsts)))]
    own = median(1000 * one.own_seconds / users for one in loads)
    return f"| {users} | {way} | {median(firsts):.0f} | {p95:.0f} | {rate:.0f} | {hits:.0%} | {own:.0f} |"


def _print_shares(prepared: Sequence[Prepared], loads: dict[tuple[int, str], list[Load]], users: Sequence[int]) -> None:
    print()
    for n in users:
        ours, plain = loads[n, "ours"], loads[n, "plain"]
        # The median of the rounds' ratios: the two of a round ran next to each other.
        ratio = median((a.n_tokens / a.seconds) / (b.n_tokens / b.seconds) for a, b in zip(ours, plain, strict=True))
        print(f"{n} users: throughput {ratio:.1%} of plain requests (median of {len(ours)} rounds)")
    own = sorted(1000 * one.seconds for one in prepared)
    of_processor = median(1000 * one.own_seconds for one in prepared)
    print(
        f"from the end of retrieval to the request: median {median(own):.1f} ms, most {own[-1]:.1f} ms; "
        f"of the processor's time, median {of_processor:.1f} ms"
    )
    if 1 in users:
        pairs = zip(loads[1, "ours"], loads[1, "plain"], strict=True)
        client = median(1000 * (a.first_seconds[0] - b.first_seconds[0]) for a, b in pairs)
        print(f"client beyond a plain request, first token: {client:.1f} ms; in all {median(own) + client:.1f} ms")


if __name__ == "__main__":
    main()
