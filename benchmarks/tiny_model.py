"""A language model of a few megabytes made on the spot: random weights, and a tokenizer trained on a few sentences.

What it writes means nothing, but a server loads, schedules, streams and counts it like any other Llama, so that the
way to a model can be measured and tested where no model hub can be reached. Knows no server and no question.

    python -m benchmarks.tiny_model FOLDER [--hidden N] [--layers N]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from chatbot.wiring import prepare_environment

_HEAD_DIM = 64
"""vLLM's attention for CPUs takes heads of 32, 64, 96 and more."""
_N_WORD_PIECES = 1024
_CONTEXT_TOKENS = 4096
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


def build_tiny_model(
    folder: Path, *, hidden: int = 128, n_layers: int = 4, sentences: Iterable[str] = _SENTENCES
) -> Path:
    """Write a Llama with random weights and its tokenizer into `folder`.

    Args:
        folder: made if missing.
        hidden: width of a layer, a multiple of 64.
        n_layers: layers.
        sentences: what the tokenizer learns its pieces from; every other byte stays writable.
    """
    prepare_environment()
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

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
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=pieces, bos_token=_BEGIN, eos_token=_END)
    tokenizer.chat_template = _CHAT_TEMPLATE
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=_N_WORD_PIECES,
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=n_layers,
        num_attention_heads=hidden // _HEAD_DIM,
        num_key_value_heads=hidden // _HEAD_DIM,
        max_position_embeddings=_CONTEXT_TOKENS,
        bos_token_id=_SPECIAL.index(_BEGIN),
        eos_token_id=_SPECIAL.index(_END),
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def main() -> None:
    """Write the model into the folder named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--layers", type=int, default=4)
    arguments = parser.parse_args()
    print(build_tiny_model(arguments.folder, hidden=arguments.hidden, n_layers=arguments.layers))


if __name__ == "__main__":
    main()
