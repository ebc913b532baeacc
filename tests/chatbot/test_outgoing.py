"""What would leave the machine is told, and by default nothing does."""

from __future__ import annotations

import pytest

from chatbot.outgoing import outgoing
from chatbot.settings import Settings


def open_ways(settings: Settings, **environment: str) -> dict[str, str]:
    return {way.setting: way.detail for way in outgoing(settings, environment) if way.now}


def test_by_default_nothing_goes_out() -> None:
    assert open_ways(Settings(llm_base_url=None)) == {}


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/v1", "http://localhost:8000/v1", "http://[::1]:8000/v1"])
def test_a_model_on_this_machine_keeps_questions_here(url: str) -> None:
    assert open_ways(Settings(llm_base_url=url)) == {}


def test_each_way_out_is_named_with_its_setting() -> None:
    ways = open_ways(
        Settings(llm_base_url="https://models.example/v1"), HF_HUB_OFFLINE="0", https_proxy="http://p.example:3128"
    )
    assert set(ways) == {"VADEMECUM_LLM_BASE_URL", "HF_HUB_OFFLINE", "proxies"}
    assert "models.example" in ways["VADEMECUM_LLM_BASE_URL"]


def test_the_judge_of_an_evaluation_is_a_way_out() -> None:
    ways = open_ways(Settings(judge_base_url="https://judge.example/v1"))
    assert "judge.example" in ways["VADEMECUM_JUDGE_BASE_URL"]
    assert open_ways(Settings(judge_base_url="http://127.0.0.1:8000/v1")) == {}
