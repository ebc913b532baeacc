"""Feed the readers what nobody would write: `python scripts/fuzz.py READER --seeds FOLDER... --seconds 600`.

READER is spl, openfda or pdf. Guided by coverage with atheris (https://github.com/google/atheris; `pip install
atheris`). Seeds are real or made files; half of the mutations are atheris' own on bytes, the other half change the
structure (elements of XML, values of JSON, objects of a PDF) so that they pass the parser and reach the reader.

A failure is any exception but IngestError, an input that takes longer than the limit, or a file opened for writing. The
input is then kept as `crash-*` or `timeout-*` in the current folder, and the exit code is not 0.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import io
import json
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import atheris

with atheris.instrument_imports(include=["ingest", "knowledge_base"]):
    from ingest.chunking import chunk
    from ingest.openfda import is_openfda, portions, read_openfda
    from ingest.pdf import read_pdf
    from ingest.spl import is_spl, read_spl
    from knowledge_base.errors import IngestError

_MAX_SEED_BYTES: Final = 60_000
_NUMBERS: Final = (0, -1, 1, 2**31, 10**12, 0.5)
_STRINGS: Final = ("", " ", "\u00ad", "\u202e", "\x00", "9" * 300, "a " * 300, "<b>", "[1]", "\N{PILE OF POO}")
_WRITING: Final = ("w", "a", "x", "+")


class _Words:
    """A token counter that needs no model: every word is a token."""

    max_tokens = 254

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"\S+", text)]

    def count_tokens(self, text: str) -> int:
        return len(self.token_offsets(text))


def _judge(documents: list[Any]) -> None:
    """What every reader promises of its documents."""
    for document in documents:
        for passage in chunk(document, _Words()):
            if document.text[passage.start : passage.end] != passage.text:
                raise AssertionError(f"a passage is not its span: {passage.id}")


def _read_spl(data: bytes) -> None:
    if is_spl(data):
        _judge([read_spl(data, "fuzz.xml", "0" * 64)])


def _read_openfda(data: bytes) -> None:
    if is_openfda(data):
        for part in portions(io.BytesIO(data)):
            if not isinstance(part, str):
                _judge(read_openfda(part.data, "fuzz.json", "0" * 64, part.first_record).documents)
        _judge(read_openfda(data, "fuzz.json", "0" * 64).documents)


def _read_pdf(data: bytes) -> None:
    _judge([read_pdf(data, "fuzz.pdf", "0" * 64).document])


def _change_xml(data: bytes, rng: random.Random) -> bytes:
    from lxml import etree

    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, huge_tree=False, recover=True))
    for _ in range(rng.randint(1, 4)):
        elements = [one for one in root.iter() if isinstance(one.tag, str)]
        one, other = rng.choice(elements), rng.choice(elements)
        match rng.randrange(7):
            case 0 if one.getparent() is not None:
                one.getparent().remove(one)
            case 1 if one.getparent() is not None:
                one.addnext(copy.deepcopy(one))
            case 2 if len(etree.tostring(one)) < 5_000:
                other.append(copy.deepcopy(one))
            case 3:
                one.text = rng.choice(_STRINGS).replace("\x00", "") + (one.text or "")
            case 4 if one.attrib:
                name = rng.choice(list(one.attrib))
                one.set(name, rng.choice([*map(str, _NUMBERS), "", "34066-1", "42229-5", "99999"]))
            case 5:
                one.tag = other.tag
            case _:
                one.text, other.text = other.text, one.text
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _slots(value: object) -> Iterator[tuple[Any, Any]]:
    """Every container of a JSON value with each of its keys."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from _slots(inner)


def _change_json(data: bytes, rng: random.Random) -> bytes:
    value = json.loads(data)
    for _ in range(rng.randint(1, 4)):
        slots = list(_slots(value))
        if not slots:
            break
        (holder, key), (other, other_key) = rng.choice(slots), rng.choice(slots)
        new = rng.choice([None, True, {}, [], [[]], {"a": [1]}, *_NUMBERS, *_STRINGS, copy.deepcopy(other[other_key])])
        if isinstance(holder, dict) and rng.random() < 0.3:
            holder[str(other_key)] = holder.pop(key)
        elif len(json.dumps(new)) < 5_000:
            holder[key] = new
    return json.dumps(value).encode()


def _change_pdf(data: bytes, rng: random.Random) -> bytes:
    """Objects swapped, numbers changed; content streams are changed unpacked."""
    import pymupdf

    with pymupdf.open(stream=data, filetype="pdf") as document:
        for _ in range(rng.randint(1, 4)):
            one, other = rng.randrange(1, document.xref_length()), rng.randrange(1, document.xref_length())
            if document.xref_is_stream(one) and rng.random() < 0.7:
                stream = bytearray(document.xref_stream(one) or b"")
                for _ in range(rng.randint(1, 20)):
                    if stream:
                        stream[rng.randrange(len(stream))] = rng.choice(b" 0123456789.-()[]<>TjTmTfETBTqQ\x00\xff")
                document.update_stream(one, bytes(stream))
            else:
                text = document.xref_object(rng.choice((one, other)), compressed=True)
                number = str(rng.choice(_NUMBERS))
                document.update_object(one, re.sub(r"-?\d+(?:\.\d+)?(?! \d+ R| R)", number, text, count=1))
        return bytes(document.tobytes(garbage=0, deflate=False))


_READERS: Final[dict[str, tuple[Callable[[bytes], None], Callable[[bytes, random.Random], bytes], str]]] = {
    "spl": (_read_spl, _change_xml, "*.xml"),
    "openfda": (_read_openfda, _change_json, "*.json*"),
    "pdf": (_read_pdf, _change_pdf, "*.pdf"),
}


def _small(path: Path) -> bytes | None:
    """A seed short enough to be read many times a second; of a PDF its first two pages."""
    data = path.read_bytes()
    if path.suffix == ".pdf" and len(data) > _MAX_SEED_BYTES:
        import pymupdf

        with pymupdf.open(stream=data, filetype="pdf") as document:
            document.select(range(min(2, document.page_count)))
            data = bytes(document.tobytes(garbage=4, deflate=True))
    return data if len(data) <= 3 * _MAX_SEED_BYTES else None


def _refuse_writing(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and any(sign in str(arguments[1]) for sign in _WRITING) and isinstance(arguments[0], str):
        raise AssertionError(f"a reader opened {arguments[0]} for writing")


def main() -> None:
    """Prepare seeds, then hand over to libFuzzer, which ends the process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", choices=_READERS)
    parser.add_argument("--seeds", nargs="+", type=Path, required=True)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--limit", type=int, default=30, help="seconds one input may take")
    options = parser.parse_args()
    read, change, pattern = _READERS[options.reader]
    corpus = Path(tempfile.mkdtemp(prefix=f"fuzz-{options.reader}-"))
    for number, path in enumerate(sorted(file for folder in options.seeds for file in folder.rglob(pattern))):
        seed = _small(path)
        if seed is not None:
            (corpus / f"{number:04}").write_bytes(seed)
    is_watched = False

    def test_one(data: bytes) -> None:
        nonlocal is_watched
        if is_watched:
            read_strictly(data)
        else:
            # The first input loads what the reader needs; only then is writing refused.
            is_watched = True
            read_strictly(data)
            sys.addaudithook(_refuse_writing)

    def read_strictly(data: bytes) -> None:
        try:
            read(data)
        except IngestError:
            return

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        rng = random.Random(seed)  # noqa: S311 - mutations, not secrets
        changed = b""
        if rng.random() < 0.5:
            # What can no longer be parsed is left to the mutation of bytes.
            with contextlib.suppress(Exception):
                changed = change(bytes(data), rng)[:max_size]
        return changed or bytes(atheris.Mutate(data, max_size))

    atheris.Setup(
        [
            sys.argv[0],
            str(corpus),
            f"-max_total_time={options.seconds}",
            f"-timeout={options.limit}",
            "-max_len=200000",
            "-rss_limit_mb=3000",
            "-print_final_stats=1",
        ],
        test_one,
        custom_mutator=mutate,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
