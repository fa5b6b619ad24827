"""The short version of `make restarts`: the api is replaced while it is used, and no request is lost."""

import os
from collections import Counter
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from tests.chaos.rolling import roll


@pytest.mark.timeout(400)
async def test_a_restart_of_one_copy_after_the_other_loses_no_request(tmp_path: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with Stack(tmp_path / "stack", durable=False) as stack:
        tally = await roll(stack, kept, restarts=3)

    assert (tally.restarts, tally.unclean_exits) == (3, 0), tally
    assert tally.lost == Counter(), tally
    assert set(tally.statuses) == {200, 202}, tally
    assert tally.statuses.total() == tally.sent
    assert tally.jobs == tally.accepted == tally.statuses[202]
    # The stopped copy was asked as well: otherwise nothing was tried.
    assert tally.refused > 0
