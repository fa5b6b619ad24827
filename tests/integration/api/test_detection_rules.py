"""What other rules count of a detection run leads to its boxes, over HTTP and on the pages."""

import re
from html import unescape
from typing import Any

import pytest
from litestar import Litestar

from shared.kit.platform import Platform
from tests.actors import Client
from tests.detection_counts import COUNTS
from tests.detection_projects import CAR, FOUND, TRUTH, judge, judged_project
from tests.integration.api.web.visitor import Visitor
from tests.pipelines import box

pytestmark = pytest.mark.usefixtures("workers")

# An overlap of exactly 0.5, which COCO takes and supervision does not; VOC counts the last pixel.
HALF = box("car", 0.35, (*CAR[:2], CAR[2], CAR[3] / 2))


async def shown(owner: Client, run: Any, part: str, **query: Any) -> Any:
    answer = await owner.get(f"/v1/detection-runs/{run['id']}/{part}", **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def run_of(platform: Platform, owner: Client, **options: Any) -> Any:
    project_id, _ = await judged_project(platform, owner, {"yolo_v8": [[*FOUND, HALF], [HALF]]}, [TRUTH, [TRUTH[1]]])
    return await judge(owner, project_id, "yolo_v8", **options)


async def test_every_count_of_other_rules_is_the_number_of_its_samples(platform: Platform, alice: Client) -> None:
    run = await run_of(platform, alice)
    level = {"iou": 0.5, "confidence": 0.1}
    rules = (await shown(alice, run, "differences", **level))["rules"]

    assert len({tuple(one[name] for name in COUNTS.values()) for one in rules}) > 1
    for one in rules:
        asked = level | {"profile": one["profile"]}
        matrix, counts = await shown(alice, run, "matrix", **asked), await shown(alice, run, "counts", **asked)
        assert (matrix["profile"], counts["profile"]) == (one["profile"], one["profile"])
        assert (counts["overall"], counts["per_class"]) == (matrix["overall"], matrix["per_class"])
        images = (await shown(alice, run, "images", **asked))["items"]
        for kind, name in COUNTS.items():
            samples = await shown(alice, run, "samples", kind=kind, **asked)
            assert (samples["profile"], len(samples["items"])) == (one["profile"], one[name]), (one, kind)
            assert sum(image[name] for image in images) == one[name], (one, kind)
    curves = [(await shown(alice, run, "curve", profile=profile))["profile"] for profile in ("voc12", "coco")]
    assert curves == ["voc12", "coco"]
    refused = [
        await alice.get(f"/v1/detection-runs/{run['id']}/{part}", profile=name)
        for part, name in (("samples", "lvis"), ("images", "openimages"), ("matrix", "dota"), ("curve", "lvis"))
    ]
    assert [(one.status_code, one.json()["errors"][0]["pointer"]) for one in refused] == [(400, "/profile")] * 4


async def test_the_pages_lead_from_every_count_of_other_rules_to_its_boxes(
    platform: Platform, app: Litestar, alice: Client
) -> None:
    run = await run_of(platform, alice, profiles=["voc12", "supervision-matrix"])
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    here = f"/app/detection-runs/{run['id']}"

    for page in (f"{here}/differences?iou=0.5&confidence=0.1", here):
        text = (await visitor.get(page)).text
        links = {
            (unescape(address), int(count))
            for address, count in re.findall(r'<a href="([^"]*profile=[^"]*#samples)">(\d+)</a>', text)
        }
        assert len(links) == (12 if "differences" in page else 6)
        for address, count in links:
            cards = (await visitor.get(address)).text.split('<section id="samples">')[1].split("</section>")[0]
            assert cards.count("<li>") == count, address
            gallery = unescape(re.findall(r'href="([^"]+)">Their images as a whole', cards)[0])
            images = (await visitor.get(gallery)).text
            assert ('class="small' in images or "svg" in images) == (count > 0), gallery
    refused = await visitor.get(f"{here}?profile=lvis")
    assert refused.status_code == 400
    by_matrix = (await visitor.get(f"{here}?profile=ultralytics-matrix")).text
    assert "so they have no curve" in by_matrix
    image = re.findall(r'href="([^"]+/images/[^"]+)"', by_matrix)
    assert image
    assert "data-least" not in (await visitor.get(unescape(image[0]))).text
