"""From a model and a machine to the command and environment that start vLLM 0.32: memory, context, silence.

Knows vLLM's options; starts nothing. Whatever options a person adds, the server listens on loopback, asks for its key
and logs no prompt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chatbot.model_server.errors import ModelServerError
from chatbot.model_server.machine import Card, Machine
from chatbot.model_server.model_files import ModelFiles

HOST: Final = "127.0.0.1"
_INSIDE: Final = Path(__file__).parent / "inside"
_GIB: Final = 2**30
_CONTEXT_TOKENS: Final = 8192
"""A prompt of ours with its reply is far below; a longer context only takes memory from the number of people."""
_GPU_SHARE: Final = 0.90
"""Of a card's memory: what is left serves an embedder or a reranker on the same card."""
_GPU_SPARE: Final = _GIB // 2
"""Between the free memory and what is asked for: other programs' use moves."""
_GPU_WORK: Final = 2 * _GIB
"""Beside the weights: activations, CUDA graphs, and a cache for at least one long request."""
_CPU_WORK: Final = 2 * _GIB
"""vLLM's three processes and the activations of a batch of 2,048 tokens."""
_CPU_CACHE: Final = 4 * _GIB
_CPU_CACHE_LEAST: Final = _GIB // 2
_BFLOAT16_FROM: Final = 8.0
"""The compute capability (Ampere) from which a card reckons in bfloat16."""
_FORCED: Final[Mapping[str, str]] = {
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_DO_NOT_TRACK": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # vLLM logs prompts at DEBUG, replies with the second, function calls with the third; the fourth adds routes.
    "VLLM_LOGGING_LEVEL": "INFO",
    "VLLM_DEBUG_LOG_API_SERVER_RESPONSE": "false",
    "VLLM_TRACE_FUNCTION": "0",
    "VLLM_SERVER_DEV_MODE": "0",
    "VLLM_CONFIGURE_LOGGING": "1",
    # Its processes talk to each other over this address.
    "VLLM_HOST_IP": HOST,
    "NO_COLOR": "1",
}
_DEFAULTS: Final[Mapping[str, str]] = {
    "HF_HUB_OFFLINE": "1",
    # AMX, where a virtual machine shows it and forbids it, ends the server (docs/decisions/0005-float32.md).
    "ONEDNN_MAX_CPU_ISA": "AVX512_CORE_FP16",
}
_DROPPED: Final = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "VLLM_LOGGING_CONFIG_PATH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A command and its whole environment, which holds the key; `plan` says in a line what was chosen."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    plan: str


def plan_launch(
    model: ModelFiles,
    machine: Machine,
    *,
    python: Path,
    port: int,
    key: str,
    environment: Mapping[str, str],
    extra: Sequence[str] = (),
) -> Launch:
    """How to start vLLM for this model on this machine.

    Args:
        model: what is known of the model.
        machine: its cards and memory.
        python: the interpreter of vLLM's environment.
        port: where it listens, on loopback.
        key: what requests must show.
        environment: of this process; the settings in it, secrets among them, are not passed on.
        extra: options for vLLM itself; they win over those for memory and context.

    Raises:
        ModelServerError: the model is too big for the memory there is.
    """
    fit = _for_cards(model, machine.cards) if machine.cards else _for_processor(model, machine.free_memory)
    context = str(min(model.context_tokens, _CONTEXT_TOKENS)) if model.context_tokens else "auto"
    command = [str(python), str(_INSIDE / "serve.py"), "--model", model.name, "--served-model-name", model.served_name]
    command += ["--enable-prefix-caching", "--max-model-len", context, *fit.options, *extra]
    # The last one counts: nothing that was added opens the server or makes it talk.
    command += ["--host", HOST, "--port", str(port), "--middleware", "vademecum_door.Door", "--disable-fastapi-docs"]
    command += ["--no-enable-log-requests", "--disable-uvicorn-access-log", "--no-log-error-stack"]
    kept = {
        name: value for name, value in environment.items() if not name.startswith("VADEMECUM_") and name not in _DROPPED
    }
    return Launch(
        command=tuple(command),
        environment={**_DEFAULTS, **kept, **fit.environment, **_FORCED, "VLLM_API_KEY": key},
        plan=f"{fit.plan}, context {context} tokens",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    options: tuple[str, ...]
    environment: Mapping[str, str]
    plan: str


def _for_cards(model: ModelFiles, cards: Sequence[Card]) -> _Fit:
    """The card with most free memory; the fewest cards over which the weights fit where one is too small."""
    emptiest = sorted(cards, key=lambda card: card.free, reverse=True)
    for n in _possible_counts(len(cards), model.n_heads):
        used = emptiest[:n]
        share = min(_GPU_SHARE, *((card.free - _GPU_SPARE) / card.total for card in used))
        room = min(share * card.total for card in used) - _GPU_WORK
        if room >= (model.weights or 0) / n:
            break
    else:
        raise ModelServerError(
            f"{model.served_name} takes about {_gib((model.weights or 0) + _GPU_WORK)}, and "
            f"{'; '.join(f'{card.name} has {_gib(card.free)} free of {_gib(card.total)}' for card in cards)}: "
            "take a smaller or a quantised model, or free the card"
        )
    dtype = "auto" if min(card.compute_capability for card in used) >= _BFLOAT16_FROM else "half"
    # Two digits, rounded down: more than is free ends vLLM at once.
    options = ["--gpu-memory-utilization", f"{int(share * 100) / 100:.2f}", "--dtype", dtype]
    if n > 1:
        options += ["--tensor-parallel-size", str(n)]
    order = {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": ",".join(card.index for card in used)}
    named = " and ".join(card.name for card in used)
    return _Fit(options=tuple(options), environment=order, plan=f"{named}, {share:.0%} of its memory, {dtype}")


def _possible_counts(n_cards: int, n_heads: int | None) -> list[int]:
    """Powers of two over which the attention heads can be shared evenly."""
    return [n for n in (1, 2, 4, 8) if n <= n_cards and (n == 1 or n_heads is None or n_heads % n == 0)]


def _for_processor(model: ModelFiles, free: int) -> _Fit:
    weights = model.float32_weights or model.weights or 0
    cache = min(_CPU_CACHE, (free - weights - _CPU_WORK) // 2)
    if cache < _CPU_CACHE_LEAST:
        needed = weights + _CPU_WORK + 2 * _CPU_CACHE_LEAST
        raise ModelServerError(
            f"{model.served_name} takes about {_gib(needed)} on the processor, and {_gib(free)} of memory is free: "
            "take a smaller model, or a machine with a CUDA card"
        )
    # Compiling for a processor takes minutes and gains little. Why float32: docs/decisions/0005-float32.md.
    options = ("--enforce-eager", "--dtype", "float32", "--kv-cache-memory-bytes", str(cache))
    return _Fit(options=options, environment={}, plan=f"processor, float32, {_gib(cache)} for the cache")


def _gib(n_bytes: float) -> str:
    return f"{n_bytes / _GIB:.1f} GiB"
