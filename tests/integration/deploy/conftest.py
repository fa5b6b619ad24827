"""What an operator does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.datadir import DataDir
from deploy.local.forking import Nursery
from tests.integration.deploy.programs import Programs


@pytest.fixture
def programs(nursery: Nursery, tmp_path: Path) -> Iterator[Programs]:
    """Runs the programs of an operator."""
    data = DataDir(tmp_path / "programs")
    data.lock()
    yield Programs(nursery, data)
    data.unlock()
