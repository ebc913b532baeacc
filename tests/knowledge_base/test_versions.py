from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.retention import Version, older_ones
from knowledge_base.types import DocumentInfo
from knowledge_base.versions import ages, newest_first

INFO = DocumentInfo(id="x", source_path="/x", format="spl", kind="label", title="X", sha256="0", set_id="s")
VERSIONS = st.lists(
    st.builds(
        lambda version, date, held: (replace(INFO, version=version, effective_date=date), held),
        st.sampled_from([None, "1", "2", "10", "v3", ""]),
        st.sampled_from([None, "2020-01-01", "2024-06-01"]),
        st.booleans(),
    ),
    min_size=1,
)


def info(version: str | None = None, date: str | None = None) -> DocumentInfo:
    return replace(INFO, id=f"{version}/{date}", version=version, effective_date=date)


@pytest.mark.parametrize(
    ("versions", "in_order"),
    [
        ([info("9"), info("10"), info("2")], ["10", "9", "2"]),
        ([info("2", "2024-01-01"), info("3", "2020-01-01")], ["3", "2"]),
        ([info("2", "2020-01-01"), info(None, "2024-01-01")], [None, "2"]),
        ([info("v1", "2020-01-01"), info("1", "2024-01-01")], ["1", "v1"]),
    ],
)
def test_by_number_where_all_have_one_by_date_otherwise(versions, in_order) -> None:
    assert [one.version for one in newest_first(versions)] == in_order


@given(VERSIONS)
def test_one_is_always_left(made) -> None:
    versions = [Version(number, one, held) for number, (one, held) in enumerate(made)]
    assert len(older_ones(versions)) < len(versions)


@given(VERSIONS)
def test_what_has_nothing_to_compare_is_put_away_only_if_its_file_changed(made) -> None:
    versions = [Version(number, one, True) for number, (one, _) in enumerate(made)]
    values = ages([one.info for one in versions])
    assert all(values[number] is not None for number in older_ones(versions))
