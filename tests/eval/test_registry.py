from __future__ import annotations

from pathlib import Path

import pytest

from eval.benchmark import ANSWERING
from eval.registry import REGISTRY

PUBLIC = [one for one in REGISTRY if one.origin.files and not one.is_whole()]


def test_every_benchmark_says_where_it_comes_from() -> None:
    names = [one.name for one in REGISTRY]
    assert len(set(names)) == len(names)
    for one in PUBLIC:
        assert all((one.title, one.main, one.layers, one.origin.address, one.origin.licence, one.origin.paper)), (
            one.name
        )
        assert set(one.systems) <= set(ANSWERING), one.name


@pytest.mark.data
@pytest.mark.parametrize("benchmark", PUBLIC, ids=lambda one: one.name)
def test_the_published_files_are_those_of_the_checksums_and_give_items(benchmark, shared_data: Path) -> None:
    benchmark.origin.check(shared_data / "benchmarks")
    items = benchmark.load(shared_data / "benchmarks", 5)
    assert items
    assert len({item.id for item in items}) == len(items)
