"""Does every number of the starter monographs stand in a real label of the same medicine?

    python -m eval.starter_check --data DIR [--json]

DIR holds labels as SPL XML or openFDA JSON; only labels with exactly the monograph's ingredients count.
A number that no such label states must be explained in `data/starter_explained.toml`, or the exit status is 1.
Words are not compared, and a label may state a number about something else: a number that passes is not
proved right, one that fails is likely wrong.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal, get_args

import yaml

from ingest.openfda import read_openfda
from ingest.spl import is_spl, read_spl
from knowledge_base import loinc
from knowledge_base.errors import IngestError, VademecumError
from knowledge_base.quantities import Quantity, quantities
from knowledge_base.types import SourceDocument

MONOGRAPHS: Final = Path(loinc.__file__).parent / "data" / "starter" / "monographs"
EXPLAINED: Final = Path(__file__).parent / "data" / "starter_explained.toml"

State = Literal["found", "explained", "not found", "no section", "no label"]
# What a monograph says under one heading stands in a label under any of these codes.
_GENERAL: Final = frozenset({loinc.DOSAGE, loinc.WARNINGS, loinc.WARNINGS_AND_PRECAUTIONS})
_SECTIONS: Final[Mapping[str, frozenset[str]]] = {
    loinc.STORAGE: frozenset({loinc.STORAGE, loinc.HOW_SUPPLIED, "60561-8", "51945-4"}),
    loinc.MECHANISM: frozenset({loinc.MECHANISM, loinc.PHARMACOKINETICS, loinc.CLINICAL_PHARMACOLOGY}),
    loinc.ADVERSE_REACTIONS: frozenset({loinc.ADVERSE_REACTIONS, "90374-0", "90375-7"}),
    loinc.OVERDOSAGE: frozenset({loinc.OVERDOSAGE}),
    loinc.PREGNANCY: frozenset({loinc.PREGNANCY, loinc.PREGNANCY_OTC, "34077-8"}),
    loinc.LACTATION: frozenset({loinc.LACTATION, loinc.NURSING_MOTHERS, loinc.PREGNANCY_OTC}),
    loinc.PEDIATRIC: frozenset({loinc.PEDIATRIC}),
    loinc.GERIATRIC: frozenset({loinc.GERIATRIC}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Monograph:
    """One starter monograph: its ingredients and its sections as (heading, text)."""

    name: str
    ingredients: frozenset[str]
    sections: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the labels of one medicine state: their number, their quantities and the sections they have."""

    n_labels: int = 0
    quantities: frozenset[Quantity] = frozenset()
    codes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One number of a monograph, where it stands, and whether a label states it."""

    drug: str
    section: str
    quantity: str
    sentence: str
    state: State


def read_monograph(path: Path) -> Monograph:
    """Read a monograph's front matter and sections; the list of sources is not one.

    Raises:
        VademecumError: the file has no front matter with ingredients.
    """
    _, header, body = ["", "", "", *path.read_text(encoding="utf-8").split("---\n", 2)][-3:]
    meta = yaml.safe_load(header)
    if not isinstance(meta, dict) or not meta.get("ingredients"):
        raise VademecumError(f"{path}: no front matter with ingredients; start the file with ---")
    parts = re.split(r"^## +(.+)$", body, flags=re.MULTILINE)[1:]
    sections = tuple((heading.strip(), text.strip()) for heading, text in zip(parts[::2], parts[1::2], strict=True))
    return Monograph(
        name=path.stem,
        ingredients=frozenset(str(one).lower() for one in meta["ingredients"]),
        sections=tuple(one for one in sections if one[0] != "Sources"),
    )


def read_labels(folder: Path) -> Iterator[SourceDocument]:
    """Every SPL and openFDA label below a folder; other files are passed over.

    Raises:
        VademecumError: there is no such folder.
    """
    if not folder.is_dir():
        raise VademecumError(f"{folder}: no such folder; --data names a folder of labels")
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or not path.name.endswith((".xml", ".json", ".jsonl", ".json.gz", ".jsonl.gz")):
            continue
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        try:
            if is_spl(data):
                yield read_spl(data, str(path), sha256)
            elif not path.name.endswith(".xml"):
                yield from read_openfda(data, str(path), sha256).documents
        except IngestError:
            continue  # benchmark files and fixtures lie beside the labels


def collect(labels: Iterable[SourceDocument], wanted: Iterable[frozenset[str]]) -> dict[frozenset[str], Evidence]:
    """The evidence of every wanted set of ingredients."""
    result = dict.fromkeys(wanted, Evidence())
    for label in labels:
        key = frozenset(label.info.ingredients)
        if label.info.kind == "label" and (known := result.get(key)) is not None:
            result[key] = Evidence(
                n_labels=known.n_labels + 1,
                quantities=known.quantities.union(quantities(label.text)),
                codes=known.codes.union(one.code for one in label.sections if one.code and one.end > one.start),
            )
    return result


def check(monograph: Monograph, evidence: Evidence, explained: Iterable[Quantity]) -> list[Finding]:
    """A finding for every number with a unit in a monograph."""
    findings, excused = [], frozenset(explained)
    for heading, text in monograph.sections:
        code = loinc.code_for_heading(heading)
        accepted = _SECTIONS.get(code or "", _GENERAL)
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z-])|\n+", text):
            for one in quantities(sentence):
                state: State = "no section" if evidence.codes.isdisjoint(accepted) else "not found"
                if evidence.n_labels == 0:
                    state = "no label"
                elif one in evidence.quantities:
                    state = "found"
                elif one in excused:
                    state = "explained"
                findings.append(
                    Finding(drug=monograph.name, section=heading, quantity=one.text, sentence=sentence, state=state)
                )
    return findings


def load_explained(path: Path = EXPLAINED) -> dict[str, tuple[Quantity, ...]]:
    """The numbers that no label at hand states, by drug; the reason stands beside each in the file."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    return {drug: tuple(one for key in reasons for one in quantities(key)) for drug, reasons in entries.items()}


def to_table(findings: Sequence[Finding], labels: Mapping[str, int]) -> str:
    """The counts of every drug, then each number that stands in no label with its sentence."""
    states = get_args(State)
    lines = [f"{'drug':22} {'labels':>6} {'numbers':>7} " + " ".join(f"{state:>10}" for state in states)]
    for drug in [*labels, "all"]:
        own = [one for one in findings if drug in (one.drug, "all")]
        counts = " ".join(f"{sum(one.state == state for one in own):>10}" for state in states)
        n_labels = sum(labels.values()) if drug == "all" else labels[drug]
        lines.append(f"{drug:22} {n_labels:>6} {len(own):>7} {counts}")
    missing = [one for one in findings if one.state == "not found"]
    lines += [f"not found: {one.drug}, {one.section}: {one.quantity}: {one.sentence}" for one in missing]
    return "\n".join([*lines, ""])


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the monographs; 0 if every number is found, explained or without a label to check."""
    parser = argparse.ArgumentParser(prog="python -m eval.starter_check", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of labels")
    parser.add_argument("--json", action="store_true", help="print every finding as JSON")
    options = parser.parse_args(arguments)
    monographs = [read_monograph(path) for path in sorted(MONOGRAPHS.glob("*.md"))]
    evidence = collect(read_labels(options.data), {one.ingredients for one in monographs})
    explained = load_explained()
    findings = [
        finding for one in monographs for finding in check(one, evidence[one.ingredients], explained.get(one.name, ()))
    ]
    counts = {one.name: evidence[one.ingredients].n_labels for one in monographs}
    sys.stdout.write(json.dumps([asdict(one) for one in findings]) if options.json else to_table(findings, counts))
    return int("not found" in {one.state for one in findings})


if __name__ == "__main__":
    try:
        sys.exit(main())
    except VademecumError as error:
        sys.exit(f"starter_check: {error}")
