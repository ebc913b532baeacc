"""The page on which a person signs in: no script, no picture from elsewhere."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from markupsafe import Markup

from chatbot.markup import element

WRONG: Final = "The name or the password is not right."
_STYLE: Final = """
body { margin: 0; min-height: 100dvh; display: grid; place-items: center; background: var(--vm-paper);
  color: var(--vm-ink); font: 1rem/1.5 var(--vm-sans); }
main { width: min(22rem, calc(100vw - 3rem)); padding: 2rem; border: 1px solid var(--vm-line);
  border-radius: var(--vm-radius); background: var(--vm-surface); box-shadow: var(--vm-shadow); }
h1 { margin: 0 0 1rem; font-size: 1.25rem; } label { display: block; margin: 0 0 1rem; font-weight: 600; }
input { box-sizing: border-box; width: 100%; margin-top: .25rem; padding: .6rem .7rem; font: inherit;
  color: inherit; background: var(--vm-paper); border: 1px solid var(--vm-line-strong); border-radius: 8px; }
button { width: 100%; padding: .7rem; border: 0; border-radius: 8px; font: 600 1rem var(--vm-sans);
  color: var(--vm-on-accent); background: var(--vm-accent); cursor: pointer; }
[role=alert] { margin: 0 0 1rem; color: var(--vm-danger); font-weight: 600; }
"""


def render_sign_in(problem: str = "") -> str:
    """The whole page; `problem` says why it is shown again."""
    form = element(
        "form",
        element("p", problem, role="alert") if problem else None,
        element("label", "Name", _field("name", "username", "text")),
        element("label", "Password", _field("password", "current-password", "password")),
        element("button", "Sign in", type="submit"),
        method="post",
        action="/login",
    )
    head = element(
        "head",
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", "Sign in to vademecum"),
        element("style", Markup(_tokens() + _STYLE)),  # noqa: S704 - our own files
    )
    body = element("body", element("main", element("h1", "Sign in to vademecum"), form))
    return Markup("<!doctype html>") + element("html", head, body, lang="en")


def _field(name: str, purpose: str, kind: str) -> Markup:
    return Markup('<input name="{}" autocomplete="{}" type="{}" autocapitalize="none" required>').format(
        name, purpose, kind
    )


def _tokens() -> str:
    return (files("chatbot") / "assets" / "tokens.css").read_text(encoding="utf-8")
