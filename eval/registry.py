"""Every benchmark by name; a new one is one line here."""

from __future__ import annotations

from typing import Final

from eval.benchmark import Benchmark
from eval.benchmarks.bioasq import BioAsq
from eval.benchmarks.bioasq_search import BioAsqSearch
from eval.benchmarks.cystic_fibrosis import CysticFibrosis
from eval.benchmarks.ddi import Ddi
from eval.benchmarks.expertqa import ExpertQa
from eval.benchmarks.healthver import HealthVer
from eval.benchmarks.kqa import KQa, KQaJudge
from eval.benchmarks.label_questions import LabelQuestions
from eval.benchmarks.live_questions import LiveQa, LiveQaAnswers
from eval.benchmarks.medhallu import MedHallu
from eval.benchmarks.medhalt import MedHalt
from eval.benchmarks.medication_questions import MedicationQa
from eval.benchmarks.mediqa import Mediqa
from eval.benchmarks.medquad import MedQuad
from eval.benchmarks.mirage import Mirage
from eval.benchmarks.names import RedMed
from eval.benchmarks.onc import Onc, OncNonInterruptive
from eval.benchmarks.presidio import Presidio
from eval.benchmarks.pubmedqa import PubMedQa
from eval.benchmarks.unsafe_prompts import MedSafetyBench, SimpleSafetyTests, XsTest
from eval.judged_by_model import JudgedByModel
from eval.questions import Questions
from eval.wrapped import INTERACTIONS, RETRIEVAL, SAFETY, WRAPPED
from knowledge_base.errors import VademecumError

REGISTRY: Final[tuple[Benchmark, ...]] = (
    Questions(),
    *WRAPPED,
    Mirage(),
    PubMedQa(),
    BioAsq(),
    BioAsqSearch(),
    MedicationQa(),
    LiveQa(),
    LiveQaAnswers(),
    MedQuad(),
    Mediqa(),
    CysticFibrosis(),
    KQa(),
    JudgedByModel(KQa()),
    KQaJudge(),
    LabelQuestions(),
    MedHallu(),
    MedHalt(),
    HealthVer(),
    ExpertQa(),
    Ddi(),
    Onc(),
    OncNonInterruptive(),
    RedMed(),
    XsTest(),
    SimpleSafetyTests(),
    MedSafetyBench(),
    Presidio(),
)
TOGETHER: Final[tuple[Benchmark, ...]] = (RETRIEVAL, SAFETY, INTERACTIONS)
"""Several others in one table, as they were measured before; `all` takes each by itself."""
ALL: Final = "all"


def find(name: str) -> tuple[Benchmark, ...]:
    """The benchmark of that name, or all of them.

    Raises:
        VademecumError: there is none; lists those there are.
    """
    if name == ALL:
        return REGISTRY
    for benchmark in (*REGISTRY, *TOGETHER):
        if benchmark.name == name:
            return (benchmark,)
    known = ", ".join(one.name for one in (*REGISTRY, *TOGETHER))
    raise VademecumError(f"eval {name}: no such benchmark; there is: {known}, {ALL}")
