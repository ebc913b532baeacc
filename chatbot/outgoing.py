"""What leaves this machine under the present settings, to whom and what of it; nothing unless somebody asked for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from chatbot.guard.policy import is_loopback
from chatbot.settings import Settings

_PROXIES: Final = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy")


class Outgoing(NamedTuple):
    """One way out: which setting opens it, and what goes where; `now` tells whether it is open."""

    setting: str
    now: bool
    detail: str


def outgoing(settings: Settings, environment: Mapping[str, str]) -> Iterator[Outgoing]:
    """Every way out of the machine there is, open or not.

    Args:
        settings: the program's settings.
        environment: the process's environment, for what libraries read there.
    """
    yield _model(settings)
    yield _judge(settings)
    hub = environment.get("HF_HUB_OFFLINE", "1") in ("0", "false", "no", "off", "")
    named = settings.embedder or "none named"
    detail = f"model names and files from the hub (embedder: {named})" if hub else "model hub closed"
    yield Outgoing("HF_HUB_OFFLINE", hub, detail)
    drugs = f"medicine names, only while it runs, to {settings.openfda_url} and {settings.dailymed_url}"
    yield Outgoing("vademecum fetch", False, drugs)
    proxies = sorted({name.upper() for name in _PROXIES if environment.get(name)})
    detail = f"what goes out passes a proxy ({', '.join(proxies)})" if proxies else "no proxy set"
    yield Outgoing("proxies", bool(proxies), detail)


def _model(settings: Settings) -> Outgoing:
    if settings.llm_base_url is None:
        return Outgoing("VADEMECUM_LLM_BASE_URL", False, "no language model: no question leaves the program")
    host = urlsplit(settings.llm_base_url).hostname or ""
    if is_loopback(host):
        return Outgoing("VADEMECUM_LLM_BASE_URL", False, f"questions and quoted sentences, on this machine ({host})")
    return Outgoing("VADEMECUM_LLM_BASE_URL", True, f"questions and quoted sentences to {host}")


def _judge(settings: Settings) -> Outgoing:
    setting = "VADEMECUM_JUDGE_BASE_URL"
    if settings.judge_base_url is None:
        return Outgoing(setting, False, "no model judges answers in an evaluation")
    host = urlsplit(settings.judge_base_url).hostname or ""
    detail = f"claims and evidence of an evaluation, only while it runs, to {host}"
    return Outgoing(setting, not is_loopback(host), detail)
