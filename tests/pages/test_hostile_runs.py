"""Whatever stands in a file of predictions, or is said of runs, gates, imports and links, is text on every page."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import FilePayload

from tests.actors import Client, Team
from tests.pages.payloads import PAYLOADS
from tests.pages.reader import Reader
from tests.pages.test_hostile_texts import unharmed
from tests.pictures import picture

# A label is kept as it came; a comma would part the labels of a set, and none of these does.
LABELS = PAYLOADS[:6]


def _predictions() -> dict[str, list[Any]]:
    count = len(PAYLOADS)
    truth = [LABELS[at % len(LABELS)] for at in range(count)]
    return {
        "id": PAYLOADS,
        "y_true": truth,
        "y_pred": [LABELS[(at + at // 20) % len(LABELS)] for at in range(count)],
        "<img src=x onerror=window.evalserveWasHere=1>": [PAYLOADS[at % 5] for at in range(count)],
    }


async def _run(client: Client, text: str) -> str:
    said = {"name": text, "model_name": text, "model_version": text, "tags": [text[:50]]}
    run = (await client.make("/v1/runs", {"data": _predictions(), **said}))["id"]
    answer = await client.send("PATCH", f"/v1/runs/{run}", json={"notes": f"{text}\n{text}"})
    assert answer.status_code == 200, answer.text
    return str(run)


@pytest.mark.timeout(400)
async def test_what_files_of_predictions_hold_is_text(reader: Reader, site: str, workers: Team) -> None:
    assert workers["worker"].running
    client = reader.client
    runs = [await _run(client, text) for text in (PAYLOADS[5], PAYLOADS[24])]
    (column,) = (name for name in _predictions() if name.startswith("<"))
    body = {"baseline": runs[0], "candidate": runs[1], "slices": [column]}
    compared = (await client.make("/v1/comparisons", body))["id"]
    rules = {"metrics": [{"metric": "recall.class", "label": LABELS[0]}], "golden_ids": [PAYLOADS[0]]}
    gate = (await client.post("/v1/gates", {"name": PAYLOADS[3], "baseline": {"run_id": runs[0]}, **rules})).json()[
        "id"
    ]
    check = (await client.make(f"/v1/gates/{gate}/checks", {"candidate": runs[1]}))["id"]
    links = [
        (await client.post("/v1/share-links", {"target_type": kind, "target_id": target})).json()["path"]
        for kind, target in (("run", runs[0]), ("comparison", compared), ("gate", gate))
    ]
    said = quote(PAYLOADS[5])

    for path in (
        "/",
        "/app/runs",
        f"/app/runs?q={said}&tag={said}&group=model",
        "/app/runs?group=tag",
        f"/app/runs/selected?run={runs[0]}&run={runs[1]}",
        f"/app/runs/{runs[0]}",
        f"/app/runs/{runs[0]}?slice={quote(f'{column}:{PAYLOADS[1]}')}",
        f"/app/runs/{runs[0]}/samples?errors=true",
        f"/app/runs/{runs[0]}/slices",
        f"/app/runs/{runs[0]}/columns",
        f"/app/runs/{runs[0]}/report",
        f"/app/runs/trend?model={quote(PAYLOADS[5])}",
        f"/app/comparisons/{compared}",
        f"/app/comparisons/{compared}/report",
        f"/app/comparisons/{compared}/flips?kind=fixed",
        "/app/comparisons",
        f"/app/comparisons/new?run={runs[0]}&run={runs[1]}",
        "/app/gates",
        f"/app/gates/{gate}",
        f"/app/checks/{check}",
        f"/app/checks/{check}/report",
        "/app/share-links",
        f"/app/search?q={said}",
        *links,
    ):
        answer = await reader.page.goto(path)
        await reader.page.wait_for_load_state("networkidle")
        assert answer is not None
        assert answer.status < 500, path
        await unharmed(reader, site, path)
    assert await reader.page.locator("h1").text_content() == PAYLOADS[3]


async def test_what_files_of_annotations_hold_is_text(reader: Reader, site: str, workers: Team) -> None:
    assert workers["worker"].running
    client = reader.client
    project = (await client.create_project(name=PAYLOADS[24]))["id"]
    image = (await client.add_image(project, picture(), name="a.png"))["id"]
    categories = [{"id": number, "name": text} for number, text in enumerate(PAYLOADS[:20], 1)]
    found = {
        "images": [{"id": 1, "file_name": "a.png", "width": 64, "height": 48}],
        "categories": categories,
        "annotations": [
            {"id": one["id"], "image_id": 1, "category_id": one["id"], "bbox": [1, 1, 9, 9], "area": 81, "iscrowd": 0}
            for one in categories
        ],
    }
    page = reader.page

    await reader.open(f"/app/projects/{project}/files")
    await page.locator("input[type=file]").set_input_files(
        FilePayload(
            name=f"{PAYLOADS[3].replace('/', '')}.json",
            mimeType="application/json",
            buffer=json.dumps(found).encode(),
        )
    )
    await page.get_by_role("button", name="Import", exact=True).click()
    await page.wait_for_load_state("networkidle")
    await unharmed(reader, site, "the import")
    job = (await client.get("/v1/jobs")).json()["items"][0]
    assert (await client.final(job["id"]))["status"] == "succeeded"

    for path in (f"/app/projects/{project}", f"/app/projects/{project}/models", f"/app/images/{image}", "/app/jobs"):
        await reader.open(path)
        await unharmed(reader, site, path)
