import re
from pathlib import Path

from shared.jobs import lifecycle
from shared.jobs.lifecycle import FINAL, MOVES, Move, Status

ROOT = Path(__file__).parents[4]


def test_every_state_has_its_moves_and_every_move_one_target() -> None:
    assert set(MOVES) == set(Status)
    assert {move: lifecycle.target(move) for move in Move} == {
        Move.START: Status.RUNNING,
        Move.SUCCEED: Status.SUCCEEDED,
        Move.FAIL: Status.FAILED,
        Move.RELEASE: Status.QUEUED,
        Move.CANCEL: Status.CANCELLED,
    }


def test_what_has_ended_stays_ended() -> None:
    assert frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED}) == FINAL


def test_every_state_but_the_first_can_be_reached() -> None:
    reached = {target for moves in MOVES.values() for target in moves.values()}

    assert reached == set(Status)


def test_no_other_place_assigns_a_status() -> None:
    assigning = re.compile(r"UPDATE\s+job\s+SET\s+status\s*=|^\s*job\.status\s*=[^=]", re.IGNORECASE | re.MULTILINE)
    sources = [path for package in ("api", "worker", "shared") for path in (ROOT / package).rglob("*.py")]

    assert [path.name for path in sources if assigning.search(path.read_text())] == []
