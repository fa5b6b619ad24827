"""The short version of `python -m tests.chaos.parts`: workers die in the middle of a file, and no row is lost."""

import os
from pathlib import Path

import pytest

from tests.chaos.parts import run_parts


@pytest.mark.timeout(600)
async def test_a_file_whose_workers_die_in_the_middle_of_its_parts_is_counted_exactly(tmp_path: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}

    report = await run_parts(tmp_path, kept, runs=1, rows=24_000, seed=20261129)

    assert (report.runs, report.wrong, report.parts_left) == (1, [], 0)
    assert report.kills + sum(report.crashes.values()) >= 1
