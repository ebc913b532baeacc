from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio
import pytest

from eval.compare import compare_runs, comparison_table
from eval.html_diff import to_html as diff_html
from eval.html_report import to_html
from eval.markdown import to_markdown
from eval.reports import write_reports
from eval.results import collect, read_results, results_csv
from eval.running import Loaded, ask_one
from eval.runs import Stored
from knowledge_base.errors import VademecumError

RUN = {
    "identity": {
        **{"index": "1", "embedder": "e", "model": "extractive", "prompts": "p", "program": "q", "limit": None},
        "benchmarks": {},
    },
    "seed": 1,
    "machine": "m",
    "python": "3",
    "packages": {"numpy": "2"},
}


def _results(made: ModuleType, folder: Path, questions: list[str] | None = None) -> dict[str, Any]:
    benchmark, system = made.MadeBenchmark(questions), made.MadeSystem()
    items = tuple(benchmark.load(folder, None))
    outputs = [anyio.run(ask_one, one) for one in made.questions_for(items, system, benchmark)]
    stored = [Stored(f"k{number}", "made", output) for number, output in enumerate(outputs)]
    return collect(RUN, [Loaded(benchmark=benchmark, items=items)], stored, folder)


class _Page(HTMLParser):
    """The tags of a page, and every address it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "data", "action"}]


def test_figures_by_hand(tmp_path: Path, made: ModuleType) -> None:
    results = _results(made, tmp_path, ["x", "xx", "xxx", "xx"])
    figures = {one["name"]: one for one in results["benchmarks"][0]["measures"]}
    assert (figures["even"]["n"], figures["even"]["value"]) == (4, 0.5)
    assert (figures["long"]["n"], figures["long"]["value"]) == (1, 1.0)
    assert "3 of 4 could not be judged" in figures["long"]["note"]
    # Confidences 0.4, 0.9, 0.4, 0.9; right 0, 1, 0, 1: risks 0, 0, 1/3, 2/4.
    assert figures["AURC"]["value"] == pytest.approx((0 + 0 + 1 / 3 + 2 / 4) / 4)
    assert figures["calibration error"]["value"] == pytest.approx((0.4 + 0.1) / 2)
    assert "to be told apart" in figures["even"]["note"]


def test_the_page_loads_nothing_and_runs_nothing(tmp_path: Path, made: ModuleType) -> None:
    text = to_html(_results(made, tmp_path))
    page = _Page()
    page.feed(text)
    assert "script" not in page.tags
    assert page.addresses == []
    assert not re.search(r"\bon\w+\s*=\s*[\"']", text)
    assert "url(" not in text
    assert "@import" not in text
    # Titles and evidence come from data.
    assert "Made &lt;b&gt;for tests&lt;/b&gt;" in text
    assert "&lt;script&gt;alert(&#39;q0&#39;)" in text
    assert page.tags.count("svg") == 4
    assert "published, not run by us" in text.lower()


def test_failures_are_listed_by_id(tmp_path: Path, made: ModuleType) -> None:
    text = to_html(_results(made, tmp_path, ["x", "xx", "broken"]))
    assert "1 of 3 below 0.5, 1 failed" in text
    assert "<td>q0</td>" in text
    assert "the made system broke" in text
    assert "<td>q1</td>" not in text


def test_the_reports_are_the_same_result(tmp_path: Path, made: ModuleType) -> None:
    results = _results(made, tmp_path)
    write_reports(results, tmp_path)
    assert read_results(tmp_path) == json.loads(json.dumps(results))
    rows = list(csv.DictReader(io.StringIO(results_csv(results))))
    assert {row["source"] for row in rows} == {"this run", "published, not run by us: their paper"}
    assert float(next(row["value"] for row in rows if row["name"] == "even")) == pytest.approx(13 / 40)
    markdown = to_markdown(results)
    assert "| made | even | 40 | 0.325 |" in markdown
    assert "Published, not run by us:" in markdown
    assert "| Theirs | even | 0.500 | their paper |" in markdown


def test_no_question_is_written_into_the_results(tmp_path: Path, made: ModuleType) -> None:
    text = json.dumps(_results(made, tmp_path, ["a secret question", "another"]))
    assert "secret" not in text


def test_two_runs_item_by_item(tmp_path: Path, made: ModuleType) -> None:
    before, after = _results(made, tmp_path), _results(made, tmp_path, ["xx"] * made.N_ITEMS)
    (row,) = [one for one in compare_runs(before, after) if one.measure == "even"]
    assert row.difference.interval.n == made.N_ITEMS
    assert row.after - row.before == pytest.approx(27 / 40)
    assert row.difference.p is not None
    assert row.difference.p < 0.01
    assert len(row.changed) == 27
    table = comparison_table([row])
    assert "1 tests at once" in table
    assert "+0.675" in table
    assert "&lt;script&gt;" in diff_html([row], "a", "b")
    assert "<script" not in diff_html([row], "a", "b")


def test_a_run_is_no_better_than_itself(tmp_path: Path, made: ModuleType) -> None:
    results = _results(made, tmp_path)
    assert {row.difference.p for row in compare_runs(results, results)} == {1.0}
    assert compare_runs(results, {"benchmarks": []}) == []
    assert "no judged item in common" in comparison_table([])


def test_a_folder_without_results_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(VademecumError, match="holds no finished run"):
        read_results(tmp_path)
    (tmp_path / "results.json").write_text("[]", encoding="utf-8")
    with pytest.raises(VademecumError, match="damaged"):
        read_results(tmp_path)
