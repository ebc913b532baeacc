from __future__ import annotations

import json
from pathlib import Path

from eval.benchmarks.expertqa import ExpertQa


def _claim(text: str, support: str | None, evidence: list[str]) -> dict[str, object]:
    return {"claim_string": text, "support": support, "evidence": evidence}


def test_claims_with_evidence_are_judged(tmp_path: Path, put, made_system, with_embedder, embedder, ask_all) -> None:
    fact = "Zinc shortens a cold by one day."
    claims = [
        _claim(fact, "Complete", [fact]),
        _claim("The moon is far.", "Partial", [fact]),
        _claim("The sun is near.", "Complete", [fact]),
        _claim("No evidence.", "Missing", []),
        _claim("Not judged.", "N/A", [fact]),
        _claim("Not judged.", None, [fact]),
    ]
    row = {"question": "?", "answers": {"gpt4": {"claims": claims}}}
    put(tmp_path / "expertqa_medicine" / "expertqa_medicine.jsonl.gz", json.dumps(row))
    items, _, measures = ask_all(ExpertQa(), tmp_path, made_system(knowledge_base=with_embedder(embedder)))
    assert [item.id for item in items] == ["0/0", "0/1", "0/2"]
    assert measures["accuracy"].value == 2 / 3
    assert measures["recall, supported"].value == 0.5
    assert measures["precision, supported"].value == 1.0
