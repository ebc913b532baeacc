"""A tiny Llama with random weights and a tokenizer trained on the spot, loaded by the real code."""

from __future__ import annotations

import threading
import time
from contextlib import aclosing
from pathlib import Path

import anyio
import pytest

from chatbot.models.local import LocalChatModel
from chatbot.models.pace import Limits
from chatbot.models.types import ChatModelError, Message, RequestRefusedError

TEMPLATE = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"
ASKED = [Message(role="system", content="rules"), Message(role="user", content="side effects of ibuprofen")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    path = tmp_path_factory.mktemp("models") / "tiny-llama"
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))  # noqa: S106
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    text = "take it with food and ask about side effects of ibuprofen or rules for user system assistant"
    tokenizer.train_from_iterator([text], trainers.WordLevelTrainer(special_tokens=["<unk>", "<eos>"]))
    whole = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",  # noqa: S106
        eos_token="<eos>",  # noqa: S106
        chat_template=TEMPLATE,
    )
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(whole),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        eos_token_id=None,
    )
    LlamaForCausalLM(config).save_pretrained(path)
    whole.save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def model(folder: Path) -> LocalChatModel:
    return LocalChatModel(str(folder))


def say(model: LocalChatModel, max_tokens: int = 20, asked: list[Message] = ASKED) -> list[str]:
    async def run() -> list[str]:
        return [piece async for piece in model.stream(asked, max_tokens=max_tokens)]

    return anyio.run(run)


def writing() -> int:
    return sum(thread.name == "local model" for thread in threading.enumerate())


def test_a_reply_comes_in_pieces_and_is_the_same_each_time(model: LocalChatModel) -> None:
    first = say(model)
    assert len(first) > 1
    assert len("".join(first).split()) == 20
    assert say(model) == first
    assert anyio.run(model.prompt_size, ASKED).context_tokens == 2048
    assert (model.name, anyio.run(model.check)) == ("tiny-llama", ("tiny-llama",))


def test_weights_are_float32_where_there_is_no_gpu(model: LocalChatModel) -> None:
    import torch

    say(model, 1)
    dtypes = {one.dtype for one in model._loaded.network.parameters()}
    assert dtypes == {torch.float32} or torch.cuda.is_available()


@pytest.mark.parametrize("leaves_by", ["closing", "cancelling", "being late"])
def test_a_reply_that_nobody_waits_for_ends(folder: Path, leaves_by: str) -> None:
    limits = Limits(total=0.5) if leaves_by == "being late" else Limits()
    model = LocalChatModel(str(folder), limits)
    say(LocalChatModel(str(folder)), 1)

    async def leave() -> None:
        stream = model.stream(ASKED, max_tokens=1500)
        with anyio.move_on_after(0.5 if leaves_by == "cancelling" else 30):
            async with aclosing(stream):
                async for _ in stream:
                    if leaves_by == "closing":
                        return

    if leaves_by == "being late":
        with pytest.raises(ChatModelError, match="did not end its reply"):
            anyio.run(leave)
    else:
        anyio.run(leave)
    deadline = time.monotonic() + 60
    while writing() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert writing() == 0


def test_two_at_once_are_answered_one_after_the_other(model: LocalChatModel) -> None:
    alone, replies = say(model), list[str]()

    async def one() -> None:
        replies.append("".join([piece async for piece in model.stream(ASKED, max_tokens=20)]))

    async def both() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(one)
            group.start_soon(one)

    anyio.run(both)
    assert replies == ["".join(alone)] * 2


def test_a_prompt_longer_than_the_model_reads_is_refused(model: LocalChatModel) -> None:
    with pytest.raises(RequestRefusedError, match="2048 tokens"):
        say(model, asked=[Message(role="user", content="ibuprofen " * 3000)])


@pytest.mark.parametrize("damage", ["no folder", "no weights", "no config"])
def test_what_can_not_be_loaded_is_one_line(folder: Path, tmp_path: Path, damage: str) -> None:
    for file in folder.iterdir() if damage != "no folder" else ():
        if not (damage == "no weights" and file.suffix == ".safetensors") and not (
            damage == "no config" and file.name == "config.json"
        ):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    path = tmp_path / "absent" if damage == "no folder" else tmp_path
    with pytest.raises(ChatModelError, match="can not be loaded") as caught:
        say(LocalChatModel(str(path)))
    assert "\n" not in str(caught.value)
