"""The fixed parts of the page and its words: the top, the welcome, the disclaimer, stage names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from markupsafe import Markup

from chatbot.icons import icon
from chatbot.markup import element
from chatbot.types import Audience

AUDIENCES: Final[Mapping[Audience, str]] = MappingProxyType({"patient": "Patient", "clinician": "Clinician"})

_EXAMPLES: Final[Mapping[Audience, tuple[str, ...]]] = MappingProxyType(
    {
        "patient": (
            "What are the common side effects of taking ibuprofen?",
            "Can I take Advil with lisinopril?",
            "I missed a dose of levothyroxine. What should I do?",
            "How should I store insulin glargine?",
        ),
        "clinician": (
            "What is the boxed warning on methotrexate?",
            "How much metformin should an adult start on?",
            "Does warfarin interact with sulfamethoxazole and trimethoprim?",
            "What are the contraindications of lisinopril?",
        ),
    }
)

STAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "triage": "Reading the question",
        "rewrite": "Reading the question",
        "retrieve": "Looking through the sources",
        "answer": "Picking the sentences that answer",
        "verify": "Checking every sentence against its source",
        "compose": "Setting out the answer",
    }
)
FIRST_STAGE: Final = STAGES["triage"]

# Runs in the browser for each of our HTML parts: a button's data become an event of the part.
FORWARD_CLICKS: Final = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-action]');
  if (!button) return;
  const { action, question, turn, key } = button.dataset;
  if (action === 'ask') trigger('submit', { question });
  else trigger('click', { turn, key });
});
"""


def render_welcome(audience: Audience, n_documents: int, logo: Markup) -> Markup:
    """The screen before the first question: what this is, and questions to try."""
    examples = (
        element(
            "button", element("span", text), type="button", class_="vm-example", data_action="ask", data_question=text
        )
        for text in _EXAMPLES[audience]
    )
    return element(
        "div",
        element("div", logo, class_="vm-emblem", aria_hidden="true"),
        element("h1", "Ask about a medicine."),
        element(
            "p",
            f"Answers are quoted from {n_documents:,} documents, sentence by sentence, with the source beside each. "
            "Where the sources are silent, you are told so.",
        ),
        element("h2", "Try a question", class_="vm-eyebrow", id="vm-try"),
        element("div", *examples, class_="vm-examples", role="group", aria_labelledby="vm-try"),
        class_="vm-welcome",
    )


def render_brand(logo: Markup) -> Markup:
    """The name of the product, at the top left."""
    return element(
        "div",
        element("span", logo, class_="vm-logo", aria_hidden="true"),
        element("span", "vademecum", class_="vm-name"),
        element("span", "medicines, in the label\u2019s own words", class_="vm-tagline"),
        class_="vm-brand",
    )


def render_controls() -> Markup:
    """The buttons at the top right."""
    restart = element(
        "button", icon("plus"), element("span", "New chat"), type="button", class_="vm-tool", data_action="restart",
        aria_label="New chat", title="Start a new chat and forget this one",
    )  # fmt: skip
    switch = element(
        "button", icon("dark"), type="button", class_="vm-tool", data_theme_switch=True,
        aria_label="Switch between light and dark", title="Light or dark",
    )  # fmt: skip
    return element("div", restart, switch, class_="vm-controls")


def render_sign_out(name: str) -> Markup:
    """The button with which a person who has signed in leaves."""
    button = element("button", element("b", name), element("span", "Sign out"), type="submit", class_="vm-tool")
    return element("form", button, method="post", action="/logout")


def render_disclaimer() -> Markup:
    """The notice that is always in view."""
    return element(
        "p",
        element("strong", "Reference only, not medical advice."),
        " Check with a pharmacist or doctor. In an emergency call your local emergency number.",
        class_="vm-disclaimer",
    )
