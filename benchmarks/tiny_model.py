"""A language model of a few megabytes made on the spot: random weights, and a tokenizer trained on a few sentences.

What it writes means nothing, but a server loads, schedules, streams and counts it like any other Llama, so that the
way to a model can be measured and tested where no model hub can be reached. Knows no server and no question.

    python -m benchmarks.tiny_model FOLDER [--shape tiny|8b]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from chatbot.wiring import prepare_environment

if TYPE_CHECKING:
    from transformers import LlamaConfig

_N_WORD_PIECES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The sizes of a Llama; heads of 64 or 128 are what vLLM's attention takes, for processors too."""

    hidden: int
    inner: int
    n_layers: int
    n_heads: int
    n_key_heads: int
    context_tokens: int
    n_pieces: int = 0
    has_weights: bool = True


TINY = Shape(hidden=128, inner=256, n_layers=4, n_heads=2, n_key_heads=2, context_tokens=4096)
LLAMA_8B = Shape(
    hidden=4096,
    inner=14336,
    n_layers=32,
    n_heads=32,
    n_key_heads=8,
    context_tokens=8192,
    n_pieces=128_256,
    has_weights=False,
)
"""Llama 3 8B (Meta, 2024, model card)."""
SHAPES = MappingProxyType({"tiny": TINY, "8b": LLAMA_8B})
_BEGIN, _END = "<s>", "</s>"
_SPECIAL = (_BEGIN, _END, "<|system|>", "<|user|>", "<|assistant|>")
_CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<|' + message.role + '|>' + message.content + '\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
_SENTENCES = (
    "You write answers about medicines from numbered evidence sentences, and from nothing else.",
    "End every sentence with the ids it rests on, in square brackets: [E1] or [E1, E3].",
    "Take one tablet of 200 mg every 4 to 6 hours while symptoms persist.",
    "Stop use and ask a doctor if pain gets worse or lasts more than 10 days.",
    "The most common adverse reactions are nausea, headache, dizziness and diarrhea.",
)


def build_tiny_model(folder: Path, *, shape: Shape = TINY, sentences: Iterable[str] = _SENTENCES) -> Path:
    """Write a Llama with random weights and its tokenizer into `folder`.

    Args:
        folder: made if missing.
        shape: its sizes; one without weights is for a server that makes them up (`--load-format dummy`).
        sentences: what the tokenizer learns its pieces from; every other byte stays writable.
    """
    prepare_environment()
    from transformers import LlamaConfig

    n_pieces = _write_tokenizer(folder, shape, sentences)
    config = LlamaConfig(
        architectures=["LlamaForCausalLM"],
        dtype="float32" if shape.has_weights else "bfloat16",
        vocab_size=n_pieces,
        hidden_size=shape.hidden,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.n_layers,
        num_attention_heads=shape.n_heads,
        num_key_value_heads=shape.n_key_heads,
        max_position_embeddings=shape.context_tokens,
        bos_token_id=_SPECIAL.index(_BEGIN),
        eos_token_id=_SPECIAL.index(_END),
    )
    if shape.has_weights:
        _write_weights(folder, config)
    else:
        config.save_pretrained(folder)
    return folder


def _write_tokenizer(folder: Path, shape: Shape, sentences: Iterable[str]) -> int:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    pieces = Tokenizer(models.BPE())
    pieces.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    pieces.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_N_WORD_PIECES,
        special_tokens=list(_SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    pieces.train_from_iterator(sentences, trainer)
    trained = json.loads(pieces.to_str())
    vocabulary = trained["model"]["vocab"]
    # Pieces that no text is cut into, but that a reply can be written with.
    vocabulary.update({f"x{number}": number for number in range(len(vocabulary), shape.n_pieces)})
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(trained)), bos_token=_BEGIN, eos_token=_END
    )
    tokenizer.chat_template = _CHAT_TEMPLATE
    tokenizer.save_pretrained(folder)
    return len(vocabulary)


def _write_weights(folder: Path, config: LlamaConfig) -> None:
    import torch
    from tokenizers import Tokenizer
    from transformers import LlamaForCausalLM

    pieces = Tokenizer.from_file(str(folder / "tokenizer.json"))
    # Never the most likely: the end, so that each reply is as long as it may be, and pieces that show no character.
    unseen = [number for number in range(config.vocab_size) if not _shows(pieces.decode([number]))]
    torch.manual_seed(0)
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        model.lm_head.weight[unseen] = 0.0
    model.save_pretrained(folder)


def _shows(text: str) -> bool:
    return text.isascii() and text.isprintable() and bool(text.strip())


def main() -> None:
    """Write the model into the folder named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shape", choices=sorted(SHAPES), default="tiny")
    arguments = parser.parse_args()
    print(build_tiny_model(arguments.folder, shape=SHAPES[arguments.shape]))


if __name__ == "__main__":
    main()
