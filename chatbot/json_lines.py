"""Reading files of one JSON object a line, so that every complaint can name its line."""

from __future__ import annotations

from pathlib import Path

from knowledge_base.errors import VademecumError


def numbered_lines(path: Path, name: str) -> list[tuple[str, str]]:
    """("<name> line <n>", line) of every line that is not blank; `name` is how the person named the file.

    Raises:
        VademecumError: the file cannot be read as UTF-8 text.
    """
    try:
        # Not `splitlines`: a text in JSON may hold other characters that end a line there.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise VademecumError(f"{name}: cannot be read as UTF-8 text ({type(error).__name__})") from error
    return [(f"{name} line {n}", line) for n, line in enumerate(lines, start=1) if line.strip()]
