"""The command and environment that are chosen for a model and a machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.model_server.errors import ModelServerError
from chatbot.model_server.launch import Launch, plan_launch
from chatbot.model_server.machine import Card, Machine
from chatbot.model_server.model_files import ModelFiles

GIB = 2**30


def card(index: int, total: float, free: float | None = None, capability: float = 9.0) -> Card:
    return Card(
        index=str(index),
        uuid=f"GPU-{index}",
        name=f"Card {index}",
        total=int(total * GIB),
        free=int((total if free is None else free) * GIB),
        compute_capability=capability,
    )


def model(weights: float = 15, **more: int) -> ModelFiles:
    return ModelFiles(name="/models/m", served_name="m", weights=int(weights * GIB), **more)


def plan(
    files: ModelFiles,
    *cards: Card,
    free: float = 16,
    environment: dict[str, str] | None = None,
    extra: tuple[str, ...] = (),
) -> Launch:
    return plan_launch(
        files,
        Machine(cards=cards, free_memory=int(free * GIB)),
        python=Path("/env/bin/python"),
        port=8000,
        key="secret",
        environment=environment or {},
        extra=extra,
    )


def option(launch: Launch, name: str) -> str | None:
    """The value that counts, which is the last one."""
    places = [at for at, word in enumerate(launch.command) if word == name]
    return launch.command[places[-1] + 1] if places else None


def test_an_empty_card_gives_most_of_its_memory() -> None:
    launch = plan(model(context_tokens=131072), card(0, 80))
    assert option(launch, "--gpu-memory-utilization") == "0.90"
    assert option(launch, "--max-model-len") == "8192"
    assert option(launch, "--dtype") == "auto"
    assert launch.environment["CUDA_VISIBLE_DEVICES"] == "0"
    assert "--tensor-parallel-size" not in launch.command


def test_a_card_in_use_gives_what_is_free_and_no_more() -> None:
    launch = plan(model(), card(0, 80, free=40))
    assert option(launch, "--gpu-memory-utilization") == "0.49"


def test_the_emptiest_card_is_taken() -> None:
    launch = plan(model(), card(0, 24, free=5), card(1, 24))
    assert launch.environment["CUDA_VISIBLE_DEVICES"] == "1"


def test_a_big_model_goes_over_as_few_cards_as_hold_it_and_share_its_heads() -> None:
    four = [card(index, 24) for index in range(4)]
    assert option(plan(model(30, n_heads=32), *four), "--tensor-parallel-size") == "2"
    assert option(plan(model(60, n_heads=32), *four), "--tensor-parallel-size") == "4"
    with pytest.raises(ModelServerError, match=r"takes about 62.0 GiB"):
        plan(model(60, n_heads=6), *four)


def test_an_old_card_reckons_in_half_precision() -> None:
    assert option(plan(model(5), card(0, 16, capability=7.5)), "--dtype") == "half"


def test_a_model_too_big_for_the_card_is_refused_with_the_cards_name() -> None:
    with pytest.raises(ModelServerError, match=r"m takes about 17.0 GiB, and Card 0 has 7.5 GiB free of 8.0 GiB"):
        plan(model(), card(0, 8, free=7.5))


def test_the_processor_works_in_float32_without_compiling() -> None:
    launch = plan(model(1, float32_weights=2 * GIB, context_tokens=4096))
    assert "--enforce-eager" in launch.command
    assert option(launch, "--dtype") == "float32"
    assert option(launch, "--kv-cache-memory-bytes") == str(4 * GIB)
    assert option(launch, "--max-model-len") == "4096"
    assert launch.environment["ONEDNN_MAX_CPU_ISA"] == "AVX512_CORE_FP16"


def test_little_memory_means_a_smaller_cache_and_too_little_a_refusal() -> None:
    small = model(1, float32_weights=2 * GIB)
    assert option(plan(small, free=6), "--kv-cache-memory-bytes") == str(GIB)
    with pytest.raises(ModelServerError, match=r"takes about 5.0 GiB on the processor, and 4.0 GiB"):
        plan(small, free=4)


def test_a_model_of_unknown_size_and_context_is_left_to_vllm() -> None:
    unknown = ModelFiles(name="maker/m", served_name="maker/m")
    assert option(plan(unknown, card(0, 24)), "--max-model-len") == "auto"
    assert option(plan(unknown), "--max-model-len") == "auto"


def test_no_option_or_variable_opens_the_server_or_makes_it_talk() -> None:
    talkative = {
        "VLLM_LOGGING_LEVEL": "DEBUG",
        "VLLM_DEBUG_LOG_API_SERVER_RESPONSE": "true",
        "VLLM_LOGGING_CONFIG_PATH": "/log.json",
        "VLLM_NO_USAGE_STATS": "0",
        "VLLM_API_KEY": "known",
    }
    extra = ("--host", "0.0.0.0", "--port", "1", "--enable-log-requests", "--no-disable-uvicorn-access-log")  # noqa: S104
    launch = plan(model(1), environment=talkative, extra=extra)
    assert option(launch, "--host") == "127.0.0.1"
    assert option(launch, "--port") == "8000"
    assert option(launch, "--middleware") == "vademecum_door.Door"
    words = list(launch.command)
    assert words.index("--no-enable-log-requests") > words.index("--enable-log-requests")
    assert words.index("--disable-uvicorn-access-log") > words.index("--no-disable-uvicorn-access-log")
    assert launch.environment["VLLM_LOGGING_LEVEL"] == "INFO"
    assert launch.environment["VLLM_DEBUG_LOG_API_SERVER_RESPONSE"] == "false"
    assert launch.environment["VLLM_NO_USAGE_STATS"] == "1"
    assert launch.environment["VLLM_API_KEY"] == "secret"
    assert "VLLM_LOGGING_CONFIG_PATH" not in launch.environment


def test_the_key_is_on_no_command_line_and_other_secrets_go_nowhere() -> None:
    launch = plan(model(1), environment={"VADEMECUM_STORE_KEY": "chats", "PYTHONPATH": "/x", "HOME": "/home/a"})
    assert "secret" not in " ".join(launch.command)
    assert launch.environment["HOME"] == "/home/a"
    assert not {"VADEMECUM_STORE_KEY", "PYTHONPATH"} & set(launch.environment)


def test_options_of_the_person_win_over_memory_and_context() -> None:
    launch = plan(model(1, context_tokens=4096), extra=("--max-model-len", "512"))
    assert option(launch, "--max-model-len") == "512"


def test_the_hub_stays_closed_unless_it_was_opened() -> None:
    assert plan(model(1)).environment["HF_HUB_OFFLINE"] == "1"
    assert plan(model(1), environment={"HF_HUB_OFFLINE": "0"}).environment["HF_HUB_OFFLINE"] == "0"
