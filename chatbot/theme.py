"""How the chat looks: the Gradio theme, our own styles and script, the logo. All of it local files.

The typefaces come inside Gradio itself; where one is missing the system's is used.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import gradio as gr
from markupsafe import Markup

_STYLES: Final = ("tokens.css", "gradio.css", "layout.css", "parts.css", "messages.css", "sources.css")
# Only these two weights are complete in the files that Gradio ships.
_SANS: Final = (gr.themes.LocalFont("IBM Plex Sans", weights=(400, 700)), "system-ui", "Segoe UI", "sans-serif")
_MONO: Final = (gr.themes.LocalFont("IBM Plex Mono", weights=(400, 700)), "ui-monospace", "Consolas", "monospace")


def appearance() -> dict[str, Any]:
    """The arguments of `Blocks.launch` and `mount_gradio_app` that decide how the page looks."""
    # Styles go into the head: Gradio rewrites the selectors of its `css` argument.
    styles = "".join(_read(name) for name in _STYLES)
    head = f'<meta name="referrer" content="same-origin"><style>{styles}</style><script>{_read("chat.js")}</script>'
    return {
        "theme": _theme(),
        "head": head,
        "favicon_path": str(_path("logo.svg")),
    }


def logo() -> Markup:
    """The mark of the project, as inline SVG."""
    return Markup(_read("logo.svg"))  # noqa: S704 - our own file


def _theme() -> Any:  # noqa: ANN401 - Gradio is untyped to the checker
    return gr.themes.Base(primary_hue="teal", neutral_hue="slate", radius_size="md", font=_SANS, font_mono=_MONO).set(
        body_background_fill="#f6f5f1",
        body_background_fill_dark="#0f1517",
        body_text_color="#1d2629",
        body_text_color_dark="#e4e9e8",
    )


def _path(name: str) -> Path:
    return Path(str(files("chatbot") / "assets" / name))


def _read(name: str) -> str:
    return _path(name).read_text(encoding="utf-8")
