"""What a person says of themselves before asking: pregnancy, age, kidneys, liver, allergies, current medicines.

Held for the session only and never stored by this module. Each fact names the aspect whose label sections speak of
it. Knows no store and no screen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from knowledge_base.errors import VademecumError

_FLAGS: Final = ("pregnant", "breastfeeding", "over_65", "kidney", "liver")
_LISTS: Final = ("allergies", "medicines")
_NUMBERS: Final = {"age_years": (0.0, 120.0), "weight_kg": (0.3, 400.0)}
_ADULT: Final = 18
_OLD: Final = 65
_MAX_ITEMS: Final = 30
_MAX_ITEM_CHARS: Final = 80
_ENTRY: Final = re.compile(r"^(?P<name>[a-z0-9_ -]+?)\s*(?:[:=]\s*(?P<value>.*))?$", re.IGNORECASE)
_SAID: Final[Mapping[str, str]] = {
    "pregnant": "pregnancy",
    "breastfeeding": "breast-feeding",
    "child": "a child",
    "over_65": "being over 65",
    "kidney": "kidney problems",
    "liver": "liver problems",
}
_ASPECTS: Final[Mapping[str, str]] = {
    "pregnant": "pregnancy",
    "breastfeeding": "breastfeeding",
    "child": "children",
    "over_65": "elderly",
    "kidney": "kidney",
    "liver": "liver",
}


class Fact(NamedTuple):
    """One fact as the answer speaks of it, and the aspect whose sections are looked up for it."""

    name: str
    said: str
    aspect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the person the medicine is for; ages in years, weights in kilograms."""

    pregnant: bool = False
    breastfeeding: bool = False
    over_65: bool = False
    kidney: bool = False
    liver: bool = False
    age_years: float | None = None
    weight_kg: float | None = None
    allergies: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return self != Facts()

    @property
    def is_child(self) -> bool:
        """Whether the medicine is for somebody under 18."""
        return self.age_years is not None and self.age_years < _ADULT

    @property
    def is_old(self) -> bool:
        """Whether it is for somebody over 65."""
        return self.over_65 or (self.age_years is not None and self.age_years > _OLD)

    def rows(self) -> tuple[Fact, ...]:
        """The facts that have label sections of their own, in the order they are told."""
        held = {
            "pregnant": self.pregnant,
            "breastfeeding": self.breastfeeding,
            "child": self.is_child,
            "over_65": self.is_old,
            "kidney": self.kidney,
            "liver": self.liver,
        }
        return tuple(Fact(name, _SAID[name], _ASPECTS[name]) for name, is_so in held.items() if is_so)


def facts_of(values: Mapping[str, Any]) -> Facts:
    """Facts from a JSON object with the fields of `Facts`; an unset field may be missing or null.

    Raises:
        VademecumError: an unknown field or a value out of range; names the field.
    """
    unknown = [name for name in values if name not in {*_FLAGS, *_LISTS, *_NUMBERS}]
    if unknown:
        known = ", ".join((*_FLAGS, *_NUMBERS, *_LISTS))
        raise VademecumError(f"facts: unknown field {unknown[0]!r}; there are: {known}")
    return Facts(
        pregnant=_flag("pregnant", values),
        breastfeeding=_flag("breastfeeding", values),
        over_65=_flag("over_65", values),
        kidney=_flag("kidney", values),
        liver=_flag("liver", values),
        age_years=_number("age_years", values),
        weight_kg=_number("weight_kg", values),
        allergies=_items("allergies", values),
        medicines=_items("medicines", values),
    )


def read_facts(text: str) -> Facts:
    """Facts from one line: "pregnant; age 7; weight 22; allergies: penicillin, sulfa; medicines: warfarin".

    Raises:
        VademecumError: an entry that is none of these; names the entry.
    """
    values: dict[str, Any] = {}
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        name, value = _entry(entry)
        if name in values:
            raise VademecumError(f"facts: {name} is given twice")
        values[name] = value
    return facts_of(values)


def _entry(entry: str) -> tuple[str, Any]:
    number = re.fullmatch(r"(age|weight)\s*[:=]?\s*(\d+(?:\.\d+)?)\s*(?:years?|yrs?|kg)?", entry, re.IGNORECASE)
    if number is not None:
        return ("age_years" if number[1].lower() == "age" else "weight_kg"), float(number[2])
    match = _ENTRY.match(entry)
    name = re.sub(r"[ -]+", "_", match["name"].strip().lower()) if match is not None else entry
    value = match["value"] if match is not None else None
    if name in _LISTS and value:
        return name, [item.strip() for item in value.split(",") if item.strip()]
    if name in _FLAGS and value is None:
        return name, True
    raise VademecumError(
        f"facts: cannot read {entry!r}; write for example: pregnant; age 7; kidney; allergies: penicillin; "
        "medicines: warfarin, aspirin"
    )


def _flag(name: str, values: Mapping[str, object]) -> bool:
    value = values.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise VademecumError(f"facts: {name} must be true or false")


def _number(name: str, values: Mapping[str, object]) -> float | None:
    value = values.get(name)
    if value is None:
        return None
    low, high = _NUMBERS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise VademecumError(f"facts: {name} must be a number from {low:g} to {high:g}")
    return float(value)


def _items(name: str, values: Mapping[str, object]) -> tuple[str, ...]:
    value = values.get(name)
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise VademecumError(f"facts: {name} must be a list of names")
    items = tuple(item.strip() for item in value if item.strip())
    if len(items) > _MAX_ITEMS or any(len(item) > _MAX_ITEM_CHARS for item in items):
        raise VademecumError(f"facts: {name} takes at most {_MAX_ITEMS} names of {_MAX_ITEM_CHARS} characters")
    return items
