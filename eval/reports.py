"""All reports of a run in its folder: JSON, CSV, Markdown and one HTML page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.html_report import to_html
from eval.markdown import to_markdown
from eval.results import RESULTS_FILE, results_csv


def write_reports(results: Mapping[str, Any], folder: Path) -> None:
    """Write `results.json`, `results.csv`, `results.md` and `report.html`."""
    texts = {
        RESULTS_FILE: json.dumps(results, indent=1, ensure_ascii=False),
        "results.csv": results_csv(results),
        "results.md": to_markdown(results),
        "report.html": to_html(results),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
