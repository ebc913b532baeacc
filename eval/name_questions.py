"""Questions that do or do not name a medicine, from public sets: RedMed, MedicationQA, MedQuAD and others.

Reads the sets where they lie; a set that is missing gives no questions. `drug_names.py` asks them.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from knowledge_base.common_words import is_common
from knowledge_base.medicine_table import medicine_table
from knowledge_base.words import name_key

FRAMES: Final = (
    "can i take {} with food",
    "is {} safe in pregnancy",
    "{} dosage for adults",
    "what happens if i miss a dose of {}",
    "what are the side effects of {}?",
    "can {} be taken with alcohol",
    "My mother was put on {} last week, does it cause dizziness?",
    "how long does {} stay in your system",
    "{}",
    "does {} raise blood pressure",
    "i forgot my {} this morning",
    "Renal dose adjustment for {} in CKD stage 4",
    "should children be given {}?",
    "what is {} used for",
)
"""Ways to ask about a medicine, of patients and of clinicians; a name takes one of them by its own letters."""

_SEED: Final = 20261126
_LONG_NAME: Final = 6


class NamePair(NamedTuple):
    """A misspelling, the name it stands for, that name's medicine, and whether the pair is sure."""

    typed: str
    target: str
    drug: str
    strict: bool

    @property
    def is_held_back(self) -> bool:
        """Whether the medicine belongs to the half that no threshold was chosen on."""
        return in_second_half(self.drug)


class NamedQuestion(NamedTuple):
    """A question and the medicines it is about, as the set's authors wrote them down."""

    text: str
    names: tuple[str, ...]


def in_second_half(name: str) -> bool:
    """A fair coin thrown by a name: the same side each time, on every machine."""
    return random.Random(f"{_SEED} {name}").random() < 0.5  # noqa: S311 - a split, no secret


def framed(name: str) -> str:
    """A name put into one of the frames, always the same one."""
    return random.Random(f"{_SEED} frame {name}").choice(FRAMES).format(name)  # noqa: S311


def misspelt_names(benchmarks: Path) -> list[NamePair]:
    """Misspellings of medicine names seen in social media (RedMed, Lavertu and Altman 2019)."""
    return [
        NamePair(row["misspelling"], row["target"], row["drug"].replace("_", " "), row["strict"] == "1")
        for row in _rows(benchmarks / "misspellings_redmed" / "pairs.tsv", "\t")
    ]


def known_names(benchmarks: Path) -> list[tuple[str, tuple[str, ...]]]:
    """Medicines with the names that RedMed knows of each, the generic one first."""
    found = []
    for row in _rows(benchmarks / "misspellings_redmed" / "redmed_lexicon.tsv.gz", "\t"):
        generic = row["drug"].replace("_", " ")
        others = (name.strip().replace("_", " ") for name in row["known"].split(",") if name.strip(" -"))
        found.append((generic, tuple(dict.fromkeys((generic, *others)))))
    return found


def medication_questions(benchmarks: Path) -> list[NamedQuestion]:
    """What consumers asked about medicines, with their focus (MedicationQA, Ben Abacha et al. 2019)."""
    found: dict[str, list[str]] = {}
    for row in _rows(benchmarks / "medicationqa" / "medicationqa.csv", ","):
        focus = row["Focus (Drug)"].replace("|", ",").replace("+", ",").replace(" and ", ",").split(",")
        found.setdefault(row["Question"], []).extend(name.strip() for name in focus if name.strip())
    return [NamedQuestion(text, tuple(dict.fromkeys(names))) for text, names in found.items()]


def questions_without_drug(benchmarks: Path) -> tuple[list[str], list[str]]:
    """Questions and claims of health and daily life, and questions about disorders, none naming a medicine.

    Both in an order of chance. The disorders are MedQuAD's, by its own annotation, one question a disorder and
    kind. From every set a text is left out where it holds a whole name of a medicine (RedMed's, MedicationQA's
    and MedQuAD's lists, the longer ones of the shipped table; without the everyday words among them), right or wrong.
    """
    names = _drug_keys(benchmarks)
    longest = max(map(len, names), default=1)

    def plain(readers: Sequence[Callable[[Path], Iterator[str]]]) -> list[str]:
        texts = dict.fromkeys(text for read in readers for text in read(benchmarks))
        kept = [text for text in texts if not _holds_name(text, names, longest)]
        random.Random(_SEED).shuffle(kept)  # noqa: S311
        return kept

    return plain((_liveqa, _kqa, _xstest, _healthver, _pubmedqa)), plain((_disorders,))


def _drug_keys(benchmarks: Path) -> frozenset[tuple[str, ...]]:
    names = [name for _, all_names in known_names(benchmarks) for name in all_names]
    names += [name for question in medication_questions(benchmarks) for name in question.names]
    names += drug_topics(benchmarks)
    # RedMed's list here is a sample; the longer names of the shipped list are no everyday words either.
    names += [name for name in shipped_names() if len(name) >= _LONG_NAME]
    return frozenset(key for name in names if (key := name_key(name)) and not all(map(is_common, key)))


def shipped_names() -> list[str]:
    """The names of the shipped table of medicines."""
    table = medicine_table()
    return [*table.ingredients, *(" ".join(key) for key in (*table.brands, *table.synonyms))]


def drug_topics(benchmarks: Path) -> list[str]:
    """The medicines and supplements MedQuAD has pages of."""
    sources = ("MPlusDrugs", "MPlusHerbsSupplements")
    return list(dict.fromkeys(row["focus"] for row in _medquad(benchmarks) if row["source"] in sources))


def _holds_name(text: str, names: frozenset[tuple[str, ...]], longest: int) -> bool:
    words = name_key(text)
    return any(
        words[first:last] in names
        for first in range(len(words))
        for last in range(first + 1, min(first + longest, len(words)) + 1)
    )


def _disorders(benchmarks: Path) -> Iterator[str]:
    seen = set()
    for row in _medquad(benchmarks):
        # One question a disorder and kind: the sources repeat each other.
        if row["focus_group"] == "Disorders" and (key := (row["focus"].lower(), row["qtype"])) not in seen:
            seen.add(key)
            yield row["question"]


def _liveqa(benchmarks: Path) -> Iterator[str]:
    path = benchmarks / "liveqa_med_2017" / "TREC-2017-LiveQA-Medical-Test-Questions-w-summaries.xml"
    if path.is_file():
        for question in ET.parse(path).iter("NLM-QUESTION"):  # noqa: S314
            summary = question.findtext("NLM-Summary")
            foci = {focus.get("fcategory") for focus in question.iter("FOCUS")}
            if summary and "DrugSupplement" not in foci:
                yield summary


def _kqa(benchmarks: Path) -> Iterator[str]:
    for line in _lines(benchmarks / "kqa" / "questions.jsonl"):
        row = json.loads(line)
        if "treatment" not in (row["entity_tag"] or ()):
            yield row["Question"]


def _xstest(benchmarks: Path) -> Iterator[str]:
    return (row["prompt"] for row in _rows(benchmarks / "xstest" / "xstest_prompts.csv", ","))


def _healthver(benchmarks: Path) -> Iterator[str]:
    for name in ("healthver_dev.csv.gz", "healthver_test.csv.gz"):
        for row in _rows(benchmarks / "healthver" / name, ","):
            yield row["claim"]
            yield row["question"]


def _pubmedqa(benchmarks: Path) -> Iterator[str]:
    for line in _lines(benchmarks / "pubmedqa" / "ori_pqal.json.gz", whole=True):
        yield from (row["QUESTION"] for row in json.loads(line).values())


def _medquad(benchmarks: Path) -> Iterator[dict[str, str]]:
    return map(json.loads, _lines(benchmarks / "medquad" / "medquad.jsonl.gz"))


def _rows(path: Path, delimiter: str) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(_lines(path), delimiter=delimiter))


def _lines(path: Path, *, whole: bool = False) -> Iterator[str]:
    if not path.is_file():
        return
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    if whole:
        yield text
    else:
        yield from io.StringIO(text, newline="")
