"""The language model of the settings, or else the model server that runs on this machine for this user."""

from __future__ import annotations

from pydantic import SecretStr

from chatbot.model_server.record import ServerFolder
from chatbot.settings import Settings


def with_own_server(settings: Settings) -> Settings:
    """The settings, with the address, key and model of our own server where they name no model."""
    if settings.llm_base_url is not None or settings.llm_local_model is not None:
        return settings
    record = ServerFolder(settings.model_server_path).running()
    if record is None:
        return settings
    own = {
        "llm_base_url": record.base_url,
        "llm_model": record.model,
        "llm_api_key": SecretStr(record.api_key),
    }
    return settings.model_copy(update=own)
