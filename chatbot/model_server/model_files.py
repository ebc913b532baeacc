"""The files of a model as `--model` names it: a folder, or a name whose files are in the model hub's cache.

Knows `config.json` and the size of weights as Hugging Face lays them out; loads nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chatbot.model_server.errors import ModelServerError

_BYTES_OF: Final[Mapping[str, int]] = {"float32": 4, "float16": 2, "bfloat16": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """What is known of a model before it is loaded; None where it is not known.

    `name` is how vLLM is told of it and `served_name` how it is shown. `weights` counts the bytes on the disk and
    `float32_weights` those they take in float32.
    """

    name: str
    served_name: str
    weights: int | None = None
    float32_weights: int | None = None
    context_tokens: int | None = None
    n_heads: int | None = None


def find_model(name: str, *, offline: bool) -> ModelFiles:
    """Look at the files of a model.

    Args:
        name: a folder, or the name of a model on the hub.
        offline: the hub may not be asked, so that the files have to be here.

    Raises:
        ModelServerError: there is no such folder, it holds no model, or the files are not here.
    """
    folder = Path(name).expanduser()
    if not name.strip() or folder.is_file():
        raise ModelServerError(f"'{name}' is no folder; --model names the folder of a model, or a model of the hub")
    if folder.is_dir():
        return _read(str(folder.resolve()), folder.resolve().name, folder)
    if name.startswith(("/", ".", "~")) or name.count("/") > 1:
        raise ModelServerError(f"model folder {name} is missing; --model names a folder or a model of the hub")
    cached = _in_cache(name)
    if cached is not None:
        return _read(name, name, cached)
    if offline:
        raise ModelServerError(
            f"{name} is no folder here, and the hub's cache has no such model; "
            "give a folder, or set HF_HUB_OFFLINE=0 to let vLLM download it"
        )
    return ModelFiles(name=name, served_name=name)


def _in_cache(name: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        config = try_to_load_from_cache(name, "config.json")
    except HFValidationError as error:
        raise ModelServerError(f"{name} is no folder and no name of a model on the hub") from error
    return Path(config).parent if isinstance(config, str) else None


def _read(name: str, served_name: str, folder: Path) -> ModelFiles:
    config = _config(folder)
    # A model that also sees pictures keeps the part that writes in a config of its own.
    text = config.get("text_config", config)
    weights = sum(file.stat().st_size for file in folder.glob("*.safetensors")) or sum(
        file.stat().st_size for file in folder.glob("*.bin")
    )
    stored = _BYTES_OF.get(str(text.get("dtype") or text.get("torch_dtype")))
    quantised = "quantization_config" in config
    return ModelFiles(
        name=name,
        served_name=served_name,
        weights=weights or None,
        float32_weights=weights * 4 // stored if weights and stored and not quantised else None,
        context_tokens=_whole(text.get("max_position_embeddings")),
        n_heads=_whole(text.get("num_attention_heads")),
    )


def _config(folder: Path) -> dict[str, Any]:
    file = folder / "config.json"
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelServerError(f"{folder} holds no config.json, so it is no model's folder") from error
    except (OSError, ValueError) as error:
        raise ModelServerError(f"{file} cannot be read: {type(error).__name__}") from error
    if not isinstance(config, dict):
        raise ModelServerError(f"{file} cannot be read: it holds no object")
    return config


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
