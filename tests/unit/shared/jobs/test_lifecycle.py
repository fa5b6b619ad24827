import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.jobs import lifecycle, part_queries, queries
from shared.jobs.lifecycle import FINAL, MOVES, Move, Status

ROOT = Path(__file__).parents[4]

STATEMENTS = {
    Move.START: queries.CLAIM,
    Move.SUCCEED: queries.SUCCEED,
    Move.FAIL: queries.FAIL,
    Move.RELEASE: queries.RELEASE,
    Move.CANCEL: queries.CANCEL,
}
# Of a job that waits for its parts.
WAITING = {Move.FAIL: part_queries.FAIL, Move.RELEASE: part_queries.RESUME}

UPDATE_OF_JOB = re.compile(
    r"""UPDATE\s+(?:ONLY\s+)?(?:public\.)?"?job"?\s+(?:(?:AS\s+)?\w+\s+)??SET\b(?P<set>.*?)(?:\bWHERE\b|\bRETURNING\b|\Z)
    |INSERT\s+INTO\s+job\b.*?DO\s+UPDATE\s+SET\b(?P<upsert>.*?)(?:\bWHERE\b|\bRETURNING\b|\Z)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
# The column itself, in a list of columns, or a text that is only known at run time and may hold it.
ASSIGNMENT = re.compile(r"""(?:^|,)\s*"?status"?\s*=|\([^)]*\bstatus\b[^)]*\)\s*=|\{""", re.IGNORECASE)
CALL = re.compile(r"\b(?:update|setattr)\s*\(")
SPELLED = re.compile(rf"'(?:{'|'.join(Status)})'")


def texts(tree: ast.Module) -> Iterator[str]:
    """Every text in a program; what is filled in stands in braces, as it is written."""
    inside = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for value in node.values for part in ast.walk(value)}
            yield "".join(
                f"{{{ast.unparse(part.value)}}}" if isinstance(part, ast.FormattedValue) else ast.literal_eval(part)
                for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def assigned(code: str) -> list[str]:
    """What a program does to the status of jobs, but by the table of moves."""
    tree = ast.parse(code)
    sets = [found["set"] or found["upsert"] for text in texts(tree) for found in UPDATE_OF_JOB.finditer(text)]
    by_statement = [text for text in sets if ASSIGNMENT.search(re.sub(r"\{set_by\([\w.]+\)\}", "", text))]
    by_attribute = [
        ast.unparse(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and target.attr == "status" and "job" in ast.unparse(target.value).lower()
    ]
    by_call = [
        ast.unparse(node)
        # Few programs have such a call, and writing out every call of all of them takes seconds.
        for node in (ast.walk(tree) if CALL.search(code) else ())
        if isinstance(node, ast.Call)
        and (
            re.match(r"(\w+\.)*update\(Job\b.*\bstatus\b", ast.unparse(node), re.DOTALL)
            or re.match(r"setattr\(\w*job\w*, 'status'", ast.unparse(node), re.IGNORECASE)
        )
    ]
    return [*by_statement, *by_attribute, *by_call]


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


@pytest.mark.parametrize("move", Move)
def test_a_statement_moves_from_the_sources_of_its_move_to_the_target(move: Move) -> None:
    statement = STATEMENTS[move]
    change, _, rest = statement.partition("WHERE")
    condition, _, _ = rest.partition("RETURNING")

    assert re.findall(r"(?<!\w)status = '(\w+)'", change) == [lifecycle.target(move)]
    assert re.findall(r"(?<!\w)status\b[^']*\(([^)]*)\)", condition) == [
        ", ".join(f"'{status}'" for status in lifecycle.sources(move))
    ]


@pytest.mark.parametrize("move", WAITING)
def test_a_job_that_waits_for_its_parts_is_moved_by_the_same_table(move: Move) -> None:
    change, _, condition = WAITING[move].partition("WHERE")

    assert re.findall(r"(?<!\w)status = '(\w+)'", change) == [lifecycle.target(move)]
    assert condition.split("AND")[1].strip() == lifecycle.status_in(*lifecycle.sources(move))
    assert "lease_until = 'infinity'" in condition
    assert re.findall(r"(?<!\w)status = '(\w+)'", part_queries.RESUME_FORGOTTEN) == [Status.QUEUED]


@pytest.mark.parametrize(
    "code",
    [
        """sql = "UPDATE job SET status = 'failed' WHERE id = $1" """,
        """sql = "UPDATE job SET progress = 0, status = 'failed'" """,
        """sql = "UPDATE job AS j SET status = $2 WHERE j.id = $1" """,
        """sql = "UPDATE job j SET error = $3, status = $2" """,
        """sql = "WITH a AS (UPDATE ONLY job SET (error, status) = ($2, $3) RETURNING id) SELECT id FROM a" """,
        """sql = 'update "job"\\nset "status"=$1' """,
        """sql = f"UPDATE job SET progress = 0, status = '{Status.FAILED.value}' WHERE id = $1" """,
        """sql = f"UPDATE job SET {assignments} WHERE id = $1" """,
        """sql = "INSERT INTO job (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET status = 'queued'" """,
        """job.status = Status.FAILED""",
        """snapshot.job.status = Status.FAILED""",
        """statement = update(Job).where(Job.id == uid).values(status=Status.FAILED)""",
        """setattr(job, "status", Status.FAILED)""",
    ],
)
def test_an_assignment_of_a_status_is_seen_in_every_form(code: str) -> None:
    assert len(assigned(code)) >= 1


@pytest.mark.parametrize(
    "code",
    [
        """sql = "UPDATE job SET dispatched_at = now() WHERE status = 'queued'" """,
        """sql = f"UPDATE job SET {set_by(Move.FAIL)}, error = $3 WHERE {before(Move.FAIL)}" """,
        """sql = "UPDATE webhook_delivery SET status = 'dead' WHERE id = $1" """,
        """if job.status == Status.FAILED: pass""",
    ],
)
def test_what_assigns_no_status_of_a_job_is_let_pass(code: str) -> None:
    assert assigned(code) == []


def programs() -> Iterator[tuple[Path, str]]:
    """The programs that have a word for jobs; to read the others as trees takes seconds, and none can change a job."""
    for package in ("api", "worker", "shared"):
        for path in (ROOT / package).rglob("*.py"):
            code = path.read_text()
            if "job" in code.lower():
                yield path, code


def test_no_other_place_assigns_a_status() -> None:
    assert {path.name: found for path, code in programs() if (found := assigned(code))} == {}


def test_no_statement_about_jobs_spells_a_state_by_hand() -> None:
    spelled = {
        path.name: text
        for path, code in programs()
        if path.parent.name != "versions"
        for text in texts(ast.parse(code))
        if re.search(r"(?:FROM|JOIN|UPDATE|INTO)\s+job\b", text) and SPELLED.search(text)
    }

    assert spelled == {}
