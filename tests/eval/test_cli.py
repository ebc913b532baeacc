"""The evaluation commands over a real knowledge base of two monographs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chatbot.cli import build_app
from eval.cli import evaluate
from ingest.pipeline import ingest_paths
from knowledge_base.embedder import Embedder
from knowledge_base.errors import VademecumError

_OF_RUNS = frozenset({"report", "compare", "export"})
MONOGRAPHS = Path(str(files("knowledge_base"))) / "data" / "starter" / "monographs"
ROWS = [
    {
        "question": "side effects of ibuprofen",
        "kind": "answer",
        "ingredient": "ibuprofen",
        "section_codes": ["34084-4"],
    },
    {"question": "side effects of lisinopril", "kind": "answer", "ingredient": "ibuprofen"},
    {"question": "flonezatrib side effects", "kind": "abstention"},
]


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    path = tmp_path_factory.mktemp("kb")
    ingest_paths([MONOGRAPHS / "ibuprofen.md", MONOGRAPHS / "lisinopril.md"], path, embedder)
    return path


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "own.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VADEMECUM_HOME", str(tmp_path / "home"))


def command(*words: object) -> Result:
    return CliRunner().invoke(build_app(), [str(word) for word in words], catch_exceptions=False)


def test_a_file_of_questions_becomes_a_table_and_reports(kb: Path, questions: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    result = command("eval", "questions", "--data", questions, "--kb", kb, "--out", out)
    assert result.exit_code == 0
    assert "0 of 12 outputs at hand; 12 questions to ask" in result.stderr
    assert "| questions | kind | 3 | 1.000 |" in result.stdout
    written = json.loads((out / "questions.json").read_text(encoding="utf-8"))
    assert written["measures"]["drug"]["value"] == 0.5
    assert written["measures"]["section"]["n"] == 1
    assert written["measures"]["quotes exact"]["value"] == 1.0
    assert [one["verdicts"]["drug"] for one in written["judgements"]] == [True, False, None]
    assert {one.name for one in out.iterdir()} == {
        *("run.json", "outputs.jsonl", "questions.json", "results.json", "results.csv", "results.md", "report.html"),
    }
    facts = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert facts["identity"]["model"] == "extractive"
    assert {"seed", "machine", "packages", "started_at"} <= facts.keys()

    again = command("eval", "run", "questions", "--data", questions, "--kb", kb, "--out", out)
    assert "12 of 12 outputs at hand; 0 questions to ask" in again.stderr
    assert again.stdout == result.stdout

    assert "| questions | kind | 3 |" in command("eval", "report", out).stdout
    compared = command("eval", "compare", out, out, "--out", tmp_path / "diff.html")
    assert "tests at once" in compared.stdout
    assert (tmp_path / "diff.html").is_file()


class Handler(BaseHTTPRequestHandler):
    """A server of one model that writes one sentence."""

    def do_GET(self) -> None:
        self._send(json.dumps({"object": "list", "data": [{"id": "tiny", "object": "model"}]}), "application/json")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        chunk = {"choices": [{"delta": {"role": "assistant", "content": "I do not know."}, "index": 0}]}
        self._send(f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n", "text/event-stream")

    def _send(self, body: str, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def test_a_model_brings_its_baselines_and_its_price(
    kb: Path, questions: Path, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VADEMECUM_LLM_BASE_URL", address)
    prices = ("--price-read", "1", "--price-written", "2")
    out = tmp_path / "run"
    result = command("eval", "questions", "--data", questions, "--kb", kb, "--out", out, *prices)
    assert "18 questions to ask, about" in result.stderr
    assert "at the prices given" in result.stderr
    facts = json.loads((out / "run.json").read_text(encoding="utf-8"))["identity"]
    # The name that the server gives: outputs of another model there are not taken for these.
    assert facts["model"] == "tiny"
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))["benchmarks"][0]
    assert [one["system"] for one in results["systems"]] == [
        *("vademecum", "extractive", "closed book", "BM25", "MiniLM", "RRF"),
    ]
    assert all(item["error"] is None for one in results["systems"] for item in one["items"])


def test_options_may_stand_before_the_name(kb: Path, questions: Path) -> None:
    result = command("eval", "--data", questions, "--kb", kb, "--limit", "1", "questions")
    assert "| questions | kind | 1 |" in result.stdout


def test_a_run_in_the_folder_of_another_is_refused(kb: Path, questions: Path, tmp_path: Path) -> None:
    command("eval", "questions", "--data", questions, "--kb", kb, "--out", tmp_path / "run", "--limit", "1")
    with pytest.raises(VademecumError, match="another limit"):
        command("eval", "questions", "--data", questions, "--kb", kb, "--out", tmp_path / "run")


def test_the_list_names_every_benchmark_once() -> None:
    names = [line.split()[0] for line in command("eval", "list").stdout.splitlines()]
    assert {"questions", "retrieval", "safety", "privacy", "interactions"} <= set(names)
    assert len(names) == len(set(names))


def test_the_commands_there_are() -> None:
    assert [one.name for one in evaluate.registered_commands] == ["list", "run", "report", "compare", "export", "judge"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["pubmedqa"], "needs the folder of benchmarks; name it with --data"),
        (["pubmedqa", "--data", "EMPTY"], "is missing; --data names the folder that holds the benchmarks"),
        (["questions", "--data", "EMPTY"], "is a folder; name your file of questions"),
        (["report", "FILE"], "holds no finished run"),
        (["compare", "FILE", "FILE"], "holds no finished run"),
        (["export", "FILE", "--to", "trec", "--data", "EMPTY", "--out", "EMPTY"], "holds no run"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(kb: Path, tmp_path: Path, words: list[str], told: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    named = {"EMPTY": tmp_path / "empty", "FILE": tmp_path / "file"}
    with pytest.raises(VademecumError, match=told) as caught:
        command("eval", *(named.get(word, word) for word in words), *(["--kb", kb] if words[0] not in _OF_RUNS else []))
    assert "\n" not in str(caught.value)
