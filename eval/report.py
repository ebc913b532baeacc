"""A result as a table a person can read: shares with intervals, latency, and every failure."""

from __future__ import annotations

import statistics

from eval.questions import QuestionsResult
from eval.statistics import Share


def to_table(result: QuestionsResult) -> str:
    """Markdown table of the measures, then the questions that failed and why."""
    lines = [f"model {result.model}, index {result.index_version}", "", "| measure | n | share | 95 % interval |"]
    lines.append("|---|---|---|---|")
    lines += [_row(measure, result.share(measure)) for measure in result.measures]
    seconds = [judgement.seconds for judgement in result.judgements]
    if seconds:
        lines += ["", f"seconds a question: median {statistics.median(seconds):.3f}, highest {max(seconds):.3f}"]
    for judgement in result.judgements:
        failed = [measure for measure, verdict in judgement.verdicts.items() if verdict is False]
        if failed:
            lines.append(f"failed ({', '.join(failed)}): {judgement.question}")
    return "\n".join(lines)


def _row(measure: str, share: Share) -> str:
    if share.value is None or share.low is None or share.high is None:
        return f"| {measure} | 0 | not judged | |"
    return f"| {measure} | {share.n} | {share.value:.3f} | {share.low:.3f} to {share.high:.3f} |"
