"""Every list that is read in pages says on its last one, and only there, that nothing follows."""

from typing import Any

import pytest

from tests.integration.api.operations.requests import perform
from tests.integration.api.operations.samples import SAMPLES
from tests.integration.api.operations.things import Scene

LISTS = {
    "/api/analyses/{analysis_id}/annotations": "annotations",
    "/api/images/{image_id}/comments": "items",
    "/api/projects": "items",
    "/api/projects/{project_id}/images": "items",
    "/api/projects/{project_id}/images/deletion-events": "items",
    "/v1/admin/audit": "items",
    "/v1/jobs": "items",
    "/v1/matrices": "items",
    "/v1/matrices/{uid}/cells": "items",
    "/v1/matrices/{uid}/samples": "items",
    "/v1/comparisons": "items",
    "/v1/comparisons/{comparison_id}/flips": "items",
    "/v1/datasets": "items",
    "/v1/detection-runs": "items",
    "/v1/detection-runs/{detection_run_id}/samples": "items",
    "/v1/detection-runs/{detection_run_id}/images": "items",
    "/v1/detection-runs/{detection_run_id}/differences": "items",
    "/v1/gates": "items",
    "/v1/gates/{gate_id}/checks": "items",
    "/v1/runs": "items",
    "/v1/runs/{run_id}/cells": "items",
    "/v1/runs/{run_id}/errors": "items",
    "/v1/runs/{run_id}/samples": "items",
    "/v1/share-links": "items",
    "/v1/uploads": "items",
    "/v1/webhooks/deliveries": "items",
}


def test_no_list_is_left_out(document: dict[str, Any]) -> None:
    paged = {
        path
        for path, item in document["paths"].items()
        if any(parameter["name"] == "cursor" for parameter in item.get("get", {}).get("parameters", []))
    }

    assert LISTS.keys() == paged


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("path", LISTS)
async def test_a_page_that_ends_with_the_last_row_is_the_last(
    scene: Scene, document: dict[str, Any], path: str
) -> None:
    sample = SAMPLES["GET", path]
    everything = (await perform(scene, document, sample, "GET", path, limit=100)).json()[LISTS[path]]
    shown: list[Any] = []
    cursor: dict[str, Any] = {}
    while cursor != {"cursor": None}:
        page = (await perform(scene, document, sample, "GET", path, limit=1, **cursor)).json()
        assert len(page[LISTS[path]]) == 1
        shown += page[LISTS[path]]
        cursor = {"cursor": page["next"]}

    assert [_without_links(row) for row in shown] == [_without_links(row) for row in everything]


def _without_links(row: dict[str, Any]) -> dict[str, Any]:
    # A link is signed anew at every call, and a thumbnail may be drawn in between.
    return {name: value for name, value in row.items() if name not in {"artifacts", "thumbnail_status"}}
