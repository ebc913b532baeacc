"""Records of JSON of any shape and size, as they come out of a stream that gives a few bytes at a time."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.json_records import MAX_RECORD_CHARS, json_records
from knowledge_base.errors import IngestError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.lists(st.dictionaries(st.sampled_from(["a", "b", "é"]), VALUES, min_size=1, max_size=3), max_size=6)


class Slow(io.BytesIO):
    """Gives at most `step` bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        super().__init__(data)
        self._step = step

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size, self._step) if size is not None and size >= 0 else self._step)


def shapes(records: list[dict[str, object]]) -> dict[str, str]:
    meta = {"disclaimer": "results", "results": {"results": [1, 2]}, "more": [{}]}
    return {
        "list": json.dumps(records),
        "indented": json.dumps(records, indent=2, ensure_ascii=False),
        "api": json.dumps({"meta": meta, "results": records}),
        "api, indented": json.dumps({"meta": meta, "results": records, "after": 1}, indent=1),
        "lines": "\n\n".join(json.dumps(record, ensure_ascii=False) for record in records),
        "lines of Windows": "\r\n".join(map(json.dumps, records)) + "\r\n",
    }


@settings(max_examples=60, deadline=None)
@given(RECORDS, st.integers(1, 40), st.sampled_from(sorted(shapes([]))))
def test_every_shape_gives_its_records_in_their_order(records: list[dict[str, object]], step: int, shape: str) -> None:
    found = list(json_records(Slow(("\ufeff" + shapes(records)[shape]).encode(), step))) if records else []
    assert [record.value for record in found] == records
    assert [record.number for record in found] == list(range(1, len(records) + 1))
    assert all("\n" not in record.line and json.loads(record.line) == record.value for record in found)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.fixed_dictionaries({"a": st.text(max_size=20)}), min_size=2, max_size=5), st.data())
def test_a_file_that_is_cut_gives_what_stands_before_the_cut(records: list[dict[str, object]], data) -> None:
    whole = json.dumps({"meta": {}, "results": records}).encode()
    first = whole.index(b"[")
    cut = data.draw(st.integers(first + 1, len(whole) - 2))
    found, told = [], ""
    try:
        for record in json_records(Slow(whole[:cut], 11)):
            found.append(record.value)
    except IngestError as error:
        told = str(error)
    n_whole = sum(cut >= first + 1 + len(json.dumps(records[: n + 1])) - 2 for n in range(len(records)))
    assert found == records[:n_whole]
    assert told.startswith("damaged JSON")
    assert not found or told.endswith(f"nothing is read after record {n_whole}")


def test_a_damaged_line_costs_itself_only() -> None:
    found = list(json_records(io.BytesIO(b'{"a": 1}\n{"a": \n{"a": 3}\n')))
    assert [record.value for record in found] == [{"a": 1}, None, {"a": 3}]


def test_a_record_without_end_is_not_read_for_ever() -> None:
    class Endless(io.RawIOBase):
        n = 0

        def read(self, size: int = -1, /) -> bytes:
            self.n += size
            assert self.n < 4 * MAX_RECORD_CHARS
            return b'[{"a": 1}, {"a": "'.ljust(size, b"x") if self.n == size else b"x" * size

    records = json_records(Endless())  # type: ignore[arg-type]
    assert next(records).value == {"a": 1}
    with pytest.raises(IngestError, match=r"more than 32 million characters: nothing is read after record 1$"):
        next(records)
