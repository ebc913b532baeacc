"""Sentences spoiled on purpose: one thing in them changed so that their source no longer bears them out.

Each spoiling takes a sentence and gives a false one, or None where it has nothing to change. They know English and
label language, not how sentences will be checked.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

Spoiling = Callable[[str, random.Random], str | None]

_AMOUNT: Final = re.compile(
    r"(?<![\w.,/])(\d+(?:\.\d+)?)(?=\s*-?\s*(?:mg|mcg|g|mL|ml|units?|%|mg/kg|tablets?|capsules?|mEq|mg/m)\b|\s*%)"
)
_UNITS: Final = (
    ("mg/kg", "mcg/kg"),
    ("mcg/kg", "mg/kg"),
    ("mg", "mcg"),
    ("mg", "g"),
    ("mcg", "mg"),
    ("g", "mg"),
    ("mL", "L"),
    ("hours", "days"),
    ("days", "weeks"),
    ("weeks", "days"),
    ("minutes", "hours"),
    ("months", "weeks"),
    ("years", "months"),
    ("tablets", "bottles"),
)
_NEGATIVES: Final = (
    (r"\bdo not\b", ""),
    (r"\bshould not\b", "should"),
    (r"\bmust not\b", "must"),
    (r"\bmay not\b", "may"),
    (r"\bcannot\b", "can"),
    (r"\bnot recommended\b", "recommended"),
    (r"\bhas not been\b", "has been"),
    (r"\bhave not been\b", "have been"),
    (r"\bis not\b", "is"),
    (r"\bare not\b", "are"),
    (r"\bwas not\b", "was"),
    (r"\bwere not\b", "were"),
    (r"\bdoes not\b", "does"),
    (r"\bcontraindicated\b", "indicated"),
    (r"\bavoid\b", "use"),
    (r"\bbe avoided\b", "be used"),
    (r"\bnever\b", "always"),
    (r"\bwithout\b", "with"),
    (r"\bno (?=\w+ (?:effect|difference|increase|change|evidence|adjustment))", "a "),
    (r"\bunlikely\b", "likely"),
)
_POSITIVES: Final = (
    (r"\bshould be\b", "should not be"),
    (r"\bshould (?!not\b|be\b)", "should not "),
    (r"\bmay be\b", "may not be"),
    (r"\bcan be\b", "cannot be"),
    (r"\bis recommended\b", "is not recommended"),
    (r"\bare recommended\b", "are not recommended"),
    (r"\bhas been\b", "has not been"),
    (r"\bhave been\b", "have not been"),
    (r"\bindicated\b", "contraindicated"),
    (r"\bcan cause\b", "does not cause"),
    (r"\bmay cause\b", "does not cause"),
    (r"\bmay (?=increase|decrease|occur|result|require)", "does not "),
    (r"\boccurred\b", "did not occur"),
    (r"^(?:Take|Use|Give|Administer|Store|Discontinue|Monitor|Consider|Reduce|Inform|Advise|Withhold)\b", None),
)
_POPULATIONS: Final = (
    ("pediatric patients", "adult patients"),
    ("pediatric patients", "elderly patients"),
    ("children", "adults"),
    ("infants", "adults"),
    ("adolescents", "older adults"),
    ("adults", "children"),
    ("adult patients", "pediatric patients"),
    ("elderly patients", "young children"),
    ("elderly", "pediatric"),
    ("geriatric patients", "pediatric patients"),
    ("pregnant women", "elderly men"),
    ("pregnant women", "breastfeeding women"),
    ("pregnancy", "breastfeeding"),
    ("pregnant", "elderly"),
    ("lactation", "pregnancy"),
    ("women", "men"),
    ("men", "women"),
    ("females", "males"),
    ("males", "females"),
    ("renal impairment", "hepatic impairment"),
    ("hepatic impairment", "renal impairment"),
    ("renal", "hepatic"),
    ("hepatic", "renal"),
    ("kidney", "liver"),
    ("liver", "kidney"),
    ("neonates", "adults"),
)
_FREQUENCIES: Final = (
    ("rarely", "commonly"),
    ("rare", "common"),
    ("uncommon", "common"),
    ("infrequent", "frequent"),
    ("infrequently", "frequently"),
    ("common", "rare"),
    ("commonly", "rarely"),
    ("frequently", "rarely"),
    ("frequent", "rare"),
    ("often", "rarely"),
    ("usually", "rarely"),
    ("once daily", "twice daily"),
    ("twice daily", "once daily"),
    ("three times", "four times"),
    ("twice", "once"),
    ("once", "twice"),
    ("daily", "weekly"),
    ("weekly", "daily"),
    ("every day", "every week"),
    ("monthly", "daily"),
    ("may cause", "will always cause"),
    ("can cause", "will always cause"),
    ("may occur", "will occur"),
    ("can occur", "will occur"),
    ("may increase", "will always increase"),
    ("sometimes", "always"),
    ("periodically", "continuously"),
    ("occasionally", "often"),
    ("at least", "at most"),
)
_DIRECTIONS: Final = (
    ("increase", "decrease"),
    ("increased", "decreased"),
    ("increases", "decreases"),
    ("decrease", "increase"),
    ("decreased", "increased"),
    ("decreases", "increases"),
    ("reduce", "raise"),
    ("reduced", "increased"),
    ("higher", "lower"),
    ("lower", "higher"),
    ("before", "after"),
    ("prior to", "after"),
    ("after", "before"),
    ("less than", "more than"),
    ("greater than", "less than"),
    ("discontinue", "continue"),
    ("discontinued", "continued"),
    ("mild", "severe"),
    ("severe", "mild"),
    ("inhibitors", "inducers"),
    ("with food", "on an empty stomach"),
)
_ACTING: Final = re.compile(
    r"\b(?:(?:increas|decreas|reduc|enhanc|induc|rais|elevat|potentiat|displac|antagoniz)(?:es?|ed)"
    r"|(?:inhibit|prolong|lower|block)(?:s|ed)|(?:may|can|will|could|to) (?:inhibit|prolong|lower|block))\b",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[a-z]{5,}", re.IGNORECASE)
_EFFECTS: Final = (
    "seizures",
    "kidney stones",
    "hearing loss",
    "weight gain",
    "hair loss",
    "bleeding",
    "hallucinations",
    "jaundice",
)


def change_dose(text: str, rng: random.Random) -> str | None:
    """Another amount with the same unit."""
    found = [one for one in _AMOUNT.finditer(text) if float(one.group(1)) > 0]
    if not found:
        return None
    one = rng.choice(found)
    value = float(one.group(1))
    others = {value * 10, value * 2, value / 2, value / 10, value + 1, *(float(other.group(1)) for other in found)}
    new = f"{rng.choice(sorted(others - {value})):g}"
    return text[: one.start()] + new + text[one.end() :]


def change_unit(text: str, rng: random.Random) -> str | None:
    """Another unit after the same number."""
    there = [(old, new) for old, new in _UNITS if re.search(rf"(?<=\d)[\s-]*{old}(?![\w/])", text)]
    if not there:
        return None
    old, new = rng.choice(there)
    return re.sub(rf"((?<=\d)[\s-]*){old}(?![\w/])", rf"\g<1>{new}", text, count=1)


def drop_negation(text: str, rng: random.Random) -> str | None:
    """What is denied or forbidden, affirmed or allowed."""
    there = [(old, new) for old, new in _NEGATIVES if re.search(old, text, re.I)]
    if not there:
        return None
    old, new = rng.choice(there)
    return _tidy(re.sub(old, new, text, count=1, flags=re.I))


def add_negation(text: str, rng: random.Random) -> str | None:
    """What is affirmed or allowed, denied or forbidden."""
    if re.search(r"\b(?:not|no|never|avoid|contraindicated|without|cannot)\b", text, re.I):
        return None
    there = [(old, new) for old, new in _POSITIVES if re.search(old, text)]
    if not there:
        return None
    old, new = rng.choice(there)
    if new is None:
        return f"Do not {text[:1].lower()}{text[1:]}"
    return _tidy(re.sub(old, new, text, count=1))


def change_population(text: str, rng: random.Random) -> str | None:
    """Of other people than the sentence speaks of."""
    return _swap(text, _POPULATIONS, rng)


def change_frequency(text: str, rng: random.Random) -> str | None:
    """More or less often than the sentence says."""
    return _swap(text, _FREQUENCIES, rng)


def change_direction(text: str, rng: random.Random) -> str | None:
    """The opposite direction, severity or time."""
    return _swap(text, _DIRECTIONS, rng)


def add_effect(text: str, rng: random.Random) -> str | None:
    """One effect more than the sentence names."""
    new = rng.choice(_EFFECTS)
    if new in text.lower() or not re.search(r"\b(?:cause|reactions|occur|reported|risk|symptoms|events)\w*\b", text):
        return None
    return f"{text.rstrip(' .')} and {new}."


SPOILINGS: Final[Mapping[str, Spoiling]] = {
    "dose changed": change_dose,
    "unit changed": change_unit,
    "negation dropped": drop_negation,
    "negation added": add_negation,
    "population changed": change_population,
    "frequency changed": change_frequency,
}
"""By name; swapping a medicine or a source needs more than the sentence and is made where the cases are."""
FURTHER_SPOILINGS: Final[Mapping[str, Spoiling]] = {"direction changed": change_direction, "effect added": add_effect}
"""Not asked for by the bar; reported beside it."""


def swap_medicine(text: str, names: tuple[str, ...], other: str) -> str | None:
    """Another medicine's name wherever one of `names` stands; None where none does."""
    pattern = re.compile(r"(?<![\w-])(?:" + "|".join(re.escape(name) for name in names if name) + r")(?![\w-])", re.I)
    if not names or not pattern.search(text):
        return None
    changed = pattern.sub(other, text)
    return changed[:1].upper() + changed[1:]


def exchange_medicines(text: str, names: Collection[str]) -> str | None:
    """The medicine nearest before a verb of acting and the one nearest after it, each in the other's place."""
    medicines = [one for one in _WORD.finditer(text) if one.group().lower() in names]
    for verb in _ACTING.finditer(text):
        one = next((one for one in reversed(medicines) if one.end() <= verb.start()), None)
        other = next((other for other in medicines if other.start() >= verb.end()), None)
        if one is None or other is None or one.group().lower() == other.group().lower():
            continue
        between = text[one.end() : other.start()]
        if re.search(r"[.;:]\s", between):
            continue
        changed = text[: one.start()] + other.group().lower() + between + one.group().lower() + text[other.end() :]
        return changed[:1].upper() + changed[1:]
    return None


def _swap(text: str, pairs: tuple[tuple[str, str], ...], rng: random.Random) -> str | None:
    there = [(old, new) for old, new in pairs if re.search(rf"(?<![\w-]){old}(?![\w-])", text, re.I)]
    if not there:
        return None
    old, new = rng.choice(there)

    def like(found: re.Match[str]) -> str:
        return new[:1].upper() + new[1:] if found.group()[:1].isupper() else new

    changed = re.sub(rf"(?<![\w-]){old}(?![\w-])", like, text, flags=re.I)
    return _tidy(changed)


def _tidy(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]
