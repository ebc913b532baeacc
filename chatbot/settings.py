"""All settings, read in one place: environment `VADEMECUM_*`, then a TOML file, then safe defaults.

The defaults need no network and no account. The TOML file is `$VADEMECUM_HOME/config.toml`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from knowledge_base.errors import VademecumError


def default_home() -> Path:
    """The folder that holds the knowledge base and the settings file."""
    named = os.environ.get("VADEMECUM_HOME")
    return Path(named).expanduser() if named else user_data_path("vademecum")


def _listed(value: object) -> object:
    """The parts of a list written with commas, as the environment holds it."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """Every knob of the program; each is `VADEMECUM_<NAME>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="VADEMECUM_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=default_home)
    embedder: str | None = None
    """A sentence-transformers model by name or folder; None is the MiniLM that is installed with the package."""
    reranker: str | None = None
    """A cross-encoder by name or folder that looks at the first passages again; None leaves search to itself."""
    llm_base_url: str | None = None
    """Address of an OpenAI-compatible server, for example `http://127.0.0.1:8000/v1`; None answers by quoting."""
    llm_model: str | None = None
    llm_api_key: SecretStr | None = None
    llm_timeout_seconds: float = Field(default=60.0, gt=0)
    judge_base_url: str | None = None
    """Address of the model that judges answers in `vademecum eval`; None leaves judging to rules."""
    judge_model: str | None = None
    judge_api_key: SecretStr | None = None
    audience: Literal["patient", "clinician"] = "patient"
    country: str = "US"
    """Whose emergency numbers are shown: a code of `chatbot/data/helplines.toml`."""
    helplines: Path | None = None
    """A file of emergency texts and numbers in place of the packaged one."""
    mask_identifiers: bool = True
    """Replace names, dates and numbers of people before a model or the disk sees a text."""
    store_key: SecretStr | None = None
    """Key of the kept conversations: 64 hexadecimal digits, or a passphrase; None looks in the keyring and the file."""
    store_key_file: Path | None = None
    store_masked: bool = True
    """Keep conversations with placeholders; False keeps the words as they were typed."""
    store_retention_days: int = Field(default=90, ge=0)
    """Days after which a kept conversation is deleted; 0 keeps all."""
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=1, le=65535)
    hosts: Listed = ()
    """Names under which a browser may reach the program, besides the address it listens on; commas between them."""
    auth_header: str | None = None
    """The request header in which a proxy in front names the signed-in user; believed from `trusted_proxies` only."""
    auth_role: Literal["patient", "clinician", "admin"] = "patient"
    """The role of a user the proxy names and `vademecum users` does not know."""
    trusted_proxies: Listed = ()
    """Addresses (or networks, `10.0.0.0/8`) of proxies whose headers are believed; commas between them."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    session_minutes: int = Field(default=480, ge=1)
    """The longest time that a sign-in in the browser lasts; it ends earlier after an hour without a request."""
    questions_per_minute: int | None = Field(default=None, ge=1)
    """How many questions a user may ask; None is 60 with accounts, and no limit for the one person on loopback."""
    max_request_bytes: int = Field(default=2_000_000, ge=1_000)
    audit_log: Path | None = None
    """JSON lines of who asked when, not what; None is `$VADEMECUM_HOME/audit.jsonl` with accounts, else no file."""
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

    @property
    def history_path(self) -> Path:
        """Where conversations are kept, once somebody keeps one."""
        return self.home / "conversations.db"

    @property
    def key_path(self) -> Path:
        """The file of their key."""
        return self.store_key_file or self.home / "conversations.key"

    @property
    def users_path(self) -> Path:
        """Where the users are kept."""
        return self.home / "users.sqlite"


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
