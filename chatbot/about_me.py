"""The part of the page where a person tells of themselves. What is filled in lives in the session and nowhere else."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import gradio as gr

from chatbot.facts import Facts, facts_of

_WHO: Final = (
    ("Pregnant", "pregnant"),
    ("Breast-feeding", "breastfeeding"),
    ("Over 65", "over_65"),
    ("Kidney problems", "kidney"),
    ("Liver problems", "liver"),
)
_MAX_CHARS: Final = 400


class AboutMe(NamedTuple):
    """The panel, its fields, and the button that checks the medicines with each other."""

    panel: gr.Accordion
    fields: tuple[gr.components.Component, ...]
    check: gr.Button


def build_about_me(*, with_check: bool) -> AboutMe:
    """Lay the fields out inside the block that is open."""
    with gr.Accordion("About me: pregnancy, age, allergies, my medicines", open=False, elem_id="vm-about") as panel:
        who = gr.CheckboxGroup(list(_WHO), label="I am or have", container=False, elem_classes="vm-who")
        with gr.Row():
            age = gr.Textbox(label="Age in years", max_lines=1, max_length=5, min_width=90, scale=1)
            weight = gr.Textbox(label="Weight in kg", max_lines=1, max_length=6, min_width=90, scale=1)
            allergies = gr.Textbox(label="Allergies", placeholder="penicillin, sulfa", max_length=_MAX_CHARS, scale=3)
        with gr.Row():
            medicines = gr.Textbox(
                label="Medicines I take", placeholder="warfarin, metformin", max_length=_MAX_CHARS, scale=5
            )
            check = gr.Button("Check them together", visible=with_check, min_width=120, scale=1, elem_id="vm-check")
    return AboutMe(panel, (who, age, weight, allergies, medicines), check)


def to_facts(who: list[str], age: str, weight: str, allergies: str, medicines: str) -> Facts:
    """The fields as facts.

    Raises:
        VademecumError: a field cannot be read; names it.
    """
    values: dict[str, Any] = dict.fromkeys(who, True)
    values |= {"age_years": _number(age), "weight_kg": _number(weight)}
    values |= {"allergies": _listed(allergies), "medicines": _listed(medicines)}
    return facts_of(values)


def _number(typed: str | None) -> float | str | None:
    text = (typed or "").strip().replace(",", ".")
    try:
        return float(text) if text else None
    except ValueError:
        # Refused with the name of its field, like any value out of range.
        return text


def _listed(typed: str | None) -> list[str]:
    return [item.strip() for item in (typed or "").replace(";", ",").split(",") if item.strip()]
