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
from eval.benchmarks.prompts import XsTest, SimpleSafetyTests, MedSafetyBench
from eval.benchmarks.pubmedqa import PubMedQa
from knowledge_base.errors import VademecumError

REGISTRY: Final[tuple[Benchmark, ...]] = (
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


def find(name: str) -> Benchmark:
    """The benchmark of that name.

    Raises:
        VademecumError: there is none; lists those there are.
    """
    for benchmark in REGISTRY:
        if benchmark.name == name:
            return benchmark
    known = ", ".join(one.name for one in REGISTRY)
    raise VademecumError(f"eval {name}: no such benchmark; there is: {known}")
