"""Exports hold all that a run knows of its rows, in their order, and nothing that a spreadsheet would execute."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.kit.platform import Platform
from shared.runs.rows import exported_rows, exports
from tests.actors import Client, eventually
from tests.integration.api.test_run_scores import COUNTRY, SCORES, TRUTH, binary, multiclass
from tests.integration.api.test_runs import send

pytestmark = pytest.mark.usefixtures("workers")

HOSTILE = b"""id,y_true,y_pred,prob_b,=cmd,id_2,confidence
1,a,=1+1,0.91,-5,x,"two
lines"
-2,a,a,0.33,-5+3,@sum,
3,=1+1,a,0.4,"q""uote",y,-
"""


async def lines(client: Client, run: Any, path: str = "export", **query: Any) -> list[dict[str, str]]:
    answer = await client.get(f"/v1/runs/{run['id']}/{path}", **query)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8"), answer.text
    return [*csv.DictReader(io.StringIO(answer.text, newline=""))]


async def table(client: Client, run: Any, **query: Any) -> pa.Table:
    answer = await client.get(f"/v1/runs/{run['id']}/export", format="parquet", **query)
    assert answer.headers["content-type"] == "application/vnd.apache.parquet", answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="run-{run["id"]}-v1-samples.parquet"'
    return pq.read_table(io.BytesIO(answer.content))


async def test_an_export_has_every_row_in_the_order_of_the_file(alice: Client) -> None:
    run = await send(alice, binary(), positive="spam")
    names = ["ham", "spam"]

    found, same = await lines(alice, run), (await table(alice, run)).to_pylist()

    assert [row["row"] for row in same] == [*range(1, 401)]
    assert [row["id"] for row in same] == [*map(str, range(400))]
    assert [row["actual"] for row in same] == [names[label] for label in TRUTH]
    assert [row["predicted"] for row in same] == [names[int(score >= 0.5)] for score in SCORES]
    assert [row["prob_spam"] for row in same] == SCORES.tolist()
    assert [row["confidence"] for row in same] == [s if s >= 0.5 else round(1 - s, 15) for s in SCORES.tolist()]
    assert [row["country"] for row in same] == COUNTRY.tolist()
    numbers = {"row": int, "confidence": float, "prob_spam": float}
    assert [{name: numbers.get(name, str)(cell) for name, cell in row.items()} for row in found] == same


async def test_an_export_keeps_to_the_filter_and_the_threshold(alice: Client) -> None:
    run = await send(alice, binary(), positive="spam")

    missed = await lines(alice, run, slice="country:DE", threshold=0.45, actual="spam", only_errors="true")
    errors = await lines(alice, run, "errors.csv", threshold=0.45)
    cell = await table(alice, run, actual="ham", predicted="spam", min_score=0.55)
    none = await alice.get(f"/v1/runs/{run['id']}/export", slice="country:nowhere")

    is_wrong = (SCORES >= 0.45) != (TRUTH == 1)
    expected = [str(at) for at in range(400) if is_wrong[at] and TRUTH[at] == 1 and COUNTRY[at] == "DE"]
    assert [row["id"] for row in missed] == expected
    assert {(row["actual"], row["predicted"]) for row in missed} == {("spam", "ham")}
    assert [row["id"] for row in errors] == [str(at) for at in range(400) if is_wrong[at]]
    assert cell["id"].to_pylist() == [str(at) for at in range(400) if TRUTH[at] == 0 and SCORES[at] >= 0.55]
    assert none.text == '"row","id","actual","predicted","confidence","prob_spam","country"\n'
    unordered = await alice.get(f"/v1/runs/{run['id']}/export", min_score="nan")
    assert (unordered.status_code, unordered.json()["errors"][0]["pointer"]) == (400, "/min_score")
    refused = await alice.get(f"/v1/runs/{run['id']}/export", format="xlsx")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/format")


async def test_the_errors_of_a_class_at_a_threshold_are_those_that_are_listed(alice: Client) -> None:
    run = await send(alice, multiclass())
    query: dict[str, Any] = {"class": "cat", "threshold": 0.4}

    listed = (await alice.get(f"/v1/runs/{run['id']}/errors", limit=1000, **query)).json()["items"]
    exported = await lines(alice, run, "errors.csv", **query)

    assert exported
    assert {(int(row["row"]), row["actual"], row["predicted"], float(row["confidence"])) for row in exported} == {
        (row["row"], row["actual"], row["predicted"], row["confidence"]) for row in listed
    }


async def test_no_cell_of_a_csv_export_is_a_formula_and_parquet_keeps_the_texts(alice: Client) -> None:
    run = await send(alice, HOSTILE, columns='{"scores": {"a": "prob_b"}}')
    assert run["status"] == "ready", run

    found, texts = await lines(alice, run), (await table(alice, run)).to_pylist()

    # The columns of the export come first; one of the file that has the name of another gets a number.
    header = ["row", "id", "actual", "predicted", "confidence", "prob_b", "'=cmd", "id_2", "confidence_2"]
    assert [*found[0]] == header
    assert [[row[name] for name in ("id", "actual", "predicted", *header[6:])] for row in found] == [
        ["1", "a", "'=1+1", "-5", "x", "two\nlines"],
        ["-2", "a", "a", "'-5+3", "'@sum", ""],
        ["3", "'=1+1", "a", 'q"uote', "y", "-"],
    ]
    assert [row["=cmd"] for row in texts] == ["-5", "-5+3", 'q"uote']


async def test_row_groups_follow_each_other_without_a_gap(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    run = await send(alice, binary(), positive="spam")
    whole = await lines(alice, run)
    whole_table = await table(alice, run)
    stored = tmp_path / "rows.parquet"
    key = next(k for page in platform.storage.pages(f"runs/{run['id']}/") for k, *_ in page if k.endswith(".parquet"))
    pq.write_table(pq.read_table(io.BytesIO(platform.storage.get(key))), stored, row_group_size=150)
    data = stored.read_bytes()
    monkeypatch.setattr(exported_rows, "_ROWS_OF_A_PIECE", 40)
    monkeypatch.setattr(platform.storage, "read_range", lambda _key, start, length: data[start : start + length])
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE run_version SET rows_bytes = $1 WHERE run_id = $2", len(data), run["id"])

    assert await lines(alice, run) == whole
    assert (await table(alice, run)).equals(whole_table)
    assert await lines(alice, run, slice="country:FR") == [row for row in whole if row["country"] == "FR"]


async def test_an_export_that_nobody_takes_any_more_makes_room(
    alice: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await send(alice, binary(), positive="spam")
    of_account = platform.settings.exports - 1
    encoded = exports._encoded

    async def stuck(*arguments: Any) -> AsyncIterator[bytes]:
        async for piece in encoded(*arguments):
            await asyncio.Event().wait()
            yield piece

    monkeypatch.setattr(exports, "_encoded", stuck)
    monkeypatch.setattr(platform.scans._exports, "_wait_s", 0.05)
    path = f"/v1/runs/{run['id']}/export"
    waiting = [asyncio.create_task(alice.get(path)) for _ in range(of_account)]

    async def all_are_counted() -> bool:
        return platform.scans._exports._slots._value == 1

    await eventually(all_are_counted)
    # They hold no thread of the scans while their clients read nothing.
    curves = await alice.get(f"/v1/runs/{run['id']}/curves")
    refused = await alice.get(path)
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    monkeypatch.setattr(exports, "_encoded", encoded)
    again = await alice.get(path)

    assert (curves.status_code, again.status_code) == (200, 200)
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (
        429,
        "too-many-scans",
        "5",
    )
