"""What a label sentence lays down on a point where labels differ: a kidney limit, food, the highest dose, storage.

Each point has a topic, a key (two points compare only if topic and key agree) and a value. Only plain statements are
read: a sentence with a condition, a study or another medicine in it lays down nothing here. Knows no documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

Topic = Literal["kidney", "food", "max_dose", "storage"]

TOPICS: Final[dict[Topic, str]] = {
    "kidney": "the kidney limit",
    "food": "taking it with food",
    "max_dose": "the highest dose in a day",
    "storage": "the storage temperature",
}
"""Each topic as a person reads it."""


class Point(NamedTuple):
    """One thing laid down: `key` says of whom and in which sense, `value` what."""

    topic: Topic
    key: str
    value: str


_FILTRATION: Final = re.compile(
    r"\b(?:e?gfr|(?:estimated )?glomerular filtration rate|creatinine clearance|cl?cr ?cl|crcl|clcr|ccr)\b"
)
_SERUM: Final = re.compile(r"\bserum creatinine\b")
_BELOW: Final = re.compile(
    r"(?:below|less than|lower than|under|<|\u2264|falls? below|of less than)\s*(?:or equal to\s*)?(\d{1,3}(?:\.\d+)?)"
    r"(?=\s*(?:ml|m l|milliliters?|cc)\b)"
)
_RANGE: Final = re.compile(r"(?:between )?\b(\d{1,3})\s*(?:to|and|-|\u2013)\s*(\d{1,3})(?=\s*(?:ml|milliliters?)\b)")
_AT_LEAST: Final = re.compile(r"(?:\u2265|>=|greater than or equal to|at or above)\s*(\d(?:\.\d+)?)(?=\s*mg/dl)")
_SEVERE: Final = re.compile(
    r"severe(?:ly)? (?:renal|kidney) (?:impair\w+|disease|failure|insufficiency) ?\(\D{0,60}?"
    r"(?P<side>below|less than|lower than|under|<|above|greater than|more than|over|>) ?(?P<limit>\d{1,3})(?= ?ml)"
)
_STARTING: Final = re.compile(r"\b(?:initiat\w+|start(?:ing|ed)?)\b")
_NOT_TO: Final = re.compile(
    r"\bnot (?:be )?(?:recommended|used|receive|given)|\bavoid|\bdo not (?:use|give)|should not\b"
)
_KIDNEY_PASSED_OVER: Final = re.compile(
    r"\bif\b|\bunless\b|assess the benefit|interrupt|concomitant|co-?administ|contrast|auc|cmax|half-life|subjects"
)

_TAKING: Final = re.compile(
    r"\b(?:tak(?:e|en|ing)|administ\w+|given|swallow(?:ed)?|ingested|dosed|orally|once|twice)\b"
)
_EITHER: Final = re.compile(
    r"with or without (?:food|meals?|regard)|without regard (?:to|for) (?:food|meals?)"
    r"|(?:irrespective|regardless) of (?:food|meals?)|with or between meals"
)
_WITH_FOOD: Final = re.compile(r"\bwith (?:food|meals?|a meal|(?:the )?(?:morning|evening) meals?|milk)\b")
_EMPTY: Final = re.compile(
    r"empty stomach|(?:one|two|1|2|30 minutes|half an) (?:hours? )?before (?:or (?:one|two|1|2) hours? after )?"
    r"(?:a meal|meals|food|eating|breakfast)|\bbefore (?:a meal|meals|eating|breakfast)\b"
)
_FOOD_PASSED_OVER: Final = re.compile(
    r"\bif\b|\bmay (?:also )?be (?:taken|given|administered) with (?:food|milk|meals)|upset|stud(?:y|ies)|\bauc\b|cmax"
    r"|absor|exposure|bioavailab|\bfor patients\b|\bwhen\b|unless|children|pediatric"
)

_AT_MOST: Final = re.compile(
    r"maximum (?:[a-z]+ ){0,4}dos(?:e|age)|maximal (?:[a-z]+ ){0,3}dos|not (?:to )?exceed|no more than|not more than"
    r"|do not take more than|dos(?:e|age)s? (?:above|greater than|exceeding)"
)
_AMOUNT: Final = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?) ?(mcg|micrograms?|mg|milligrams?|g|grams?)\b(?!/)"
)
_A_DAY: Final = re.compile(r"\b(?:daily|per day|a day|each day|in 24 hours|every 24 hours|(?:m?g|mcg)/day)\b")
_DOSE_PASSED_OVER: Final = re.compile(
    r"renal|kidney|hepatic|liver|creatinine|dialysis|elderly|geriatric|older|inhibitor|inducer|concomitant|co-?administ"
    r"|receiving|taking|children|pediatric|adolescent|years|infant|kg\b|m2|\bm 2\b|stud(?:y|ies)|trials?|mrhd|overdos"
    r"|times|\bif\b|switch|convert|initial|starting|weeks?\b|single dose|infus|inject"
)
_UNITS_MG: Final = {"mcg": 0.001, "microgram": 0.001, "mg": 1.0, "milligram": 1.0, "g": 1000.0, "gram": 1000.0}

_STORING: Final = re.compile(r"\b(?:stor(?:e|ed|age)|keep|refrigerat\w*)\b")
_COLD: Final = re.compile(
    r"\b(?:2|36)\s*\u00ba?\u00b0?\s*[cf]?\s*(?:to|-|\u2013|and)\s*(?:8|46)\b|\brefrigerat(?:e|ed|or)\b"
)
_ROOM: Final = re.compile(
    r"\b(?:15|20|25|30|59|68|77|86)\s*[\u00ba\u00b0]?\s*[cf]?\b.{0,12}(?:25|30|77|86)?|\broom temperature\b"
)
_STORAGE_PASSED_OVER: Final = re.compile(
    r"reconstitut|dilut|after (?:mixing|opening|first|removal)|once (?:opened|removed|mixed)|do not refrigerate"
    r"|not be refrigerated|or (?:at )?room temperature|prepared|in use|in-use|pharmac"
)


def points_of(sentence: str) -> Iterator[Point]:
    """The points that a sentence, in lower case, lays down; mostly none."""
    yield from _kidney(sentence)
    yield from _food(sentence)
    yield from _max_dose(sentence)
    yield from _storage(sentence)


def _kidney(sentence: str) -> Iterator[Point]:
    if severe := _SEVERE.search(sentence):
        side = "above" if severe["side"] in {"above", "greater than", "more than", "over", ">"} else "below"
        yield Point("kidney", "severe", f"{side} {severe['limit']} mL/min")
    filtered, serum = _FILTRATION.search(sentence), _SERUM.search(sentence)
    if not (filtered or serum) or _KIDNEY_PASSED_OVER.search(sentence):
        return
    if "contraindicated" in sentence:
        key = "contraindicated"
    elif _NOT_TO.search(sentence):
        key = "starting" if _STARTING.search(sentence) else "not recommended"
    else:
        return
    if filtered:
        limits = {f"below {float(found.group(1)):g} mL/min" for found in _BELOW.finditer(sentence)}
        limits |= {f"{found.group(1)} to {found.group(2)} mL/min" for found in _RANGE.finditer(sentence)}
        yield from (Point("kidney", key, limit) for limit in sorted(limits))
    elif serum:
        limits = {f"serum creatinine from {float(found.group(1)):g} mg/dL" for found in _AT_LEAST.finditer(sentence)}
        yield from (Point("kidney", key, limit) for limit in sorted(limits))


def _food(sentence: str) -> Iterator[Point]:
    if not _TAKING.search(sentence) or _FOOD_PASSED_OVER.search(sentence):
        return
    if _EITHER.search(sentence):
        yield Point("food", "", "with or without food")
    elif _EMPTY.search(sentence):
        yield Point("food", "", "without food")
    elif _WITH_FOOD.search(sentence):
        yield Point("food", "", "with food")


def _max_dose(sentence: str) -> Iterator[Point]:
    limit = _AT_MOST.search(sentence)
    if limit is None or not _A_DAY.search(sentence) or _DOSE_PASSED_OVER.search(sentence):
        return
    amounts = {
        float(found.group(1).replace(",", "")) * _UNITS_MG[found.group(2).rstrip("s")]
        for found in _AMOUNT.finditer(sentence, limit.start())
    }
    if len(amounts) == 1:
        yield Point("max_dose", "adults", f"{amounts.pop():g} mg")


def _storage(sentence: str) -> Iterator[Point]:
    if not _STORING.search(sentence) or _STORAGE_PASSED_OVER.search(sentence):
        return
    cold, room = _COLD.search(sentence), _ROOM.search(sentence)
    if cold and not room:
        yield Point("storage", "", "refrigerated")
    elif room and not cold:
        yield Point("storage", "", "at room temperature")
