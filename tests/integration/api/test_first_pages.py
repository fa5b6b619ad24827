"""The first page of a cell comes from the rows that are kept for it, and else from all rows."""

from pathlib import Path

import pytest

from shared.kit.platform import Platform
from shared.kit.storage.files import FileOnDisk
from shared.runs import objects
from shared.runs.ingest import best_rows
from shared.runs.rows import top_rows
from shared.runs.rows.scanning import RowScan
from tests.actors import Client, stored_keys
from tests.integration.api.test_run_slices import BODY
from tests.integration.api.test_runs import read, send
from tests.unit.shared.runs import reading_files

pytestmark = pytest.mark.usefixtures("workers")


async def test_a_first_page_needs_no_other_rows_where_its_own_are_kept(
    alice: Client, platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await send(alice, BODY)
    cell = {"actual": 1, "predicted": 0, "limit": 5}
    scanned, errors = await read(alice, run, "samples", **cell), await read(alice, run, "errors", limit=5)
    monkeypatch.setattr(best_rows, "MIN_ROWS", 1)
    # The run was read before such rows were kept.
    assert await read(alice, run, "samples", **cell) == scanned
    (rows,) = (key for key in stored_keys(platform.storage, f"runs/{run['id']}/") if key.endswith(objects.ROWS))
    summary = reading_files.read(tmp_path, BODY).finished.summary
    assert top_rows.write(RowScan(str(tmp_path / objects.ROWS), summary), summary, tmp_path / objects.TOP_ROWS)
    kept = FileOnDisk(objects.TOP_ROWS, "application/vnd.apache.parquet", tmp_path / objects.TOP_ROWS)
    platform.storage.put(rows.removesuffix(objects.ROWS) + objects.TOP_ROWS, kept)
    second = await read(alice, run, "samples", cursor=scanned["next"], **cell)
    platform.storage.delete([rows])

    assert await read(alice, run, "samples", **cell) == scanned
    assert await read(alice, run, "errors", limit=5) == errors
    assert not {item["row"] for item in second["items"]} & {item["row"] for item in scanned["items"]}
    assert (await alice.send("DELETE", f"/v1/runs/{run['id']}")).status_code == 204
    assert stored_keys(platform.storage, f"runs/{run['id']}/") == []
