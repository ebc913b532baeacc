"""How well the medicines of a question are found: misspellings, absent names, plain questions, look-alikes.

Judged against the lexicon itself as far as a name spelled right is concerned: what it stands for is the labels'
to say. Thresholds were chosen on the medicines of the first half (`in_second_half`); the misses of both halves have
been read since to find what rules lack, so the second half is held back from numbers only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from eval.look_alike_names import measure_look_alikes
from eval.measures import OURS, Measure
from eval.name_questions import (
    drug_topics,
    framed,
    in_second_half,
    known_names,
    medication_questions,
    misspelt_names,
    questions_without_drug,
)
from eval.statistics import wilson
from knowledge_base.drug_names import DrugLexicon
from knowledge_base.medicine_table import medicine_table

TASK: Final = "drug names"
_N_PLAIN: Final = 5000
_SPELLED: Final = frozenset({"exact", "brand", "salt"})


def measure_drug_names(data: Path, lexicon: DrugLexicon, limit: int | None = None) -> tuple[Measure, ...]:
    """Every figure on names, in the order of the table.

    Args:
        data: the folder that holds `benchmarks/`, or that folder itself.
        lexicon: the names of the knowledge base under test.
        limit: at most so many items of each set.
    """
    benchmarks = data / "benchmarks" if (data / "benchmarks").is_dir() else data
    return (
        *_misspellings(benchmarks, lexicon, limit),
        *_plain_questions(benchmarks, lexicon, limit),
        _absent_names(benchmarks, lexicon, limit),
        *_consumer_questions(benchmarks, lexicon, limit),
        *measure_look_alikes(limit),
    )


def read_drugs(lexicon: DrugLexicon, question: str) -> frozenset[str]:
    """The ingredients that a question is taken to name; what is asked back about is not among them."""
    return frozenset(one for mention in lexicon.resolve(question).mentions for one in mention.ingredients)


def _spelled(lexicon: DrugLexicon, *names: str) -> frozenset[str]:
    """What names spelled right stand for."""
    mentions = (mention for name in names for mention in lexicon.resolve(name).mentions)
    return frozenset(one for mention in mentions if mention.match in _SPELLED for one in mention.ingredients)


def meant(lexicon: DrugLexicon, name: str, medicine: str) -> frozenset[str]:
    """What a name stands for, by itself or by the medicine that a set gives for it; nothing where it is not held.

    A product of several ingredients of which one is not held is not held: it is no other name for the rest.
    """
    if (spelled := _spelled(lexicon, name)) or len(medicine_table().stands_for(name)) > 1:
        return spelled
    return _spelled(lexicon, name, medicine)


def _misspellings(benchmarks: Path, lexicon: DrugLexicon, limit: int | None) -> list[Measure]:
    verdicts: list[tuple[bool, bool, bool, bool]] = []
    for pair in misspelt_names(benchmarks)[:limit]:
        if wanted := meant(lexicon, pair.target, pair.drug):
            read = read_drugs(lexicon, framed(pair.typed))
            verdicts.append((pair.strict, pair.is_held_back, bool(read) and read <= wanted, not read <= wanted))
    strict = [one for one in verdicts if one[0]]
    held_back = [one for one in strict if one[1]]
    return [
        _share("misspelling read right, strict", [one[2] for one in strict], bar=0.97),
        _share("misspelling read right, strict, held back", [one[2] for one in held_back], bar=0.97),
        _share("misspelling read right, all pairs", [one[2] for one in verdicts]),
        _share("misspelling read as another drug, strict", [one[3] for one in strict], bar=0.0, less=True),
        _share("misspelling read as another drug, all pairs", [one[3] for one in verdicts], less=True),
    ]


def _plain_questions(benchmarks: Path, lexicon: DrugLexicon, limit: int | None) -> list[Measure]:
    mixed, disorders = questions_without_drug(benchmarks)
    sample = [*mixed, *disorders[: max(0, _N_PLAIN - len(mixed))]][:limit]
    everything = [*mixed, *disorders][:limit]
    read = {text: lexicon.resolve(text) for text in everything}
    return [
        _share("drug seen where there is none", [bool(read[text].mentions) for text in sample], bar=0.005, less=True),
        _share("the same, every question", [bool(one.mentions) for one in read.values()], bar=0.005, less=True),
        _share("unknown drug seen where there is none", [bool(read[text].unknown) for text in sample], less=True),
    ]


def _absent_names(benchmarks: Path, lexicon: DrugLexicon, limit: int | None) -> Measure:
    """Names of medicines that are not held, one by one in a question."""
    drugs = [*known_names(benchmarks), *((topic, (topic,)) for topic in drug_topics(benchmarks))]
    absent = {name: None for _, names in drugs if not _spelled(lexicon, *names) for name in names}
    return _share(
        "absent drug taken for another",
        [bool(read_drugs(lexicon, framed(name))) for name in list(absent)[:limit]],
        bar=0.01,
        less=True,
    )


def _consumer_questions(benchmarks: Path, lexicon: DrugLexicon, limit: int | None) -> list[Measure]:
    generic = {name.lower(): one for one, names in known_names(benchmarks) for name in names}
    right: list[tuple[bool, bool]] = []
    for question in medication_questions(benchmarks)[:limit]:
        foci = [meant(lexicon, name, generic.get(name.lower(), name)) for name in question.names]
        if foci and all(foci):
            read = read_drugs(lexicon, question.text)
            right.append((in_second_half(question.text), all(focus & read for focus in foci)))
    return [
        _share("MedicationQA: drug resolved", [one for _, one in right], bar=0.95),
        _share("MedicationQA: drug resolved, held back", [one for second, one in right if second], bar=0.95),
    ]


def _share(name: str, verdicts: Sequence[bool], *, bar: float | None = None, less: bool = False) -> Measure:
    share = wilson(sum(verdicts), len(verdicts))
    note = "" if verdicts else "the set is missing, or none of its medicines is held"
    return Measure.of_share(TASK, OURS, name, share, bar=bar, higher_is_better=not less, note=note)
