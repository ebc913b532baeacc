"""What ingestion finds in each public label, against what its file holds.

    python -m eval.label_coverage --data DIR [--out docs]

Writes `ingestion.md` (bars, SPL labels, every file of DIR) and `ingestion-openfda.md` (openFDA labels), without any
label's text. The exit status is 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from eval.coverage_tables import openfda_page, spl_page
from eval.label_reports import is_met, report_files, report_openfda, report_spl
from eval.missing import MissingDataError
from knowledge_base.embedder import SentenceTransformerEmbedder
from knowledge_base.errors import VademecumError

_OPENFDA: Final = ("openfda_labels.jsonl.gz", "openfda_api_response_native.json")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the tables; 0 if every bar is met."""
    parser = argparse.ArgumentParser(prog="python -m eval.label_coverage", description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="folder of public labels and guidelines"
    )
    parser.add_argument("--out", type=Path, default=Path("docs"), metavar="DIR", help="where the tables are written")
    options = parser.parse_args(arguments)
    sources = [options.data / "labels_openfda" / name for name in _OPENFDA]
    for path in sources:
        MissingDataError.check(path)
    embedder = SentenceTransformerEmbedder()
    spl = [report_spl(path, embedder) for path in sorted((options.data / "labels_spl").glob("*.xml"))]
    openfda = [report for path in sources for report in report_openfda(path)]
    (options.out / "ingestion.md").write_text(
        spl_page(spl, openfda, list(report_files(options.data))), encoding="utf-8"
    )
    (options.out / "ingestion-openfda.md").write_text(openfda_page(openfda), encoding="utf-8")
    missed = [report.info.title for report in (*spl, *openfda) if not is_met(report)]
    sys.stdout.write(f"{len(spl)} SPL and {len(openfda)} openFDA labels; below a bar: {', '.join(missed) or 'none'}\n")
    return int(bool(missed))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except VademecumError as error:
        sys.exit(f"label_coverage: {error}")
