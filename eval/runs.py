"""A run on disk: what it depends on (`run.json`) and every output as it came (`outputs.jsonl`).

An output is on disk before the next is begun in its place, so a run that is killed goes on where it was. `OutputCache`
keeps outputs by what they depend on, for other runs. Knows no benchmark.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, NamedTuple, Self

from eval.benchmark import Output
from knowledge_base.errors import VademecumError

RUN_FILE: Final = "run.json"
OUTPUTS_FILE: Final = "outputs.jsonl"


class Stored(NamedTuple):
    """An output with the benchmark it belongs to and the key of what it depends on."""

    key: str
    benchmark: str
    output: Output


class Run:
    """An open folder of one run; use it in a `with`."""

    def __init__(self, folder: Path, facts: dict[str, Any], known: dict[str, Stored], file: IO[bytes]) -> None:
        self.folder = folder
        self.facts = facts
        self.known = known
        self._file = file

    @classmethod
    def open(cls, folder: Path, identity: dict[str, Any], more: Mapping[str, Any]) -> Self:
        """Begin a run, or go on with the one in this folder.

        Args:
            folder: made if it is not there.
            identity: what must be the same for a run to go on.
            more: what is written beside it, of the first start.

        Raises:
            VademecumError: the folder holds another run, or cannot be written.
        """
        path = folder / RUN_FILE
        # As JSON gives it back: tuples are lists.
        wanted = json.loads(json.dumps(identity))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if path.is_file():
                facts = read_run(folder)
                differing = [name for name in wanted if facts["identity"].get(name) != wanted[name]]
                if differing:
                    raise VademecumError(
                        f"{folder} holds a run with another {', '.join(differing)}; name another folder with --out"
                    )
            else:
                facts = {"identity": wanted, **more}
                _write_whole(path, json.dumps(facts, indent=2, ensure_ascii=False))
            _cut_half_a_line(folder / OUTPUTS_FILE)
            known = {one.key: one for one in read_outputs(folder)}
            return cls(folder, facts, known, (folder / OUTPUTS_FILE).open("ab"))
        except OSError as error:
            raise VademecumError(f"{folder} cannot be used for a run ({error})") from error

    def add(self, *outputs: Stored) -> None:
        """Put outputs on disk."""
        for stored in outputs:
            row = {"key": stored.key, "benchmark": stored.benchmark, **stored.output.to_json()}
            self._file.write(json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.known.update({stored.key: stored for stored in outputs})

    def __enter__(self) -> Self:
        """The open run."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its file."""
        self._file.close()


class OutputCache:
    """Outputs of all runs by what they depend on; safe to share between processes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with closing(self._connect()) as db, db:
            db.execute("CREATE TABLE IF NOT EXISTS outputs(key TEXT PRIMARY KEY, output TEXT NOT NULL) WITHOUT ROWID")

    def get(self, key: str) -> Output | None:
        """The output under this key."""
        with closing(self._connect()) as db:
            row = db.execute("SELECT output FROM outputs WHERE key = ?", (key,)).fetchone()
        return Output.from_json(json.loads(row[0])) if row else None

    def put(self, key: str, output: Output) -> None:
        """Keep an output; one that failed is not kept, so that it is tried again."""
        if output.error is not None:
            return
        with closing(self._connect()) as db, db:
            text = json.dumps(output.to_json(), ensure_ascii=False)
            db.execute("INSERT OR REPLACE INTO outputs VALUES (?, ?)", (key, text))

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=60)


def read_run(folder: Path) -> dict[str, Any]:
    """What a run depends on.

    Raises:
        VademecumError: there is no run in the folder, or its file is damaged.
    """
    path = folder / RUN_FILE
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        facts["identity"]["benchmarks"].items()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise VademecumError(f"{folder} holds no run ({RUN_FILE} is missing)") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise VademecumError(f"{path} is damaged ({type(error).__name__}); delete the folder and run again") from error
    return dict(facts)


def read_outputs(folder: Path) -> list[Stored]:
    """All outputs of a run, the last under each key; half a line at the end, left by a kill, is none.

    Raises:
        VademecumError: a line is damaged; names it.
    """
    path = folder / OUTPUTS_FILE
    found: dict[str, Stored] = {}
    lines = path.read_bytes().split(b"\n")[:-1] if path.is_file() else []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            stored = Stored(row.pop("key"), row.pop("benchmark"), Output.from_json(row))
            found[stored.key] = stored
        except (ValueError, KeyError, TypeError) as error:
            raise VademecumError(f"{path}, line {number}: damaged; delete the line and run again") from error
    return list(found.values())


def _cut_half_a_line(path: Path) -> None:
    if path.is_file():
        with path.open("r+b") as file:
            file.truncate(file.read().rfind(b"\n") + 1)


def _write_whole(path: Path, text: str) -> None:
    """After a crash either all of it is there or nothing."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
