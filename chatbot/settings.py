"""All settings, read in one place: environment `VADEMECUM_*`, then a TOML file, then safe defaults.

The defaults need no network and no account. The TOML file is `$VADEMECUM_HOME/config.toml`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from knowledge_base.errors import VademecumError


def default_home() -> Path:
    """The folder that holds the knowledge base and the settings file."""
    named = os.environ.get("VADEMECUM_HOME")
    return Path(named).expanduser() if named else user_data_path("vademecum")


class Settings(BaseSettings):
    """Every knob of the program; each is `VADEMECUM_<NAME>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="VADEMECUM_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=default_home)
    embedder: str | None = None
    """A sentence-transformers model by name or folder; None is the MiniLM that is installed with the package."""
    llm_base_url: str | None = None
    """Address of an OpenAI-compatible server, for example `http://127.0.0.1:8000/v1`; None answers by quoting."""
    llm_model: str | None = None
    llm_api_key: SecretStr | None = None
    llm_timeout_seconds: float = Field(default=60.0, gt=0)
    audience: Literal["patient", "clinician"] = "patient"
    country: str = "US"
    """Whose emergency numbers are shown: a code of `chatbot/data/helplines.toml`."""
    helplines: Path | None = None
    """A file of emergency texts and numbers in place of the packaged one."""
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=1, le=65535)
    openfda_url: str = "https://api.fda.gov"
    dailymed_url: str = "https://dailymed.nlm.nih.gov"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        toml = TomlConfigSettingsSource(settings_cls, toml_file=default_home() / "config.toml")
        return init_settings, env_settings, toml

    @property
    def kb_path(self) -> Path:
        """Where the knowledge base is when no `--kb` names one."""
        return self.home / "kb"


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        VademecumError: a value is not allowed, or the TOML file cannot be parsed; names the setting.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise VademecumError(
            f"setting {name}: {first['msg'].lower()}; "
            f"set VADEMECUM_{name.upper()} or correct {default_home()}/config.toml"
        ) from error
    except ValueError as error:
        raise VademecumError(f"{default_home()}/config.toml cannot be read: {error}") from error
