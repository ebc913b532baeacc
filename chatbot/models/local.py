"""A small language model in this process, with Hugging Face transformers: no server, one reply at a time.

Weights are read from safetensors and code that comes with a model is never run. On a processor they are float32 (see
docs/decisions/0005). The tokens are made in a thread of their own, which a closed reply ends at its next token.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Final

from anyio.to_thread import run_sync

from chatbot.models.pace import Limits, paced
from chatbot.models.types import ChatModelError, Message, PromptSize, RequestRefusedError

_LOAD_ERRORS: Final = (OSError, ValueError, KeyError, RuntimeError, ImportError)
"""What transformers meets where a folder holds no model, half of one, or one of a kind it does not know."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A network with its tokenizer."""

    network: Any
    tokenizer: Any

    @property
    def max_tokens(self) -> int | None:
        """How many tokens a prompt and its reply may have together; None where the model does not say."""
        length = getattr(self.network.config, "max_position_embeddings", None)
        return length if isinstance(length, int) else None

    def prompt(self, messages: Sequence[Message]) -> Any:  # noqa: ANN401 - a tensor, and torch is not imported here
        """The messages as token ids, (1, n)."""
        if self.tokenizer.chat_template is not None:
            turns = [{"role": message.role, "content": message.content} for message in messages]
            given = self.tokenizer.apply_chat_template(
                turns, add_generation_prompt=True, return_tensors="pt", return_dict=True
            )
        else:
            text = "\n\n".join(message.content for message in messages)
            given = self.tokenizer(f"{text}\n\n", return_tensors="pt")
        return given["input_ids"].to(self.network.device)


class LocalChatModel:
    """A model by name or folder; its weights load with the first reply."""

    def __init__(self, model: str, limits: Limits | None = None) -> None:
        self._model = model
        self._limits = limits or Limits()
        self._loaded: _Loaded | None = None
        self._lock = threading.Lock()
        """Held while the weights load and while a reply is written."""

    @property
    def name(self) -> str:
        """The last part of the model's name or folder."""
        return self._model.rstrip("/").rsplit("/", 1)[-1]

    def for_session(self, session: str) -> LocalChatModel:
        """The model itself: it remembers nothing from one reply to the next."""
        return self

    async def prompt_size(self, messages: Sequence[Message]) -> PromptSize | None:
        """The prompt's tokens, counted; None where the model does not say how many it reads.

        Raises:
            ChatModelError: the model cannot be loaded.
        """
        loaded = await run_sync(self._load)
        if loaded.max_tokens is None:
            return None
        return PromptSize((await run_sync(loaded.prompt, messages)).shape[1], loaded.max_tokens)

    async def check(self) -> tuple[str, ...]:
        """The model's name, once it has been loaded.

        Raises:
            ChatModelError: it cannot be loaded.
        """
        await run_sync(self._load)
        return (self.name,)

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[str, None]:
        """The likeliest reply in pieces; closing the generator ends the thread that writes it.

        Raises:
            ChatModelError: the model cannot be loaded, is too slow, or says nothing.
        """
        loaded = await run_sync(self._load)
        pieces = self._write(loaded, messages, max_tokens)
        async with aclosing(paced(pieces, self._limits, f"the model {self.name}")) as timely:
            async for piece in timely:
                yield piece

    async def _write(self, loaded: _Loaded, messages: Sequence[Message], max_tokens: int) -> AsyncGenerator[str, None]:
        from transformers import AsyncTextIteratorStreamer

        prompt = await run_sync(loaded.prompt, messages)
        if loaded.max_tokens is not None and prompt.shape[1] + max_tokens > loaded.max_tokens:
            raise RequestRefusedError(
                f"the model {self.name} reads {loaded.max_tokens} tokens, too few for this question and its evidence"
            )
        streamer = AsyncTextIteratorStreamer(loaded.tokenizer, skip_prompt=True, skip_special_tokens=True)
        stop, problems = threading.Event(), list[str]()

        def generate() -> None:
            try:
                with self._lock:
                    if not stop.is_set():
                        _generate(loaded.network, prompt, max_tokens, streamer, stop)
            except (RuntimeError, ValueError, IndexError) as error:  # memory, shapes, ids that the network has not
                problems.append(type(error).__name__)
            finally:
                # The loop may have ended with the reader; then nobody waits for the end.
                with suppress(RuntimeError):
                    streamer.on_finalized_text("", stream_end=True)

        threading.Thread(target=generate, name="local model", daemon=True).start()
        try:
            async for piece in streamer:
                yield piece
        finally:
            stop.set()
        if problems:
            raise ChatModelError(f"the model {self.name} broke off ({problems[0]})")

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                try:
                    self._loaded = _load(self._model)
                except _LOAD_ERRORS as error:
                    raise ChatModelError(
                        f"the model {self._model} can not be loaded ({type(error).__name__}); "
                        "VADEMECUM_LLM_LOCAL_MODEL names a folder or a downloaded model with safetensors weights"
                    ) from error
            return self._loaded


def _load(model: str) -> _Loaded:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    on_gpu = torch.cuda.is_available()
    network = AutoModelForCausalLM.from_pretrained(
        model, dtype="auto" if on_gpu else torch.float32, use_safetensors=True, trust_remote_code=False
    )
    tokenizer = AutoTokenizer.from_pretrained(model, trust_remote_code=False)
    return _Loaded(network.to("cuda" if on_gpu else "cpu").eval(), tokenizer)


def _generate(
    network: Any,  # noqa: ANN401 - of transformers, which is not imported before it is needed
    prompt: Any,  # noqa: ANN401
    max_tokens: int,
    streamer: Any,  # noqa: ANN401
    stop: threading.Event,
) -> None:
    """Write one reply to the streamer, until its end, the limit, or the event."""
    import torch
    from transformers import StoppingCriteriaList

    def is_left(ids: torch.Tensor, _: torch.Tensor, **__: object) -> torch.Tensor:
        return torch.full((ids.shape[0],), stop.is_set(), dtype=torch.bool, device=ids.device)

    network.generate(
        prompt,
        attention_mask=torch.ones_like(prompt),
        max_new_tokens=max_tokens,
        do_sample=False,
        streamer=streamer,
        stopping_criteria=StoppingCriteriaList([is_left]),
    )
