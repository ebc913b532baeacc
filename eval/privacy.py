"""How many identifiers are masked, and how many medicines and doses are masked by mistake.

    python -m eval.privacy [--data DIR] [--json]

Read are the committed notes (the 100 the rules were made with, the 50 held back) and, with `--data`, Presidio's
synthetic sentences in `DIR/benchmarks/presidio_synth`. An identifier counts as found if every letter and digit of it
is masked and part of it under its own kind; a survivor is lost if any part of it is masked.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from chatbot.privacy import phones
from chatbot.privacy.identifiers import KINDS, FindsIdentifiers, Identifier, Kind
from chatbot.privacy.masker import JoinedFinder, RuleFinder
from eval import presidio_baseline
from eval.clinical_notes import HELD_OUT, TUNED_ON, MarkedText, load_notes
from eval.measures import OURS, Measure
from eval.statistics import wilson
from knowledge_base.errors import VademecumError

SYNTHETIC: Final = Path("benchmarks") / "presidio_synth" / "synth_dataset_v2.json.gz"
_SYNTHETIC_KINDS: Final = MappingProxyType[str, Kind](
    {
        "PERSON": "PERSON",
        "STREET_ADDRESS": "ADDRESS",
        "ZIP_CODE": "ADDRESS",
        "PHONE_NUMBER": "PHONE",
        "EMAIL_ADDRESS": "EMAIL",
        "DATE_TIME": "DATE",
        "IP_ADDRESS": "IP",
    }
)
"""Countries, organisations, nationalities, titles, ages below 90 and bank numbers are no kind of ours."""
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
"""A year alone is none either."""
_STRUCTURED_BAR: Final = 0.97
_NAMES_BAR: Final = 0.90
_LOST_BAR: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """One finder on one set: (kind, found) of each identifier, survivors lost, and masks that touch an identifier."""

    identifiers: tuple[tuple[Kind, bool], ...]
    lost: tuple[bool, ...]
    touching: tuple[bool, ...]

    def recall(self, kinds: Iterable[Kind]) -> tuple[int, int]:
        """How many identifiers of these kinds were found, and how many there are."""
        found = [ok for kind, ok in self.identifiers if kind in set(kinds)]
        return sum(found), len(found)


def judge(finder: FindsIdentifiers, texts: Sequence[MarkedText]) -> Verdicts:
    """Every identifier, survivor and mask of a set."""
    identifiers: list[tuple[Kind, bool]] = []
    lost: list[bool] = []
    touching: list[bool] = []
    for one in texts:
        masked = finder.find(one.text)
        covered = {place for mask in masked for place in range(mask.start, mask.end)}
        for gold in one.identifiers:
            whole = all(place in covered for place in range(gold.start, gold.end) if one.text[place].isalnum())
            named = any(mask.kind == gold.kind and _touch(mask, gold) for mask in masked)
            identifiers.append((gold.kind, whole and named))
        lost += [any(place in covered for place in range(start, end)) for start, end in one.survivors]
        touching += [any(_touch(mask, gold) for gold in one.identifiers) for mask in masked]
    return Verdicts(identifiers=tuple(identifiers), lost=tuple(lost), touching=tuple(touching))


def load_synthetic(path: Path) -> list[MarkedText]:
    """Presidio's synthetic sentences with their spans of our kinds; each is named by the number of its template.

    Raises:
        VademecumError: the file is not there or has another form.
    """
    try:
        rows = json.loads(gzip.decompress(path.read_bytes()))
        return [
            MarkedText(
                name=str(row["template_id"]),
                text=row["full_text"],
                identifiers=tuple(
                    Identifier(span["start_position"], span["end_position"], _SYNTHETIC_KINDS[span["entity_type"]])
                    for span in row["spans"]
                    if span["entity_type"] in _SYNTHETIC_KINDS and not _YEAR.fullmatch(span["entity_value"])
                ),
            )
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VademecumError(
            f"{path}: cannot be read ({type(error).__name__}); --data names the data folder"
        ) from error


def measure(data: Path | None, *, compare: bool = True) -> tuple[Measure, ...]:
    """The figures of what the program uses and, with `compare`, of its rules alone and of Presidio if installed.

    Raises:
        VademecumError: a set cannot be read.
    """
    finders: dict[str, FindsIdentifiers] = {OURS: RuleFinder()}
    if phones.is_installed():
        finders = {OURS: JoinedFinder([RuleFinder(), phones.PhoneFinder()]), "rules alone": RuleFinder()}
    if not compare:
        finders = {OURS: finders[OURS]}
    elif presidio_baseline.is_installed():
        finders["rules with Presidio's patterns"] = JoinedFinder([RuleFinder(), presidio_baseline.PresidioFinder()])
        finders["Presidio's patterns alone"] = presidio_baseline.PresidioFinder()
    sets: dict[str, list[MarkedText]] = {"notes": load_notes(TUNED_ON), "notes held back": load_notes(HELD_OUT)}
    if data is not None:
        synthetic = load_synthetic(data / SYNTHETIC)
        # Rules were mended after a look at the sentences of the even templates.
        sets["synthetic, looked at"] = [one for one in synthetic if int(one.name) % 2 == 0]
        sets["synthetic, held back"] = [one for one in synthetic if int(one.name) % 2 == 1]
    return tuple(
        one
        for task, texts in sets.items()
        for system, finder in finders.items()
        for one in _measures(task, system, judge(finder, texts))
    )


def _measures(task: str, system: str, verdicts: Verdicts) -> list[Measure]:
    barred = system == OURS and task.startswith("notes")
    structured = [kind for kind in KINDS if kind != "PERSON"]
    figures = [
        ("recall, structured kinds", verdicts.recall(structured), _STRUCTURED_BAR, True),
        ("recall, names", verdicts.recall(["PERSON"]), _NAMES_BAR, True),
        ("medicines, doses and values masked", (sum(verdicts.lost), len(verdicts.lost)), _LOST_BAR, False),
        ("masks that touch an identifier", (sum(verdicts.touching), len(verdicts.touching)), None, True),
        *((f"recall, {kind}", verdicts.recall([kind]), None, True) for kind in structured),
    ]
    return [
        Measure.of_share(
            task, system, name, wilson(hits, n), bar=bar if barred else None, higher_is_better=higher_is_better
        )
        for name, (hits, n), bar, higher_is_better in figures
        if n
    ]


def _touch(one: Identifier, other: Identifier) -> bool:
    return one.start < other.end and other.start < one.end


def _line(one: Measure) -> str:
    mark = {True: "met", False: "MISSED", None: ""}[one.passes]
    value, low, high = ("-" if figure is None else f"{figure:.3f}" for figure in (one.value, one.low, one.high))
    return f"{one.task:20} {one.system:32} {one.name:38} {one.n:5} {value} ({low}-{high}) {mark}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m eval.privacy", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of public data, for Presidio's sentences")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    measures = measure(options.data)
    lines = [json.dumps([one.to_json() for one in measures])] if options.json else [_line(one) for one in measures]
    sys.stdout.write("\n".join(lines) + "\n")
    return int(any(one.passes is False for one in measures))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except VademecumError as error:
        sys.exit(f"privacy: {error}")
